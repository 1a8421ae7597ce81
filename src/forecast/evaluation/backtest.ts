/**
 * Rolling- and expanding-origin evaluation. In every fold a fresh scaler is fitted on the fold's training rows, the
 * forecaster is fitted on the training samples, and the block after them is forecast and scored in original units
 * beside no-change. Nothing of a forecast depends on a row after its origin.
 */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { copyOf, takeOptions } from '../../copies.js';
import { ArgumentError, DataError } from '../../errors.js';
import type { JsonValue } from '../../layers/layer.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, sliceFirstAxis, toForecasts } from '../series/arrays.js';
import type { Float64NdArray, Numbers, Range } from '../series/arrays.js';
import { openSeries, targetOf } from '../series/columns.js';
import type { Column, ColumnNames, Series } from '../series/columns.js';
import { baselineForecasts } from '../baselines/apply.js';
import type { Baseline } from '../baselines/baseline.js';
import { describe } from '../series/describe.js';
import type { Description } from '../series/describe.js';
import type { FitContext, WindowModel } from '../windows/model.js';
import { naiveError } from './scaledMetrics.js';
import { scaleWindows } from '../windows/scaledWindows.js';
import type { ScaledWindows } from '../windows/scaledWindows.js';
import type { Scaler } from '../scalers/scaler.js';
import { METRICS, repeatPrevious, scoreForecast, scores, scoresByHorizon } from './score.js';
import type { ForecastScore, Metric, Scores } from './score.js';
import { foldChains, refitNames } from '../windows/refit.js';
import type { FoldChain, RefitOptions } from '../windows/refit.js';
import { givenNames, purgeGap, rowsOfSamples } from '../windows/splits.js';
import type { Fold } from '../windows/splits.js';
import { resolveSpec, sliceWindows, specNames } from '../windows/windows.js';
import type { WindowSpec } from '../windows/windows.js';

/** How one fold is run. */
export interface FoldSettings extends WindowSpec, ColumnNames {
  /** Column to predict, by place or name; 0 by default. */
  readonly target?: Column;
  /** A new model: for each fit, or with `warmStart` for the first of a chain of fits. */
  readonly forecaster: (fold: Fold) => WindowModel;
  /** A new scaler for each fold; without it, the model works in original units. */
  readonly scaler?: () => Scaler;
  /**
   * What `fit` gets as validation: this many of the last training samples, which are then not trained on (purged as the
   * horizon demands); 0, nothing, by default. `'scored'` hands over the very block that is scored. That is a leak, and
   * there to reproduce published protocols that have it.
   */
  readonly monitor?: number | 'scored';
  /** More forecasts to score on the same targets; each sees the target's whole history up to the origin. */
  readonly baselines?: Readonly<Record<string, Baseline>>;
  /** Lag of the naive error that MASE divides by; 1 by default. */
  readonly season?: number;
  /** Score the training samples too, each beside no-change; off by default, as it takes a forecast of all of them. */
  readonly inSample?: boolean;
}

export const foldSettingNames: OptionNames<FoldSettings> = {
  ...specNames, target: true, columns: true, forecaster: true, scaler: true, monitor: true, baselines: true, season: true, inSample: 'flag',
};

export interface BacktestOptions extends FoldSettings, RefitOptions {
  /** From `rollingOrigin` or `expandingOrigin` over `countSamples` samples, with `gap: purgeGap(…)` when horizon > 1. */
  readonly folds: readonly Fold[];
  /** Called after each fold. */
  readonly onFold?: (result: FoldResult, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const optionNames: OptionNames<BacktestOptions> = { ...foldSettingNames, ...refitNames, folds: true, onFold: true, signal: 'signal' };

/** Settings as they are now, with the record of baselines, which are functions. */
export function takeFoldOptions<T extends FoldSettings>(operation: string, options: T, names: OptionNames<T>): T {
  const own = takeOptions(operation, options, names);
  return own.baselines ? { ...own, baselines: { ...own.baselines } } : own;
}

export interface FoldResult {
  readonly fold: Fold;
  /** Rows of the series that were the last known ones, [V]. */
  readonly origins: Int32Array;
  /** [V, h], original units, as are all the values here. */
  readonly predictions: Float64NdArray;
  readonly actual: Float64NdArray;
  /** [V] */
  readonly previous: Float64Array;
  readonly score: ForecastScore;
  readonly baselines: Readonly<Record<string, Scores>>;
  /** What they forecast, each [V, h]. */
  readonly baselineForecasts: Readonly<Record<string, Float64NdArray>>;
  /** With `inSample`: of all training samples of the fold, those that were held back to monitor included. */
  readonly inSample?: ForecastScore;
  /** What the forecaster said of its fit; absent where it said nothing, or the fold was not fitted. */
  readonly fitReport?: JsonValue;
}

/** One description for each metric. */
export type ScoreSummary = Readonly<Record<Metric, Description>>;

export interface BacktestResult {
  readonly folds: readonly FoldResult[];
  /** Every metric over the folds: count, mean, std, min, quartiles, max. */
  readonly summary: { readonly model: ScoreSummary & { readonly skill: Description }; readonly noChange: ScoreSummary; readonly baselines: Readonly<Record<string, ScoreSummary>> };
  /** All forecasts of all folds pooled, one entry for each step ahead. */
  readonly byHorizon: { readonly model: readonly Scores[]; readonly noChange: readonly Scores[] };
}

/** Samples that a series of `rows` rows gives: what to pass to `rollingOrigin`. */
export function countSamples(rows: number, spec: WindowSpec, scaler?: Scaler): number {
  const { window, horizon, stride } = resolveSpec('countSamples', checkOptions('countSamples', spec, givenNames));
  const lost = scaler?.actsOn === 'rows' ? scaler.rowsLost : 0;
  return Math.max(0, Math.floor((rows - lost - window - horizon) / stride) + 1);
}

/**
 * Runs every fold, one after the other; `parallelBacktest` gives the same results with several workers.
 *
 * @param series [rows, F] or a Frame, original units, time order.
 * @throws ArgumentError if the training targets of a fold reach past its first validation origin.
 */
export async function backtest(series: Series, options: BacktestOptions): Promise<BacktestResult> {
  const own = takeFoldOptions('backtest', options, optionNames);
  const chains = foldChains(own.folds, own);
  const { data, shape, names: columns } = openSeries(series, own.columns, { operation: 'backtest', argument: 'series' });
  const results: FoldResult[] = [];
  own.signal?.throwIfAborted();
  for (const chain of chains) {
    for await (const result of runChain(fromHost(data, shape), chain, { ...own, columns })) {
      results.push(result);
      own.onFold?.(result, results.length, own.folds.length);
      own.signal?.throwIfAborted();
    }
  }
  return summariseFolds(results);
}

/** The folds of a chain in order, with one forecaster. Independent of every other chain: what a worker runs. */
export async function* runChain(series: Series, chain: FoldChain, settings: FoldSettings): AsyncGenerator<FoldResult> {
  let shared: WindowModel | undefined;
  for (const { fold, fit } of chain) {
    const forecaster = (shared ??= settings.forecaster(fold));
    const asFitted: WindowModel = { fit: () => undefined, predict: (x) => forecaster.predict(x) };
    yield await foldResult(series, fold, { ...settings, forecaster: () => (fit ? forecaster : asFitted) });
  }
}

/** One fold on its own, fitted before it forecasts. */
export async function runFold(series: Series, fold: Fold, options: FoldSettings): Promise<FoldResult> {
  return foldResult(series, copyOf(fold), takeFoldOptions('runFold', options, foldSettingNames));
}

async function foldResult(series: Series, fold: Fold, options: FoldSettings): Promise<FoldResult> {
  const operation = 'backtest';
  const { data, shape, features, names } = openSeries(series, options.columns, { operation, argument: 'series' });
  const spec = resolveSpec(operation, options);
  const target = targetOf(operation, options.target ?? 0, names, features);
  const { season = 1, monitor = 0, baselines = {} } = options;
  const scaler = options.scaler?.();
  requirePurged(fold, spec);

  const from = fold.train.start;
  const shifted = (range: Range): Range => ({ start: range.start - from, end: range.end - from });
  const [training, scored] = [shifted(fold.train), shifted(fold.validation)];
  const lost = scaler?.actsOn === 'rows' ? scaler.rowsLost : 0;
  const touched = rowsOfSamples({ start: from, end: fold.validation.end }, spec);
  const rows = { start: touched.start, end: touched.end + lost };
  if (rows.end > (shape[0] ?? 0)) {
    throw new DataError({ operation, argument: `fold ${fold.index}`, expected: `within ${shape[0]} rows`, actual: `rows ${rows.start} … ${rows.end}`, hint: 'Make folds over countSamples(rows, …) samples.' });
  }
  const samples = scaleWindows(sliceFirstAxis(fromHost(data, shape), rows), { ...spec, target, scaler, train: training });

  const forecaster = options.forecaster(fold);
  const { fit, context } = trainingSamples(samples, training, scored, monitor);
  const { x, y } = sliceWindows(samples.windows, fit);
  const fitReport = await forecaster.fit(x, y, context);
  const forecast = async (range: Range): Promise<Float64NdArray> => samples.inverse(await forecaster.predict(sliceWindows(samples.windows, range).x), range);
  const predictions = await forecast(scored);
  const actual = samples.actual(scored);
  const previous = samples.previous(scored);
  const origins = samples.windows.origins.slice(scored.start, scored.end).map((row) => row + rows.start);
  const column = columnOf(data, features, target);
  const trainRows = rowsOfSamples(fold.train, spec);
  const scale = { naiveError: naiveError(column.subarray(trainRows.start, trainRows.end + lost), season) };
  const inSample = options.inSample && scoreForecast(samples.actual(training), await forecast(training), { previous: samples.previous(training), scale });
  const others = mapValues(baselines, (baseline) => baselineForecasts(baseline, column, origins, spec.horizon));
  return {
    fold, origins, predictions, actual, previous,
    score: scoreForecast(actual, predictions, { previous, scale }),
    ...(inSample && { inSample }),
    ...(fitReport !== undefined && { fitReport }),
    baselines: mapValues(others, (forecasts) => scores(actual, forecasts, scale)),
    baselineForecasts: others,
  };
}

function requirePurged(fold: Fold, spec: Required<WindowSpec>): void {
  const gap = purgeGap(spec);
  if (fold.validation.start - fold.train.end < gap) {
    throw new ArgumentError({
      operation: 'backtest', argument: `fold ${fold.index}`, expected: `a gap of at least ${gap} samples between training and validation`,
      actual: String(fold.validation.start - fold.train.end), hint: 'Make folds with gap: purgeGap(spec); else training targets lie after the first forecast.',
    });
  }
}

/** The samples to train on, and what to watch while doing so. */
function trainingSamples(samples: ScaledWindows, training: Range, scored: Range, monitor: number | 'scored'): { fit: Range; context: FitContext } {
  if (monitor === 0) return { fit: training, context: {} };
  const held = monitor === 'scored' ? scored : { start: training.end - requireCount('backtest', 'monitor', monitor), end: training.end };
  const end = monitor === 'scored' ? training.end : held.start - purgeGap(samples.windows);
  if (end <= training.start) {
    throw new ArgumentError({ operation: 'backtest', argument: 'monitor', expected: `fewer than the ${training.end - training.start} training samples`, actual: String(monitor) });
  }
  const { x, y } = sliceWindows(samples.windows, held);
  return { fit: { start: training.start, end }, context: { validation: { x, y } } };
}

/** Puts results of folds together, in the order of their index: works as well on results that workers sent back. */
export function summariseFolds(results: readonly FoldResult[]): BacktestResult {
  const folds = [...results].sort((a, b) => a.fold.index - b.fold.index);
  const names = Object.keys(folds[0]?.baselines ?? {});
  const pooled = (pick: (result: FoldResult) => Numbers): Float64NdArray => concatenate(folds.map(pick));
  const horizon = folds[0]?.actual.shape[1] ?? 1;
  const actual = pooled((result) => result.actual);
  return {
    folds,
    summary: {
      model: describeScores([...METRICS, 'skill'], folds.map(({ score }) => score)),
      noChange: describeScores(METRICS, folds.map(({ score }) => score.noChange)),
      baselines: Object.fromEntries(names.map((name) => [name, describeScores(METRICS, folds.map((result) => result.baselines[name] ?? {}))])),
    },
    byHorizon: {
      model: scoresByHorizon(actual, pooled((result) => result.predictions)),
      noChange: scoresByHorizon(actual, pooled(({ previous }) => repeatPrevious(previous, previous.length, horizon))),
    },
  };
}

function describeScores<M extends string>(metrics: readonly M[], list: readonly Partial<Record<M, number>>[]): Record<M, Description> {
  return Object.fromEntries(metrics.map((metric) => [metric, describe(list.map((entry) => entry[metric] ?? NaN))])) as Record<M, Description>;
}

function concatenate(blocks: readonly Numbers[]): Float64NdArray {
  const parts = blocks.map((block) => toForecasts(block, { operation: 'backtest', argument: 'forecasts' }));
  const horizon = parts[0]?.horizon ?? 1;
  const data = Float64Array.from(parts.flatMap((part) => [...part.data]));
  return fromHost(data, [data.length / horizon, horizon]);
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V, key: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
