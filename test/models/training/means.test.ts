/** Losses and metrics are means over the rows that count, each output over its own, whatever the batches. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adam, BatchNorm, DataError, Dense, GRU, Input, LambdaCallback, Model, SGD, Sequential, cpu } from '../../../src/index.js';
import type { Optimizer } from '../../../src/index.js';
import { assertClose, assertSame } from '../../support/compare.js';
import { anySeed, forAll } from '../../support/property.js';
import { host, randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });
const T = 3;

/** Two masked sequences and the last step of the second: three outputs with rows of three kinds. */
function threeOutputs(optimizer: Optimizer = new SGD({ learningRate: 1e-300 })): Model {
  const [a, b] = [Input({ shape: [T, 2], name: 'a' }), Input({ shape: [T, 1], name: 'b' })];
  const model = new Model({ inputs: [a, b], seed: 4, outputs: {
    first: new Dense({ units: 2 }).apply(new GRU({ units: 2, returnSequences: true }).apply(a)),
    second: new GRU({ units: 1, returnSequences: true }).apply(b),
    last: new GRU({ units: 2 }).apply(b),
  } });
  model.compile({
    optimizer, loss: { last: 'mse', first: 'mse', second: 'mae' }, lossWeights: { second: 2, last: 0.5 }, backend,
    metrics: { last: ['mae'], first: ['mae', 'rmse'] }, weightedMetrics: { second: ['mse'], last: ['mae', 'r2'] },
  });
  return model;
}

function randomMask(seed: number, rows: number): Host {
  const mask = randomTensor(seed, 'mask', [rows, T]);
  return host([rows, T], mask.data.map((v, i) => (i === 1 || v > 0.3 ? 1 : 0))); // many samples are padding altogether
}

test('every output has the mean over its own rows: by hand, for every batch size, in evaluate, fit and validation', async () => {
  const cases = fc.record({ seed: anySeed, samples: fc.integer({ min: 2, max: 7 }), masked: fc.subarray(['a', 'b']), weighted: fc.boolean() });
  await forAll(cases, 12, async ({ seed, samples, masked, weighted }) => {
    const x = [randomTensor(seed, 'a', [samples, T, 2]), randomTensor(seed, 'b', [samples, T, 1])];
    const y = [randomTensor(seed, 'y0', [samples, T, 2]), randomTensor(seed, 'y1', [samples, T, 1]), randomTensor(seed, 'y2', [samples, 2])];
    const masks = Object.fromEntries(masked.map((name, i) => [name, randomMask(seed + i, samples)]));
    const sampleWeight = randomTensor(seed, 'weights', [samples]).data.map((w) => Math.abs(w));
    const options = { mask: masks, ...(weighted ? { sampleWeight: host([samples], sampleWeight) } : {}) };
    const model = threeOutputs();
    const predictions = await model.predictAll(x, { mask: masks });

    const mean = (output: number, term: (e: number) => number, weigh: boolean, share = false): number => {
      const [p, t] = [predictions[output]?.data ?? [], y[output]?.data ?? []];
      const width = y[output]?.shape.at(-1) ?? 1;
      const mask = [masks.a, masks.b, undefined][output]?.data;
      let [total, count] = [0, 0];
      for (let row = 0; row < t.length / width; row++) {
        if (mask?.[row] === 0) continue;
        const weight = weigh && weighted ? sampleWeight[Math.floor((row * width * samples) / t.length)] ?? NaN : 1;
        for (let j = row * width; j < (row + 1) * width; j++) total += weight * term((p[j] ?? NaN) - (t[j] ?? NaN));
        count += share ? weight * width : width;
      }
      return total / count; // of weighted losses too, by their number: as in Keras
    };
    const square = (e: number): number => e * e;
    const [first, second, last] = [mean(0, square, true), mean(1, Math.abs, true), mean(2, square, true)];
    const weightOf = (i: number): number => (weighted ? sampleWeight[Math.floor(i / 2)] ?? NaN : 1);
    const t = y[2]?.data ?? new Float64Array();
    const total = t.reduce((sum, _, i) => sum + weightOf(i), 0);
    const centre = t.reduce((sum, v, i) => sum + weightOf(i) * v, 0) / total;
    const spread = t.reduce((sum, v, i) => sum + weightOf(i) * (v - centre) ** 2, 0) / total;
    const expected = {
      loss: first + 2 * second + 0.5 * last, first_loss: first, second_loss: second, last_loss: last,
      first_mae: mean(0, Math.abs, false), first_rmse: Math.sqrt(mean(0, square, false)), last_mae: mean(2, Math.abs, false),
      second_weighted_mse: mean(1, square, true, true), last_weighted_mae: mean(2, Math.abs, true, true), last_weighted_r2: 1 - mean(2, square, true, true) / spread,
    };

    for (const batchSize of [1, 2, 3, samples]) {
      const logs = await model.evaluate(x, y, { ...options, batchSize });
      assert.equal(Object.keys(logs), Object.keys(expected));
      assertClose(Object.values(logs), Object.values(expected), 1e-12, `batches of ${batchSize}`);
      const { history } = await model.fit(x, y, { ...options, batchSize, validationData: [x, y, options] });
      for (const [key, value] of Object.entries(expected)) {
        assertClose(history[key] ?? [], [value], 1e-12, `fit, ${key}, batches of ${batchSize}`);
        assertClose(history[`val_${key}`] ?? [], [value], 1e-12, `val_${key}, batches of ${batchSize}`);
      }
    }
  });
});

test('two outputs, one of them masked: 8, whether two samples come at once or one by one', async () => {
  const x = Input({ shape: [2, 1] });
  const steps = new Dense({ units: 1, kernelInitializer: 'zeros' }).apply(x);
  const last = new GRU({ units: 1, kernelInitializer: 'zeros' }).apply(x);
  const model = new Model({ inputs: x, outputs: [steps, last] });
  model.compile({ loss: ['mse', 'mse'], backend });
  const data = host([2, 2, 1], [1, 1, 1, 1]);
  const y = [host([2, 2, 1], [2, 9, 0, 0]), host([2, 1], [4, 2])];
  // Real steps: 2² of sample 0, then 0 and 0 of sample 1: 4/3; last steps (16 + 4)/2 = 10.
  for (const batchSize of [1, 2]) assertClose([(await model.evaluate(data, y, { lengths: [1, 2], batchSize })).loss ?? NaN], [4 / 3 + 10], 1e-14, String(batchSize));
});

test('an epoch that was interrupted goes on with the same sums', async () => {
  const x = [randomTensor(1, 'a', [7, T, 2]), randomTensor(1, 'b', [7, T, 1])];
  const y = [randomTensor(1, 'y0', [7, T, 2]), randomTensor(1, 'y1', [7, T, 1]), randomTensor(1, 'y2', [7, 2])];
  const options = { mask: { a: randomMask(1, 7), b: randomMask(2, 7) }, batchSize: 2, epochs: 2 };
  const whole = await threeOutputs(new Adam()).fit(x, y, options);
  const model = threeOutputs(new Adam());
  const first = await model.fit(x, y, { ...options, callbacks: [new LambdaCallback({ onBatchEnd: (batch, _logs, context) => { if (batch === 1) context.stop('enough'); } })] });
  assert.equal(first.epoch, []);
  const second = await model.fit(x, y, { ...options, resume: true });
  assert.equal(second.history.loss, whole.history.loss);
  assert.equal(second.history.rmse, whole.history.rmse);
});

test('a batch of padding alone: no step, no NaN, the same model as without it', async () => {
  const build = (): Sequential => {
    const model = new Sequential([new GRU({ units: 2, returnSequences: true, dropout: 0.3 }), new Dense({ units: 1 })], { inputShape: [T, 2], seed: 4 });
    model.compile({ optimizer: new Adam({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'], backend });
    return model;
  };
  const x = randomTensor(5, 'x', [3, T, 2]);
  const y = randomTensor(5, 'y', [3, T, 1]);
  const kept = (t: Host): Host => host([2, ...t.shape.slice(1)], [...t.data.slice(0, t.data.length / 3), ...t.data.slice((2 * t.data.length) / 3)]);
  const mask = host([3, T], [1, 1, 0, 0, 0, 0, 1, 1, 1]);
  const seen: (number | undefined)[] = [];
  const [model, without] = [build(), build()];
  const options = { batchSize: 1, epochs: 2, shuffle: false };
  const a = await model.fit(x, y, { ...options, mask, callbacks: [new LambdaCallback({ onBatchEnd: (_batch, logs) => { seen.push(logs.loss, logs.mae); } })] });
  const b = await without.fit(kept(x), kept(y), { ...options, mask: kept(mask) });
  assert.is(model.position.step, 4);
  assert.equal(a.history.loss, b.history.loss);
  assert.equal(a.history.mae, b.history.mae);
  assert.ok(seen.length === 12 && seen.every(Number.isFinite), String(seen));
  for (const [key, { data }] of Object.entries(without.getWeights())) assertSame(model.getWeights()[key]?.data ?? [], data, key);
  const first = host([1, T, 2], x.data.slice(6, 12));
  const alone = await build().fit(host([2, T, 2], [...first.data, ...first.data]), host([2, T, 1], [9, 9, 9, 1, 2, 3]), {
    ...options, epochs: 1, mask: host([2, T], [0, 0, 0, 1, 0, 0]), callbacks: [new LambdaCallback({ onBatchEnd: (batch, logs) => { if (batch === 0) seen.push(logs.loss); } })],
  });
  assert.is(seen.at(-1), 0);
  assert.ok(Number.isFinite(alone.history.loss?.[0]));
});

test('data that are padding throughout are refused before the first step', async () => {
  const model = new Sequential([new GRU({ units: 2, returnSequences: true }), new BatchNorm()], { inputShape: [T, 2] });
  model.compile({ loss: 'mse', backend });
  const [x, y] = [randomTensor(5, 'x', [4, T, 2]), randomTensor(5, 'y', [4, T, 2])];
  const before = model.getWeights();
  const none = { mask: host([4, T], new Float64Array(12)) };
  const half = { mask: host([4, T], Array.from({ length: 12 }, (_, i) => (i < 6 ? 1 : 0))) };
  const refused = async (work: Promise<unknown>, message: string): Promise<void> => assert.match((await rejected(DataError, work)).message, message);
  await refused(model.fit(x, y, none), 'mask must be one step at least that is real, got padding throughout');
  await refused(model.evaluate(x, y, none), 'padding throughout');
  await refused(model.trainOnBatch(x, y, none), 'padding throughout');
  await refused(model.lossAndGradients(x, y, none), 'padding throughout');
  await refused(model.fit(x, y, { validationData: [x, y, none] }), 'validationData');
  await refused(model.fit(x, y, { ...half, validationSplit: 0.5 }), 'validationSplit');
  for (const [key, { data }] of Object.entries(before)) assertSame(model.getWeights()[key]?.data ?? [], data, key);
  assert.is((await model.predict(x, none)).size, 24);
  const three = threeOutputs();
  const pair = [randomTensor(1, 'a', [2, T, 2]), randomTensor(1, 'b', [2, T, 1])];
  const targets = [randomTensor(1, 'y0', [2, T, 2]), randomTensor(1, 'y1', [2, T, 1]), randomTensor(1, 'y2', [2, 2])];
  await refused(three.evaluate(pair, targets, { mask: { b: host([2, T], new Float64Array(6)) } }), 'the mask of output 1');
});

test.run();
