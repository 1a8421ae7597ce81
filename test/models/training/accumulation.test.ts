/** Batches that make one step together take the step of one batch with all their rows. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, BatchNorm, Dense, Dropout, GRU, Input, LSTM, LambdaCallback, Model, NotFiniteError, SGD, Sequential, cpu, l2, loadModel, warmUp, wasm,
} from '../../../src/index.js';
import type { Backend, FitOptions, Optimizer } from '../../../src/index.js';
import { gpu } from '../../../src/gpu.js';
import { assertClose, assertDifferent } from '../../support/compare.js';
import { anySeed, forAll } from '../../support/property.js';
import { host, randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { assertSameState, assertSameWeights, range, rejected, sineData } from '../support.js';

const float64 = cpu({ dtype: 'float64' });
const T = 3;

/** Two masked sequences and the last step of one: outputs with rows of three kinds; a penalty, clipping, decay. */
function threeOutputs(optimizer: Optimizer, backend: Backend, seed: number): Model {
  const [a, b] = [Input({ shape: [T, 2], name: 'a' }), Input({ shape: [T, 1], name: 'b' })];
  const model = new Model({ inputs: [a, b], seed, outputs: {
    first: new Dense({ units: 2, kernelRegularizer: l2(0.05) }).apply(new GRU({ units: 2, returnSequences: true }).apply(a)),
    second: new LSTM({ units: 1, returnSequences: true }).apply(b),
    last: new GRU({ units: 2 }).apply(b),
  } });
  model.compile({ optimizer, backend, loss: { last: 'mse', first: 'mse', second: 'mae' }, lossWeights: { second: 2, last: 0.5 } });
  return model;
}

/** Many samples are padding altogether, and so are whole batches. */
function randomMask(seed: number, rows: number): Host {
  const values = randomTensor(seed, 'mask', [rows, T]).data;
  return host([rows, T], values.map((v, i) => (i >= (rows - 1) * T || v > 0.3 ? 1 : 0)));
}

interface Case { readonly seed: number; readonly b: number; readonly n: number; readonly samples: number; readonly masked: readonly string[]; readonly weighted: boolean; readonly adam: boolean }

const cases: fc.Arbitrary<Case> = fc.record({
  seed: anySeed, b: fc.integer({ min: 1, max: 3 }), n: fc.integer({ min: 2, max: 4 }), samples: fc.integer({ min: 2, max: 14 }),
  masked: fc.subarray(['a', 'b']), weighted: fc.boolean(), adam: fc.boolean(),
});

async function sameSteps({ seed, b, n, samples, masked, weighted, adam }: Case, backend: Backend, tolerance: number): Promise<void> {
  const x = [randomTensor(seed, 'a', [samples, T, 2]), randomTensor(seed, 'b', [samples, T, 1])];
  const y = [randomTensor(seed, 'y0', [samples, T, 2]), randomTensor(seed, 'y1', [samples, T, 1]), randomTensor(seed, 'y2', [samples, 2])];
  const mask = Object.fromEntries(masked.map((name, i) => [name, randomMask(seed + i, samples)]));
  const sampleWeight = host([samples], randomTensor(seed, 'weights', [samples]).data.map(Math.abs));
  const options = { mask, ...(weighted ? { sampleWeight } : {}), epochs: 2, shuffle: tolerance < 1e-9 };
  const trained = async (own: FitOptions): Promise<Model> => {
    const optimizer = adam ? new Adam({ learningRate: 0.02, epsilon: 1e-3, globalClipNorm: 1, weightDecay: 0.01 }) : new SGD({ learningRate: 0.1, momentum: 0.5 });
    const model = threeOutputs(optimizer, backend, seed);
    await model.fit(x, y, { ...options, ...own });
    return model;
  };
  const [whole, parts] = [await trained({ batchSize: n * b }), await trained({ batchSize: b, gradientAccumulationSteps: n })];
  assert.equal([parts.position.step, parts.position.runSteps], [whole.position.step, whole.position.runSteps]);
  const expected = whole.getWeights();
  for (const [key, { data }] of Object.entries(parts.getWeights())) assertClose(data, expected[key]?.data ?? [], tolerance, key);
}

test('n batches of b rows are one of n·b: masks, weights, penalties, clipping, outputs with rows of their own, an epoch that ends early', async () => {
  await forAll(cases, 40, (c) => sameSteps(c, float64, 1e-11));
});

for (const [name, open] of [['wasm', wasm], ['gpu, cpu mode', () => gpu({ mode: 'cpu' })]] as const) {
  test(`the same on ${name}`, async () => {
    const backend = await open();
    await forAll(cases, name === 'wasm' ? 12 : 3, (c) => sameSteps(c, backend, 2e-4));
  });
}

const { x, y } = sineData(26, 4);

function build(backend: Backend = float64): Sequential {
  const model = new Sequential([new LSTM({ units: 3, dropout: 0.3, returnSequences: true }), new BatchNorm({ momentum: 0.8 }), new LSTM({ units: 2 }), new Dropout({ rate: 0.2 }), new Dense({ units: 1 })], { inputShape: [4, 1], seed: 3 });
  model.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', metrics: ['mae'], backend });
  return model;
}

/** 7 batches of an epoch: steps of 3, 3 and 1. */
const inThrees: FitOptions = { epochs: 3, batchSize: 4, gradientAccumulationSteps: 3 };

test('one alone changes nothing, to the bit; the end of an epoch is a step of what is left', async () => {
  const [plain, one, three] = [build(), build(), build()];
  await plain.fit(x, y, { epochs: 3, batchSize: 4 });
  await one.fit(x, y, { ...inThrees, gradientAccumulationSteps: 1 });
  assertSameState(one, plain, 'steps of one batch');
  await three.fit(x, y, inThrees);
  assert.is(three.position.step, 9);
  assert.is(plain.position.step, 21);
});

test('the batches of a step draw masks of their own', async () => {
  const model = new Sequential([new Dropout({ rate: 0.5 }), new Dense({ units: 1, useBias: false, kernelInitializer: 'zeros' })], { inputShape: [200] });
  model.compile({ loss: 'mae', optimizer: new SGD({ learningRate: 1 }), backend: float64 });
  const ones = { data: new Float64Array(400).fill(1), shape: [2, 200] };
  await model.fit(ones, [[1], [1]], { batchSize: 1, gradientAccumulationSteps: 2 });
  const kernel = model.getWeights()['dense/kernel']?.data ?? []; // kept twice: 2, once: 1, never: 0
  for (const times of [0, 1, 2]) assert.ok([...kernel].filter((w) => Math.abs(w - times) < 1e-12).length > 20, `${times} of two`);
});

test('callbacks hear of every batch once its step is done; schedules count steps; batches of generators', async () => {
  const model = new Sequential([new Dense({ units: 1, useBias: false })], { inputShape: [1] });
  model.compile({ optimizer: new SGD({ learningRate: warmUp({ epochs: 1, then: 0.4 }) }), loss: 'mae', backend: float64 });
  model.setWeights({ 'dense/kernel': [[1000]] });
  const seen: number[] = [];
  const note = new LambdaCallback({ onBatchEnd: () => { seen.push(1000 - (model.getWeights()['dense/kernel']?.data[0] ?? NaN)); } });
  function* batches(): Generator<[number[][], number[][]]> {
    for (let i = 0; i < 7; i++) yield [[[1]], [[0]]];
  }
  await model.fit(batches, { stepsPerEpoch: 7, gradientAccumulationSteps: 2, epochs: 2, callbacks: [note] });
  const steps = [0.4 / 3.5, 0.8 / 3.5, 1.2 / 3.5, 0.4, 0.4, 0.4, 0.4, 0.4];
  const after = steps.map((_, i) => steps.slice(0, i + 1).reduce((sum, step) => sum + step));
  assertClose(seen, [0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7].map((i) => after[i] ?? NaN), 1e-9, 'after each batch');
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mae', backend: float64 });
  const { epoch } = await model.fit(batches, { gradientAccumulationSteps: 3, epochs: 2 }); // nobody says how many there are
  assert.equal([epoch.length, model.position.step], [2, 6]);
  await model.fit(batches(), { gradientAccumulationSteps: 4 });
  assert.is(model.position.step, 8);
});

test('samples of any length: the batches of a step may differ in form', async () => {
  const open = (): Sequential => {
    const model = new Sequential([new GRU({ units: 2 }), new Dense({ units: 1 })], { inputShape: [null, 1], seed: 8 });
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'mse', backend: float64 });
    return model;
  };
  const [parts, padded] = [open(), open()];
  const lists = [[1, 2, 3], [4, 5], [6, 7, 8, 9]].map((list) => list.map((v) => [v / 10]));
  await parts.fit(() => lists.map((list, i) => [[list], [[i]]] as const), { gradientAccumulationSteps: 3 });
  await padded.trainOnBatch(lists.map((list) => [...list, [0], [0]].slice(0, 4)), [[0], [1], [2]], { lengths: [3, 2, 4] });
  const expected = padded.getWeights();
  for (const [key, { data }] of Object.entries(parts.getWeights())) assertClose(data, expected[key]?.data ?? [], 1e-12, key);
});

test('a stateful model hands its states from batch to batch of a step', async () => {
  const stateful = (): Sequential => {
    const model = new Sequential([new GRU({ units: 2, stateful: true, returnSequences: true })], { inputShape: [2, 1], seed: 8 });
    model.compile({ optimizer: new SGD({ learningRate: 1e-300 }), loss: 'mse', backend: float64 });
    return model;
  };
  const [parts, single] = [stateful(), stateful()];
  const data = { x: randomTensor(1, 'x', [6, 2, 1]), y: randomTensor(1, 'y', [6, 2, 2]) };
  const heard: unknown[] = [];
  for (const [model, n] of [[parts, 3], [single, 1]] as const) {
    const { history } = await model.fit(data.x, data.y, { batchSize: 2, gradientAccumulationSteps: n });
    heard.push(history.loss);
  }
  assert.equal(heard[0], heard[1]);
});

test('resumed from any checkpoint and after an abort, to the bit: no part of a step is ever saved', async () => {
  const whole = build();
  await whole.fit(x, y, inThrees);
  for (const stopAt of [1, 3, 4, 7, 8, 12, 20]) {
    const controller = new AbortController();
    let seen = 0;
    const stopped = build();
    const saved: Uint8Array[] = [];
    const abort = new LambdaCallback({ onBatchEnd: () => {
      saved.push(stopped.toBytes());
      if (++seen === stopAt) controller.abort(new RangeError('enough'));
    } });
    await rejected(RangeError, stopped.fit(x, y, { ...inThrees, callbacks: [abort], signal: controller.signal }));
    for (const bytes of [stopped.toBytes(), saved[stopAt - 1] ?? new Uint8Array()]) {
      const again = await loadModel(bytes, { backend: float64 });
      again.position.callbacks = [];
      await again.fit(x, y, { ...inThrees, resume: true, callbacks: [new LambdaCallback({})] });
      assertSameWeights(again, whole, `stopped after ${stopAt}`);
    }
  }
});

test('a loss that is not finite anywhere in a step: nothing of it is learnt, and what was good stays', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1], seed: 1 });
  model.compile({ optimizer: new Adam(), loss: 'mse' });
  await model.fit([[1], [2]], [[1], [2]], { batchSize: 1, gradientAccumulationSteps: 2 });
  const before = model.getWeights();
  for (const bad of [0, 1, 2]) {
    const values = range(0, 3).map((i) => [i === bad ? 3e38 : 1]);
    const error = await rejected(NotFiniteError, model.fit(values, [[1], [1], [1]], { batchSize: 1, gradientAccumulationSteps: 3, shuffle: false }));
    assert.is(error.site.batch, bad);
  }
  assertDifferent(before['dense/kernel']?.data ?? [], [0], 0, 'trained');
  assert.ok(Object.values(model.getWeights()).every(({ data }) => data.every(Number.isFinite)));
  await model.fit([[1], [2]], [[1], [2]], { batchSize: 1, gradientAccumulationSteps: 2 });
  assert.ok(Object.values(model.getWeights()).every(({ data }) => data.every(Number.isFinite)));
});

test('metrics and losses are those of the batches; validation inside an epoch falls between steps', async () => {
  const model = build();
  const { validation } = await model.fit(x, y, { batchSize: 4, gradientAccumulationSteps: 2, validationData: [x, y], validateEvery: 4 });
  assert.equal(validation?.step, [2]);
  const error = await rejected(ArgumentError, model.fit(x, y, { batchSize: 4, gradientAccumulationSteps: 2, validationData: [x, y], validateEvery: 3 }));
  assert.match(error.message, /validateEvery must be a multiple of gradientAccumulationSteps 2/);
  for (const odd of [0, 1.5, -2, NaN]) await rejected(ArgumentError, model.fit(x, y, { gradientAccumulationSteps: odd }));
  const heard = await Promise.all([1, 3].map(async (n) => {
    const still = build();
    still.compile({ optimizer: new SGD({ learningRate: 1e-300 }), loss: 'mse', metrics: ['mae'], backend: float64 });
    const { history } = await still.fit(x, y, { batchSize: 26, shuffle: false, gradientAccumulationSteps: n });
    return [history.loss, history.mae];
  }));
  assert.equal(heard[1], heard[0]);
});

test.run();
