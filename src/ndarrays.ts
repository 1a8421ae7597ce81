/** How arrays go out: always fresh, contiguous ndarrays. Apart from tensor.ts, so that who makes none does not load the package. */
import ndarray from 'ndarray';
import type { NdArray } from 'ndarray';
import { checkOptions, isThenable, requireChoice } from './checks.js';
import { ShapeError, formatShape } from './errors.js';
import { allocate, sizeOf, toHost } from './tensor.js';
import type { DType, FloatArray, Shape, TensorLike } from './tensor.js';

/** Wraps contiguous data as an ndarray without copying. */
export function fromHost<A extends FloatArray>(data: A, shape: Shape): NdArray<A> {
  return ndarray(data, [...shape]);
}

/**
 * Makes a contiguous ndarray.
 *
 * @param value nested arrays, an ndarray of any strides, or a flat array together with `shape`.
 * @param options shape of flat data; dtype, float32 by default.
 * @throws ShapeError if the numbers do not fill the shape or rows differ in length.
 */
export function tensor(value: TensorLike | ArrayLike<number>, options: { shape?: Shape; dtype: 'float64' }): NdArray<Float64Array>;
export function tensor(value: TensorLike | ArrayLike<number>, options?: { shape?: Shape; dtype?: 'float32' }): NdArray<Float32Array>;
export function tensor(value: TensorLike | ArrayLike<number>, options: { shape?: Shape; dtype?: DType } = {}): NdArray<FloatArray> {
  const { shape, dtype = 'float32' } = checkOptions('tensor', options, { shape: true, dtype: true });
  requireChoice('tensor', 'dtype', dtype, ['float32', 'float64']);
  const source: TensorLike = isTensorLike(value) ? value : { data: value, shape: [value.length] };
  const host = toHost(source, dtype);
  if (shape && sizeOf(shape) !== host.data.length) {
    throw new ShapeError({
      operation: 'tensor', argument: 'shape', expected: `a shape of ${host.data.length} elements`, actual: formatShape(shape),
    });
  }
  return fromHost(host.data, shape ?? host.shape);
}

function isTensorLike(value: TensorLike | ArrayLike<number>): value is TensorLike {
  const given: unknown = value; // JavaScript callers may pass anything: toHost says what is wrong with it
  return Array.isArray(given) || typeof given !== 'object' || given === null || isThenable(given) || ('shape' in given && 'data' in given);
}

/** A contiguous ndarray of zeros; float32 by default. */
export function zeros(shape: Shape, dtype: 'float64'): NdArray<Float64Array>;
export function zeros(shape: Shape, dtype?: 'float32'): NdArray<Float32Array>;
export function zeros(shape: Shape, dtype: DType = 'float32'): NdArray<FloatArray> {
  return fromHost(allocate(dtype, sizeOf(shape)), shape);
}
