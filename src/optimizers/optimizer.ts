/**
 * What an optimiser is: constants, the names of its state tensors, and one update written with a kernel. It holds no
 * state itself; the model keeps the state tensors and the step count, so an optimiser value may be shared.
 *
 * Clipping, before the update:
 *   C1  g ← g·min(1, limit/‖g‖), ‖g‖ over all gradients of the model   (global norm; Pascanu et al. 2013)
 *   C2  g ← max(−limit, min(limit, g))                                  (by value)
 *   C3  as C1, ‖g‖ over each weight tensor by itself
 * Decoupled weight decay λ, of every optimiser (Loshchilov & Hutter 2019):
 *   S4  p ← p − η·λ·p, before the step
 * Derivations: docs/optimizers.md.
 */
import type { KernelFamily, Kernels, Tensor, UpdateInputs } from '../backend.js';
import { requireNotNegative, requireNumber } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { copyOf } from '../copies.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject, JsonValue } from '../layers/layer.js';
import { checkExclusions, requireExclusionList } from './decay.js';
import { checkLearningRate } from './schedules.js';
import type { LearningRate } from './schedules.js';

export interface OptimizerOptions {
  /** A number, a schedule (piecewise, exponential, inverseTime, polynomial, cosine, cosineRestarts, warmUp), or a function of {@link Progress}. */
  learningRate?: LearningRate | undefined;
  /** Scale all gradients so that their joint norm is at most this. Default: no clipping. */
  globalClipNorm?: number | undefined;
  /** Scale the gradient of each weight tensor so that its own norm is at most this. Not with globalClipNorm. Default: no clipping. */
  clipNorm?: number | undefined;
  /** Cut each gradient entry to ± this, after the norms. Default: no cut. */
  clipValue?: number | undefined;
  /** Decoupled weight decay λ: each step takes η·λ·p off p, besides the update. Default 0; of AdamW 0.004. */
  weightDecay?: number | undefined;
  /**
   * Weights that do not decay: by name in any layer, `'bias'`, or by key, `'layer_norm/gamma'`; `*` stands for any letters,
   * `'layer_norm/*'`. `compile` refuses one that means no weight of the model. Default: none.
   */
  excludeFromDecay?: readonly string[] | undefined;
}

export const optimizerNames: OptionNames<OptimizerOptions> = {
  learningRate: true, globalClipNorm: true, clipNorm: true, clipValue: true, weightDecay: true, excludeFromDecay: true,
};

export type Slots = { readonly [slot: string]: Tensor };

export abstract class Optimizer {
  abstract readonly className: string;
  /** State tensors per parameter, all starting at zero. */
  abstract readonly slotNames: readonly string[];
  /** What `update` calls beside the core of the kernels. Empty unless given. */
  readonly families: readonly KernelFamily[] = [];
  readonly learningRate: LearningRate;
  readonly globalClipNorm: number | undefined;
  readonly clipNorm: number | undefined;
  readonly clipValue: number | undefined;
  readonly weightDecay: number;
  readonly excludeFromDecay: readonly string[];

  /** @param label of the class in messages; minifiers rename classes. @param options known by name. */
  constructor(label: string, options: OptimizerOptions, defaultRate: number, defaultDecay = 0) {
    this.learningRate = copyOf(options.learningRate ?? defaultRate);
    this.globalClipNorm = options.globalClipNorm;
    this.clipNorm = options.clipNorm;
    this.clipValue = options.clipValue;
    this.weightDecay = options.weightDecay ?? defaultDecay;
    this.excludeFromDecay = requireExclusionList(label, options.excludeFromDecay ?? []);
    checkLearningRate(label, this.learningRate);
    for (const argument of ['globalClipNorm', 'clipNorm', 'clipValue'] as const) {
      const value = this[argument];
      if (value !== undefined) requireNumber(label, argument, value, value > 0, 'a positive number');
    }
    if (this.clipNorm !== undefined && this.globalClipNorm !== undefined) {
      throw new ArgumentError({ operation: label, argument: 'clipNorm', expected: 'given without globalClipNorm', actual: 'both' });
    }
    requireNotNegative(label, 'weightDecay', this.weightDecay);
    checkExclusions(label, this.excludeFromDecay, this.weightDecay);
  }

  /** Numbers that change with the step, counted from 1; they reach `update` as a tensor. */
  scalars(_step: number): number[] {
    return [];
  }

  /** New values of one parameter and its slots. */
  abstract update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots };

  /** The options as JSON; a learning rate that is a function is null. */
  config(): JsonObject {
    const { learningRate } = this;
    return {
      learningRate: typeof learningRate === 'function' ? null : (learningRate as JsonValue), globalClipNorm: this.globalClipNorm, clipNorm: this.clipNorm,
      clipValue: this.clipValue, weightDecay: this.weightDecay, excludeFromDecay: this.excludeFromDecay,
    };
  }
}

export function requireFraction(operation: string, argument: string, value: number): void {
  requireNumber(operation, argument, value, value >= 0 && value < 1, 'a number in [0, 1)');
}

/** A slot the model must have made. */
export function slot(slots: Slots, name: string): Tensor {
  const tensor = slots[name];
  if (!tensor) throw new ArgumentError({ operation: 'optimizer', argument: `slot '${name}'`, expected: 'present', actual: 'missing' });
  return tensor;
}
