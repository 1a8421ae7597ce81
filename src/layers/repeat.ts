/**
 * Repetition: RepeatVector, and up-sampling by the nearest entry (by two, interpolate.ts).
 *
 * Along an axis, behind which the entries r of x lie, each of them n times:
 *   X1  y[…, r·n + i, …] = x[…, r, …], i = 0 … n−1
 *   X2  dx[…, r, …] = Σ_i dy[…, r·n + i, …]
 * Only shapes are cached. Derivation: docs/sequence-layers.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions, requireChoice, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { sizeOf } from '../tensor.js';
import type { Shape } from '../tensor.js';
import { interpolate, interpolateBackward } from './interpolate.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import { stretchedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';
import { perAxis, requireAxes } from './window.js';
import type { AxisCount, Pair } from './window.js';

function repeat(k: Kernels, x: Tensor, axis: number, n: number): Tensor {
  if (n === 1) return x;
  const rows = sizeOf(x.shape.slice(0, axis + 1));
  const copies = k.stack(Array.from({ length: n }, () => k.reshape(x, [rows, x.size / rows])));
  return k.reshape(k.swapLeading(copies), x.shape.map((size, i) => (i === axis ? n * size : size))); // X1
}

function repeatBackward(k: Kernels, dy: Tensor, axis: number, n: number): Tensor {
  if (n === 1) return dy;
  const shape = dy.shape.map((size, i) => (i === axis ? size / n : size));
  const rows = sizeOf(shape.slice(0, axis + 1));
  const copies = k.swapLeading(k.reshape(dy, [rows, n, sizeOf(shape) / rows]));
  return k.reshape(k.sumRowsTo(k.zeros([sizeOf(shape)]), k.reshape(copies, [n, sizeOf(shape)])), shape); // X2
}

export interface RepeatVectorOptions extends CommonOptions {
  /** How often: the steps of the sequence. */
  n: number;
}

const repeatNames: OptionNames<RepeatVectorOptions> = { ...commonNames, n: true };

interface RepeatCache { readonly x: Tensor; readonly y: Tensor }

/** One vector at each of n steps: x [B, F] → [B, n, F], as between an encoder and a decoder. All steps are real. */
export class RepeatVector extends Layer<NoTensors, NoTensors, RepeatCache> {
  override readonly kind = 'repeat_vector';
  override readonly className = 'RepeatVector';
  override readonly output = 'moved';
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(checkOptions('RepeatVector', options, repeatNames));
    this.n = requireCount('RepeatVector', 'n', options.n);
  }

  override config(): JsonObject {
    return { n: this.n };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    this.requireRank(x, 1, '[batch, features]');
    return [[this.n, ...x]];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, RepeatCache> {
    const x = this.single(inputs);
    const [batch = 1, features = 1] = x.shape;
    const y = repeat(k, k.reshape(x, [batch, 1, features]), 1, this.n);
    return { outputs: [y], cache: { x, y } };
  }

  override backward({ k, inputGradient }: Run, _p: NoTensors, { x, y }: RepeatCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    return [k.reshape(repeatBackward(k, dOutput(k, dOutputs, y), 1, this.n), x.shape)];
  }
}

export interface UpSamplingOptions<Size extends Pair> extends CommonOptions {
  /** How often each entry is repeated. Default 2. */
  size?: Size | undefined;
}

export type UpSampling1DOptions = UpSamplingOptions<number>;
/** `size`: one number, or [vertical, horizontal]. */
export interface UpSampling2DOptions extends UpSamplingOptions<Pair> {
  /** 'nearest' (default), or 'bilinear': between the centres of pixels, those at the rim reaching outwards (PyTorch's align_corners=False). */
  interpolation?: 'nearest' | 'bilinear' | undefined;
}

const sizeNames: OptionNames<UpSampling1DOptions> = { ...commonNames, size: true };
const imageNames: OptionNames<UpSampling2DOptions> = { ...sizeNames, interpolation: true };
const ways = { nearest: [repeat, repeatBackward], bilinear: [interpolate, interpolateBackward] } as const;

abstract class UpSampling extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly output: 'moved' | 'blended';
  private readonly axisCount: AxisCount;
  readonly interpolation: 'nearest' | 'bilinear';
  private readonly size: Pair;
  /** How often, axis by axis. */
  readonly times: readonly number[];

  constructor(label: string, axisCount: AxisCount, { size = 2, interpolation = 'nearest', ...common }: UpSampling2DOptions) {
    super(common);
    this.axisCount = axisCount;
    this.size = size;
    this.interpolation = requireChoice(label, 'interpolation', interpolation, ['nearest', 'bilinear']);
    this.output = interpolation === 'nearest' ? 'moved' : 'blended';
    this.times = perAxis(label, 'size', size, axisCount);
  }

  override config(): JsonObject {
    return { size: this.size, ...(this.axisCount === 2 ? { interpolation: this.interpolation } : {}) };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    requireAxes(this.label(), this.axisCount, x);
    return [x.map((size, i) => size * (this.times[i] ?? 1))];
  }

  /** Every step of a sequence becomes so many of its kind. */
  override masks([mask]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    const [times = 1, another] = this.times;
    return mask && another === undefined ? [stretchedMask(mask, times, times)] : [];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, Tensor> {
    const [there] = ways[this.interpolation];
    const y = this.times.reduceRight((x, n, i) => there(k, x, 1 + i, n), this.single(inputs));
    return { outputs: [y], cache: y };
  }

  override backward({ k, inputGradient }: Run, _p: NoTensors, y: Tensor, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    const [, back] = ways[this.interpolation];
    return [this.times.reduce((d, n, i) => back(k, d, 1 + i, n), dOutput(k, dOutputs, y))];
  }
}

/** Each step `size` times: x [B, T, C] → [B, T·size, C]. */
export class UpSampling1D extends UpSampling {
  override readonly kind = 'up_sampling1d';
  override readonly className = 'UpSampling1D';

  constructor(options: UpSampling1DOptions = {}) {
    super('UpSampling1D', 1, takeOptions('UpSampling1D', options, sizeNames));
  }
}

/** Each pixel `size` times in both directions, by the nearest or between its neighbours: x [B, H, W, C] → [B, H·vertical, W·horizontal, C]. */
export class UpSampling2D extends UpSampling {
  override readonly kind = 'up_sampling2d';
  override readonly className = 'UpSampling2D';

  constructor(options: UpSampling2DOptions = {}) {
    super('UpSampling2D', 2, takeOptions('UpSampling2D', options, imageNames));
  }
}
