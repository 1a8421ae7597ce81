/**
 * Penalties on weights: part of the loss, so that large weights have to be worth it. As Keras writes them, without a half:
 *   O1  R = λ₁·Σ|w| + λ₂·Σw², added to the loss
 *   O2  ∂R/∂w = λ₁·sign w + 2·λ₂·w, added to the gradient
 * Derivation, and how it differs from weight decay: docs/optimizers.md.
 */
import type { KernelFamily, Kernels, Tensor } from './backend.js';
import { checkOptions, requireNumber } from './checks.js';
import type { JsonObject } from './json.js';
import type { Regularizer } from './layers/weightRules.js';

export interface L1L2Options {
  /** λ₁ of O1. Default 0. */
  readonly l1?: number | undefined;
  /** λ₂ of O1. Default 0. */
  readonly l2?: number | undefined;
}

export class L1L2 implements Regularizer {
  readonly className = 'L1L2';
  readonly families: readonly KernelFamily[];
  readonly l1: number;
  readonly l2: number;

  constructor(options: L1L2Options) {
    const { l1: first = 0, l2: second = 0 } = checkOptions('l1l2', options, { l1: true, l2: true });
    for (const [argument, factor] of Object.entries({ l1: first, l2: second })) {
      requireNumber('l1l2', argument, factor, factor >= 0 && factor < Infinity, 'a finite number of at least 0');
    }
    this.l1 = first;
    this.l2 = second;
    this.families = first > 0 ? ['pointwise'] : [];
  }

  config(): JsonObject {
    return { l1: this.l1, l2: this.l2 };
  }

  penalty(k: Kernels, w: Tensor): Tensor {
    const squares = (x: Tensor, factor: number): Tensor => k.scale(k.sumSquares([x]), factor);
    // Σ|w| as a sum of squares, which every backend adds up in parts.
    const parts = [...(this.l1 > 0 ? [squares(k.sqrt(k.abs(w)), this.l1)] : []), ...(this.l2 > 0 ? [squares(w, this.l2)] : [])]; // O1
    const [sum, other] = parts;
    return sum && other ? k.add(sum, other) : sum ?? k.zeros([1]);
  }

  gradientTo(k: Kernels, target: Tensor, w: Tensor): Tensor {
    const once = this.l1 > 0 ? k.addTo(target, k.scale(k.sign(w), this.l1)) : target; // O2
    return this.l2 > 0 ? k.addTo(once, k.scale(w, 2 * this.l2)) : once; // O2
  }
}

/** λ·Σ|w|. @param factor λ. Default 0.01. */
export function l1(factor = 0.01): Regularizer {
  return new L1L2({ l1: factor });
}

/** λ·Σw². PyTorch's `weight_decay` of SGD is 2·λ. @param factor λ. Default 0.01. */
export function l2(factor = 0.01): Regularizer {
  return new L1L2({ l2: factor });
}

/** Both. @throws ArgumentError for a factor that is no finite number of at least 0. */
export function l1l2(options: L1L2Options): Regularizer {
  return new L1L2(options);
}
