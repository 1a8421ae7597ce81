/**
 * Batch normalisation (Ioffe & Szegedy 2015) of the last axis over all others: batch and, for sequences, time, for images
 * [B, H, W, C], the pixels, so that each channel has one mean and one variance.
 * Equations N1–N6 of layerNorm.ts with means over rows; the batch variance is the biased one, in the forward pass and,
 * as in Keras, in the running statistics (PyTorch's running variance is the unbiased one).
 *   N7  running ← momentum·running + (1−momentum)·batch statistic
 * Padded steps of masked sequences are left out: countedNorm.ts. At inference the running statistics are constants: N3 with them, and N6 without the two mean terms.
 */
import type { NormForward, Tensor } from '../backend.js';
import { checkOptions, requireNumber } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Shape } from '../tensor.js';
import { countedNormBackward, countedNormForward, keptIfNone } from './countedNorm.js';
import type { CountedNorm } from './countedNorm.js';
import { dOutput } from './layer.js';
import type { Forward, JsonObject, Run, StateSpec } from './layer.js';
import { Normalization, normNames } from './normalization.js';
import type { NormOptions, NormParams } from './normalization.js';

export interface BatchNormOptions extends NormOptions {
  /** Share of the running statistics kept at each step. Default 0.99 (Keras; PyTorch's 0.1 is 0.9 here). */
  momentum?: number | undefined;
}

const optionNames: OptionNames<BatchNormOptions> = { ...normNames, momentum: true };

type NormStates = { movingMean: Tensor; movingVariance: Tensor };
interface BatchNormCache { readonly x: Tensor; readonly forward: NormForward; readonly counted?: CountedNorm }

/**
 * Shape unchanged. Weights: gamma, beta [N] (trained, unless `scale` or `center` is false), movingMean, movingVariance [N] (not trained). The statistics are over all
 * axes but the last, without the padded steps of masked sequences.
 */
export class BatchNorm extends Normalization<NormStates, BatchNormCache> {
  override readonly kind = 'batch_norm';
  override readonly className = 'BatchNorm';
  override readonly families = ['norms'] as const;
  readonly momentum: number;

  constructor(options: BatchNormOptions = {}) {
    super('BatchNorm', checkOptions('BatchNorm', options, optionNames), optionNames);
    this.momentum = options.momentum ?? 0.99;
    requireNumber('BatchNorm', 'momentum', this.momentum, this.momentum >= 0 && this.momentum <= 1, 'a number in [0, 1]');
  }

  override config(): JsonObject {
    return { ...super.config(), momentum: this.momentum };
  }

  override states(inputs: readonly Shape[]): { movingMean: StateSpec; movingVariance: StateSpec } {
    const shape = [this.single(inputs).at(-1) ?? 1];
    return {
      movingMean: { shape, initializer: 'zeros', kind: 'weight' }, movingVariance: { shape, initializer: 'ones', kind: 'weight' },
    };
  }

  override forward({ k, training, frozen, mask, samples }: Run, p: NormParams, s: NormStates, inputs: readonly Tensor[]): Forward<NormStates, BatchNormCache> {
    const x = this.single(inputs);
    const { gamma, beta } = this.affine(k, x, p);
    if (!training || frozen) {
      const forward = k.batchNormInference(x, gamma, beta, s.movingMean, s.movingVariance, this.epsilon); // N2, N3
      return { outputs: [forward.y], cache: { x, forward } };
    }
    const rows = mask ?? samples;
    if (rows) {
      const counted = countedNormForward(k, x, gamma, beta, rows, this.epsilon); // N8, N2, N3
      const { forward, weights, variance } = counted;
      const moved = (running: Tensor, observed: Tensor): Tensor => keptIfNone(k, weights, k.movingAverage(running, observed, this.momentum), running);
      const states = { movingMean: moved(s.movingMean, forward.mean), movingVariance: moved(s.movingVariance, variance) }; // N7
      return { outputs: [forward.y], cache: { x, forward, counted }, states };
    }
    const forward = k.batchNorm(x, gamma, beta, this.epsilon); // N1–N3
    const states = {
      movingMean: k.movingAverage(s.movingMean, forward.mean, this.momentum), // N7
      movingVariance: k.movingAverage(s.movingVariance, forward.variance, this.momentum), // N7
    };
    return { outputs: [forward.y], cache: { x, forward }, states };
  }

  override backward(
    { k, training, frozen }: Run, p: NormParams, { x, forward, counted }: BatchNormCache, dOutputs: readonly (Tensor | undefined)[], grads: NormParams,
  ): Tensor[] {
    const dy = dOutput(k, dOutputs, forward.y);
    const { gamma } = this.affine(k, x, p);
    const [dGamma, dBeta] = this.targets(k, x, grads);
    if (counted) {
      const step = countedNormBackward(k, x, counted, gamma, dy, this.epsilon); // N4, N5, N9
      this.keep(grads, { dGamma: k.addTo(dGamma, step.dGamma), dBeta: k.addTo(dBeta, step.dBeta) });
      return [step.dx];
    }
    const step = training && !frozen
      ? k.batchNormBackward(x, forward, gamma, dy, dGamma, dBeta) // N4–N6
      : k.batchNormInferenceBackward(x, forward, gamma, dy, dGamma, dBeta);
    this.keep(grads, step);
    return [step.dx];
  }
}
