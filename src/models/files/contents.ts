/** What a model file says of itself, without building the model: layers and losses of one's own need no code then. */
import type { JsonObject, JsonValue } from '../../json.js';
import { isWeight } from '../graph/names.js';
import { listOf, numberOf, objectOf, textOf } from './json.js';
import type { SavedModel } from './persist.js';
import { hasMetadata } from './safetensors.js';

export interface LayerEntry {
  readonly name: string;
  /** Name of its class. */
  readonly type: string;
  /** As its constructor takes them. */
  readonly options: JsonObject;
  /** Numbers in its weights and running statistics. */
  readonly parameters: number;
}

export interface TensorEntry {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly shape: readonly number[];
}

export interface ModelFile {
  /** Without the batch; null where any size will do. */
  readonly inputs: readonly (readonly (number | null)[])[];
  readonly layers: readonly LayerEntry[];
  readonly parameters: number;
  readonly seed: number;
  /** Null if the model was never compiled. */
  readonly training: {
    readonly optimizer: { readonly type: string; readonly options: JsonObject };
    readonly losses: readonly string[];
    readonly metrics: readonly string[];
    readonly epochs: number;
    readonly steps: number;
  } | null;
  /** All in the file: weights, states, those of the optimiser and of callbacks. */
  readonly tensors: readonly TensorEntry[];
  /** What the program that made it wrote beside. */
  readonly metadata: Readonly<Record<string, JsonValue>>;
}

/** Whether a .safetensors file was written by this library. @throws FileFormatError for a damaged header. */
export function isModelFile(bytes: Uint8Array): boolean {
  return hasMetadata(bytes, 'bptt');
}

/** @throws FileFormatError for what contradicts itself. */
export function contentsOf({ architecture, compiled, position, seed, tensors, metadata }: SavedModel): ModelFile {
  const entries = [...tensors].map(([name, { data, shape }]): TensorEntry => ({ name, dtype: data instanceof Float32Array ? 'float32' : 'float64', shape }));
  const described = listOf('layers', architecture.layers).map((entry) => {
    const { name, className, config } = objectOf('layer', entry);
    return { name: textOf('layer name', name), type: textOf('layer class', className), options: objectOf('layer config', config) };
  });
  const counts = countByLayer(entries);
  const layers = described.map((layer) => ({ ...layer, parameters: counts.get(layer.name) ?? 0 }));
  return {
    inputs: listOf('inputs', architecture.inputs).map((input) => listOf('input shape', Array.isArray(input) ? input : objectOf('input', input).shape)
      .map((size) => (size === null ? null : numberOf('input size', size)))),
    layers, parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0), seed,
    training: compiled ? {
      optimizer: { type: compiled.optimizer.className, options: compiled.optimizer.config },
      losses: compiled.losses.map(({ custom, kind }) => textOf('loss', custom ?? kind)), metrics: compiled.metrics.map(({ name }) => name),
      epochs: position.epoch, steps: position.step,
    } : null,
    tensors: entries, metadata,
  };
}

/** Keys are `LAYER/WEIGHT`; no name of a layer holds a slash. */
function countByLayer(tensors: readonly TensorEntry[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name, shape } of tensors.filter((tensor) => isWeight(tensor.name))) {
    const layer = name.slice(0, name.indexOf('/'));
    counts.set(layer, (counts.get(layer) ?? 0) + shape.reduce((product, size) => product * size, 1));
  }
  return counts;
}
