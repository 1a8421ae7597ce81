/** How the forecasting functions read their arguments: everything becomes contiguous float64 first. */
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { fromHost, tensor } from '../../ndarrays.js';
import { sameShape } from '../../tensor.js';
import type { HostTensor, NdArray, TensorLike } from '../../tensor.js';

/** Numbers with or without a shape: an ndarray, nested arrays, or any flat array. */
export type Numbers = TensorLike | ArrayLike<number>;
/** What the forecasting functions return: contiguous float64. */
export type Float64NdArray = NdArray<Float64Array>;
/** Half-open range of rows or samples: `start` is in, `end` is not. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where an argument came from, for messages. */
export interface Site {
  readonly operation: string;
  readonly argument: string;
}

/**
 * Copies into contiguous float64 and requires every number to be finite.
 *
 * @throws DataError naming the first entry that is NaN or infinite.
 */
export function toFinite(value: Numbers, site: Site): HostTensor<Float64Array> {
  return toChecked(value, site, Number.isFinite, 'finite numbers only');
}

/** As `toFinite`, but infinities are numbers as well: an interval may have no end. */
export function toBounds(value: Numbers, site: Site): HostTensor<Float64Array> {
  return toChecked(value, site, (v) => !Number.isNaN(v), 'numbers only');
}

function toChecked(value: Numbers, site: Site, isRight: (v: number) => boolean, expected: string): HostTensor<Float64Array> {
  const { data, shape } = tensor(value, { dtype: 'float64' });
  const bad = data.findIndex((v) => !isRight(v));
  if (bad >= 0) throw new DataError({ ...site, expected, actual: `${data[bad]} at position ${formatShape(unravel(bad, shape))}` });
  return { data, shape };
}

function unravel(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/**
 * Several arrays of one shape, flat: the first says which.
 *
 * @param read `toFinite`, or `toBounds` to let infinities pass.
 * @throws ShapeError for one of another shape; DataError for NaN, infinities or no numbers at all.
 */
export function toAligned<K extends string>(operation: string, values: Readonly<Record<K, Numbers>>, read = toFinite): Record<K, Float64Array> {
  let first: { readonly name: string; readonly shape: readonly number[] } | undefined;
  const out: [string, Float64Array][] = [];
  for (const [name, value] of Object.entries<Numbers>(values)) {
    const { data, shape } = read(value, { operation, argument: name });
    first ??= { name, shape };
    if (!sameShape(first.shape, shape)) {
      throw new ShapeError({ operation, argument: name, expected: `of the shape of ${first.name}, ${formatShape(first.shape)}`, actual: formatShape(shape) });
    }
    if (data.length === 0) throw new DataError({ operation, argument: name, expected: 'at least one number', actual: 'none' });
    out.push([name, data]);
  }
  return Object.fromEntries(out) as Record<K, Float64Array>;
}

/** A finite tensor of exactly this rank; `axes` names its axes in the message. */
export function toFiniteOfRank(value: Numbers, axes: readonly string[], site: Site): HostTensor<Float64Array> {
  const host = toFinite(value, site);
  if (host.shape.length !== axes.length) {
    throw new ShapeError({ ...site, expected: `of shape ${formatShape(axes)}`, actual: formatShape(host.shape) });
  }
  return host;
}

/** A series [rows, features]; a flat series counts as one feature. */
export function toRows(value: Numbers, site: Site, read = toFinite): HostTensor<Float64Array> & { readonly rows: number; readonly features: number } {
  const { data, shape } = read(value, site);
  const [rows = 0, features = 1] = shape;
  if (shape.length < 1 || shape.length > 2) {
    throw new ShapeError({ ...site, expected: 'of shape [rows, features] or [rows]', actual: formatShape(shape) });
  }
  return { data, shape: [rows, features], rows, features };
}

/** Forecasts [n, horizon]; a flat array counts as horizon 1. */
export function toForecasts(value: Numbers, site: Site, read = toFinite): HostTensor<Float64Array> & { readonly count: number; readonly horizon: number } {
  const { data, shape, rows, features } = toRows(value, site, read);
  return { data, shape, count: rows, horizon: features };
}

/**
 * Consecutive samples along the first axis, without copying: contiguous data only.
 *
 * @throws ArgumentError if the range leaves the array.
 */
export function sliceFirstAxis(array: Float64NdArray, range: Range): Float64NdArray {
  const [count = 0, ...rest] = array.shape;
  if (!(range.start >= 0 && range.start <= range.end && range.end <= count)) {
    throw new ArgumentError({ operation: 'slice', argument: 'range', expected: `within 0 … ${count}`, actual: `${range.start} … ${range.end}` });
  }
  const width = rest.reduce((product, n) => product * n, 1);
  return fromHost(array.data.subarray(range.start * width, range.end * width), [range.end - range.start, ...rest]);
}

/** One column of row-major data [rows, width]. */
export function columnOf(data: Float64Array, width: number, column: number): Float64Array {
  const out = new Float64Array(data.length / width);
  for (let row = 0; row < out.length; row++) out[row] = data[row * width + column] ?? NaN;
  return out;
}
