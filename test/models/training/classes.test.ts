/** Targets that are numbers of classes, and weights by class. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../../src/backends/cpu/index.js';
import { wasm } from '../../../src/backends/wasm/index.js';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { Activation } from '../../../src/layers/activation.js';
import { Dense } from '../../../src/layers/dense.js';
import { GRU } from '../../../src/layers/gru.js';
import type { Loss } from '../../../src/losses/losses.js';
import { Sequential } from '../../../src/models/sequential.js';
import { SGD } from '../../../src/optimizers/sgd.js';
import { readGolden } from '../../golden/read.js';
import { assertClose } from '../../support/compare.js';
import { host, randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { rejected } from '../support.js';

const [N, T, C] = [6, 4, 3];
const x = randomTensor(1, 'x', [N, T, 2]);
const classes = Array.from({ length: N * T }, (_, i) => (i * 7 + Math.floor(i / 5)) % C);

function oneHot(shape: readonly number[]): Host {
  return host([...shape, C], Array.from({ length: N * T * C }, (_, i) => Number(i % C === classes[Math.floor(i / C)])));
}

function model(loss: Loss, { steps = true, softmax = false, backend = cpu({ dtype: 'float64' }) } = {}): Sequential {
  const made = new Sequential([
    new GRU({ units: 3, returnSequences: steps }), new Dense({ units: C }), ...(softmax ? [new Activation({ kind: 'softmax' })] : []),
  ], { inputShape: [T, 2], seed: 3 });
  const metrics = loss === 'mse' ? [] : ['accuracy'] as const;
  made.compile({ loss, metrics, weightedMetrics: metrics, backend, optimizer: new SGD({ learningRate: 0.1 }) });
  return made;
}

test('class numbers as one-hot rows: [N, T], [N, T, 1], with masks, weights and class weights, behind a softmax', async () => {
  for (const softmax of [false, true]) {
    for (const options of [{}, { lengths: [4, 1, 2, 3, 4, 2] }, { sampleWeight: randomTensor(2, 'w', [N, T]) }, { classWeight: [0.5, 2, 1] }]) {
      const [sparse, shaped, dense] = [model('sparseCategoricalCrossentropy', { softmax }), model('sparseCategoricalCrossentropy', { softmax }), model('categoricalCrossentropy', { softmax })];
      const logs = [
        await sparse.fit(x, host([N, T], classes), { ...options, epochs: 2, batchSize: 4 }), await shaped.fit(x, host([N, T, 1], classes), { ...options, epochs: 2, batchSize: 4 }),
        await dense.fit(x, oneHot([N, T]), { ...options, epochs: 2, batchSize: 4 }),
      ].map(({ history }) => Object.values(history).flat());
      assertClose(logs[0] ?? [], logs[2] ?? [1], 1e-12, 'history');
      assert.equal(logs[0], logs[1]);
      for (const [key, { data }] of Object.entries(dense.getWeights())) assertClose(sparse.getWeights()[key]?.data ?? [], data, 1e-12, key);
    }
  }
});

test('[N] against [N, C], and on wasm', async () => {
  const last = host([N], classes.slice(0, N));
  const exact = await model('sparseCategoricalCrossentropy', { steps: false }).fit(x, last, { epochs: 3 });
  const fast = await model('sparseCategoricalCrossentropy', { steps: false, backend: await wasm() }).fit(x, last, { epochs: 3 });
  assertClose(fast.history.loss ?? [], exact.history.loss ?? [1], 1e-5, 'loss');
});

test('what is no class is refused at the door, from sources when it is read', async () => {
  const sparse = model('sparseCategoricalCrossentropy');
  for (const [bad, at] of [[3, 'y[1, 2, 0]'], [-1, 'y[1, 2, 0]'], [0.5, 'y[1, 2, 0]']] as const) {
    const y = host([N, T, 1], classes.map((c, i) => (i === 6 ? bad : c)));
    const { message } = await rejected(DataError, sparse.fit(x, y));
    assert.ok(message.includes(`${at} must be the number of a class, a whole one from 0 to 2, got ${bad}`), message);
    const source = { shape: [N, T, 1], read: (index: number, out: { set(from: ArrayLike<number>): void }) => { out.set(y.data.slice(index * T, (index + 1) * T)); } };
    assert.ok((await rejected(DataError, sparse.fit(x, source, { shuffle: false }))).message.includes(`y[1, 2, 0] must be the number of a class`));
  }
  assert.match((await rejected(ShapeError, sparse.fit(x, oneHot([N, T])))).message, "one-hot rows: take 'categoricalCrossentropy'");
  assert.match((await rejected(ShapeError, model('categoricalCrossentropy', { steps: false }).fit(x, host([N], classes.slice(0, N))))).message, 'sparseCategoricalCrossentropy');
});

test('class weights as PyTorch has them, divided by the number of rows as in Keras', async () => {
  const golden = readGolden('likelihoods');
  const logits = golden.get('logits');
  const identity = new Sequential([new Dense({ units: 3, kernelInitializer: 'zeros', useBias: false })], { inputShape: [3] });
  identity.compile({ loss: 'sparseCategoricalCrossentropy', optimizer: new SGD({ learningRate: 1e-300 }), backend: cpu({ dtype: 'float64' }) });
  identity.setWeights({ 'dense/kernel': [[1, 0, 0], [0, 1, 0], [0, 0, 1]] });
  const { history } = await identity.fit(logits, golden.get('classes'), { classWeight: [...golden.get('classWeight').data], batchSize: 3 });
  assertClose(history.loss ?? [], [golden.scalar('sparseClassWeight/value')], 1e-12, 'loss');
});

test('class weights are sample weights; of yes-or-no numbers too; not in validation, not in evaluate', async () => {
  const y = host([N, 1], classes.slice(0, N).map((c) => Number(c > 0)));
  const sampleWeight = randomTensor(4, 'w', [N]).data.map(Math.abs);
  const binary = (): Sequential => {
    const made = new Sequential([new GRU({ units: 3 }), new Dense({ units: 1 })], { inputShape: [T, 2], seed: 3 });
    made.compile({ loss: 'binaryCrossentropy', weightedMetrics: ['accuracy', 'f1'], backend: cpu({ dtype: 'float64' }), optimizer: 'sgd' });
    return made;
  };
  const both = host([N], sampleWeight.map((w, i) => w * (y.data[i] === 1 ? 3 : 0.5)));
  const options = { epochs: 2, batchSize: 4, validationData: [x, y] } as const;
  const a = await binary().fit(x, y, { ...options, sampleWeight: host([N], sampleWeight), classWeight: { 1: 3, 0: 0.5 } });
  const b = await binary().fit(x, y, { ...options, sampleWeight: both });
  assert.equal(a.history, b.history);
  const list = [0.5, 3];
  const [later, atOnce] = [binary().fit(x, y, { classWeight: list }), binary().fit(x, y, { classWeight: [0.5, 3] })];
  list.fill(99);
  assert.equal((await later).history, (await atOnce).history);
  const batches = await binary().fit(() => [[x, y, { sampleWeight: host([N], sampleWeight) }] as const], { classWeight: [0.5, 3] });
  assert.equal(batches.history, (await binary().fit(x, y, { sampleWeight: both, shuffle: false })).history);
  const [one, two] = [await binary().trainOnBatch(x, y, { classWeight: [0.5, 3] }), await binary().trainOnBatch(x, y, { sampleWeight: host([N], y.data.map((t) => (t === 1 ? 3 : 0.5))) })];
  assert.equal(one, two);
});

test('class weights that do not fit are refused', async () => {
  const sparse = model('sparseCategoricalCrossentropy');
  const y = host([N, T], classes);
  const said = async (classWeight: unknown, on = sparse, target = y): Promise<string> => (await rejected(ArgumentError, on.fit(x, target, { classWeight: classWeight as number[] }))).message;
  assert.match(await said([1, 2]), 'classWeight must be one number for each of the 3 classes, got 2');
  assert.match(await said({ 0: 1, 1: 1, 3: 1 }), 'got one for class 3');
  assert.match(await said([1, -1, 1]), 'finite numbers of at least 0, got -1 for class 1');
  assert.match(await said(3), 'a list, or a record');
  assert.match(await said([1, 1, 1], model('mse'), oneHot([N, T])), 'a loss without classes');
  assert.match(await said([1, 1], model('binaryCrossentropy'), oneHot([N, T])), '3 yes-or-no numbers a row');
});

test.run();
