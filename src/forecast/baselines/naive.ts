/**
 * Forecasts that estimate next to nothing. With y₁ … y_T the history, m the season, k the step ahead:
 *
 *   Y1   no-change        ŷ[T+k] = y[T]
 *   Y2   seasonal         ŷ[T+k] = y[T+k−m⌈k/m⌉]: the same phase of the last full season
 *   Y3   drift            ŷ[T+k] = y[T] + k b,  b = (y[T] − y[1]) / (T − 1)
 *        moving average   ŷ[T+k] = mean of the last n values
 *
 *   Y4   standard error = σ √⌈k/m⌉, σ² the mean square of yₜ − yₜ₋ₘ; drift: σ √(k + k²/(T−1)), σ² the variance of yₜ − yₜ₋₁, divisor T − 2
 */
import { requireCount } from '../../checks.js';
import { deviation, mean, rootMeanSquare } from '../../statistics.js';
import { gaussian, readHistory, steps } from './baseline.js';
import type { Baseline, FittedBaseline, GaussianBaseline } from './baseline.js';

function repeats(operation: string, period: number): Baseline<GaussianBaseline> {
  return {
    fit(history) {
      const y = readHistory(operation, history, period);
      const last = y.slice(y.length - period);
      const sigma = y.length > period ? rootMeanSquare(y.subarray(period).map((v, i) => v - (y[i] ?? NaN))) : NaN;
      const fitted = {
        parameters: {},
        forecast: (horizon: number): Float64Array => steps(operation, horizon, (k) => last[(k - 1) % period] ?? NaN), // Y1, Y2
        standardErrors: (horizon: number): Float64Array => steps(operation, horizon, (k) => sigma * Math.sqrt(Math.ceil(k / period))), // Y4
      };
      return { ...fitted, ...gaussian(operation, fitted) };
    },
  };
}

/** The last known value, for every step ahead. Its errors are NaN after a history of one value. */
export function noChange(): Baseline<GaussianBaseline> {
  return repeats('noChange', 1);
}

/** The value one season ago. Its errors are NaN after a history of one season. @param period rows in a season: 12 for months in a year, 5 for trading days in a week. */
export function seasonal(period: number): Baseline<GaussianBaseline> {
  return repeats('seasonal', requireCount('seasonal', 'period', period));
}

/** The straight line through the first and last value, continued. Its errors are NaN after a history of two values. */
export function drift(): Baseline<GaussianBaseline> {
  return {
    fit(history) {
      const y = readHistory('drift', history, 2);
      const [n, last] = [y.length - 1, y[y.length - 1] ?? NaN];
      const slope = (last - (y[0] ?? NaN)) / n;
      const sigma = n > 1 ? deviation(y.subarray(1).map((v, i) => v - (y[i] ?? NaN)), 1) : NaN;
      const fitted = {
        parameters: { slope },
        forecast: (horizon: number): Float64Array => steps('drift', horizon, (k) => last + k * slope), // Y3
        standardErrors: (horizon: number): Float64Array => steps('drift', horizon, (k) => sigma * Math.sqrt(k + (k * k) / n)), // Y4
      };
      return { ...fitted, ...gaussian('drift', fitted) };
    },
  };
}

/** The mean of the last `rows` values, for every step ahead. */
export function movingAverage(rows: number): Baseline {
  requireCount('movingAverage', 'rows', rows);
  return {
    fit(history): FittedBaseline {
      const y = readHistory('movingAverage', history, rows);
      const level = mean(y.subarray(y.length - rows));
      return { parameters: {}, forecast: (horizon) => steps('movingAverage', horizon, () => level) };
    },
  };
}
