/**
 * What forecasts of the validation block say of those to come: bounds about a point from its residuals (split conformal), bounds that a head says itself
 * moved until they hold what they claim (conformalised quantiles). Of several series, residuals and bounds are first divided by each series' naive
 * error at the season, the unit of MASE, and multiplied by it again.
 */
import type { JsonValue } from '../../json.js';
import { damaged, listOf, numberOf, objectOf } from '../../models/files/json.js';
import { fromHost } from '../../ndarrays.js';
import { applyCorrection, quantileCorrection, scoresNeeded } from '../evaluation/conformal.js';
import { applyInterval, residualInterval, residualsNeeded } from '../evaluation/interval.js';
import type { Float64NdArray } from '../series/arrays.js';
import { coverageOf } from './plan.js';
import type { Plan } from './plan.js';
import type { Points } from './predicting.js';

/** Offsets in units of the series, one for each step ahead. */
export type Interval =
  | { readonly kind: 'residuals'; readonly coverage: number; readonly count: number; readonly lower: Float64Array; readonly upper: Float64Array }
  | { readonly kind: 'quantiles'; readonly coverage: number; readonly count: number; readonly widening: Float64Array };

export interface Bounds {
  readonly lower: Float64NdArray;
  readonly upper: Float64NdArray;
}

/** Coverage that so many residuals of the validation block allow; undefined where they allow none. */
export function fittingCoverage(plan: Plan, count: number): number | undefined {
  const wanted = coverageOf(plan);
  const needed = plan.head === 'point' ? residualsNeeded : scoresNeeded;
  return (wanted === undefined ? [0.9, 0.8] : [wanted]).find((coverage) => count >= needed(coverage));
}

/** Units of the samples' series; undefined where there is one series, whose errors are left as they are. */
export type Units = Float64Array | undefined;

function divided(values: Float64NdArray, units: Units, power: 1 | -1): Float64NdArray {
  if (!units) return values;
  const [, steps = 1] = values.shape;
  return fromHost(values.data.map((value, i) => value * (units[Math.floor(i / steps)] ?? NaN) ** power), values.shape);
}

/** @param actual [n, h] of the validation block. @param coverage as {@link fittingCoverage}. */
export function measureInterval(plan: Plan, actual: Float64NdArray, points: Points, units: Units, coverage: number): Interval {
  if (plan.head === 'point') {
    const residuals = fromHost(actual.data.map((value, i) => value - (points.predicted.data[i] ?? NaN)), actual.shape);
    return { kind: 'residuals', ...residualInterval(divided(residuals, units, -1), coverage) };
  }
  const { lower, upper } = ends(points);
  const own = (values: Float64NdArray): Float64NdArray => divided(values, units, -1);
  return { kind: 'quantiles', ...quantileCorrection(own(actual), own(lower), own(upper), coverage) };
}

/** What the head says itself. */
function ends({ predicted, levels }: Points): Bounds {
  return { lower: levels[0]?.values ?? predicted, upper: levels.at(-1)?.values ?? predicted };
}

/** Bounds of forecasts; undefined for a point head without an interval. */
export function boundsOf(points: Points, interval: Interval | undefined, units: Units): Bounds | undefined {
  if (!interval) return points.levels.length > 0 ? ends(points) : undefined;
  const own = (values: Float64NdArray): Float64NdArray => divided(values, units, -1);
  const given = ends(points);
  const { lower, upper } = interval.kind === 'residuals' ? applyInterval(own(points.predicted), interval) : applyCorrection(own(given.lower), own(given.upper), interval);
  return { lower: divided(lower, units, 1), upper: divided(upper, units, 1) };
}

export function intervalJson(interval: Interval | undefined): JsonValue {
  if (!interval) return null;
  const { kind, coverage, count } = interval;
  const offsets = kind === 'residuals' ? { lower: [...interval.lower], upper: [...interval.upper] } : { widening: [...interval.widening] };
  return { kind, coverage, count, ...offsets };
}

/** @throws FileFormatError for what {@link intervalJson} has not written. */
export function intervalFromJson({ horizon }: Plan, json: JsonValue | undefined): Interval | undefined {
  if (json === null || json === undefined) return undefined;
  const { kind, coverage, count, lower, upper, widening } = objectOf('interval', json);
  const offsets = (argument: string, value: JsonValue | undefined): Float64Array => {
    const list = listOf(argument, value);
    if (list.length !== horizon) throw damaged(argument, `${horizon} numbers`, list.length);
    return Float64Array.from(list, (each) => numberOf(argument, each));
  };
  const shared = { coverage: numberOf('coverage', coverage), count: numberOf('count', count) };
  return kind === 'residuals'
    ? { kind, ...shared, lower: offsets('lower', lower), upper: offsets('upper', upper) } : { kind: 'quantiles', ...shared, widening: offsets('widening', widening) };
}
