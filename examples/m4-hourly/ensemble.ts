/** Many forecasts made one: quantiles averaged over the members, the outer ones conformalised a step ahead. */
import { applyCorrection, naiveError, quantileCorrection } from 'bptt/forecast';
import type { ForecastRow } from 'bptt/forecast';
import { COVERAGE, DAY, HORIZON, QUANTILES } from './settings.js';

/** Of all series, one after the other: [series × 48]. */
export interface Quantiles {
  readonly lower: Float64Array;
  readonly middle: Float64Array;
  readonly upper: Float64Array;
}

const [LOW, , HIGH] = QUANTILES;

/** The numbers of one member's rows, in their order. */
function quantilesOf(rows: readonly ForecastRow[]): Quantiles {
  const level = (row: ForecastRow, q: number): number => row.quantiles?.[String(q)] ?? NaN;
  return {
    lower: Float64Array.from(rows, (row) => level(row, LOW)), middle: Float64Array.from(rows, ({ forecast }) => forecast), upper: Float64Array.from(rows, (row) => level(row, HIGH)),
  };
}

/** @param members the rows of each, all of the same values. */
export function averaged(members: readonly (readonly ForecastRow[])[]): Quantiles {
  const all = members.map(quantilesOf);
  const over = (pick: (one: Quantiles) => Float64Array): Float64Array => {
    const sum = new Float64Array(all[0] ? pick(all[0]).length : 0);
    for (const one of all) pick(one).forEach((value, i) => { sum[i] = (sum[i] ?? 0) + value / all.length; });
    return sum;
  };
  return { lower: over(({ lower }) => lower), middle: over(({ middle }) => middle), upper: over(({ upper }) => upper) };
}

/** Naive errors of the series, [series]: the unit in which series of any scale are put together. */
export function unitsOf(training: Iterable<Float64Array>): Float64Array {
  return Float64Array.from([...training].map((values) => naiveError(values, DAY)));
}

/** Values in units of their series, [series, 48]. */
function inUnits(values: Float64Array, units: Float64Array): { data: Float64Array; shape: number[] } {
  return { data: values.map((value, i) => value / (units[Math.floor(i / HORIZON)] ?? NaN)), shape: [units.length, HORIZON] };
}

/**
 * Intervals of the forecast, widened (or narrowed) at each step ahead by what held 95 % of the validation block.
 * @param actual of the validation block. @param known, forecast what the ensemble said of that block, and of the hours to come.
 */
export function conformalised(actual: Float64Array, known: Quantiles, forecast: Quantiles, units: Float64Array): Quantiles {
  const correction = quantileCorrection(inUnits(actual, units), inUnits(known.lower, units), inUnits(known.upper, units), COVERAGE);
  const { lower, upper } = applyCorrection(inUnits(forecast.lower, units), inUnits(forecast.upper, units), correction);
  const back = ({ data }: { data: Float64Array }): Float64Array => data.map((value, i) => value * (units[Math.floor(i / HORIZON)] ?? NaN));
  return { lower: back(lower), middle: forecast.middle, upper: back(upper) };
}
