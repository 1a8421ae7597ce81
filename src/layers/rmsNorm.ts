/**
 * Root mean square normalisation over the last axis (Zhang & Sennrich 2019): layer normalisation with μ = 0 and without β.
 *   N10  s = 1/√(mean x² + ε),  x̂ = x·s,  y = γ⊙x̂
 *   N11  dx = s·(dx̂ − x̂·mean(dx̂⊙x̂)),  dx̂ = γ⊙dy
 * dγ is N4 of layerNorm.ts. Derivation: docs/layers.md.
 */
import type { NormForward, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, Run } from './layer.js';
import { Normalization, normNames } from './normalization.js';
import type { NormParams } from './normalization.js';

export interface RMSNormOptions extends CommonOptions {
  /** Added to the mean square under the root. Default 1e-6, Keras's (PyTorch: the ε of the number type). */
  epsilon?: number | undefined;
  /** Whether there is a γ. Default true. */
  scale?: boolean | undefined;
}

const optionNames: OptionNames<RMSNormOptions> = { ...commonNames, epsilon: true, scale: 'flag' };

interface RMSNormCache { readonly x: Tensor; readonly forward: NormForward }

/** Shape unchanged. Weight: gamma [N] (ones), unless `scale` is false. */
export class RMSNorm extends Normalization<NoTensors, RMSNormCache> {
  override readonly kind = 'rms_norm';
  override readonly className = 'RMSNorm';
  override readonly families = ['norms'] as const;

  constructor(options: RMSNormOptions = {}) {
    super('RMSNorm', { ...checkOptions('RMSNorm', options, optionNames), center: false }, normNames, 1e-6);
  }

  override config(): JsonObject {
    return { epsilon: this.epsilon, scale: this.scale };
  }

  override forward({ k }: Run, p: NormParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, RMSNormCache> {
    const x = this.single(inputs);
    const { gamma, beta } = this.affine(k, x, p);
    const forward = k.layerNorm(x, gamma, beta, this.epsilon, false); // N10
    return { outputs: [forward.y], cache: { x, forward } };
  }

  override backward({ k }: Run, p: NormParams, { x, forward }: RMSNormCache, dOutputs: readonly (Tensor | undefined)[], grads: NormParams): Tensor[] {
    const { gamma } = this.affine(k, x, p);
    const step = k.layerNormBackward(x, forward, gamma, dOutput(k, dOutputs, forward.y), ...this.targets(k, x, grads), false); // N4, N11
    this.keep(grads, step);
    return [step.dx];
  }
}
