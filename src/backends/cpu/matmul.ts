/**
 * The matrix product in plain TypeScript: 4 × 4 blocks of C stay in local variables while k runs.
 *
 * One loop serves a·b, a·bᵀ and aᵀ·b: only the distances between rows and columns of A and B differ. Rows and columns
 * that do not fill a block go through the same code as narrower blocks.
 */
import { matmulCodes } from '../linear/raw.js';
import type { RawMatmulKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

export function matmulKernels(heap: Heap): RawMatmulKernels {
  /** One element of C. */
  function dot(a: number, csA: number, b: number, rsB: number, k: number): number {
    const x = heap.data;
    let sum = 0;
    for (let p = 0; p < k; p++, a += csA, b += rsB) sum += x[a]! * x[b]!;
    return sum;
  }

  return {
    gemm(mode, m, n, k, a, lda, b, ldb, c, ldc, accumulate) {
      const x = heap.data;
      const rsA = mode === matmulCodes.tn ? 1 : lda;
      const csA = mode === matmulCodes.tn ? lda : 1;
      const rsB = mode === matmulCodes.nt ? 1 : ldb;
      const csB = mode === matmulCodes.nt ? ldb : 1;
      const m4 = m - (m % 4);
      const n4 = n - (n % 4);
      for (let j = 0; j < n4; j += 4) {
        const bj = b + j * csB;
        for (let i = 0; i < m4; i += 4) {
          let a0 = a + i * rsA;
          let a1 = a0 + rsA;
          let a2 = a1 + rsA;
          let a3 = a2 + rsA;
          let b0 = bj;
          let b1 = b0 + csB;
          let b2 = b1 + csB;
          let b3 = b2 + csB;
          let s00 = 0, s01 = 0, s02 = 0, s03 = 0;
          let s10 = 0, s11 = 0, s12 = 0, s13 = 0;
          let s20 = 0, s21 = 0, s22 = 0, s23 = 0;
          let s30 = 0, s31 = 0, s32 = 0, s33 = 0;
          for (let p = 0; p < k; p++) {
            const y0 = x[b0]!, y1 = x[b1]!, y2 = x[b2]!, y3 = x[b3]!;
            const x0 = x[a0]!;
            s00 += x0 * y0; s01 += x0 * y1; s02 += x0 * y2; s03 += x0 * y3;
            const x1 = x[a1]!;
            s10 += x1 * y0; s11 += x1 * y1; s12 += x1 * y2; s13 += x1 * y3;
            const x2 = x[a2]!;
            s20 += x2 * y0; s21 += x2 * y1; s22 += x2 * y2; s23 += x2 * y3;
            const x3 = x[a3]!;
            s30 += x3 * y0; s31 += x3 * y1; s32 += x3 * y2; s33 += x3 * y3;
            a0 += csA; a1 += csA; a2 += csA; a3 += csA;
            b0 += rsB; b1 += rsB; b2 += rsB; b3 += rsB;
          }
          const c0 = c + i * ldc + j;
          const c1 = c0 + ldc;
          const c2 = c1 + ldc;
          const c3 = c2 + ldc;
          if (accumulate) {
            s00 += x[c0]!; s01 += x[c0 + 1]!; s02 += x[c0 + 2]!; s03 += x[c0 + 3]!;
            s10 += x[c1]!; s11 += x[c1 + 1]!; s12 += x[c1 + 2]!; s13 += x[c1 + 3]!;
            s20 += x[c2]!; s21 += x[c2 + 1]!; s22 += x[c2 + 2]!; s23 += x[c2 + 3]!;
            s30 += x[c3]!; s31 += x[c3 + 1]!; s32 += x[c3 + 2]!; s33 += x[c3 + 3]!;
          }
          x[c0] = s00; x[c0 + 1] = s01; x[c0 + 2] = s02; x[c0 + 3] = s03;
          x[c1] = s10; x[c1 + 1] = s11; x[c1 + 2] = s12; x[c1 + 3] = s13;
          x[c2] = s20; x[c2 + 1] = s21; x[c2 + 2] = s22; x[c2 + 3] = s23;
          x[c3] = s30; x[c3 + 1] = s31; x[c3 + 2] = s32; x[c3 + 3] = s33;
        }
      }
      // The rim: the last m % 4 rows over the blocked columns, then the last n % 4 columns over all rows.
      for (let i = 0; i < m; i++) {
        const ai = a + i * rsA;
        for (let j = i < m4 ? n4 : 0; j < n; j++) {
          const at = c + i * ldc + j;
          const sum = dot(ai, csA, b + j * csB, rsB, k);
          x[at] = accumulate ? x[at]! + sum : sum;
        }
      }
    },
  };
}
