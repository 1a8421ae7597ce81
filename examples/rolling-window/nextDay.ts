/** One day ahead by several models: the last day of the file, whose value is known, and the day after it. */
import { applyInterval, describe, mean, residualInterval, residualsNeeded } from 'bptt/forecast';
import type { FoldResult } from 'bptt/forecast';
import type { Day } from './figures.js';

export interface NextDay {
  /** The day before: what no-change says. */
  readonly previous: number;
  /** NaN for the day after the file. */
  readonly actual: number;
  readonly forecasts: readonly number[];
  readonly average: number;
  /** Standard deviation of the models. */
  readonly spread: number;
  readonly lower: number;
  readonly upper: number;
}

export interface NextDays {
  readonly last: NextDay;
  readonly after: NextDay;
  readonly coverage: number;
  /** Days whose errors made the interval: the latest ones before. */
  readonly residuals: number;
}

const RECENT = 250;

/**
 * @param folds one for each model: half of them for the last day, half for the day after.
 * @param days of the protocol without leaks; the errors of their mean forecasts make the interval.
 */
export function nextDays(folds: readonly FoldResult[], days: readonly Day[], values: Float64Array): NextDays {
  const last = values.length - 1;
  const residuals = days.filter(({ row }) => row < last).slice(-RECENT).map(({ actual, forecasts }) => actual - mean(forecasts));
  const interval = residualInterval(residuals, residuals.length >= residualsNeeded(0.9) ? 0.9 : 0.8);
  const of = (row: number): NextDay => {
    const forecasts = folds.filter(({ origins }) => origins[0] === row - 1).map(({ predictions }) => predictions.get(0, 0));
    const { mean: average, std: spread } = describe(forecasts);
    const { lower, upper } = applyInterval([average], interval);
    return { previous: values[row - 1] ?? NaN, actual: values[row] ?? NaN, forecasts, average, spread, lower: lower.data[0] ?? NaN, upper: upper.data[0] ?? NaN };
  };
  return { last: of(last), after: of(last + 1), coverage: interval.coverage, residuals: interval.count };
}
