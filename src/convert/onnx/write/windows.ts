/** Convolutions, pooling and up-sampling in operators of ONNX, which has channels behind the batch: [B, C, T], [B, C, H, W]. */
import type { Conv1D, Conv2D } from '../../../layers/conv2d.js';
import type { Conv1DTranspose, Conv2DTranspose } from '../../../layers/conv2dTranspose.js';
import type { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from '../../../layers/depthwiseConv2d.js';
import type { AveragePool1D, AveragePool2D, MaxPool1D, MaxPool2D } from '../../../layers/pooling.js';
import type { UpSampling1D, UpSampling2D } from '../../../layers/repeat.js';
import { extent, sidesOf } from '../../../layers/window.js';
import type { WindowAxis } from '../../../layers/window.js';
import type { HostTensor, Shape } from '../../../tensor.js';
import { int, ints, text } from './graphBuilder.js';
import type { Attributes, GraphBuilder } from './graphBuilder.js';
import { activate, only, rankOf, reordered, reshaped } from './layerWriter.js';
import type { Writing } from './layerWriter.js';
import { overFeatures, realSteps } from './masks.js';

/** Channels behind the batch. */
function channelsFirst(b: GraphBuilder, x: string, rank: number): string {
  return b.transpose(x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** And back to the end. */
function channelsLast(b: GraphBuilder, x: string, rank: number): string {
  return b.transpose(x, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** Zeros as ONNX has them, all axes' first ends and then all axes' last ones. */
function pads(sides: readonly (readonly [before: number, after: number])[]): Attributes {
  return { pads: ints([...sides.map(([before]) => before), ...sides.map(([, after]) => after)]) };
}

/** Attributes of a window. 'same' over an open size with a stride is worked out by the runtime, SAME_UPPER as in Keras. */
function windowOf(axes: readonly WindowAxis[], shape: Shape): Attributes {
  const sides = axes.map((axis, i) => (axis.padding === 'same' && axis.stride === 1 ? sidesOf(axis, extent(axis)) : sidesOf(axis, shape[i] ?? NaN)));
  const open = sides.flat().some(Number.isNaN);
  return {
    kernel_shape: ints(axes.map(({ taps }) => taps)), strides: ints(axes.map(({ stride }) => stride)),
    ...(open ? { auto_pad: text('SAME_UPPER') } : pads(sides)),
  };
}

/** Where 'same' depends on an open size and taps stand apart, which auto_pad does not know: zeros put in beforehand. */
function padded(b: GraphBuilder, x: string, axes: readonly WindowAxis[], shape: Shape): { x: string; axes: readonly WindowAxis[] } {
  const late = axes.some((axis, i) => axis.padding === 'same' && axis.stride > 1 && axis.dilation > 1 && Number.isNaN(shape[i] ?? 0));
  if (!late) return { x, axes };
  const counts = axes.map((axis, i) => {
    const size = b.sizes(x, i + 2, i + 3);
    if (axis.padding !== 'same') return sidesOf(axis, shape[i] ?? 0).map((side) => b.ints([side]));
    const by = (kind: string, left: string, right: number): string => b.op(kind, [left, b.ints([right])]);
    const places = by('Div', by('Add', size, axis.stride - 1), axis.stride);
    const needed = by('Add', by('Mul', by('Sub', places, 1), axis.stride), extent(axis));
    const total = b.op('Max', [b.op('Sub', [needed, size]), b.ints([0])]);
    const before = by('Div', total, 2);
    return [before, b.op('Sub', [total, before])];
  });
  const end = (i: number): string[] => [b.ints([0, 0]), ...counts.map((sides) => sides[i] ?? '')];
  return { x: b.op('Pad', [x, b.concat([...end(0), ...end(1)], 0)]), axes: axes.map((axis) => ({ ...axis, padding: 'valid' })) };
}

/** [taps…, A, B] as [B, A, taps…]. */
function kernelFirst(kernel: HostTensor): HostTensor {
  const taps = kernel.shape.length - 2;
  return reordered(kernel, [taps + 1, taps, ...Array.from({ length: taps }, (_, i) => i)]);
}

/** [taps…, C, M] as a convolution of C groups has it, [C·M, 1, taps…]. */
function depthwiseFirst(kernel: HostTensor): HostTensor {
  const [channels = 1, multiplier = 1] = kernel.shape.slice(-2);
  return kernelFirst(reshaped(kernel, [...kernel.shape.slice(0, -2), 1, channels * multiplier]));
}

type Convolved = Writing<Conv1D | Conv2D | DepthwiseConv1D | DepthwiseConv2D | SeparableConv1D | SeparableConv2D>;

/** x with channels behind the batch, zeros at padded steps. */
function input(w: Writing<{ readonly axisCount: number } & Writing['layer']>): string {
  const rank = rankOf(w);
  return channelsFirst(w.b, realSteps(w.b, only(w), w.layer.axisCount === 1 ? w.masks[0] : undefined, rank), rank);
}

function convolution(w: Convolved, kernel: string, groups: number, bias: readonly string[]): string {
  const { b, layer } = w;
  const [shape = []] = w.inputShapes;
  const { x, axes } = padded(b, input(w), layer.axes, shape);
  return b.op('Conv', [x, kernel, ...bias], { ...windowOf(axes, shape), dilations: ints(axes.map(({ dilation }) => dilation)), group: int(groups) });
}

function biasOf(w: Writing<{ readonly useBias: boolean } & Writing['layer']>): string[] {
  return w.layer.useBias ? [w.constant('bias', 'as it is', (bias) => bias)] : [];
}

function finished(w: Convolved | Transposed, y: string): string[] {
  return [activate(w.b, w.layer.activation, channelsLast(w.b, y, rankOf(w)))];
}

export function conv(w: Writing<Conv1D | Conv2D>): string[] {
  return finished(w, convolution(w, w.constant('kernel', 'filters first', kernelFirst), w.layer.groups, biasOf(w)));
}

export function depthwiseConv(w: Writing<DepthwiseConv1D | DepthwiseConv2D>): string[] {
  const channels = w.inputShapes[0]?.at(-1) ?? 1;
  return finished(w, convolution(w, w.constant('kernel', 'channels first', depthwiseFirst), channels, biasOf(w)));
}

export function separableConv(w: Writing<SeparableConv1D | SeparableConv2D>): string[] {
  const channels = w.inputShapes[0]?.at(-1) ?? 1;
  const h = convolution(w, w.constant('depthwiseKernel', 'channels first', depthwiseFirst), channels, []);
  return finished(w, w.b.op('Conv', [h, w.constant('pointwiseKernel', 'filters first', kernelFirst), ...biasOf(w)]));
}

type Transposed = Writing<Conv1DTranspose | Conv2DTranspose>;

/** The kernel [taps…, filters/groups, C] as [C, filters/groups, taps…]. */
export function convTranspose(w: Transposed): string[] {
  const { b, layer } = w;
  const sides = layer.spreads.map(({ axis }) => axis.padding);
  const added = layer.spreads.map(({ axis, reach }) => reach - (extent(axis) - axis.padding[0] - axis.padding[1]));
  const y = b.op('ConvTranspose', [input(w), w.constant('kernel', 'channels first', kernelFirst), ...biasOf(w)], {
    kernel_shape: ints(layer.axes.map(({ taps }) => taps)), strides: ints(layer.axes.map(({ stride }) => stride)),
    dilations: ints(layer.axes.map(({ dilation }) => dilation)), output_padding: ints(added), group: int(layer.groups), ...pads(sides),
  });
  return finished(w, y);
}

/** Below every number that a sequence may hold, as in pooling.ts. */
const low = -1e30;

export function maxPool(w: Writing<MaxPool1D | MaxPool2D>): string[] {
  const { b, layer } = w;
  const rank = rankOf(w);
  const window = windowOf(layer.axes, w.inputShapes[0] ?? []);
  const pooled = (x: string): string => b.op('MaxPool', [x], window);
  const mask = layer.axisCount === 1 ? w.masks[0] : undefined;
  if (!mask) return [channelsLast(b, pooled(channelsFirst(b, only(w), rank)), rank)];
  const real = overFeatures(b, mask.name, 3);
  const x = b.op('Add', [b.op('Mul', [only(w), real]), b.op('Mul', [b.op('Sub', [b.float(1), real]), b.float(low)])]);
  const any = pooled(b.transpose(real, [0, 2, 1]));
  return [channelsLast(b, b.op('Mul', [pooled(channelsFirst(b, x, rank)), any]), rank)];
}

/** Padding does not count, nor do padded steps: the share of real ones under the window is divided out. */
export function averagePool(w: Writing<AveragePool1D | AveragePool2D>): string[] {
  const { b, layer } = w;
  const rank = rankOf(w);
  const window = windowOf(layer.axes, w.inputShapes[0] ?? []);
  const mean = (x: string): string => b.op('AveragePool', [x], { ...window, count_include_pad: int(0) });
  const y = mean(input(w));
  const mask = layer.axisCount === 1 ? w.masks[0] : undefined;
  if (!mask) return [channelsLast(b, y, rank)];
  const share = mean(b.unsqueeze(mask.name, [1]));
  return [channelsLast(b, b.op('Div', [y, b.op('Where', [b.op('Greater', [share, b.float(0)]), share, b.float(1)])]), rank)];
}

/**
 * The sizes are worked out from those of x, times 0: onnxruntime 1.30 takes a Pad by constants that comes before a MaxPool into the padding of
 * the MaxPool, where it is no number, not 0.
 */
export function zeroPad(w: Writing<{ readonly axisCount: number; readonly axes: readonly WindowAxis[] } & Writing['layer']>): string[] {
  const { b, layer } = w;
  const sides = layer.axes.map((axis) => sidesOf(axis, 1));
  const x = realSteps(b, only(w), layer.axisCount === 1 ? w.masks[0] : undefined, rankOf(w));
  const pads = b.ints([0, ...sides.map(([before]) => before), 0, 0, ...sides.map(([, after]) => after), 0]);
  return [b.op('Pad', [x, b.op('Add', [pads, b.op('Mul', [b.sizes(x, 0, 1), b.ints([0])])])])];
}

/** Axes between batch and channels. */
function middle(rank: number): number[] {
  return Array.from({ length: rank - 2 }, (_, i) => i + 1);
}

export function globalAveragePool(w: Writing): string[] {
  const { b } = w;
  const rank = rankOf(w);
  const mask = rank === 3 ? w.masks[0] : undefined;
  if (!mask) return [b.reduce('Mean', only(w), middle(rank), false)];
  const sum = b.reduce('Sum', realSteps(b, only(w), mask, rank), [1], false);
  return [b.op('Div', [sum, b.op('Max', [b.reduce('Sum', mask.name, [1], true), b.float(1)])])];
}

export function globalMaxPool(w: Writing): string[] {
  const { b } = w;
  const rank = rankOf(w);
  const mask = rank === 3 ? w.masks[0] : undefined;
  if (!mask) return [b.reduce('Max', only(w), middle(rank), false)];
  const real = overFeatures(b, mask.name, rank);
  const x = b.op('Add', [b.op('Mul', [only(w), real]), b.op('Mul', [b.op('Sub', [b.float(1), real]), b.float(low)])]);
  return [b.op('Mul', [b.reduce('Max', x, [1], false), b.reduce('Max', mask.name, [1], true)])];
}

export function upSampling(w: Writing<UpSampling1D | UpSampling2D>): string[] {
  const { b, layer } = w;
  const rank = rankOf(w);
  const scales = b.float([1, 1, ...layer.times], [rank]);
  const way: Attributes = layer.interpolation === 'nearest'
    ? { mode: text('nearest'), nearest_mode: text('floor'), coordinate_transformation_mode: text('asymmetric') }
    : { mode: text('linear'), coordinate_transformation_mode: text('half_pixel') };
  return [channelsLast(b, b.op('Resize', [channelsFirst(b, only(w), rank), '', scales], way), rank)];
}

