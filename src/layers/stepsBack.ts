/**
 * Truncation counted from each loss (Williams & Peng 1990): what is said of y_t flows back through the k steps t, t−1, …, t−k+1 and no
 * further. On the way the gradient of a state is kept apart by its age a, the number of real steps that it has come back:
 *   B10  dS_t = Σ_a dS_t⁽ᵃ⁾, a = 0 … k−1;  ∂L/∂y_t joins age 0. Weights and inputs get what the step makes of the sum
 *   B11  dS_{t−1}⁽ᵃ⁺¹⁾ = cell backward of dS_t⁽ᵃ⁾ where a < k−1; what is older ends; padding passes on without ageing
 * Derivation: docs/bptt.md.
 */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Tensors } from './layer.js';

export type StepsBack = {
  /** How many steps each loss sends its gradient back, the step of the loss itself included. */
  readonly stepsBack: number;
};

const optionNames: OptionNames<StepsBack> = { stepsBack: true };

/** A copy of the option, checked. @throws ArgumentError */
export function requireTruncation(operation: string, truncate: number | StepsBack | undefined): number | StepsBack | undefined {
  if (truncate === undefined || typeof truncate === 'number') return truncate === undefined ? undefined : requireCount(operation, 'truncate', truncate);
  return { stepsBack: requireCount(operation, 'truncate.stepsBack', checkOptions(`${operation}, truncate`, truncate, optionNames).stepsBack) };
}

/** What the time loop hands over. */
export interface AgedLoop {
  readonly k: Kernels;
  readonly steps: number;
  /** k. */
  readonly stepsBack: number;
  /** ∂L/∂(last states). */
  readonly last: Tensors;
  /** ∂L/∂y_t by the name of the state that is the output. */
  said(t: number): Tensors;
  mask(t: number): Tensor | undefined;
  /** The step of the whole gradient: for the weights, the inputs and those who look on. */
  whole(t: number, dStates: Tensors): void;
  /** The step of one age alone. */
  part(t: number, dStates: Tensors): Tensors;
}

/** @returns ∂L/∂(initial states). */
export function backByAge(loop: AgedLoop): Tensors {
  const { k, steps, stepsBack, last } = loop;
  let ages: readonly Tensors[] = [last];
  for (let t = steps - 1; t >= 0; t--) {
    const arrived = ages.map((d, age) => (age === 0 ? plus(k, d, loop.said(t)) : d));
    loop.whole(t, arrived.reduce((a, b) => plus(k, a, b))); // B10
    const m = loop.mask(t);
    const next: Tensors[] = Array.from({ length: Math.min(stepsBack, arrived.length + 1) }, () => ({}));
    arrived.forEach((d, age) => {
      if (Object.values(d).every((tensor) => tensor === undefined)) return;
      if (m) next[age] = plus(k, next[age] ?? {}, scaled(k, d, m, true));
      if (age + 1 < stepsBack) next[age + 1] = plus(k, next[age + 1] ?? {}, loop.part(t, m ? scaled(k, d, m, false) : d)); // B11
    });
    ages = next;
  }
  return ages.reduce((a, b) => plus(k, a, b));
}

function plus(k: Kernels, a: Tensors, b: Tensors): Tensors {
  const sum: Tensors = { ...a };
  for (const [name, d] of Object.entries(b)) {
    const own = sum[name];
    if (d) sum[name] = own ? k.add(own, d) : d;
  }
  return sum;
}

function scaled(k: Kernels, tensors: Tensors, mask: Tensor, complement: boolean): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, d]) => [name, d && k.mulRows(d, mask, complement)]));
}
