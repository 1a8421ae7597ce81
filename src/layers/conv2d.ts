/**
 * Convolution (LeCun et al. 1989; a cross-correlation, as everywhere in the field: the kernel is not turned).
 *
 * For batch b, place (i, j), filter f of group g, with p = (i·sᵥ − top + u·dᵥ, j·sₕ − left + v·dₕ) the pixel under tap (u, v),
 * sums over taps on the image and over the channels c of group g:
 *   K1  y[b,i,j,f] = Σ_{u,v,c} x[b,p,c]·W[u,v,c,f]
 * Backward, dz given:
 *   K3  dx[b,p,c] = Σ_{(i,j),(u,v) that meet in p, f of g} dz[b,i,j,f]·W[u,v,c,f]
 *   K4  dW[u,v,c,f] = Σ_{b,i,j} x[b,p,c]·dz[b,i,j,f]
 * W `kernel` [kh, kw, C/groups, F], sᵥ sₕ `stride`, dᵥ dₕ `dilation`, top left `padding`. Bias and activation (K2, K5):
 * convolving.ts. Cached: x (K4). Derivation: docs/convolution.md.
 */
import type { Kernels, Tensor, Window } from '../backend.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { Convolving, convolvingNames, kernelInitializer } from './convolving.js';
import type { ConvolvingOptions } from './convolving.js';
import { initializerName } from './layer.js';
import type { JsonObject, ParameterSpec, Run } from './layer.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';
import { windowOver } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair } from './window.js';

export interface ConvolutionOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends ConvolvingOptions<Size, Padding>, RuleOptions<'kernel'> {
  /** Channels of the output, F. */
  filters: number;
  /** Channels and filters fall into so many groups that do not see each other. Default 1. */
  groups?: number | undefined;
  /** Default 'glorotUniform'; 'heNormal' suits relu. */
  kernelInitializer?: Initializer | undefined;
}

export type Conv2DOptions = ConvolutionOptions<Pair, Padding2D>;
export type Conv1DOptions = ConvolutionOptions<number, Padding1D>;

const optionNames: OptionNames<Conv1DOptions | Conv2DOptions> = { ...convolvingNames, ...ruleNames('kernel'), filters: true, groups: true, kernelInitializer: true };

type ConvolutionParams = { kernel: Tensor; bias?: Tensor };
interface ConvolutionCache { readonly x: Tensor; readonly window: Window }

abstract class Convolution<Options extends Conv1DOptions | Conv2DOptions> extends Convolving<ConvolutionParams, Options, ConvolutionCache> {
  readonly filters: number;
  readonly groups: number;
  private readonly kernelInitializer: Initializer;

  constructor(label: string, axisCount: AxisCount, options: Options) {
    super(label, axisCount, options, optionNames);
    this.filters = requireCount(label, 'filters', this.options.filters);
    this.groups = requireCount(label, 'groups', this.options.groups ?? 1);
    this.kernelInitializer = kernelInitializer(options.kernelInitializer);
  }

  override config(): JsonObject {
    return { filters: this.filters, ...super.config(), groups: this.groups, kernelInitializer: initializerName(this.kernelInitializer) };
  }

  protected override filtersFor(channels: number): number {
    if (channels % this.groups !== 0 || this.filters % this.groups !== 0) {
      throw new ShapeError({
        operation: this.label(), argument: 'groups', expected: `a divisor of the ${channels} channels that come in and of the ${this.filters} filters`,
        actual: String(this.groups), hint: `Filters of one channel each are those of DepthwiseConv${this.axisCount}D.`,
      });
    }
    return this.filters;
  }

  protected override kernels(channels: number): { kernel: ParameterSpec } {
    return { kernel: { shape: [...this.axes.map(({ taps }) => taps), channels / this.groups, this.filters], initializer: this.kernelInitializer } };
  }

  protected override product(k: Kernels, p: ConvolutionParams, x: Tensor): { y: Tensor; cache: ConvolutionCache } {
    const window = windowOver(this.axes, x);
    return { y: k.conv2d(x, this.asKernel(k, p.kernel), window, this.groups), cache: { x, window } }; // K1
  }

  protected override productBackward(
    { k, inputGradient, frozen }: Run, p: ConvolutionParams, { x, window }: ConvolutionCache, dz: Tensor, grads: ConvolutionParams,
  ): Tensor | undefined {
    if (!frozen) {
      const dKernel = k.conv2dKernelTo(this.asKernel(k, grads.kernel), x, dz, window, this.groups); // K4
      grads.kernel = k.reshape(dKernel, grads.kernel.shape);
    }
    if (inputGradient === false) return undefined;
    return k.conv2dBackward(dz, this.asKernel(k, p.kernel), x.shape, window, this.groups); // K3
  }
}

/**
 * x [B, H, W, C] → [B, H′, W′, filters]. Weights: kernel [kh, kw, C/groups, filters], bias [filters].
 *
 * @throws ShapeError where the window is larger than the padded image, or groups do not divide channels and filters.
 */
export class Conv2D extends Convolution<Conv2DOptions> {
  override readonly kind = 'conv2d';
  override readonly className = 'Conv2D';

  constructor(options: Conv2DOptions) {
    super('Conv2D', 2, options);
  }

  protected override like(options: Conv2DOptions): Conv2D {
    return new Conv2D(options);
  }
}

/**
 * x [B, T, C] → [B, T′, filters]. Weights: kernel [k, C/groups, filters], bias [filters]. Padding may be 'causal'. Padded steps of a
 * masked sequence are read as zeros, and the mask goes on (docs/masks.md).
 */
export class Conv1D extends Convolution<Conv1DOptions> {
  override readonly kind = 'conv1d';
  override readonly className = 'Conv1D';

  constructor(options: Conv1DOptions) {
    super('Conv1D', 1, options);
  }

  protected override like(options: Conv1DOptions): Conv1D {
    return new Conv1D(options);
  }
}
