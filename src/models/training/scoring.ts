/** What `compile` is told of losses and metrics, output by output: lists in their order, or records by their names. */
import { nearest, typeName } from '../../checks.js';
import { ArgumentError, quoted } from '../../errors.js';
import { resolveLoss } from '../../losses/losses.js';
import type { Loss, ResolvedLoss } from '../../losses/losses.js';
import type { Network } from '../graph/network.js';
import type { Metric, MetricFunction, MetricName } from './metric.js';
import { resolveMetric } from './metrics.js';
import { givesLogits } from './objective.js';
import { outputMetric } from './tally.js';
import type { OutputMetric } from './tally.js';

export type AnyMetric = MetricName | Metric | MetricFunction;

/** Of a model's one output; by name, of those of several that shall have some. */
export type OutputMetrics = readonly AnyMetric[] | Readonly<Record<string, readonly AnyMetric[]>>;

function refuse(argument: string, expected: string, actual: string, hint?: string): ArgumentError {
  return new ArgumentError({ operation: 'compile', argument, expected, actual, hint });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a record in the order of the outputs. @throws ArgumentError for a name that no output has. */
function byOutput<T>(argument: string, network: Network, record: Readonly<Record<string, T>>): (T | undefined)[] {
  const names = network.outputs.map(({ name }) => name);
  const unknown = Object.keys(record).find((key) => !names.includes(key));
  if (unknown !== undefined) throw refuse(argument, `names of outputs: ${names.join(', ')}`, quoted(unknown), `Did you mean '${nearest(unknown, names)}'?`);
  return names.map((name) => (Object.hasOwn(record, name) ? record[name] : undefined));
}

/** @throws ArgumentError unless every output has one loss. */
export function lossesOf(network: Network, loss: Loss | readonly Loss[] | Readonly<Record<string, Loss>>): ResolvedLoss[] {
  const { outputs } = network;
  const byName = isRecord(loss) && !('kind' in loss) && !('compare' in loss);
  const list: readonly (Loss | undefined)[] = byName ? byOutput('loss', network, loss) : Array.isArray(loss) ? loss : [loss as Loss];
  const missing = outputs.length > 1 ? outputs.filter((_, i) => i < list.length && list[i] === undefined).map(({ name }) => name) : [];
  if (list.length !== outputs.length || missing.length > 0) {
    throw refuse('loss', `${outputs.length} losses, one for each output`, missing.length > 0 ? `none for ${missing.join(', ')}` : `${list.length}`);
  }
  return (list as readonly Loss[]).map(resolveLoss); // which refuses what is none
}

/** @throws ArgumentError for a weight that is no finite number of at least 0, or a list of another length. */
export function lossWeightsOf(network: Network, weights: readonly number[] | Readonly<Record<string, number>> | undefined): number[] {
  const { outputs } = network;
  if (weights === undefined) return outputs.map(() => 1);
  const given: unknown = weights;
  if (!Array.isArray(given) && !isRecord(given)) throw refuse('lossWeights', 'a list, or a record by names of outputs', typeName(given));
  const list = Array.isArray(given) ? given as readonly unknown[] : byOutput('lossWeights', network, given).map((weight) => weight ?? 1);
  if (list.length !== outputs.length) throw refuse('lossWeights', `${outputs.length} numbers, one for each output`, String(list.length));
  return list.map((weight) => {
    if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight;
    throw refuse('lossWeights', 'finite numbers of at least 0', String(weight));
  });
}

/** @throws ArgumentError as `resolveMetric`, and for a list where there are several outputs. */
export function metricsOf(network: Network, losses: readonly ResolvedLoss[], metrics: OutputMetrics | undefined, weighted: boolean): OutputMetric[] {
  const argument = weighted ? 'weightedMetrics' : 'metrics';
  const { outputs } = network;
  const given: unknown = metrics;
  if (given === undefined) return [];
  if (!Array.isArray(given) && !isRecord(given)) throw refuse(argument, 'a list of metrics, or a record of such lists by names of outputs', typeName(given));
  if (Array.isArray(given) && outputs.length > 1) {
    throw refuse(argument, 'by names of outputs, as there are several', 'one list', `For example ${argument}: { ${quoted(outputs[0]?.name ?? '')}: ['mae'] }.`);
  }
  const lists = Array.isArray(given) ? [given as readonly AnyMetric[]] : byOutput(argument, network, given as Readonly<Record<string, readonly AnyMetric[]>>);
  return lists.flatMap((list, output) => {
    const loss = losses[output];
    if (list === undefined || !loss) return [];
    const own: unknown = list;
    if (!Array.isArray(own)) throw refuse(argument, 'lists of metrics', typeName(own));
    const judged = { loss, logits: givesLogits(network, output, loss), width: outputs[output]?.shape.at(-1) ?? 1 };
    const prefix = outputs.length > 1 ? `${outputs[output]?.name ?? ''}_` : '';
    return list.map((metric) => {
      const resolved = resolveMetric(metric, judged, argument);
      return outputMetric(resolved, { logged: `${prefix}${weighted ? 'weighted_' : ''}${resolved.name}`, output, weighted });
    });
  });
}

/** @throws ArgumentError for two values under one name, of which the logs would keep one. */
export function requireDistinct(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refuse('metrics', 'logged under names of their own', `${quoted(twice)} twice`);
}
