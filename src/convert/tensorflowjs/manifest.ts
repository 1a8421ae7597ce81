/** The weights of TensorFlow.js: numbers side by side in shards, and a manifest that says what they are. */
import { FileFormatError, quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { sizeOf } from '../../tensor.js';
import type { FloatArray, HostTensor } from '../../tensor.js';
import { fromFloat16 } from '../bytes/half.js';
import { isList, isObject, shown } from '../keras/layerConfig.js';
import type { StoredTensor } from '../keras/filling.js';

type Stored = 'float32' | 'int32' | 'uint8' | 'uint16' | 'float16' | 'bool';

const bytesPer: Readonly<Record<Stored, number>> = { float32: 4, int32: 4, uint8: 1, uint16: 2, float16: 2, bool: 1 };

export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly stored: Stored;
  /** value = scale·stored + min. */
  readonly scale: number;
  readonly min: number;
}

function refuse(operation: string, argument: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({ operation, argument, expected, actual });
}

function entryOf(operation: string, value: JsonValue): WeightEntry {
  const { name, shape, dtype, quantization }: JsonObject = isObject(value) ? value : {};
  const what = `weight ${quoted(typeof name === 'string' ? name : '')} of the manifest`;
  if (typeof name !== 'string') throw refuse(operation, what, 'an object with a name', shown(value));
  if (!isList(shape) || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)) throw refuse(operation, what, 'with a list of sizes', shown(shape));
  const { dtype: quantized, scale = 1, min = 0 }: JsonObject = isObject(quantization) ? quantization : {};
  const stored = quantization === undefined || quantization === null ? dtype : quantized;
  if (typeof stored !== 'string' || !Object.hasOwn(bytesPer, stored)) throw refuse(operation, what, `numbers as ${Object.keys(bytesPer).join(' | ')}`, shown(stored));
  if (typeof scale !== 'number' || typeof min !== 'number') throw refuse(operation, what, 'quantised with a scale and a least number', `${shown(scale)} and ${shown(min)}`);
  return { name, shape: shape as readonly number[], stored: stored as Stored, scale, min };
}

/** All weights in the order of the manifest. @throws FileFormatError */
export function entriesOf(operation: string, manifest: JsonValue | undefined): WeightEntry[] {
  if (!isList(manifest)) throw refuse(operation, 'weightsManifest', 'a list', shown(manifest));
  return manifest.flatMap((group) => {
    const weights = isObject(group) ? group.weights : undefined;
    if (!isList(weights)) throw refuse(operation, 'weightsManifest', 'groups with a list of weights', shown(group));
    return weights.map((weight) => entryOf(operation, weight));
  });
}

/** Those with their numbers. @param bytes of all shards, one behind the other. @throws FileFormatError unless they are just as long. */
export function storedWeights(operation: string, manifest: JsonValue | undefined, bytes: Uint8Array): StoredTensor[] {
  let from = 0;
  const stored = entriesOf(operation, manifest).map((entry): StoredTensor => {
    const begin = from;
    from += sizeOf(entry.shape) * bytesPer[entry.stored];
    const end = from;
    return { name: entry.name, shape: entry.shape, read: async (): Promise<HostTensor> => ({ data: valuesOf(entry, bytes.subarray(begin, end)), shape: entry.shape }) };
  });
  if (from !== bytes.length) throw refuse(operation, 'weights', `${from} bytes, as the manifest says`, String(bytes.length));
  return stored;
}

function valuesOf({ stored, scale, min }: WeightEntry, bytes: Uint8Array): FloatArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / bytesPer[stored];
  // Float32Array.from would make an object of each number on the way.
  const list = (read: (i: number) => number): Float32Array => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = read(i);
    return values;
  };
  switch (stored) {
    case 'float32': return list((i) => view.getFloat32(4 * i, true));
    case 'int32': return list((i) => view.getInt32(4 * i, true));
    case 'float16': return fromFloat16(Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true)));
    case 'uint16': return list((i) => view.getUint16(2 * i, true) * scale + min);
    case 'uint8': return list((i) => view.getUint8(i) * scale + min);
    case 'bool': return list((i) => view.getUint8(i));
  }
}

/** What optimisers gather stands behind the weights, by these names. */
export function isOfOptimizer(name: string): boolean {
  return name === 'iter' || /\/(?:m|v|momentum|accumulator|ms|mom|rms|mg)$/.test(name);
}
