/** Penalties on weights: what they add to the loss of a step, and to its gradients. */
import type { Kernels, Tensor } from '../../backend.js';
import type { WeightSpec } from './network.js';

/** [1], all penalties on these weights; undefined where there are none. @param weight by key. */
export function penaltyOn(k: Kernels, specs: readonly WeightSpec[], weight: (key: string) => Tensor): Tensor | undefined {
  const penalties = specs.flatMap(({ key, regularizer }) => (regularizer ? [regularizer.penalty(k, weight(key))] : []));
  return penalties.length > 0 ? penalties.reduce((sum, penalty) => k.add(sum, penalty)) : undefined;
}

/** Adds their gradients. @param gradients by key, replaced. */
export function addPenaltyGradients(k: Kernels, specs: readonly WeightSpec[], weight: (key: string) => Tensor, gradients: Map<string, Tensor>): void {
  for (const { key, regularizer } of specs) {
    const gradient = gradients.get(key);
    if (regularizer && gradient) gradients.set(key, regularizer.gradientTo(k, gradient, weight(key)));
  }
}
