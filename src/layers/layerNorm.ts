/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016). Per row of N features:
 *   N1  μ = mean x
 *   N2  s = 1/√(mean (x−μ)² + ε)
 *   N3  x̂ = (x−μ)·s,  y = γ⊙x̂ + β
 *   N4  dγ = Σ dy⊙x̂
 *   N5  dβ = Σ dy
 *   N6  dx = s·(dx̂ − mean dx̂ − x̂·mean(dx̂⊙x̂)),  dx̂ = γ⊙dy
 * Batch normalisation (batchNorm.ts) has the same equations with the means taken over rows instead.
 */
import type { NormForward, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, ParameterSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';

export interface LayerNormOptions extends CommonOptions {
  /** Added to the variance under the root. Default 1e-3, Keras's (PyTorch: 1e-5). */
  epsilon?: number | undefined;
}

const optionNames: OptionNames<LayerNormOptions> = { ...commonNames, epsilon: true };

type NormParams = { gamma: Tensor; beta: Tensor };
interface LayerNormCache { readonly x: Tensor; readonly forward: NormForward }

/** Shape unchanged. Weights: gamma [N] (ones), beta [N] (zeros). */
export class LayerNorm extends Layer<NormParams, NoTensors, LayerNormCache> {
  override readonly kind = 'layer_norm';
  override readonly className = 'LayerNorm';
  override readonly families = ['norms'] as const;
  readonly epsilon: number;

  constructor(options: LayerNormOptions = {}) {
    super(checkOptions('LayerNorm', options, optionNames));
    this.epsilon = options.epsilon ?? 1e-3;
    if (!(this.epsilon > 0)) {
      throw new ArgumentError({ operation: 'LayerNorm', argument: 'epsilon', expected: 'a positive number', actual: String(this.epsilon) });
    }
  }

  override config(): JsonObject {
    return { epsilon: this.epsilon };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override parameters(inputs: readonly Shape[]): { gamma: ParameterSpec; beta: ParameterSpec } {
    const shape = [this.single(inputs).at(-1) ?? 1];
    return { gamma: { shape, initializer: 'ones' }, beta: { shape, initializer: 'zeros' } };
  }

  override forward({ k }: Run, p: NormParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, LayerNormCache> {
    const x = this.single(inputs);
    const forward = k.layerNorm(x, p.gamma, p.beta, this.epsilon); // N1–N3
    return { outputs: [forward.y], cache: { x, forward } };
  }

  override backward({ k }: Run, p: NormParams, { x, forward }: LayerNormCache, dOutputs: readonly (Tensor | undefined)[], grads: NormParams): Tensor[] {
    const step = k.layerNormBackward(x, forward, p.gamma, dOutput(k, dOutputs, forward.y), grads.gamma, grads.beta); // N4–N6
    grads.gamma = step.dGamma;
    grads.beta = step.dBeta;
    return [step.dx];
  }
}
