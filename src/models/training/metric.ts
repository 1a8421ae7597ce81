/** What a metric is. */
import type { FloatArray } from '../../tensor.js';

/** One row of an output, over its last axis; good until `add` returns. */
export interface MetricRow {
  readonly prediction: FloatArray;
  /** Where the row begins in `prediction`, and how many numbers it has. */
  readonly at: number;
  readonly n: number;
  readonly target: FloatArray;
  readonly targetAt: number;
  readonly targetN: number;
  /** 1 among `metrics`; what the row counts among `weightedMetrics`. */
  readonly weight: number;
}

export interface Metric {
  readonly name: string;
  /** How many sums it keeps. */
  readonly size: number;
  /**
   * 'number': it judges number by number, so a row may be any piece of the numbers; where the output holds the parameters of a distribution,
   * it meets their point forecasts. Default 'row': whole rows, as the model gives them.
   */
  readonly per?: 'row' | 'number' | undefined;
  add(sums: Float64Array, row: MetricRow): void;
  result(sums: Float64Array): number;
}

/** Of one row; the metric is the mean over rows, logged under the name of the function. */
export type MetricFunction = (prediction: FloatArray, target: FloatArray) => number;

export type ClassMetricName = 'precision' | 'recall' | 'f1' | 'auc';

export type NamedMetric = 'mse' | 'rmse' | 'mae' | 'mape' | 'r2' | 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy' | ClassMetricName;

/** `accuracy` is the one that fits the loss. */
export type MetricName = NamedMetric | 'accuracy';
