import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ArgumentError, BatchNorm, DataError, Dense, Dropout, GRU, LSTM, Model, Sequential, ShapeError, StateError, cpu, tensor,
} from '../../src/index.js';
import type { Backend } from '../../src/backend.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../support/compare.js';
import { assertSameWeights, randomData, range, rejected, sameWeights } from './support.js';

const build = (seed = 3): Sequential =>
  new Sequential([new LSTM({ units: 3, returnSequences: true }), new BatchNorm(), new LSTM({ units: 2 }), new Dropout({ rate: 0.5 }), new Dense({ units: 1 })],
    { inputShape: [4, 2], seed });

test('layers are named by kind and count, given names are kept', () => {
  const model = new Sequential([
    new LSTM({ units: 3, returnSequences: true, name: 'lstm_1' }), new LSTM({ units: 2, returnSequences: true }),
    new LSTM({ units: 2, returnSequences: true }), new GRU({ units: 2 }), new Dense({ units: 1 }),
  ], { inputShape: [4, 2] });
  assert.equal(Object.keys(model.getWeights()).filter((key) => key.endsWith('kernel') || key.endsWith('recurrentKernel')), [
    'lstm_1/kernel', 'lstm_1/recurrentKernel', 'lstm/kernel', 'lstm/recurrentKernel', 'lstm_2/kernel', 'lstm_2/recurrentKernel',
    'gru/kernel', 'gru/recurrentKernel', 'dense/kernel',
  ]);
  const twice = (): unknown => new Sequential([new Dense({ units: 1, name: 'a' }), new Dense({ units: 1, name: 'a' })], { inputShape: [2] });
  assert.match(thrown(ArgumentError, twice).message, "'a' twice");
});

test('summary', () => {
  const model = build();
  assert.is(model.summary(), [
    'input [batch, 4, 2]',
    '───────────────────────────────────────────────────',
    'layer        type        output          parameters',
    '───────────────────────────────────────────────────',
    'lstm         LSTM        [batch, 4, 3]           72',
    'batch_norm   BatchNorm   [batch, 4, 3]           12',
    'lstm_1       LSTM        [batch, 2]              48',
    'dropout      Dropout     [batch, 2]               0',
    'dense        Dense       [batch, 1]               3',
    '───────────────────────────────────────────────────',
    '135 parameters, 129 trained',
    'not compiled, backend none',
  ].join('\n'));
  model.compile({ optimizer: 'rmsprop', loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  assert.is(model.summary().split('\n').at(-1), 'RMSprop, loss mse, backend cpu float64');
});

test('weights come out as copies and go in all or nothing', async () => {
  const model = build();
  model.compile({ loss: 'mse' });
  for (const stage of ['on the host', 'on the device']) {
    const before = model.getWeights();
    const kernel = before['lstm/kernel'];
    assert.equal(kernel?.shape, [2, 12]);
    kernel?.data.fill(7);
    assert.not.equal(model.getWeights()['lstm/kernel']?.data[0], 7, stage);
    const reference = model.getWeights();
    const good = { 'dense/bias': tensor([[9]], { shape: [1] }) };
    const unknown = thrown(ArgumentError, () => { model.setWeights({ ...good, 'dense/weight': [1] }); });
    assert.match(unknown.message, "'dense/weight'");
    assert.match(unknown.expected, 'dense/kernel');
    const shape = thrown(ShapeError, () => { model.setWeights({ ...good, 'lstm/kernel': [[1, 2]] }); });
    assert.match(shape.message, "'lstm/kernel' must be [2, 12], got [1, 2]");
    for (const [key, { data }] of Object.entries(reference)) assertSame(model.getWeights()[key]?.data ?? [], data, `${stage} ${key}`);

    const own = Float32Array.of(0.25 + stage.length);
    model.setWeights({ 'dense/bias': { data: own, shape: [1] } });
    own[0] = 100;
    assert.is(model.getWeights()['dense/bias']?.data[0], 0.25 + stage.length);
    await model.predict(randomData(2, [4, 2], [1]).x);
  }
});

test('weights moved to another model give its predictions', async () => {
  const [a, b] = [build(1), build(2)];
  const { x } = randomData(5, [4, 2], [1]);
  assert.not(sameWeights(a, b));
  b.setWeights(a.getWeights());
  assertSame((await b.predict(x)).data, (await a.predict(x)).data, 'prediction');
  const c = build(1);
  await c.predict(x); // both in float32 now
  assertSameWeights(a, c, 'one seed, one model');
});

test('batches of any size predict and evaluate as one', async () => {
  const model = build();
  model.compile({ loss: 'mse', metrics: ['mae', 'rmse', 'r2'], backend: cpu({ dtype: 'float64' }) });
  const { x, y } = randomData(11, [4, 2], [1]);
  const whole = await model.predict(x, { batchSize: 11 });
  const logs = await model.evaluate(x, y, { batchSize: 11 });
  for (const batchSize of [1, 4, 10, 32]) {
    assertClose((await model.predict(x, { batchSize })).data, whole.data, 1e-14, `batch ${batchSize}`);
    const again = await model.evaluate(x, y, { batchSize });
    assert.equal(Object.keys(again), ['loss', 'mae', 'rmse', 'r2']);
    assertClose(Object.values(again), Object.values(logs), 1e-13, `logs, batch ${batchSize}`);
  }
  const error = range(0, 11).map((i) => (whole.data[i] ?? 0) - (y.data[i] ?? 0));
  const targets = Array.from(y.data);
  const mean = targets.reduce((s, t) => s + t, 0) / 11;
  const squares = error.reduce((s, e) => s + e * e, 0);
  assertClose(Object.values(logs), [
    squares / 11, error.reduce((s, e) => s + Math.abs(e), 0) / 11, Math.sqrt(squares / 11),
    1 - squares / targets.reduce((s, t) => s + (t - mean) ** 2, 0),
  ], 1e-12, 'metrics by hand');
});

test('with masks of different lengths too', async () => {
  const model = new Sequential([new LSTM({ units: 3, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [5, 2] });
  model.compile({ loss: 'mse', metrics: ['mse'], backend: cpu({ dtype: 'float64' }) });
  const { x, y } = randomData(7, [5, 2], [5, 1]);
  const lengths = [1, 5, 2, 5, 4, 1, 3];
  const whole = await model.evaluate(x, y, { lengths, batchSize: 7 });
  const parts = await model.evaluate(x, y, { lengths, batchSize: 3 });
  assertClose(Object.values(parts), Object.values(whole), 1e-13, 'batches of 3');
  assertClose([whole.loss ?? 0], [whole.mse ?? 1], 1e-13, 'loss is the mean over valid steps');
});

test('every way to pass an array gives the same', async () => {
  const model = build();
  model.compile({ loss: 'mse' });
  const { x, y } = randomData(3, [4, 2], [1]);
  const expected = (await model.predict(x)).data;
  // [N, T, D] kept as [D, N, T] in the middle of a longer array: strides and an offset.
  const moved = new Float32Array(3 + 24 + 5).fill(NaN);
  for (let n = 0; n < 3; n++) for (let t = 0; t < 4; t++) for (let d = 0; d < 2; d++) moved[3 + d * 12 + n * 4 + t] = x.data[(n * 4 + t) * 2 + d] ?? 0;
  const nested = range(0, 3).map((n) => range(0, 4).map((t) => range(0, 2).map((d) => x.data[(n * 4 + t) * 2 + d] ?? 0)));
  for (const [what, given] of [
    ['view', ndarray(moved, [3, 4, 2], [4, 1, 12], 3)], ['nested', nested], ['float32', tensor(nested)], ['list of one', [x]],
    ['plain array', { data: [...x.data], shape: x.shape }],
  ] as const) assertSame((await model.predict(given)).data, expected, what);

  const loss = await model.evaluate(x, y);
  assert.equal(await model.evaluate(x, [...y.data]), loss, 'targets [N] for [N, 1]');
  const univariate = new Sequential([new LSTM({ units: 2, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [4, 1] });
  univariate.compile({ loss: 'mse' });
  const one = randomData(3, [4, 1], [4, 1]);
  assert.equal(
    await univariate.evaluate({ data: one.x.data, shape: [3, 4] }, { data: one.y.data, shape: [3, 4] }), await univariate.evaluate(one.x, one.y), '[N, T] for [N, T, 1]',
  );
});

test('data that do not fit are named', async () => {
  const model = build();
  model.compile({ loss: 'mse' });
  const { x, y } = randomData(6, [4, 2], [1]);
  const bad = { data: x.data.slice(), shape: x.shape };
  bad.data[3 * 8 + 2 * 2 + 1] = NaN;
  const cases: [new (...args: never[]) => Error, string, () => Promise<unknown>][] = [
    [DataError, 'fit: x[3, 2, 1] must be a finite number, got NaN', () => model.fit(bad, y)],
    [DataError, 'evaluate: y[5, 0]', () => model.evaluate(x, [1, 2, 3, 4, 5, Infinity])],
    [DataError, 'fit, validationData: x[3, 2, 1]', () => model.fit(x, y, { validationData: [bad, y] })],
    [DataError, 'sampleWeight[1]', () => model.fit(x, y, { sampleWeight: [1, NaN, 1, 1, 1, 1] })],
    [ShapeError, 'x must be [batch, 4, 2], got [6, 8]', () => model.predict({ data: x.data, shape: [6, 8] })],
    [ShapeError, 'y must be 6 samples', () => model.fit(x, [1, 2])],
    [DataError, 'x must be at least one sample', () => model.fit({ data: [], shape: [0, 4, 2] }, [])],
    [ArgumentError, 'y must be an ndarray', () => model.fit(x, null as unknown as number[])],
    [ArgumentError, 'y must be the targets of x', () => model.fit(x, undefined as unknown as number[])],
    [ShapeError, 'sampleWeight must be [6] or [6, 1], got [6, 4]', () => model.fit(x, y, { sampleWeight: { data: new Float32Array(24), shape: [6, 4] } })],
    [ShapeError, 'lengths must be 6 numbers', () => model.fit(x, y, { lengths: [1] })],
    [ArgumentError, 'lengths[2]', () => model.fit(x, y, { lengths: [1, 2, 5, 1, 1, 1] })],
    [ArgumentError, 'batchSize must be a whole number', () => model.fit(x, y, { batchSize: 2.5 })],
    [ArgumentError, 'batchSize', () => model.predict(x, { batchSize: 0 })],
    [ArgumentError, 'batchSize', () => model.evaluate(x, y, { batchSize: 0 })],
    [ArgumentError, 'epochs', () => model.fit(x, y, { epochs: 0 })],
    [ArgumentError, 'validationSplit', () => model.fit(x, y, { validationSplit: 1 })],
    [ArgumentError, 'without validationData', () => model.fit(x, y, { validationSplit: 0.5, validationData: [x, y] })],
    [StateError, "Call model.compile({ loss: 'mse' }) first", () => build().fit(x, y)],
  ];
  const { loss } = await model.evaluate(x, y);
  for (const [type, text, run] of cases) {
    assert.match((await rejected(type, run())).message, text);
  }
  assert.is((await model.evaluate(x, y)).loss, loss, 'weights untouched');
  const sequence = new Sequential([new LSTM({ units: 1, returnSequences: true })], { inputShape: [4, 2] });
  sequence.compile({ loss: 'mse' });
  assert.match((await rejected(ShapeError, sequence.fit(x, y))).message, 'leave returnSequences off');
  const classes = new Sequential([new Dense({ units: 3 })], { inputShape: [2] });
  classes.compile({ loss: 'categoricalCrossentropy' });
  assert.match((await rejected(ShapeError, classes.fit([[1, 2]], [2]))).message, 'one-hot');
  assert.match((await rejected(ArgumentError, classes.fit([[1, 2]], [[1, 0, 0]], { lengths: [1] }))).message, 'there is no time axis');
});

test('what cannot be built or compiled says why', () => {
  const layers = [new Dense({ units: 1 })];
  // @ts-expect-error: a Keras user leaves inputShape to the first layer
  assert.match(thrown(ArgumentError, () => new Sequential(layers, {})).message, 'inputShape: [60, 1]');
  // @ts-expect-error: the same, without options
  assert.match(thrown(ArgumentError, () => new Sequential(layers)).message, 'inputShape');
  assert.match(thrown(ArgumentError, () => new Sequential(layers, { inputShape: [0] })).message, 'inputShape must be a list of sizes');
  assert.throws(() => new Sequential([], { inputShape: [1] }), /at least one layer/);
  // @ts-expect-error as in Keras
  assert.throws(() => new Sequential([new Dense({ units: 1 })]), /inputShape must be a list of sizes.*got undefined\. Give it after the layers.*In another chain: \[\.\.\.encoder/);
  const model = new Sequential(layers, { inputShape: [2] });
  assert.match(thrown(ArgumentError, () => { model.compile({ loss: 'mse', metrics: ['accuracy'] }); }).message, 'binaryAccuracy');
  // @ts-expect-error: unknown metric
  assert.match(thrown(ArgumentError, () => { model.compile({ loss: 'mse', metrics: ['acc'] }); }).message, 'binaryAccuracy');
  // @ts-expect-error: a name every object has
  thrown(ArgumentError, () => { model.compile({ loss: 'mse', metrics: ['constructor'] }); });
  // @ts-expect-error: unknown loss
  assert.match(thrown(ArgumentError, () => { model.compile({ loss: 'meanSquaredError' }); }).message, 'mse');
  assert.match(thrown(ArgumentError, () => { model.compile({ loss: ['mse', 'mse'] }); }).message, '1 losses');
  assert.throws(() => new Model({ inputs: [], outputs: [] }), /at least one/);
});

test('a failed compile leaves the old one, a new one keeps the weights', async () => {
  const model = build();
  model.compile({ loss: 'mse' });
  const { x, y } = randomData(4, [4, 2], [1]);
  await model.fit(x, y);
  const weights = model.getWeights();
  // @ts-expect-error: unknown optimizer
  thrown(ArgumentError, () => { model.compile({ loss: 'mse', optimizer: 'lion' }); });
  assert.is(model.position.step, 1);
  model.compile({ loss: 'mae', optimizer: 'sgd' });
  assert.is(model.position.step, 0);
  for (const [key, { data }] of Object.entries(weights)) assertSame(model.getWeights()[key]?.data ?? [], data, key);
  model.dispose();
  await model.fit(x, y);
  assertDifferent(model.getWeights()['dense/kernel']?.data ?? [], weights['dense/kernel']?.data ?? [], 0, 'trained after dispose');
});

test('trainOnBatch is one step of fit', async () => {
  const [a, b] = [build(), build()];
  const { x, y } = randomData(4, [4, 2], [1]);
  for (const model of [a, b]) model.compile({ loss: 'mse', metrics: ['mae'] });
  const { history } = await a.fit(x, y, { epochs: 2, shuffle: false });
  const logs = [await b.trainOnBatch(x, y), await b.trainOnBatch(x, y)];
  assertSameWeights(b, a, 'two steps');
  assert.equal(logs.map(({ loss }) => loss), history.loss);
  assert.equal(logs.map(({ mae }) => mae), history.mae);
});

test('using: the device goes at the end of the block, the weights stay', async () => {
  const events: string[] = [];
  const backend: Backend = {
    ...cpu(),
    open() {
      const device = cpu().open();
      return { ...device, dispose: () => { events.push('disposed'); device.dispose(); } };
    },
  };
  const dense = new Dense({ units: 1 });
  {
    using model = new Sequential([dense], { inputShape: [2] });
    model.compile({ loss: 'mse', backend });
    await model.fit([[1, 2]], [[3]], { epochs: 3 });
    events.push('end');
  }
  assert.equal(events, ['end', 'disposed']);
  assert.ok(new Sequential([dense], { inputShape: [2] }).getWeights()['dense/bias']?.data[0]);
});

test.run();
