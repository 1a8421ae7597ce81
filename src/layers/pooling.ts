/**
 * Pooling: each channel by itself, one number for each place of a window. Pixels p under the taps as in conv2d.ts; taps beside
 * the image take no part, in maxima and in means alike.
 *   P1  y[b,i,j,c] = max x[b,p,c], and the tap where it lies (the first of equals)
 *   P2  dx[b,p,c] = Σ dy[b,i,j,c] over the places whose largest entry is p
 *   P3  y[b,i,j,c] = mean x[b,p,c] over the n taps that lie on the image
 *   P4  dx[b,p,c] = Σ dy[b,i,j,c]/n over the places that cover p
 * Global pooling is the same with one window as large as the image. Derivation: docs/convolution.md.
 */
import type { Kernels, Tensor, Window } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { byPlace, fromImage, maskImage, masksUnder, placesOf, realSteps, requireAxes, toImage, windowAxes, windowOver } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair, WindowAxis } from './window.js';

export interface PoolOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends CommonOptions {
  /** Taps of the window. Default 2. */
  poolSize?: Size | undefined;
  /** Default: the pool size, so that windows do not overlap. */
  stride?: Size | undefined;
  /** Default 'valid'. Less than the pool size on every side, so that each window meets the image. */
  padding?: Padding | undefined;
}

export type Pool1DOptions = PoolOptions<number, Padding1D>;
export type Pool2DOptions = PoolOptions<Pair, Padding2D>;

const optionNames: OptionNames<Pool1DOptions | Pool2DOptions> = { ...commonNames, poolSize: true, stride: true, padding: true };

/** What pooling layers differ in besides the number they take: where their windows lie, and what is made of it. */
interface Covering {
  readonly config: JsonObject;
  /** Of windows that slide; of one as large as the image there are none. */
  readonly axes: readonly WindowAxis[];
  /** @param x without the batch. @throws ShapeError if the windows do not fit. */
  outputShape(label: string, x: Shape): Shape;
  masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[];
  windowOver(x: Tensor): Window;
  /** One number for each place and channel [B, H′, W′, C], as it is given out. */
  shown(k: Kernels, places: Tensor): Tensor;
}

/** Windows beside or over each other. */
export function slidingOver(count: AxisCount, config: JsonObject, axes: readonly WindowAxis[]): Covering {
  return {
    config, axes,
    outputShape: (label, x) => [...placesOf(label, count, axes, x), x.at(-1) ?? 0],
    masks: (inputs) => masksUnder(axes, inputs),
    windowOver: (x) => windowOver(axes, x),
    shown: (k, places) => fromImage(k, count, places),
  };
}

/** One window as large as the image, which ends the time axis. */
function wholeOf(count: AxisCount): Covering {
  return {
    config: {}, axes: [],
    outputShape(label, x) {
      requireAxes(label, count, x);
      return x.slice(-1);
    },
    masks: () => [],
    windowOver(x) {
      const [height = 1, width = 1] = count === 2 ? x.shape.slice(1) : [1, x.shape[1]];
      return { size: [height, width], stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] };
    },
    shown: (k, places) => k.reshape(places, [places.shape[0] ?? 1, places.shape[3] ?? 1]),
  };
}

/** Options of a pooling layer, checked. */
function poolsOf(label: string, count: AxisCount, options: Pool1DOptions | Pool2DOptions): Covering {
  const { poolSize = 2, stride = poolSize, padding = 'valid' } = takeOptions<Pool1DOptions | Pool2DOptions>(label, options, optionNames);
  const axes = windowAxes(label, 'poolSize', count, { size: poolSize, stride, padding });
  if (axes.some(({ taps, padding: sides }) => typeof sides !== 'string' && Math.max(...sides) >= taps)) {
    throw new ArgumentError({ operation: label, argument: 'padding', expected: 'less than poolSize on every side', actual: JSON.stringify(padding) });
  }
  return slidingOver(count, { poolSize, stride, padding }, axes);
}

abstract class Pooling<C> extends Layer<NoTensors, NoTensors, C> {
  override readonly output = 'blended';
  override readonly families = ['convolution'] as const;
  /** 1 over time, 2 over images. */
  readonly axisCount: AxisCount;
  protected readonly covering: Covering;

  constructor(axisCount: AxisCount, options: CommonOptions, covering: Covering) {
    super(options);
    this.axisCount = axisCount;
    this.covering = covering;
  }

  override config(): JsonObject {
    return this.covering.config;
  }

  /** The window, or nothing where it is as large as what comes in. */
  get axes(): readonly WindowAxis[] {
    return this.covering.axes;
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.covering.outputShape(this.label(), this.single(inputs))];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return this.covering.masks(inputs);
  }
}

interface MaxCache { readonly x: Tensor; readonly y: Tensor; readonly taps: Tensor; readonly window: Window; readonly real: Tensor | undefined }

abstract class MaxPooling extends Pooling<MaxCache> {
  override forward({ k, mask }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, MaxCache> {
    const input = this.single(inputs);
    const window = this.covering.windowOver(input);
    const image = maskImage(k, this.axisCount, mask);
    const x = toImage(k, image ? belowAll(k, input, image) : input);
    const { y, taps } = k.maxPool2d(x, window); // P1
    const real = image && k.maxPool2d(image, window).y; // whether any step under the window is
    const shown = real ? byPlace(y, real, (rows, m) => k.mulRows(rows, m), k) : y;
    return { outputs: [this.covering.shown(k, shown)], cache: { x, y, taps, window, real } };
  }

  override backward({ k, mask, inputGradient }: Run, _p: NoTensors, { x, y, taps, window, real }: MaxCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    const dShown = k.reshape(dOutput(k, dOutputs, y), y.shape);
    const dy = real ? byPlace(dShown, real, (rows, m) => k.mulRows(rows, m), k) : dShown;
    const dx = k.maxPool2dBackward(dy, taps, x.shape, window); // P2
    return [realSteps(k, this.axisCount, fromImage(k, this.axisCount, dx), mask)];
  }
}

/** x [B, T, C] with the padded steps below every number that a sequence may hold. */
function belowAll(k: Kernels, x: Tensor, image: Tensor): Tensor {
  const low = k.scale(k.activate('sigmoid', k.zeros(x.shape), 0), -2e30); // σ(0) is ½
  const rows = (tensor: Tensor): Tensor => k.reshape(tensor, [image.size, x.size / image.size]);
  return k.reshape(k.blendRows(k.reshape(image, [image.size]), rows(x), rows(low)), x.shape);
}

/** P3 over the real steps: `share` of the taps are, and padded ones are zero in x. */
function averageReal(k: Kernels, x: Tensor, image: Tensor | undefined, window: Window): { y: Tensor; share: Tensor | undefined } {
  const share = image && k.averagePool2d(image, window);
  return { y: overReal(k, k.averagePool2d(x, window), share), share };
}

function overReal(k: Kernels, y: Tensor, share: Tensor | undefined): Tensor {
  return share ? byPlace(y, share, (rows, m) => k.divRows(rows, m), k) : y;
}

interface AverageCache { readonly x: Tensor; readonly y: Tensor; readonly window: Window; readonly share: Tensor | undefined }

/** Also of ZeroPad1D and ZeroPad2D. */
export abstract class AveragePooling extends Pooling<AverageCache> {
  override forward({ k, mask }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, AverageCache> {
    const input = realSteps(k, this.axisCount, this.single(inputs), mask);
    const window = this.covering.windowOver(input);
    const x = toImage(k, input);
    const { y, share } = averageReal(k, x, maskImage(k, this.axisCount, mask), window); // P3
    return { outputs: [this.covering.shown(k, y)], cache: { x, y, window, share } };
  }

  override backward({ k, mask, inputGradient }: Run, _p: NoTensors, { x, y, window, share }: AverageCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    const dy = k.reshape(dOutput(k, dOutputs, y), y.shape);
    const dx = k.averagePool2dBackward(overReal(k, dy, share), x.shape, window); // P4
    return [realSteps(k, this.axisCount, fromImage(k, this.axisCount, dx), mask)];
  }
}

/** The largest entry under each window. x [B, H, W, C] → [B, H′, W′, C]. Of equals, the first gets the gradient. */
export class MaxPool2D extends MaxPooling {
  override readonly kind = 'max_pool2d';
  override readonly className = 'MaxPool2D';

  constructor(options: Pool2DOptions = {}) {
    super(2, options, poolsOf('MaxPool2D', 2, options));
  }
}

/** The largest entry under each window, padded steps of a masked sequence left out. x [B, T, C] → [B, T′, C]. */
export class MaxPool1D extends MaxPooling {
  override readonly kind = 'max_pool1d';
  override readonly className = 'MaxPool1D';

  constructor(options: Pool1DOptions = {}) {
    super(1, options, poolsOf('MaxPool1D', 1, options));
  }
}

/** The mean under each window; padding does not count. x [B, H, W, C] → [B, H′, W′, C]. */
export class AveragePool2D extends AveragePooling {
  override readonly kind = 'average_pool2d';
  override readonly className = 'AveragePool2D';

  constructor(options: Pool2DOptions = {}) {
    super(2, options, poolsOf('AveragePool2D', 2, options));
  }
}

/** The mean under each window; padding does not count, nor do padded steps of a masked sequence. x [B, T, C] → [B, T′, C]. */
export class AveragePool1D extends AveragePooling {
  override readonly kind = 'average_pool1d';
  override readonly className = 'AveragePool1D';

  constructor(options: Pool1DOptions = {}) {
    super(1, options, poolsOf('AveragePool1D', 1, options));
  }
}

/** The mean of each channel. x [B, H, W, C] → [B, C]. */
export class GlobalAveragePool2D extends AveragePooling {
  override readonly kind = 'global_average_pool2d';
  override readonly className = 'GlobalAveragePool2D';

  constructor(options: CommonOptions = {}) {
    super(2, checkOptions('GlobalAveragePool2D', options, commonNames), wholeOf(2));
  }
}

/** The mean of each channel over time, of a masked sequence over its real steps (0 where there is none). x [B, T, C] → [B, C]. */
export class GlobalAveragePool1D extends AveragePooling {
  override readonly kind = 'global_average_pool1d';
  override readonly className = 'GlobalAveragePool1D';

  constructor(options: CommonOptions = {}) {
    super(1, checkOptions('GlobalAveragePool1D', options, commonNames), wholeOf(1));
  }
}

/** The largest entry of each channel. x [B, H, W, C] → [B, C]. Of equals, the first gets the gradient. */
export class GlobalMaxPool2D extends MaxPooling {
  override readonly kind = 'global_max_pool2d';
  override readonly className = 'GlobalMaxPool2D';

  constructor(options: CommonOptions = {}) {
    super(2, checkOptions('GlobalMaxPool2D', options, commonNames), wholeOf(2));
  }
}

/** The largest entry of each channel over time, of a masked sequence over its real steps (0 where there is none). x [B, T, C] → [B, C]. */
export class GlobalMaxPool1D extends MaxPooling {
  override readonly kind = 'global_max_pool1d';
  override readonly className = 'GlobalMaxPool1D';

  constructor(options: CommonOptions = {}) {
    super(1, checkOptions('GlobalMaxPool1D', options, commonNames), wholeOf(1));
  }
}
