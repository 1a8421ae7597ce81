/**
 * Forecasts from past origins, beside what came: with the network as it was fitted, from origins that it has not learned from; or fitted anew as the
 * origins move on, to the rows up to each.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError, quoted } from '../../errors.js';
import type { Baseline } from '../baselines/baseline.js';
import { noChange } from '../baselines/naive.js';
import { adaptiveIntervals } from '../evaluation/conformal.js';
import { baselineRows } from '../evaluation/forecastTable.js';
import type { ForecastRow } from '../evaluation/forecastTable.js';
import type { ForecastWarning } from '../evaluation/warning.js';
import { fromHost } from '../../ndarrays.js';
import type { Float64NdArray } from '../series/arrays.js';
import type { Frame } from '../series/frame.js';
import type { Panel } from '../series/panel.js';
import { ONLY_SERIES } from '../series/table.js';
import type { Table } from '../series/table.js';
import type { ForecasterFitOptions } from './fitOptions.js';
import type { Bounds } from './intervals.js';
import type { Plan } from './plan.js';
import type { BlockForecasts } from './results.js';
import type { Sample } from './samples.js';
import type { SeriesData } from './seriesData.js';

export interface AdaptiveBounds {
  /** How far a miss moves the coverage aimed at; as in `adaptiveIntervals`. */
  readonly rate?: number | undefined;
}

export interface ForecasterBacktestOptions {
  /** By default the table that was fitted last. Of another one nothing may lie before what was learned from, as its dates show. */
  readonly table?: Table | undefined;
  /** How many origins of each series, its last ones whose values have all come. Default: those of the test block. */
  readonly origins?: number | undefined;
  /** Rows between one origin and the next. Default 1. */
  readonly stride?: number | undefined;
  /** Origins from one fit to the next, each to the rows up to the first of them; `never` (default): the forecaster as it is. */
  readonly refit?: number | 'never' | undefined;
  /** How it is fitted anew. */
  readonly fit?: ForecasterFitOptions | undefined;
  /** More forecasts of the same values, by name, each fitted to the whole history up to the origin; no-change is always there. */
  readonly baselines?: Readonly<Record<string, Baseline>> | undefined;
  /** Bounds that learn from each value once it has come (adaptive conformal inference), in the place of the fixed ones. Default false. */
  readonly adaptive?: boolean | AdaptiveBounds | undefined;
  /** Called after each fit and its forecasts. */
  readonly onFold?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const optionNames: OptionNames<Omit<ForecasterBacktestOptions, 'adaptive'>> & { readonly adaptive: true } = {
  table: true, origins: true, stride: true, refit: true, fit: true, baselines: true, adaptive: true, onFold: true, signal: 'signal',
};

export interface ForecasterBacktest {
  /** Of the forecaster, of `noChange`, of the baselines: series by series, by origin and step. */
  readonly rows: readonly ForecastRow[];
  /** Those of the forecaster as arrays. */
  readonly forecasts: BlockForecasts;
  readonly warnings: readonly ForecastWarning[];
}

export type SettledBacktest = Required<Pick<ForecasterBacktestOptions, 'stride' | 'refit' | 'baselines'>> & Omit<ForecasterBacktestOptions, 'adaptive'> & { readonly adaptive: AdaptiveBounds | undefined };

/** Copies of all but the table. @throws ArgumentError */
export function settleBacktest(options: ForecasterBacktestOptions): SettledBacktest {
  const operation = 'Forecaster.backtest';
  const { table, origins, stride = 1, refit = 'never', baselines = {}, adaptive = false, fit, ...rest } = checkOptions(operation, options as Omit<ForecasterBacktestOptions, 'adaptive'> & { adaptive?: ForecasterBacktestOptions['adaptive'] }, optionNames);
  if (origins !== undefined) requireCount(operation, 'origins', origins);
  requireCount(operation, 'stride', stride);
  if (refit !== 'never') requireCount(operation, 'refit', refit);
  if (refit === 'never' && fit) throw new ArgumentError({ operation, argument: 'fit', expected: 'given with refit', actual: 'without' });
  if (origins === undefined && (refit !== 'never' || table !== undefined)) throw new ArgumentError({ operation, argument: 'origins', expected: 'given with refit, and with another table', actual: 'nothing' });
  if (typeof adaptive === 'object') checkOptions(`${operation}, adaptive`, adaptive, { rate: true });
  return { ...rest, table, origins, stride, refit, fit: fit && { ...fit }, baselines: { ...baselines }, adaptive: adaptive === false ? undefined : adaptive === true ? {} : { ...adaptive } };
}

/** The last origins of a series whose values have all come, in order. @param lost rows at its beginning. @throws DataError where it has fewer. */
export function lastOrigins(name: string, rows: number, lost: number, { horizon, window }: Plan, count: number, stride: number): number[] {
  const last = rows - 1 - horizon;
  const first = last - (count - 1) * stride;
  const least = lost + window - 1;
  if (first >= least) return Array.from({ length: count }, (_, i) => first + i * stride);
  throw new DataError({
    operation: 'Forecaster.backtest', argument: 'origins', expected: `at most ${Math.max(0, Math.floor((last - least) / stride) + 1)} for ${name === ONLY_SERIES ? 'this table' : `series ${quoted(name)}`}`, actual: String(count),
  });
}

/** @throws ArgumentError for an origin whose values were learned from, or chose the epoch. @param known rows of each series that were. */
export function requireUnseen(samples: readonly Sample[], known: ReadonlyMap<string, number>): void {
  const early = samples.find(({ series, origin }) => origin + 1 < (known.get(series.name) ?? 0));
  if (!early) return;
  const { series, origin } = early;
  throw new ArgumentError({
    operation: 'Forecaster.backtest', argument: 'origins', expected: `after the rows that were fitted, of which there are ${known.get(series.name)}`, actual: `row ${origin}${series.name === ONLY_SERIES ? '' : ` of series ${quoted(series.name)}`}`,
    hint: 'Fit with a longer test block, ask for fewer origins, or say refit.',
  });
}

/** The series as they were known at an origin each. */
export function until(panel: Panel, origins: ReadonlyMap<string, number>): Panel {
  return new Map([...panel].map(([name, frame]) => [name, head(frame, (origins.get(name) ?? frame.rows - 1) + 1)]));
}

function head(frame: Frame, rows: number): Frame {
  return {
    ...frame, rows, dates: frame.dates.slice(0, rows), times: frame.times.slice(0, rows),
    columns: Object.fromEntries(Object.entries(frame.columns).map(([column, values]) => [column, values.slice(0, rows)])),
  };
}

/** Rows of no-change and of the baselines on the same values. */
export function baselineTable(plan: Plan, samples: readonly Sample[], baselines: Readonly<Record<string, Baseline>>): ForecastRow[] {
  const bySeries = new Map<SeriesData, number[]>();
  for (const { series, origin } of samples) bySeries.set(series, [...bySeries.get(series) ?? [], origin]);
  return Object.entries({ noChange: noChange(), ...baselines }).flatMap(([model, baseline]) => [...bySeries].flatMap(([series, origins]) =>
    baselineRows(baseline, series.target, { model, origins, horizon: plan.horizon, series: series.name, ...(series.dates.length > 0 && { dates: series.dates }) })));
}

/**
 * Bounds that learn as values come, series by series.
 * @param forecasts of consecutive origins, series after series. @param before of the origins before them, to learn from first.
 * @param options `point`: the head says no bounds that could be moved.
 */
export function adaptiveBounds(forecasts: BlockForecasts, before: BlockForecasts | undefined, { coverage, stride, rate, point }: AdaptiveBounds & { readonly coverage: number; readonly stride: number; readonly point: boolean }): Bounds {
  const [n = 0, horizon = 1] = forecasts.actual.shape;
  const [lower, upper] = [new Float64Array(n * horizon), new Float64Array(n * horizon)];
  const places = (block: BlockForecasts | undefined, name: string): number[] => (block ? block.series.flatMap((own, i) => (own === name ? [i] : [])) : []);
  for (const name of new Set(forecasts.series)) {
    const [earlier, own] = [places(before, name), places(forecasts, name)];
    const rowsOf = (block: BlockForecasts, list: readonly number[], values: Float64NdArray): number[][] => list.map((i) => [...values.data.slice(i * horizon, (i + 1) * horizon)]);
    const all = (pick: (block: BlockForecasts) => Float64NdArray): number[][] => [...(before ? rowsOf(before, earlier, pick(before)) : []), ...rowsOf(forecasts, own, pick(forecasts))];
    const bounds = point ? [all(({ predicted }) => predicted), all(({ predicted }) => predicted)] as const
      : [all(({ lower, predicted }) => lower ?? predicted), all(({ upper, predicted }) => upper ?? predicted)] as const;
    const found = adaptiveIntervals(all(({ actual }) => actual), ...bounds, { coverage, stride, ...(rate !== undefined && { rate }) });
    own.forEach((place, i) => {
      const from = (earlier.length + i) * horizon;
      lower.set(found.lower.data.subarray(from, from + horizon), place * horizon);
      upper.set(found.upper.data.subarray(from, from + horizon), place * horizon);
    });
  }
  return { lower: fromHost(lower, [n, horizon]), upper: fromHost(upper, [n, horizon]) };
}
