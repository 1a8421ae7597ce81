/** Bars → samples: 20 days of four features in, the next day's volume out, scaled by what the training part knows. */
import { MinMaxScaler, makeWindows, mean, mse, rowsOfSamples, sliceWindows, timeSplit } from 'bptt/forecast';
import type { Float64NdArray, Frame } from 'bptt/forecast';
import { tensor } from 'bptt';

/** What the document's "three-day average price" is the average of. */
export type MeanOf = 'close' | 'volume';

/** Names of the columns in the file. */
export const BAR_COLUMNS = ['Volume', 'Close', 'High', 'Low'] as const;
export const WINDOW = 20;
/** Share of the samples that is trained on, in time order: that of the published code. */
const TRAINING_SHARE = 0.7;
const MEAN_DAYS = 3;

/** [rows − 2, 4]: volume, close, high − low, three-day mean. The first two days have no mean. */
export function features(frame: Frame, meanOf: MeanOf): Float64NdArray {
  const column = (name: (typeof BAR_COLUMNS)[number]): Float64Array => frame.columns[name] ?? new Float64Array();
  const [volume, close, high, low] = [column('Volume'), column('Close'), column('High'), column('Low')];
  const averaged = meanOf === 'close' ? close : volume;
  const rows = Array.from({ length: Math.max(0, frame.rows - MEAN_DAYS + 1) }, (_, i) => {
    const day = i + MEAN_DAYS - 1;
        return [volume[day] ?? NaN, close[day] ?? NaN, (high[day] ?? NaN) - (low[day] ?? NaN), mean(averaged.subarray(i, day + 1))];
  });
  return tensor(rows.flat(), { shape: [rows.length, 4], dtype: 'float64' });
}

export interface Samples {
  /** [N, 20, 4] scaled. */
  readonly x: Float64NdArray;
  /** [N, 1] scaled volume of the day after. */
  readonly y: Float64NdArray;
  /** The same in shares. */
  readonly volume: Float64Array;
}

export interface StudyData {
  readonly train: Samples;
  readonly test: Samples;
  readonly scaler: MinMaxScaler;
  /** Rows of the file that training and scaler saw: the first so many. */
  readonly trainingRows: number;
  /** Day of each test target, if the file has days. */
  readonly testDates: readonly string[];
  /** What needs no network, on the test targets: shares. */
  readonly baselines: Readonly<Record<BaselineName, Float64Array>>;
}

export const BASELINES = ['no-change', 'training mean', '20-day mean'] as const;
export type BaselineName = (typeof BASELINES)[number];

export function prepare(frame: Frame, meanOf: MeanOf): StudyData {
  const series = features(frame, meanOf);
  const spec = { window: WINDOW };
  const raw = makeWindows(series, spec);
  const ranges = timeSplit(raw.origins.length, { train: TRAINING_SHARE, test: 1 - TRAINING_SHARE });
  const known = rowsOfSamples(ranges.train, spec).end;
  const scaler = new MinMaxScaler().fit(series.hi(known, 4));
  const scaled = makeWindows(scaler.transform(series), spec);

  const part = (range: { start: number; end: number }): Samples => {
    const { x, y } = sliceWindows(scaled, range);
    return { x, y, volume: values(sliceWindows(raw, range).y) };
  };
  const [train, test] = [part(ranges.train), part(ranges.test)];
  const volumes = values(series.pick(null, 0));
  const origins = raw.origins.subarray(ranges.test.start, ranges.test.end);
  const each = (forecast: (origin: number) => number): Float64Array => Float64Array.from(origins, forecast);
  const level = mean(volumes.subarray(0, known));
  return {
    train, test, scaler, trainingRows: known + MEAN_DAYS - 1,
    testDates: Array.from(origins, (row) => frame.dates[row + MEAN_DAYS] ?? '').filter((date) => date !== ''),
    baselines: {
      'no-change': each((row) => volumes[row] ?? NaN),
      'training mean': each(() => level),
      '20-day mean': each((row) => mean(volumes.subarray(row - WINDOW + 1, row + 1))),
    },
  };
}

export function rootMeanSquare(actual: Float64Array, predicted: Float64Array): number {
  return Math.sqrt(mse(actual, predicted));
}

/** A copy, whatever the strides. */
function values(array: Float64NdArray): Float64Array {
  return Float64Array.from({ length: array.size }, (_, i) => (array.dimension === 1 ? array.get(i) : array.get(i, 0)));
}
