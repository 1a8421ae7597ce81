/**
 * Depthwise convolution, and depthwise separable convolution (Sifre 2014; Chollet 2017, "Xception"): a window over each channel by itself, and a
 * product that mixes the channels of each place.
 *
 * M filters for each channel c, p the pixel under tap (u, v) as in conv2d.ts:
 *   K9  h[b,i,j,c·M+m] = Σ_{u,v} x[b,p,c]·D[u,v,c,m], which is K1 with a group for each channel; backward K3 and K4 with these groups
 * Separable, over the E = C·M channels of h:
 *   K10  y[b,i,j,f] = Σ_e h[b,i,j,e]·P[e,f]
 *   K11  dP[e,f] = Σ_{b,i,j} h[b,i,j,e]·dz[b,i,j,f]
 *   K12  dh[b,i,j,e] = Σ_f dz[b,i,j,f]·P[e,f]
 * D `kernel`, of a separable one `depthwiseKernel` [kh, kw, C, M], P `pointwiseKernel` [1, 1, C·M, F]. Bias and activation (K2, K5):
 * convolving.ts. Cached: x (K4) and h (K11). Derivation: docs/convolution.md.
 */
import type { Kernels, Tensor, Window } from '../backend.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Initializer } from '../initializers.js';
import { sizeOf } from '../tensor.js';
import { Convolving, convolvingNames, kernelInitializer } from './convolving.js';
import type { ConvolvingOptions } from './convolving.js';
import { initializerName } from './layer.js';
import type { JsonObject, ParameterSpec, Run } from './layer.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';
import { windowOver } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair, WindowAxis } from './window.js';

export interface DepthwiseOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends ConvolvingOptions<Size, Padding> {
  /** Filters for each channel, M. Default 1. */
  depthMultiplier?: number | undefined;
  /** Default 'glorotUniform'. */
  depthwiseInitializer?: Initializer | undefined;
}

export interface SeparableOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends DepthwiseOptions<Size, Padding> {
  /** Channels of the output, F. */
  filters: number;
  /** Default 'glorotUniform'. */
  pointwiseInitializer?: Initializer | undefined;
}

export type DepthwiseConv2DOptions = DepthwiseOptions<Pair, Padding2D> & RuleOptions<'kernel'>;
export type DepthwiseConv1DOptions = DepthwiseOptions<number, Padding1D> & RuleOptions<'kernel'>;
export type SeparableConv2DOptions = SeparableOptions<Pair, Padding2D> & RuleOptions<'depthwise' | 'pointwise'>;
export type SeparableConv1DOptions = SeparableOptions<number, Padding1D> & RuleOptions<'depthwise' | 'pointwise'>;

const sharedNames: OptionNames<DepthwiseOptions<Pair, Padding2D>> = { ...convolvingNames, depthMultiplier: true, depthwiseInitializer: true };
const depthwiseNames: OptionNames<DepthwiseConv1DOptions | DepthwiseConv2DOptions> = { ...sharedNames, ...ruleNames('kernel') };
const separableNames: OptionNames<SeparableConv1DOptions | SeparableConv2DOptions> = {
  ...sharedNames, ...ruleNames('depthwise', 'pointwise'), filters: true, pointwiseInitializer: true,
};

/** The depthwise half: what both layers do with D. */
class Depthwise {
  readonly multiplier: number;
  readonly initializer: Initializer;
  private readonly axes: readonly WindowAxis[];

  constructor(label: string, axes: readonly WindowAxis[], options: DepthwiseOptions<Pair, Padding1D | Padding2D>) {
    this.multiplier = requireCount(label, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.initializer = kernelInitializer(options.depthwiseInitializer);
    this.axes = axes;
  }

  config(): JsonObject {
    return { depthMultiplier: this.multiplier, depthwiseInitializer: initializerName(this.initializer) };
  }

  kernel(channels: number): ParameterSpec {
    return { shape: [...this.axes.map(({ taps }) => taps), channels, this.multiplier], initializer: this.initializer };
  }

  forward(k: Kernels, x: Tensor, kernel: Tensor): { h: Tensor; window: Window } {
    const window = windowOver(this.axes, x);
    return { h: k.conv2d(x, this.grouped(k, kernel, window), window, this.channels(kernel)), window }; // K9
  }

  /** Adds to dKernel unless frozen. */
  backward({ k, inputGradient, frozen }: Run, x: Tensor, window: Window, kernel: Tensor, dh: Tensor, dKernel: Tensor): { dx: Tensor | undefined; dKernel: Tensor } {
    const groups = this.channels(kernel);
    const added = frozen ? dKernel : k.reshape(k.conv2dKernelTo(this.grouped(k, dKernel, window), x, dh, window, groups), dKernel.shape); // K4
    return { dx: inputGradient === false ? undefined : k.conv2dBackward(dh, this.grouped(k, kernel, window), x.shape, window, groups), dKernel: added }; // K3
  }

  private channels(kernel: Tensor): number {
    return kernel.shape.at(-2) ?? 1;
  }

  /** [.., C, M] as a convolution of C groups has it, [kh, kw, 1, C·M]: the filters of a channel lie together. */
  private grouped(k: Kernels, kernel: Tensor, window: Window): Tensor {
    return k.reshape(kernel, [...window.size, 1, this.channels(kernel) * this.multiplier]);
  }
}

type DepthwiseParams = { kernel: Tensor; bias?: Tensor };
interface DepthwiseCache { readonly x: Tensor; readonly window: Window }

abstract class DepthwiseConvolution<Options extends DepthwiseConv1DOptions | DepthwiseConv2DOptions> extends Convolving<DepthwiseParams, Options, DepthwiseCache> {
  private readonly depthwise: Depthwise;

  constructor(label: string, axisCount: AxisCount, options: Options) {
    super(label, axisCount, options, depthwiseNames);
    this.depthwise = new Depthwise(label, this.axes, this.options);
  }

  override config(): JsonObject {
    return { ...super.config(), ...this.depthwise.config() };
  }

  protected override filtersFor(channels: number): number {
    return channels * this.depthwise.multiplier;
  }

  protected override kernels(channels: number): { kernel: ParameterSpec } {
    return { kernel: this.depthwise.kernel(channels) };
  }

  protected override product(k: Kernels, p: DepthwiseParams, x: Tensor): { y: Tensor; cache: DepthwiseCache } {
    const { h, window } = this.depthwise.forward(k, x, p.kernel);
    return { y: h, cache: { x, window } };
  }

  protected override productBackward(run: Run, p: DepthwiseParams, { x, window }: DepthwiseCache, dz: Tensor, grads: DepthwiseParams): Tensor | undefined {
    const { dx, dKernel } = this.depthwise.backward(run, x, window, p.kernel, dz, grads.kernel);
    grads.kernel = dKernel;
    return dx;
  }
}

type SeparableParams = { depthwiseKernel: Tensor; pointwiseKernel: Tensor; bias?: Tensor };
interface SeparableCache extends DepthwiseCache { readonly h: Tensor }

abstract class SeparableConvolution<Options extends SeparableConv1DOptions | SeparableConv2DOptions> extends Convolving<SeparableParams, Options, SeparableCache> {
  readonly filters: number;
  private readonly depthwise: Depthwise;
  private readonly pointwiseInitializer: Initializer;

  constructor(label: string, axisCount: AxisCount, options: Options) {
    super(label, axisCount, options, separableNames);
    this.filters = requireCount(label, 'filters', this.options.filters);
    this.depthwise = new Depthwise(label, this.axes, this.options);
    this.pointwiseInitializer = kernelInitializer(options.pointwiseInitializer);
  }

  override config(): JsonObject {
    return { filters: this.filters, ...super.config(), ...this.depthwise.config(), pointwiseInitializer: initializerName(this.pointwiseInitializer) };
  }

  protected override filtersFor(): number {
    return this.filters;
  }

  protected override kernels(channels: number): { depthwiseKernel: ParameterSpec; pointwiseKernel: ParameterSpec } {
    const shape = [...this.axes.map(() => 1), channels * this.depthwise.multiplier, this.filters];
    return { depthwiseKernel: this.depthwise.kernel(channels), pointwiseKernel: { shape, initializer: this.pointwiseInitializer } };
  }

  protected override product(k: Kernels, p: SeparableParams, x: Tensor): { y: Tensor; cache: SeparableCache } {
    const { h, window } = this.depthwise.forward(k, x, p.depthwiseKernel);
    const y = k.matmul('nn', asRows(k, h), asRows(k, p.pointwiseKernel)); // K10
    return { y: k.reshape(y, [...h.shape.slice(0, -1), this.filters]), cache: { x, window, h } };
  }

  protected override productBackward(run: Run, p: SeparableParams, { x, window, h }: SeparableCache, dz: Tensor, grads: SeparableParams): Tensor | undefined {
    const { k, inputGradient, frozen } = run;
    if (frozen && inputGradient === false) return undefined;
    const rows = asRows(k, dz);
    if (!frozen) {
      const dPointwise = k.matmulTo('tn', asRows(k, grads.pointwiseKernel), asRows(k, h), rows); // K11
      grads.pointwiseKernel = k.reshape(dPointwise, grads.pointwiseKernel.shape);
    }
    const dh = k.reshape(k.matmul('nt', rows, asRows(k, p.pointwiseKernel)), h.shape); // K12
    const { dx, dKernel } = this.depthwise.backward(run, x, window, p.depthwiseKernel, dh, grads.depthwiseKernel);
    grads.depthwiseKernel = dKernel;
    return dx;
  }
}

/** [..., N] as a matrix of rows. */
function asRows(k: Kernels, x: Tensor): Tensor {
  return k.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1) ?? 1]);
}

/** Each channel by itself: x [B, H, W, C] → [B, H′, W′, C·depthMultiplier]. Weights: kernel [kh, kw, C, depthMultiplier], bias [C·depthMultiplier]. */
export class DepthwiseConv2D extends DepthwiseConvolution<DepthwiseConv2DOptions> {
  override readonly kind = 'depthwise_conv2d';
  override readonly className = 'DepthwiseConv2D';

  constructor(options: DepthwiseConv2DOptions) {
    super('DepthwiseConv2D', 2, options);
  }

  protected override like(options: DepthwiseConv2DOptions): DepthwiseConv2D {
    return new DepthwiseConv2D(options);
  }
}

/** Each channel by itself: x [B, T, C] → [B, T′, C·depthMultiplier]. Weights: kernel [k, C, depthMultiplier], bias. Masks as Conv1D. */
export class DepthwiseConv1D extends DepthwiseConvolution<DepthwiseConv1DOptions> {
  override readonly kind = 'depthwise_conv1d';
  override readonly className = 'DepthwiseConv1D';

  constructor(options: DepthwiseConv1DOptions) {
    super('DepthwiseConv1D', 1, options);
  }

  protected override like(options: DepthwiseConv1DOptions): DepthwiseConv1D {
    return new DepthwiseConv1D(options);
  }
}

/**
 * A window over each channel, then a product over channels: x [B, H, W, C] → [B, H′, W′, filters]. Weights: depthwiseKernel
 * [kh, kw, C, depthMultiplier], pointwiseKernel [1, 1, C·depthMultiplier, filters], bias [filters].
 */
export class SeparableConv2D extends SeparableConvolution<SeparableConv2DOptions> {
  override readonly kind = 'separable_conv2d';
  override readonly className = 'SeparableConv2D';

  constructor(options: SeparableConv2DOptions) {
    super('SeparableConv2D', 2, options);
  }

  protected override like(options: SeparableConv2DOptions): SeparableConv2D {
    return new SeparableConv2D(options);
  }
}

/**
 * A window over each channel, then a product over channels: x [B, T, C] → [B, T′, filters]. Weights: depthwiseKernel [k, C, depthMultiplier],
 * pointwiseKernel [1, C·depthMultiplier, filters], bias [filters]. Masks as Conv1D.
 */
export class SeparableConv1D extends SeparableConvolution<SeparableConv1DOptions> {
  override readonly kind = 'separable_conv1d';
  override readonly className = 'SeparableConv1D';

  constructor(options: SeparableConv1DOptions) {
    super('SeparableConv1D', 1, options);
  }

  protected override like(options: SeparableConv1DOptions): SeparableConv1D {
    return new SeparableConv1D(options);
  }
}
