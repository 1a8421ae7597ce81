/**
 * Error measures of a forecast. `actual` and `predicted` have the same shape; all their numbers are pooled.
 * With e = actual − predicted:
 *
 *   MSE = mean e²      RMSE = √MSE      MAE = mean |e|
 *   MAPE = 100 · mean |e / actual|                         per cent
 *   sMAPE = 200 · mean |e| / (|actual| + |predicted|)      per cent, 0 … 200
 *   MASE = MAE / mean |yₜ − yₜ₋ₘ| over the training series (Hyndman & Koehler 2006)
 *   R² = 1 − Σe² / Σ(actual − mean)²      explained variance = 1 − Var(e) / Var(actual)
 *
 * Constant means constant but for rounding (`withinRounding`): 0.1 is not a binary number, and 0.1 + 0.2 is not 0.3. RMSE,
 * MAE, R² and explained variance hold for numbers of any size; MSE is a square, and leaves float64 beyond 1e±154.
 *
 * Every function throws ShapeError if the shapes differ and DataError for NaN, infinities or no numbers at all.
 */
import { checkOptions } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { deviation, isConstant, magnitude, mean, rootMeanSquare, withinRounding } from '../../statistics.js';
import { sameShape } from '../../tensor.js';
import { toFinite } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';

/** Checks both sides and hands back contiguous values. */
function pair(operation: string, actual: Numbers, predicted: Numbers): { a: Float64Array; p: Float64Array } {
  const a = toFinite(actual, { operation, argument: 'actual' });
  const p = toFinite(predicted, { operation, argument: 'predicted' });
  if (!sameShape(a.shape, p.shape)) {
    throw new ShapeError({ operation, argument: 'predicted', expected: `of the shape of actual, ${formatShape(a.shape)}`, actual: formatShape(p.shape) });
  }
  if (a.data.length === 0) throw new DataError({ operation, argument: 'actual', expected: 'at least one number', actual: 'none' });
  return { a: a.data, p: p.data };
}

function meanOver({ a, p }: { a: Float64Array; p: Float64Array }, term: (actual: number, predicted: number) => number): number {
  return mean(a.map((actual, i) => term(actual, p[i] ?? NaN)));
}

function errors({ a, p }: { a: Float64Array; p: Float64Array }): Float64Array {
  return a.map((actual, i) => actual - (p[i] ?? NaN));
}

/** A relative error: no error is 0 % of anything, even of nothing. */
function ratio(error: number, size: number): number {
  return error === 0 ? 0 : error / size;
}

/** Mean squared error, in squared units of the target. */
export function mse(actual: Numbers, predicted: Numbers): number {
  return meanOver(pair('mse', actual, predicted), (a, p) => (a - p) ** 2);
}

/** Root mean squared error, in units of the target. */
export function rmse(actual: Numbers, predicted: Numbers): number {
  return rootMeanSquare(errors(pair('rmse', actual, predicted)));
}

/** Mean absolute error, in units of the target. */
export function mae(actual: Numbers, predicted: Numbers): number {
  return meanOver(pair('mae', actual, predicted), (a, p) => Math.abs(a - p));
}

/** Mean absolute percentage error, per cent. Infinite when an actual value is 0 and its forecast is not. */
export function mape(actual: Numbers, predicted: Numbers): number {
  return 100 * meanOver(pair('mape', actual, predicted), (a, p) => ratio(Math.abs(a - p), Math.abs(a)));
}

/** Symmetric mean absolute percentage error, per cent in 0 … 200. */
export function smape(actual: Numbers, predicted: Numbers): number {
  return 200 * meanOver(pair('smape', actual, predicted), (a, p) => ratio(Math.abs(a - p), Math.abs(a) + Math.abs(p)));
}

/** Coefficient of determination: 1 is perfect, 0 is as good as the mean of `actual`; NaN when `actual` is constant. */
export function r2(actual: Numbers, predicted: Numbers): number {
  const values = pair('r2', actual, predicted);
  return isConstant(values.a) ? NaN : 1 - (rootMeanSquare(errors(values)) / deviation(values.a)) ** 2;
}

/** Like R², but a constant offset of the forecast costs nothing; NaN when `actual` is constant. */
export function explainedVariance(actual: Numbers, predicted: Numbers): number {
  const values = pair('explainedVariance', actual, predicted);
  return isConstant(values.a) ? NaN : 1 - (deviation(errors(values)) / deviation(values.a)) ** 2;
}

/**
 * Mean absolute error of the (seasonal) naive forecast inside a series: the unit of MASE.
 *
 * @param series training values of the target in time order, flat.
 * @param season lag m of the naive forecast; 1 by default.
 * @returns 0 for a series that repeats itself but for rounding.
 * @throws DataError if the series is not longer than the season.
 */
export function naiveError(series: Numbers, season = 1): number {
  const site = { operation: 'naiveError', argument: 'series' };
  const { data } = toFinite(series, site);
  if (!Number.isInteger(season) || season < 1) {
    throw new ArgumentError({ operation: 'naiveError', argument: 'season', expected: 'a whole number of at least 1', actual: String(season) });
  }
  if (data.length <= season) {
    throw new DataError({ ...site, expected: `longer than the season of ${season}`, actual: `${data.length} values` });
  }
  const steps = data.subarray(season).map((v, i) => Math.abs(v - (data[i] ?? NaN)));
  return withinRounding(0, magnitude(steps), magnitude(data)) ? 0 : mean(steps);
}

/** What MASE divides by: a training series (and its season), or the naive error worked out before. */
export type MaseScale = { readonly training: Numbers; readonly season?: number } | { readonly naiveError: number };

/** Mean absolute scaled error: below 1 beats the naive forecast of the training series. Infinite if that series is constant and the forecast errs. */
export function mase(actual: Numbers, predicted: Numbers, scale: MaseScale): number {
  checkOptions<Readonly<Record<string, unknown>>>('mase, scale', scale, Object.hasOwn({ ...scale }, 'naiveError') ? { naiveError: true } : { training: true, season: true });
  const unit = 'naiveError' in scale ? scale.naiveError : naiveError(scale.training, scale.season);
  const values = pair('mase', actual, predicted);
  const error = mae(actual, predicted);
  return ratio(unit === 0 && withinRounding(0, error, magnitude(values.a)) ? 0 : error, unit);
}
