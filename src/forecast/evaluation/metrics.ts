/**
 * Error measures of a forecast. `actual` and `predicted` have the same shape; all their numbers are pooled.
 * With e = actual − predicted:
 *
 *   MSE = mean e²      RMSE = √MSE      MAE = mean |e|
 *   MAPE = 100 · mean |e / actual|                              per cent
 *   U1   sMAPE = 200 · mean |e| / (|actual| + |predicted|)      per cent, 0 … 200
 *   R² = 1 − Σe² / Σ(actual − mean)²      explained variance = 1 − Var(e) / Var(actual)
 *
 * Constant means constant but for rounding (`withinRounding`): 0.1 is not a binary number, and 0.1 + 0.2 is not 0.3. RMSE,
 * MAE, R² and explained variance hold for numbers of any size; MSE is a square, and leaves float64 beyond 1e±154.
 *
 * Every function throws ShapeError if the shapes differ and DataError for NaN, infinities or no numbers at all.
 */
import { deviation, isConstant, mean, rootMeanSquare } from '../../statistics.js';
import { toAligned } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';

type Pair = Readonly<Record<'actual' | 'predicted', Float64Array>>;

function meanOver({ actual, predicted }: Pair, term: (actual: number, predicted: number) => number): number {
  return mean(actual.map((a, i) => term(a, predicted[i] ?? NaN)));
}

function errors({ actual, predicted }: Pair): Float64Array {
  return actual.map((a, i) => a - (predicted[i] ?? NaN));
}

/** A relative error: no error is 0 % of anything, even of nothing. */
export function ratio(error: number, size: number): number {
  return error === 0 ? 0 : error / size;
}

/** Mean squared error, in squared units of the target. */
export function mse(actual: Numbers, predicted: Numbers): number {
  return meanOver(toAligned('mse', { actual, predicted }), (a, p) => (a - p) ** 2);
}

/** Root mean squared error, in units of the target. */
export function rmse(actual: Numbers, predicted: Numbers): number {
  return rootMeanSquare(errors(toAligned('rmse', { actual, predicted })));
}

/** Mean absolute error, in units of the target. */
export function mae(actual: Numbers, predicted: Numbers): number {
  return meanOver(toAligned('mae', { actual, predicted }), (a, p) => Math.abs(a - p));
}

/** Mean absolute percentage error, per cent. Infinite when an actual value is 0 and its forecast is not. */
export function mape(actual: Numbers, predicted: Numbers): number {
  return 100 * meanOver(toAligned('mape', { actual, predicted }), (a, p) => ratio(Math.abs(a - p), Math.abs(a)));
}

/** Symmetric mean absolute percentage error as M4 defines it, per cent in 0 … 200; 0 where actual and forecast are both 0. */
export function smape(actual: Numbers, predicted: Numbers): number {
  return 200 * meanOver(toAligned('smape', { actual, predicted }), (a, p) => ratio(Math.abs(a - p), Math.abs(a) + Math.abs(p))); // U1
}

/** Coefficient of determination: 1 is perfect, 0 is as good as the mean of `actual`; NaN when `actual` is constant. */
export function r2(actual: Numbers, predicted: Numbers): number {
  const values = toAligned('r2', { actual, predicted });
  return isConstant(values.actual) ? NaN : 1 - (rootMeanSquare(errors(values)) / deviation(values.actual)) ** 2;
}

/** Like R², but a constant offset of the forecast costs nothing; NaN when `actual` is constant. */
export function explainedVariance(actual: Numbers, predicted: Numbers): number {
  const values = toAligned('explainedVariance', { actual, predicted });
  return isConstant(values.actual) ? NaN : 1 - (deviation(errors(values)) / deviation(values.actual)) ** 2;
}
