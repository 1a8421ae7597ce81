/**
 * Windows that slide over images and sequences, as options describe them. Images are NHWC: [batch, height, width, channels];
 * a sequence [batch, time, channels] is an image of height 1, so both run on the same kernels.
 */
import type { Kernels, Tensor, Window } from '../backend.js';
import { elementLimit, requireAddressable } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import { places } from '../slidingSizes.js';
import type { Shape } from '../tensor.js';
import { windowMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';

/** One number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [vertical: number, horizontal: number];

/** Zeros before and after along one axis. */
export type Sides = readonly [before: number, after: number];

/**
 * 'valid': none. 'same': so many that there are ⌈time / stride⌉ places, the odd one after (Keras). 'causal': all before, so
 * that no output sees a later input. A number: on both sides. [before, after].
 */
export type Padding1D = 'valid' | 'same' | 'causal' | number | Sides;

/**
 * 'valid': none. 'same': so many that there are ⌈size / stride⌉ places, the odd one at the bottom and on the right (Keras).
 * A number: on all four sides (PyTorch's padding). [[top, bottom], [left, right]].
 */
export type Padding2D = 'valid' | 'same' | number | readonly [vertical: Sides, horizontal: Sides];

/** 1 for sequences, 2 for images. */
export type AxisCount = 1 | 2;

/** A window along one axis. */
export interface WindowAxis {
  readonly taps: number;
  readonly stride: number;
  /** Distance between taps. */
  readonly dilation: number;
  readonly padding: 'valid' | 'same' | 'causal' | Sides;
}

export interface WindowOptions {
  readonly size: number | readonly number[];
  /** Default 1. */
  readonly stride?: number | readonly number[] | undefined;
  /** Default 1. */
  readonly dilation?: number | readonly number[] | undefined;
  readonly padding: Padding1D | Padding2D;
  /** Names that padding may have. Default: all that its type has. */
  readonly named?: readonly string[] | undefined;
}

const still: WindowAxis = { taps: 1, stride: 1, dilation: 1, padding: 'valid' };

/** A size, stride or distance of at least `least` for each axis. @throws ArgumentError */
export function perAxis(operation: string, argument: string, value: number | readonly number[], count: AxisCount, least = 1): readonly number[] {
  const list = typeof value === 'number' ? [value, value].slice(0, count) : value;
  if (Array.isArray(value) || typeof value === 'number') {
    if (list.length === count && list.every((n) => isSize(n) && n >= least)) return list;
  }
  const expected = `a whole number from ${least} to 2^30 − 1${count === 2 ? ', or [vertical, horizontal]' : ''}`;
  throw new ArgumentError({ operation, argument, expected, actual: JSON.stringify(value) });
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < elementLimit;
}

function isSides(value: unknown): value is Sides {
  return Array.isArray(value) && value.length === 2 && value.every(isSize);
}

function paddingPerAxis(operation: string, padding: WindowOptions['padding'], count: AxisCount, names: readonly string[]): readonly WindowAxis['padding'][] {
  if (typeof padding === 'string' && names.includes(padding)) return [padding, padding];
  const sides: unknown = typeof padding === 'number' ? [[padding, padding], [padding, padding]].slice(0, count) : count === 1 ? [padding] : padding;
  if (Array.isArray(sides) && sides.length === count && sides.every(isSides)) return sides;
  const numbers = count === 1 ? 'a number or [before, after]' : 'a number or [[top, bottom], [left, right]]';
  throw new ArgumentError({
    operation, argument: 'padding', expected: [...names.map((name) => `'${name}'`), numbers].join(', '), actual: JSON.stringify(padding),
    hint: `Numbers count ${count === 1 ? 'time steps' : 'pixels'}, from 0 to 2^30 − 1.`,
  });
}

/** @throws ArgumentError naming the option. */
export function windowAxes(operation: string, sizeName: string, count: AxisCount, options: WindowOptions): readonly WindowAxis[] {
  const taps = perAxis(operation, sizeName, options.size, count);
  const stride = perAxis(operation, 'stride', options.stride ?? 1, count);
  const dilation = perAxis(operation, 'dilation', options.dilation ?? 1, count);
  const padding = paddingPerAxis(operation, options.padding, count, options.named ?? (count === 1 ? ['valid', 'same', 'causal'] : ['valid', 'same']));
  return taps.map((n, i) => ({ taps: n, stride: stride[i] ?? 1, dilation: dilation[i] ?? 1, padding: padding[i] ?? 'valid' }));
}

/** Pixels from the first tap to the last. */
export function extent({ taps, dilation }: WindowAxis): number {
  return dilation * (taps - 1) + 1;
}

/** Zeros at both ends of an axis of this size. */
export function sidesOf(axis: WindowAxis, size: number): Sides {
  const { stride, padding } = axis;
  if (typeof padding !== 'string') return padding;
  if (padding === 'valid') return [0, 0];
  if (padding === 'causal') return [extent(axis) - 1, 0];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent(axis) - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Length of an axis with its padding. */
function framed(axis: WindowAxis, size: number): number {
  const [before, after] = sidesOf(axis, size);
  return before + size + after;
}

/** A stride beyond the axis means one place, however large it is; kernels take time for each remainder of a stride. */
function within(axis: WindowAxis, size: number): WindowAxis {
  return { ...axis, stride: Math.min(axis.stride, framed(axis, size)) };
}

/** @param x without the batch. @throws ShapeError if it is no sequence, or no image. */
export function requireAxes(operation: string, count: AxisCount, x: Shape): void {
  if (x.length === count + 1 && !Number.isNaN(x.at(-1))) return;
  throw new ShapeError({
    operation, argument: 'input', expected: count === 2 ? '[batch, height, width, channels]' : '[batch, time, channels]', actual: formatShape(['batch', ...x]),
    hint: count === 2 ? 'Images of one channel need an axis of 1: inputShape [height, width, 1].' : 'Check inputShape and returnSequences of the layers before.',
  });
}

/** Places of the window along each axis. @param x without the batch. @throws ShapeError if the window is larger than the padded image. */
export function placesOf(operation: string, count: AxisCount, axes: readonly WindowAxis[], x: Shape): number[] {
  requireAxes(operation, count, x);
  const sizes = x.slice(0, -1);
  requireAddressable(operation, 'input with its padding', [...axes.map((axis, i) => framed(axis, sizes[i] ?? 0)), x.at(-1) ?? 0]);
  const counts = axes.map((axis, i) => {
    const size = sizes[i] ?? 0;
    return places(size, axis.taps, axis.stride, axis.dilation, ...sidesOf(axis, size));
  });
  if (!counts.some((n) => n < 1)) return counts; // an open size is told when it is known
  throw new ShapeError({
    operation, argument: 'input', expected: `at least as large as the window, ${axes.map(extent).join('×')}`, actual: formatShape(['batch', ...x]),
    hint: "Use a smaller window, fewer strides before it, or padding 'same'.",
  });
}

/** The window over x [B, H, W, C] or [B, T, C] as kernels take it. */
export function windowOver(axes: readonly WindowAxis[], x: Pick<Tensor, 'shape'>): Window {
  const [first = still, second = still] = axes;
  const [, height = 1, width = 1] = asImage(x.shape);
  const y = within(axes.length === 1 ? still : first, height);
  const z = within(axes.length === 1 ? first : second, width);
  return {
    size: [y.taps, z.taps], stride: [y.stride, z.stride], dilation: [y.dilation, z.dilation],
    padding: [...sidesOf(y, height), ...sidesOf(z, width)],
  };
}

/** [B, T, C] as [B, 1, T, C]; images as they are. */
function asImage(shape: Shape): Shape {
  const [batch = 1, ...rest] = shape;
  return rest.length === 3 ? shape : [batch, 1, ...rest];
}

/** x as an image: sequences get a height of 1. */
export function toImage(k: Kernels, x: Tensor): Tensor {
  return x.shape.length === 4 ? x : k.reshape(x, asImage(x.shape));
}

/** An image [B, H, W, C] as what came in: without the height of 1 if that was a sequence. */
export function fromImage(k: Kernels, count: AxisCount, image: Tensor): Tensor {
  const [batch = 1, , width = 1, channels = 1] = image.shape;
  return count === 2 ? image : k.reshape(image, [batch, width, channels]);
}

/** What becomes of a sequence's mask under a window; images have none. 'same' has a place for every step that the stride meets. */
export function masksUnder(axes: readonly WindowAxis[], [mask]: readonly (TimeMask | undefined)[]): readonly TimeMask[] {
  const [axis, another] = axes;
  if (!axis || another || !mask) return [];
  const [before, after] = sidesOf(axis, mask.steps);
  return [windowMask(mask, axis.stride, axis.padding === 'same' ? 0 : extent(axis) - 1 - before - after)];
}

/** x [B, T, C] with zeros for padded steps, as there are beyond its ends; images, and sequences without a mask, as they are. */
export function realSteps(k: Kernels, count: AxisCount, x: Tensor, mask: Tensor | undefined): Tensor {
  if (count !== 1 || !mask) return x;
  return k.reshape(k.mulRows(k.reshape(x, [mask.size, x.size / mask.size]), k.reshape(mask, [mask.size])), x.shape);
}

/** The mask of a sequence as an image of one channel, for what a window makes of it; undefined for images. */
export function maskImage(k: Kernels, count: AxisCount, mask: Tensor | undefined): Tensor | undefined {
  return count === 1 && mask ? toImage(k, k.reshape(mask, [...mask.shape, 1])) : undefined;
}

/** What a window says of each place, applied to the places' rows of channels. */
export function byPlace(y: Tensor, places: Tensor, apply: (rows: Tensor, places: Tensor) => Tensor, k: Kernels): Tensor {
  return k.reshape(apply(k.reshape(y, [places.size, y.size / places.size]), k.reshape(places, [places.size])), y.shape);
}
