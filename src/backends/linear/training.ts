import type { LossKernels, OptimizerKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { lossCodes } from './raw.js';
import { addressOf, open, rowCount, width } from './tensor.js';

export function lossKernels({ raw, make }: Context): LossKernels {
  return {
    loss(kind, prediction, target, weights, parameter) {
      requireSize(`loss ${kind}`, 'target', target, prediction.size);
      const rows = rowCount(prediction);
      if (weights) requireSize(`loss ${kind}`, 'weights', weights, rows);
      const loss = make([1]);
      const dPrediction = make(prediction.shape);
      raw.loss(
        loss.address, dPrediction.address, open(prediction).address, open(target).address, addressOf(weights),
        rows, width(prediction), lossCodes[kind], parameter,
      );
      return { loss, dPrediction };
    },
  };
}

export function optimizerKernels({ raw, make }: Context): OptimizerKernels {
  return {
    clipScale(sumOfSquares, limit) {
      const out = make([1]);
      raw.clipScale(out.address, open(sumOfSquares).address, limit);
      return out;
    },
    keepIfFinite(guard, kept, candidate) {
      requireSize('keepIfFinite', 'candidate', candidate, kept.size);
      raw.keepIfFinite(open(kept).address, open(candidate).address, open(guard).address, kept.size);
      return kept;
    },
    sgd(p, g, velocity, inputs, momentum, nesterov) {
      requireSize('sgd', 'gradient', g, p.size);
      raw.sgd(
        open(p).address, addressOf(velocity), open(g).address, open(inputs.learningRate).address, open(inputs.gradientScale).address,
        open(inputs.guard).address, p.size, inputs.clipValue, inputs.decay, momentum, nesterov ? 1 : 0,
      );
      return velocity ? { p, velocity } : { p };
    },
    adam(p, g, m, v, vMax, correction, inputs, beta1, beta2, epsilon) {
      requireSize('adam', 'gradient', g, p.size);
      raw.adam(
        open(p).address, open(m).address, open(v).address, addressOf(vMax), open(g).address, open(inputs.learningRate).address,
        open(correction).address, open(inputs.gradientScale).address, open(inputs.guard).address,
        p.size, inputs.clipValue, inputs.decay, beta1, beta2, epsilon,
      );
      return vMax ? { p, m, v, vMax } : { p, m, v };
    },
  };
}
