/**
 * A series without its season, as the organisers of M4 take it out before their benchmarks forecast (Makridakis, Spiliotis & Assimakopoulos 2020).
 *
 *   Y10  rₖ = Σ (yₜ − ȳ)(yₜ₊ₖ − ȳ) / Σ (yₜ − ȳ)²
 *   Y11  seasonal where T ≥ 3m and |r[m]| > 1.645 √((1 + 2 (r₁² + … + r²[m−1])) / T): a test at 90 %
 *   Y12  trend = mean of m values centred at t; for an even m of m + 1 values, the outer two by half
 *   Y13  index of a phase = mean of y / trend over its seasons, divided by the mean of all indices; additive: of y − trend, less their mean
 */
import { checkOptions, requireChoice, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { DataError } from '../../errors.js';
import { isConstant, mean } from '../../statistics.js';
import type { Numbers } from '../series/arrays.js';
import { readHistory, steps } from './baseline.js';
import type { Baseline, FittedBaseline } from './baseline.js';
import { noChange } from './naive.js';

/** Autocorrelations at lags 1 … most. */
function autocorrelations(y: Float64Array, most: number): Float64Array {
  const center = mean(y);
  const d = y.map((v) => v - center);
  const product = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < d.length; t++) sum += (d[t] ?? NaN) * (d[t - lag] ?? NaN);
    return sum;
  };
  const whole = product(0);
  return Float64Array.from({ length: most }, (_, k) => product(k + 1) / whole); // Y10
}

/**
 * Whether a series repeats itself with this season: a test at 90 %.
 *
 * @param values flat, in time order.
 * @param season rows in a season; a season of 1 is none.
 * @returns false for fewer than three seasons, and for a series that is constant but for rounding.
 */
export function isSeasonal(values: Numbers, season: number): boolean {
  const y = readHistory('isSeasonal', values, 1);
  requireCount('isSeasonal', 'season', season);
  if (season === 1 || y.length < 3 * season || isConstant(y)) return false;
  const r = autocorrelations(y, season);
  const before = r.subarray(0, season - 1).reduce((sum, v) => sum + v * v, 0);
  return Math.abs(r[season - 1] ?? NaN) > 1.645 * Math.sqrt((1 + 2 * before) / y.length); // Y11
}

export interface SeasonOptions {
  /** Rows in a season: 24 for hours in a day, 12 for months in a year; 1 for none. */
  readonly season: number;
  /** Whether the season multiplies the level, which takes positive values only, or adds to it; 'multiplicative' by default, as in M4. */
  readonly decomposition?: 'multiplicative' | 'additive' | undefined;
}

export const seasonNames: OptionNames<SeasonOptions> = { season: true, decomposition: true };

/** Indices of the phases of y, from the first value on. */
function seasonalIndices(y: Float64Array, season: number, divides: boolean): Float64Array {
  const half = Math.floor(season / 2);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = half; t < y.length - half; t++) {
    let trend = 0;
    for (let i = t - half; i <= t + half; i++) trend += (y[i] ?? NaN) * (season % 2 === 0 && Math.abs(i - t) === half ? 0.5 : 1);
    trend /= season; // Y12
    sums[t % season] = (sums[t % season] ?? NaN) + (divides ? (y[t] ?? NaN) / trend : (y[t] ?? NaN) - trend);
    counts[t % season] = (counts[t % season] ?? NaN) + 1;
  }
  const raw = sums.map((sum, phase) => sum / (counts[phase] ?? NaN));
  const level = mean(raw);
  return raw.map((v) => (divides ? v / level : v - level)); // Y13
}

/**
 * A baseline on the series without its season, which the forecast gets back; as it is where the series has none by `isSeasonal`. M4's SES is
 * `seasonallyAdjusted(ses(), { season })`.
 *
 * @returns a baseline whose `parameters` are those of the inner one and, if the series is seasonal, `seasonalIndices`, from the phase of the first value on.
 * @throws `fit` DataError for a seasonal series that is not positive, unless the decomposition is additive.
 */
export function seasonallyAdjusted(inner: Baseline, options: SeasonOptions): Baseline {
  return adjusted('seasonallyAdjusted', inner, options);
}

/** `seasonallyAdjusted` under the name of another baseline. */
export function adjusted(operation: string, inner: Baseline, options: SeasonOptions): Baseline {
  const { season, decomposition = 'multiplicative' } = checkOptions(operation, options, seasonNames);
  requireCount(operation, 'season', season);
  const divides = requireChoice(operation, 'decomposition', decomposition, ['multiplicative', 'additive']) === 'multiplicative';
  return {
    fit(history): FittedBaseline {
      const y = readHistory(operation, history, 1);
      if (!isSeasonal(y, season)) return inner.fit(y);
      const low = y.findIndex((v) => v <= 0);
      if (divides && low >= 0) {
        throw new DataError({
          operation, argument: 'history', expected: 'positive, as its season multiplies the level', actual: `${y[low]} at position [${low}]`,
          hint: "Say decomposition: 'additive'.",
        });
      }
      const indices = seasonalIndices(y, season, divides);
      const fitted = inner.fit(y.map((v, t) => (divides ? v / (indices[t % season] ?? NaN) : v - (indices[t % season] ?? NaN))));
      return {
        parameters: { ...fitted.parameters, seasonalIndices: Array.from(indices) },
        forecast(horizon) {
          const points = fitted.forecast(horizon);
          const phase = (k: number): number => indices[(y.length + k - 1) % season] ?? NaN;
          return steps(operation, horizon, (k) => (divides ? (points[k - 1] ?? NaN) * phase(k) : (points[k - 1] ?? NaN) + phase(k)));
        },
      };
    },
  };
}

/** No-change on the series without its season: M4's Naive2, over which OWA is taken. */
export function naive2(options: SeasonOptions): Baseline {
  return adjusted('naive2', noChange(), options);
}
