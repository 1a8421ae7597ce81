/**
 * Convolution (LeCun et al. 1989; a cross-correlation, as everywhere in the field: the kernel is not turned).
 *
 * For batch b, place (i, j), filter f of group g, with p = (i·sᵥ − top + u·dᵥ, j·sₕ − left + v·dₕ) the pixel under tap (u, v),
 * sums over taps on the image and over the channels c of group g:
 *   K1  y[b,i,j,f] = Σ_{u,v,c} x[b,p,c]·W[u,v,c,f]
 *   K2  z = y + bias
 * Backward, dz given:
 *   K3  dx[b,p,c] = Σ_{(i,j),(u,v) that meet in p, f of g} dz[b,i,j,f]·W[u,v,c,f]
 *   K4  dW[u,v,c,f] = Σ_{b,i,j} x[b,p,c]·dz[b,i,j,f]
 *   K5  dbias = Σ_{b,i,j} dz
 * W `kernel` [kh, kw, C/groups, F], bias [F], sᵥ sₕ `stride`, dᵥ dₕ `dilation`, top left `padding`. Cached: x (K4), and z and
 * its activation where there is one. Derivation: docs/convolution.md.
 */
import type { ActivationKind, Tensor, Window } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import type { Shape } from '../tensor.js';
import { activationDefaults, headOf, requireActivation } from './activation.js';
import { checkOptions, requireCount } from '../checks.js';
import { Layer, checkedInitializer, commonNames, dOutput, initializerName } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, JsonObject, LayerHead, NoTensors, ParameterSpec, Run } from './layer.js';
import type { OptionNames } from '../checks.js';
import { copyEntries } from '../copies.js';
import { fromImage, masksUnder, placesOf, realSteps, toImage, windowAxes, windowOver } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair, WindowAxis } from './window.js';
import type { TimeMask } from './timeMask.js';

interface ConvolutionOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends CommonOptions {
  /** Channels of the output, F. */
  filters: number;
  /** Taps of the window: a number or, in two dimensions, [height, width]. */
  kernelSize: Size;
  /** Default 1. */
  stride?: Size | undefined;
  /** Default 'valid'. */
  padding?: Padding | undefined;
  /** Distance between taps. Default 1. */
  dilation?: Size | undefined;
  /** Channels and filters fall into so many groups that do not see each other. Default 1. */
  groups?: number | undefined;
  /** Default 'linear'. */
  activation?: ActivationKind | undefined;
  /** Default true. */
  useBias?: boolean | undefined;
  /** Default 'glorotUniform'; 'heNormal' suits relu. */
  kernelInitializer?: Initializer | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

export type Conv2DOptions = ConvolutionOptions<Pair, Padding2D>;
export type Conv1DOptions = ConvolutionOptions<number, Padding1D>;

const optionNames: OptionNames<Conv1DOptions | Conv2DOptions> = {
  ...commonNames, filters: true, kernelSize: true, stride: true, padding: true, dilation: true, groups: true, activation: true, useBias: 'flag',
  kernelInitializer: true, biasInitializer: true,
};

type ConvolutionParams = { kernel: Tensor; bias?: Tensor };
interface ConvolutionCache { readonly x: Tensor; readonly z: Tensor; readonly y: Tensor; readonly window: Window }

abstract class Convolution<Options extends Conv1DOptions | Conv2DOptions> extends Layer<ConvolutionParams, NoTensors, ConvolutionCache> {
  override readonly families = ['convolution'] as const;
  readonly filters: number;
  readonly groups: number;
  readonly activation: ActivationKind;
  readonly useBias: boolean;
  private readonly axisCount: AxisCount;
  private readonly axes: readonly WindowAxis[];
  private readonly options: Options;
  private readonly kernelInitializer: Initializer;
  private readonly biasInitializer: Initializer;

  /** The same layer with other options. */
  protected abstract like(options: Options): AnyLayer;

  constructor(label: string, axisCount: AxisCount, options: Options) {
    super(checkOptions<Conv1DOptions | Conv2DOptions>(label, options, optionNames));
    this.options = copyEntries(options);
    const { filters, kernelSize, stride = 1, padding = 'valid', dilation = 1, groups = 1 } = this.options;
    this.axisCount = axisCount;
    this.filters = filters;
    this.groups = groups;
    this.activation = requireActivation(label, options.activation ?? 'linear');
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = checkedInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = checkedInitializer(options.biasInitializer ?? 'zeros');
    this.axes = windowAxes(label, 'kernelSize', axisCount, { size: kernelSize, stride, dilation, padding });
    requireCount(label, 'filters', filters);
    requireCount(label, 'groups', groups);
  }

  override config(): JsonObject {
    const { kernelSize, stride = 1, padding = 'valid', dilation = 1 } = this.options;
    return {
      filters: this.filters, kernelSize, stride, padding, dilation, groups: this.groups, activation: this.activation, useBias: this.useBias,
      kernelInitializer: initializerName(this.kernelInitializer), biasInitializer: initializerName(this.biasInitializer),
    };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    const places = placesOf(this.label(), this.axisCount, this.axes, x);
    const channels = x.at(-1) ?? 0;
    if (channels % this.groups !== 0 || this.filters % this.groups !== 0) {
      throw new ShapeError({
        operation: this.label(), argument: 'groups', expected: `a divisor of the ${channels} channels that come in and of the ${this.filters} filters`,
        actual: String(this.groups), hint: 'For one filter a channel (depthwise) set groups and filters to the number of channels.',
      });
    }
    return [[...places, this.filters]];
  }

  override head(): LayerHead | undefined {
    return headOf(this.activation, (name) => this.like({ ...this.options, activation: 'linear', name }));
  }

  override parameters(inputs: readonly Shape[]): { kernel: ParameterSpec; bias?: ParameterSpec } {
    const channels = this.single(inputs).at(-1) ?? 0;
    const kernel = { shape: [...this.axes.map(({ taps }) => taps), channels / this.groups, this.filters], initializer: this.kernelInitializer };
    return this.useBias ? { kernel, bias: { shape: [this.filters], initializer: this.biasInitializer } } : { kernel };
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return masksUnder(this.axes, inputs);
  }

  override forward({ k, mask }: Run, p: ConvolutionParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, ConvolutionCache> {
    const input = realSteps(k, this.axisCount, this.single(inputs), mask);
    const window = windowOver(this.axes, input);
    const x = toImage(k, input);
    const product = k.conv2d(x, this.asKernel(k, p.kernel), window, this.groups); // K1
    const z = p.bias ? k.addRow(product, p.bias) : product; // K2
    const y = this.activation === 'linear' ? z : k.activate(this.activation, z, activationDefaults(this.activation));
    return { outputs: [fromImage(k, this.axisCount, y)], cache: { x, z, y, window } };
  }

  override backward(
    { k, mask, inputGradient, frozen }: Run, p: ConvolutionParams, { x, z, y, window }: ConvolutionCache, dOutputs: readonly (Tensor | undefined)[],
    grads: ConvolutionParams,
  ): Tensor[] {
    const dy = toImage(k, dOutput(k, dOutputs, y));
    const dz = this.activation === 'linear' ? dy : k.activateBackward(this.activation, z, y, dy, activationDefaults(this.activation));
    if (!frozen) {
      const dKernel = k.conv2dKernelTo(this.asKernel(k, grads.kernel), x, dz, window, this.groups); // K4
      grads.kernel = k.reshape(dKernel, grads.kernel.shape);
      if (grads.bias) grads.bias = k.sumRowsTo(grads.bias, dz); // K5
    }
    if (inputGradient === false) return [];
    const dx = k.conv2dBackward(dz, this.asKernel(k, p.kernel), x.shape, window, this.groups); // K3
    return [realSteps(k, this.axisCount, fromImage(k, this.axisCount, dx), mask)];
  }

  /** A kernel over time [k, C/groups, F] is one over images of height 1. */
  private asKernel(k: Run['k'], kernel: Tensor): Tensor {
    return this.axisCount === 2 ? kernel : k.reshape(kernel, [1, ...kernel.shape]);
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
