/**
 * Metrics as running sums, computed in float64 on the host: an epoch's value is that of all its samples, not a mean of
 * batch means, and a checkpoint in the middle of an epoch keeps it exact. Fetched where there are metrics.
 */
import { binaryUnit, withinRounding } from '../../statistics.js';
import type { FloatArray } from '../../tensor.js';
import { classMetric } from './classMetrics.js';
import type { ClassMetricName, Metric, MetricFunction, MetricRow, NamedMetric } from './metric.js';

/** Mean of `term` over all numbers. */
function meanOf(name: string, term: (p: number, t: number) => number, finish = (mean: number): number => mean): Metric {
  return {
    name, size: 2, per: 'number',
    add(sums, { prediction, target, at, targetAt, n, weight }) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += term(prediction[at + i] ?? NaN, target[targetAt + i] ?? NaN);
      sums[0] = (sums[0] ?? 0) + weight * sum;
      sums[1] = (sums[1] ?? 0) + weight * n;
    },
    result: ([total = 0, count = 0]) => finish(total / count),
  };
}

/** Mean of `term` over rows. */
function meanOfRows(name: string, term: (row: MetricRow) => number): Metric {
  return {
    name, size: 2,
    add(sums, row) {
      sums[0] = (sums[0] ?? 0) + row.weight * term(row);
      sums[1] = (sums[1] ?? 0) + row.weight;
    },
    result: ([total = 0, count = 0]) => total / count,
  };
}

function argMax(values: FloatArray, at: number, n: number): number {
  let best = at;
  for (let i = at + 1; i < at + n; i++) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  return best - at;
}

/**
 * R² = 1 − Σe²/Σ(t − mean t)²; NaN for targets that are constant but for rounding.
 *
 * Sums: Σw, least t, greatest t, first t, mean of t − first, unit, Σw(t − mean t)², Σwe², the last two in units of unit². Σt²
 * − (Σt)²/n has no digit left for seconds since 1970: here the first value is taken off, and the mean moves with each value
 * (Welford 1962, West 1979). The unit is a power of two no smaller than what was added, so that squares neither overflow nor vanish.
 */
const r2: Metric = {
  name: 'r2', size: 8, per: 'number',
  add(sums, { prediction, target, at, targetAt, n, weight }) {
    if (weight === 0) return;
    let [count = 0, low = 0, high = 0, first = 0, mean = 0, unit = 0, squares = 0, errors = 0] = sums;
    for (let i = 0; i < n; i++) {
      const t = target[targetAt + i] ?? NaN;
      const e = (prediction[at + i] ?? NaN) - t;
      if (count === 0) low = high = first = t;
      const d = t - first - mean;
      mean += (weight * d) / (count += weight);
      low = Math.min(low, t);
      high = Math.max(high, t);
      const size = Math.max(Math.abs(d), Math.abs(e));
      if (size > unit) {
        const larger = 2 * binaryUnit(size);
        squares *= (unit / larger) ** 2;
        errors *= (unit / larger) ** 2;
        unit = larger;
      }
      if (unit > 0) {
        squares += weight * (d / unit) * ((t - first - mean) / unit);
        errors += weight * (e / unit) ** 2;
      }
    }
    sums.set([count, low, high, first, mean, unit, squares, errors]);
  },
  result: ([count = 0, low = 0, high = 0, , , , squares = 0, errors = 0]) => (count > 0 && !withinRounding(low, high) ? 1 - errors / squares : NaN),
};

const metrics: Readonly<Record<Exclude<NamedMetric, ClassMetricName>, (logits: boolean) => Metric>> = {
  mse: () => meanOf('mse', (p, t) => (p - t) ** 2),
  rmse: () => meanOf('rmse', (p, t) => (p - t) ** 2, Math.sqrt),
  mae: () => meanOf('mae', (p, t) => Math.abs(p - t)),
  /** Per cent; a zero target counts with the float32 epsilon in its place. */
  mape: () => meanOf('mape', (p, t) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), 1.1920929e-7)),
  r2: () => r2,
  /** Share of numbers on the target's side of the threshold: the sign of logits, one half of everything else. */
  binaryAccuracy: (logits) => meanOf('binaryAccuracy', (p, t) => (p > (logits ? 0 : 0.5) === t > 0.5 ? 1 : 0)),
  categoricalAccuracy: () => meanOfRows('categoricalAccuracy', ({ prediction, target, at, targetAt, n }) => (argMax(prediction, at, n) === argMax(target, targetAt, n) ? 1 : 0)),
  sparseCategoricalAccuracy: () => meanOfRows('sparseCategoricalAccuracy', ({ prediction, target, at, targetAt, n }) => (argMax(prediction, at, n) === target[targetAt] ? 1 : 0)),
};

/** @param logits whether predictions are logits, not what the target holds. */
export function namedMetric(name: NamedMetric, logits: boolean): Metric {
  return name === 'precision' || name === 'recall' || name === 'f1' || name === 'auc' ? classMetric(name, logits) : metrics[name](logits);
}

/** The mean of a function over rows. */
export function functionMetric(name: string, of: MetricFunction): Metric {
  return meanOfRows(name, ({ prediction, target, at, targetAt, n, targetN }) => of(prediction.subarray(at, at + n), target.subarray(targetAt, targetAt + targetN)));
}
