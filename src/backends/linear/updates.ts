/** Updates of the less common optimisers: shapes and addresses. */
import type { UpdateKernels, UpdateInputs } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import type { Address } from './raw.js';
import { addressOf, open } from './tensor.js';

export function updateKernels({ raw }: Context): UpdateKernels {
  const settings = ({ gradientScale, guard }: UpdateInputs): [Address, Address] => [open(gradientScale).address, open(guard).address];
  return {
    rmsprop(p, g, { v, mean, velocity }, inputs, rho, momentum, epsilon) {
      requireSize('rmsprop', 'gradient', g, p.size);
      raw.rmsprop(
        open(p).address, open(v).address, addressOf(mean), addressOf(velocity), open(g).address, open(inputs.learningRate).address, ...settings(inputs),
        p.size, inputs.clipValue, inputs.decay, rho, momentum, epsilon,
      );
      return { p, v, mean, velocity };
    },
    nadam(p, g, m, v, weights, inputs, beta1, beta2, epsilon) {
      requireSize('nadam', 'gradient', g, p.size);
      raw.nadam(
        open(p).address, open(m).address, open(v).address, open(g).address, open(inputs.learningRate).address, open(weights).address, ...settings(inputs),
        p.size, inputs.clipValue, inputs.decay, beta1, beta2, epsilon,
      );
      return { p, m, v };
    },
    adagrad(p, g, sum, inputs, epsilon) {
      requireSize('adagrad', 'gradient', g, p.size);
      raw.adagrad(
        open(p).address, open(sum).address, open(g).address, open(inputs.learningRate).address, ...settings(inputs),
        p.size, inputs.clipValue, inputs.decay, epsilon,
      );
      return { p, sum };
    },
  };
}
