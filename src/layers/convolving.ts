/**
 * What all convolutions share: windows as options, bias, activation, masks, configuration.
 *
 * y, a sum over windows as the layer makes it:
 *   K2  z = y + bias
 *   K5  dbias = Σ_{b,i,j} dz
 * Then the activation φ(z), with dz = dy ⊙ φ′. Sequences are images of height 1. Derivation: docs/convolution.md.
 */
import type { ActivationKind, Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { copyEntries } from '../copies.js';
import type { Initializer } from '../initializers.js';
import type { Shape } from '../tensor.js';
import { headOf } from './activation.js';
import { activationDefaults, requireActivation } from './activationKinds.js';
import { Layer, checkedInitializer, commonNames, dOutput, initializerName } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, JsonObject, LayerHead, NoTensors, ParameterSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';
import { fromImage, masksUnder, placesOf, realSteps, toImage, windowAxes } from './window.js';
import type { AxisCount, Padding1D, Padding2D, Pair, WindowAxis } from './window.js';

export interface ConvolvingOptions<Size extends Pair, Padding extends Padding1D | Padding2D> extends CommonOptions, RuleOptions<'bias'> {
  /** Taps of the window: a number or, in two dimensions, [height, width]. */
  kernelSize: Size;
  /** Default 1. */
  stride?: Size | undefined;
  /** Default 'valid'. */
  padding?: Padding | undefined;
  /** Distance between taps. Default 1. */
  dilation?: Size | undefined;
  /** Default 'linear'. */
  activation?: ActivationKind | undefined;
  /** Default true. */
  useBias?: boolean | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

type AnyOptions = ConvolvingOptions<Pair, Padding1D | Padding2D>;

export const convolvingNames: OptionNames<AnyOptions> = {
  ...commonNames, ...ruleNames('bias'), kernelSize: true, stride: true, padding: true, dilation: true, activation: true, useBias: 'flag', biasInitializer: true,
};

type Biased = { bias?: Tensor };
interface Product<C> { readonly y: Tensor; readonly cache: C }
interface ConvolvingCache<C> { readonly z: Tensor; readonly y: Tensor; readonly product: C }

export abstract class Convolving<P extends Biased, Options extends AnyOptions, C> extends Layer<P, NoTensors, ConvolvingCache<C>> {
  override readonly families = ['convolution'] as const;
  readonly activation: ActivationKind;
  readonly useBias: boolean;
  protected readonly options: Options;
  /** 1 over time, 2 over images. */
  readonly axisCount: AxisCount;
  /** The window. */
  readonly axes: readonly WindowAxis[];
  private readonly biasInitializer: Initializer;

  /** @param paddings names that padding may have; default: all that there are. */
  constructor(label: string, axisCount: AxisCount, options: Options, names: OptionNames<AnyOptions>, paddings?: readonly string[]) {
    super(checkOptions<AnyOptions>(label, options, names));
    this.options = copyEntries(options);
    const { kernelSize, stride = 1, padding = 'valid', dilation = 1 } = this.options;
    this.axisCount = axisCount;
    this.activation = requireActivation(label, options.activation ?? 'linear');
    this.useBias = options.useBias ?? true;
    this.biasInitializer = checkedInitializer(options.biasInitializer ?? 'zeros');
    this.axes = windowAxes(label, 'kernelSize', axisCount, { size: kernelSize, stride, dilation, padding, named: paddings });
  }

  /** The same layer with other options. */
  protected abstract like(options: Options): AnyLayer;
  /** Channels of the output. @throws ShapeError if so many that come in do not fit. */
  protected abstract filtersFor(channels: number): number;
  /** Kernels for so many channels, in the axes of the options: without a height over time. */
  protected abstract kernels(channels: number): { [K in Exclude<keyof P, 'bias'>]: ParameterSpec };
  /** y [B, H′, W′, F] from an image. */
  protected abstract product(k: Kernels, p: P, x: Tensor): Product<C>;
  /** Adds to the gradients of the kernels, unless frozen, and returns dx, where it is wanted. */
  protected abstract productBackward(run: Run, p: P, cache: C, dz: Tensor, grads: P): Tensor | undefined;

  override config(): JsonObject {
    const { kernelSize, stride = 1, padding = 'valid', dilation = 1 } = this.options;
    return { kernelSize, stride, padding, dilation, activation: this.activation, useBias: this.useBias, biasInitializer: initializerName(this.biasInitializer) };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    const places = this.places(x);
    return [[...places, this.filtersFor(x.at(-1) ?? 0)]];
  }

  /** Sizes of the output without its channels. @throws ShapeError if the input does not fit. */
  protected places(x: Shape): readonly number[] {
    return placesOf(this.label(), this.axisCount, this.axes, x);
  }

  override head(): LayerHead | undefined {
    return headOf(this.activation, (name) => this.like({ ...this.options, activation: 'linear', name }));
  }

  override parameters(inputs: readonly Shape[]): { [K in keyof P]: ParameterSpec } {
    const channels = this.single(inputs).at(-1) ?? 0;
    const bias = { shape: [this.filtersFor(channels)], initializer: this.biasInitializer };
    return { ...this.kernels(channels), ...(this.useBias ? { bias } : {}) } as { [K in keyof P]: ParameterSpec };
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return masksUnder(this.axes, inputs);
  }

  override forward({ k, mask }: Run, p: P, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, ConvolvingCache<C>> {
    const x = realSteps(k, this.axisCount, this.single(inputs), mask);
    const { y: product, cache } = this.product(k, p, toImage(k, x));
    const z = p.bias ? k.addRow(product, p.bias) : product; // K2
    const y = this.activation === 'linear' ? z : k.activate(this.activation, z, activationDefaults(this.activation));
    return { outputs: [fromImage(k, this.axisCount, y)], cache: { z, y, product: cache } };
  }

  override backward(run: Run, p: P, { z, y, product }: ConvolvingCache<C>, dOutputs: readonly (Tensor | undefined)[], grads: P): Tensor[] {
    const { k, mask, frozen } = run;
    const dy = toImage(k, dOutput(k, dOutputs, y));
    const dz = this.activation === 'linear' ? dy : k.activateBackward(this.activation, z, y, dy, activationDefaults(this.activation));
    if (!frozen && grads.bias) grads.bias = k.sumRowsTo(grads.bias, dz); // K5
    const dx = this.productBackward(run, p, product, dz, grads);
    return dx ? [realSteps(k, this.axisCount, fromImage(k, this.axisCount, dx), mask)] : [];
  }

  /** A kernel over time [k, …] as one over images of height 1. */
  protected asKernel(k: Kernels, kernel: Tensor): Tensor {
    return this.axisCount === 2 ? kernel : k.reshape(kernel, [1, ...kernel.shape]);
  }
}

/** @throws ArgumentError for kernels' initialisers that are none. */
export function kernelInitializer(initializer: Initializer | undefined): Initializer {
  return checkedInitializer(initializer ?? 'glorotUniform');
}
