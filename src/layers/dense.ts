/**
 * A fully connected layer on the last axis.
 *   D1  y = x·W + b
 *   D2  dW = Σ xᵀ·dy,  db = Σ dy
 *   D3  dx = dy·Wᵀ
 */
import type { ActivationKind, Tensor } from '../backend.js';
import type { Initializer } from '../initializers.js';
import type { Shape } from '../tensor.js';
import { headOf } from './activation.js';
import { activationDefaults, requireActivation } from './activationKinds.js';
import { checkOptions, requireCount } from '../checks.js';
import { denseForward, denseShapes, denseWeightShapes } from './denseForward.js';
import type { DenseParams } from './denseForward.js';
import { Layer, checkedInitializer, commonNames, dOutput, initializerName, startedAs } from './layer.js';
import type { CommonOptions, Forward, JsonObject, LayerHead, NoTensors, ParameterSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';
import type { OptionNames } from '../checks.js';

export interface DenseOptions extends CommonOptions, RuleOptions<'kernel' | 'bias'> {
  /** Width of the output. */
  units: number;
  /** Default 'linear'. */
  activation?: ActivationKind | undefined;
  /** Default true. */
  useBias?: boolean | undefined;
  /** Default 'glorotUniform'. */
  kernelInitializer?: Initializer | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

const optionNames: OptionNames<DenseOptions> = {
  ...commonNames, ...ruleNames('kernel', 'bias'), units: true, activation: true, useBias: 'flag', kernelInitializer: true, biasInitializer: true,
};

interface DenseCache { readonly x: Tensor; readonly z: Tensor; readonly y: Tensor; readonly inputShape: Shape }

/** x [B, …, D] → [B, …, units]. Weights: kernel [D, units], bias [units]. */
export class Dense extends Layer<DenseParams, NoTensors, DenseCache> {
  override readonly kind = 'dense';
  override readonly className = 'Dense';
  readonly units: number;
  readonly activation: ActivationKind;
  readonly useBias: boolean;
  private readonly kernelInitializer: Initializer;
  private readonly biasInitializer: Initializer;

  constructor(options: DenseOptions) {
    super(checkOptions('Dense', options, optionNames));
    this.units = options.units;
    this.activation = requireActivation('Dense', options.activation ?? 'linear');
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = checkedInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = checkedInitializer(options.biasInitializer ?? 'zeros');
    requireCount('Dense', 'units', this.units);
  }

  override config(): JsonObject {
    return {
      units: this.units, activation: this.activation, useBias: this.useBias,
      kernelInitializer: initializerName(this.kernelInitializer), biasInitializer: initializerName(this.biasInitializer),
    };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return denseShapes(this.label(), this.units, inputs);
  }

  override head(): LayerHead | undefined {
    return headOf(this.activation, (name) => new Dense({ units: this.units, useBias: this.useBias, name }));
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override parameters(inputs: readonly Shape[]): { kernel: ParameterSpec; bias?: ParameterSpec } {
    return startedAs(denseWeightShapes(this, this.single(inputs)), { kernel: this.kernelInitializer, bias: this.biasInitializer });
  }

  override forward({ k }: Run, p: DenseParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, DenseCache> {
    const input = this.single(inputs);
    const { output, ...cache } = denseForward(k, p, input, this); // D1
    return { outputs: [output], cache: { ...cache, inputShape: input.shape } };
  }

  override backward({ k, inputGradient, frozen }: Run, p: DenseParams, cache: DenseCache, dOutputs: readonly (Tensor | undefined)[], grads: DenseParams): Tensor[] {
    const dy = k.reshape(dOutput(k, dOutputs, cache.y), cache.y.shape);
    const dz = this.activation === 'linear'
      ? dy
      : k.activateBackward(this.activation, cache.z, cache.y, dy, activationDefaults(this.activation));
    if (!frozen) {
      grads.kernel = k.matmulTo('tn', grads.kernel, cache.x, dz); // D2
      if (grads.bias) grads.bias = k.sumRowsTo(grads.bias, dz); // D2
    }
    if (inputGradient === false) return [];
    const dx = k.matmul('nt', dz, p.kernel); // D3
    return [k.reshape(dx, cache.inputShape)];
  }
}
