/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016). Per row of N features:
 *   N1  μ = mean x
 *   N2  s = 1/√(mean (x−μ)² + ε)
 *   N3  x̂ = (x−μ)·s,  y = γ⊙x̂ + β
 *   N4  dγ = Σ dy⊙x̂
 *   N5  dβ = Σ dy
 *   N6  dx = s·(dx̂ − mean dx̂ − x̂·mean(dx̂⊙x̂)),  dx̂ = γ⊙dy
 * Batch normalisation (batchNorm.ts) has the same equations with the means taken over rows instead, group normalisation
 * (groupNorm.ts) over the steps or pixels of one sample and some of its channels. Derivation: docs/layers.md.
 */
import type { NormForward, Tensor } from '../backend.js';
import { dOutput } from './layer.js';
import type { Forward, NoTensors, Run } from './layer.js';
import { Normalization, normNames } from './normalization.js';
import type { NormOptions, NormParams } from './normalization.js';

export type LayerNormOptions = NormOptions;

interface LayerNormCache { readonly x: Tensor; readonly forward: NormForward }

/** Shape unchanged. Weights: gamma [N] (ones), beta [N] (zeros), unless `scale` or `center` is false. */
export class LayerNorm extends Normalization<NoTensors, LayerNormCache> {
  override readonly kind = 'layer_norm';
  override readonly className = 'LayerNorm';
  override readonly families = ['norms'] as const;

  constructor(options: LayerNormOptions = {}) {
    super('LayerNorm', options, normNames);
  }

  override forward({ k }: Run, p: NormParams, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, LayerNormCache> {
    const x = this.single(inputs);
    const { gamma, beta } = this.affine(k, x, p);
    const forward = k.layerNorm(x, gamma, beta, this.epsilon); // N1–N3
    return { outputs: [forward.y], cache: { x, forward } };
  }

  override backward({ k }: Run, p: NormParams, { x, forward }: LayerNormCache, dOutputs: readonly (Tensor | undefined)[], grads: NormParams): Tensor[] {
    const { gamma } = this.affine(k, x, p);
    const step = k.layerNormBackward(x, forward, gamma, dOutput(k, dOutputs, forward.y), ...this.targets(k, x, grads)); // N4–N6
    this.keep(grads, step);
    return [step.dx];
  }
}
