/** Parameter updates of the less common optimisers, in place. The equations with their ids stand in src/optimizers. */
import type { RawUpdateKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';
import { clipped } from './optimizers.js';

export function updateKernels(heap: Heap): RawUpdateKernels {
  return {
    rmsprop(p, v, g, learningRate, gradientScale, guard, n, clipValue, rho, epsilon) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      for (let i = 0; i < n; i++) {
        const gi = clipped(d[g + i]!, scale, clipValue);
        const vi = rho * d[v + i]! + (1 - rho) * gi * gi; // R1
        d[v + i] = vi;
        d[p + i] = d[p + i]! - (lr * gi) / Math.sqrt(vi + epsilon); // R2
      }
    },
  };
}
