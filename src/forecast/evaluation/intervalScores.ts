/**
 * Scores of intervals [l, u] that are to hold a value y with probability 1 − α, the coverage:
 *
 *   U13  observed coverage = share of l ≤ y ≤ u
 *   U14  width = mean (u − l)
 *   U15  Winkler score = mean (u − l) + 2/α · (l − y if y < l) + 2/α · (y − u if y > u)         Winkler 1972
 *   U16  MSIS = Winkler score / naive error of the training series, as MASE divides            M4, where α is 0.05
 *
 * Coverage alone rewards wide intervals, width alone narrow ones; the Winkler score is least for the true quantiles.
 * A bound may be infinite. Every function throws ShapeError if shapes differ and DataError for NaN, other infinities, no numbers, or a lower bound above its upper one.
 */
import { requireProbability } from '../../checks.js';
import { DataError } from '../../errors.js';
import { mean } from '../../statistics.js';
import { toAligned, toBounds, toFinite } from '../series/arrays.js';
import type { Numbers } from '../series/arrays.js';
import { ratio } from './metrics.js';
import { maseUnit } from './scaledMetrics.js';
import type { MaseScale } from './scaledMetrics.js';

type Bounds = Readonly<Record<'lower' | 'upper', Float64Array>>;

function ordered<B extends Bounds>(operation: string, bounds: B): B {
  const { lower, upper } = bounds;
  const crossed = lower.findIndex((value, i) => value > (upper[i] ?? NaN));
  if (crossed >= 0) {
    throw new DataError({ operation, argument: 'lower', expected: 'at most as large as upper', actual: `${lower[crossed]} above ${upper[crossed]} at place ${crossed}` });
  }
  return bounds;
}

function aligned(operation: string, actual: Numbers, lower: Numbers, upper: Numbers): Bounds & { readonly actual: Float64Array } {
  toFinite(actual, { operation, argument: 'actual' });
  return ordered(operation, toAligned(operation, { actual, lower, upper }, toBounds));
}

/** Share of values inside their interval, its ends included, 0 … 1. */
export function intervalCoverage(actual: Numbers, lower: Numbers, upper: Numbers): number {
  const operation = 'intervalCoverage';
  const { actual: a, lower: l, upper: u } = aligned(operation, actual, lower, upper);
  return mean(a.map((y, i) => ((l[i] ?? NaN) <= y && y <= (u[i] ?? NaN) ? 1 : 0))); // U13
}

/** Mean width, in units of the target. */
export function intervalWidth(lower: Numbers, upper: Numbers): number {
  const operation = 'intervalWidth';
  const { lower: l, upper: u } = ordered(operation, toAligned(operation, { lower, upper }, toBounds));
  return mean(l.map((low, i) => (u[i] ?? NaN) - low)); // U14
}

/**
 * Mean Winkler (interval) score, in units of the target; less is better.
 * @param coverage that the intervals claim, in (0, 1).
 */
export function winkler(actual: Numbers, lower: Numbers, upper: Numbers, coverage: number): number {
  return winklerScore('winkler', actual, lower, upper, coverage);
}

function winklerScore(operation: string, actual: Numbers, lower: Numbers, upper: Numbers, coverage: number): number {
  requireProbability(operation, 'coverage', coverage);
  const { actual: a, lower: l, upper: u } = aligned(operation, actual, lower, upper);
  return mean(a.map((y, i) => {
    const [low, high] = [l[i] ?? NaN, u[i] ?? NaN];
    return high - low + (2 / (1 - coverage)) * Math.max(0, low - y, y - high); // U15
  }));
}

/** Mean scaled interval score; less is better. M4: a coverage of 0.95 and the season that MASE has. */
export function msis(actual: Numbers, lower: Numbers, upper: Numbers, coverage: number, scale: MaseScale): number {
  const unit = maseUnit('msis', scale);
  return ratio(winklerScore('msis', actual, lower, upper, coverage), unit); // U16
}
