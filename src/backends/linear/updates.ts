import type { UpdateKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { open } from './tensor.js';

export function updateKernels({ raw }: Context): UpdateKernels {
  return {
    rmsprop(p, g, v, inputs, rho, epsilon) {
      requireSize('rmsprop', 'gradient', g, p.size);
      raw.rmsprop(
        open(p).address, open(v).address, open(g).address, open(inputs.learningRate).address, open(inputs.gradientScale).address,
        open(inputs.guard).address, p.size, inputs.clipValue, rho, epsilon,
      );
      return { p, v };
    },
  };
}
