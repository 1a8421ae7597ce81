/** Moving, viewing and adding: the plain loops behind `ArrayKernels`. */
import type { RawArrayKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

export function arrayKernels(heap: Heap): RawArrayKernels {
  return {
    fill(out, n, value) {
      heap.data.fill(value, out, out + n);
    },
    copy(out, a, n) {
      heap.data.copyWithin(out, a, a + n);
    },
    copyRows(out, ldOut, a, lda, rows, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const to = out + r * ldOut;
        const from = a + r * lda;
        for (let j = 0; j < n; j++) x[to + j] = x[from + j]!;
      }
    },
    swapLeading(out, a, count, p, q, n) {
      const x = heap.data;
      for (let c = 0; c < count; c++) {
        for (let i = 0; i < p; i++) {
          for (let j = 0; j < q; j++) {
            const from = a + ((c * p + i) * q + j) * n;
            const to = out + ((c * q + j) * p + i) * n;
            for (let e = 0; e < n; e++) x[to + e] = x[from + e]!;
          }
        }
      }
    },
    add(out, a, b, n) {
      const x = heap.data;
      for (let i = 0; i < n; i++) x[out + i] = x[a + i]! + x[b + i]!;
    },
    sub(out, a, b, n) {
      const x = heap.data;
      for (let i = 0; i < n; i++) x[out + i] = x[a + i]! - x[b + i]!;
    },
    mul(out, a, b, n) {
      const x = heap.data;
      for (let i = 0; i < n; i++) x[out + i] = x[a + i]! * x[b + i]!;
    },
    scale(out, a, n, factor) {
      const x = heap.data;
      for (let i = 0; i < n; i++) x[out + i] = x[a + i]! * factor;
    },
    addRow(out, row, rows, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const to = out + r * n;
        for (let j = 0; j < n; j++) x[to + j] = x[to + j]! + x[row + j]!;
      }
    },
    mulTiled(out, a, tile, tiles, n) {
      const x = heap.data;
      for (let t = 0; t < tiles; t++) {
        const at = t * n;
        for (let j = 0; j < n; j++) x[out + at + j] = x[a + at + j]! * x[tile + j]!;
      }
    },
    mulRows(out, a, m, rows, n, complement) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const factor = complement ? 1 - x[m + r]! : x[m + r]!;
        for (let i = r * n; i < (r + 1) * n; i++) x[out + i] = x[a + i]! * factor;
      }
    },
    divRows(out, a, m, rows, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const divisor = x[m + r]!;
        for (let i = r * n; i < (r + 1) * n; i++) x[out + i] = divisor === 0 ? 0 : x[a + i]! / divisor;
      }
    },
    blendRows(out, m, a, b, rows, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const factor = x[m + r]!;
        for (let i = r * n; i < (r + 1) * n; i++) x[out + i] = factor * x[a + i]! + (1 - factor) * x[b + i]!;
      }
    },
    sumRows(out, a, rows, n) {
      const x = heap.data;
      for (let r = 0; r < rows; r++) {
        const from = a + r * n;
        for (let j = 0; j < n; j++) x[out + j] = x[out + j]! + x[from + j]!;
      }
    },
    sumSquares(out, a, n) {
      const x = heap.data;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[a + i]! * x[a + i]!;
      x[out] = x[out]! + sum;
    },
  };
}
