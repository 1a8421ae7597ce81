/** Attention head by head, by the definition. Ids Q… refer to src/layers/attention.ts and what it names. */
import type { RawAttentionKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';
import { matmulKernels } from './matmul.js';

export function attentionKernels(heap: Heap): RawAttentionKernels {
  const { gemm } = matmulKernels(heap);

  return {
    headProduct(mode, batch, heads, m, n, k, a, aBatch, aHead, lda, b, bBatch, bHead, ldb, c, cBatch, cHead, ldc) {
      for (let i = 0; i < batch; i++) {
        for (let h = 0; h < heads; h++) {
          gemm(mode, m, n, k, a + i * aBatch + h * aHead, lda, b + i * bBatch + h * bHead, ldb, c + i * cBatch + h * cHead, ldc, 0);
        }
      }
    },
    visibleSoftmax(out, s, query, key, batch, heads, tq, tk, causal) {
      const d = heap.data;
      for (let row = 0; row < batch * heads * tq; row++) {
        const b = Math.floor(row / (heads * tq));
        const i = row % tq;
        const seen = (j: number): boolean => (query === 0 || d[query + b * tq + i] !== 0) && (key === 0 || d[key + b * tk + j] !== 0) && (!causal || j <= i);
        let max = -Infinity;
        for (let j = 0; j < tk; j++) if (seen(j)) max = Math.max(max, d[s + row * tk + j]!);
        let sum = 0;
        for (let j = 0; j < tk; j++) {
          const e = seen(j) ? Math.exp(d[s + row * tk + j]! - max) : 0;
          d[out + row * tk + j] = e;
          sum += e;
        }
        if (sum !== 0) for (let j = 0; j < tk; j++) d[out + row * tk + j] = d[out + row * tk + j]! / sum; // Z2
      }
    },
    additiveScores(out, q, k, v, batch, tq, tk, n) {
      const d = heap.data;
      for (let b = 0; b < batch; b++) {
        for (let i = b * tq; i < (b + 1) * tq; i++) {
          for (let j = 0; j < tk; j++) {
            let sum = 0;
            for (let a = 0; a < n; a++) sum += d[v + a]! * Math.tanh(d[q + i * n + a]! + d[k + (b * tk + j) * n + a]!);
            d[out + i * tk + j] = sum; // Z7
          }
        }
      }
    },
    additiveScoresBackward(dq, dk, dv, q, k, v, dScores, batch, tq, tk, n) {
      const d = heap.data;
      d.fill(0, dq, dq + batch * tq * n);
      d.fill(0, dk, dk + batch * tk * n);
      d.fill(0, dv, dv + batch * n);
      for (let b = 0; b < batch; b++) {
        for (let i = b * tq; i < (b + 1) * tq; i++) {
          for (let j = b * tk; j < (b + 1) * tk; j++) {
            const ds = d[dScores + i * tk + j - b * tk]!;
            for (let a = 0; a < n; a++) {
              const t = Math.tanh(d[q + i * n + a]! + d[k + j * n + a]!);
              const dz = ds * d[v + a]! * (1 - t * t);
              d[dq + i * n + a] = d[dq + i * n + a]! + dz; // Z8
              d[dk + j * n + a] = d[dk + j * n + a]! + dz; // Z8
              d[dv + b * n + a] = d[dv + b * n + a]! + ds * t; // Z8
            }
          }
        }
      }
    },
  };
}
