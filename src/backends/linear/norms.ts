import type { NormForward, NormKernels, Tensor } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { open, rowCount, width } from './tensor.js';

export function normKernels({ raw, make }: Context): NormKernels {
  function batchBackward(
    x: Tensor, forward: NormForward, gamma: Tensor, dy: Tensor, dGamma: Tensor, dBeta: Tensor, constantStatistics: number,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
    requireSize('batchNormBackward', 'dy', dy, x.size);
    const dx = make(x.shape);
    raw.batchNormBackward(
      dx.address, open(dGamma).address, open(dBeta).address, open(x).address, open(forward.mean).address,
      open(forward.inverseStd).address, open(gamma).address, open(dy).address, rowCount(x), width(x), width(x), constantStatistics,
    );
    return { dx, dGamma, dBeta };
  }

  return {
    layerNorm(x, gamma, beta, epsilon, centred = true) {
      requireSize('layerNorm', 'gamma', gamma, width(x));
      const rows = rowCount(x);
      const y = make(x.shape);
      const mean = make([rows]);
      const inverseStd = make([rows]);
      raw.layerNorm(
        y.address, mean.address, inverseStd.address, open(x).address, open(gamma).address, open(beta).address, rows, width(x), epsilon,
        centred ? 1 : 0,
      );
      return { y, mean, inverseStd };
    },
    layerNormBackward(x, forward, gamma, dy, dGamma, dBeta, centred = true) {
      requireSize('layerNormBackward', 'dy', dy, x.size);
      const dx = make(x.shape);
      raw.layerNormBackward(
        dx.address, open(dGamma).address, open(dBeta).address, open(x).address, open(forward.mean).address,
        open(forward.inverseStd).address, open(gamma).address, open(dy).address, rowCount(x), width(x), centred ? 1 : 0,
      );
      return { dx, dGamma, dBeta };
    },
    batchNorm(x, gamma, beta, epsilon) {
      requireSize('batchNorm', 'gamma', gamma, width(x));
      const n = width(x);
      const y = make(x.shape);
      const mean = make([n]);
      const variance = make([n]);
      const inverseStd = make([n]);
      raw.columnStatistics(mean.address, variance.address, open(x).address, rowCount(x), n, n);
      raw.batchNorm(
        y.address, inverseStd.address, open(x).address, open(gamma).address, open(beta).address, mean.address, variance.address,
        rowCount(x), n, epsilon,
      );
      return { y, mean, inverseStd, variance };
    },
    batchNormBackward: (x, forward, gamma, dy, dGamma, dBeta) => batchBackward(x, forward, gamma, dy, dGamma, dBeta, 0),
    batchNormInference(x, gamma, beta, mean, variance, epsilon) {
      requireSize('batchNormInference', 'mean', mean, width(x));
      const n = width(x);
      const y = make(x.shape);
      const inverseStd = make([n]);
      raw.batchNorm(
        y.address, inverseStd.address, open(x).address, open(gamma).address, open(beta).address, open(mean).address,
        open(variance).address, rowCount(x), n, epsilon,
      );
      return { y, mean, inverseStd };
    },
    batchNormInferenceBackward: (x, forward, gamma, dy, dGamma, dBeta) => batchBackward(x, forward, gamma, dy, dGamma, dBeta, 1),
    movingAverage(running, observed, momentum) {
      const out = make(running.shape);
      raw.movingAverage(out.address, open(running).address, open(observed).address, running.size, momentum);
      return out;
    },
  };
}
