/**
 * Transposed convolution (Zeiler et al. 2010; "deconvolution"): what the backward pass of a convolution does to its image, as a layer.
 * Its window lies on the output: one place for each pixel of x.
 *
 * With p the pixel of the output under tap (u, v) at place (i, j), f of group g, c the channels of x in that group:
 *   K6  y[b,p,f] = Σ_{(i,j),(u,v) that meet in p, c} x[b,i,j,c]·W[u,v,f,c]
 * Backward, dz given:
 *   K7  dx[b,i,j,c] = Σ_{u,v,f} dz[b,p,f]·W[u,v,f,c]
 *   K8  dW[u,v,f,c] = Σ_{b,i,j} dz[b,p,f]·x[b,i,j,c]
 * W `kernel` [kh, kw, filters/groups, C]. Bias and activation (K2, K5): convolving.ts. Cached: x (K8). Derivation: docs/convolution.md.
 */
import type { Kernels, Tensor, Window } from '../backend.js';
import { requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../errors.js';
import type { Initializer } from '../initializers.js';
import type { Shape } from '../tensor.js';
import { Convolving, convolvingNames, kernelInitializer } from './convolving.js';
import type { ConvolvingOptions } from './convolving.js';
import { initializerName } from './layer.js';
import type { JsonObject, ParameterSpec, Run } from './layer.js';
import { stretchedMask } from './timeMask.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';
import { extent, perAxis, requireAxes, windowOver } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair, Sides, WindowAxis } from './window.js';

export interface TransposeOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends ConvolvingOptions<Size, Padding>, RuleOptions<'kernel'> {
  /** Channels of the output, F. */
  filters: number;
  /**
   * What is cut off the output. Default 'valid': nothing. 'same': so much that it is stride times as long as the input. A number (PyTorch's
   * padding), or sides as those of a convolution, whose zeros these are.
   */
  padding?: Padding | undefined;
  /**
   * Entries that are added at the end, less than the stride. Default: so many that every stride has all its entries,
   * max(0, stride − reach of the kernel), as in Keras; PyTorch's default is 0. With 'same' and an `outputPadding` the length is
   * (n − 1)·stride + outputPadding, plus 1 where the reach is odd (Keras).
   */
  outputPadding?: Size | undefined;
  /** Channels and filters fall into so many groups that do not see each other. Default 1. */
  groups?: number | undefined;
  /** Default 'glorotUniform'. */
  kernelInitializer?: Initializer | undefined;
}

export type Conv2DTransposeOptions = TransposeOptions<Pair, Padding2D>;
export type Conv1DTransposeOptions = TransposeOptions<number, Exclude<Padding1D, 'causal'>>;

const optionNames: OptionNames<Conv1DTransposeOptions | Conv2DTransposeOptions> = {
  ...convolvingNames, ...ruleNames('kernel'), filters: true, outputPadding: true, groups: true, kernelInitializer: true,
};

/** The output along one axis: n places of a window with these sides cut off make (n − 1)·stride + reach entries. */
export interface Spread {
  readonly axis: WindowAxis & { readonly padding: Sides };
  readonly reach: number;
}

/** @throws ArgumentError for an outputPadding that leaves out a place, or adds one. */
function spreadOf(label: string, axis: WindowAxis, outputPadding: number | undefined): Spread {
  const { stride, padding } = axis;
  const taps = extent(axis);
  const centre = padding === 'same' ? taps % 2 : 0; // what 'same' leaves of an odd kernel, before outputPadding
  const least = padding === 'same' ? 1 - centre : 0;
  const most = padding === 'same' ? stride - centre : stride - 1;
  if (outputPadding !== undefined && !(outputPadding >= least && outputPadding <= most)) {
    throw new ArgumentError({
      operation: label, argument: 'outputPadding', expected: least === most ? String(least) : `from ${least} to ${most}`, actual: String(outputPadding),
      hint: 'With stride s a convolution of s different lengths comes to the same length; outputPadding chooses one of them.',
    });
  }
  if (padding === 'same') {
    const last = outputPadding === undefined ? stride : centre + outputPadding; // entries of the last place
    const cut = Math.max(0, taps - last);
    return { axis: { ...axis, padding: [Math.floor(cut / 2), Math.ceil(cut / 2)] }, reach: last };
  }
  const sides: Sides = typeof padding === 'string' ? [0, 0] : padding;
  return { axis: { ...axis, padding: sides }, reach: taps - sides[0] - sides[1] + (outputPadding ?? Math.max(0, stride - taps)) };
}

type TransposeParams = { kernel: Tensor; bias?: Tensor };
interface TransposeCache { readonly x: Tensor; readonly window: Window }

abstract class Transposed<Options extends Conv1DTransposeOptions | Conv2DTransposeOptions> extends Convolving<TransposeParams, Options, TransposeCache> {
  readonly filters: number;
  readonly groups: number;
  /** The output, axis by axis. */
  readonly spreads: readonly Spread[];
  private readonly kernelInitializer: Initializer;

  constructor(label: string, axisCount: AxisCount, options: Options) {
    super(label, axisCount, options, optionNames, ['valid', 'same']);
    this.filters = requireCount(label, 'filters', this.options.filters);
    this.groups = requireCount(label, 'groups', this.options.groups ?? 1);
    this.kernelInitializer = kernelInitializer(options.kernelInitializer);
    const { outputPadding } = this.options;
    const added = outputPadding === undefined ? [] : perAxis(label, 'outputPadding', outputPadding, axisCount, 0);
    this.spreads = this.axes.map((axis, i) => spreadOf(label, axis, added[i]));
  }

  override config(): JsonObject {
    const { outputPadding } = this.options;
    return { filters: this.filters, ...super.config(), outputPadding, groups: this.groups, kernelInitializer: initializerName(this.kernelInitializer) };
  }

  protected override places(x: Shape): readonly number[] {
    requireAxes(this.label(), this.axisCount, x);
    const sizes = this.spreads.map(({ axis, reach }, i) => ((x[i] ?? 1) - 1) * axis.stride + reach);
    if (!sizes.some((size) => size < 1)) return sizes; // an open size is told when it is known
    throw new ShapeError({
      operation: this.label(), argument: 'input', expected: 'longer than what padding cuts off', actual: formatShape(['batch', ...x]), hint: 'Use less padding.',
    });
  }

  protected override filtersFor(channels: number): number {
    if (channels % this.groups === 0 && this.filters % this.groups === 0) return this.filters;
    throw new ShapeError({
      operation: this.label(), argument: 'groups', expected: `a divisor of the ${channels} channels that come in and of the ${this.filters} filters`, actual: String(this.groups),
    });
  }

  protected override kernels(channels: number): { kernel: ParameterSpec } {
    return { kernel: { shape: [...this.axes.map(({ taps }) => taps), this.filters / this.groups, channels], initializer: this.kernelInitializer } };
  }

  override masks([mask]: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    const [spread, another] = this.spreads;
    return mask && spread && !another ? [stretchedMask(mask, spread.axis.stride, spread.reach)] : [];
  }

  protected override product(k: Kernels, p: TransposeParams, x: Tensor): { y: Tensor; cache: TransposeCache } {
    const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
    const sizes = this.axisCount === 2 ? this.places([height, width, channels]) : [1, ...this.places([width, channels])];
    const shape = [batch, ...sizes, this.filters];
    const window = windowOver(this.spreads.map(({ axis }) => axis), { shape });
    return { y: k.conv2dBackward(x, this.asKernel(k, p.kernel), shape, window, this.groups), cache: { x, window } }; // K6
  }

  protected override productBackward(
    { k, inputGradient, frozen }: Run, p: TransposeParams, { x, window }: TransposeCache, dz: Tensor, grads: TransposeParams,
  ): Tensor | undefined {
    if (!frozen) {
      const dKernel = k.conv2dKernelTo(this.asKernel(k, grads.kernel), dz, x, window, this.groups); // K8
      grads.kernel = k.reshape(dKernel, grads.kernel.shape);
    }
    return inputGradient === false ? undefined : k.conv2d(dz, this.asKernel(k, p.kernel), window, this.groups); // K7
  }
}

/** x [B, H, W, C] → [B, H′, W′, filters]; H′ = (H − 1)·stride + reach. Weights: kernel [kh, kw, filters/groups, C], bias [filters]. */
export class Conv2DTranspose extends Transposed<Conv2DTransposeOptions> {
  override readonly kind = 'conv2d_transpose';
  override readonly className = 'Conv2DTranspose';

  constructor(options: Conv2DTransposeOptions) {
    super('Conv2DTranspose', 2, options);
  }

  protected override like(options: Conv2DTransposeOptions): Conv2DTranspose {
    return new Conv2DTranspose(options);
  }
}

/**
 * x [B, T, C] → [B, T′, filters]; T′ = (T − 1)·stride + reach. Weights: kernel [k, filters/groups, C], bias [filters]. Padded steps of a
 * masked sequence are read as zeros, and the mask goes on, stretched (docs/masks.md).
 */
export class Conv1DTranspose extends Transposed<Conv1DTransposeOptions> {
  override readonly kind = 'conv1d_transpose';
  override readonly className = 'Conv1DTranspose';

  constructor(options: Conv1DTransposeOptions) {
    super('Conv1DTranspose', 1, options);
  }

  protected override like(options: Conv1DTransposeOptions): Conv1DTranspose {
    return new Conv1DTranspose(options);
  }
}
