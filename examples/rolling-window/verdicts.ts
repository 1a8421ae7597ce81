/** The claims of the text, judged by the figures of a run. */
import type { Claim } from '../support/claims.js';
import { scientific } from '../../src/charts/plots/format.js';
import { fixed } from '../../src/cli/wording.js';
import type { Comparison, Figures } from './study.js';
import type { Averaged, ProtocolFigures } from './figures.js';
import { TEXT } from './published.js';
import { LONGER } from './train.js';

type Verdict = Claim['verdict'];

export const dollars = (value: number): string => `${value < 0 ? '−' : ''}$${Math.abs(value).toFixed(2)}`;
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What the leaks of the published protocol are worth: `other` is carried on as well, but does without them. */
function leakEffect({ other, rolling, still, t }: Comparison): string {
  const effect = Math.abs(t) < 2 ? 'the leaks make no difference that shows' : t > 0 ? 'the leaks flatter it' : 'the leaks do not even help it';
  return `RMSE ${fixed(other, 5)} against ${fixed(rolling, 5)} as published (paired t ${fixed(t, 1)}: ${effect}) and ${fixed(still, 5)} of no-change`;
}

/** By the Diebold–Mariano statistic. */
export function winner({ statistic }: ProtocolFigures): 'network' | 'no-change' | 'neither' {
  return statistic > 2 ? 'no-change' : statistic < -2 ? 'network' : 'neither';
}

export function headline({ published, leakFree, warm, warmAgainst }: Figures): string {
  const [a, b] = [winner(published), winner(leakFree)];
  const first = a === 'no-change' && b === 'no-change' ? 'No-change wins, under the published protocol and without its leaks.'
    : b === 'no-change' ? `No-change wins without leaks; under the published protocol, which leaks, ${a === 'network' ? 'the network beats it' : 'it is not beaten'}.`
    : a === 'network' && b === 'network' ? 'The network beats no-change under both protocols.'
    : b === 'network' ? 'The network beats no-change without leaks, though not under the published protocol.'
    : a === 'network' ? 'No-change is not beaten without leaks; under the published protocol, which leaks, the network beats it.'
    : 'No-change is not beaten, neither under the published protocol nor without its leaks.';
  const still = published.pooled.dollars.still;
  const one = (name: string, { pooled, statistic, beaten }: ProtocolFigures): string =>
    `${name} by ${dollars(pooled.dollars.model.mae)} (Diebold–Mariano statistic against no-change ${fixed(statistic, 1)}; better than it in ${percent(beaten)} of the splits)`;
  const carriedOn = warm && warmAgainst ? ` Carried on without leaks, on the last ${warm.splits.length} splits: ${leakEffect(warmAgainst.published)}.` : '';
  return `${first} "Tomorrow costs what today does" is off by ${dollars(still.mae)} on average; ${one('the network as published', published)}, `
    + `${one('the same network without leaks, fresh in each split,', leakFree)}.${carriedOn}`;
}

export function claimsOf(figures: Figures): Claim[] {
  const { comparable } = figures;
  const known = (verdict: Verdict): Verdict => (comparable ? verdict : 'cannot be told');
  const note = comparable ? '' : ' (This is not the published file at the published size.)';
  return [
    useful(figures), reproduced(figures, known, note), tableOne(figures, known, note), unseen(figures), averagingHelps(figures), nextDay(figures, note),
    costs(figures), epochs(figures), lossCurves(figures), scaling(figures),
  ];
}

function useful({ published, leakFree }: Figures): Claim {
  const best = [winner(published), winner(leakFree)];
  const verdict = winner(leakFree) === 'network' ? 'holds' : best.includes('no-change') ? 'does not hold' : 'cannot be told';
  const one = ({ pooled: { dollars: { model, still } }, statistic }: ProtocolFigures): string =>
    `RMSE ${dollars(model.rmse)}, MAE ${dollars(model.mae)} against ${dollars(still.rmse)} and ${dollars(still.mae)} of no-change (Diebold–Mariano ${fixed(statistic, 1)})`;
  return {
    claim: 'The network captures the patterns in the prices and is a useful tool for forecasting.', verdict,
    ours: `As published: ${one(published)}. Without leaks: ${one(leakFree)}.`,
  };
}

function reproduced({ published, leakFree, still }: Figures, known: (verdict: Verdict) => Verdict, note: string): Claim {
  const { rmse, mae, r2 } = published.validation;
  const near = (ours: number, theirs: number): boolean => Math.abs(ours / theirs - 1) < 0.2;
  return {
    claim: 'Over 988 splits the mean validation RMSE is .01821, MAE .01514, R² −.7441 (table 3).',
    verdict: known(near(rmse.mean, TEXT.validation.rmse[1]) && near(mae.mean, TEXT.validation.mae[1]) ? 'holds' : 'does not hold'),
    ours: `The same protocol here: RMSE ${fixed(rmse.mean, 5)}, MAE ${fixed(mae.mean, 5)}, R² ${fixed(r2.mean, 3)} (within a fifth counts as the same; R² hangs on single splits). `
      + `Without leaks: ${fixed(leakFree.validation.rmse.mean, 5)}, ${fixed(leakFree.validation.mae.mean, 5)}, ${fixed(leakFree.validation.r2.mean, 3)}. `
      + `No-change: ${fixed(published.still.validation.rmse.mean, 5)}, ${fixed(published.still.validation.mae.mean, 5)}, ${fixed(published.still.validation.r2.mean, 3)} by split; RMSE ${fixed(still.rmse, 5)}, MAE ${fixed(still.mae, 5)} over all targets of the file.${note}`,
  };
}

function tableOne({ published, leakFree }: Figures, known: (verdict: Verdict) => Verdict, note: string): Claim {
  const last = published.splits.at(-1)?.validation.r2 ?? NaN;
  const reached = published.splits.filter(({ validation }) => validation.r2 >= TEXT.lastSplit.validation.r2).length / published.splits.length;
  return {
    claim: 'The metrics on the entire validation set are those of table 1: R² .657.',
    verdict: known(published.validation.r2.median >= 0.6 ? 'holds' : 'does not hold'),
    ours: `Table 1 is the last split alone. Ours there: ${fixed(last, 3)}; over all splits the median R² is ${fixed(published.validation.r2.median, 3)} (without leaks ${fixed(leakFree.validation.r2.median, 3)}), `
      + `and ${percent(reached)} of the splits reach .657.${note}`,
  };
}

function unseen({ published, leakFree, curves, warmAgainst }: Figures): Claim {
  return {
    claim: 'Rolling windows show how the model performs on data it has not seen.', verdict: 'does not hold',
    ours: `Of the protocol as published: the scaler knows the highest and lowest price of all years, and the samples that are scored choose the epoch that is kept (another than the last in ${percent(curves.restored)} of the splits), `
      + 'in a model that is passed on. Only the weights themselves never learn from a later target. '
      + `Mean RMSE ${fixed(published.validation.rmse.mean, 5)}; without leaks, and with a fresh model for each split, ${fixed(leakFree.validation.rmse.mean, 5)}`
      + `; no-change ${fixed(published.still.validation.rmse.mean, 5)}.${warmAgainst ? ` On the last ${warmAgainst.published.splits} splits, carried on without leaks: ${leakEffect(warmAgainst.published)}.` : ''}`,
  };
}

function averagingHelps({ averaged }: Figures): Claim {
  const claim = 'Averaging the forecasts of several models makes them more reliable.';
  if (!averaged) return { claim, verdict: 'cannot be told', ours: 'Splits so far apart forecast no day twice.' };
  const { published, leakFree } = averaged;
  const better = ({ averaged: mean, single }: Averaged): boolean => mean.rmse < single.rmse;
  const say = ({ averaged: mean, single, models }: Averaged): string =>
    `RMSE ${dollars(single.rmse)} alone, ${dollars(mean.rmse)} averaged over ${fixed(models, 1)} models a day, no-change ${dollars(mean.noChange.rmse)}`;
  return {
    claim, verdict: better(published) && better(leakFree) ? 'holds' : 'does not hold',
    ours: `Without leaks: ${say(leakFree)}. As published, where it is one model at several ages: ${say(published)}.`,
  };
}

function nextDay({ nextDay: { last, coverage, residuals }, comparable }: Figures, note: string): Claim {
  const theirs = Math.abs(TEXT.nextDay.forecast - TEXT.nextDay.actual);
  const still = Math.abs(last.actual - last.previous);
  return {
    claim: 'It forecast $217.29 for 2024-07-26; the price was $217.96.', verdict: 'cannot be told',
    ours: `One day tells nothing. ${comparable ? `No-change said ${dollars(last.previous)}, off by ${dollars(still)} against ${dollars(theirs)}. ` : ''}`
      + `Ours without leaks, the mean of ${last.forecasts.length} models for the last day: ${dollars(last.average)} (models spread by ${dollars(last.spread)}; ${100 * coverage} % interval ${dollars(last.lower)} to ${dollars(last.upper)} from ${residuals} earlier errors), `
      + `the price ${dollars(last.actual)}.${note}`,
  };
}

function costs({ expandingAgainstRolling: { trainingSamples, rolling, other, still, splits, t } }: Figures): Claim {
  return {
    claim: 'Expanding windows need more computation than rolling ones; the text gave them up.',
    verdict: trainingSamples > 1 ? 'holds' : 'does not hold',
    ours: `${fixed(trainingSamples, 1)} times the training samples a split. On the same ${splits} splits: mean RMSE ${fixed(other, 5)} against ${fixed(rolling, 5)} rolling (paired t ${fixed(t, 1)}) and ${fixed(still, 5)} of no-change.`,
  };
}

function epochs({ longerAgainstTen: { rolling, other, still, splits, t } }: Figures): Claim {
  return {
    claim: 'More than 10 epochs did not improve it.', verdict: t < -2 ? 'does not hold' : t > 2 || Math.abs(other / rolling - 1) < 0.05 ? 'holds' : 'cannot be told',
    ours: `Without leaks, ${LONGER} times the epochs on ${splits} splits: mean RMSE ${fixed(other, 5)} against ${fixed(rolling, 5)} (paired t ${fixed(t, 1)}); no-change ${fixed(still, 5)}. The carried model of the text, which trains on from split to split, was not tried.`,
  };
}

function lossCurves({ curves: { correlation, wobble, first, later, epochs: count } }: Figures): Claim {
  const verdict = correlation > 0.5 && wobble.validation > wobble.train && later.train < first.train && later.validation < first.validation ? 'holds' : 'does not hold';
  return {
    claim: 'Over all epochs training and validation loss fall and follow the same trend, validation with more variation.', verdict,
    ours: `Published protocol, ${count} epochs: median loss of the first three ${scientific(first.train, 1)} (validation ${scientific(first.validation, 1)}), of the later half ${scientific(later.train, 1)} (${scientific(later.validation, 1)}); `
      + `their logarithms correlate by ${fixed(correlation, 2)}; from epoch to epoch they change by a factor of e^${fixed(wobble.train, 2)} and e^${fixed(wobble.validation, 2)} (one standard deviation).`,
  };
}

function scaling({ scaled }: Figures): Claim {
  return {
    claim: 'Min-max scaling to [0, 1] gives the data a mean of 1 and a standard deviation of 0.',
    verdict: Math.abs(scaled.mean - 1) < 0.01 && scaled.std < 0.01 ? 'holds' : 'does not hold',
    ours: `Mean ${fixed(scaled.mean, 3)}, standard deviation ${fixed(scaled.std, 3)}.`,
  };
}
