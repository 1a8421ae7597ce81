/**
 * Intervals that were predicted as two quantiles, made to hold what they claim by the values of a block the model was not fitted on
 * (conformalised quantile regression; Romano, Patterson & Candès 2019). For bounds [l, u] and n values y of that block:
 *
 *   U20  score E = max(l − y, y − u): below 0 inside, above 0 outside
 *   U21  Q = the ⌈(n + 1) · coverage⌉-th smallest score, of each step ahead; the interval is [l − Q, u + Q]
 *
 * Over a backtest, where errors change with time, the coverage aimed at is moved after every miss and every hit (adaptive conformal inference;
 * Gibbs & Candès 2021). With γ the rate, α = 1 − coverage, α₁ = α, and the scores known at origin t:
 *
 *   U22  αₜ = αₜ₋₁ + γ (α − missₛ) for each origin s whose value has become known
 *   U23  Qₜ = the ⌈(m + 1)(1 − αₜ)⌉-th smallest of the m scores known; infinite where there are too few, or αₜ ≤ 0
 *
 * U21 promises the coverage on average over blocks that are exchangeable with what comes; U22 that the share of misses over T forecasts is within
 * (max(α, 1 − α) + γ) / (γ T) of α, whatever the values do, where each is known before the next forecast. Neither promises it for a given day.
 */
import { checkOptions, requireCount, requireProbability } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { nearWhole } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, toFinite, toForecasts } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';

export interface QuantileCorrection {
  /** What both bounds move outwards at each step ahead, [h]; below 0 they move inwards. */
  readonly widening: Float64Array;
  readonly coverage: number;
  /** Values it rests on. */
  readonly count: number;
}

interface Bounded {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly count: number;
  readonly horizon: number;
  /** As it was given, flat or not. */
  readonly shape: readonly number[];
}

/** @throws ShapeError unless shapes are alike; DataError for a lower bound above its upper one. */
function readBounds(operation: string, lower: Numbers, upper: Numbers): Bounded {
  const l = toForecasts(lower, { operation, argument: 'lower' });
  const u = toForecasts(upper, { operation, argument: 'upper' });
  if (l.count !== u.count || l.horizon !== u.horizon) throw new ShapeError({ operation, argument: 'upper', expected: `of shape ${formatShape(l.shape)}`, actual: formatShape(u.shape) });
  const crossed = l.data.findIndex((value, i) => value > (u.data[i] ?? NaN));
  if (crossed >= 0) {
    throw new DataError({
      operation, argument: 'lower', expected: 'at most as large as upper', actual: `${l.data[crossed]} above ${u.data[crossed]}`, hint: 'Quantiles that cross are put in order by sorting them.',
    });
  }
  return { lower: l.data, upper: u.data, count: l.count, horizon: l.horizon, shape: toFinite(lower, { operation, argument: 'lower' }).shape };
}

function readActual(operation: string, actual: Numbers, { count, horizon, shape }: Bounded): Float64Array {
  const a = toForecasts(actual, { operation, argument: 'actual' });
  if (a.count !== count || a.horizon !== horizon) throw new ShapeError({ operation, argument: 'actual', expected: `of shape ${formatShape(shape)}`, actual: formatShape(a.shape) });
  return a.data;
}

/** Scores of all values. */
function scoresOf(actual: Float64Array, { lower, upper }: Bounded): Float64Array {
  return actual.map((y, i) => Math.max((lower[i] ?? NaN) - y, y - (upper[i] ?? NaN))); // U20
}

/** Which of n scores, counted from 1, a new one exceeds with a probability of at most 1 − coverage. */
function rankOf(n: number, coverage: number): number {
  return Math.ceil(nearWhole((n + 1) * coverage, n + 1));
}

/** Values that `quantileCorrection` needs for this coverage. */
export function scoresNeeded(coverage: number): number {
  const needed = coverage / (1 - coverage);
  return Math.max(1, Math.ceil(nearWhole(needed, (needed + 1) ** 2)));
}

/**
 * How far predicted bounds have to move, so that they hold new values with the coverage wanted. Where series differ in scale, divide all three by
 * the scale of each first, and multiply the bounds afterwards.
 *
 * @param actual [n, h] (or [n]), as are `lower` and `upper`, of a block that the model was not fitted on.
 * @param coverage wanted probability in (0, 1); 0.9 by default.
 * @throws DataError for too few values, or a lower bound above its upper one.
 */
export function quantileCorrection(actual: Numbers, lower: Numbers, upper: Numbers, coverage = 0.9): QuantileCorrection {
  const operation = 'quantileCorrection';
  requireProbability(operation, 'coverage', coverage);
  const bounds = readBounds(operation, lower, upper);
  const scores = scoresOf(readActual(operation, actual, bounds), bounds);
  const { count, horizon } = bounds;
  const needed = scoresNeeded(coverage);
  if (count < needed) {
    throw new DataError({ operation, argument: 'actual', expected: `at least ${needed} values for a coverage of ${coverage}`, actual: String(count), hint: 'Use a longer validation block or a lower coverage.' });
  }
  const rank = rankOf(count, coverage);
  return { widening: Float64Array.from({ length: horizon }, (_, k) => columnOf(scores, horizon, k).sort()[rank - 1] ?? NaN), coverage, count }; // U21
}

/** Both bounds moved outwards by q, or inwards until they meet. */
function widened(lower: number, upper: number, q: number): readonly [number, number] {
  if (lower - q <= upper + q) return [lower - q, upper + q];
  const middle = lower / 2 + upper / 2;
  return [middle, middle];
}

/** Predicted bounds [n, h] as the correction moves them. */
export function applyCorrection(lower: Numbers, upper: Numbers, { widening }: QuantileCorrection): { lower: Float64NdArray; upper: Float64NdArray } {
  const bounds = readBounds('applyCorrection', lower, upper);
  const { horizon, shape } = bounds;
  if (horizon !== widening.length) throw new ShapeError({ operation: 'applyCorrection', argument: 'lower', expected: formatShape(['n', widening.length]), actual: formatShape(shape) });
  const pairs = Array.from(bounds.lower, (low, i) => widened(low, bounds.upper[i] ?? NaN, widening[i % horizon] ?? NaN));
  return { lower: fromHost(Float64Array.from(pairs, ([low]) => low), shape), upper: fromHost(Float64Array.from(pairs, ([, high]) => high), shape) };
}

export interface AdaptiveOptions {
  /** Wanted share of values inside, in (0, 1); 0.9 by default. */
  readonly coverage?: number | undefined;
  /** How far a miss moves the coverage aimed at, above 0; 0.005 by default, as in the paper. Larger follows faster and wavers more. */
  readonly rate?: number | undefined;
  /** Rows between one origin and the next, which say when a value is known; 1 by default. */
  readonly stride?: number | undefined;
}

const optionNames: OptionNames<AdaptiveOptions> = { coverage: true, rate: true, stride: true };

export interface AdaptiveIntervals {
  /** [n, h]; −∞ and ∞ while too few values are known. */
  readonly lower: Float64NdArray;
  readonly upper: Float64NdArray;
  /** The miss rate αₜ that each interval aimed at, [n, h]; outside 0 … 1 after many misses or hits in a row. */
  readonly missRate: Float64NdArray;
}

/**
 * Intervals over a backtest that learn from each value once it is known, each step ahead on its own.
 *
 * @param actual [n, h] (or [n]), of consecutive origins in time order. Those at the beginning are what it learns from first.
 * @param lower bound that was predicted, of the same shape, as is `upper`; a point forecast is both of them.
 */
export function adaptiveIntervals(actual: Numbers, lower: Numbers, upper: Numbers, options: AdaptiveOptions = {}): AdaptiveIntervals {
  const operation = 'adaptiveIntervals';
  const { coverage = 0.9, rate = 0.005, stride = 1 } = checkOptions(operation, options, optionNames);
  requireProbability(operation, 'coverage', coverage);
  requireCount(operation, 'stride', stride);
  if (!(rate > 0 && rate < Infinity)) throw new ArgumentError({ operation, argument: 'rate', expected: 'above 0', actual: String(rate) });
  const bounds = readBounds(operation, lower, upper);
  const { count, horizon, shape } = bounds;
  const scores = scoresOf(readActual(operation, actual, bounds), bounds);
  const [low, high, missRate] = [new Float64Array(count * horizon), new Float64Array(count * horizon), new Float64Array(count * horizon)];
  for (let k = 0; k < horizon; k++) {
    const known: number[] = [];
    let alpha = 1 - coverage;
    const widening = new Float64Array(count);
    // The value k + 1 rows after an origin is known at the first origin that is not before it.
    const delay = Math.ceil((k + 1) / stride);
    for (let t = 0; t < count; t++) {
      const s = t - delay;
      if (s >= 0) {
        const score = scores[s * horizon + k] ?? NaN;
        alpha += rate * (1 - coverage - (score > (widening[s] ?? NaN) ? 1 : 0)); // U22
        known.splice(placeIn(known, score), 0, score);
      }
      const rank = alpha <= 0 ? Infinity : rankOf(known.length, 1 - alpha);
      widening[t] = rank > known.length ? Infinity : rank < 1 ? -Infinity : known[rank - 1] ?? NaN; // U23
      const i = t * horizon + k;
      [low[i], high[i]] = widened(bounds.lower[i] ?? NaN, bounds.upper[i] ?? NaN, widening[t] ?? NaN);
      missRate[i] = alpha;
    }
  }
  return { lower: fromHost(low, shape), upper: fromHost(high, shape), missRate: fromHost(missRate, shape) };
}

/** Where a number belongs in an ascending list. */
function placeIn(list: readonly number[], value: number): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle] ?? NaN) <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
