/**
 * Errors in units of what the naive forecast errs inside the training series, so that series of any scale can be averaged
 * (Hyndman & Koehler 2006; the M4 and M5 competitions). With y₁ … y_T the training series and m the season:
 *
 *   U2   naive error = mean |yₜ − yₜ₋ₘ|, t = m+1 … T          U3   MASE = mean |e| / naive error
 *   U4   naive RMS error = √mean (yₜ − yₜ₋ₘ)²                 U5   RMSSE = √mean e² / naive RMS error
 *   U6   OWA = ½ (sMAPE / sMAPE of Naive2 + MASE / MASE of Naive2), both means over all series
 *
 * A training series that repeats itself but for rounding has a naive error of 0: the score is then 0 for a forecast that
 * does not err but for rounding, and infinite for any other.
 */
import { checkOptions, requireCount } from '../../checks.js';
import { ArgumentError, DataError } from '../../errors.js';
import { magnitude, mean, rootMeanSquare, withinRounding } from '../../statistics.js';
import { toFinite } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { mae, ratio, rmse } from './metrics.js';

/** yₜ − yₜ₋ₘ inside a series; all 0 where nothing is left but rounding. */
function seasonalSteps(operation: string, series: Numbers, season: number): Float64Array {
  const site = { operation, argument: 'series' };
  const { data } = toFinite(series, site);
  requireCount(operation, 'season', season);
  if (data.length <= season) {
    throw new DataError({ ...site, expected: `longer than the season of ${season}`, actual: `${data.length} values` });
  }
  const steps = data.subarray(season).map((v, i) => v - (data[i] ?? NaN));
  return withinRounding(0, magnitude(steps), magnitude(data)) ? steps.fill(0) : steps;
}

/**
 * Mean absolute error of the (seasonal) naive forecast inside a series: the unit of MASE and MSIS.
 *
 * @param series training values of the target in time order, flat.
 * @param season lag m of the naive forecast; 1 by default. M4: 24 for hours, 12 for months, 4 for quarters, else 1.
 * @returns 0 for a series that repeats itself but for rounding.
 * @throws DataError if the series is not longer than the season.
 */
export function naiveError(series: Numbers, season = 1): number {
  return mean(seasonalSteps('naiveError', series, season).map(Math.abs)); // U2
}

/** Root mean squared error of the (seasonal) naive forecast inside a series: the unit of RMSSE. Arguments and errors as `naiveError`. */
export function naiveRmsError(series: Numbers, season = 1): number {
  return rootMeanSquare(seasonalSteps('naiveRmsError', series, season)); // U4
}

export type TrainingSeries = { readonly training: Numbers; readonly season?: number | undefined };

/** What MASE divides by: a training series (and its season), or the naive error worked out before. */
export type MaseScale = TrainingSeries | { readonly naiveError: number };

/** What RMSSE divides by: a training series (and its season), or the naive RMS error worked out before. */
export type RmsseScale = TrainingSeries | { readonly naiveRmsError: number };

/** @throws ArgumentError for a scale of another kind, or one that is no length. */
function unitOf(operation: string, scale: MaseScale | RmsseScale, key: 'naiveError' | 'naiveRmsError', of: typeof naiveError): number {
  const given: Readonly<Record<string, unknown>> = { ...scale };
  checkOptions<Readonly<Record<string, unknown>>>(`${operation}, scale`, scale, Object.hasOwn(given, key) ? { [key]: true } : { training: true, season: true });
  if ('training' in scale) return of(scale.training, scale.season);
  const unit = given[key];
  if (typeof unit === 'number' && unit >= 0) return unit;
  throw new ArgumentError({ operation, argument: 'scale', expected: `{ training, season } or { ${key} }, which is not negative`, actual: typeof unit === 'number' ? String(unit) : 'neither' });
}

/** An error in such units, of a forecast of numbers of magnitude `size`. */
function scaled(error: number, unit: number, size: number): number {
  return ratio(unit === 0 && withinRounding(0, error, size) ? 0 : error, unit);
}

/** The unit of MASE. */
export function maseUnit(operation: string, scale: MaseScale): number {
  return unitOf(operation, scale, 'naiveError', naiveError);
}

/** Mean absolute scaled error: below 1 beats the naive forecast inside the training series. */
export function mase(actual: Numbers, predicted: Numbers, scale: MaseScale): number {
  const unit = maseUnit('mase', scale);
  return scaled(mae(actual, predicted), unit, sizeOf('mase', actual)); // U3
}

/** Root mean squared scaled error, M5's where the season is 1: it counts from the first value, so cut leading zeros off a training series that starts late. */
export function rmsse(actual: Numbers, predicted: Numbers, scale: RmsseScale): number {
  const unit = unitOf('rmsse', scale, 'naiveRmsError', naiveRmsError);
  return scaled(rmse(actual, predicted), unit, sizeOf('rmsse', actual)); // U5
}

function sizeOf(operation: string, actual: Numbers): number {
  return magnitude(toFinite(actual, { operation, argument: 'actual' }).data);
}

/** Means over all series. */
export interface M4Scores {
  readonly smape: number;
  readonly mase: number;
}

/** M4's overall weighted average: 1 is as good as Naive2, less is better. Means over the series first, then their ratios: of a mean of ratios the order of methods may differ. */
export function owa(scores: M4Scores, naive2: M4Scores): number {
  return (ratio(scores.smape, naive2.smape) + ratio(scores.mase, naive2.mase)) / 2; // U6
}
