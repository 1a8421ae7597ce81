/** Scores of a forecast in log10 and in dollars, beside no-change, and what the published correction does to it. */
import type { Model } from 'bptt';
import { collapseRatio, magnitude, scoreForecast } from 'bptt/forecast';
import type { ForecastScore } from 'bptt/forecast';
import { dieboldMariano } from '../support/dieboldMariano.js';
import { applyCorrection, fitCorrection } from './correction.js';
import type { Correction } from './correction.js';
import { inputsOf } from './training.js';
import type { NetworkName } from './network.js';
import type { Block, BlockName } from './samples.js';

/** log10 values of one block. */
export interface Forecasts {
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** Last close each forecast knew. */
  readonly previous: Float64Array;
}

export interface Score {
  readonly log10: ForecastScore;
  readonly dollars: ForecastScore;
}

export async function forecastBlock(name: NetworkName, model: Model, block: Block, signal: AbortSignal): Promise<Forecasts> {
  const { data } = await model.predict(inputsOf(name, block), { batchSize: 8, signal });
  const [, window] = block.closes.shape;
  return {
    actual: block.targets.data, predicted: Float64Array.from(data),
    previous: Float64Array.from(block.origins, (_, i) => block.closes.data[(i + 1) * window - 1] ?? NaN),
  };
}

export function score({ actual, predicted, previous }: Forecasts): Score {
  const dollars = (values: Float64Array): Float64Array => values.map((value) => 10 ** value);
  return {
    log10: scoreForecast(vector(actual), vector(predicted), { previous: vector(previous) }),
    dollars: scoreForecast(vector(dollars(actual)), vector(dollars(predicted)), { previous: vector(dollars(previous)) }),
  };
}

function vector(data: Float64Array): { data: Float64Array; shape: number[] } {
  return { data, shape: [data.length] };
}

function part(forecasts: Forecasts, start: number, end?: number): Forecasts {
  const { actual, predicted, previous } = forecasts;
  return { actual: actual.slice(start, end), predicted: predicted.slice(start, end), previous: previous.slice(start, end) };
}

function corrected(forecasts: Forecasts, correction: Correction): Forecasts {
  return { ...forecasts, predicted: applyCorrection(forecasts.predicted, correction) };
}

export interface CorrectionEffect {
  readonly fittedOn: string;
  readonly appliedTo: string;
  readonly correction: Correction;
  readonly before: Score;
  readonly after: Score;
  /** The block it was fitted on is the one it corrects: as published, and no forecast. */
  readonly leak: boolean;
}

/** The correction fitted before the data it is applied to, two ways, and as published, on that data itself. */
export function correctionEffects(validation: Forecasts, test: Forecasts): CorrectionEffect[] {
  const middle = Math.floor(test.actual.length / 2);
  const effect = (fittedOn: string, on: Forecasts, appliedTo: string, to: Forecasts, leak = false): CorrectionEffect => {
    const correction = fitCorrection(on.actual, on.predicted);
    return { fittedOn, appliedTo, correction, before: score(to), after: score(corrected(to, correction)), leak };
  };
  return [
    effect('validation block', validation, 'test block', test),
    effect('first half of test', part(test, 0, middle), 'second half of test', part(test, middle)),
    effect('test block', test, 'test block', test, true),
  ];
}

/** Test forecasts with the correction of the validation block. */
export function correctedTest(validation: Forecasts, test: Forecasts): Forecasts {
  return corrected(test, fitCorrection(validation.actual, validation.predicted));
}

/** Share of forecasts whose error has the sign that most errors of `before` had: 1 if the gap is steady, 0.5 if it is chance. */
export function steadiness(before: Forecasts, after: Forecasts): number {
  const errors = ({ actual, predicted }: Forecasts): Float64Array => actual.map((value, i) => value - (predicted[i] ?? NaN));
  const sign = Math.sign(errors(before).reduce((sum, e) => sum + e, 0));
  const later = errors(after);
  return later.filter((e) => Math.sign(e) === sign).length / later.length;
}

/** Standard deviation of the forecast over that of the truth: 0 for a horizontal line, NaN where the truth is one. */
export function amplitude({ actual, predicted }: Pick<Forecasts, 'actual' | 'predicted'>): number {
  return collapseRatio(actual, predicted);
}

/** Diebold–Mariano statistic of two forecasts' absolute errors: below −2 the first is better, above 2 the second. */
export function compare(first: Forecasts, second: Forecasts): number {
  return dieboldMariano(first.actual.map((value, i) => Math.abs(value - (first.predicted[i] ?? NaN)) - Math.abs(value - (second.predicted[i] ?? NaN))), 0, magnitude(first.actual));
}

/** No-change as a forecast. */
export function noChange({ actual, previous }: Forecasts): Forecasts {
  return { actual, previous, predicted: previous };
}

export interface AlertTally {
  /** Per cent. */
  readonly threshold: number;
  readonly alerts: number;
  /** Alerts whose move came, in that direction and of that size. */
  readonly hits: number;
  /** Moves of that size that there were. */
  readonly moves: number;
}

/** What alerts of some thresholds would have said over a block. */
export function tallyAlerts({ actual, predicted, previous }: Forecasts, thresholds: readonly number[]): AlertTally[] {
  const change = (value: number, before: number): number => 100 * (10 ** (value - before) - 1);
  return thresholds.map((threshold) => {
    let [alerts, hits, moves] = [0, 0, 0];
    actual.forEach((value, i) => {
      const [real, forecast] = [change(value, previous[i] ?? NaN), change(predicted[i] ?? NaN, previous[i] ?? NaN)];
      const moved = Math.abs(real) >= threshold;
      const alerted = Math.abs(forecast) >= threshold;
      moves += Number(moved);
      alerts += Number(alerted);
      hits += Number(alerted && moved && Math.sign(real) === Math.sign(forecast));
    });
    return { threshold, alerts, hits, moves };
  });
}

export type BlockForecasts = Readonly<Record<BlockName, Forecasts>>;
