/** Parameter updates, in place. The equations with their ids stand in src/optimizers. */
import type { RawOptimizerKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

/** The gradient an update sees: scaled by global-norm clipping, then cut to ±limit (0: no cut). */
export function clipped(g: number, scale: number, limit: number): number {
  const scaled = g * scale;
  return limit > 0 ? Math.max(-limit, Math.min(limit, scaled)) : scaled; // C2
}

export function optimizerKernels(heap: Heap): RawOptimizerKernels {
  return {
    clipScale(out, sumOfSquares, limit) {
      const d = heap.data;
      const norm = Math.sqrt(d[sumOfSquares]!);
      d[out] = norm > limit ? limit / norm : 1; // C1
    },
    keepIfFinite(kept, candidate, guard, n) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      d.copyWithin(kept, candidate, candidate + n);
    },
    sgd(p, velocity, g, learningRate, gradientScale, guard, n, clipValue, decay, momentum, nesterov) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      const keep = 1 - lr * decay;
      for (let i = 0; i < n; i++) {
        const step = lr * clipped(d[g + i]!, scale, clipValue);
        if (!velocity) {
          d[p + i] = d[p + i]! * keep - step; // S1, S4
          continue;
        }
        const v = momentum * d[velocity + i]! - step; // S2
        d[velocity + i] = v;
        d[p + i] = d[p + i]! * keep + (nesterov ? momentum * v - step : v); // S3, S4
      }
    },
    adam(p, m, v, vMax, g, learningRate, correction, gradientScale, guard, n, clipValue, decay, beta1, beta2, epsilon) {
      const d = heap.data;
      if (!Number.isFinite(d[guard]!)) return;
      const lr = d[learningRate]!;
      const scale = d[gradientScale]!;
      const rate = (lr * d[correction]!) / Math.sqrt(d[correction + 1]!); // A3
      const keep = 1 - lr * decay;
      for (let i = 0; i < n; i++) {
        const gi = clipped(d[g + i]!, scale, clipValue);
        const mi = beta1 * d[m + i]! + (1 - beta1) * gi; // A1
        const vi = beta2 * d[v + i]! + (1 - beta2) * gi * gi; // A2
        let second = vi;
        if (vMax) {
          second = Math.max(d[vMax + i]!, vi); // A5
          d[vMax + i] = second;
        }
        d[m + i] = mi;
        d[v + i] = vi;
        d[p + i] = d[p + i]! * keep - (rate * mi) / (Math.sqrt(second) + epsilon); // A4, A6
      }
    },
  };
}
