/** Two threads give the bits of one: kernel by kernel, in whole training runs, and when threads are missing. */
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../src/backend.js';
import { linearDevice } from '../../src/backends/linear/device.js';
import { matmulCodes } from '../../src/backends/linear/raw.js';
import type { WasmKernels } from '../../src/backends/wasm/instance.js';
import { wasm } from '../../src/backends/wasm/index.js';
import { composed, instantiate } from '../../src/backends/wasm/instance.js';
import { Choice } from '../../src/backends/wasm/choice.js';
import { Pool } from '../../src/backends/wasm/pool.js';
import type { Kernel } from '../../src/backends/wasm/pool.js';
import { sharedBase } from '../../src/backends/wasm/sharedMemory.js';
import { cutNames, splitKernels } from '../../src/backends/wasm/split.js';
import { ArgumentError, BackendError } from '../../src/errors.js';
import { Activation, Adam, BatchNorm, Conv2D, Dense, Dropout, GRU, GlobalAveragePool2D, LSTM, MaxPool2D, Sequential } from '../../src/index.js';
import { normal, randomStream } from '../../src/random.js';
import { everyFamily } from './everyFamily.js';

const elements = 2_500_000;
const random = randomStream(9, 'threads');
const content = Float32Array.from({ length: elements }, () => normal(random));

const pool = new Pool(cutNames, 2);

/** Blocks until the helper has taken a part. */
function awaitHelp(before: number): void {
  const end = performance.now() + 20_000;
  while (pool.helped === before) if (performance.now() > end) throw new Error('the helper took no part');
}

/** The kernels of the main thread, which leave the first part of each job to the helper: so each is seen to run there. */
function patient(kernels: WasmKernels, before: { helped: number }): WasmKernels {
  const wait = (call: Kernel): Kernel => (...values) => {
    awaitHelp(before.helped);
    call(...values);
  };
  const { packing } = kernels;
  const entries = Object.entries(kernels).filter(([name]) => cutNames.some((cut) => cut === name)).map(([name, call]) => [name, wait(call as Kernel)] as const);
  return { ...kernels, ...Object.fromEntries(entries), ...(packing ? { packing: { ...packing, pack: wait((out = 0, mode = 0, n = 0, k = 0, b = 0, ldb = 0) => packing.pack(out, mode, n, k, b, ldb)) } } : {}) };
}

const one = instantiate(everyFamily.all);
const two = instantiate(everyFamily.all, sharedBase(2));
/** Room for the work of kernels, above what is compared. */
const room = 1_000_000;
for (const { storage } of [one, two]) storage.grow(storage.start + elements + room);
const before = { helped: 0 };
/** Never finds that sharing does not pay. */
class Always extends Choice {
  override note(): void {}
}

const shared = splitKernels(patient(two.kernels, before), pool, pool.add(two), 2, new Always());

/** Runs a call large enough to wake the helper; `at` gives the address of an element. */
function compare(what: string, call: (k: WasmKernels, at: (element: number) => number) => void): void {
  before.helped = pool.helped;
  const [expected = content, actual = content] = [one, two].map(({ storage, kernels }) => {
    const foot = storage.start * 4;
    storage.write(foot, content);
    call(kernels === one.kernels ? kernels : shared, (element) => foot + element * 4);
    return storage.read(foot, elements);
  });
  assert.ok(pool.helped > before.helped, `${what}: the helper took no part`);
  const at = actual.findIndex((x, i) => !Object.is(x, expected[i]));
  assert.is(at, -1, `${what}: element ${at} is ${actual[at]} instead of ${expected[at]}`);
  assert.ok(expected.some((x, i) => x !== content[i]), `${what} wrote nothing`);
}

test('products of every mode, tall and wide, bit for bit', () => {
  const codes = [matmulCodes.nn, matmulCodes.nt, matmulCodes.tn];
  for (const [m, n, k] of [[640, 483, 13], [33, 361, 190], [7, 903, 641], [701, 90, 160]] as const) {
    for (const mode of codes) {
      for (const accumulate of [0, 1]) {
        compare(`gemm ${mode} ${m}×${n}×${k} ${accumulate}`, (kernels, at) => {
          const [lda, ldb] = [(mode === matmulCodes.tn ? m : k) + 1, (mode === matmulCodes.nt ? k : n) + 2];
          kernels.gemm(mode, m, n, k, at(1), lda, at(700_000), ldb, at(1_500_000), n + 3, accumulate);
        });
      }
    }
    compare(`gemm packed ${m}×${n}×${k}`, (kernels, at) => {
      kernels.gemm(matmulCodes.packed, m, n, k, at(1), k, at(700_000), 0, at(1_500_000), n, 1);
    });
  }
});

test('packing, bit for bit', () => {
  for (const mode of [matmulCodes.nn, matmulCodes.nt]) {
    compare(`pack ${mode}`, (kernels, at) => kernels.packing?.pack(at(1_000_000), mode, 1003, 501, at(1), mode === matmulCodes.nt ? 501 : 1003));
  }
});

test('gates, bit for bit', () => {
  const [b, h] = [67, 1003];
  const slot = (i: number): number => 1 + i * 4 * b * (h + 1); // room for the widest operand
  compare('lstmForward', (k, at) => k.lstmForward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), 0, b, h));
  compare('lstmForward with peepholes', (k, at) => k.lstmForward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), at(slot(5)), b, h));
  for (const dc of [0, 1]) {
    compare(`lstmBackward ${dc}`, (k, at) => k.lstmBackward(
      at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), at(slot(5)), at(slot(6)), dc === 1 ? at(slot(7)) : 0, at(slot(8)), b, h,
    ));
  }
  compare('gruForward', (k, at) => k.gruForward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), b, h));
  compare('gruBackward', (k, at) => k.gruBackward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), at(slot(5)), at(slot(6)), b, h));
  compare('gruReset', (k, at) => k.gruReset(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), b, h));
  compare('gruBlend', (k, at) => k.gruBlend(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), b, h));
  compare('gruBlendBackward', (k, at) => k.gruBlendBackward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), b, h));
  compare('gruResetBackward', (k, at) => k.gruResetBackward(at(slot(0)), at(slot(1)), at(slot(2)), at(slot(3)), at(slot(4)), b, h));
});

test('pointwise kernels, bit for bit', () => {
  const n = 401_003;
  const [a, b, c, d, e] = [1, 450_000, 900_000, 1_350_000, 1_800_000];
  const last = 2_400_000;
  compare('activate', (k, at) => k.activate(at(a), at(b), n, 2, 0));
  compare('activateBackward', (k, at) => k.activateBackward(at(a), at(b), at(c), at(d), n, 2, 0));
  compare('add in place', (k, at) => k.add(at(a), at(a), at(c), n));
  compare('mul', (k, at) => k.mul(at(a), at(b), at(c), n));
  compare('addRow', (k, at) => k.addRow(at(a), at(e), 601, 1003));
  compare('adam', (k, at) => k.adam(at(a), at(b), at(c), 0, at(d), at(last), at(last + 1), at(last + 3), at(last + 4), n, 0.5, 0.1, 0.9, 0.999, 1e-7));
  compare('adam amsgrad', (k, at) => {
    k.adam(at(a), at(b), at(c), at(e), at(d), at(last), at(last + 1), at(last + 3), at(last + 4), n, 0, 0, 0.9, 0.999, 1e-7);
  });
});

test('batch normalisation by columns and by rows, bit for bit', () => {
  for (const [rows, n] of [[20_011, 21], [4003, 131]] as const) {
    const [x, dy, out, small] = [1, 600_000, 1_200_000, 2_000_000];
    compare(`columnStatistics ${n}`, (k, at) => k.columnStatistics(at(small), at(small + n), at(x), rows, n, n));
    compare(`batchNorm ${n}`, (k, at) => k.batchNorm(at(out), at(small), at(x), at(small + n), at(small + 2 * n), at(small + 3 * n), at(small + 4 * n), rows, n, 40));
    for (const constant of [0, 1]) {
      compare(`batchNormBackward ${n} ${constant}`, (k, at) => k.batchNormBackward(
        at(out), at(small), at(small + n), at(x), at(small + 2 * n), at(small + 3 * n), at(small + 4 * n), at(dy), rows, n, n, constant,
      ));
    }
  }
});

test('what convolutions are composed of, bit for bit', () => {
  const work = elements;
  const [x, y, kernel, panels] = [1, 700_000, 1_400_000, 1_700_000];
  const [c, f] = [131, 101];
  for (const turned of [0, 1]) {
    compare(`winogradKernel ${turned}`, (k, at) => k.winogradKernel(at(panels), at(kernel), at(work), k.winogradWork(c, f), 0, turned ? 17 : 13, c, f, turned));
  }
  const tiles = [23, 26, c, 22, 27, f, 1, 1] as const;
  const count = 3 * 6 * 7;
  compare('winograd', (k, at) => k.winograd(at(y), at(x), at(panels), at(work), k.winogradWork(c, f), 0, count, ...tiles));
  compare('winogradGradient', (k, at) => k.winogradGradient(at(panels), at(x), at(y), at(work), k.winogradWork(c, f), 0, 6, 3, ...tiles));
  compare('winogradKernelGradient', (k, at) => k.winogradKernelGradient(at(kernel), at(panels), 0, c, c, f));
  const geometry = [41, 43, 13, 21, 44, 27, 3, 3, 2, 1, 1, 1, 1, 2, 1] as const;
  compare('correlate', (k, at) => k.correlate(
    at(y), at(x), at(panels), at(work), k.patchWork(...geometry), 0, 5 * 21, ...geometry, 21 * 44 * 27, 44 * 27, 27,
  ));
  compare('correlateKernel', (k, at) => k.correlateKernel(at(kernel), at(x), at(y), at(work), k.patchWork(...geometry), 0, 30, 5, ...geometry));
});

test('pooling and depthwise convolution, bit for bit', () => {
  const window = [61, 53, 25, 31, 27, 3, 3, 2, 2, 1, 1, 1, 1] as const;
  const [x, y, taps] = [1, 1_000_000, 1_500_000];
  compare('maxPool', (k, at) => k.maxPool(at(y), at(taps), at(x), 0, 8 * 31, ...window));
  compare('depthwise', (k, at) => k.depthwise(at(y), at(x), at(taps), 0, 8 * 31, ...window));
  compare('depthwiseBackward', (k, at) => k.depthwiseBackward(at(x), at(y), at(taps), 8, ...window));
  compare('depthwiseKernel', (k, at) => k.depthwiseKernel(at(taps), at(x), at(y), 0, 9, 8, 61, 53, 25, 31, 27, 3, 2, 2, 1, 1, 1, 1));
  compare('averagePool', (k, at) => k.averagePool(at(y), at(x), 0, 8 * 31, ...window));
  compare('averagePoolBackward', (k, at) => k.averagePoolBackward(at(x), at(y), 8, ...window));
  compare('maxPoolBackward', (k, at) => {
    k.maxPool(at(y), at(taps), at(x), 0, 8 * 31, ...window);
    k.maxPoolBackward(at(x), at(y), at(taps), 8, ...window);
  });
});

test('a trap in a helper is an error, not a wrong result', () => {
  const trapped = new Pool(cutNames, 2);
  const instance = instantiate(everyFamily.all, sharedBase(2));
  const workplace = trapped.add(instance);
  const end = instance.memory.buffer.byteLength;
  const job = {
    kernel: cutNames.indexOf('add'), values: [end, end, end, 8], steps: [16, 16, 16, 0], counted: 3, part: 4,
    call: () => {
      while (trapped.helped === 0);
    },
  };
  assert.throws(() => trapped.run(workplace, job), (error: unknown) => error instanceof BackendError && error.message.includes('add'));
  assert.is(trapped.remove(workplace.id), true);
});

/** The same of a small residual network. */
async function convolvedBytes(backend: Backend): Promise<string> {
  const model = new Sequential([
    new Conv2D({ filters: 24, kernelSize: 5, stride: 2 }), new BatchNorm(), new Activation({ kind: 'relu' }), new MaxPool2D({ poolSize: 2 }),
    new Conv2D({ filters: 21, kernelSize: 3, padding: 'same' }), new Conv2D({ filters: 16, kernelSize: 1 }), new GlobalAveragePool2D(), new Dense({ units: 1 }),
  ], { inputShape: [61, 73, 3], seed: 4 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  const x = { data: content.subarray(0, 5 * 61 * 73 * 3), shape: [5, 61, 73, 3] };
  const y = { data: content.subarray(5000, 5005), shape: [5, 1] };
  for (let step = 0; step < 8; step++) await model.trainOnBatch(x, y);
  const weights = model.getWeights();
  model.dispose();
  return JSON.stringify(Object.values(weights).map((w) => Array.from(w.data)));
}

/** Weights after some steps of a network wide enough to keep a helper busy. */
async function trainedBytes(backend: Backend): Promise<string> {
  const model = new Sequential([
    new LSTM({ units: 90, returnSequences: true }), new Dropout({ rate: 0.2 }), new GRU({ units: 130, returnSequences: true }), new LSTM({ units: 70 }), new Dense({ units: 1 }),
  ], { inputShape: [9, 3], seed: 4 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  const x = { data: content.subarray(0, 35 * 27), shape: [35, 9, 3] };
  const y = { data: content.subarray(5000, 5035), shape: [35, 1] };
  for (let step = 0; step < 12; step++) await model.trainOnBatch(x, y);
  const { data } = await model.predict(x);
  const weights = model.getWeights();
  model.dispose();
  return JSON.stringify([Array.from(data), Object.values(weights).map((w) => Array.from(w.data))]);
}

test('whole training runs give the same bytes', async () => {
  const expected = await trainedBytes(await wasm());
  const helped = pool.helped;
  const observed: Backend = {
    ...(await wasm()),
    open() {
      const instance = instantiate(everyFamily.all, sharedBase(2));
      const split = splitKernels(instance.kernels, pool, pool.add(instance), 2);
      return linearDevice(composed(split, everyFamily.all, 2), instance.storage, 'float32', everyFamily.kernels);
    },
  };
  for (let run = 0; run < 20 && pool.helped === helped; run++) assert.is(await trainedBytes(observed), expected);
  assert.ok(pool.helped > helped, 'the helper took no part');
  const backend = await wasm({ threads: 2 });
  const both = await Promise.all([trainedBytes(backend), trainedBytes(backend)]); // two models, one helper
  assert.equal(both, [expected, expected]);
  assert.is(await trainedBytes(backend), expected); // a new helper after the last dispose
});

test('whole training runs of convolutions give the same bytes', async () => {
  assert.is(await convolvedBytes(await wasm({ threads: 2 })), await convolvedBytes(await wasm()));
});

test('the faster way is kept, and tried anew after a while', () => {
  // Clearly faster, slower by less than a trial can tell, clearly slower.
  for (const [withHelp, alone, better] of [[0.6, 1.2, true], [1.3, 1.2, true], [1.5, 1.2, false]] as const) {
    const choice = new Choice();
    const ways: boolean[] = [];
    for (let call = 0; call < 260; call++) {
      ways.push(choice.shared);
      choice.note(1, choice.shared ? withHelp : alone);
    }
    const expected = [[30, true], [30, false], [40, better], [30, true], [30, false], [80, better], [20, true]] as const;
    assert.equal(ways, expected.flatMap(([calls, way]) => Array.from({ length: calls }, () => way)));
  }
});

test('what is read from shared memory is not shared', async () => {
  const device = (await wasm({ threads: 2 })).open();
  const variable = device.variable({ data: Float32Array.of(1, 2, 3), shape: [3] });
  const [output = new Float32Array(0)] = await device.compile((k, [x]) => ({ outputs: x ? [k.scale(x, 2)] : [], variables: [] }), [[2]], []).run([Float32Array.of(4, 5)]);
  assert.equal(output, Float32Array.of(8, 10));
  for (const values of [output, device.read(variable)]) assert.instance(values.buffer, ArrayBuffer);
  device.dispose();
});

test('the number of threads', async () => {
  for (const threads of [0, -1, 1.5, NaN]) {
    try {
      await wasm({ threads });
      assert.unreachable(`${threads} threads`);
    } catch (error) {
      assert.instance(error, ArgumentError);
    }
  }
  assert.is((await wasm({ threads: 1 })).description, 'wasm simd128, 1 thread');
  assert.match((await wasm({ threads: 4096 })).description, /^wasm simd128, \d+ threads? \(the hardware has no more than \d+\)$/);
});

test('one thread, with the reason, where memory cannot be shared', async () => {
  const { SharedArrayBuffer: original } = globalThis;
  try {
    Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
    const backend = await wasm({ threads: 2 });
    assert.match(backend.description, /^wasm simd128, 1 thread \(no SharedArrayBuffer here/);
    const device = backend.open();
    assert.equal(device.read(device.variable({ data: Float32Array.of(7), shape: [1] })), Float32Array.of(7));
  } finally {
    globalThis.SharedArrayBuffer = original;
  }
});

test('helpers do not keep the process alive', () => {
  const { href } = new URL('../../src/index.js', import.meta.url);
  const script = `import(${JSON.stringify(href)}).then(async ({ wasm }) => {
    globalThis.device = (await wasm({ threads: 2 })).open();
    setTimeout(() => console.log(device.dtype), 200); // the helper is up and asleep
  });`;
  const { status, signal, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 20_000 });
  assert.equal({ status, signal, stdout }, { status: 0, signal: null, stdout: 'float32\n' });
});

test.run();
