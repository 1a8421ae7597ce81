/** What every baseline is: it is fitted to the history of one series, up to and including the origin, and forecasts from there. */
import { requireCount, requireProbability } from '../../checks.js';
import { normalQuantile } from '../../distributions.js';
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { toFinite } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';

export interface Baseline<F extends FittedBaseline = FittedBaseline> {
  /**
   * @param history values of the target up to the origin, flat, in time order; it is not changed, and not needed later.
   * @throws DataError for a value that is not finite, or too short a history.
   */
  fit(history: Numbers): F;
}

export interface FittedBaseline {
  /** The values of the next steps, [horizon]. */
  forecast(horizon: number): Float64Array;
  /** By name; empty where the method has none. */
  readonly parameters: Readonly<Record<string, number | readonly number[]>>;
}

/** A baseline that says how far off it expects to be, its errors being normal. */
export interface GaussianBaseline extends FittedBaseline {
  /** Standard deviation of the error of each step ahead, [horizon]. */
  standardErrors(horizon: number): Float64Array;
  /** @param coverage probability of a value inside, in (0, 1). @returns both [horizon] */
  interval(horizon: number, coverage: number): { readonly lower: Float64Array; readonly upper: Float64Array };
}

/** A baseline whose parameters were found by maximum likelihood, or nearly. */
export interface FittedModel extends GaussianBaseline {
  /** Of normal errors, constants included; infinite where nothing is left but rounding. */
  readonly logLikelihood: number;
  /** Akaike's: 2 · parameters − 2 · logLikelihood; the variance of the errors counts as one. */
  readonly aic: number;
}

/** The history as float64. */
export function readHistory(operation: string, history: Numbers, least: number): Float64Array {
  const { data, shape } = toFinite(history, { operation, argument: 'history' });
  if (shape.length !== 1) throw new ShapeError({ operation, argument: 'history', expected: 'of shape [rows]', actual: formatShape(shape) });
  if (data.length < least) throw new DataError({ operation, argument: 'history', expected: `at least ${least} values`, actual: String(data.length) });
  return data;
}

/** [horizon] numbers, of k = 1 … horizon. */
export function steps(operation: string, horizon: number, value: (k: number) => number): Float64Array {
  requireCount(operation, 'horizon', horizon);
  return Float64Array.from({ length: horizon }, (_, i) => value(i + 1));
}

/** Intervals of what knows its errors. */
export function gaussian(operation: string, fitted: Omit<GaussianBaseline, 'interval'>): Pick<GaussianBaseline, 'interval'> {
  return {
    interval(horizon, coverage) {
      requireProbability(operation, 'coverage', coverage);
      const z = normalQuantile((1 + coverage) / 2);
      const points = fitted.forecast(horizon);
      const errors = fitted.standardErrors(horizon);
      return { lower: points.map((v, i) => v - z * (errors[i] ?? NaN)), upper: points.map((v, i) => v + z * (errors[i] ?? NaN)) };
    },
  };
}

/** Maximised log likelihood of n normal errors, and Akaike's criterion. @param deviation √(Σ e² / n) @param free parameters that were estimated, the variance aside. */
export function likelihood(n: number, deviation: number, free: number): Pick<FittedModel, 'logLikelihood' | 'aic'> {
  const logLikelihood = -0.5 * n * (Math.log(2 * Math.PI) + 2 * Math.log(deviation) + 1);
  return { logLikelihood, aic: 2 * (free + 1) - 2 * logLikelihood };
}
