/**
 * The public edge: how arrays come in.
 *
 * Users hold `ndarray`s. Any strides and offsets are honoured on the way in (transposed and sliced views work);
 * nested arrays and `{ data, shape }` are accepted too. How they go out: ndarrays.ts.
 */
import type ndarray from 'ndarray';
import type { NdArray } from 'ndarray';
import { isThenable, typeName } from './checks.js';
import { ArgumentError, ShapeError, formatShape } from './errors.js';

export type { NdArray } from 'ndarray';

/** Element type of a computation. float32 is the default; float64 runs on the cpu backend only. */
export type DType = 'float32' | 'float64';
export type FloatArray = Float32Array | Float64Array;
export type Shape = readonly number[];
export type NestedArray = readonly number[] | ndarray.TypedArray | readonly NestedArray[];
/** Where an ndarray keeps its numbers, if not in an array. */
export interface NumberStore { readonly length: number; get(index: number): number; set(index: number, value: number): unknown }
export type NumericData = ndarray.TypedArray | number[] | NumberStore;

/**
 * Anything with numbers and a shape: an ndarray, nested arrays (whose innermost rows may be typed arrays), a typed array, which has
 * one axis, or a flat array with its shape (row-major).
 */
export type TensorLike =
  | NdArray<NumericData>
  | NestedArray
  | { readonly data: ArrayLike<number>; readonly shape: Shape };

/** A contiguous row-major tensor on the host. */
export interface HostTensor<A extends FloatArray = FloatArray> {
  readonly data: A;
  readonly shape: Shape;
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

export function allocate(dtype: 'float32', size: number): Float32Array;
export function allocate(dtype: 'float64', size: number): Float64Array;
export function allocate(dtype: DType, size: number): FloatArray;
export function allocate(dtype: DType, size: number): FloatArray {
  try {
    return dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
  } catch (cause) {
    throw new ShapeError({ operation: 'tensor', argument: 'size', expected: 'one that memory holds', actual: `${size} numbers`, hint: 'Use a smaller batch, or smaller layers.' }, { cause });
  }
}

/** A copy in another element type. */
export function inType(data: FloatArray, dtype: DType): FloatArray {
  const out = allocate(dtype, data.length);
  out.set(data);
  return out;
}

function isTyped(value: unknown): value is ndarray.TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && typeof Reflect.get(value, 0) !== 'bigint';
}

function isNested(value: TensorLike): value is NestedArray {
  return Array.isArray(value) || isTyped(value);
}

/** @throws ArgumentError for what holds no numbers: null, a promise, a function, an object without data and shape. */
function requireNumbers({ operation, argument }: Site, value: TensorLike): void {
  const given: unknown = value;
  if (isNested(value)) return;
  if (typeof given === 'object' && given !== null && !isThenable(given) && 'data' in given && 'shape' in given && Array.isArray(given.shape)) {
    const { data } = given;
    if (Array.isArray(data)) {
      const odd: unknown = data.find((entry) => typeof entry !== 'number');
      if (odd !== undefined) throw new ArgumentError({ operation, argument: `${argument}.data`, expected: 'numbers', actual: typeName(odd) });
      return;
    }
    if (typeof data === 'object' && data !== null && 'length' in data && (!ArrayBuffer.isView(data) || isTyped(data))) return;
  }
  throw new ArgumentError({ operation, argument, expected: 'an ndarray, nested arrays, a typed array or { data, shape }', actual: typeName(given) });
}

function isStore(data: object): data is NumberStore {
  return 'get' in data && typeof data.get === 'function' && 'length' in data;
}

function isNdArray(value: TensorLike): value is NdArray<NumericData> {
  return 'stride' in value && 'offset' in value;
}

/** The shape of any accepted input. Nested arrays are followed along their first elements. */
export function shapeOf(value: TensorLike): number[] {
  if (!isNested(value)) return [...value.shape];
  const shape: number[] = [];
  let level: NestedArray | number | undefined = value;
  while (Array.isArray(level) || isTyped(level)) {
    shape.push(level.length);
    level = level[0] as NestedArray | number | undefined;
  }
  return shape;
}

function copyNested(value: NestedArray | number, shape: Shape, depth: number, out: FloatArray, at: number): number {
  if (typeof value === 'number') {
    if (depth !== shape.length) throw raggedError(shape, depth, 'a number');
    out[at] = value;
    return at + 1;
  }
  if (!isNested(value)) throw raggedError(shape, depth, typeName(value));
  if (value.length !== shape[depth]) throw raggedError(shape, depth, `${value.length} elements`);
  if (isTyped(value)) {
    if (depth !== shape.length - 1) throw raggedError(shape, depth, 'a typed array');
    out.set(value, at);
    return at + value.length;
  }
  for (const item of value as readonly (NestedArray | number)[]) at = copyNested(item, shape, depth + 1, out, at);
  return at;
}

function raggedError(shape: Shape, depth: number, actual: string): ShapeError {
  const expected = depth < shape.length ? `${shape[depth]} elements at depth ${depth}` : `a number at depth ${depth}`;
  return new ShapeError({
    operation: 'tensor', argument: 'nested array', expected, actual, hint: 'Every row must have the same length.',
  });
}

function copyStrided(view: NdArray<NumericData>, out: FloatArray): void {
  const { shape, stride } = view;
  const data = isStore(view.data) ? valuesOf(view.data) : view.data;
  const rank = shape.length;
  if (rank === 0) {
    out[0] = data[view.offset] ?? NaN;
    return;
  }
  const index = new Array<number>(rank).fill(0);
  const inner = shape[rank - 1] ?? 1;
  const innerStride = stride[rank - 1] ?? 1;
  let offset = view.offset;
  for (let at = 0; at < out.length; at += inner) {
    for (let i = 0, from = offset; i < inner; i++, from += innerStride) out[at + i] = data[from] ?? NaN;
    for (let axis = rank - 2; axis >= 0; axis--) {
      const step = stride[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      offset += step;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      offset -= step * next;
      index[axis] = 0;
    }
  }
}

/** All numbers of a store, in its order. */
function valuesOf(store: NumberStore): Float64Array {
  return Float64Array.from({ length: store.length }, (_, i) => store.get(i));
}

/** Which argument of which function a value came as, for messages. */
export interface Site {
  readonly operation: string;
  readonly argument: string;
}

/**
 * Copies any accepted input into a fresh contiguous row-major array.
 *
 * @throws ArgumentError for what holds no numbers, naming `site`; ShapeError if nested arrays are ragged or the data do not fill the shape.
 */
export function toHost(value: TensorLike, dtype: DType, site: Site = { operation: 'tensor', argument: 'value' }): HostTensor {
  requireNumbers(site, value);
  const shape = shapeOf(value);
  for (const n of shape) {
    if (!Number.isInteger(n) || n < 0) {
      throw new ShapeError({ operation: 'tensor', argument: 'shape', expected: 'whole numbers of at least 0', actual: formatShape(shape) });
    }
  }
  const size = sizeOf(shape);
  if (!isNested(value) && !isNdArray(value) && value.data.length !== size) {
    throw new ShapeError({ operation: 'tensor', argument: 'data', expected: `${size} numbers for shape ${formatShape(shape)}`, actual: String(value.data.length) });
  }
  const data = allocate(dtype, size);
  if (isNested(value)) copyNested(value, shape, 0, data, 0);
  else if (isNdArray(value)) copyStrided(value, data);
  else data.set(isStore(value.data) ? valuesOf(value.data) : value.data);
  return { data, shape };
}
