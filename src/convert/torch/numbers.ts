/** Numbers as they lie in a file, by their type: views of its bytes where they can be, else read one by one. */
import { fromBfloat16, fromFloat16 } from '../bytes/half.js';
import type { TorchDType, TorchTensor } from './types.js';

type Numbers = TorchTensor['data'];
/** In the type of the file. */
type Raw = Numbers | Uint16Array | BigInt64Array;

interface NumberType {
  readonly bytes: number;
  readonly view: (buffer: ArrayBufferLike, at: number, count: number) => Raw;
}

/** All little-endian, as every machine is that runs JavaScript. */
const types: Readonly<Record<TorchDType, NumberType>> = {
  float32: { bytes: 4, view: (buffer, at, count) => new Float32Array(buffer, at, count) },
  float64: { bytes: 8, view: (buffer, at, count) => new Float64Array(buffer, at, count) },
  float16: { bytes: 2, view: (buffer, at, count) => new Uint16Array(buffer, at, count) },
  bfloat16: { bytes: 2, view: (buffer, at, count) => new Uint16Array(buffer, at, count) },
  int64: { bytes: 8, view: (buffer, at, count) => new BigInt64Array(buffer, at, count) },
  int32: { bytes: 4, view: (buffer, at, count) => new Int32Array(buffer, at, count) },
  int16: { bytes: 2, view: (buffer, at, count) => new Int16Array(buffer, at, count) },
  int8: { bytes: 1, view: (buffer, at, count) => new Int8Array(buffer, at, count) },
  uint8: { bytes: 1, view: (buffer, at, count) => new Uint8Array(buffer, at, count) },
  bool: { bytes: 1, view: (buffer, at, count) => new Uint8Array(buffer, at, count) },
};

/** Of one number in the file. */
export function bytesPer(dtype: TorchDType): number {
  return types[dtype].bytes;
}

/** Bytes beside those of the file that so many numbers take, contiguous and aligned there or not. */
export function bytesToRead(dtype: TorchDType, count: number, inPlace: boolean): number {
  if (dtype === 'float16' || dtype === 'bfloat16') return 4 * count;
  return inPlace && dtype !== 'int64' ? 0 : bytesPer(dtype) * count;
}

export function isAligned(dtype: TorchDType, bytes: Uint8Array): boolean {
  return bytes.byteOffset % bytesPer(dtype) === 0;
}

/** Whole aligned bytes as numbers of the file; others are moved to aligned memory first. */
export function rawNumbers(dtype: TorchDType, bytes: Uint8Array): Raw {
  const { buffer, byteOffset, byteLength } = isAligned(dtype, bytes) ? bytes : new Uint8Array(bytes);
  return types[dtype].view(buffer, byteOffset, byteLength / bytesPer(dtype));
}

/** As users get them. @throws RangeError for whole numbers that float64 does not hold. */
export function asNumbers(dtype: TorchDType, raw: Raw): Numbers {
  if (raw instanceof BigInt64Array) return exactly(raw);
  if (!(raw instanceof Uint16Array)) return raw;
  return dtype === 'float16' ? fromFloat16(raw) : fromBfloat16(raw);
}

function exactly(whole: BigInt64Array): Float64Array {
  const numbers = new Float64Array(whole.length);
  for (let i = 0; i < whole.length; i++) {
    numbers[i] = Number(whole[i] ?? 0n);
    if (BigInt(numbers[i] ?? 0) !== whole[i]) throw new RangeError(String(whole[i]));
  }
  return numbers;
}

/** Numbers at strided places, in row-major order. */
export function gathered<A extends Exclude<Raw, BigInt64Array>>(raw: A, offset: number, shape: readonly number[], strides: readonly number[], count: number): A;
export function gathered(raw: Raw, offset: number, shape: readonly number[], strides: readonly number[], count: number): Raw;
export function gathered(raw: Raw, offset: number, shape: readonly number[], strides: readonly number[], count: number): Raw {
  const out = emptyLike(raw, count);
  const inner = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let at = 0; at < count; at += inner) {
    for (let i = 0; i < inner; i++) out[at + i] = raw[from + i * step] ?? 0;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      from -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}

function emptyLike(raw: Raw, count: number): Raw {
  return Reflect.construct(raw.constructor, [count]) as Raw;
}
