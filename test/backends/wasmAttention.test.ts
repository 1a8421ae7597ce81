import { test } from 'uvu';
import { matmulCodes } from '../../src/backends/linear/raw.js';
import { compareTwins } from './wasmTwin.js';

test('headProduct: every mode, heads in columns', () => {
  for (const [batch, heads, m, n, k] of [[1, 1, 1, 1, 1], [2, 3, 5, 9, 4], [3, 2, 17, 8, 33]] as const) {
    const [a, b, c] = [batch * heads * m * k, batch * heads * n * k, batch * heads * m * n];
    const what = `${batch} × ${heads} × ${m} × ${n} × ${k}`;
    compareTwins(`nt ${what}`, { a, b, c }, 2e-6, (kernels, at) => kernels.headProduct(
      matmulCodes.nt, batch, heads, m, n, k, at.a, heads * m * k, k, heads * k, at.b, heads * n * k, k, heads * k, at.c, heads * m * n, m * n, n));
    compareTwins(`nn ${what}`, { a, b, c }, 2e-6, (kernels, at) => kernels.headProduct(
      matmulCodes.nn, batch, heads, m, n, k, at.a, heads * m * k, m * k, k, at.b, heads * n * k, n, heads * n, at.c, heads * m * n, n, heads * n));
    compareTwins(`tn ${what}`, { a, b, c }, 2e-6, (kernels, at) => kernels.headProduct(
      matmulCodes.tn, batch, heads, m, n, k, at.a, heads * m * k, m * k, m, at.b, heads * n * k, n, heads * n, at.c, heads * m * n, n, heads * n));
  }
});

test('visibleSoftmax: keys below, at and above the vectors; hidden, causal, none', () => {
  for (const tk of [1, 2, 3, 4, 5, 8, 13, 33]) {
    for (const causal of [0, 1]) {
      const [batch, heads, tq] = [2, 2, 3];
      const size = batch * heads * tq * tk;
      const some = Array.from({ length: batch * tk }, (_, i) => (i * 7 + 3) % 5 % 2);
      const buffers = { out: size, s: size, query: [1, 0, 1, 1, 1, 1], key: some, none: new Float32Array(batch * tk) };
      for (const [query, key] of [['', ''], ['query', ''], ['', 'key'], ['query', 'key'], ['', 'none']] as const) {
        compareTwins(`${tk} keys ${query} ${key} ${causal}`, buffers, 2e-6, (k, at) => k.visibleSoftmax(at.out, at.s, query === '' ? 0 : at[query], key === '' ? 0 : at[key], batch, heads, tq, tk, causal));
      }
    }
  }
});

test('additive scores and their gradients', () => {
  for (const n of [1, 3, 4, 9, 16]) {
    const [batch, tq, tk] = [2, 3, 4];
    const sizes = { q: batch * tq * n, k: batch * tk * n, v: n };
    compareTwins(`additiveScores ${n}`, { out: batch * tq * tk, ...sizes }, 3e-6, (kernels, at) => kernels.additiveScores(at.out, at.q, at.k, at.v, batch, tq, tk, n));
    compareTwins(`additiveScoresBackward ${n}`, { dq: sizes.q, dk: sizes.k, dv: batch * n, ds: batch * tq * tk, ...sizes }, 5e-6, (kernels, at) =>
      kernels.additiveScoresBackward(at.dq, at.dk, at.dv, at.q, at.k, at.v, at.ds, batch, tq, tk, n));
  }
});

test.run();
