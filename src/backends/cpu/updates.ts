/** Parameter updates of the less common optimisers, in place. The equations with their ids stand in src/optimizers. */
import type { RawUpdateKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';
import { clipped } from './optimizers.js';

export function updateKernels(heap: Heap): RawUpdateKernels {
  return {
    rmsprop(p, v, mean, velocity, g, learningRate, gradientScale, guard, n, clipValue, decay, rho, momentum, epsilon) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      const keep = 1 - lr * decay;
      for (let i = 0; i < n; i++) {
        const gi = clipped(d[g + i]!, scale, clipValue);
        let vi = rho * d[v + i]! + (1 - rho) * gi * gi; // R1
        if (mean) {
          const apart = gi - d[mean + i]!;
          vi = rho * d[v + i]! + rho * (1 - rho) * apart * apart; // R4
          d[mean + i] = d[mean + i]! + (1 - rho) * apart; // R5
        }
        d[v + i] = vi;
        let step = (lr * gi) / Math.sqrt(vi + epsilon); // R2
        if (velocity) {
          step = momentum * d[velocity + i]! + step; // R3
          d[velocity + i] = step;
        }
        d[p + i] = d[p + i]! * keep - step; // R2, R3, S4
      }
    },
    nadam(p, m, v, g, learningRate, weights, gradientScale, guard, n, clipValue, decay, beta1, beta2, epsilon) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      const keep = 1 - lr * decay;
      const ofM = d[weights]!;
      const ofG = d[weights + 1]!;
      const ofV = d[weights + 2]!;
      for (let i = 0; i < n; i++) {
        const gi = clipped(d[g + i]!, scale, clipValue);
        const mi = beta1 * d[m + i]! + (1 - beta1) * gi; // A1
        const vi = beta2 * d[v + i]! + (1 - beta2) * gi * gi; // A2
        d[m + i] = mi;
        d[v + i] = vi;
        d[p + i] = d[p + i]! * keep - (lr * (ofM * mi + ofG * gi)) / (Math.sqrt(ofV * vi) + epsilon); // A8, S4
      }
    },
    adagrad(p, sum, g, learningRate, gradientScale, guard, n, clipValue, decay, epsilon) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      const keep = 1 - lr * decay;
      for (let i = 0; i < n; i++) {
        const gi = clipped(d[g + i]!, scale, clipValue);
        const total = d[sum + i]! + gi * gi; // R6
        d[sum + i] = total;
        d[p + i] = d[p + i]! * keep - (lr * gi) / Math.sqrt(total + epsilon); // R7, S4
      }
    },
  };
}
