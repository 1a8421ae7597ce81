/** How large a model's matrix products are: what decides between a processor and a GPU. */
import { sizeOf } from '../tensor.js';
import { trainedWeights } from './network.js';
import type { Network } from './network.js';

/**
 * Floating-point operations of the largest product that one time step of one batch needs: 2 · batch · rows · columns of
 * the largest weight matrix. Products that are taken for all steps at once are larger, but steps wait for each other.
 */
export function largestProduct(network: Network, batch: number): number {
  const sizes = trainedWeights(network).filter(({ shape }) => shape.length >= 2).map(({ shape }) => sizeOf(shape));
  return 2 * batch * Math.max(0, ...sizes);
}
