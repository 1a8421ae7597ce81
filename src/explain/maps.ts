/** Maps: one number for each place of an image or each step of a sequence. */
import { resizeBilinear } from '../charts/images/overlay.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../errors.js';
import { binaryUnit, withinRounding } from '../statistics.js';
import { fromHost } from '../ndarrays.js';
import { allocate, sizeOf, toHost } from '../tensor.js';
import type { FloatArray, NdArray, Shape, TensorLike } from '../tensor.js';

/**
 * Maps at another size: bilinear between the middles of their cells, constant beyond the outermost ones.
 *
 * @param maps [..., h, w], or [..., t].
 * @param size [H, W], or [T]: as many axes as a map has.
 * @returns [..., H, W], or [..., T]; the leading axes stay.
 * @throws ShapeError for a size of no, or too many, axes.
 */
export function resizeMaps(maps: TensorLike, size: Shape): NdArray<FloatArray> {
  const { data, shape } = toHost(maps, 'float32');
  const axes = size.length;
  if (axes < 1 || axes > 2 || shape.length < axes || !size.every((n) => Number.isInteger(n) && n > 0)) {
    throw new ShapeError({ operation: 'resizeMaps', argument: 'size', expected: '[height, width] or [steps], no more axes than the maps have', actual: formatShape(size) });
  }
  const [leading, own] = [shape.slice(0, shape.length - axes), shape.slice(-axes)];
  const [from, to] = [sizeOf(own), sizeOf(size)];
  const [height = 1, width = 1] = size;
  const out = allocate('float32', sizeOf(leading) * to);
  for (let i = 0; i < sizeOf(leading); i++) {
    const grid = { data: data.subarray(i * from, (i + 1) * from), shape: axes === 1 ? [...own, 1] : own };
    out.set(resizeBilinear(grid, height, width), i * to);
  }
  return fromHost(out, [...leading, ...size]);
}

/**
 * How values become parts of a colour scale. `'max'`: what is below 0 becomes 0, the largest value of each map 1. `'minMax'`: least 0,
 * largest 1. `'signed'`: 0 stays 0, the largest magnitude becomes ±1. `[low, high]`: 0 and 1 for all maps alike, held between.
 */
export type Normalization = 'max' | 'minMax' | 'signed' | readonly [low: number, high: number];

/**
 * Maps between 0 and 1 (−1 and 1 if signed). A map that is zero everywhere stays so, and so does, for `'minMax'`, one that is constant but
 * for rounding (that of float32 where the maps are): nothing is made out of nothing. Maps that are to be compared need a fixed domain; all
 * others show a faint map as strongly as any.
 *
 * @param maps [B, ...]; each of the first axis is one map.
 * @throws ArgumentError for an unknown name or a domain that is not two increasing finite numbers; DataError for a value that is not finite.
 */
export function normalizeMaps(maps: TensorLike, how: Normalization = 'max'): NdArray<FloatArray> {
  const { data, shape } = toHost(maps, 'float64');
  requireFiniteMaps('normalizeMaps', data, shape);
  const fixed = typeof how === 'string' ? undefined : how;
  if (fixed && !(fixed[0] < fixed[1] && Number.isFinite(fixed[1] - fixed[0]))) {
    throw new ArgumentError({ operation: 'normalizeMaps', argument: 'how', expected: '[low, high], finite, with low < high', actual: formatShape(fixed) });
  }
  const epsilon = 'data' in maps && maps.data instanceof Float32Array ? FLOAT32_EPSILON : Number.EPSILON;
  const size = sizeOf(shape.slice(1));
  const floor = how === 'signed' ? -1 : 0;
  for (let start = 0; start < data.length; start += size) {
    const map = data.subarray(start, start + size);
    const [low, high] = typeof how === 'string' ? ends(map, how) : how;
    const flat = high <= low || (how === 'minMax' && withinRounding(low, high, undefined, epsilon));
    const unit = binaryUnit(Math.max(Math.abs(low), Math.abs(high))); // differences of ±1e308 would overflow
    for (let i = 0; i < size; i++) {
      const part = flat ? 0 : ((map[i] ?? NaN) / unit - low / unit) / (high / unit - low / unit);
      map[i] = Math.min(Math.max(part, floor), 1);
    }
  }
  return fromHost(data, shape);
}

const FLOAT32_EPSILON = 2 ** -23;

/** @throws DataError naming the first place that is NaN or infinite. */
export function requireFiniteMaps(operation: string, data: FloatArray, shape: Shape): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const size = sizeOf(shape.slice(1));
  throw new DataError({ operation, argument: `maps[${Math.floor(bad / size)}]`, expected: 'finite numbers only', actual: `${data[bad]} at place ${bad % size}` });
}

/** The values that become 0 and 1. */
function ends(map: FloatArray, how: 'max' | 'minMax' | 'signed'): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of map) [low, high] = [Math.min(low, value), Math.max(high, value)];
  switch (how) {
    case 'max': return [0, high];
    case 'minMax': return [low, high];
    case 'signed': return [0, Math.max(-low, high)];
    default:
      throw new ArgumentError({ operation: 'normalizeMaps', argument: 'how', expected: "'max' | 'minMax' | 'signed' | [low, high]", actual: String(how) });
  }
}

/**
 * One number out of all channels of a place, or all features of a time step.
 *
 * @param values [..., C], as gradients and attributions come.
 * @param how `'sum'` keeps sums, so attributions stay complete; `'norm'` (default) is √Σv²; `'max'` the largest |v| (Simonyan et al. 2014).
 * @returns [...]
 */
export function overChannels(values: TensorLike, how: 'norm' | 'sum' | 'max' = 'norm'): NdArray<FloatArray> {
  const { data, shape } = toHost(values, 'float64');
  const channels = shape.at(-1) ?? 1;
  const reduce = reductions[how] as typeof reductions.sum | undefined;
  if (!reduce) throw new ArgumentError({ operation: 'overChannels', argument: 'how', expected: Object.keys(reductions).join(' | '), actual: how });
  const out = Float64Array.from({ length: data.length / channels }, (_, i) => reduce(data.subarray(i * channels, (i + 1) * channels)));
  return fromHost(out, shape.slice(0, -1));
}

const reductions = {
  sum: (values: FloatArray) => { let sum = 0; for (const value of values) sum += value; return sum; },
  norm: (values: FloatArray) => Math.hypot(...values),
  max: (values: FloatArray) => { let largest = 0; for (const value of values) largest = Math.max(largest, Math.abs(value)); return largest; },
};
