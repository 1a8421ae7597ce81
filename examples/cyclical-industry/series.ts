/** A table cut into samples of which a network may learn the first months only. */
import { tensor } from 'bptt';
import { StandardScaler, scaleWindows, toSeries } from 'bptt/forecast';
import type { Float64NdArray, Frame, Numbers } from 'bptt/forecast';

/** What the network sees: the numbers as they are, as published, or their change from month to month. */
export type View = 'levels' | 'changes';

export interface SampleOptions {
  /** Target first, then the indicators. */
  readonly columns: readonly string[];
  readonly view: View;
  /** Months that may be learned from, counted from the first: inputs, targets and scaler look at no other. */
  readonly known: number;
  readonly window: number;
  readonly horizon: number;
}

export interface MonthlySamples {
  /** All samples [N, W, F] and [N, h], scaled by mean and spread of the known months. */
  readonly x: Float64NdArray;
  readonly y: Float64NdArray;
  /** The first so many samples lie in the known months, targets included. */
  readonly trained: number;
  /** Last month of each window, [N]. */
  readonly origins: Int32Array;
  /** The window that ends with the last month, [1, W, F]. */
  readonly latest: Float64NdArray;
  /** Network outputs for all samples, in the unit of the target: [N][h]. */
  inverse(predictions: Numbers): number[][];
  inverseLatest(predictions: Numbers): number[];
}

export function monthlySamples(frame: Frame, { columns, view, known, window, horizon }: SampleOptions): MonthlySamples {
  const levels = toSeries(frame, columns);
  const lost = view === 'changes' ? 1 : 0;
  const series = view === 'changes' ? changes(levels) : levels;
  const trained = known - lost - window - horizon + 1;
  const scaled = scaleWindows(series, { window, horizon, train: { start: 0, end: trained }, scaler: new StandardScaler() });
  const count = scaled.windows.origins.length;
  const origins = scaled.windows.origins.map((row) => row + lost);
  const target = frame.columns[columns[0] ?? ''] ?? new Float64Array();
  const toLevels = (forecasts: Float64NdArray, i: number, origin: number): number[] => {
    const values = Array.from({ length: horizon }, (_, k) => forecasts.get(i, k));
    if (view === 'levels') return values;
    let level = target[origin] ?? NaN;
    return values.map((change) => (level += change));
  };
  return {
    x: scaled.windows.x, y: scaled.windows.y, trained, origins, latest: scaled.latest,
    inverse(predictions) {
      const forecasts = scaled.inverse(predictions, { start: 0, end: count });
      return Array.from(origins, (origin, i) => toLevels(forecasts, i, origin));
    },
    inverseLatest: (predictions) => toLevels(scaled.inverseLatest(predictions), 0, frame.rows - 1),
  };
}

/** Row r + 1 minus row r. */
function changes(levels: Float64NdArray): Float64NdArray {
  const [rows = 0, features = 0] = levels.shape;
  const data = Float64Array.from({ length: (rows - 1) * features }, (_, i) => (levels.data[i + features] ?? NaN) - (levels.data[i] ?? NaN));
  return tensor(data, { shape: [rows - 1, features], dtype: 'float64' });
}
