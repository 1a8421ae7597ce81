/** Repeating and summing along axes: the plain loops behind `BroadcastKernels`. */
import type { RawBroadcastKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

export function broadcastKernels(heap: Heap): RawBroadcastKernels {
  return {
    repeat(out, a, outer, n, inner) {
      const x = heap.data;
      for (let o = 0; o < outer; o++) {
        for (let r = o * n; r < (o + 1) * n; r++) {
          for (let i = 0; i < inner; i++) x[out + r * inner + i] = x[a + o * inner + i]!;
        }
      }
    },
    sumAxis(out, a, outer, n, inner) {
      const x = heap.data;
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let sum = 0;
          for (let r = o * n; r < (o + 1) * n; r++) sum += x[a + r * inner + i]!;
          x[out + o * inner + i] = sum;
        }
      }
    },
  };
}
