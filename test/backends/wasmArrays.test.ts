import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareTwins, sizes, storage, wasmKernels } from './wasmTwin.js';

const exact = 0;
const rounded = 1e-6;

test('fill, copy, scale', () => {
  for (const n of sizes) {
    compareTwins(`fill ${n}`, { out: n }, exact, (k, at) => k.fill(at.out, n, 2.5));
    compareTwins(`copy ${n}`, { out: n, a: n }, exact, (k, at) => k.copy(at.out, at.a, n));
    compareTwins(`scale ${n}`, { out: n, a: n }, rounded, (k, at) => k.scale(at.out, at.a, n, 0.375));
  }
});

test('add, sub and mul, apart and in place of either operand', () => {
  for (const n of sizes) {
    for (const name of ['add', 'sub', 'mul'] as const) {
      compareTwins(`${name} ${n}`, { out: n, a: n, b: n }, rounded, (k, at) => k[name](at.out, at.a, at.b, n));
      compareTwins(`${name} ${n} into a`, { a: n, b: n }, rounded, (k, at) => k[name](at.a, at.a, at.b, n));
      compareTwins(`${name} ${n} into b`, { a: n, b: n }, rounded, (k, at) => k[name](at.b, at.a, at.b, n));
    }
  }
});

test('copyRows between rows of different length', () => {
  for (const n of sizes) {
    compareTwins(`copyRows ${n}`, { out: 3 * (n + 2), a: 3 * (n + 5) }, exact, (k, at) => k.copyRows(at.out, n + 2, at.a, n + 5, 3, n));
  }
});

test('swapLeading', () => {
  for (const n of [1, 3, 4, 6]) {
    compareTwins(`swapLeading ${n}`, { out: 35 * n, a: 35 * n }, exact, (k, at) => k.swapLeading(at.out, at.a, 1, 5, 7, n));
    compareTwins(`swapLeading behind an axis, ${n}`, { out: 30 * n, a: 30 * n }, exact, (k, at) => k.swapLeading(at.out, at.a, 3, 2, 5, n));
  }
});

test('rows: addRow, mulTiled, mulRows, blendRows', () => {
  for (const n of sizes) {
    const size = 3 * n;
    compareTwins(`addRow ${n}`, { x: size, row: n }, rounded, (k, at) => k.addRow(at.x, at.row, 3, n));
    compareTwins(`mulTiled ${n}`, { out: size, a: size, tile: n }, rounded, (k, at) => k.mulTiled(at.out, at.a, at.tile, 3, n));
    for (const complement of [0, 1]) {
      compareTwins(`mulRows ${n} ${complement}`, { out: size, a: size, m: 3 }, rounded, (k, at) => k.mulRows(at.out, at.a, at.m, 3, n, complement));
    }
    compareTwins(`divRows ${n}`, { out: size, a: size, m: 3 }, rounded, (k, at) => k.divRows(at.out, at.a, at.m, 3, n));
    compareTwins(`blendRows ${n}`, { out: size, m: 3, a: size, b: size }, rounded, (k, at) => k.blendRows(at.out, at.m, at.a, at.b, 3, n));
  }
});

test('repeat, sumAxis', () => {
  for (const n of sizes) {
    for (const [outer, count] of [[1, 1], [3, 2], [2, 9]] as const) {
      const size = outer * count * n;
      compareTwins(`repeat ${outer} × ${count} × ${n}`, { out: size, a: outer * n }, exact, (k, at) => k.repeat(at.out, at.a, outer, count, n));
      compareTwins(`sumAxis ${outer} × ${count} × ${n}`, { out: outer * n, a: size }, rounded, (k, at) => k.sumAxis(at.out, at.a, outer, count, n));
      compareTwins(`sumAxis ${outer} × ${n} × 1`, { out: outer, a: outer * n }, rounded, (k, at) => k.sumAxis(at.out, at.a, outer, n, 1));
    }
  }
});

test('sums', () => {
  for (const n of sizes) {
    for (const rows of [1, 2, 9]) {
      compareTwins(`sumRows ${rows} × ${n}`, { out: n, a: rows * n }, rounded, (k, at) => k.sumRows(at.out, at.a, rows, n));
    }
    compareTwins(`sumSquares ${n}`, { out: 1, a: n }, rounded, (k, at) => k.sumSquares(at.out, at.a, n));
  }
});

test('a mask of 0 and 1 picks values bit for bit', () => {
  const m = [1, 0, 1];
  compareTwins('blendRows 0/1', { out: 21, m, a: 21, b: 21 }, exact, (k, at) => k.blendRows(at.out, at.m, at.a, at.b, 3, 7));
});

test('NaN passes through', () => {
  storage.grow(storage.start + 64);
  const at = storage.start * 4;
  for (const name of ['add', 'sub', 'mul'] as const) {
    storage.write(at, Float32Array.of(1, NaN, 3, 4, NaN));
    wasmKernels[name](at + 32, at, at, 5);
    assert.equal(Array.from(storage.read(at + 32, 5), Number.isNaN), [false, true, false, false, true], name);
  }
});

test.run();
