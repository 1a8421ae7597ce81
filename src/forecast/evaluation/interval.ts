/**
 * Prediction intervals from past errors (split conformal prediction; Vovk et al. 2005, Lei et al. 2018).
 *
 * With n residuals r = actual − predicted of a block the model was not fitted on, and α = 1 − coverage, the interval
 * runs from the ⌊(n + 1) α/2⌋-th to the ⌈(n + 1)(1 − α/2)⌉-th smallest residual. The n + 1 instead of n makes it hold
 * for finite n: a new residual, exchangeable with those, falls inside with probability of at least `coverage`.
 * Prices are not exchangeable over regimes; the guarantee is as good as the block resembles the future.
 */
import { requireProbability } from '../../checks.js';
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { nearWhole } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, toForecasts } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';

export interface ResidualInterval {
  /** To add to a forecast, one offset for each step ahead, [h]; usually below 0. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly coverage: number;
  /** Residuals it rests on. */
  readonly count: number;
}

/** Residuals needed for an interval of this coverage: ⌈2 / (1 − coverage)⌉ − 1. */
export function residualsNeeded(coverage: number): number {
  const needed = 2 / (1 - coverage);
  // 1 − 0.9999 is rounded at the size of 1, its reciprocal at that times its own square: this must not ask for one residual more.
  return Math.ceil(nearWhole(needed, needed ** 2 / 2)) - 1;
}

/**
 * The interval around forecasts, from residuals of a validation block.
 *
 * @param residuals [n, h] (or [n]), actual − predicted, units of the forecast.
 * @param coverage wanted probability in (0, 1); 0.9 by default.
 * @throws DataError if there are too few residuals for the coverage.
 */
export function residualInterval(residuals: Numbers, coverage = 0.9): ResidualInterval {
  const operation = 'residualInterval';
  requireProbability(operation, 'coverage', coverage);
  const { data, count, horizon } = toForecasts(residuals, { operation, argument: 'residuals' });
  const needed = residualsNeeded(coverage);
  if (count < needed) {
    throw new DataError({
      operation, argument: 'residuals', expected: `at least ${needed} for a coverage of ${coverage}`, actual: String(count),
      hint: 'Use a longer validation block or a lower coverage.',
    });
  }
  const tail = ((count + 1) * (1 - coverage)) / 2;
  const rank = Math.max(1, Math.floor(nearWhole(tail, (count + 1) / 2)));
  const columns = Array.from({ length: horizon }, (_, k) => columnOf(data, horizon, k).sort());
  return {
    lower: Float64Array.from(columns, (sorted) => sorted[rank - 1] ?? NaN),
    upper: Float64Array.from(columns, (sorted) => sorted[count - rank] ?? NaN),
    coverage, count,
  };
}

/** Forecasts [n, h] with their interval: { lower, upper }, both [n, h]. */
export function applyInterval(forecasts: Numbers, interval: ResidualInterval): { lower: Float64NdArray; upper: Float64NdArray } {
  const operation = 'applyInterval';
  const { data, shape, horizon } = toForecasts(forecasts, { operation, argument: 'forecasts' });
  if (horizon !== interval.lower.length) {
    throw new ShapeError({ operation, argument: 'forecasts', expected: formatShape(['n', interval.lower.length]), actual: formatShape(shape) });
  }
  const shift = (offsets: Float64Array): Float64NdArray => fromHost(data.map((v, i) => v + (offsets[i % horizon] ?? NaN)), shape);
  return { lower: shift(interval.lower), upper: shift(interval.upper) };
}
