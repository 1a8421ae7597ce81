/** Constants of a file as numbers. */
import { fromBfloat16, fromFloat16 } from '../../bytes/half.js';
import { FileFormatError } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import type { Shape } from '../../../tensor.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxTensor } from '../proto/graph.js';
import { Refused } from './refused.js';

/** A value that does not depend on the inputs. */
export interface Known {
  readonly kind: 'known';
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
  /** Of which initializers and nodes it is made: two layers on one are one layer. */
  readonly name: string;
}

const rawSizes: Readonly<Record<number, number>> = {
  [elementTypes.float]: 4, [elementTypes.uint8]: 1, [elementTypes.int8]: 1, [elementTypes.uint16]: 2, [elementTypes.int16]: 2, [elementTypes.int32]: 4, [elementTypes.int64]: 8,
  [elementTypes.bool]: 1, [elementTypes.float16]: 2, [elementTypes.double]: 8, [elementTypes.uint32]: 4, [elementTypes.uint64]: 8, [elementTypes.bfloat16]: 2,
};

/** @throws FileFormatError where the numbers do not fill the shape, Refused where they are texts or lie in another file. */
export function knownOf(tensor: OnnxTensor, name = tensor.name): Known {
  const { dims, dataType, data: { field, pieces } } = tensor;
  const refuse = (expected: string, actual: string): FileFormatError => new FileFormatError({ operation: 'importOnnx', argument: `tensor '${name}'`, expected, actual });
  if (field === 'external') throw new Refused('its numbers are in another file: save the model with its weights, onnx.save(model, path, save_as_external_data=False)');
  const size = rawSizes[dataType];
  if (size === undefined) throw new Refused(`element type ${dataType}: texts and complex numbers are none here`);
  const count = sizeOf(dims);
  const given = pieces.reduce((total, piece) => total + piece.length, 0);
  // Numbers in lists of their own are varints, of which each has at least a byte, or as wide as they are in raw_data.
  const least = field === 'int32' || field === 'int64' || field === 'uint64' ? 1 : field === 'double' ? 8 : field === 'float' ? 4 : size;
  if (field === 'raw' || field === 'float' || field === 'double' ? given !== count * least : given < count) throw refuse(`${count} numbers`, `${given} bytes`);
  const bytes = new Uint8Array(given);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { kind: 'known', shape: dims, data: numbersOf(bytes, dataType, field, count, refuse), name };
}

function numbersOf(bytes: Uint8Array<ArrayBuffer>, type: number, field: string, count: number, refuse: (expected: string, actual: string) => Error): Float32Array | Float64Array {
  if (field === 'float') return new Float32Array(bytes.buffer);
  if (field === 'double') return new Float64Array(bytes.buffer);
  if (field !== 'raw') {
    const values = varints(bytes, count);
    if (!values) throw refuse(`${count} numbers`, 'another number of them');
    return type === elementTypes.float16 ? fromFloat16(Uint16Array.from(values)) : type === elementTypes.bfloat16 ? fromBfloat16(Uint16Array.from(values)) : Float64Array.from(values);
  }
  const { buffer } = bytes;
  switch (type) {
    case elementTypes.float: return new Float32Array(buffer);
    case elementTypes.double: return new Float64Array(buffer);
    case elementTypes.float16: return fromFloat16(new Uint16Array(buffer));
    case elementTypes.bfloat16: return fromBfloat16(new Uint16Array(buffer));
    case elementTypes.int64: return Float64Array.from(new BigInt64Array(buffer), Number);
    case elementTypes.uint64: return Float64Array.from(new BigUint64Array(buffer), Number);
    case elementTypes.int32: return Float64Array.from(new Int32Array(buffer));
    case elementTypes.uint32: return Float64Array.from(new Uint32Array(buffer));
    case elementTypes.int16: return Float64Array.from(new Int16Array(buffer));
    case elementTypes.uint16: return Float64Array.from(new Uint16Array(buffer));
    case elementTypes.int8: return Float64Array.from(new Int8Array(buffer));
    default: return Float64Array.from(bytes);
  }
}

/** Undefined unless there are exactly so many. */
function varints(bytes: Uint8Array, count: number): Float64Array | undefined {
  const values = new Float64Array(count);
  let [index, value, shift] = [0, 0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80 && shift < 70n) continue;
    if (index >= count || byte >= 0x80) return undefined;
    values[index++] = Number(BigInt.asIntN(64, value));
    [value, shift] = [0n, 0n];
  }
  return index === count && shift === 0n ? values : undefined;
}

export function known(name: string, shape: Shape, data: Float32Array | Float64Array): Known {
  return { kind: 'known', shape, data, name };
}

/** As weights have them. */
export function floatsOf({ data }: Known): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** The axes in another order. */
export function transposed({ shape, data, name }: Known, order: readonly number[]): Known {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis] ?? 1);
  const out = data.slice();
  const index = to.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (const [axis, at] of index.entries()) from += at * (strides[order[axis] ?? 0] ?? 0);
    out[i] = data[from] ?? 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (to[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return { kind: 'known', shape: to, data: out, name: `${name}ᵀ${order.join()}` };
}

/** The entries of the first axis from the last to the first. */
export function reversed({ shape, data, name }: Known): Known {
  const [rows = 0, width] = [shape[0], sizeOf(shape.slice(1))];
  return { kind: 'known', shape, data: data.map((_, i) => data[(rows - 1 - Math.floor(i / width)) * width + (i % width)] ?? NaN), name: `${name}[::-1]` };
}

/** Entries from `begin` to below `end` of the first axis, without that axis. */
export function rowsOf({ shape, data, name }: Known, begin: number, end: number): Known {
  const width = sizeOf(shape.slice(1));
  return { kind: 'known', shape: [end - begin, ...shape.slice(1)], data: data.subarray(begin * width, end * width), name: `${name}[${begin}:${end}]` };
}
