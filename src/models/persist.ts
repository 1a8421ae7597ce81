/**
 * The file format: one .safetensors file. Weights under their keys (any safetensors reader finds them), carried states
 * as `state:…`, optimiser slots as `optimizer:slot/key`, what callbacks keep as `callback:n/key`; everything else is one
 * JSON text under `bptt` in the metadata.
 */
import type { CallbackState } from '../callbacks/callback.js';
import { FileFormatError } from '../errors.js';
import type { JsonObject, JsonValue } from '../layers/layer.js';
import { toHost } from '../tensor.js';
import type { HostTensor } from '../tensor.js';
import { describeArchitecture } from './architecture.js';
import type { Position } from './fit.js';
import type { Network } from './network.js';
import { decodeTensorFile, encodeTensorFile } from './safetensors.js';

const formatVersion = 1;

export interface CompiledDescription {
  readonly optimizer: { readonly className: string; readonly config: JsonObject };
  readonly losses: readonly JsonObject[];
  readonly metrics: readonly string[];
}

export interface SavedModel {
  readonly seed: number;
  readonly architecture: JsonObject;
  readonly compiled: CompiledDescription | undefined;
  readonly position: Position;
  readonly metadata: Record<string, JsonValue>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

export function encodeModel(
  model: Omit<SavedModel, 'architecture'> & { readonly network: Network },
): Uint8Array {
  const tensors = new Map(model.tensors);
  const callbacks = model.position.callbacks.map(({ name, state }, i) => {
    for (const [key, value] of Object.entries(state.tensors ?? {})) {
      tensors.set(`callback:${i}/${key}`, toHost(value, value.data instanceof Float32Array ? 'float32' : 'float64'));
    }
    return { name, state: { json: state.json } };
  });
  const description = {
    version: formatVersion, seed: model.seed, architecture: describeArchitecture(model.network), compiled: model.compiled ?? null,
    position: { ...model.position, callbacks }, metadata: model.metadata,
  };
  return encodeTensorFile({ tensors, metadata: { format: 'bptt', bptt: JSON.stringify(description) } });
}

function refuse(argument: string, expected: string, actual: string, cause?: unknown): FileFormatError {
  return new FileFormatError({ operation: 'loadModel', argument, expected, actual }, { cause });
}

function parse(text: string | undefined): JsonObject {
  if (text === undefined) throw refuse("metadata 'bptt'", 'present', 'missing: a safetensors file of another program');
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw refuse("metadata 'bptt'", 'JSON', 'something else', cause);
  }
}

function positionOf(value: JsonValue | undefined): Position {
  const saved = value as unknown;
  const numbers = ['epoch', 'batch', 'step', 'totalEpochs', 'learningRateFactor'] as const;
  if (typeof saved !== 'object' || saved === null || numbers.some((key) => !Number.isFinite((saved as Position)[key]))) {
    throw refuse('position', numbers.join(', '), JSON.stringify(value));
  }
  return saved as Position;
}

/** @throws FileFormatError if the bytes are not a whole, consistent model file. */
export function decodeModel(bytes: Uint8Array): SavedModel {
  const { tensors, metadata } = decodeTensorFile(bytes);
  const description = parse(metadata['bptt']);
  if (description['version'] !== formatVersion) throw refuse('version', String(formatVersion), JSON.stringify(description['version']));
  if (typeof description['seed'] !== 'number') throw refuse('seed', 'a number', JSON.stringify(description['seed']));
  if (typeof description['architecture'] !== 'object') throw refuse('architecture', 'an object', JSON.stringify(description['architecture']));
  const position = positionOf(description['position']);
  const callbacks = position.callbacks.map(({ name, state }, i): { name: string; state: CallbackState } => {
    const prefix = `callback:${i}/`;
    const own = [...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]);
    return { name, state: own.length > 0 ? { json: state.json, tensors: Object.fromEntries(own) } : { json: state.json } };
  });
  return {
    seed: description['seed'],
    architecture: description['architecture'] as JsonObject,
    compiled: (description['compiled'] ?? undefined) as CompiledDescription | undefined,
    position: { ...position, callbacks },
    metadata: (description['metadata'] ?? {}) as Record<string, JsonValue>,
    tensors: new Map([...tensors].filter(([key]) => !key.startsWith('callback:'))),
  };
}
