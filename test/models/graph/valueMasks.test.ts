/** Indices and masks by value: checked and read before a step, wherever numbers come in; what masks by value do is what lengths do. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Add, ArgumentError, Concatenate, Conv1D, DataError, Dense, Embedding, Flatten, GRU, GlobalAveragePool1D, GlobalMaxPool1D, Input, LSTM, Masking, Model, Reshape, Sequential, TimeDistributed, cpu, loadModel, wasm,
} from '../../../src/index.js';
import type { Backend, SampleSource } from '../../../src/index.js';
import { deletionInsertion, gradCam, inputGradients, integratedGradients, occlusion, scoreCam } from '../../../src/explain/index.js';
import { largestProduct } from '../../../src/models/graph/work.js';
import { assertClose, assertSame, thrown } from '../../support/compare.js';
import { host, randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { assertSameWeights, rejected } from '../support.js';

const float64 = cpu({ dtype: 'float64' });
const [T, V] = [5, 7];

/** Sentences of these lengths, indices from 1, zeros behind. */
function sentences(lengths: readonly number[], seed = 1): Host {
  const drawn = randomTensor(seed, 'indices', [lengths.length, T]).data.map((value) => 1 + (Math.floor(Math.abs(value) * 1000) % (V - 1)));
  return host([lengths.length, T], drawn.map((index, i) => (i % T < (lengths[Math.floor(i / T)] ?? 0) ? index : 0)));
}

function reader(maskZero: boolean, backend: Backend = float64, sequences = true, optimizer: 'sgd' | 'adam' = 'sgd'): Sequential {
  const model = new Sequential([
    new Embedding({ inputDim: V, outputDim: 4, maskZero }), new LSTM({ units: 3, returnSequences: sequences }), new Dense({ units: 2 }),
  ], { inputShape: [T], seed: 3 });
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'], backend });
  return model;
}

const lengths = [5, 2, 1, 4, 3];
const x = sentences(lengths);
const y = randomTensor(2, 'y', [lengths.length, T, 2]);

test('maskZero does what lengths do: predictions, losses, metrics, gradients, training', async () => {
  const [byValue, byLength] = [reader(true), reader(false)];
  assertSame((await byValue.predict(x)).data, (await byLength.predict(x, { lengths })).data, 'predict');
  assert.equal(await byValue.evaluate(x, y, { batchSize: 2 }), await byLength.evaluate(x, y, { lengths, batchSize: 2 }));
  const [a, b] = [await byValue.lossAndGradients(x, y), await byLength.lossAndGradients(x, y, { lengths })];
  assert.is(a.loss, b.loss);
  for (const [key, { data }] of Object.entries(b.gradients)) assertSame(a.gradients[key]?.data ?? [], data, key);
  assert.ok(a.gradients['embedding/embeddings']?.data.subarray(0, 4).every((d) => d === 0), 'nothing arrives at padding');
  assert.ok(a.inputGradients[0]?.data.every((d) => d === 0), 'indices have no gradient');
  const fitted = [await byValue.fit(x, y, { epochs: 3, batchSize: 2, validationSplit: 0.4 }), await byLength.fit(x, y, { lengths, epochs: 3, batchSize: 2, validationSplit: 0.4 })];
  assert.equal(fitted[0]?.history, fitted[1]?.history);
  assertSameWeights(byValue, byLength, 'trained');
  const last = [reader(true, float64, false), reader(false, float64, false)];
  assertSame((await last[0]!.predict(x)).data, (await last[1]!.predict(x, { lengths })).data, 'the last real step');
});

test('lengths, masks and values together: a step is real where all say so', async () => {
  const both = await reader(true).predict(x, { lengths: [3, 5, 5, 5, 5] });
  assertSame(both.data, (await reader(false).predict(x, { lengths: [3, 2, 1, 4, 3] })).data, 'lengths');
  const holes = host([1, T], [3, 0, 2, 5, 0]);
  assertSame((await reader(true).predict(holes)).data, (await reader(false).predict(holes, { mask: [[1, 0, 1, 1, 0]] })).data, 'padding anywhere');
});

test('Masking does what lengths do, in float32 as well, and joins what lengths say', async () => {
  for (const [backend, value] of [[float64, 0.1], [cpu(), 0.1], [cpu(), -1]] as const) {
    const series = randomTensor(4, 'series', [lengths.length, T, 2]);
    const padded = { ...series, data: series.data.map((v, i) => (Math.floor(i / 2) % T < (lengths[Math.floor(i / (2 * T))] ?? 0) ? v : value)) };
    const make = (masking: boolean): Sequential => {
      const model = new Sequential([...(masking ? [new Masking({ maskValue: value })] : []), new GRU({ units: 3, returnSequences: true }), new Dense({ units: 2 })], { inputShape: [T, 2], seed: 3 });
      model.compile({ optimizer: 'adam', loss: 'mse', backend });
      return model;
    };
    const [byValue, byLength] = [make(true), make(false)];
    const zeroed = { ...padded, data: padded.data.map((v) => (v === value ? 0 : v)) };
    assertSame((await byValue.predict(padded)).data, (await byLength.predict(zeroed, { lengths })).data, 'predict');
    await byValue.fit(padded, y, { epochs: 2, batchSize: 2 });
    await byLength.fit(zeroed, y, { lengths, epochs: 2, batchSize: 2 });
    assertSameWeights(byValue, byLength, 'trained');
  }
});

test('the mask begins where the layer stands: another layer on the same input reads every step', async () => {
  const input = Input({ shape: [T, 2] });
  const outputs = [new GlobalAveragePool1D().apply(new Masking().apply(input)), new GlobalAveragePool1D().apply(input)];
  const model = new Model({ inputs: input, outputs });
  model.compile({ loss: ['mse', 'mse'], backend: float64 });
  const [masked, whole] = await model.predictAll(host([1, T, 2], [1, 2, 3, 4, 0, 0, 0, 0, 0, 0]));
  assertClose(masked?.data ?? [], [2, 3], 1e-15, 'behind Masking');
  assertClose(whole?.data ?? [], [0.8, 1.2], 1e-15, 'beside it');
  // Several indices a step, of which a padded one has nothing but zeros; and one that is a number to another layer.
  const pairs = Input({ shape: [3, 2] });
  const flat = new Reshape({ targetShape: [3, 4] }).apply(new Embedding({ inputDim: V, outputDim: 2, maskZero: true }).apply(pairs));
  const network = new Model({ inputs: pairs, outputs: [flat, new Dense({ units: 1 }).apply(pairs)] }).network;
  assert.equal(network.outputs.map(({ id }) => network.masks.get(id)?.key), [undefined, '0'], 'Reshape ends it; Dense reads the input itself');
  const ids = Input({ shape: [T] });
  const joined = new Concatenate().apply([new Flatten().apply(new Embedding({ inputDim: V, outputDim: 2, maskZero: true }).apply(ids)), new Dense({ units: 2 }).apply(ids)]);
  assert.equal(joined.shape, [T * 2 + 2]);
  assert.equal(new Model({ inputs: ids, outputs: joined }).network.inputs.map(({ indices }) => indices), [V]);
});

test('several inputs: each makes its own mask, joined where values meet', async () => {
  const [a, b] = [Input({ shape: [T], name: 'a' }), Input({ shape: [T], name: 'b' })];
  const shared = new Embedding({ inputDim: V, outputDim: 2, maskZero: true });
  const model = new Model({ inputs: [a, b], outputs: new GlobalAveragePool1D().apply(new Add().apply([shared.apply(a), shared.apply(b)])), seed: 2 });
  model.compile({ loss: 'mse', backend: float64 });
  const rows = model.getWeights()['embedding/embeddings']?.data ?? [];
  const row = (index: number, j: number): number => rows[index * 2 + j] ?? NaN;
  const [first, second] = [host([1, T], [1, 2, 3, 0, 0]), host([1, T], [4, 0, 5, 6, 0])];
  assertClose((await model.predict([first, second])).data, [0, 1].map((j) => (row(1, j) + row(4, j) + row(3, j) + row(5, j)) / 2), 1e-15, 'steps 0 and 2');
  assertClose((await model.predict([first, second], { lengths: { b: [2] } })).data, [0, 1].map((j) => row(1, j) + row(4, j)), 1e-15, 'and lengths by name');
});

test('a number that is no index is refused by name before anything is computed, wherever it comes in', async () => {
  const model = reader(true);
  const odd = (value: number): Host => ({ ...x, data: x.data.map((v, i) => (i === 7 ? value : v)) });
  for (const [value, said] of [[V, `got ${V}`], [-1, 'got -1'], [1.5, 'got 1.5']] as const) {
    const calls: (() => Promise<unknown>)[] = [
      () => model.fit(odd(value), y), () => model.evaluate(odd(value), y), () => model.predict(odd(value)), () => model.trainOnBatch(odd(value), y),
      () => model.lossAndGradients(odd(value), y), () => model.fit(x, y, { validationData: [odd(value), y] }),
      () => model.predict({ shape: x.shape, read: (index, out) => { out.set(odd(value).data.subarray(index * T, (index + 1) * T)); } } satisfies SampleSource),
      () => occlusion(reader(true, float64, false), odd(value), { window: 1 }),
    ];
    const before = model.toBytes();
    for (const call of calls) {
      const { message } = await rejected(DataError, call());
      assert.match(message, `must be an index, a whole one from 0 to ${V - 1}, ${said}`);
      assert.match(message, /\[1, 2\]/);
    }
    assertSame(model.toBytes(), before, 'nothing has changed');
  }
  assert.match((await rejected(DataError, model.predict(odd(NaN)))).message, /must be a finite number/);
  const ids = Input({ shape: [T] });
  const two = new Model({ inputs: ids, outputs: new Add().apply([new Embedding({ inputDim: V, outputDim: 2 }).apply(ids), new Embedding({ inputDim: 3, outputDim: 2 }).apply(ids)]) });
  two.compile({ loss: 'mse' });
  assert.match((await rejected(DataError, two.predict(x))).message, /from 0 to 2/, 'the smaller table decides');
});

test('it belongs to an input of the model; nested models, TimeDistributed and [B] do', async () => {
  for (const layer of [new Masking(), new Embedding({ inputDim: 3, outputDim: 2 })]) {
    const input = Input({ shape: [4, 2] });
    assert.match(thrown(ArgumentError, () => new Model({ inputs: input, outputs: layer.apply(new Dense({ units: 3 }).apply(input)) })).message, /input must be an input of the model itself/);
  }
  const inner = new Sequential([new Embedding({ inputDim: V, outputDim: 4, maskZero: true }), new LSTM({ units: 3, returnSequences: true })], { inputShape: [T], seed: 3 });
  const outer = new Sequential([inner, new Dense({ units: 2 })], { inputShape: [T] });
  outer.compile({ loss: 'mse', backend: float64 });
  assert.match((await rejected(DataError, outer.predict(host([1, T], [V, 0, 0, 0, 0])))).message, /must be an index/);
  const flat = reader(true);
  flat.setWeights({ ...flat.getWeights(), ...Object.fromEntries(Object.entries(outer.getWeights()).map(([key, value]) => [key, value])) });
  assertSame((await outer.predict(x)).data, (await flat.predict(x)).data, 'a model as a layer');

  const wrapped = new Sequential([new TimeDistributed({ layer: new Embedding({ inputDim: V, outputDim: 2 }) })], { inputShape: [T, 1], seed: 1 });
  wrapped.compile({ loss: 'mse', backend: float64 });
  assert.equal((await wrapped.predict({ data: x.data, shape: [...x.shape, 1] })).shape, [lengths.length, T, 1, 2]);
  assert.match((await rejected(DataError, wrapped.predict(host([1, T, 1], [V, 0, 0, 0, 0])))).message, /must be an index/);
  assert.match(thrown(ArgumentError, () => new Sequential([new TimeDistributed({ layer: new Embedding({ inputDim: V, outputDim: 2, maskZero: true }) })], { inputShape: [T, 1] })).message, /one that makes no mask/);

  const one = new Model((() => { const id = Input({ shape: [] }); return { inputs: id, outputs: new Embedding({ inputDim: 3, outputDim: 2 }).apply(id), seed: 1 }; })());
  one.compile({ loss: 'mse', backend: float64 });
  assert.equal((await one.predict(host([3], [2, 0, 2]))).shape, [3, 2]);
});

test('a batch of padding alone is no step; data of padding alone are refused', async () => {
  const model = reader(true, float64, true, 'adam');
  const data = host([4, T], [...x.data.subarray(0, T), ...new Array<number>(T).fill(0), ...x.data.subarray(T, 2 * T), ...x.data.subarray(3 * T, 4 * T)]);
  const target = randomTensor(3, 'target', [4, T, 2]);
  await model.fit(data, target, { epochs: 1, batchSize: 1, shuffle: false });
  const three = { data: Float64Array.from([0, 2, 3].flatMap((b) => [...data.data.subarray(b * T, (b + 1) * T)])), shape: [3, T] };
  const rows = { data: Float64Array.from([0, 2, 3].flatMap((b) => [...target.data.subarray(b * T * 2, (b + 1) * T * 2)])), shape: [3, T, 2] };
  const without = reader(true, float64, true, 'adam');
  await without.fit(three, rows, { epochs: 1, batchSize: 1, shuffle: false });
  assertSameWeights(model, without, 'the padded batch left everything as it was');
  assert.match((await rejected(DataError, reader(true).evaluate(host([1, T], [0, 0, 0, 0, 0]), randomTensor(1, 'y', [1, T, 2])))).message, /one step at least that is real/);
  const nothing: SampleSource = { shape: [3, T], read: (_, out) => { out.fill(0); } };
  for (const call of [reader(true).evaluate(nothing, rows, { batchSize: 2 }), reader(true).fit(nothing, rows, { batchSize: 2, epochs: 1 })]) {
    assert.match((await rejected(DataError, call)).message, /the masks of all batches must be one step at least that is real/);
  }
});

test('samples made on demand, interrupted and resumed runs, files', async () => {
  const source: SampleSource = { shape: x.shape, read: (index, out) => { out.set(x.data.subarray(index * T, (index + 1) * T)); } };
  const [whole, demand] = [reader(true), reader(true)];
  await whole.fit(x, y, { epochs: 4, batchSize: 2 });
  await demand.fit(source, y, { epochs: 2, batchSize: 2 });
  const again = await loadModel(demand.toBytes(), { backend: float64 });
  assert.equal(again.layers.map((layer) => layer.config()), whole.layers.map((layer) => layer.config()));
  await again.fit(source, y, { epochs: 4, batchSize: 2, resume: true });
  assertSameWeights(again, whole, 'resumed');
  const masking = new Sequential([new Masking({ maskValue: -2 }), new LSTM({ units: 2 })], { inputShape: [T, 1], seed: 1 });
  const input = host([1, T, 1], [1, 2, -2, -2, -2]);
  assertSame((await (await loadModel(masking.toBytes())).predict(input)).data, (await masking.predict(input)).data, 'Masking');
});

test('wasm trains as cpu does', async () => {
  const models = [reader(true, cpu()), reader(true, await wasm()), reader(true, await wasm({ threads: 2 }))];
  for (const model of models) await model.fit(x, y, { epochs: 3, batchSize: 2 });
  const [expected = [], ...others] = models.map((model) => Object.values(model.getWeights()).flatMap(({ data }) => [...data]));
  for (const weights of others) assertClose(weights, expected, 1e-5, 'weights');
});

test('vectors from elsewhere, frozen', async () => {
  const vectors = randomTensor(9, 'vectors', [V, 4]);
  const model = new Sequential([
    new Embedding({ inputDim: V, outputDim: 4, maskZero: true, trainable: false, embeddingsInitializer: () => vectors.data }), new GRU({ units: 2 }), new Dense({ units: 1 }),
  ], { inputShape: [T] });
  model.compile({ optimizer: 'adam', loss: 'mse', backend: float64 });
  await model.fit(x, randomTensor(1, 'y', [lengths.length, 1]), { epochs: 2 });
  assertSame(model.getWeights()['embedding/embeddings']?.data ?? [], vectors.data, 'as they came');
});

test('explanations: places of indices can be taken away; between indices there is nothing', async () => {
  const model = new Sequential([new Embedding({ inputDim: V, outputDim: 4, maskZero: true }), new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [T], seed: 3 });
  model.compile({ loss: 'mse', backend: float64 });
  const { maps } = await occlusion(model, x, { window: 1, baseline: 0 });
  assert.is(maps.shape[0], lengths.length);
  await deletionInsertion(model, x, { data: new Float64Array(x.data.length).map((_, i) => i), shape: x.shape }, {});
  assert.match((await rejected(DataError, occlusion(model, x, { window: 1, baseline: 0.5 }))).message, /altered input 0\[\d, \d\] must be an index/);
  assert.match((await rejected(ArgumentError, inputGradients(model, x))).message, /indices alone.*Use occlusion/);
  assert.match((await rejected(DataError, integratedGradients(model, x))).message, /must be an index/);
  const windows = new Sequential([
    new Embedding({ inputDim: V, outputDim: 4, maskZero: true }), new Conv1D({ filters: 2, kernelSize: 3, padding: 'same' }), new GlobalMaxPool1D(), new Dense({ units: 1 }),
  ], { inputShape: [T], seed: 3 });
  windows.compile({ loss: 'mse', backend: float64 });
  assert.equal((await gradCam(windows, x)).resized.shape, [lengths.length, T], 'a map over the places of the indices');
  assert.match((await rejected(ArgumentError, scoreCam(windows, x))).message, /input 0 must be numbers that can be mixed with a baseline, got indices/);
});

test("a table is no product: 'auto' does not count it", () => {
  const { network } = new Sequential([new Embedding({ inputDim: 10_000, outputDim: 64 }), new LSTM({ units: 3 })], { inputShape: [T] });
  assert.is(largestProduct(network, 2), 2 * 2 * 64 * 12);
});

test.run();
