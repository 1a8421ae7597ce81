/**
 * The traditional rival: the change of a month from the p changes before it, an ARIMA(p, 1, 0) with drift, by least squares.
 *
 *   Δy[t] = a + Σ φ[i] Δy[t−i]
 */
import type { Baseline } from 'bptt/forecast';
import { akaike, leastSquares } from './leastSquares.js';

export interface Autoregression extends Baseline {
  /** p, chosen by Akaike's criterion. */
  readonly lags: number;
}

/** @param known values to learn from, in time order. @param most largest p to consider. */
export function autoregression(known: Float64Array, most = 12): Autoregression {
  const changes = differences(known);
  const fits = Array.from({ length: most + 1 }, (_, lags) => ({ lags, fit: regress(changes, lags, most) }));
  const best = fits.reduce((a, b) => (akaike(b.fit, changes.length - most) < akaike(a.fit, changes.length - most) ? b : a));
  // Once more with all months that p lags leave.
  const { coefficients: [constant = 0, ...weights] } = regress(changes, best.lags, best.lags);
  return {
    lags: best.lags,
    fit: (history: Float64Array) => ({
      parameters: { constant, weights },
      forecast(horizon) {
        const past = Array.from(differences(history));
        let level = history.at(-1) ?? NaN;
        return Float64Array.from({ length: horizon }, () => {
          const change = weights.reduce((sum, weight, i) => sum + weight * (past.at(-1 - i) ?? 0), constant);
          past.push(change);
          return (level += change);
        });
      },
    }),
  };
}

export function differences(values: Float64Array): Float64Array {
  return Float64Array.from({ length: values.length - 1 }, (_, t) => (values[t + 1] ?? NaN) - (values[t] ?? NaN));
}

/** Value t of `values` from the `lags` before it, for t from `start` on: constant, then lag 1, 2, … */
function regress(values: Float64Array, lags: number, start: number): ReturnType<typeof leastSquares> {
  return leastSquares(lagColumns(values, lags, start), values.subarray(start));
}

/** Constant, lag 1, … lag p of each value from `start` on. */
export function lagColumns(values: Float64Array, lags: number, start: number): Float64Array[] {
  const constant = new Float64Array(values.length - start).fill(1);
  return [constant, ...Array.from({ length: lags }, (_, i) => values.slice(start - 1 - i, values.length - 1 - i))];
}
