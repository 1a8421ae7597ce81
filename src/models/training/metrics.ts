/** Metrics by name, or of one's own, for an output. What computes those by name is fetched. */
import { typeName } from '../../checks.js';
import { ArgumentError, quoted } from '../../errors.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import type { Metric, MetricFunction, MetricName, NamedMetric } from './metric.js';

/** What a metric meets: the output it judges. */
export interface JudgedOutput {
  /** Whether its numbers are logits, not what the target holds. */
  readonly logits: boolean;
  /** Of its last axis. */
  readonly width: number;
  readonly loss: Pick<ResolvedLoss, 'name' | 'accuracy' | 'parameters' | 'point' | 'probabilities'>;
}

/** A metric under its name. */
export interface ResolvedMetric extends Required<Pick<Metric, 'name' | 'per'>> {
  readonly load: () => Promise<Metric>;
}

/** Whether they judge numbers or rows. */
const kinds: Readonly<Record<NamedMetric, 'number' | 'row'>> = {
  mse: 'number', rmse: 'number', mae: 'number', mape: 'number', r2: 'number', binaryAccuracy: 'number', categoricalAccuracy: 'row',
  sparseCategoricalAccuracy: 'row', precision: 'number', recall: 'number', f1: 'number', auc: 'number',
};

function isNamed(name: string): name is NamedMetric {
  return Object.hasOwn(kinds, name);
}

/**
 * @param what whose metrics they are, for messages.
 * @throws ArgumentError for an unknown name, and for what says nothing of this output.
 */
export function resolveMetric(metric: MetricName | Metric | MetricFunction, output: JudgedOutput, what = 'metrics'): ResolvedMetric {
  const given: unknown = metric;
  const argument = typeof given === 'string' ? `${what} ${quoted(given)}` : what;
  const refuse = (expected: string, actual: string, hint?: string): ArgumentError => new ArgumentError({ operation: 'compile', argument, expected, actual, hint });
  if (typeof metric === 'function') {
    const { name } = metric;
    if (name === '') throw refuse('functions with a name, which is what they are logged under', 'one without', 'const profit = (prediction, target) => …');
    return { name, per: 'row', load: async () => (await import('./namedMetrics.js')).functionMetric(name, metric) };
  }
  if (typeof metric === 'string') {
    const { per, name } = fitting(metric, output, refuse);
    return { name: metric, per, load: async () => ({ ...(await import('./namedMetrics.js')).namedMetric(name, output.logits), name: metric }) };
  }
  if (!(typeof given === 'object' && given !== null && 'add' in given && 'name' in given)) throw refuse('names of metrics, metrics, or functions of a row', typeName(given));
  const { name, per = 'row' } = metric;
  requirePoint(per, output, refuse);
  return { name, per, load: () => Promise.resolve(metric) };
}

type Refuse = (expected: string, actual: string, hint?: string) => ArgumentError;

/** The metric that a name means behind this loss. */
function fitting(metric: MetricName, output: JudgedOutput, refuse: Refuse): { name: NamedMetric; per: 'row' | 'number' } {
  const { loss: { name: loss, accuracy, parameters, probabilities }, width } = output;
  const name = metric === 'accuracy' ? accuracy : metric;
  if (name === undefined) throw refuse('of an output that a cross-entropy trains', `of '${loss}'`, "Say which: 'binaryAccuracy', 'categoricalAccuracy'.");
  if (!isNamed(name)) throw refuse(`one of accuracy, ${Object.keys(kinds).join(', ')}`, 'an unknown name');
  if (name === 'sparseCategoricalAccuracy' ? parameters !== 'classes' : name === 'categoricalAccuracy' && parameters !== undefined) {
    throw refuse(name === 'categoricalAccuracy' ? 'of one-hot targets' : 'of targets that are class numbers', `those of '${loss}'`, "Take 'accuracy', which asks the loss.");
  }
  if (name === 'categoricalAccuracy' && width === 1) throw refuse('of two or more classes', 'of an output of width 1', "Take 'binaryAccuracy'.");
  const ofClasses = name === 'precision' || name === 'recall' || name === 'f1' || name === 'auc';
  if (ofClasses && (probabilities === 'softmax' || (name === 'auc' && probabilities === undefined))) throw refuse("of an output that 'binaryCrossentropy' trains", `of '${loss}'`);
  requirePoint(kinds[name], output, refuse);
  return { name, per: kinds[name] };
}

/** @throws ArgumentError for a metric of numbers where the output forecasts none. */
function requirePoint(per: 'row' | 'number', { loss }: JudgedOutput, refuse: Refuse): void {
  if (per === 'row' || loss.point !== null) return;
  throw refuse('of an output that forecasts a number', `that of '${loss.name}'`, loss.name === 'quantile' ? 'Have 0.5 among the quantiles: its forecast is the one that metrics meet.' : undefined);
}
