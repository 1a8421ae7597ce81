/**
 * Stochastic gradient descent, η the learning rate, μ the momentum.
 *   S1  p ← p − η·g                                              (μ = 0)
 *   S2  u ← μ·u − η·g
 *   S3  p ← p + u, or p + μ·u − η·g with Nesterov's momentum     (Sutskever et al. 2013)
 * Keras's form; PyTorch keeps u/(−η) instead, which is the same while η is constant.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { Optimizer, optimizerNames, requireFraction, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface SGDOptions extends OptimizerOptions {
  /** Default 0. */
  momentum?: number | undefined;
  /** Needs a momentum. Default false. */
  nesterov?: boolean | undefined;
}

const optionNames: OptionNames<SGDOptions> = { ...optimizerNames, momentum: true, nesterov: 'flag' };

/** learningRate default 0.01. */
export class SGD extends Optimizer {
  override readonly className = 'SGD';
  override readonly slotNames: readonly string[];
  readonly momentum: number;
  readonly nesterov: boolean;

  constructor(options: SGDOptions = {}) {
    super('SGD', checkOptions('SGD', options, optionNames), 0.01);
    this.momentum = options.momentum ?? 0;
    this.nesterov = options.nesterov ?? false;
    requireFraction('SGD', 'momentum', this.momentum);
    if (this.nesterov && this.momentum === 0) {
      throw new ArgumentError({ operation: 'SGD', argument: 'nesterov', expected: 'given with a momentum', actual: 'momentum 0' });
    }
    this.slotNames = this.momentum > 0 ? ['velocity'] : [];
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, _scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    const next = k.sgd(p, g, slots.velocity, inputs, this.momentum, this.nesterov); // S1–S3
    return { p: next.p, slots: this.momentum > 0 ? { velocity: next.velocity ?? slot(slots, 'velocity') } : {} };
  }

  override config(): JsonObject {
    return { ...super.config(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
