/** Layer normalisation over rows, batch normalisation over columns. Ids N… refer to src/layers/layerNorm.ts and batchNorm.ts. */
import type { RawNormKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

export function normKernels(heap: Heap): RawNormKernels {
  return {
    layerNorm(y, mean, inverseStd, x, gamma, beta, rows, n, epsilon, centred) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        const from = x + r * n;
        let sum = 0;
        for (let j = 0; j < n; j++) sum += d[from + j]!;
        const mu = centred ? sum / n : 0; // N1, N10
        let squares = 0;
        for (let j = 0; j < n; j++) squares += (d[from + j]! - mu) ** 2;
        const rs = 1 / Math.sqrt(squares / n + epsilon); // N2
        for (let j = 0; j < n; j++) d[y + r * n + j] = (d[from + j]! - mu) * rs * d[gamma + j]! + d[beta + j]!; // N3
        d[mean + r] = mu;
        d[inverseStd + r] = rs;
      }
    },
    layerNormBackward(dx, dGamma, dBeta, x, mean, inverseStd, gamma, dy, rows, n, centred) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        const mu = d[mean + r]!;
        const rs = d[inverseStd + r]!;
        let sum = 0;
        let sumHat = 0;
        for (let j = 0; j < n; j++) {
          const hat = (d[x + r * n + j]! - mu) * rs;
          const dyj = d[dy + r * n + j]!;
          const dHat = dyj * d[gamma + j]!;
          sum += dHat;
          sumHat += dHat * hat;
          d[dGamma + j] = d[dGamma + j]! + dyj * hat; // N4
          d[dBeta + j] = d[dBeta + j]! + dyj; // N5
        }
        const average = centred ? sum / n : 0;
        for (let j = 0; j < n; j++) {
          const hat = (d[x + r * n + j]! - mu) * rs;
          d[dx + r * n + j] = rs * (d[dy + r * n + j]! * d[gamma + j]! - average - (hat * sumHat) / n); // N6, N11
        }
      }
    },
    columnStatistics(mean, variance, x, rows, n, ld) {
      const d = heap.data;
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let r = 0; r < rows; r++) sum += d[x + r * ld + j]!;
        const mu = sum / rows; // N1
        let squares = 0;
        for (let r = 0; r < rows; r++) squares += (d[x + r * ld + j]! - mu) ** 2;
        d[mean + j] = mu;
        d[variance + j] = squares / rows;
      }
    },
    batchNorm(y, inverseStd, x, gamma, beta, mean, variance, rows, n, epsilon) {
      const d = heap.data;
      for (let j = 0; j < n; j++) d[inverseStd + j] = 1 / Math.sqrt(d[variance + j]! + epsilon); // N2
      for (let r = 0; r < rows; r++) {
        for (let j = 0; j < n; j++) {
          d[y + r * n + j] = (d[x + r * n + j]! - d[mean + j]!) * d[inverseStd + j]! * d[gamma + j]! + d[beta + j]!; // N3
        }
      }
    },
    batchNormBackward(dx, dGamma, dBeta, x, mean, inverseStd, gamma, dy, rows, n, ld, constantStatistics) {
      const d = heap.data;
      for (let j = 0; j < n; j++) {
        const mu = d[mean + j]!;
        const rs = d[inverseStd + j]!;
        let sum = 0;
        let sumHat = 0;
        for (let r = 0; r < rows; r++) {
          const dyj = d[dy + r * ld + j]!;
          sum += dyj;
          sumHat += dyj * (d[x + r * ld + j]! - mu) * rs;
        }
        d[dGamma + j] = d[dGamma + j]! + sumHat; // N4
        d[dBeta + j] = d[dBeta + j]! + sum; // N5
        const scale = d[gamma + j]! * rs;
        for (let r = 0; r < rows; r++) {
          const hat = (d[x + r * ld + j]! - mu) * rs;
          const through = constantStatistics ? 0 : sum / rows + (hat * sumHat) / rows;
          d[dx + r * ld + j] = scale * (d[dy + r * ld + j]! - through); // N6
        }
      }
    },
    movingAverage(out, running, observed, n, momentum) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = momentum * d[running + i]! + (1 - momentum) * d[observed + i]!;
    },
  };
}
