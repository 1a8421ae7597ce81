/** Rows of a table on WebAssembly, against the float64 loops. */
import { test } from 'uvu';
import { compareTwins, sizes } from './wasmTwin.js';

const numbers = [3, 0, 3, 8, 3, 1, 0];

test('gatherRows copies rows bit for bit', () => {
  for (const n of sizes) compareTwins(`gatherRows ${n}`, { out: 7 * n, table: 9 * n, indices: numbers }, 0, (k, at) => k.gatherRows(at.out, at.table, at.indices, 7, 9, n));
});

test('scatterRows adds where rows meet', () => {
  for (const n of sizes) compareTwins(`scatterRows ${n}`, { target: 9 * n, indices: numbers, x: 7 * n }, 1e-6, (k, at) => k.scatterRows(at.target, at.indices, at.x, 7, 9, n));
});

test('an index that is none gives NaN, adds nothing, and touches nothing else', () => {
  const odd = [-1, 9, NaN, 1e9, -1e9, Infinity, 2];
  for (const n of [1, 5]) {
    compareTwins(`gatherRows ${n}`, { out: 7 * n, table: 9 * n, indices: odd }, 0, (k, at) => k.gatherRows(at.out, at.table, at.indices, 7, 9, n));
    compareTwins(`scatterRows ${n}`, { target: 9 * n, indices: odd, x: 7 * n }, 1e-6, (k, at) => k.scatterRows(at.target, at.indices, at.x, 7, 9, n));
  }
});

test.run();
