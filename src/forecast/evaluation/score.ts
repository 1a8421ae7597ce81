/** One report for a forecast: every metric, the same metrics of no-change, and the skill against it. */
import { checkOptions } from '../../checks.js';
import { ShapeError, formatShape } from '../../errors.js';
import { magnitude, withinRounding } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, toForecasts } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { explainedVariance, mae, mape, mse, r2, rmse, smape } from './metrics.js';
import { mase } from './scaledMetrics.js';
import type { MaseScale } from './scaledMetrics.js';

/** Names of the metrics, in the order of every table. */
export const METRICS = ['mse', 'rmse', 'mae', 'mape', 'smape', 'r2', 'explainedVariance', 'mase'] as const;
export type Metric = (typeof METRICS)[number];

/** Metrics of one forecast; units as in `metrics.ts`. MASE only when a training series or its naive error was given. */
export type Scores = Readonly<Record<Exclude<Metric, 'mase'>, number>> & { readonly mase?: number };

export interface ForecastScore extends Scores {
  /** The same metrics of the forecast "nothing changes". */
  readonly noChange: Scores;
  /** 1 − MSE / MSE of no-change: above 0 beats no-change, 1 is perfect; NaN if no-change makes no error but for rounding. */
  readonly skill: number;
}

export interface ScoreOptions {
  /** Last value known when each forecast was made: [n], or the shape of `actual`. Units of `actual`. */
  readonly previous: Numbers;
  /** Turns MASE on. */
  readonly scale?: MaseScale;
}

/** Every metric of one forecast. */
export function scores(actual: Numbers, predicted: Numbers, scale?: MaseScale): Scores {
  return {
    mse: mse(actual, predicted),
    rmse: rmse(actual, predicted),
    mae: mae(actual, predicted),
    mape: mape(actual, predicted),
    smape: smape(actual, predicted),
    r2: r2(actual, predicted),
    explainedVariance: explainedVariance(actual, predicted),
    ...(scale && { mase: mase(actual, predicted, scale) }),
  };
}

/**
 * Skill against a reference: 1 − MSE / MSE of the reference, NaN if the reference makes no error but for rounding.
 *
 * @param error RMSE of the forecast; `reference` that of no-change.
 * @param size magnitude of what was forecast.
 */
export function skill(error: number, reference: number, size: number): number {
  return withinRounding(0, reference, size) ? NaN : 1 - (error / reference) ** 2;
}

/**
 * Scores a forecast beside no-change on the same targets.
 *
 * @param actual [n] or [n, horizon], original units.
 * @param predicted the shape of `actual`.
 * @throws ShapeError if shapes disagree; DataError for values that are not finite.
 */
export function scoreForecast(actual: Numbers, predicted: Numbers, options: ScoreOptions): ForecastScore {
  checkOptions('scoreForecast', options, { previous: true, scale: true });
  const targets = toForecasts(actual, { operation: 'scoreForecast', argument: 'actual' });
  const forecasts = toForecasts(predicted, { operation: 'scoreForecast', argument: 'predicted' });
  const still = repeatPrevious(options.previous, targets.count, targets.horizon);
  const truth = fromHost(targets.data, targets.shape);
  const model = scores(truth, fromHost(forecasts.data, forecasts.shape), options.scale);
  const noChange = scores(truth, still, options.scale);
  return { ...model, noChange, skill: skill(model.rmse, noChange.rmse, magnitude(targets.data)) };
}

/** The no-change forecast [n, horizon] from the last known values [n] (or [n, horizon], taken as it is). */
export function repeatPrevious(previous: Numbers, count: number, horizon: number): Float64NdArray {
  const given = toForecasts(previous, { operation: 'scoreForecast', argument: 'previous' });
  if (given.count !== count || (given.horizon !== 1 && given.horizon !== horizon)) {
    throw new ShapeError({
      operation: 'scoreForecast', argument: 'previous', expected: `of shape [${count}] or [${count}, ${horizon}]`, actual: formatShape(given.shape),
    });
  }
  const data = Float64Array.from({ length: count * horizon }, (_, i) =>
    given.data[given.horizon === 1 ? Math.floor(i / horizon) : i] ?? NaN);
  return fromHost(data, [count, horizon]);
}

/** Scores each step ahead on its own: entry k is for horizon k + 1. */
export function scoresByHorizon(actual: Numbers, predicted: Numbers, scale?: MaseScale): Scores[] {
  const targets = toForecasts(actual, { operation: 'scoresByHorizon', argument: 'actual' });
  const forecasts = toForecasts(predicted, { operation: 'scoresByHorizon', argument: 'predicted' });
  if (forecasts.horizon !== targets.horizon) {
    throw new ShapeError({
      operation: 'scoresByHorizon', argument: 'predicted', expected: `of shape ${formatShape(targets.shape)}`, actual: formatShape(forecasts.shape),
    });
  }
  return Array.from({ length: targets.horizon }, (_, k) =>
    scores(columnOf(targets.data, targets.horizon, k), columnOf(forecasts.data, targets.horizon, k), scale));
}
