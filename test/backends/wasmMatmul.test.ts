import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { matmulCodes } from '../../src/backends/linear/raw.js';
import { normal, randomStream } from '../../src/random.js';
import { storage, wasmKernels } from './wasmTwin.js';

type Mode = 'nn' | 'nt' | 'tn';
interface Shape { readonly mode: Mode; readonly m: number; readonly n: number; readonly k: number }

const random = randomStream(3, 'wasm matmul');
const whole = (most: number): number => Math.floor(Math.abs(normal(random)) * most * 0.5);

/**
 * The promise of assembly/matmul.ts: each element is the chain c + a₀b₀ + a₁b₁ + … rounded after every step. Any blocking,
 * packing or splitting over threads must give these bits.
 */
function check({ mode, m, n, k }: Shape, accumulate: boolean, pack: boolean): void {
  const lda = (mode === 'tn' ? m : k) + whole(3);
  const ldb = (mode === 'nt' ? k : n) + whole(3);
  const ldc = n + whole(3);
  const fresh = (size: number): Float32Array => Float32Array.from({ length: size }, () => normal(random));
  const A = fresh((mode === 'tn' ? k : m) * lda);
  const B = fresh((mode === 'nt' ? n : k) * ldb);
  const C = fresh(m * ldc + 1);
  const a = (storage.start + 1 + whole(4)) * 4;
  const b = a + (A.length + whole(4)) * 4;
  const c = b + (B.length + whole(4)) * 4;
  const packed = c + (C.length + whole(4)) * 4;
  const end = packed / 4 + (n + 8) * k + 8;
  if (storage.capacity() < end) storage.grow(end);
  storage.write(a, A);
  storage.write(b, B);
  storage.write(c, C);
  if (pack) {
    assert.ok(wasmKernels.packing);
    wasmKernels.packing.pack(packed, matmulCodes[mode], n, k, b, ldb);
    wasmKernels.gemm(matmulCodes.packed, m, n, k, a, lda, packed, 0, c, ldc, accumulate ? 1 : 0);
  } else {
    wasmKernels.gemm(matmulCodes[mode], m, n, k, a, lda, b, ldb, c, ldc, accumulate ? 1 : 0);
  }
  const expected = C.slice();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? C[i * ldc + j] ?? 0 : 0;
      for (let p = 0; p < k; p++) {
        const x = A[mode === 'tn' ? p * lda + i : i * lda + p] ?? 0;
        const y = B[mode === 'nt' ? j * ldb + p : p * ldb + j] ?? 0;
        sum = Math.fround(sum + Math.fround(x * y));
      }
      expected[i * ldc + j] = sum;
    }
  }
  const actual = storage.read(c, C.length);
  const at = actual.findIndex((x, i) => x !== expected[i]);
  assert.is(at, -1, `${mode} ${m}×${n}×${k}${accumulate ? ' added' : ''}${pack ? ' packed' : ''}: C[${at}] is ${actual[at]} instead of ${expected[at]}`);
}

function checkAll(shape: Shape): void {
  for (const accumulate of [false, true]) {
    check(shape, accumulate, false);
    if (shape.mode !== 'tn') check(shape, accumulate, true);
  }
}

const modes: readonly Mode[] = ['nn', 'nt', 'tn'];

test('every small shape, bit for bit', () => {
  for (const mode of modes) {
    for (let m = 1; m <= 9; m++) {
      for (let n = 1; n <= 10; n++) for (const k of [0, 1, 2, 3, 4, 5, 9]) checkAll({ mode, m, n, k });
    }
  }
});

test('shapes at random, bit for bit', () => {
  for (let i = 0; i < 120; i++) checkAll({ mode: modes[i % 3] ?? 'nn', m: 1 + whole(60), n: 1 + whole(90), k: whole(90) });
});

test('shapes past every block size, bit for bit', () => {
  for (const mode of modes) {
    checkAll({ mode, m: 203, n: 67, k: 11 }); // more rows than one block of A, strips of four and a rest of three
    checkAll({ mode, m: 203, n: 67, k: 530 }); // and deeper than what is copied of A at a time
    checkAll({ mode, m: 27, n: 70, k: 790 }); // two panels deep, of one depth
    checkAll({ mode, m: 27, n: 70, k: 1030 }); // three panels deep, the last one less than the others
    checkAll({ mode, m: 1, n: 107, k: 521 }); // a single row, two panels deep
    checkAll({ mode, m: 390, n: 1, k: 5 });
  }
});

test('an empty product', () => {
  for (const mode of modes) {
    checkAll({ mode, m: 0, n: 5, k: 3 });
    checkAll({ mode, m: 5, n: 0, k: 3 });
    checkAll({ mode, m: 7, n: 45, k: 0 });
    checkAll({ mode, m: 1, n: 45, k: 0 });
  }
});

test.run();
