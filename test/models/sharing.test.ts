/** Weights belong to the layers: models over the same layers have the same weights, whoever trains. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, BatchNorm, Dense, Input, LSTM, LambdaCallback, Model, Sequential, ShapeError, StateError, TimeDistributed, cpu, loadModel, wasm,
} from '../../src/index.js';
import type { Backend } from '../../src/backend.js';
import { gpu } from '../../src/backends/gpu/index.js';
import type { HostTensor } from '../../src/tensor.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { rejected } from './support.js';

const float64 = cpu({ dtype: 'float64' });
const x = randomTensor(1, 'x', [12, 4, 3]);
const y = randomTensor(1, 'y', [12, 2]);
const codes = randomTensor(1, 'codes', [12, 5]);

/** A whole model, and one over its first two layers. */
function pair(seeds: readonly [number, number] = [3, 9]): { encoder: LSTM; whole: Sequential; half: Sequential } {
  const encoder = new LSTM({ units: 6 });
  const middle = new Dense({ units: 5, activation: 'tanh' });
  const whole = new Sequential([encoder, middle, new Dense({ units: 2 })], { inputShape: [4, 3], seed: seeds[0] });
  return { encoder, whole, half: new Sequential([encoder, middle], { inputShape: [4, 3], seed: seeds[1] }) };
}

/** Weights by key as flat arrays. */
function values(model: Model, keys?: readonly string[]): [string, number[]][] {
  return Object.entries(model.getWeights()).filter(([key]) => keys?.includes(key) ?? true).map(([key, { data }]) => [key, Array.from(data)]);
}

const sharedKeys = ['lstm/kernel', 'lstm/recurrentKernel', 'lstm/bias', 'dense/kernel', 'dense/bias'];

/** What `half` gives when its weights are exactly those that `whole` has now. */
async function fromScratch(whole: Model, backend?: Backend): Promise<HostTensor> {
  const { half } = pair();
  half.setWeights(Object.fromEntries(Object.entries(whole.getWeights()).filter(([key]) => sharedKeys.includes(key))));
  if (backend) half.compile({ loss: 'mse', backend });
  return half.predict(x);
}

for (const [name, open] of Object.entries<() => Backend | Promise<Backend>>({
  'cpu float64': () => float64, wasm: () => wasm(), 'gpu.js in plain JavaScript': () => gpu({ mode: 'cpu' }),
})) {
  test(`${name}: a second model over trained layers has their weights, at once and after more training by either`, async () => {
    const backend = await open();
    const { whole, half } = pair();
    whole.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', backend });
    half.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'mse', backend });
    assert.equal(values(whole, sharedKeys), values(half));
    const untrained = await half.predict(x);
    for (let round = 0; round < 2; round++) {
      await whole.fit(x, y, { epochs: 2, batchSize: 5 });
      assertSame((await half.predict(x)).data, (await fromScratch(whole, backend)).data, `prediction after round ${round}`);
      assert.equal(values(half), values(whole, sharedKeys));
    }
    assertDifferent((await half.predict(x)).data, untrained.data, 1e-2, 'training moved the second model');

    const before = await whole.predict(x);
    await half.fit(x, codes, { epochs: 1, batchSize: 6 });
    assert.equal(values(whole, sharedKeys), values(half));
    assertDifferent((await whole.predict(x)).data, before.data, 1e-3, 'training the second moved the first');
    assert.is((await whole.evaluate(x, y)).loss, (await whole.lossAndGradients(x, y)).loss);
  });
}

test('a third model is made after training; its own names, the first seed', async () => {
  const { encoder, whole } = pair();
  await whole.predict(x);
  whole.compile({ loss: 'mse' });
  await whole.fit(x, y, { epochs: 1 });
  const input = Input({ shape: [7, 3] });
  const other = new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(new LSTM({ units: 6 }).apply(new LSTM({ units: 3, returnSequences: true }).apply(input))) });
  const after = new Model({ inputs: input, outputs: encoder.apply(new LSTM({ units: 3, returnSequences: true }).apply(input)), seed: 77 });
  assert.equal(Object.keys(after.getWeights()).slice(3), ['lstm_1/kernel', 'lstm_1/recurrentKernel', 'lstm_1/bias']);
  assert.equal(values(after, ['lstm_1/kernel'])[0]?.[1], values(whole, ['lstm/kernel'])[0]?.[1], 'another name, the same weights');
  assert.not.equal(values(other, ['lstm_1/kernel'])[0]?.[1], values(whole, ['lstm/kernel'])[0]?.[1]);

  const [first, second, alone] = [pair([3, 9]), pair([3, 1]), pair([9, 9])];
  assert.equal(values(first.half), values(second.half), 'the seed of the model that came first');
  assert.not.equal(values(first.half), values(alone.half));
});

test('setWeights, loadModel and compile through either', async () => {
  const { whole, half } = pair();
  half.compile({ loss: 'mse' });
  whole.compile({ loss: 'mse' });
  await half.fit(x, codes, { epochs: 1 });
  await whole.predict(x);
  whole.setWeights({ 'lstm/bias': Array.from({ length: 24 }, () => 0.25) });
  assert.equal(values(half, ['lstm/bias'])[0]?.[1], Array.from({ length: 24 }, () => 0.25));
  assertSame((await half.predict(x)).data, (await fromScratch(whole)).data, 'after setWeights');
  half.compile({ loss: 'mae' });
  assertSame((await half.predict(x)).data, (await fromScratch(whole)).data, 'after compile');
  await whole.fit(x, y, { epochs: 1 });
  const [wholeAgain, halfAgain] = [await loadModel(whole.toBytes()), await loadModel(half.toBytes())];
  assert.equal(values(wholeAgain), values(whole));
  assert.equal(values(halfAgain), values(whole, sharedKeys), 'the file of a model that did not train holds what the other learned');
});

test('one truth for two precisions', async () => {
  const { whole, half } = pair();
  whole.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', backend: float64 });
  half.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse' });
  await whole.fit(x, y, { epochs: 2 });
  const exact = values(whole);
  assertClose((await half.predict(x)).data, (await fromScratch(whole, float64)).data, 1e-5, 'rounded to float32');
  assert.equal(values(whole), exact, 'a model that only reads rounds its own copy');
  half.dispose();
  assert.equal(values(whole), exact);
  assert.ok(exact.some(([, list]) => list.some((value) => value !== Math.fround(value))), 'float64 indeed');
  await half.fit(x, codes, { epochs: 1 });
  for (const [key, list] of values(whole, sharedKeys)) assert.equal(list, list.map(Math.fround), `${key}: who trains in float32 leaves float32`);
  const [, last = []] = values(whole, ['dense_1/kernel'])[0] ?? [];
  assert.ok(last.some((value) => value !== Math.fround(value)), 'what it has not trained keeps its precision');
});

test('training in turn: each model has Adam moments of its own', async () => {
  const build = (): ReturnType<typeof pair> => {
    const both = pair();
    both.whole.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse', backend: float64 });
    both.half.compile({ optimizer: new Adam({ learningRate: 0.03 }), loss: 'mae', backend: float64 });
    return both;
  };
  const shared = build();
  const [one, two] = [build(), build()]; // the same by hand: weights are carried over after every step
  for (let step = 0; step < 4; step++) {
    await shared.whole.trainOnBatch(x, y);
    await shared.half.trainOnBatch(x, codes);
    await one.whole.trainOnBatch(x, y);
    two.half.setWeights(Object.fromEntries(Object.entries(one.whole.getWeights()).filter(([key]) => sharedKeys.includes(key))));
    await two.half.trainOnBatch(x, codes);
    one.whole.setWeights(two.half.getWeights());
  }
  assert.equal(values(shared.whole), values(one.whole));
  assert.equal(values(shared.half), values(two.half));
  assert.is(shared.whole.position.step, 4);
});

test('running statistics are shared', async () => {
  const [dense, norm] = [new Dense({ units: 3 }), new BatchNorm({ momentum: 0.5 })];
  const trained = new Sequential([dense, norm, new Dense({ units: 2 })], { inputShape: [5] });
  const reads = new Sequential([dense, norm], { inputShape: [5] });
  await reads.predict(codes);
  trained.compile({ loss: 'mse' });
  await trained.fit(codes, y, { epochs: 2, batchSize: 4 });
  const keys = ['batch_norm/movingMean', 'batch_norm/movingVariance'];
  assert.equal(values(reads, keys), values(trained, keys));
  assert.ok(values(reads, keys)[0]?.[1].every((mean) => mean !== 0));
  const fresh = new Sequential([new Dense({ units: 3 }), new BatchNorm({ momentum: 0.5 })], { inputShape: [5] });
  fresh.setWeights(reads.getWeights());
  assertSame((await reads.predict(codes)).data, (await fresh.predict(codes)).data, 'with the statistics');
});

test('carried states are the stream of one model', async () => {
  const layer = new LSTM({ units: 3, stateful: true });
  const [a, b] = [new Sequential([layer], { inputShape: [4, 3] }), new Sequential([layer], { inputShape: [4, 3] })];
  const first = await a.predict(x);
  assertDifferent((await a.predict(x)).data, first.data, 1e-3, 'the stream goes on');
  assertSame((await b.predict(x)).data, first.data, 'another stream begins');
});

test('one trains while the other predicts: each call has the weights of one moment', async () => {
  const { whole, half } = pair();
  whole.compile({ optimizer: new Adam({ learningRate: 0.05 }), loss: 'mse' });
  const moments: number[][] = [];
  const seen: Promise<HostTensor>[] = [];
  const watch = new LambdaCallback({
    onBatchEnd: async () => {
      seen.push(half.predict(x, { batchSize: 5 })); // not awaited: it runs beside the training
      moments.push(Array.from((await fromScratch(whole)).data));
    },
  });
  await whole.fit(x, y, { epochs: 3, batchSize: 4, callbacks: [watch] });
  const predictions = await Promise.all(seen);
  assert.is(predictions.length, 9);
  predictions.forEach(({ data }, i) => { assertSame(data, moments[i] ?? [], `prediction ${i}`); });
  assertDifferent(moments[0] ?? [], moments[8] ?? [], 1e-3, 'moments');
});

test('two models do not train the same layers at the same time', async () => {
  const { whole, half } = pair();
  whole.compile({ loss: 'mse' });
  half.compile({ loss: 'mse' });
  const { position } = half;
  let met = 0;
  const meet = new LambdaCallback({
    onBatchEnd: async () => {
      met++;
      assert.match((await rejected(StateError, half.fit(x, codes))).message, "weights of 'lstm' must be not in training elsewhere");
      await rejected(StateError, half.trainOnBatch(x, codes));
      thrown(StateError, () => { half.setWeights(half.getWeights()); });
      await half.predict(x);
      whole.setWeights(whole.getWeights()); // the one that trains may
    },
  });
  await whole.fit(x, y, { batchSize: 4, callbacks: [meet] });
  assert.is(met, 3);
  assert.is(half.position, position, 'nothing has begun');
  await half.fit(x, codes);
  await whole.fit(x, y);
});

test('dispose of one leaves the other what both use', async () => {
  const { whole, half } = pair();
  whole.compile({ loss: 'mse' });
  half.compile({ loss: 'mse' });
  await whole.fit(x, y, { epochs: 1 });
  await half.predict(x);
  await whole.fit(x, y, { epochs: 1 });
  const expected = (await fromScratch(whole)).data;
  whole.dispose();
  assertSame((await half.predict(x)).data, expected, 'after dispose of the one that trained');
  half.dispose();
  assertSame((await half.predict(x)).data, expected, 'and of the other');
  assert.ok(Number.isFinite((await whole.evaluate(x, y)).loss));
});

test('clone has weights of its own, nested layers included', async () => {
  const inner = new Dense({ units: 4 });
  const model = new Sequential([new TimeDistributed({ layer: inner }), new LSTM({ units: 2, name: 'reader' })], { inputShape: [4, 3], seed: 5 });
  model.metadata = { columns: ['a', { b: 1 }] };
  model.compile({ loss: 'mse' });
  await model.fit(x, y, { epochs: 1 });
  const copy = model.clone();
  assert.equal(values(copy), values(model));
  assert.equal([copy.metadata, copy.seed], [model.metadata, 5]);
  assert.not(copy.layers.some((layer) => model.layers.includes(layer)));
  const before = values(model);
  copy.compile({ loss: 'mse' });
  await copy.fit(x, y, { epochs: 1 });
  assert.equal(values(model), before);
  assert.not.equal(values(copy), before);
  const bare = new Sequential([inner], { inputShape: [3] });
  assert.equal(values(bare, ['dense/kernel'])[0]?.[1], values(model, ['time_distributed/kernel'])[0]?.[1], 'a wrapped layer shares with the layer itself');
  const [wrapper] = copy.layers;
  assert.instance(wrapper, TimeDistributed);
  const inCopy = new Sequential([(wrapper as TimeDistributed).layer], { inputShape: [3] });
  assert.equal(values(inCopy, ['dense/kernel'])[0]?.[1], values(copy, ['time_distributed/kernel'])[0]?.[1]);
});

test('a second width of a layer is refused where the model is made', () => {
  const dense = new Dense({ units: 2, name: 'head' });
  new Sequential([dense], { inputShape: [3] });
  const error = thrown(ShapeError, () => new Sequential([dense], { inputShape: [4] }));
  assert.match(error.message, "Dense 'head': weight 'kernel' must be [3, 2], as in the first model over this layer, got [4, 2]");
  const input = Input({ shape: [4, 3] });
  const twice = thrown(ArgumentError, () => new Model({ inputs: input, outputs: [dense.apply(input), new TimeDistributed({ layer: dense }).apply(input)] }));
  assert.match(twice.message, "one layer in 'head' and 'time_distributed'");
});

test.run();
