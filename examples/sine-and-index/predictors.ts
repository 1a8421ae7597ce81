/**
 * The three predictors of the document, and the samples they work on.
 *
 *   point by point       the true window each time, one step ahead
 *   full sequence        one true window, then the predictions themselves, to the end of the test block
 *   multiple sequences   the same for 50 steps, then again from the true window 50 steps on
 *
 * A sequence keeps the unit it began with: percentage change from the first value of its true window.
 */
import { tensor } from 'bptt';
import { PercentChangeScaler, recursiveForecast, scaleWindows, sliceWindows, timeSplit } from 'bptt/forecast';
import type { Float64NdArray, WindowModel, Numbers, Split, Windows } from 'bptt/forecast';

export type Predict = WindowModel['predict'];

export interface Samples {
  /** Original units. */
  readonly series: Float64Array;
  /** In the unit the network sees. */
  readonly windows: Windows;
  readonly ranges: Split;
  /** Absent: the network sees the values as they are. */
  readonly scaler?: PercentChangeScaler;
}

/** @param normalise windows become percentage changes from their first value. */
export function makeSamples(series: Float64Array, { window, normalise }: { window: number; normalise: boolean }): Samples {
  const ranges = timeSplit(series.length - window, { train: 0.9, test: 0.1 });
  const scaler = normalise ? new PercentChangeScaler() : undefined;
  const { windows } = scaleWindows(series, { window, train: ranges.train, scaler });
  return { series, windows, ranges, ...(scaler && { scaler }) };
}

/** The samples of one part. */
export function part({ windows, ranges }: Samples, name: 'train' | 'test'): Windows {
  return sliceWindows(windows, ranges[name]);
}

/** The newest value of each window, in its unit: what no-change says. */
export function lastKnown({ x }: Pick<Windows, 'x'>): Float64Array {
  const [count = 0, window = 0] = x.shape;
  return Float64Array.from({ length: count }, (_, i) => x.get(i, window - 1, 0));
}

/** Sample numbers from which the predictors start: each window of the test block, its first, every `steps`-th. */
export function startsOf({ ranges: { test: { start, end } } }: Samples, steps: number): { point: number[]; full: number[]; multiple: number[] } {
  return {
    point: Array.from({ length: end - start }, (_, i) => start + i),
    full: [start],
    multiple: Array.from({ length: Math.floor((end - start) / steps) }, (_, i) => start + i * steps),
  };
}

/**
 * Feeds predictions back, all sequences as one batch.
 *
 * @param starts sample numbers of the true windows.
 * @returns [starts, steps] in the unit of each true window.
 */
export async function predictSequences(predict: Predict, { windows }: Samples, starts: readonly number[], steps: number): Promise<Float64NdArray> {
  const [, window = 0] = windows.x.shape;
  const data = new Float64Array(starts.length * window);
  starts.forEach((start, i) => { data.set(windows.x.data.subarray(start * window, (start + 1) * window), i * window); });
  return recursiveForecast(predict, { data, shape: [starts.length, window, 1] }, { horizon: steps });
}

/** Predictions [starts, steps] in original units. */
export function toOriginal({ series, scaler }: Samples, starts: readonly number[], predictions: Numbers): Float64NdArray {
  // Windows move by 1, so window i begins with row i.
  const reference = starts.map((start) => series[start] ?? NaN);
  if (!scaler) return tensor(predictions, { dtype: 'float64' });
  return scaler.inverse(predictions, { column: 0, reference });
}
