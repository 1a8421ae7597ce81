/** The register-blocked product against the naive triple loop, with room between rows that must stay untouched. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MatmulMode } from '../../../src/backend.js';
import { matmulKernels } from '../../../src/backends/cpu/matmul.js';
import { matmulCodes } from '../../../src/backends/linear/raw.js';
import { ShapeError } from '../../../src/errors.js';
import { normal, randomStream } from '../../../src/random.js';
import { assertClose, assertSame, thrown } from '../../support/compare.js';
import { anySeed, forAll } from '../../support/property.js';
import { float32, float64, runOne, runStep } from '../../support/step.js';
import { host, randomTensor } from '../../support/values.js';

const modes: readonly MatmulMode[] = ['nn', 'nt', 'tn'];

/** C = (accumulate ? C : 0) + A·B as the textbook writes it. */
function naive(
  x: Float64Array, mode: MatmulMode, [m, n, k]: readonly [number, number, number],
  [a, lda]: readonly [number, number], [b, ldb]: readonly [number, number], [c, ldc]: readonly [number, number], accumulate: boolean,
): Float64Array {
  const out = x.slice();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? (x[c + i * ldc + j] ?? NaN) : 0;
      for (let p = 0; p < k; p++) {
        const left = mode === 'tn' ? x[a + p * lda + i] : x[a + i * lda + p];
        const right = mode === 'nt' ? x[b + j * ldb + p] : x[b + p * ldb + j];
        sum += (left ?? NaN) * (right ?? NaN);
      }
      out[c + i * ldc + j] = sum;
    }
  }
  return out;
}

const size = fc.integer({ min: 1, max: 19 });
const room = fc.integer({ min: 0, max: 5 });
const cases = fc.record({
  mode: fc.constantFrom(...modes), m: size, n: size, k: fc.integer({ min: 0, max: 19 }), accumulate: fc.boolean(), seed: anySeed,
  roomA: room, roomB: room, roomC: room, gap: fc.integer({ min: 1, max: 4 }),
});

test('gemm is the triple loop for any sizes, row distances, modes, with and without accumulation', async () => {
  await forAll(cases, 300, ({ mode, m, n, k, accumulate, seed, roomA, roomB, roomC, gap }) => {
    const [rowsA, columnsA] = mode === 'tn' ? [k, m] : [m, k];
    const [rowsB, columnsB] = mode === 'nt' ? [n, k] : [k, n];
    const [lda, ldb, ldc] = [columnsA + roomA, columnsB + roomB, n + roomC];
    const a = gap;
    const b = a + rowsA * lda + gap;
    const c = b + rowsB * ldb + gap;
    const random = randomStream(seed, 'test gemm');
    const heap = { data: new Float64Array(c + m * ldc + gap).map(() => normal(random)) };
    const expected = naive(heap.data, mode, [m, n, k], [a, lda], [b, ldb], [c, ldc], accumulate);
    matmulKernels(heap).gemm(matmulCodes[mode], m, n, k, a, lda, b, ldb, c, ldc, accumulate ? 1 : 0);
    assertClose(heap.data, expected, 1e-13, 'heap');
    for (let i = 0; i < heap.data.length; i++) {
      const column = (i - c) % ldc;
      if (i < c || i >= c + m * ldc || column >= n) assert.is(heap.data[i], expected[i], `element ${i} lies outside C`);
    }
  });
});

test('every remainder of the 4 × 4 blocks, both rims', () => {
  for (let m = 1; m <= 9; m++) {
    for (let n = 1; n <= 9; n++) {
      const [a, b] = [randomTensor(m, 'a', [m, 3]), randomTensor(n, 'b', [3, n])];
      const expected = naive(Float64Array.of(...a.data, ...b.data, ...new Float64Array(m * n)), 'nn', [m, n, 3], [0, 3], [3 * m, n], [3 * m + 3 * n, n], false);
      assertClose(runOne([a, b], (k, [x, y]) => (x && y ? k.matmul('nn', x, y) : k.zeros([1]))), expected.subarray(3 * m + 3 * n), 1e-14, `${m} × ${n}`);
    }
  }
});

test('matmulTo adds, matmul replaces, pack and out change nothing, on both precisions', () => {
  const [a, b, c] = [randomTensor(1, 'a', [5, 6]), randomTensor(2, 'b', [6, 7]), randomTensor(3, 'c', [5, 7])];
  for (const backend of [float64, float32]) {
    const [product = [], sum = [], packed = [], into = []] = runStep([a, b, c], (k, [x, y, z]) => {
      if (!x || !y || !z) return [];
      return [k.matmul('nn', x, y), k.matmulTo('nn', k.copy(z), x, y), k.matmul('nn', x, k.pack('nn', y)), k.matmul('nn', x, y, k.copy(z))];
    }, backend);
    assertClose(sum, Array.from(product, (v, i) => v + (c.data[i] ?? NaN)), backend === float64 ? 1e-14 : 1e-6, 'sum');
    assertSame(packed, product, 'packed');
    assertSame(into, product, 'into out');
  }
});

test('columns are strided views for products', () => {
  const [a, b] = [randomTensor(1, 'a', [3, 8]), randomTensor(2, 'b', [4, 9])];
  const cut = (t: typeof a, from: number, count: number): typeof a => {
    const [rows = 0, width = 0] = t.shape;
    return host([rows, count], Array.from({ length: rows * count }, (_, i) => t.data[Math.floor(i / count) * width + from + (i % count)] ?? NaN));
  };
  const actual = runOne([a, b], (k, [x, y]) => (x && y ? k.matmul('nn', k.columns(x, 3, 4), k.columns(y, 2, 5)) : k.zeros([1])));
  const expected = runOne([cut(a, 3, 4), cut(b, 2, 5)], (k, [x, y]) => (x && y ? k.matmul('nn', x, y) : k.zeros([1])));
  assertClose(actual, expected, 1e-14, 'product');
});

test('shapes that do not fit give a ShapeError that names the product', () => {
  const [a, b] = [randomTensor(1, 'a', [3, 4]), randomTensor(2, 'b', [5, 6])];
  for (const mode of modes) {
    const error = thrown(ShapeError, () => runOne([a, b], (k, [x, y]) => (x && y ? k.matmul(mode, x, y) : k.zeros([1]))));
    assert.is(error.operation, `matmul ${mode}`);
    assert.is(error.actual, '[5, 6]');
  }
  const target = thrown(ShapeError, () => runOne([a, b], (k, [x]) => (x ? k.matmulTo('nt', k.zeros([3, 4]), x, x) : k.zeros([1]))));
  assert.match(target.message, /matmul nt: target must be \[3, 3\], got \[3, 4\]/);
  assert.throws(() => runOne([a], (k, [x]) => (x ? k.matmul('nn', k.reshape(x, [3, 2, 2]), x) : k.zeros([1]))), /matmul nn/);
});

test.run();
