/** Convolutions, poolings and padding. */
import type { JsonValue } from '../../../layers/layer.js';
import { activated, channelsFirst, line, py } from './site.js';
import type { Emitter, PythonLayer, Site } from './site.js';

interface Axis { readonly taps: number; readonly stride: number; readonly dilation: number; readonly sides: readonly [number, number] }

function numbers(value: JsonValue | undefined, count: number, usual: number): number[] {
  return Array.isArray(value) ? value.map(Number) : Array.from({ length: count }, () => Number(value ?? usual));
}

/** Zeros before and after along one axis; NaN where they depend on a size that is left open. */
function sidesOf(padding: JsonValue | undefined, axis: number, count: number, size: number, extent: number, stride: number): [number, number] {
  if (padding === 'same') {
    const total = stride === 1 ? extent - 1 : Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
  if (padding === 'causal') return [extent - 1, 0];
  if (typeof padding === 'number') return [padding, padding];
  if (!Array.isArray(padding)) return [0, 0];
  const [before = 0, after = 0] = (count === 1 ? padding : padding[axis] as JsonValue[]).map(Number);
  return [before, after];
}

function axesOf({ config, inputShapes: [x = []] }: Site, count: number, taps: readonly number[], usualStride?: readonly number[]): Axis[] {
  const strides = config.stride === undefined ? usualStride ?? taps.map(() => 1) : numbers(config.stride, count, 1);
  const dilations = numbers(config.dilation, count, 1);
  return taps.map((n, i) => {
    const [stride = 1, dilation = 1] = [strides[i], dilations[i]];
    return { taps: n, stride, dilation, sides: sidesOf(config.padding, i, count, x[i] ?? NaN, dilation * (n - 1) + 1, stride) };
  });
}

const open = "padding 'same' of a size that is left open, with a stride";

function hasOpenSides(axes: readonly Axis[]): boolean {
  return axes.some(({ sides }) => sides.some(Number.isNaN));
}

/** x, channels first, with its padding; F.pad counts axes from the last. */
function padded(x: string, axes: readonly Axis[], value = ''): string {
  if (axes.every(({ sides: [before, after] }) => before === 0 && after === 0)) return x;
  return `F.pad(${x}, (${[...axes].reverse().flatMap(({ sides }) => sides).join(', ')})${value})`;
}

function list(values: readonly number[]): string {
  return values.length === 1 ? String(values[0]) : `(${values.join(', ')})`;
}

function windowOptions(axes: readonly Axis[]): string {
  const all = (key: 'stride' | 'dilation'): string => (axes.every((axis) => axis[key] === 1) ? '' : `, ${key}=${list(axes.map((axis) => axis[key]))}`);
  return all('stride') + all('dilation');
}

function dimensionsOf(site: Site): number {
  return site.className.includes('1D') ? 1 : 2;
}

interface Filters { readonly input: number; readonly output: number; readonly groups: number; readonly bias: boolean }

function convolution(d: number, axes: readonly Axis[], { input, output, groups, bias }: Filters): string {
  return `nn.Conv${d}d(${input}, ${output}, ${list(axes.map(({ taps }) => taps))}${windowOptions(axes)}${groups === 1 ? '' : `, groups=${groups}`}${bias ? '' : ', bias=False'})`;
}

const convolved: Emitter = (site) => {
  const d = dimensionsOf(site);
  const { attribute, className, config, shapes } = site;
  const [channels = 1] = site.inputShapes[0]?.slice(-1) ?? [];
  const [output = 1] = site.outputShapes[0]?.slice(-1) ?? [];
  const separable = className.startsWith('Separable');
  const depthwise = separable || className.startsWith('Depthwise');
  const kernel = shapes.get(separable ? 'depthwiseKernel' : 'kernel') ?? [];
  const axes = axesOf(site, d, kernel.slice(0, d));
  if (hasOpenSides(axes)) return open;
  const bias = config.useBias !== false;
  const act = (x: string): string => activated(config.activation, undefined, x);
  if (!separable) {
    const filters = { input: channels, output, groups: depthwise ? channels : Number(config.groups ?? 1), bias };
    return line(channelsFirst((x) => act(`self.${attribute}(${padded(x, axes)})`)), [attribute, convolution(d, axes, filters)]);
  }
  const middle = channels * (kernel.at(-1) ?? 1);
  const point = axes.map(() => ({ taps: 1, stride: 1, dilation: 1, sides: [0, 0] as const }));
  return line(
    channelsFirst((x) => act(`self.${attribute}_pointwise(self.${attribute}_depthwise(${padded(x, axes)}))`)),
    [`${attribute}_depthwise`, convolution(d, axes, { input: channels, output: middle, groups: channels, bias: false })],
    [`${attribute}_pointwise`, convolution(d, point, { input: middle, output, groups: 1, bias })],
  );
};

/** Without padding, then what is cut off is: PyTorch's own padding cuts both sides alike. */
const transposed: Emitter = (site) => {
  const d = dimensionsOf(site);
  const { attribute, config, shapes, inputShapes: [x = []], outputShapes: [made = []] } = site;
  const axes = axesOf({ ...site, config: { ...config, padding: 0 } }, d, (shapes.get('kernel') ?? []).slice(0, d));
  const cuts = axes.map(({ taps, stride, dilation }, i) => {
    const whole = dilation * (taps - 1) + 1;
    const reach = (made[i] ?? NaN) - ((x[i] ?? NaN) - 1) * stride;
    const before = config.padding === 'same' ? Math.floor(Math.max(0, whole - reach) / 2) : sidesOf(config.padding, i, d, NaN, whole, stride)[0];
    return { before, added: Math.max(0, before + reach - whole), after: Math.max(0, whole - before - reach) };
  });
  if (cuts.some(({ added }) => Number.isNaN(added))) return 'a size that is left open, of which the length of the output depends';
  const added = cuts.some((cut) => cut.added > 0) ? `, output_padding=${list(cuts.map((cut) => cut.added))}` : '';
  const groups = config.groups === 1 || config.groups === undefined ? '' : `, groups=${py(config.groups)}`;
  const slices = cuts.some(({ before, after }) => before + after > 0) ? `[:, :, ${cuts.map(({ before, after }) => `${before || ''}:${after ? `-${after}` : ''}`).join(', ')}]` : '';
  const filters = `${x.at(-1) ?? 1}, ${made.at(-1) ?? 1}, ${list(axes.map(({ taps }) => taps))}${windowOptions(axes)}${added}${groups}${config.useBias === false ? ', bias=False' : ''}`;
  return line(channelsFirst((input) => activated(config.activation, undefined, `self.${attribute}(${input})${slices}`)), [attribute, `nn.ConvTranspose${d}d(${filters})`]);
};

const pooled: Emitter = (site) => {
  const d = dimensionsOf(site);
  const taps = numbers(site.config.poolSize, d, 2);
  const axes = axesOf(site, d, taps, taps);
  if (hasOpenSides(axes)) return open;
  const window = `${list(taps)}, ${list(axes.map(({ stride }) => stride))}`;
  if (site.className.startsWith('Max')) return line(channelsFirst((x) => `F.max_pool${d}d(${padded(x, axes, ", value=float('-inf')")}, ${window})`));
  const mean = (x: string): string => `F.avg_pool${d}d(${padded(x, axes)}, ${window})`;
  const none = padded('x', axes) === 'x';
  // Padding does not count in a mean: it is divided by the share of the window that lies on the image.
  return line(channelsFirst((x) => (none ? mean(x) : `(${mean(x)} / ${mean(`torch.ones_like(${x})`)})`)));
};

function globally(site: Site): PythonLayer {
  const dims = dimensionsOf(site) === 1 ? '1' : '(1, 2)';
  return line((x) => (site.className.includes('Max') ? `${x}.amax(${dims})` : `${x}.mean(${dims})`));
}

const framed: Emitter = (site) => {
  const d = dimensionsOf(site);
  const axes = Array.from({ length: d }, (_, i) => sidesOf(site.config.padding ?? 1, i, d, NaN, 1, 1));
  return line((x) => `F.pad(${x}, (0, 0, ${[...axes].reverse().flat().join(', ')}))`);
};

const cropped: Emitter = ({ config }) => {
  const [before = 0, after = 0] = numbers(config.cropping, 2, 1);
  return line((x) => `${x}[:, ${before}:${after > 0 ? `-${after}` : ''}]`);
};

const enlarged: Emitter = (site) => {
  const times = numbers(site.config.size, dimensionsOf(site), 2);
  if (site.config.interpolation === 'bilinear') return line(channelsFirst((x) => `F.interpolate(${x}, scale_factor=${list(times.map(Number))}, mode='bilinear')`));
  return line((x) => times.reduce((y, n, i) => `${y}.repeat_interleave(${n}, ${i + 1})`, x));
};

function forBoth(name: string, emitter: Emitter): Record<string, Emitter> {
  return { [`${name}1D`]: emitter, [`${name}2D`]: emitter };
}

export const windowEmitters: Readonly<Record<string, Emitter>> = {
  ...forBoth('Conv', convolved), ...forBoth('DepthwiseConv', convolved), ...forBoth('SeparableConv', convolved), Conv1DTranspose: transposed, Conv2DTranspose: transposed,
  ...forBoth('MaxPool', pooled), ...forBoth('AveragePool', pooled), ...forBoth('GlobalMaxPool', globally), ...forBoth('GlobalAveragePool', globally),
  ...forBoth('ZeroPad', framed), ...forBoth('UpSampling', enlarged), Cropping1D: cropped,
};
