/** What the published text says of system 5, and what the figures of this run say to it. */
import type { Claim } from '../support/claims.js';
import { fixed } from '../../src/cli/wording.js';
import { compare, noChange, score, steadiness } from './evaluation.js';
import type { CorrectionEffect, BlockForecasts } from './evaluation.js';
import { NETWORKS } from './network.js';
import type { NetworkName } from './network.js';

/** All that the claims are judged by. */
export interface Outcome {
  readonly forecasts: Partial<Record<NetworkName, BlockForecasts>>;
  readonly corrections: Partial<Record<NetworkName, readonly CorrectionEffect[]>>;
  /** Losses, metrics and map statistics of the fusion, by epoch. */
  readonly curves: Readonly<Record<string, readonly number[]>>;
  readonly bestEpoch: number;
}

export const TITLES: Readonly<Record<NetworkName, string>> = { fusion: 'CNN-LSTM', cnn: 'CNN alone', lstm: 'LSTM alone' };

/** Epochs beyond which the text sees forecasts flatten. */
const MANY = 30;

const NOT_RUN: Pick<Claim, 'verdict' | 'ours'> = { verdict: 'cannot be told', ours: 'The networks were not all trained: --networks left some out.' };

function statistic(value: number): string {
  return `Diebold–Mariano ${fixed(value, 1)}`;
}

function log10(value: number): string {
  return value.toPrecision(3);
}

/** The first thing the reader sees. */
export function headline({ forecasts }: Outcome): { readonly text: string; readonly warning: boolean } {
  const lines = NETWORKS.flatMap((name) => (forecasts[name] ? [{ name, test: forecasts[name].test }] : []));
  const [first] = lines;
  if (!first) return { text: 'Nothing was trained.', warning: true };
  const still = noChange(first.test);
  const ranked = lines.map(({ name, test }) => ({ name, test, mae: score(test).dollars.mae, against: compare(test, still) }));
  const best = ranked.reduce((a, b) => (b.mae < a.mae ? b : a));
  const figures = ranked.map(({ name, mae }) => `${TITLES[name]} $${mae.toFixed(2)}`).join(', ');
  const error = score(still).dollars.mae.toFixed(2);
  const where = `Mean absolute error of the next close over ${first.test.actual.length} test bars: no-change $${error}, ${figures}`;
  if (best.against < -2) return { text: `The ${TITLES[best.name]} beats no-change. ${where} (${statistic(best.against)}).`, warning: false };
  if (best.against <= 2) return { text: `No-change is not beaten. ${where} (best network against it: ${statistic(best.against)}; within ±2 it may be chance).`, warning: true };
  return { text: `No-change wins: repeating the last close is better than every network. ${where} (best network against it: ${statistic(best.against)}).`, warning: true };
}

/** Whether the first is better: by absolute error, beyond chance. */
function better(first: number): Claim['verdict'] {
  return first < -2 ? 'holds' : first > 2 ? 'does not hold' : 'cannot be told';
}

export function judge(outcome: Outcome): Claim[] {
  const { forecasts: { fusion, cnn, lstm }, corrections, curves, bestEpoch } = outcome;
  const claims: Claim[] = [];

  const published = 'Validation RMSE of 0.0706 in log10 is good enough to act on';
  if (fusion) {
    const { log10: validation } = score(fusion.validation);
    claims.push({
      claim: published, verdict: validation.noChange.rmse < 0.0706 ? 'does not hold' : 'cannot be told',
      ours: `0.0706 in log10 is ${(100 * (10 ** 0.0706 - 1)).toFixed(0)} % of the price. On our validation bars no-change has ${log10(validation.noChange.rmse)}, the network ${log10(validation.rmse)}.`,
    });
  } else claims.push({ claim: published, ...NOT_RUN });

  const fused = 'The fusion is better than either branch alone';
  if (fusion && cnn && lstm) {
    const [overCnn, overLstm] = [compare(fusion.test, cnn.test), compare(fusion.test, lstm.test)];
    claims.push({
      claim: fused, verdict: better(Math.max(overCnn, overLstm)),
      ours: `Test RMSE in log10: fusion ${log10(score(fusion.test).log10.rmse)}, CNN ${log10(score(cnn.test).log10.rmse)}, LSTM ${log10(score(lstm.test).log10.rmse)}; against the CNN ${statistic(overCnn)}, against the LSTM ${statistic(overLstm)}.`,
    });
  } else claims.push({ claim: fused, ...NOT_RUN });

  const single = 'Alone, the LSTM is better than the CNN';
  if (cnn && lstm) {
    const value = compare(lstm.test, cnn.test);
    claims.push({ claim: single, verdict: better(value), ours: `Test RMSE in log10 ${log10(score(lstm.test).log10.rmse)} against ${log10(score(cnn.test).log10.rmse)}; ${statistic(value)}.` });
  } else claims.push({ claim: single, ...NOT_RUN });

  const gap = 'Forecast and truth keep their relative position, so a constant shift mends the forecast';
  const [later] = corrections.fusion ?? [];
  const leaking = corrections.fusion?.find(({ leak }) => leak);
  if (fusion && later && leaking) {
    const [before, after, peeking] = [later.before.log10.rmse, later.after.log10.rmse, leaking.after.log10.rmse];
    claims.push({
      claim: gap, verdict: after < before ? 'holds' : 'does not hold',
      ours: `Fitted on validation bars and applied to the test bars after them, RMSE in log10 goes from ${log10(before)} to ${log10(after)} (no-change ${log10(later.before.log10.noChange.rmse)}); fitted as published on the very bars it corrects, to ${log10(peeking)}. ${(100 * steadiness(fusion.validation, fusion.test)).toFixed(0)} % of test errors have the sign of the validation errors.`,
    });
  } else claims.push({ claim: gap, ...NOT_RUN });

  const { onCandles = [], strength = [], amplitude: amplitudes = [], empty = [] } = curves;
  const last = onCandles.length - 1;
  const early = 'After few epochs the heat map looks at the background, after enough of them at the candles';
  const late = 'After many epochs the forecast flattens and the heat map fades';
  if (last < 2) {
    claims.push(...[early, late].map((claim) => ({ claim, verdict: 'cannot be told' as const, ours: 'Too few epochs to compare.' })));
    return claims;
  }
  const at = bestEpoch - 1;
  const [first = NaN, best = NaN] = [onCandles[0], onCandles[at]];
  claims.push({
    claim: early, verdict: first < 1 && best > 1 ? 'holds' : 'does not hold',
    ours: `The map is ${first.toFixed(2)} times as strong on candles as on average after the first epoch, ${best.toFixed(2)} times after epoch ${bestEpoch}, whose weights were kept, and ${(onCandles[last] ?? NaN).toFixed(2)} times after the last. 1 means that it takes no notice of candles.`,
  });
  const flattens = (amplitudes[last] ?? NaN) < 0.5;
  const fades = (strength[last] ?? NaN) < 0.5 * Math.max(...strength.slice(0, last));
  claims.push({
    claim: late, verdict: flattens && fades ? 'holds' : flattens || fades || last + 1 < MANY ? 'cannot be told' : 'does not hold',
    ours: `Over ${last + 1} epochs the forecast's standard deviation went from ${(amplitudes[0] ?? NaN).toFixed(2)} to ${(amplitudes[last] ?? NaN).toFixed(2)} of the target's (flat is less than half of it), the strongest value of a map from ${log10(strength[0] ?? NaN)} to ${log10(strength[last] ?? NaN)} (faded is less than half of the largest, ${log10(Math.max(...strength))}), and ${(100 * (empty[last] ?? NaN)).toFixed(0)} % of the last maps are empty. The text puts this beyond 30 epochs.`,
  });
  return claims;
}
