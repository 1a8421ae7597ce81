/** Numbers of HDF5 as arrays. */
import type { FloatArray } from '../../../tensor.js';
import { fromFloat16 } from '../../bytes/half.js';
import type { Datatype } from './types.js';

type Numeric = Extract<Datatype, { kind: 'integer' | 'float' }>;

export function isNumeric(type: Datatype): type is Numeric {
  return type.kind === 'integer' || type.kind === 'float';
}

/** float32 where that holds them all, else float64; whole numbers beyond 2^53 are rounded. */
export function numbersOf(bytes: Uint8Array, type: Numeric): FloatArray {
  const count = bytes.length / type.size;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !type.bigEndian;
  if (type.kind === 'float' && type.size === 4 && little) return plainFloats(bytes);
  if (type.kind === 'float' && type.size === 2) return fromFloat16(Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, little)));
  const values = type.size <= (type.kind === 'float' ? 4 : 2) ? new Float32Array(count) : new Float64Array(count);
  const read = readerOf(view, type, little);
  for (let i = 0; i < count; i++) values[i] = read(i * type.size);
  return values;
}

function plainFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer); // the numbers of a typed array are little-endian wherever JavaScript runs today
}

function readerOf(view: DataView, type: Numeric, little: boolean): (at: number) => number {
  if (type.kind === 'float') return type.size === 4 ? (at) => view.getFloat32(at, little) : (at) => view.getFloat64(at, little);
  const { size, signed } = type;
  if (size === 1) return signed ? (at) => view.getInt8(at) : (at) => view.getUint8(at);
  if (size === 2) return signed ? (at) => view.getInt16(at, little) : (at) => view.getUint16(at, little);
  if (size === 4) return signed ? (at) => view.getInt32(at, little) : (at) => view.getUint32(at, little);
  return signed ? (at) => Number(view.getBigInt64(at, little)) : (at) => Number(view.getBigUint64(at, little));
}
