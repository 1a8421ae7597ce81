/** What the figures of a report show of one series. */
import type { NumberFormat } from '../../charts/plots/format.js';
import type { BlockName } from '../../forecast/forecaster/blocks.js';
import type { Frame } from '../../forecast/series/frame.js';
import type { Float64NdArray } from '../../forecast/series/arrays.js';
import { fromHost } from '../../ndarrays.js';
import type { Amounts } from '../amounts.js';
import type { ForecastRow } from '../../forecast/evaluation/forecastTable.js';
import type { ScoredBlock } from './scored.js';
import { stepsOf } from './shown.js';
import type { Shown } from './shown.js';

/** The forecasts of one series in a block. */
export interface BlockView {
  /** Rows that were the last known ones, [n]. */
  readonly origins: readonly number[];
  /** [n, horizon], original units. */
  readonly actual: Float64NdArray;
  readonly predicted: Float64NdArray;
  readonly rival: Float64NdArray;
}

export interface SeriesView {
  readonly name: string;
  readonly table: Frame;
  readonly values: Float64Array;
  readonly amount: Amounts;
  /** Axes leave out cents where they can. */
  readonly axis: NumberFormat;
  readonly blocks: Readonly<Partial<Record<BlockName, BlockView>>>;
  readonly forecast: readonly ForecastRow[];
}

/** @param blocks scored; none for a forecast alone. */
export function viewOf({ panel, target, forecast, amountOf }: Shown, name: string, blocks: Readonly<Partial<Record<BlockName, ScoredBlock>>> = {}): SeriesView {
  const table = panel.get(name);
  if (!table) throw new Error(`no series '${name}'`);
  const amount = amountOf(name);
  return {
    name, table, amount, axis: amount.money ? 'usd' : 'plain', values: table.columns[target] ?? new Float64Array(), forecast: stepsOf(forecast, name),
    blocks: Object.fromEntries(Object.entries(blocks).map(([block, scored]) => [block, pick(scored, name)])),
  };
}

function pick({ series, origins, actual, predicted, rival }: ScoredBlock, name: string): BlockView {
  const own = series.flatMap((each, i) => (each === name ? [i] : []));
  const [, horizon = 1] = actual.shape;
  const rows = (forecasts: Float64NdArray): Float64NdArray => fromHost(Float64Array.from({ length: own.length * horizon }, (_, at) => forecasts.get(own[Math.floor(at / horizon)] ?? NaN, at % horizon)), [own.length, horizon]);
  return { origins: own.map((i) => origins[i] ?? NaN), actual: rows(actual), predicted: rows(predicted), rival: rows(rival) };
}

/** Where rows lie on the time axis: dates, or row numbers. Rows after the last one are those of the forecast. */
export function positions({ table: { dates, times, rows }, forecast }: SeriesView, at: ArrayLike<number>, ahead = 0): Date[] | number[] {
  const list = Array.from(at, (row) => row + ahead);
  if (dates.length === 0) return list.map((row) => row + 1);
  return list.map((row) => new Date(times[row] ?? forecast[row - rows]?.date ?? NaN));
}
