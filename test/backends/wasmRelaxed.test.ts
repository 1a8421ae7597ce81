/** Products by fused multiply-add: right within float32, in use where the host fuses, the same with two threads, refused where missing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../src/backend.js';
import { cpuKernels } from '../../src/backends/cpu/device.js';
import { matmulCodes } from '../../src/backends/linear/raw.js';
import { Choice } from '../../src/backends/wasm/choice.js';
import { FetchedFamilies } from '../../src/backends/wasm/families.js';
import { wasm } from '../../src/backends/wasm/index.js';
import { instantiate } from '../../src/backends/wasm/instance.js';
import { text as relaxedText } from '../../src/backends/wasm/modules/relaxed.js';
import { Pool } from '../../src/backends/wasm/pool.js';
import { requireRelaxedSimd } from '../../src/backends/wasm/relaxed.js';
import { sharedBase } from '../../src/backends/wasm/sharedMemory.js';
import { cutNames, splitKernels } from '../../src/backends/wasm/split.js';
import { BackendError } from '../../src/errors.js';
import { Adam, Dense, Dropout, GRU, LSTM, Sequential } from '../../src/index.js';
import { normal, randomStream } from '../../src/random.js';
import type { FloatArray } from '../../src/tensor.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../support/compare.js';

await wasm({ relaxedSimd: true }); // throws where the host lacks it; in Node 20 sets the flag that the modules below need

const random = randomStream(11, 'relaxed');
const fresh = (n: number): Float32Array => Float32Array.from({ length: n }, () => normal(random));

const families = new FetchedFamilies(relaxedText).all;
const plain = instantiate(new FetchedFamilies().all);
const relaxed = instantiate(families);

/** 1 + 2⁻¹² squared is 1 + 2⁻¹¹ + 2⁻²⁴; rounded before 1 is taken away, the last term is lost. */
const [x, c] = [1 + 2 ** -12, -1];

/** (func (export "f") (param f32 f32 f32) (result f32)): f32x4.relaxed_madd of the three, splat. */
const madd = new WebAssembly.Module(Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 125, 125, 125, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 22, 1, 20, 0,
  32, 0, 253, 19, 32, 1, 253, 19, 32, 2, 253, 19, 253, 133, 2, 253, 31, 0, 11,
));
const host = new WebAssembly.Instance(madd).exports as WebAssembly.Exports & { f(x: number, y: number, z: number): number };
const hostFuses = host.f(x, x, c) !== 2 ** -11;

interface Product { readonly mode: 'nn' | 'nt' | 'tn'; readonly m: number; readonly n: number; readonly k: number; readonly accumulate: boolean; readonly pack: boolean }

/** C by three tables of kernels on the same numbers: relaxed, plain, and in float64. */
function products({ mode, m, n, k, accumulate, pack }: Product): [FloatArray, FloatArray, FloatArray] {
  const [lda, ldb, ldc] = [(mode === 'tn' ? m : k) + 1, (mode === 'nt' ? k : n) + 2, n + 3];
  const [A, B, C] = [fresh((mode === 'tn' ? k : m) * lda), fresh((mode === 'nt' ? n : k) * ldb), fresh(m * ldc)];
  const foot = plain.storage.start + 1;
  const at = [foot, foot + A.length, foot + A.length + B.length, foot + A.length + B.length + C.length] as const;
  const end = at[3] + (n + 8) * k + 8;
  const [results, heap] = [[relaxed, plain].map(({ kernels, storage }) => {
    if (storage.capacity() < end) storage.grow(end);
    const [a, b, c, packed] = at.map((element) => element * 4) as [number, number, number, number];
    storage.write(a, A);
    storage.write(b, B);
    storage.write(c, C);
    if (pack) kernels.packing?.pack(packed, matmulCodes[mode], n, k, b, ldb);
    kernels.gemm(matmulCodes[pack ? 'packed' : mode], m, n, k, a, lda, pack ? packed : b, pack ? 0 : ldb, c, ldc, accumulate ? 1 : 0);
    return storage.read(c, C.length);
  }), { data: new Float64Array(end) }];
  [A, B, C].forEach((values, i) => heap.data.set(values, at[i]));
  cpuKernels(heap).gemm(matmulCodes[mode], m, n, k, at[0], lda, at[1], ldb, at[2], ldc, accumulate ? 1 : 0);
  const [ours = C, theirs = C] = results;
  return [ours, theirs, heap.data.subarray(at[2], at[3])];
}

test('products of every mode and odd shape agree with float64, and some differ from the plain kernels in a bit', () => {
  let fused = 0;
  for (const mode of ['nn', 'nt', 'tn'] as const) {
    for (const [m, n, k] of [[1, 1, 1], [1, 107, 39], [2, 9, 5], [3, 7, 90], [5, 33, 17], [7, 45, 0], [27, 70, 790], [203, 67, 11]] as const) {
      for (const accumulate of [false, true]) {
        for (const pack of mode === 'tn' ? [false] : [false, true]) {
          const [ours, theirs, exact] = products({ mode, m, n, k, accumulate, pack });
          assertClose(ours, exact, 2e-6, `${mode} ${m}×${n}×${k} ${accumulate ? 'added' : ''} ${pack ? 'packed' : ''}`);
          if (ours.some((x, i) => x !== theirs[i])) fused++;
        }
      }
    }
  }
  if (!hostFuses) console.log('this host rounds relaxed multiply-add twice: the same bits as the plain kernels');
  assert.is(fused > 0, hostFuses, `${fused} products differ`);
});

test('a fused product keeps what the first rounding loses', () => {
  const results = [relaxed, plain].map(({ kernels, storage }) => {
    const foot = storage.start * 4;
    storage.write(foot, Float32Array.of(x, c));
    kernels.gemm(matmulCodes.nn, 1, 1, 1, foot, 1, foot, 1, foot + 4, 1, 1);
    return storage.read(foot + 4, 1)[0];
  });
  assert.is(results[1], 2 ** -11);
  assert.is(results[0], hostFuses ? 2 ** -11 + 2 ** -24 : 2 ** -11);
});

test('two threads give the bits of one', () => {
  class Always extends Choice {
    override note(): void {}
  }
  const two = instantiate(families, sharedBase(2));
  const pool = new Pool(cutNames, 2);
  const shared = splitKernels(two.kernels, pool, pool.add(two), 2, new Always());
  const [m, n, k] = [203, 167, 190];
  const [A, B] = [fresh(m * k), fresh(k * n)];
  const multiply = ({ storage }: typeof two, kernels: typeof shared): FloatArray => {
    const [a, end] = [storage.start, storage.start + A.length + B.length + m * n];
    if (storage.capacity() < end) storage.grow(end);
    storage.write(a * 4, A);
    storage.write((a + A.length) * 4, B);
    kernels.gemm(matmulCodes.nn, m, n, k, a * 4, k, (a + A.length) * 4, n, (a + A.length + B.length) * 4, n, 0);
    return storage.read((a + A.length + B.length) * 4, m * n);
  };
  const expected = multiply(relaxed, relaxed.kernels);
  const end = performance.now() + 20_000;
  do assertSame(multiply(two, shared), expected, 'shared product');
  while (pool.helped < 3 && performance.now() < end);
  assert.ok(pool.helped >= 3, 'the helper took no part');
  pool.remove(1);
});

async function trained(backend: Backend): Promise<number[]> {
  const model = new Sequential([
    new LSTM({ units: 90, returnSequences: true }), new Dropout({ rate: 0.2 }), new GRU({ units: 130 }), new Dense({ units: 1 }),
  ], { inputShape: [9, 3], seed: 4 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  const stream = randomStream(5, 'data');
  const x = { data: Float32Array.from({ length: 21 * 27 }, () => normal(stream)), shape: [21, 9, 3] };
  const y = { data: Float32Array.from({ length: 21 }, () => normal(stream)), shape: [21, 1] };
  const start = Object.values(model.getWeights()).flatMap((w) => Array.from(w.data));
  for (let step = 0; step < 20; step++) await model.trainOnBatch(x, y);
  const weights = Object.values(model.getWeights()).flatMap((w) => Array.from(w.data));
  model.dispose();
  assertDifferent(weights, start, 1e-3, 'training');
  return weights;
}

test('training agrees with the plain kernels, with one thread and two', async () => {
  const one = await wasm({ relaxedSimd: true });
  assert.is(one.description, 'wasm simd128 with relaxed multiply-add, 1 thread');
  const weights = await trained(one);
  assertClose(weights, await trained(await wasm()), 1e-4, 'weights');
  assertSame(await trained(await wasm({ relaxedSimd: true, threads: 2 })), weights, 'two threads');
});

test('a host without it is asked to turn it on, and refused with a reason', () => {
  const seen: string[] = [];
  const fake = (...answers: boolean[]): Parameters<typeof requireRelaxedSimd>[0] => ({
    validate: (binary) => {
      assert.is(WebAssembly.validate(binary), true, 'the probe is no module');
      seen.push('validate');
      return answers.shift() ?? false;
    },
    enable: () => void seen.push('enable'),
  });
  requireRelaxedSimd(fake(true));
  assert.equal(seen.splice(0), ['validate']);
  requireRelaxedSimd(fake(false, true));
  assert.equal(seen.splice(0), ['validate', 'enable', 'validate']);
  const error = thrown(BackendError, () => requireRelaxedSimd(fake(false, false)));
  assert.match(error.message, /relaxedSimd.*relaxed SIMD/s);
  assert.match(error.message, 'Leave relaxedSimd out');
});

test('the backend refuses, rather than fall back', async () => {
  const { validate } = WebAssembly;
  try {
    WebAssembly.validate = () => false;
    const outcome = await wasm({ relaxedSimd: true }).catch((error: unknown) => error);
    assert.ok(outcome instanceof BackendError, String(outcome));
  } finally {
    WebAssembly.validate = validate;
  }
});

test.run();
