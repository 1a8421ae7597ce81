/**
 * Metrics as running sums, computed in float64 on the host: an epoch's value is that of all its samples, not a mean of
 * batch means, and a checkpoint in the middle of an epoch keeps it exact.
 */
import { typeName } from '../../checks.js';
import { ArgumentError, quoted } from '../../errors.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import { binaryUnit, withinRounding } from '../../statistics.js';
import type { FloatArray } from '../../tensor.js';
import type { ClassMetricName } from './classMetrics.js';
import type { Metric, MetricFunction, MetricRow } from './metric.js';

export type MetricName =
  | 'mse' | 'rmse' | 'mae' | 'mape' | 'r2' | 'accuracy' | 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy' | ClassMetricName;

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

/** What a metric meets: the output it judges. */
export interface JudgedOutput {
  /** Whether its numbers are logits, not what the target holds. */
  readonly logits: boolean;
  /** Of its last axis. */
  readonly width: number;
  readonly loss: Pick<ResolvedLoss, 'name' | 'accuracy' | 'parameters' | 'point' | 'probabilities'>;
}

/** A metric by name, which `load` may first have to fetch. */
export interface ResolvedMetric {
  readonly name: string;
  readonly per: 'row' | 'number';
  readonly load: () => Promise<Metric>;
}

const classNames: readonly ClassMetricName[] = ['precision', 'recall', 'f1', 'auc'];

type Plain = Exclude<MetricName, ClassMetricName | 'accuracy'>;

const metrics: Readonly<Record<Plain, (output: JudgedOutput) => Metric>> = {
  mse: () => meanOf('mse', (p, t) => (p - t) ** 2),
  rmse: () => meanOf('rmse', (p, t) => (p - t) ** 2, Math.sqrt),
  mae: () => meanOf('mae', (p, t) => Math.abs(p - t)),
  /** Per cent; a zero target counts with the float32 epsilon in its place. */
  mape: () => meanOf('mape', (p, t) => (100 * Math.abs(p - t)) / Math.max(Math.abs(t), 1.1920929e-7)),
  r2: () => r2,
  /** Share of numbers on the target's side of the threshold: the sign of logits, one half of everything else. */
  binaryAccuracy: ({ logits }) => meanOf('binaryAccuracy', (p, t) => (p > (logits ? 0 : 0.5) === t > 0.5 ? 1 : 0)),
  categoricalAccuracy: () => meanOfRows('categoricalAccuracy', ({ prediction, target, at, targetAt, n }) => (argMax(prediction, at, n) === argMax(target, targetAt, n) ? 1 : 0)),
  sparseCategoricalAccuracy: () => meanOfRows('sparseCategoricalAccuracy', ({ prediction, target, at, targetAt, n }) => (argMax(prediction, at, n) === target[targetAt] ? 1 : 0)),
};

const metricNames: readonly string[] = ['accuracy', ...Object.keys(metrics), ...classNames];

function isClassMetric(name: string): name is ClassMetricName {
  return classNames.some((known) => known === name);
}

function isPlain(name: string): name is Plain {
  return Object.hasOwn(metrics, name);
}

/**
 * @param what whose metrics they are, for messages.
 * @throws ArgumentError for an unknown name, and for what says nothing of this output.
 */
export function resolveMetric(metric: MetricName | Metric | MetricFunction, output: JudgedOutput, what = 'metrics'): ResolvedMetric {
  const given: unknown = metric;
  const refuse = (expected: string, actual: string, hint?: string): ArgumentError =>
    new ArgumentError({ operation: 'compile', argument: typeof given === 'string' ? `${what} ${quoted(given)}` : what, expected, actual, hint });
  const ready = (made: Metric): ResolvedMetric => ({ name: made.name, per: made.per ?? 'row', load: () => Promise.resolve(made) });
  if (typeof metric === 'function') {
    const { name } = metric;
    if (name === '') throw refuse('functions with a name, which is what they are logged under', 'one without', 'const profit = (prediction, target) => …');
    return ready(meanOfRows(name, ({ prediction, target, at, targetAt, n, targetN }) => metric(prediction.subarray(at, at + n), target.subarray(targetAt, targetAt + targetN))));
  }
  if (typeof metric !== 'string') {
    if (typeof given === 'object' && given !== null && 'add' in given && 'name' in given) return ready(checked(metric, output, refuse));
    throw refuse('names of metrics, metrics, or functions of a row', typeName(given));
  }
  const { loss: { name: loss, accuracy, parameters, point, probabilities }, logits, width } = output;
  const name = metric === 'accuracy' ? accuracy : metric;
  if (name === undefined) throw refuse('of an output that a cross-entropy trains', `of '${loss}'`, "Say which: 'binaryAccuracy', 'categoricalAccuracy'.");
  if (name === 'sparseCategoricalAccuracy' ? parameters !== 'classes' : name === 'categoricalAccuracy' && parameters !== undefined) {
    throw refuse(name === 'categoricalAccuracy' ? 'of one-hot targets' : 'of targets that are class numbers', `those of '${loss}'`, "Take 'accuracy', which asks the loss.");
  }
  if (name === 'categoricalAccuracy' && width === 1) throw refuse('of two or more classes', 'of an output of width 1', "Take 'binaryAccuracy'.");
  if (isClassMetric(name)) {
    if (probabilities === 'softmax' || point === null || (name === 'auc' && probabilities === undefined)) throw refuse("of an output that 'binaryCrossentropy' trains", `of '${loss}'`);
    return { name, per: 'number', load: async () => (await import('./classMetrics.js')).classMetric(name, logits) };
  }
  if (!isPlain(name)) throw new ArgumentError({ operation: 'compile', argument: what, expected: metricNames.join(' | '), actual: quoted(name) });
  const made = metrics[name](output);
  return ready(checked(metric === 'accuracy' ? { ...made, name: 'accuracy' } : made, output, refuse));
}

/** @throws ArgumentError for a metric of numbers where the output forecasts none. */
function checked(metric: Metric, { loss }: JudgedOutput, refuse: (expected: string, actual: string, hint?: string) => ArgumentError): Metric {
  if (metric.per === 'number' && loss.point === null) throw refuse('of an output that forecasts a number', `that of '${loss.name}'`, loss.name === 'quantile' ? 'Have 0.5 among the quantiles: its forecast is the one that metrics meet.' : undefined);
  return metric;
}
