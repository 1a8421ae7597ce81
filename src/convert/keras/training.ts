/** Compile settings of Keras: losses and metrics by their names here. */
import { quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import type { LossName, LossOptions } from '../../losses/loss.js';
import { endingOf } from '../../models/graph/heads.js';
import type { Network } from '../../models/graph/network.js';
import type { MetricName } from '../../models/training/metric.js';
import { isList, isObject, serialized, shown } from './layerConfig.js';
import { snakeCase } from './names.js';

const losses: Readonly<Record<string, LossName>> = {
  mse: 'mse', mean_squared_error: 'mse', mae: 'mae', mean_absolute_error: 'mae', huber: 'huber', huber_loss: 'huber', log_cosh: 'logCosh', logcosh: 'logCosh',
  binary_crossentropy: 'binaryCrossentropy', categorical_crossentropy: 'categoricalCrossentropy', sparse_categorical_crossentropy: 'sparseCategoricalCrossentropy',
};

const metrics: Readonly<Record<string, MetricName>> = {
  accuracy: 'accuracy', acc: 'accuracy', mse: 'mse', mean_squared_error: 'mse', root_mean_squared_error: 'rmse', mae: 'mae', mean_absolute_error: 'mae', mape: 'mape',
  mean_absolute_percentage_error: 'mape', r2_score: 'r2', binary_accuracy: 'binaryAccuracy', categorical_accuracy: 'categoricalAccuracy',
  sparse_categorical_accuracy: 'sparseCategoricalAccuracy', auc: 'auc', precision: 'precision', recall: 'recall', f1_score: 'f1',
};

interface Named { readonly name: string; readonly config: JsonObject }

/** `mse`, `{ class_name: 'MeanSquaredError', config }`, or the function of that name. */
function named(value: JsonValue | undefined): Named | undefined {
  if (typeof value === 'string') return { name: value.includes('_') ? value.toLowerCase() : snakeCase(value), config: {} };
  if (!isObject(value)) return undefined;
  if (value.class_name === 'function' && typeof value.config === 'string') return { name: value.config, config: {} };
  const found = serialized(value);
  return found && { name: snakeCase(found.className), config: found.config };
}

/** For each output what stands there: one value for the only one, a list, or an object by names. */
function perOutput(value: JsonValue | undefined, outputs: readonly string[]): readonly (JsonValue | undefined)[] | undefined {
  if (isList(value)) return value.length === outputs.length ? value : undefined;
  if (isObject(value) && value.class_name === undefined) return outputs.map((name) => value[name]);
  return outputs.length === 1 ? [value] : outputs.map(() => value);
}

/** @param outputs Keras's names. @returns a loss for each output, or why there is none. */
export function lossesOf(value: JsonValue | undefined, outputs: readonly string[], network: Network): readonly LossOptions[] | string {
  const each = perOutput(value, outputs)?.map((one, i) => lossOf(one, network, i));
  if (!each) return `loss ${shown(value)} is not one for each output`;
  return each.find((one) => typeof one === 'string') ?? each.filter((one) => typeof one !== 'string');
}

function lossOf(value: JsonValue | undefined, network: Network, output: number): LossOptions | string {
  const found = named(value);
  const kind = found && Object.hasOwn(losses, found.name) ? losses[found.name] : undefined;
  if (!found || !kind) return `loss ${shown(value)} has no counterpart`;
  const { delta, from_logits: fromLogits = false, label_smoothing: smoothing = 0, reduction = 'sum_over_batch_size', ignore_class: ignored = null } = found.config;
  if ((reduction !== 'sum_over_batch_size' && reduction !== 'auto') || ignored !== null) return `loss ${found.name}: reduction ${shown(reduction)} or ignore_class ${shown(ignored)} has no counterpart`;
  if (kind.endsWith('rossentropy')) {
    const id = network.outputs[output]?.id ?? -1;
    const linear = endingOf(network, id) === 'linear';
    if (linear !== (fromLogits === true)) return `loss ${found.name}: from_logits ${shown(fromLogits)} does not go with what the output ends in`;
  }
  return { kind, ...(kind === 'huber' && typeof delta === 'number' ? { delta } : {}), ...(typeof smoothing === 'number' && smoothing > 0 ? { labelSmoothing: smoothing } : {}) };
}

/** Those that are known, and sentences about the others. */
export function metricsOf(value: JsonValue | undefined, outputs: readonly string[], names: readonly string[]): { readonly metrics: Readonly<Record<string, MetricName[]>>; readonly notes: readonly string[] } {
  const given = value ?? [];
  const lists = outputs.length === 1 && isList(given) && !given.some(isList) ? [given] : perOutput(given, outputs) ?? [];
  const notes: string[] = [];
  const found = lists.map((list) => (isList(list) ? list : list === undefined || list === null ? [] : [list]).flatMap((one) => {
    const name = named(one)?.name;
    const metric = name !== undefined && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
    if (metric === undefined) notes.push(`metric ${shown(one)} has no counterpart`);
    return metric === undefined ? [] : [metric];
  }));
  return { metrics: Object.fromEntries(names.map((name, i) => [name, found[i] ?? []])), notes };
}

/** @returns a weight for each output, undefined for none, or why they cannot be taken. */
export function lossWeightsOf(value: JsonValue | undefined, outputs: readonly string[]): readonly number[] | undefined | string {
  if (value === undefined || value === null) return undefined;
  const weights = perOutput(value, outputs)?.map((weight) => weight ?? 1);
  if (weights?.every((weight) => typeof weight === 'number')) return weights;
  return `loss_weights ${quoted(shown(value))} are not a number for each output`;
}
