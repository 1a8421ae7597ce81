/**
 * Adam (Kingma & Ba 2015), amsgrad (Reddi, Kale & Kumar 2018), AdamW (Loshchilov & Hutter 2019); η the learning rate, t the step
 * from 1.
 *   A1  m ← β1·m + (1−β1)·g
 *   A2  v ← β2·v + (1−β2)·g²
 *   A3  α = η·√(1−β2ᵗ)/(1−β1ᵗ)
 *   A4  p ← p − α·m/(√v + ε)
 *   A5  amsgrad: v̂ ← max(v̂, v), and v̂ in place of v in A4
 *   A6  AdamW: p ← p − η·λ·p, before A4
 * ε is added to √v before the bias correction (the paper's closing remark in section 2), as in Keras; PyTorch adds it
 * after, so its ε is ours divided by √(1−β2ᵗ). Derivation: docs/adam.md.
 */
import type { Kernels, Tensor, UpdateInputs } from '../backend.js';
import { checkOptions, requireNotNegative } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { JsonObject } from '../layers/layer.js';
import { Optimizer, optimizerNames, requireFraction, slot } from './optimizer.js';
import type { OptimizerOptions, Slots } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  /** Default 0.9. */
  beta1?: number | undefined;
  /** Default 0.999. */
  beta2?: number | undefined;
  /** Default 1e-7. */
  epsilon?: number | undefined;
  /** Use the largest second moment so far. Default false. */
  amsgrad?: boolean | undefined;
}

const adamNames: OptionNames<AdamOptions> = { ...optimizerNames, beta1: true, beta2: true, epsilon: true, amsgrad: 'flag' };

/** xⁿ by squaring: products alone, which every engine rounds alike; `**` leaves the last bit to the engine. */
export function power(x: number, n: number): number {
  let result = 1;
  for (let square = x, rest = n; rest > 0; square *= square, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}

/** learningRate default 0.001. */
export class Adam extends Optimizer {
  override readonly className: string = 'Adam';
  override readonly slotNames: readonly string[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;

  constructor(options: AdamOptions = {}, label = 'Adam', defaultDecay = 0) {
    super(label, checkOptions(label, options, adamNames), 0.001, defaultDecay);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
    requireFraction(label, 'beta1', this.beta1);
    requireFraction(label, 'beta2', this.beta2);
    requireNotNegative(label, 'epsilon', this.epsilon);
    this.slotNames = this.amsgrad ? ['m', 'v', 'vMax'] : ['m', 'v'];
  }

  override scalars(step: number): number[] {
    return [1 / (1 - power(this.beta1, step)), 1 / (1 - power(this.beta2, step))]; // A3
  }

  override update(
    k: Kernels, p: Tensor, g: Tensor, slots: Slots, scalars: Tensor | undefined, inputs: UpdateInputs,
  ): { p: Tensor; slots: Slots } {
    if (!scalars) throw new ArgumentError({ operation: 'Adam', argument: 'scalars', expected: 'the bias corrections', actual: 'nothing' });
    const vMax = this.amsgrad ? slot(slots, 'vMax') : undefined;
    const next = k.adam(
      p, g, slot(slots, 'm'), slot(slots, 'v'), vMax, scalars, inputs, this.beta1, this.beta2, this.epsilon,
    ); // A1–A6
    return { p: next.p, slots: next.vMax ? { m: next.m, v: next.v, vMax: next.vMax } : { m: next.m, v: next.v } };
  }

  override config(): JsonObject {
    return { ...super.config(), beta1: this.beta1, beta2: this.beta2, epsilon: this.epsilon, amsgrad: this.amsgrad };
  }
}

/** Adam's, with another default: weightDecay is 0.004. */
export type AdamWOptions = AdamOptions;

/** Adam with decoupled weight decay. learningRate default 0.001, weightDecay default 0.004. */
export class AdamW extends Adam {
  override readonly className = 'AdamW';

  constructor(options: AdamWOptions = {}) {
    super(options, 'AdamW', 0.004);
  }
}
