/** Forecasts of a block beside what came, in the units of the file, or of each series where there are several. */
import { naiveError } from '../../forecast/evaluation/scaledMetrics.js';
import { scoreForecast } from '../../forecast/evaluation/score.js';
import type { ForecastScore } from '../../forecast/evaluation/score.js';
import type { BlockName } from '../../forecast/forecaster/blocks.js';
import type { BlockForecasts } from '../../forecast/forecaster/results.js';
import type { Plan } from '../../forecast/forecaster/plan.js';
import type { Float64NdArray } from '../../forecast/series/arrays.js';
import type { Panel } from '../../forecast/series/panel.js';
import type { Split } from '../../forecast/windows/splits.js';
import { fromHost } from '../../ndarrays.js';

/** In order of time. */
export const BLOCK_NAMES: readonly BlockName[] = ['train', 'validation', 'test'];

/** What everything is measured with. */
export interface Yardstick {
  /** What the forecasts have to beat. */
  readonly rival: 'no-change' | 'last season';
  readonly season: number;
  /** The target of each series. */
  readonly values: ReadonlyMap<string, Float64Array>;
  /** Rows of each series that were learned from. */
  readonly training: ReadonlyMap<string, number>;
  /** What errors of a series are divided by: its naive error (1 where that is 0), or 1 where there is one series alone. */
  readonly units: ReadonlyMap<string, number>;
}

export interface ScoredBlock extends BlockForecasts {
  /** What the rival says, [n, horizon]. */
  readonly rival: Float64NdArray;
  /** All steps ahead pooled. */
  readonly score: ForecastScore;
  /** Entry k is for k + 1 steps ahead. */
  readonly byStep: readonly ForecastScore[];
}

/** Rows of a series that were learned from, targets included: all but those of the later blocks. */
export function trainingRows(rows: number, { train, test }: Split, { window, horizon }: Pick<Plan, 'window' | 'horizon'>): number {
  const lost = rows - (window + horizon - 1 + test.end);
  return lost + train.end + window + horizon - 1;
}

/** @param blocks which windows of each series are in which block. */
export function yardstick(panel: Panel, { target, season, ...plan }: Pick<Plan, 'target' | 'season' | 'window' | 'horizon'>, blocks: ReadonlyMap<string, Split>): Yardstick {
  const values = new Map([...panel].map(([name, table]) => [name, table.columns[target] ?? new Float64Array()]));
  const training = new Map([...blocks].map(([name, split]) => [name, trainingRows(values.get(name)?.length ?? 0, split, plan)]));
  const known = (name: string): Float64Array => (values.get(name) ?? new Float64Array()).slice(0, training.get(name));
  const units = new Map([...training.keys()].map((name) => [name, panel.size === 1 ? 1 : naiveError(known(name), season) || 1]));
  return { rival: season === 1 ? 'no-change' : 'last season', season, values, training, units };
}

export function scoreBlock(block: BlockForecasts, by: Yardstick): ScoredBlock {
  const [count = 0, horizon = 1] = block.actual.shape;
  const rival = fromHost(Float64Array.from({ length: count * horizon }, (_, at) => {
    const [i, k] = [Math.floor(at / horizon), at % horizon];
    const row = (block.origins[i] ?? NaN) + k + 1 - by.season * Math.ceil((k + 1) / by.season);
    // The first windows may know no season before.
    return row < 0 ? block.previous[i] ?? NaN : by.values.get(block.series[i] ?? '')?.[row] ?? NaN;
  }), [count, horizon]);
  const unit = Float64Array.from(block.series, (name) => by.units.get(name) ?? NaN);
  const scaled = (forecasts: Float64NdArray): Float64NdArray => fromHost(forecasts.data.map((value, at) => value / (unit[Math.floor(at / horizon)] ?? NaN)), [count, horizon]);
  const [a, p, r] = [scaled(block.actual), scaled(block.predicted), scaled(rival)];
  const [only] = by.values.keys();
  const scale = by.units.size === 1 ? { training: (by.values.get(only ?? '') ?? new Float64Array()).slice(0, by.training.get(only ?? '')), season: by.season } : { naiveError: 1 };
  const score = (actual: Float64NdArray | Float64Array, predicted: Float64NdArray | Float64Array, previous: Float64NdArray | Float64Array): ForecastScore => scoreForecast(actual, predicted, { previous, scale });
  return { ...block, rival, score: score(a, p, r), byStep: Array.from({ length: horizon }, (_, k) => score(stepOf(a, k), stepOf(p, k), stepOf(r, k))) };
}

/** Step k ahead, counted from 0, of forecasts [n, horizon]. */
export function stepOf(forecasts: Float64NdArray, k: number): Float64Array {
  return Float64Array.from({ length: forecasts.shape[0] ?? 0 }, (_, i) => forecasts.get(i, k));
}
