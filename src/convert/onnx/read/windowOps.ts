/** Convolutions, pooling, up-sampling. Channels are axis 1 of ONNX and the last axis here. */
import { Conv1D, Conv2D } from '../../../layers/conv2d.js';
import { Conv1DTranspose, Conv2DTranspose } from '../../../layers/conv2dTranspose.js';
import { DepthwiseConv1D, DepthwiseConv2D } from '../../../layers/depthwiseConv2d.js';
import type { SymbolicTensor } from '../../../layers/layer.js';
import { AveragePool1D, AveragePool2D, MaxPool1D, MaxPool2D } from '../../../layers/pooling.js';
import { UpSampling1D, UpSampling2D } from '../../../layers/repeat.js';
import { ZeroPad1D, ZeroPad2D } from '../../../layers/zeroPad.js';
import type { Call, Value, Weight } from './call.js';
import { floatsOf, transposed } from './known.js';
import { atom, flowOf, laidOut, sizeOfAxis } from './view.js';
import type { Axis, Flow } from './view.js';

type Pair = readonly [number, number];

/** What comes in, over time or over images. */
interface Framed {
  readonly x: SymbolicTensor;
  readonly flow: Flow;
  readonly space: readonly Axis[];
  readonly channels: number;
}

function framed(c: Call): Framed {
  const flow = c.flow(0);
  c.requireBatch(flow, 0);
  const [, channels = [], ...space] = flow.axes;
  if (space.length !== 1 && space.length !== 2) c.refuse(`a window over ${space.length} axes: 1 and 2 here`);
  return { x: laidOut(flow, [c.around.batch, ...space, channels]), flow, space, channels: sizeOfAxis(channels) };
}

/** With new sizes and so many channels. */
function made(c: Call, y: SymbolicTensor | undefined): Flow {
  if (!y) return c.refuse('nothing');
  const space = y.shape.slice(0, -1).map(atom);
  const channels = atom(y.shape.at(-1) ?? 1);
  return flowOf(y, [c.around.batch, ...space, channels], [c.around.batch, channels, ...space]);
}

interface WindowOptions {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros at both ends of each axis. */
  readonly sides: readonly Pair[] | 'same';
}

function windowOf(c: Call, { space }: Framed, size: readonly number[]): WindowOptions {
  const ones = size.map(() => 1);
  const stride = c.ints('strides') ?? ones;
  const dilation = c.ints('dilations') ?? ones;
  const auto = c.text('auto_pad', 'NOTSET');
  const pads = c.ints('pads') ?? [...ones, ...ones].map(() => 0);
  if ([size, stride, dilation].some((list) => list.length !== space.length) || pads.length !== 2 * space.length) c.refuse('a window of another number of axes');
  if (auto === 'SAME_UPPER') return { size, stride, dilation, sides: 'same' };
  if (auto === 'NOTSET') return { size, stride, dilation, sides: size.map((_, i) => [pads[i] ?? 0, pads[i + size.length] ?? 0]) };
  if (auto === 'VALID') return { size, stride, dilation, sides: size.map(() => [0, 0]) };
  if (auto !== 'SAME_LOWER') return c.refuse(`auto_pad ${auto}`);
  const sides = size.map((taps, i): Pair => {
    const length = sizeOfAxis(space[i] ?? []);
    const step = stride[i] ?? 1;
    const reach = (dilation[i] ?? 1) * (taps - 1) + 1;
    const total = step === 1 ? reach - 1 : Math.max(0, (Math.ceil(length / step) - 1) * step + reach - length);
    if (Number.isNaN(total)) c.refuse('SAME_LOWER with a stride over an open axis');
    return [Math.ceil(total / 2), Math.floor(total / 2)];
  });
  return { size, stride, dilation, sides };
}

function pair(list: readonly number[]): [number, number] {
  return [list[0] ?? 1, list[1] ?? 1];
}

function sides2(sides: readonly Pair[]): [Pair, Pair] {
  return [sides[0] ?? [0, 0], sides[1] ?? [0, 0]];
}

function options1({ size: [kernelSize = 1], stride: [stride = 1], dilation: [dilation = 1], sides }: WindowOptions): { kernelSize: number; stride: number; dilation: number; padding: 'same' | Pair } {
  return { kernelSize, stride, dilation, padding: sides === 'same' ? 'same' : sides[0] ?? [0, 0] };
}

function options2({ size, stride, dilation, sides }: WindowOptions): { kernelSize: [number, number]; stride: [number, number]; dilation: [number, number]; padding: 'same' | [Pair, Pair] } {
  return { kernelSize: pair(size), stride: pair(stride), dilation: pair(dilation), padding: sides === 'same' ? 'same' : sides2(sides) };
}

/** [F, C/groups, taps…] as [taps…, C/groups, F]. */
function kernelOf(c: Call): { kernel: Weight; size: number[]; filters: number; inner: number } {
  const w = c.known(1);
  const taps = w.shape.length - 2;
  if (taps < 1) c.refuse(`W [${w.shape.join(', ')}]`);
  const turned = transposed(w, [...Array.from({ length: taps }, (_, i) => i + 2), 1, 0]);
  return { kernel: { shape: turned.shape, data: floatsOf(turned) }, size: turned.shape.slice(0, taps), filters: w.shape[0] ?? 1, inner: w.shape[1] ?? 1 };
}

function biasOf(c: Call): Readonly<Record<string, Weight>> {
  const bias = c.optional(2);
  return bias ? { bias: { shape: bias.shape, data: floatsOf(bias) } } : {};
}

function namesOf(c: Call): string[] {
  return [c.known(1).name, c.optional(2)?.name ?? ''];
}

export function conv(c: Call): Value {
  const input = framed(c);
  const { kernel, size, filters, inner } = kernelOf(c);
  const window = windowOf(c, input, size);
  const groups = c.int('group', 1);
  const weights = biasOf(c);
  const useBias = 'bias' in weights;
  const flat = input.space.length === 1;
  if (groups === input.channels && groups > 1 && inner === 1) {
    const depthMultiplier = filters / groups;
    const own: Weight = { shape: [...size, groups, depthMultiplier], data: kernel.data };
    const options = flat ? { ...options1(window), depthMultiplier, useBias } : { ...options2(window), depthMultiplier, useBias };
    const make = (name: string | undefined): DepthwiseConv1D | DepthwiseConv2D => (flat
      ? new DepthwiseConv1D({ ...options1(window), depthMultiplier, useBias, name }) : new DepthwiseConv2D({ ...options2(window), depthMultiplier, useBias, name }));
    return made(c, c.apply('Depthwise', options, { kernel: own, ...weights }, namesOf(c), make, [input.x])[0]);
  }
  const shared = { filters, groups, useBias };
  const make = (name: string | undefined): Conv1D | Conv2D => (flat ? new Conv1D({ ...options1(window), ...shared, name }) : new Conv2D({ ...options2(window), ...shared, name }));
  return made(c, c.apply('Conv', { ...window, ...shared }, { kernel, ...weights }, namesOf(c), make, [input.x])[0]);
}

/** W [C, F/groups, taps…] as [taps…, F/groups, C]. */
export function convTranspose(c: Call): Value {
  const input = framed(c);
  const { kernel, size, inner } = kernelOf(c);
  const groups = c.int('group', 1);
  const ones = size.map(() => 1);
  const [stride, dilation, added] = [c.ints('strides') ?? ones, c.ints('dilations') ?? ones, c.ints('output_padding') ?? ones.map(() => 0)];
  const auto = c.text('auto_pad', 'NOTSET');
  const wanted = c.ints('output_shape');
  const pads = c.ints('pads') ?? [...ones, ...ones].map(() => 0);
  const outputPadding = [...added];
  const sides = size.map((taps, i): Pair => {
    const reach = (dilation[i] ?? 1) * (taps - 1) + 1;
    const length = sizeOfAxis(input.space[i] ?? []);
    const step = stride[i] ?? 1;
    const target = wanted ? wanted[wanted.length - size.length + i] ?? 0 : auto.startsWith('SAME') ? length * step : undefined;
    if (target === undefined) return auto === 'VALID' ? [0, 0] : [pads[i] ?? 0, pads[i + size.length] ?? 0];
    const total = step * (length - 1) + (outputPadding[i] ?? 0) + reach - target;
    if (Number.isNaN(total)) c.refuse('the size of its output, over an open axis');
    if (total < 0) {
      outputPadding[i] = (outputPadding[i] ?? 0) - total;
      return [0, 0];
    }
    const half = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [half, total - half] : [total - half, half];
  });
  const weights = biasOf(c);
  const shared = { filters: inner * groups, groups, useBias: 'bias' in weights };
  const flat = input.space.length === 1;
  const window = { size, stride, dilation, sides };
  const make = (name: string | undefined): Conv1DTranspose | Conv2DTranspose => {
    if (!flat) return new Conv2DTranspose({ ...options2(window), padding: sides2(sides), outputPadding: pair(outputPadding), ...shared, name });
    return new Conv1DTranspose({ ...options1(window), padding: sides[0] ?? [0, 0], outputPadding: outputPadding[0] ?? 0, ...shared, name });
  };
  return made(c, c.apply('ConvTranspose', { ...window, outputPadding, ...shared }, { kernel, ...weights }, namesOf(c), make, [input.x])[0]);
}

/** With ceil_mode the last window may hang over the end: as much more padding there, which takes no part. */
function withOverhang(c: Call, { space }: Framed, window: WindowOptions): WindowOptions {
  const { sides } = window;
  if (c.int('ceil_mode', 0) === 0 || sides === 'same') return window;
  return {
    ...window,
    sides: sides.map(([before, after], i): Pair => {
      const [size, taps, step] = [sizeOfAxis(space[i] ?? []), window.size[i] ?? 1, window.stride[i] ?? 1];
      if (Number.isNaN(size)) return c.refuse('ceil_mode over an open axis');
      const spare = (size + before + after - taps) % step;
      const places = Math.floor((size + before + after - taps) / step) + 1;
      const hangs = spare > 0 && places * step < size + before; // a window must begin on the image or its left padding
      return [before, hangs ? after + step - spare : after];
    }),
  };
}

function pool(c: Call, kind: 'Max' | 'Average', input: Framed, { size, stride, sides }: WindowOptions, x = input.x): Value {
  const padding1: 'same' | Pair = sides === 'same' ? 'same' : sides[0] ?? [0, 0];
  const padding2: 'same' | [Pair, Pair] = sides === 'same' ? 'same' : sides2(sides);
  if (input.space.length === 1) {
    const options = { poolSize: size[0] ?? 1, stride: stride[0] ?? 1, padding: padding1 };
    return made(c, (kind === 'Max' ? new MaxPool1D(options) : new AveragePool1D(options)).apply(x));
  }
  const options = { poolSize: pair(size), stride: pair(stride), padding: padding2 };
  return made(c, (kind === 'Max' ? new MaxPool2D(options) : new AveragePool2D(options)).apply(x));
}

function poolWindow(c: Call, input: Framed): WindowOptions {
  const window = windowOf(c, input, c.ints('kernel_shape') ?? c.refuse('no kernel_shape'));
  if (window.dilation.some((distance) => distance !== 1)) c.refuse('taps that stand apart');
  return window;
}

export function maxPool(c: Call): Value {
  if (c.isRead(1)) c.refuse('the places of the maxima are read');
  const input = framed(c);
  return pool(c, 'Max', input, withOverhang(c, input, poolWindow(c, input)));
}

export function averagePool(c: Call): Value {
  const input = framed(c);
  const window = poolWindow(c, input);
  const zeros = c.int('count_include_pad', 0) === 1 && window.sides !== 'same' && window.sides.flat().some((side) => side > 0);
  const { sides } = window;
  if (!zeros || sides === 'same') return pool(c, 'Average', input, withOverhang(c, input, window));
  if (withOverhang(c, input, window).sides.toString() !== sides.toString()) c.refuse('ceil_mode where padding counts: what hangs over does not');
  const [first = [0, 0], second = [0, 0]] = sides;
  const x = input.space.length === 1 ? new ZeroPad1D({ padding: first }).apply(input.x) : new ZeroPad2D({ padding: [first, second] }).apply(input.x);
  return pool(c, 'Average', input, { ...window, sides: window.size.map(() => [0, 0]) }, x);
}

export function resize(c: Call): Value {
  const input = framed(c);
  const at = c.node.opType === 'Upsample' || c.opset < 11 ? 1 : 2;
  const listed = c.has(at) && c.known(at).data.length > 0 ? Array.from(c.known(at).data) : c.floats('scales');
  const sizes = c.has(3) && listed.length === 0 ? c.numbers(3, 'sizes') ?? [] : [];
  const scales = sizes.length > 0 ? sizes.map((size, i) => size / sizeOfAxis(input.flow.axes[i] ?? [])) : listed;
  const [batch = 1, channels = 1, ...times] = scales;
  if (batch !== 1 || channels !== 1 || times.length !== input.space.length || !times.every((n) => Number.isInteger(n) && n >= 1)) c.refuse(`scales ${scales.join(', ')}: whole ones of time or space here`);
  const mode = c.text('mode', 'nearest');
  const places = c.text('coordinate_transformation_mode', c.opset < 11 ? 'asymmetric' : 'half_pixel');
  const rounding = c.text('nearest_mode', 'round_prefer_floor');
  const repeats = mode === 'nearest' && ((places === 'asymmetric' && (rounding === 'floor' || c.opset < 11)) || (places === 'half_pixel' && rounding.startsWith('round')));
  if (repeats) return made(c, (times.length === 1 ? new UpSampling1D({ size: times[0] ?? 1 }) : new UpSampling2D({ size: pair(times) })).apply(input.x));
  if (mode === 'linear' && places.endsWith('half_pixel') && times.length === 2) return made(c, new UpSampling2D({ size: pair(times), interpolation: 'bilinear' }).apply(input.x));
  return c.refuse(`mode ${mode} with ${places}, ${rounding}`);
}
