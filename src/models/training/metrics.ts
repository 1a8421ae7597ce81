/**
 * Metrics as running sums, computed in float64 on the host: an epoch's value is that of all its samples, not a mean of
 * batch means, and a checkpoint in the middle of an epoch keeps it exact.
 */
import { typeName } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { binaryUnit, withinRounding } from '../../statistics.js';
import type { FloatArray } from '../../tensor.js';
import type { Batch } from './batches.js';

export interface Metric {
  readonly name: string;
  /** How many sums it keeps. */
  readonly size: number;
  /** Adds one row of n values. */
  add(sums: Float64Array, prediction: FloatArray, target: FloatArray, at: number, n: number): void;
  result(sums: Float64Array): number;
}

export type MetricName = 'mse' | 'rmse' | 'mae' | 'mape' | 'r2' | 'binaryAccuracy' | 'categoricalAccuracy';

/** Mean of `term` over all elements. */
function meanOf(name: string, term: (p: number, t: number) => number, finish = (mean: number): number => mean): Metric {
  return {
    name,
    size: 2,
    add(sums, prediction, target, at, n) {
      for (let i = at; i < at + n; i++) sums[0] = (sums[0] ?? 0) + term(prediction[i] ?? NaN, target[i] ?? NaN);
      sums[1] = (sums[1] ?? 0) + n;
    },
    result: ([total = 0, count = 0]) => finish(total / count),
  };
}

function argMax(values: FloatArray, at: number, n: number): number {
  let best = at;
  for (let i = at + 1; i < at + n; i++) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  return best;
}

/**
 * R² = 1 − Σe²/Σ(t − mean t)²; NaN for targets that are constant but for rounding.
 *
 * Sums: count, least t, greatest t, first t, mean of t − first, unit, Σ(t − mean t)², Σe², the last two in units of unit². Σt²
 * − (Σt)²/n has no digit left for seconds since 1970: here the first value is taken off, and the mean moves with each value
 * (Welford 1962). The unit is a power of two no smaller than what was added, so that squares neither overflow nor vanish.
 */
const r2: Metric = {
  name: 'r2',
  size: 8,
  add(sums, prediction, target, at, n) {
    let [count = 0, low = 0, high = 0, first = 0, mean = 0, unit = 0, squares = 0, errors = 0] = sums;
    for (let i = at; i < at + n; i++) {
      const t = target[i] ?? NaN;
      const e = (prediction[i] ?? NaN) - t;
      if (count === 0) low = high = first = t;
      const d = t - first - mean;
      mean += d / ++count;
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
        squares += (d / unit) * ((t - first - mean) / unit);
        errors += (e / unit) ** 2;
      }
    }
    sums.set([count, low, high, first, mean, unit, squares, errors]);
  },
  result: ([count = 0, low = 0, high = 0, , , , squares = 0, errors = 0]) => (count > 0 && !withinRounding(low, high) ? 1 - errors / squares : NaN),
};

/** What a metric meets: the output it judges. */
export interface JudgedOutput {
  /** Whether its numbers are logits, not what the target holds. */
  readonly logits: boolean;
  /** Of its last axis. */
  readonly width: number;
}

/** Share of numbers on the target's side of `threshold`. */
function binaryAccuracy(threshold: number): Metric {
  return meanOf('binaryAccuracy', (p, t) => (p > threshold === t > 0.5 ? 1 : 0));
}

const metrics: Record<MetricName, Metric> = {
  mse: meanOf('mse', (p, t) => (p - t) ** 2),
  rmse: meanOf('rmse', (p, t) => (p - t) ** 2, Math.sqrt),
  mae: meanOf('mae', (p, t) => Math.abs(p - t)),
  /** Per cent; a zero target counts with the float32 epsilon in its place. */
  mape: meanOf('mape', (p, t) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), 1.1920929e-7)),
  r2,
  binaryAccuracy: binaryAccuracy(0.5),
  categoricalAccuracy: {
    name: 'categoricalAccuracy',
    size: 2,
    add(sums, prediction, target, at, n) {
      sums[0] = (sums[0] ?? 0) + (argMax(prediction, at, n) === argMax(target, at, n) ? 1 : 0);
      sums[1] = (sums[1] ?? 0) + 1;
    },
    result: ([hits = 0, count = 0]) => hits / count,
  },
};

/**
 * A metric by name, or one of your own. `binaryAccuracy` of logits asks for their sign, of probabilities and other outputs whether
 * they are above 0.5.
 * @throws ArgumentError for an unknown name, and for `categoricalAccuracy` of a single class, which is always 1.
 */
export function resolveMetric(metric: MetricName | Metric, { logits, width }: JudgedOutput): Metric {
  const given: unknown = metric;
  if (typeof given === 'object' && given !== null && 'add' in given && 'name' in given) return metric as Metric;
  if (typeof metric !== 'string') throw new ArgumentError({ operation: 'compile', argument: 'metrics', expected: 'names of metrics, or metrics', actual: typeName(given) });
  const found = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
  if (!found) {
    throw new ArgumentError({ operation: 'compile', argument: 'metrics', expected: Object.keys(metrics).join(' | '), actual: String(metric) });
  }
  if (metric === 'categoricalAccuracy' && width === 1) {
    throw new ArgumentError({
      operation: 'compile', argument: `metric '${metric}'`, expected: 'of two or more classes', actual: 'of an output of width 1', hint: "Take 'binaryAccuracy'.",
    });
  }
  return metric === 'binaryAccuracy' && logits ? binaryAccuracy(0) : found;
}

/** What an epoch logs, in its order. */
export function loggedNames(own: readonly Metric[], validated: boolean): string[] {
  const names = ['loss', ...own.map(({ name }) => name)];
  return [...names, ...(validated ? names.map((name) => `val_${name}`) : []), 'learningRate'];
}

/** Running sums of the loss of each output, each over the rows of its own that count, and of all metrics. */
export class Tally {
  readonly metrics: readonly Metric[];
  private readonly losses: Float64Array;
  private readonly rows: Float64Array;
  private readonly sums: Float64Array[];

  constructor(metrics: readonly Metric[], outputs: number) {
    this.metrics = metrics;
    this.losses = new Float64Array(outputs);
    this.rows = new Float64Array(outputs);
    this.sums = metrics.map((metric) => new Float64Array(metric.size));
  }

  /** One batch: the mean loss of each output, and the first output's prediction where metrics want it. */
  add(losses: readonly number[], batch: Batch, prediction: FloatArray | undefined): void {
    const { rows, width, y: [target], counted: [counted] } = batch;
    rows.forEach((count, i) => {
      this.losses[i] = (this.losses[i] ?? 0) + (losses[i] ?? NaN) * count;
      this.rows[i] = (this.rows[i] ?? 0) + count;
    });
    if (!prediction || !target) return;
    for (let at = 0, row = 0; at < prediction.length; at += width, row++) {
      if (counted?.[row] === 0) continue;
      this.metrics.forEach((metric, i) => metric.add(this.sums[i] ?? new Float64Array(metric.size), prediction, target, at, width));
    }
  }

  /** The loss is the sum of the outputs' means; where no row of an output has counted yet, it adds nothing. */
  logs(prefix = ''): Record<string, number> {
    const loss = this.losses.reduce((total, sum, i) => total + sum / Math.max(1, this.rows[i] ?? 0), 0);
    const all: Record<string, number> = { [`${prefix}loss`]: loss };
    this.metrics.forEach((metric, i) => {
      all[prefix + metric.name] = metric.result(this.sums[i] ?? new Float64Array(metric.size));
    });
    return all;
  }

  /** For checkpoints in the middle of an epoch. */
  toJSON(): number[] {
    return [this.losses, this.rows, ...this.sums].flatMap((sums) => [...sums]);
  }

  restore(saved: readonly number[]): void {
    let at = 0;
    for (const sums of [this.losses, this.rows, ...this.sums]) sums.set(saved.slice(at, (at += sums.length)));
  }
}
