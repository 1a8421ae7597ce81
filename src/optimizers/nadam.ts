/**
 * Nadam: Adam with Nesterov's momentum (Dozat 2016); η the learning rate, t the step from 1, m and v as A1 and A2 of adam.ts.
 *   A7  μ_t = β1·(1 − ½·0.96^(t·ψ)), Π_t = μ_1·…·μ_t, ψ the momentum decay
 *   A8  p ← p − η·(μ_{t+1}·m/(1 − Π_{t+1}) + (1 − μ_t)·g/(1 − Π_t))/(√(v/(1 − β2ᵗ)) + ε)
 * ψ is 1 in Keras and 0.004 in the paper and in PyTorch. ε is added after the correction of v, in all three: unlike Adam's.
 * Derivation: docs/optimizers.md.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions, requireNotNegative } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { power } from './adam.js';
import { Optimizer, optimizerNames, requireFraction, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface NadamOptions extends OptimizerOptions {
  /** Default 0.9. */
  beta1?: number | undefined;
  /** Default 0.999. */
  beta2?: number | undefined;
  /** Default 1e-7. */
  epsilon?: number | undefined;
  /** How fast the momentum grows from β1/2 to β1: ψ in A7. Default 1, Keras's (PyTorch: 0.004). */
  momentumDecay?: number | undefined;
}

const optionNames: OptionNames<NadamOptions> = { ...optimizerNames, beta1: true, beta2: true, epsilon: true, momentumDecay: true };

/** learningRate default 0.001. */
export class Nadam extends Optimizer {
  override readonly className = 'Nadam';
  override readonly families = ['updates'] as const;
  override readonly slotNames = ['m', 'v'];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentumDecay: number;
  private readonly base: number;

  constructor(options: NadamOptions = {}) {
    super('Nadam', checkOptions('Nadam', options, optionNames), 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.momentumDecay = options.momentumDecay ?? 1;
    requireFraction('Nadam', 'beta1', this.beta1);
    requireFraction('Nadam', 'beta2', this.beta2);
    requireNotNegative('Nadam', 'epsilon', this.epsilon);
    requireNotNegative('Nadam', 'momentumDecay', this.momentumDecay);
    this.base = this.momentumDecay === 1 ? 0.96 : 0.96 ** this.momentumDecay;
  }

  private momentum(step: number): number {
    return this.beta1 * (1 - 0.5 * power(this.base, step)); // A7
  }

  override scalars(step: number): number[] {
    let product = 1;
    for (let t = 1; t <= step && product > 1e-20; t++) product *= this.momentum(t); // A7; of less, nothing is left in 1 − Π
    const now = this.momentum(step);
    const next = this.momentum(step + 1);
    return [next / (1 - product * next), (1 - now) / (1 - product), 1 / (1 - power(this.beta2, step))]; // A8
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    if (!scalars) throw new ArgumentError({ operation: 'Nadam', argument: 'scalars', expected: 'the weights of this step', actual: 'nothing' });
    const next = k.nadam(p, g, slot(slots, 'm'), slot(slots, 'v'), scalars, inputs, this.beta1, this.beta2, this.epsilon); // A1, A2, A8
    return { p: next.p, slots: { m: next.m, v: next.v } };
  }

  override config(): JsonObject {
    return { ...super.config(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon, momentumDecay: this.momentumDecay };
  }
}
