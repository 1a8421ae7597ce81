/** A loss of one's own in a model: what the library's have, it has. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../../src/backends/cpu/index.js';
import { wasm } from '../../../src/backends/wasm/index.js';
import { FileFormatError } from '../../../src/errors.js';
import { gpu } from '../../../src/gpu.js';
import { Dense } from '../../../src/layers/dense.js';
import { GRU } from '../../../src/layers/gru.js';
import { Input } from '../../../src/layers/layer.js';
import type { JsonObject } from '../../../src/layers/layer.js';
import type { LossFunction } from '../../../src/losses/loss.js';
import type { Loss } from '../../../src/losses/losses.js';
import { loadModel } from '../../../src/models/load.js';
import { Model } from '../../../src/models/model.js';
import { Sequential } from '../../../src/models/sequential.js';
import { assertClose } from '../../support/compare.js';
import { host, randomTensor } from '../../support/values.js';
import { rejected } from '../support.js';

/** (e/c)², as the mean squared error for c = 1. */
const scaled = (c: number): LossFunction => ({
  name: 'scaled', per: 'number', config: () => ({ c }),
  compare(k, p, t) {
    const e = k.scale(k.sub(p, t), 1 / c);
    return { losses: k.mul(e, e), dPrediction: k.scale(e, 2 / c) };
  },
});

const customLosses = { scaled: ({ c }: JsonObject): LossFunction => scaled(Number(c)) };

/** binaryCrossentropy: log(1 + eᵖ) − p·t. */
const logistic: LossFunction = {
  name: 'logistic', per: 'number', logits: 'sigmoid',
  compare(k, p, t) {
    const soft = k.activate('softplus', p, 0);
    return { losses: k.sub(soft, k.mul(p, t)), dPrediction: k.sub(k.activate('sigmoid', p, 0), t) };
  },
};

const [N, T, F] = [5, 4, 3];
const x = randomTensor(1, 'x', [N, T, 2]);
const y = randomTensor(2, 'y', [N, T, F]);

function sequence(loss: Loss, backend = cpu({ dtype: 'float64' })): Sequential {
  const model = new Sequential([new GRU({ units: 3, returnSequences: true }), new Dense({ units: F })], { inputShape: [T, 2], seed: 3 });
  model.compile({ loss, metrics: ['mae'], weightedMetrics: ['mae'], backend, optimizer: 'sgd' });
  return model;
}

test('as mse: weights of samples, steps and numbers, masks, evaluation and steps', async () => {
  for (const shape of [undefined, [N], [N, T], [N, T, F]]) {
    for (const lengths of [undefined, [4, 1, 3, 2, 4]]) {
      const options = { lengths, ...(shape ? { sampleWeight: host(shape, randomTensor(3, 'w', shape).data.map(Math.abs)) } : {}) };
      const [own, mse] = [sequence(scaled(1)), sequence('mse')];
      const [a, b] = [await own.lossAndGradients(x, y, options), await mse.lossAndGradients(x, y, options)];
      assertClose([a.loss], [b.loss], 1e-13, 'loss');
      for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-12, key);
      for (const model of [own, mse]) await model.fit(x, y, { ...options, epochs: 2, batchSize: 2 });
      assertClose(Object.values(await own.evaluate(x, y, { ...options, batchSize: 3 })), Object.values(await mse.evaluate(x, y, { ...options, batchSize: 3 })), 1e-12, 'evaluate');
    }
  }
});

test('on every backend', async () => {
  const reference = sequence(scaled(0.5));
  await reference.fit(x, y, { epochs: 2, batchSize: 2 });
  for (const backend of [cpu(), await wasm(), await gpu({ mode: 'cpu' })]) {
    const model = sequence(scaled(0.5), backend);
    await model.fit(x, y, { epochs: 2, batchSize: 2 });
    for (const [key, { data }] of Object.entries(reference.getWeights())) assertClose(model.getWeights()[key]?.data ?? [], data, 1e-4, `${backend.description} ${key}`);
    model.dispose();
  }
});

test('saved by its name and options, made again by customLosses', async () => {
  const model = sequence(scaled(2));
  await model.fit(x, y);
  const again = await loadModel(model.toBytes(), { customLosses, backend: cpu({ dtype: 'float64' }) });
  for (const one of [model, again]) await one.fit(x, y, { epochs: 3, resume: true });
  assert.equal([...again.toBytes()], [...model.toBytes()]);
  assert.match(again.summary(), 'loss scaled');
  assert.match((await rejected(FileFormatError, loadModel(model.toBytes()))).message, /a maker of 'scaled'.*customLosses/);
});

test('logits: it looks behind a sigmoid as binaryCrossentropy does, and accuracy asks for their sign', async () => {
  const targets = host([N, T, F], y.data.map((v) => Number(v > 0)));
  const results = await Promise.all(([logistic, 'binaryCrossentropy'] as const).flatMap((loss) => (['sigmoid', 'linear'] as const).map(async (activation) => {
    const model = new Sequential([new GRU({ units: 3, returnSequences: true }), new Dense({ units: F, activation })], { inputShape: [T, 2], seed: 3 });
    model.compile({ loss, metrics: ['accuracy', 'auc'], backend: cpu({ dtype: 'float64' }) });
    return Object.values(await model.evaluate(x, targets));
  })));
  for (const result of results) assertClose(result, results[0] ?? [], 1e-12, 'loss, accuracy and auc');
});

test('parameters of a distribution of one\'s own: the target has 1 in the last axis, or none', async () => {
  /** Laplace: |t − μ|/b + log 2b, [μ, log b]. */
  const laplace: LossFunction = {
    name: 'laplace', per: 'row', parameters: 2,
    compare(k, p, t) {
      const [mean = p, logScale = p] = k.split(p, [1, 1]);
      const e = k.mul(k.sub(mean, t), k.exp(k.scale(logScale, -1)));
      const slope = k.mul(k.sign(e), k.exp(k.scale(logScale, -1)));
      return { losses: k.add(k.abs(e), k.affine(logScale, 1, Math.LN2)), dPrediction: k.concat([slope, k.affine(k.abs(e), -1, 1)]) };
    },
  };
  const input = Input({ shape: [T, 2] });
  const model = new Model({ inputs: input, outputs: new Dense({ units: 2 }).apply(new GRU({ units: 2, returnSequences: true }).apply(input)) });
  model.compile({ loss: laplace, backend: cpu({ dtype: 'float64' }) });
  const steps = randomTensor(4, 'steps', [N, T]);
  const a = await model.evaluate(x, steps);
  assert.equal(await model.evaluate(x, host([N, T, 1], steps.data)), a);
  const prediction = (await model.predict(x)).data;
  const expected = steps.data.reduce((sum, t, i) => sum + Math.abs(t - (prediction[2 * i] ?? 0)) / Math.exp(prediction[2 * i + 1] ?? 0) + Math.LN2 + (prediction[2 * i + 1] ?? 0), 0);
  assertClose([a.loss ?? NaN], [expected / steps.data.length], 1e-13, 'loss');
  assert.throws(() => { model.compile({ loss: laplace, metrics: ['mae'] }); }, /metrics 'mae' must be of an output that forecasts a number, got that of 'laplace'/);
  const wide = new Sequential([new Dense({ units: 3 })], { inputShape: [2] });
  assert.throws(() => { wide.compile({ loss: laplace }); }, /loss 'laplace' must be behind an output whose last axis holds 2 parameters, got one of \[batch, 3\]/);
});

test.run();
