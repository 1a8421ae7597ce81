/**
 * Scores of whole distributions. For a forecast q of the quantile at level τ, and e = actual − q:
 *
 *   U7   pinball = mean max(τ e, (τ − 1) e)                                  Koenker & Bassett 1978
 *   U8   wQL = mean over τ of 2 Σ max(τ e, (τ − 1) e) / Σ |actual|           nine levels, 0.1 … 0.9
 *   U9   CRPS of quantiles = mean over τ of 2 · pinball
 *
 * The continuous ranked probability score, ∫ (F(x) − [x ≥ actual])² dx, is the mean of 2 · pinball over all levels from 0 to 1
 * (Gneiting & Raftery 2007), in units of the target; of a point forecast it is the absolute error. With z = (actual − µ)/σ:
 *
 *   U10  samples x₁ … x_S:  mean |xᵢ − actual| − ½ mean |xᵢ − xⱼ|
 *   U11  normal:     σ (z (2 Φ(z) − 1) + 2 φ(z) − 1/√π)
 *   U12  Student t:  σ (z (2 F(z) − 1) + 2 f(z) (ν + z²)/(ν − 1) − 2 √ν/(ν − 1) · B(½, ν − ½)/B(½, ν/2)²)
 *
 * (Jordan, Krüger & Lerch 2019). All are means over the numbers of `actual`; less is better.
 * Every function throws ShapeError if shapes do not fit and DataError for NaN, infinities or no numbers at all.
 */
import { requireProbability } from '../../checks.js';
import { logBeta, normalCdf, normalDensity, studentTCdf, studentTDensity } from '../../distributions.js';
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { mean } from '../../statistics.js';
import { sameShape } from '../../tensor.js';
import { toAligned, toFinite } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { ratio } from './metrics.js';

/** Of wQL, where no others are said. */
export const NINE_LEVELS: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function pinballLoss(error: number, level: number): number {
  return Math.max(level * error, (level - 1) * error);
}

/**
 * Mean pinball loss of forecasts of one quantile, in units of the target.
 * @param level probability τ of a value below the forecast, in (0, 1); at 0.5 it is half the mean absolute error.
 */
export function pinball(actual: Numbers, predicted: Numbers, level: number): number {
  requireProbability('pinball', 'level', level);
  const { actual: a, predicted: p } = toAligned('pinball', { actual, predicted });
  return mean(a.map((value, i) => pinballLoss(value - (p[i] ?? NaN), level))); // U7
}

/** Flat actual values, and what stands beside each of them along a last axis. */
function withLastAxis(operation: string, actual: Numbers, argument: string, values: Numbers, width?: number): { a: Float64Array; v: Float64Array; width: number } {
  const a = toFinite(actual, { operation, argument: 'actual' });
  const v = toFinite(values, { operation, argument });
  const last = v.shape.at(-1) ?? 0;
  if (!sameShape(v.shape, [...a.shape, width ?? last])) {
    throw new ShapeError({ operation, argument, expected: `of shape ${formatShape([...a.shape, width ?? argument])}`, actual: formatShape(v.shape) });
  }
  if (v.data.length === 0) throw new DataError({ operation, argument, expected: 'at least one number', actual: 'none' });
  return { a: a.data, v: v.data, width: last };
}

/** Mean pinball loss of each level. */
function pinballs(operation: string, actual: Numbers, quantiles: Numbers, levels: readonly number[]): { losses: number[]; a: Float64Array } {
  levels.forEach((level, i) => { requireProbability(operation, `levels[${i}]`, level); });
  const { a, v } = withLastAxis(operation, actual, 'quantiles', quantiles, levels.length);
  return { a, losses: levels.map((level, k) => mean(a.map((value, i) => pinballLoss(value - (v[i * levels.length + k] ?? NaN), level)))) };
}

/**
 * Weighted quantile loss, as GluonTS and M5 papers call it: a number without unit, dominated by the series of largest values.
 * @param quantiles the shape of `actual` and a last axis, one entry for each level.
 * @param levels in (0, 1), in the order of that axis; 0.1, 0.2, … 0.9 by default.
 * @returns infinite where every actual value is 0 and a forecast is not.
 */
export function wql(actual: Numbers, quantiles: Numbers, levels: readonly number[] = NINE_LEVELS): number {
  const { losses, a } = pinballs('wql', actual, quantiles, levels);
  const size = mean(a.map(Math.abs));
  return mean(losses.map((loss) => ratio(2 * loss, size))); // U8
}

/**
 * CRPS of a distribution that is known by some quantiles, each of which stands for as much probability as another: the levels ought to be
 * spaced evenly. Arguments as `wql`.
 */
export function crpsQuantiles(actual: Numbers, quantiles: Numbers, levels: readonly number[] = NINE_LEVELS): number {
  return 2 * mean(pinballs('crpsQuantiles', actual, quantiles, levels).losses); // U9
}

/**
 * CRPS of a distribution that is known by samples: that of the step function they make.
 * @param samples the shape of `actual` and a last axis of samples, in any order.
 */
export function crpsSamples(actual: Numbers, samples: Numbers): number {
  const { a, v, width } = withLastAxis('crpsSamples', actual, 'samples', samples);
  return mean(a.map((value, i) => {
    const sorted = v.slice(i * width, (i + 1) * width).sort();
    // mean |xᵢ − xⱼ| over all pairs of a sorted list is 2/S² Σ (2i − S + 1) xᵢ, i from 0.
    const spread = sorted.map((x, k) => ((2 * k - width + 1) / width) * (x - value));
    return mean(sorted.map((x, k) => Math.abs(x - value) - (spread[k] ?? NaN))); // U10
  }));
}

function requireScale(operation: string, argument: string, scale: Float64Array): void {
  const bad = scale.find((value) => value < 0);
  if (bad !== undefined) throw new DataError({ operation, argument, expected: 'no negative numbers', actual: String(bad) });
}

/** CRPS at |z| in units of the scale; beyond 1e150 the difference from |z| is rounded away, and squares overflow. */
function standardised(error: number, scale: number, score: (z: number) => number): number {
  const z = Math.abs(error) / scale;
  return scale === 0 || z > 1e150 ? Math.abs(error) : scale * score(z);
}

/** CRPS of normal distributions. @param center mean, of the shape of `actual`, as is `deviation`; a deviation of 0 is a point forecast. */
export function crpsGaussian(actual: Numbers, center: Numbers, deviation: Numbers): number {
  const operation = 'crpsGaussian';
  const { actual: a, center: c, deviation: d } = toAligned(operation, { actual, center, deviation });
  requireScale(operation, 'deviation', d);
  return mean(a.map((value, i) => standardised(value - (c[i] ?? NaN), d[i] ?? NaN,
    (z) => z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI)))); // U11
}

/**
 * CRPS of Student t distributions.
 * @param center of the shape of `actual`, as is `scale`, which is σ, not the deviation σ √(ν/(ν − 2)).
 * @param degrees of freedom ν, the shape of `actual`, above 1: else the score is infinite.
 */
export function crpsStudentT(actual: Numbers, center: Numbers, scale: Numbers, degrees: Numbers): number {
  const operation = 'crpsStudentT';
  const { actual: a, center: c, scale: s, degrees: n } = toAligned(operation, { actual, center, scale, degrees });
  requireScale(operation, 'scale', s);
  const few = n.find((value) => value <= 1);
  if (few !== undefined) throw new DataError({ operation, argument: 'degrees', expected: 'above 1', actual: String(few) });
  return mean(a.map((value, i) => {
    const nu = n[i] ?? NaN;
    const constant = (2 * Math.sqrt(nu) * Math.exp(logBeta(0.5, nu - 0.5) - 2 * logBeta(0.5, nu / 2))) / (nu - 1);
    return standardised(value - (c[i] ?? NaN), s[i] ?? NaN,
      (z) => z * (2 * studentTCdf(z, nu) - 1) + (2 * studentTDensity(z, nu) * (nu + z * z)) / (nu - 1) - constant); // U12
  }));
}
