/**
 * RMSprop (Tieleman & Hinton 2012), η the learning rate.
 *   R1  v ← ρ·v + (1−ρ)·g²
 *   R2  p ← p − η·g/√(v + ε)
 * ε stands under the root, as in Keras; PyTorch adds it to the root.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from '../layers/layer.js';
import { Optimizer, optimizerNames, requireFraction, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.9. */
  rho?: number | undefined;
  /** Default 1e-7. */
  epsilon?: number | undefined;
}

const optionNames: OptionNames<RMSpropOptions> = { ...optimizerNames, rho: true, epsilon: true };

/** learningRate default 0.001. */
export class RMSprop extends Optimizer {
  override readonly className = 'RMSprop';
  override readonly families = ['updates'] as const;
  override readonly slotNames = ['v'];
  readonly rho: number;
  readonly epsilon: number;

  constructor(options: RMSpropOptions = {}) {
    super('RMSprop', checkOptions('RMSprop', options, optionNames), 0.001);
    this.rho = options.rho ?? 0.9;
    this.epsilon = options.epsilon ?? 1e-7;
    requireFraction('RMSprop', 'rho', this.rho);
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, _scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    const next = k.rmsprop(p, g, slot(slots, 'v'), inputs, this.rho, this.epsilon); // R1, R2
    return { p: next.p, slots: { v: next.v } };
  }

  override config(): JsonObject {
    return { ...super.config(), rho: this.rho, epsilon: this.epsilon };
  }
}
