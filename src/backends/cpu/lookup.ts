/** Rows of a table: the plain loops behind `LookupKernels`. */
import type { RawLookupKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

export function lookupKernels(heap: Heap): RawLookupKernels {
  return {
    gatherRows(out, table, indices, rows, count, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const index = x[indices + r]!;
        const known = index >= 0 && index < count;
        const from = table + Math.trunc(index) * n;
        for (let j = 0; j < n; j++) x[out + r * n + j] = known ? x[from + j]! : NaN;
      }
    },
    scatterRows(target, indices, x, rows, count, n) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        const index = d[indices + r]!;
        if (!(index >= 0 && index < count)) continue;
        const to = target + Math.trunc(index) * n;
        for (let j = 0; j < n; j++) d[to + j] = d[to + j]! + d[x + r * n + j]!;
      }
    },
  };
}
