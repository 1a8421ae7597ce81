/** How large a model's products are: what decides between a processor and a GPU. */
import { sizeOf } from '../../tensor.js';
import type { Network } from './network.js';

/** Stands for a size that is left open where data have not said it: batches that are read one by one. */
const usualLength = 32;

/**
 * Floating-point operations of the largest product that a batch needs: 2 · batch · size of the weight, times the places where a
 * convolution's window lies (a transposed one has its places on the input). Of recurrent layers it is one time step: products that are taken for all steps at once are larger,
 * but steps wait for each other. A table that is looked up in is no product.
 */
export function largestProduct(network: Network, batch: number): number {
  const products = network.nodes.flatMap(({ layer, inputShapes, outputShapes }) => {
    const places = Math.min(...[inputShapes[0], outputShapes[0]].map((shape = []) => sizeOf(shape.slice(0, -1).map((size) => (Number.isNaN(size) ? usualLength : size)))));
    if (layer.inputRules(inputShapes).some((rule) => rule?.indices !== undefined)) return [];
    return Object.values(layer.parameters(inputShapes)).map((spec) => {
      const rank = spec?.shape.length ?? 0;
      return rank < 2 ? 0 : sizeOf(spec?.shape ?? []) * (rank > 2 ? places : 1); // windows: rank 3 over time, 4 over images
    });
  });
  return 2 * batch * Math.max(0, ...products);
}
