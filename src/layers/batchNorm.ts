/**
 * Batch normalisation (Ioffe & Szegedy 2015) of the last axis over all others: batch and, for sequences, time, for images
 * [B, H, W, C], the pixels, so that each channel has one mean and one variance.
 * Equations N1–N6 of layerNorm.ts with means over rows; the batch variance is the biased one, in the forward pass and,
 * as in Keras, in the running statistics (PyTorch's running variance is the unbiased one).
 *   N7  running ← momentum·running + (1−momentum)·batch statistic
 * Padded steps of masked sequences are left out: countedNorm.ts. At inference the running statistics are constants: N3 with them, and N6 without the two mean terms.
 */
import type { NormForward, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { countedNormBackward, countedNormForward, keptIfNone } from './countedNorm.js';
import type { CountedNorm } from './countedNorm.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, ParameterSpec, Run, StateSpec } from './layer.js';
import type { TimeMask } from './timeMask.js';

export interface BatchNormOptions extends CommonOptions {
  /** Share of the running statistics kept at each step. Default 0.99 (Keras; PyTorch's 0.1 is 0.9 here). */
  momentum?: number | undefined;
  /** Added to the variance under the root. Default 1e-3. */
  epsilon?: number | undefined;
}

const optionNames: OptionNames<BatchNormOptions> = { ...commonNames, momentum: true, epsilon: true };

type NormParams = { gamma: Tensor; beta: Tensor };
type NormStates = { movingMean: Tensor; movingVariance: Tensor };
interface BatchNormCache { readonly x: Tensor; readonly forward: NormForward; readonly counted?: CountedNorm }

/**
 * Shape unchanged. Weights: gamma, beta [N] (trained), movingMean, movingVariance [N] (not trained). The statistics are over all
 * axes but the last, without the padded steps of masked sequences.
 */
export class BatchNorm extends Layer<NormParams, NormStates, BatchNormCache> {
  override readonly kind = 'batch_norm';
  override readonly className = 'BatchNorm';
  override readonly families = ['norms'] as const;
  readonly momentum: number;
  readonly epsilon: number;

  constructor(options: BatchNormOptions = {}) {
    super(checkOptions('BatchNorm', options, optionNames));
    this.momentum = options.momentum ?? 0.99;
    this.epsilon = options.epsilon ?? 1e-3;
    if (!(this.momentum >= 0 && this.momentum <= 1)) {
      throw new ArgumentError({ operation: 'BatchNorm', argument: 'momentum', expected: 'a number in [0, 1]', actual: String(this.momentum) });
    }
    if (!(this.epsilon > 0)) {
      throw new ArgumentError({ operation: 'BatchNorm', argument: 'epsilon', expected: 'a positive number', actual: String(this.epsilon) });
    }
  }

  override config(): JsonObject {
    return { momentum: this.momentum, epsilon: this.epsilon };
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

  override states(inputs: readonly Shape[]): { movingMean: StateSpec; movingVariance: StateSpec } {
    const shape = [this.single(inputs).at(-1) ?? 1];
    return {
      movingMean: { shape, initializer: 'zeros', kind: 'weight' }, movingVariance: { shape, initializer: 'ones', kind: 'weight' },
    };
  }

  override forward({ k, training, frozen, mask, samples }: Run, p: NormParams, s: NormStates, inputs: readonly Tensor[]): Forward<NormStates, BatchNormCache> {
    const x = this.single(inputs);
    if (!training || frozen) {
      const forward = k.batchNormInference(x, p.gamma, p.beta, s.movingMean, s.movingVariance, this.epsilon); // N2, N3
      return { outputs: [forward.y], cache: { x, forward } };
    }
    const rows = mask ?? samples;
    if (rows) {
      const counted = countedNormForward(k, x, p.gamma, p.beta, rows, this.epsilon); // N8, N2, N3
      const { forward, weights, variance } = counted;
      const moved = (running: Tensor, observed: Tensor): Tensor => keptIfNone(k, weights, k.movingAverage(running, observed, this.momentum), running);
      const states = { movingMean: moved(s.movingMean, forward.mean), movingVariance: moved(s.movingVariance, variance) }; // N7
      return { outputs: [forward.y], cache: { x, forward, counted }, states };
    }
    const forward = k.batchNorm(x, p.gamma, p.beta, this.epsilon); // N1–N3
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
    if (counted) {
      const { dx, dGamma, dBeta } = countedNormBackward(k, x, counted, p.gamma, dy, this.epsilon); // N4, N5, N9
      grads.gamma = k.addTo(grads.gamma, dGamma);
      grads.beta = k.addTo(grads.beta, dBeta);
      return [dx];
    }
    const step = training && !frozen
      ? k.batchNormBackward(x, forward, p.gamma, dy, grads.gamma, grads.beta) // N4–N6
      : k.batchNormInferenceBackward(x, forward, p.gamma, dy, grads.gamma, grads.beta);
    grads.gamma = step.dGamma;
    grads.beta = step.dBeta;
    return [step.dx];
  }
}
