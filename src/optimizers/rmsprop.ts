/**
 * RMSprop (Tieleman & Hinton 2012), with momentum, and centred (Graves 2013); η the learning rate.
 *   R1  v ← ρ·v + (1−ρ)·g²
 *   R2  s = η·g/√(v + ε), p ← p − s
 *   R3  momentum μ: u ← μ·u + s, and p ← p − u in place of p ← p − s
 *   R4  centred, in place of R1: v ← ρ·v + ρ·(1−ρ)·(g − m)²
 *   R5  m ← m + (1−ρ)·(g − m), after R4
 * ε stands under the root, as in Keras; PyTorch adds it to the root. R4 is the mean of squares less the square of the mean, v − m² of
 * Keras and PyTorch, without the subtraction, which may give less than 0 in float32. Derivation: docs/optimizers.md.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions, requireNotNegative } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from '../layers/layer.js';
import { Optimizer, optimizerNames, requireFraction, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.9. */
  rho?: number | undefined;
  /** Default 0. */
  momentum?: number | undefined;
  /** Default 1e-7. */
  epsilon?: number | undefined;
  /** Divide by the standard deviation of the gradient about its mean instead of its root mean square. Default false. */
  centered?: boolean | undefined;
}

const optionNames: OptionNames<RMSpropOptions> = { ...optimizerNames, rho: true, momentum: true, epsilon: true, centered: 'flag' };

/** learningRate default 0.001. */
export class RMSprop extends Optimizer {
  override readonly className = 'RMSprop';
  override readonly families = ['updates'] as const;
  override readonly slotNames: readonly string[];
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;

  constructor(options: RMSpropOptions = {}) {
    super('RMSprop', checkOptions('RMSprop', options, optionNames), 0.001);
    this.rho = options.rho ?? 0.9;
    this.momentum = options.momentum ?? 0;
    this.epsilon = options.epsilon ?? 1e-7;
    this.centered = options.centered ?? false;
    requireFraction('RMSprop', 'rho', this.rho);
    requireFraction('RMSprop', 'momentum', this.momentum);
    requireNotNegative('RMSprop', 'epsilon', this.epsilon);
    this.slotNames = ['v', ...(this.centered ? ['mean'] : []), ...(this.momentum > 0 ? ['velocity'] : [])];
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, _scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    const { v, mean, velocity } = slots;
    const next = k.rmsprop(p, g, { v: v ?? slot(slots, 'v'), mean, velocity }, inputs, this.rho, this.momentum, this.epsilon); // R1–R5
    return { p: next.p, slots: { v: next.v, ...(next.mean ? { mean: next.mean } : {}), ...(next.velocity ? { velocity: next.velocity } : {}) } };
  }

  override config(): JsonObject {
    return { ...super.config(), rho: this.rho, momentum: this.momentum, epsilon: this.epsilon, centered: this.centered };
  }
}
