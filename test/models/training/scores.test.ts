/** Metrics of classes and of heads, beside the same by their definition over all samples; by batches, weighted, interrupted. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../../src/backends/cpu/index.js';
import { ArgumentError, FileFormatError } from '../../../src/errors.js';
import { Dense } from '../../../src/layers/dense.js';
import { Input } from '../../../src/layers/layer.js';
import type { Loss } from '../../../src/losses/losses.js';
import { loadModel } from '../../../src/models/load.js';
import { Model } from '../../../src/models/model.js';
import { Sequential } from '../../../src/models/sequential.js';
import type { OutputMetrics } from '../../../src/models/training/scoring.js';
import { SGD } from '../../../src/optimizers/sgd.js';
import { assertClose, thrown } from '../../support/compare.js';
import { host, randomTensor } from '../../support/values.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });
const N = 60;
const still = new SGD({ learningRate: 1e-300 });

/** A model that returns its input, or the sigmoid of it. */
function identity(width: number, loss: Loss, metrics: OutputMetrics, { weightedMetrics = metrics, activation = 'linear' }: { weightedMetrics?: OutputMetrics; activation?: 'linear' | 'sigmoid' } = {}): Sequential {
  const model = new Sequential([new Dense({ units: width, useBias: false, activation })], { inputShape: [width] });
  model.compile({ loss, metrics, weightedMetrics, backend, optimizer: still });
  model.setWeights({ 'dense/kernel': host([width, width], Array.from({ length: width * width }, (_, i) => Number(i % (width + 1) === 0))) });
  return model;
}

/** As scikit-learn defines them: P(a positive's score is higher) over all pairs, ties half; and from counts. */
function reference(scores: ArrayLike<number>, targets: ArrayLike<number>, weights: ArrayLike<number>): number[] {
  const all = Array.from(scores, (score, i) => ({ score, real: targets[i] === 1, w: weights[i] ?? 1 }));
  const sum = (of: (row: (typeof all)[number]) => boolean): number => all.filter(of).reduce((total, { w }) => total + w, 0);
  const [hits, found, real] = [sum((r) => r.score > 0 && r.real), sum((r) => r.score > 0), sum((r) => r.real)];
  let [area, pairs] = [0, 0];
  for (const a of all.filter((r) => r.real)) {
    for (const b of all.filter((r) => !r.real)) {
      pairs += a.w * b.w;
      area += a.w * b.w * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0);
    }
  }
  return [hits / found, hits / real, (2 * hits) / (found + real), area / pairs, sum((r) => r.score > 0 === r.real) / sum(() => true)];
}

test('precision, recall, f1, auc, accuracy: of logits and probabilities, plain and weighted, in batches and after an interruption', async () => {
  const logits = randomTensor(1, 'logits', [N, 2]).data.map((v) => Math.round(v * 64) / 32 + 1 / 64); // each in the middle of a bin, some tied
  const y = host([N, 2], randomTensor(2, 'noise', [N, 2]).data.map((v, i) => Number(v + (logits[i] ?? 0) > 0.3)));
  const sampleWeight = host([N], randomTensor(3, 'w', [N]).data.map(Math.abs));
  const x = host([N, 2], logits);
  const plain = reference(logits, y.data, []);
  const weighted = reference(logits, y.data, y.data.map((_, i) => sampleWeight.data[Math.floor(i / 2)] ?? 0));
  const names = ['precision', 'recall', 'f1', 'auc', 'accuracy'] as const;
  for (const activation of ['linear', 'sigmoid'] as const) {
    const model = identity(2, 'binaryCrossentropy', names, { activation });
    const { loss: _loss, ...logs } = await model.evaluate(x, y, { sampleWeight, batchSize: 7 });
    assert.equal(Object.keys(logs), [...names, ...names.map((name) => `weighted_${name}`)]);
    assertClose(Object.values(logs), [...plain, ...weighted], 1e-12, activation);
    const controller = new AbortController();
    const onBatchEnd = (batch: number): void => { if (batch === 4) controller.abort(new Error('stop')); };
    await rejected(Error, model.fit(x, y, { sampleWeight, batchSize: 7, signal: controller.signal, callbacks: [{ name: 'stop', onBatchEnd }] }));
    const again = await loadModel(model.toBytes(), { backend });
    const { history } = await again.fit(x, y, { sampleWeight, batchSize: 7, resume: true });
    for (const [i, name] of names.entries()) {
      assertClose([history[name]?.[0] ?? NaN, history[`weighted_${name}`]?.[0] ?? NaN], [plain[i] ?? 0, weighted[i] ?? 0], 1e-12, `${name} resumed`);
    }
  }
});

test('auc of scores that are spread: to 1e-4 of the exact one; one class alone has none', async () => {
  const x = randomTensor(5, 'logits', [2000, 1], 4);
  const y = host([2000, 1], randomTensor(6, 'noise', [2000, 1], 4).data.map((v, i) => Number(v + (x.data[i] ?? 0) > 3)));
  const { auc } = await identity(1, 'binaryCrossentropy', ['auc']).evaluate(x, y);
  assertClose([auc ?? NaN], [reference(x.data, y.data, [])[3] ?? 0], 1e-4, 'auc');
  assert.ok(Number.isNaN((await identity(1, 'binaryCrossentropy', ['auc']).evaluate(x, host([2000, 1], new Float64Array(2000)))).auc));
  const none = await identity(1, 'binaryCrossentropy', ['precision', 'recall', 'f1']).evaluate(host([2, 1], [-1, -2]), host([2, 1], [0, 0]));
  assert.equal([none.precision, none.recall, none.f1], [0, 0, 0]);
});

test('accuracy is that of the loss', async () => {
  const logits = host([3, 3], [1, 2, 0, 3, 1, 1, 0, 1, 2]);
  const sparse = await identity(3, 'sparseCategoricalCrossentropy', ['accuracy', 'sparseCategoricalAccuracy']).evaluate(logits, [1, 0, 0]);
  assert.equal([sparse.accuracy, sparse.sparseCategoricalAccuracy], [2 / 3, 2 / 3]);
  const dense = await identity(3, 'categoricalCrossentropy', ['accuracy', 'categoricalAccuracy']).evaluate(logits, [[0, 1, 0], [1, 0, 0], [1, 0, 0]]);
  assert.equal([dense.accuracy, dense.categoricalAccuracy], [2 / 3, 2 / 3]);
});

test('metrics of heads meet the point forecast: mean, median, rate', async () => {
  const t = host([4, 1], [1, 2, 0, 5]);
  const points = [0.5, 2.5, 1, 4];
  const mae = (await identity(1, 'mse', ['mae']).evaluate(host([4, 1], points), t)).mae ?? NaN;
  const columns = (width: number, at: number): ReturnType<typeof host> => host([4, width], Array.from({ length: 4 * width }, (_, i) => (i % width === at ? points[Math.floor(i / width)] ?? 0 : 0.3)));
  for (const [width, at, loss] of [[2, 0, 'gaussian'], [3, 0, 'studentT'], [3, 1, { kind: 'quantile', quantile: [0.1, 0.5, 0.9] }]] as const) {
    const logs = await identity(width, loss, ['mae', 'r2']).evaluate(columns(width, at), t, { batchSize: 3 });
    assertClose([logs.mae ?? NaN, logs.weighted_mae ?? NaN], [mae, mae], 1e-15, JSON.stringify(loss));
  }
  assertClose([(await identity(1, 'poisson', ['mae']).evaluate(host([4, 1], points.map(Math.log)), t)).mae ?? NaN], [mae], 1e-12, 'poisson');
});

test('a function of a row: its mean, under its name; in a saved model by that name', async () => {
  const overshoot = (prediction: ArrayLike<number>, target: ArrayLike<number>): number => Number((prediction[0] ?? 0) > (target[0] ?? 0)) + prediction.length;
  const model = identity(2, 'mse', [overshoot]);
  const [x, y] = [host([3, 2], [1, 0, -1, 0, 2, 0]), host([3, 2], [0, 0, 0, 0, 0, 0])];
  const logs = await model.evaluate(x, y, { sampleWeight: [1, 2, 3] });
  assert.equal([logs.overshoot, logs.weighted_overshoot], [2 + 2 / 3, 2 + 4 / 6]);
  assert.equal(await (await loadModel(model.toBytes(), { customMetrics: [overshoot], backend })).evaluate(x, y, { sampleWeight: [1, 2, 3] }), logs);
  await rejected(FileFormatError, loadModel(model.toBytes()));
});

test('outputs by name: of layers, or as they are called; saved and loaded', async () => {
  const input = Input({ shape: [2] });
  const [a, b] = [new Dense({ units: 1, name: 'level' }).apply(input), new Dense({ units: 1 }).apply(input)];
  const layers = new Model({ inputs: input, outputs: [a, b] });
  layers.compile({ loss: { dense: 'binaryCrossentropy', level: 'mae' }, metrics: { dense: ['accuracy'] }, backend });
  const [x, y] = [randomTensor(1, 'x', [4, 2]), [host([4, 1], [1, 2, 3, 4]), host([4, 1], [0, 1, 1, 0])]];
  assert.equal(Object.keys(await layers.evaluate(x, y)), ['loss', 'level_loss', 'dense_loss', 'dense_accuracy']);

  const named = new Model({ inputs: input, outputs: { price: a, direction: b } });
  named.compile({ loss: { price: 'mae', direction: 'binaryCrossentropy' }, lossWeights: { direction: 0.25 }, metrics: { price: ['mae'], direction: ['accuracy'] }, weightedMetrics: { price: ['mae'] }, backend });
  const { history } = await named.fit(x, y, { validationData: [x, y] });
  const logged = ['loss', 'price_loss', 'direction_loss', 'price_mae', 'direction_accuracy', 'price_weighted_mae'];
  assert.equal(Object.keys(history), [...logged, ...logged.map((name) => `val_${name}`), 'learningRate']);
  const logs = await named.evaluate(x, y);
  assertClose([logs.loss ?? NaN], [(logs.price_loss ?? NaN) + 0.25 * (logs.direction_loss ?? NaN)], 1e-15, 'loss');
  const [price = [], direction = []] = (await named.predictAll(x)).map(({ data }) => Array.from(data));
  const mae = price.reduce((sum, p, i) => sum + Math.abs(p - (i + 1)), 0) / 4;
  const accuracy = direction.reduce((sum, p, i) => sum + Number(p > 0 === (i === 1 || i === 2)), 0) / 4;
  assertClose([logs.price_mae ?? NaN, logs.price_loss ?? NaN, logs.direction_accuracy ?? NaN], [mae, mae, accuracy], 1e-14, 'each of its own output');
  const again = await loadModel(named.toBytes(), { backend });
  assert.equal(await again.evaluate(x, y), logs);
  assert.equal([...again.toBytes()], [...named.toBytes()]);
  const weighted = await named.lossAndGradients(x, y);
  named.compile({ loss: ['mae', 'binaryCrossentropy'], lossWeights: [1, 0.5], backend });
  const half = await named.lossAndGradients(x, y);
  assertClose(half.gradients['dense/kernel']?.data.map((v) => v / 2) ?? [], weighted.gradients['dense/kernel']?.data ?? [1], 1e-14, 'weighted gradient');
  assertClose(half.gradients['level/kernel']?.data ?? [], weighted.gradients['level/kernel']?.data ?? [1], 1e-14, 'other gradient');
});

test('what does not fit the outputs is refused', () => {
  const input = Input({ shape: [2] });
  const outputs = { price: new Dense({ units: 1 }).apply(input), direction: new Dense({ units: 3 }).apply(input) };
  const model = new Model({ inputs: input, outputs });
  const said = (options: object, on = model): string => thrown(ArgumentError, () => { on.compile(options as never); }).message;
  assert.match(said({ loss: { price: 'mse' } }), '2 losses, one for each output, got none for direction');
  assert.match(said({ loss: { price: 'mse', directions: 'mse' } }), /names of outputs: price, direction, got 'directions'. Did you mean 'direction'/);
  const loss = ['mse', 'mse'];
  assert.match(said({ loss, metrics: ['mae'] }), "For example metrics: { 'price': ['mae'] }");
  assert.match(said({ loss, metrics: { price: 'mae' } }), 'lists of metrics, got string');
  assert.match(said({ loss, metrics: { cost: ['mae'] } }), "got 'cost'");
  assert.match(said({ loss, metrics: { price: ['mae', 'mae'] } }), "'price_mae' twice");
  for (const [lossWeights, reason] of [[[1], '2 numbers'], [[1, -1], 'at least 0'], [{ cost: 1 }, "got 'cost'"], [2, 'got number']] as const) assert.match(said({ loss, lossWeights }), reason);
  const one = new Sequential([new Dense({ units: 3 })], { inputShape: [2] });
  assert.match(said({ loss: 'mse', metrics: ['accuracy'] }, one), "of an output that a cross-entropy trains, got of 'mse'");
  assert.match(said({ loss: 'mse', metrics: ['auc'] }, one), "'binaryCrossentropy' trains");
  assert.match(said({ loss: 'categoricalCrossentropy', metrics: ['f1'] }, one), "'binaryCrossentropy' trains");
  assert.match(said({ loss: 'categoricalCrossentropy', metrics: ['sparseCategoricalAccuracy'] }, one), 'class numbers');
  assert.match(said({ loss: 'sparseCategoricalCrossentropy', metrics: ['mae'] }, one), 'forecasts a number');
  assert.match(said({ loss: { kind: 'quantile', quantile: [0.1, 0.4, 0.9] }, metrics: ['mae'] }, one), 'Have 0.5 among the quantiles');
  assert.match(said({ loss: 'mse', metrics: [() => 0] }, one), 'with a name');
  for (const name of ['1', 'a b', '']) thrown(ArgumentError, () => new Model({ inputs: input, outputs: { [name]: outputs.price } }));
});

test.run();
