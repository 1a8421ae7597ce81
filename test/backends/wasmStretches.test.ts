/** The time loop in parts of the batch: the bits of one thread, and only where rows keep apart. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { matmulCodes } from '../../src/backends/linear/raw.js';
import { Choice } from '../../src/backends/wasm/choice.js';
import { instantiate } from '../../src/backends/wasm/instance.js';
import { joining } from '../../src/backends/wasm/joining.js';
import { Pool } from '../../src/backends/wasm/pool.js';
import type { Kernel } from '../../src/backends/wasm/pool.js';
import { sharedBase } from '../../src/backends/wasm/sharedMemory.js';
import { partsOf, stretchNames } from '../../src/backends/wasm/stretches.js';
import { Adam, Bidirectional, Dense, GRU, LSTM, Sequential, SimpleRNN, wasm } from '../../src/index.js';
import type { AnyLayer } from '../../src/index.js';
import { randomTensor } from '../support/values.js';
import { everyFamily } from './everyFamily.js';

const [B, H, T] = [10, 24, 100];
/** Addresses: U, then z, c, tanh c and h of all steps. */
const at = { u: 1 << 20, z: 2 << 20, c: 3 << 20, tanhC: 4 << 20, h: 5 << 20 };
const gates = 4 * B * H * 4;
const state = B * H * 4;

/** z += h·U, then the gates, T times. */
const steps = Array.from({ length: T }, (_, t) => [
  { name: 'gemm', values: [matmulCodes.nn, B, 4 * H, H, at.h + t * state, H, at.u, 4 * H, at.z + t * gates, 4 * H, 1] },
  { name: 'lstmForward', values: [at.z + t * gates, at.c + (t + 1) * state, at.tanhC + t * state, at.h + (t + 1) * state, at.c + t * state, 0, B, H] },
]).flat();

class Always extends Choice {
  override note(): void {}
}

test('a helper takes half of the batch through all steps, bit for bit', () => {
  const pool = new Pool(stretchNames, 2);
  const [one, two] = [instantiate(everyFamily.all), instantiate(everyFamily.all, sharedBase(2))];
  const content = Float32Array.from(randomTensor(1, 'memory', [5 << 18]).data, (x) => 0.3 * x);
  const results = (storage: typeof one.storage): Float32Array[] => [at.z, at.c, at.tanhC, at.h].map((from) => Float32Array.from(storage.read(from, 1 << 16)));
  for (const { storage } of [one, two]) storage.grow(7 << 18);
  const prepare = (): void => {
    for (const { storage } of [one, two]) storage.write(1 << 18, content);
  };
  prepare();
  const kernels = new Map(Object.entries<unknown>({ ...one.kernels }));
  for (const { name, values } of steps) (kernels.get(name) as Kernel)(...values);
  const expected = results(one.storage);
  const call = joining(two.kernels, pool, pool.add(two), 2, new Always())(steps, B);
  assert.ok(call);
  for (const end = performance.now() + 20_000; pool.helped < 3;) {
    two.storage.write(1 << 18, content);
    call();
    assert.equal(results(two.storage), expected);
    assert.ok(performance.now() < end, 'the helper took no part');
  }
});

test('parts hold every row once', () => {
  for (const count of [1, 2, 3, 4, 10, 16]) {
    const parts = partsOf(steps, B, count);
    assert.is(parts?.reduce((sum, [first]) => sum + (first?.[2] ?? 0), 0), B, `${count} parts`);
  }
});

test('no parts where rows do not keep apart', () => {
  const [product, pointwise] = steps as [typeof steps[0] & object, typeof steps[0] & object];
  const altered = (values: readonly number[], changes: Readonly<Record<number, number>>): number[] => values.map((value, i) => changes[i] ?? value);
  const without = [
    ['a product that sums over rows', { name: 'gemm', values: altered(product.values, { 0: matmulCodes.tn }) }],
    ['a product with as many rows, but of something else', { name: 'gemm', values: altered(product.values, { 1: B + 1 }) }],
    ['what rows write as right operand', { name: 'gemm', values: altered(product.values, { 6: at.h }) }],
    ['the same memory in other steps', { name: 'gemm', values: altered(product.values, { 5: H - 1 }) }],
    ['the same memory a row further', { name: 'lstmForward', values: altered(pointwise.values, { 4: at.c + state - 4 * H }) }],
    ['elements that are no whole rows', { name: 'add', values: [at.u + 4096, at.u + 4096, at.u + 4096, B * H + 1] }],
    ['a kernel that nobody has said how to cut', { name: 'softmax', values: [at.z, at.z, B, H] }],
  ] as const;
  for (const [why, call] of without) assert.is(partsOf([...steps, call], B, 2), undefined, why);
  assert.ok(partsOf([...steps, { name: 'add', values: [at.u + 4096, at.z, at.z, 4 * B * H] }], B, 2) === undefined, 'U and what goes by rows overlap');
});

test('training with masks, dropout, directions and projections, two and three threads, bit for bit', async () => {
  const nets: Readonly<Record<string, () => AnyLayer[]>> = {
    'LSTM': () => [new LSTM({ units: 30, returnSequences: true, recurrentDropout: 0.2 }), new LSTM({ units: 9, peepholes: true, projection: 5 })],
    'GRU': () => [new GRU({ units: 21, returnSequences: true, zeroOutputForMask: true }), new GRU({ units: 20, resetAfter: false, truncate: 4 })],
    'RNN': () => [new Bidirectional({ layer: new SimpleRNN({ units: 34, dropout: 0.1, returnSequences: true }) }), new LSTM({ units: 8, activation: 'relu' })],
  };
  const [N, steps2, D] = [11, 30, 3];
  const x = randomTensor(5, 'x', [N, steps2, D]);
  const y = randomTensor(6, 'y', [N, 1]);
  const mask = { shape: [N, steps2], data: Float64Array.from({ length: N * steps2 }, (_, i) => (i % steps2 < 5 + (i / steps2) * 2 ? 1 : 0)) };
  for (const [name, layers] of Object.entries(nets)) {
    const weights = await Promise.all([1, 2, 3].map(async (threads) => {
      const model = new Sequential([...layers(), new Dense({ units: 1 })], { inputShape: [steps2, D], seed: 4 });
      model.compile({ loss: 'mse', optimizer: new Adam({ learningRate: 0.01 }), backend: await wasm({ threads }) });
      for (const options of [{}, { mask }]) await model.fit(x, y, { epochs: 8, batchSize: N, ...options });
      const all = Object.values(model.getWeights()).map(({ data }) => [...data]);
      model.dispose();
      return all;
    }));
    assert.equal(weights[1], weights[0], `${name}, 2 threads`);
    assert.equal(weights[2], weights[0], `${name}, 3 threads`);
  }
});

test.run();
