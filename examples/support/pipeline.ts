/**
 * One honest forecast, from a table to scored predictions: the scaler learns from training rows only, blocks follow each
 * other in time with a purge between them, validation picks the epoch and measures the interval, test is scored once.
 */
import { Adam, EarlyStopping, ProgressBar } from 'bptt';
import type { History, Model, TextStream } from 'bptt';
import {
  applyInterval, createScaler, forecastWarnings, nextDates, purgeGap, recursiveForecaster, residualInterval, residualsNeeded,
  rowsOfSamples, scaleWindows, scoreForecast, sequenceForecaster, splitWindows, timeSplit, toSeries,
} from 'bptt/forecast';
import type {
  Float64NdArray, WindowModel, ForecastScore, ForecastWarning, Frame, Range, ResidualInterval, ScaledWindows, Scaler, ScalerKind, Split,
} from 'bptt/forecast';
import { stackedLstm } from './network.js';
import { UsageError } from '../../src/cli/options.js';

/** Shares of the samples. */
export const SHARES = { train: 0.7, validation: 0.15, test: 0.15 } as const;
export const BLOCKS = ['train', 'validation', 'test'] as const;
export type BlockName = (typeof BLOCKS)[number];

export interface ForecastSetup {
  readonly table: Frame;
  /** Input columns; the first one is forecast. */
  readonly columns: readonly string[];
  readonly window: number;
  readonly horizon: number;
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly scaler: ScalerKind;
}

/** All that is fixed before training. */
export interface PreparedForecast {
  readonly setup: ForecastSetup;
  readonly model: Model;
  readonly scaler: Scaler;
  readonly scaled: ScaledWindows;
  readonly ranges: Split;
  /** Rows the scaler and the network may learn from. */
  readonly trainingRows: Range;
  readonly strategy: 'recursive' | 'sequence output';
}

export interface BlockResult {
  /** Rows of the table that were the last known ones, [n]. */
  readonly origins: Int32Array;
  /** [n, horizon], original units. */
  readonly actual: Float64NdArray;
  readonly predicted: Float64NdArray;
  /** The last known value: what no-change says, [n]. */
  readonly previous: Float64Array;
  /** All steps ahead pooled. */
  readonly score: ForecastScore;
  /** Entry k is for k + 1 steps ahead. */
  readonly byStep: readonly ForecastScore[];
}

export interface ForecastResult extends PreparedForecast {
  readonly blocks: Readonly<Record<BlockName, BlockResult>>;
  readonly interval: ResidualInterval;
  /** After the last row; dates are empty if the table has none. */
  readonly forecast: { readonly dates: readonly string[]; readonly values: Float64Array; readonly lower: Float64Array; readonly upper: Float64Array };
  /** Of the test block. */
  readonly warnings: readonly ForecastWarning[];
  readonly history: History;
  /** Epoch whose weights were kept, counted from 1. */
  readonly bestEpoch: number;
  readonly trainingSeconds: number;
}

/** @throws UsageError if the table has too few rows, or values that the scaler cannot take. */
export function prepareForecast(setup: ForecastSetup): PreparedForecast {
  const { table, columns, window, horizon, seed } = setup;
  const scaler = createScaler(setup.scaler);
  const spec = { window, horizon };
  const lost = scaler.actsOn === 'rows' ? scaler.rowsLost : 0;
  const gap = purgeGap(spec);
  // Enough validation samples for an 80 % interval.
  const needed = Math.ceil((residualsNeeded(0.8) + gap + 1) / SHARES.validation) + window + horizon - 1 + lost;
  if (table.rows < needed) {
    const hint = window > 10 ? ' A smaller --window or --horizon needs fewer.' : '';
    throw new UsageError(`too few rows: window ${window} and horizon ${horizon} need at least ${needed}, the file has ${table.rows}.${hint}`);
  }
  const ranges = timeSplit(table.rows - lost - window - horizon + 1, SHARES, gap);
  const scaled = scaleWindows(toSeries(table, columns), { ...spec, train: ranges.train, scaler });
  const strategy = columns.length === 1 ? 'recursive' : 'sequence output';
  const model = stackedLstm({ window, features: columns.length, outputs: strategy === 'recursive' ? 1 : horizon, seed });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse' });
  const trainRows = rowsOfSamples(ranges.train, spec);
  return { setup, model, scaler, scaled, ranges, strategy, trainingRows: { start: 0, end: trainRows.end + lost } };
}

/** Trains, scores every block, forecasts what comes after the last row. @throws the signal's reason when aborted. */
export async function runForecast(prepared: PreparedForecast, { signal, progress }: { signal?: AbortSignal; progress?: TextStream } = {}): Promise<ForecastResult> {
  const { setup, model, scaled, ranges } = prepared;
  const { table, columns, horizon } = setup;
  const started = performance.now();
  const stopping = new EarlyStopping({ monitor: 'val_loss', patience: 5 });
  const forecaster = multiStep(prepared, {
    async fit(x, y, { validation }) {
      await model.fit(x, y, {
        epochs: setup.epochs, batchSize: setup.batch, signal, callbacks: [stopping, ...(progress ? [new ProgressBar({ stream: progress })] : [])],
        ...(validation && { validationData: [validation.x, validation.y] }),
      });
    },
    predict: (x) => model.predict(x, { batchSize: 128, signal }),
  });
  const parts = splitWindows(scaled.windows, SHARES);
  await forecaster.fit(parts.train.x, parts.train.y, { validation: parts.validation });
  const trainingSeconds = (performance.now() - started) / 1000;

  const target = table.columns[columns[0] ?? ''] ?? new Float64Array();
  const scale = { training: target.slice(0, prepared.trainingRows.end) };
  const score = async (name: BlockName): Promise<BlockResult> => {
    const samples = ranges[name];
    const actual = scaled.actual(samples);
    const predicted = scaled.inverse(await forecaster.predict(parts[name].x), samples);
    const previous = scaled.previous(samples);
    const byStep = Array.from({ length: horizon }, (_, k) => scoreForecast(stepOf(actual, k), stepOf(predicted, k), { previous, scale }));
    return { origins: parts[name].origins, actual, predicted, previous, byStep, score: scoreForecast(actual, predicted, { previous, scale }) };
  };
  const blocks = { train: await score('train'), validation: await score('validation'), test: await score('test') };

  const residuals = difference(blocks.validation.actual, blocks.validation.predicted);
  const count = blocks.validation.origins.length;
  const interval = residualInterval(residuals, count >= residualsNeeded(0.9) ? 0.9 : 0.8);
  const future = scaled.inverseLatest(await forecaster.predict(scaled.latest));
  const { lower, upper } = applyInterval(future, interval);
  return {
    ...prepared, blocks, interval, trainingSeconds, history: model.history, bestEpoch: stopping.bestEpoch + 1,
    forecast: { dates: table.dates.length > 0 ? nextDates(table.dates, horizon, { timeZone: table.timeZone }) : [], values: future.data, lower: lower.data, upper: upper.data },
    warnings: forecastWarnings(blocks.test.actual, blocks.test.predicted, blocks.test.previous),
  };
}

/**
 * One column: the network as published says the next value, and is fed its own forecasts. Several columns: it says all
 * steps at once, since nobody knows tomorrow's other columns.
 */
function multiStep({ strategy, setup: { horizon } }: PreparedForecast, network: WindowModel): WindowModel {
  return strategy === 'recursive' ? recursiveForecaster(network, { horizon }) : sequenceForecaster(network, { horizon });
}

/** Step k ahead, counted from 0, of forecasts [n, horizon]. */
export function stepOf(forecasts: Float64NdArray, k: number): Float64Array {
  return Float64Array.from({ length: forecasts.shape[0] ?? 0 }, (_, i) => forecasts.get(i, k));
}

function difference(a: Float64NdArray, b: Float64NdArray): { data: Float64Array; shape: number[] } {
  return { data: a.data.map((value, i) => value - (b.data[i] ?? NaN)), shape: a.shape };
}
