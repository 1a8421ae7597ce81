/** Forecasts as their owner gets them: arrays by sample and step, and the rows of the long table. */
import { fromHost } from '../../ndarrays.js';
import type { ForecastRow } from '../evaluation/forecastTable.js';
import type { ForecastWarning } from '../evaluation/warning.js';
import type { Float64NdArray } from '../series/arrays.js';
import { boundsOf } from './intervals.js';
import type { Bounds, Interval, Units } from './intervals.js';
import type { Plan } from './plan.js';
import type { Points } from './predicting.js';
import { sampleAt } from './samples.js';
import type { Sample, Samples } from './samples.js';

/** Forecasts of windows whose values have come, in the units of the table. */
export interface BlockForecasts {
  /** Series of each of the n samples. */
  readonly series: readonly string[];
  /** The last row that each of them knew, [n]. */
  readonly origins: Int32Array;
  /** [n, horizon], as are the values below. */
  readonly actual: Float64NdArray;
  readonly predicted: Float64NdArray;
  /** The last known value: what no-change says, [n]. */
  readonly previous: Float64Array;
  /** Absent without an interval. */
  readonly lower?: Float64NdArray;
  readonly upper?: Float64NdArray;
  /** Of a quantile head, as it says them, by level. */
  readonly quantiles?: Readonly<Record<string, Float64NdArray>>;
  /** The same as a long table. */
  readonly rows: readonly ForecastRow[];
}

/** What comes after the last known row of each series. */
export interface Forecast {
  /** Series by series, step by step. `actual` is NaN; dates are numbers of rows where the table has none. */
  readonly rows: readonly ForecastRow[];
  /** Sampled futures, [paths, horizon] of each series; of a recursive network that says a distribution, where they were asked for. */
  readonly paths?: ReadonlyMap<string, Float64NdArray>;
  readonly warnings: readonly ForecastWarning[];
}

/** Units of the series of samples; none where there is one series. */
export function unitsOf(samples: readonly Sample[], several: boolean): Units {
  return several ? Float64Array.from(samples, ({ series }) => series.naiveError) : undefined;
}

function quantilesOf({ head }: Plan, { levels }: Points): Record<string, Float64NdArray> | undefined {
  return typeof head === 'object' ? Object.fromEntries(levels.map(({ level, values }) => [String(level), values])) : undefined;
}

export function tableRows(plan: Plan, samples: readonly Sample[], points: Points, bounds: Bounds | undefined): ForecastRow[] {
  const quantiles = Object.entries(quantilesOf(plan, points) ?? {});
  const { horizon, name: model } = plan;
  return samples.flatMap(({ series, origin }, i) => {
    const nameOf = (row: number): string => series.dates[row] ?? String(row + series.offset);
    return Array.from({ length: horizon }, (_, k): ForecastRow => {
      const at = i * horizon + k;
      const row = origin + 1 + k;
      return {
        series: series.name, model, cutoff: nameOf(origin), date: nameOf(row), step: k + 1, actual: row < series.rows ? series.target[row] ?? NaN : NaN, forecast: points.predicted.data[at] ?? NaN,
        ...(bounds && { lower: bounds.lower.data[at], upper: bounds.upper.data[at] }),
        ...(quantiles.length > 0 && { quantiles: Object.fromEntries(quantiles.map(([level, values]) => [level, values.data[at] ?? NaN])) }),
      };
    });
  });
}

/** What came, [n, horizon]. */
export function actualOf({ horizon }: Plan, samples: readonly Sample[]): Float64NdArray {
  const data = new Float64Array(samples.length * horizon);
  samples.forEach(({ series, origin }, i) => { data.set(series.target.subarray(origin + 1, origin + 1 + horizon), i * horizon); });
  return fromHost(data, [samples.length, horizon]);
}

export function blockForecasts(plan: Plan, list: Samples, points: Points, interval: Interval | undefined, several: boolean): BlockForecasts {
  const samples = Array.from({ length: list.length }, (_, i) => sampleAt(list, i));
  const bounds = boundsOf(points, interval, unitsOf(samples, several));
  const quantiles = quantilesOf(plan, points);
  return {
    series: samples.map(({ series }) => series.name), origins: Int32Array.from(samples, ({ series, origin }) => origin + series.offset),
    actual: actualOf(plan, samples), predicted: points.predicted, previous: Float64Array.from(samples, ({ series, origin }) => series.target[origin] ?? NaN),
    ...bounds, ...(quantiles && { quantiles }), rows: tableRows(plan, samples, points, bounds),
  };
}
