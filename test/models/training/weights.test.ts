/** Weights for each number of an output: against sums by hand, central differences, and refused where they would have to be guessed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Activation, Dense, Input, LSTM, Model, SGD, Sequential, cpu } from '../../../src/index.js';
import type { DataOptions, LossKind } from '../../../src/index.js';
import { ShapeError } from '../../../src/errors.js';
import { randomData, range, rejected } from '../support.js';

const N = 5;
const at = (data: ArrayLike<number>, i: number): number => data[i] ?? NaN;
const weightsOf = (count: number): number[] => range(0, count).map((i) => (i % 4) / 2);

function forecaster(h: number, loss: LossKind = 'mse'): Sequential {
  const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: h })], { inputShape: [4, 2], seed: 2 });
  model.compile({ loss, metrics: ['mae'], backend: cpu({ dtype: 'float64' }), optimizer: new SGD({ learningRate: 0.1 }) });
  return model;
}

test('[N, h]: the loss is Σ w·loss / (N·h), whatever the batch size; metrics count all; gradients follow', async () => {
  const h = 3;
  const { x, y } = randomData(N, [4, 2], [h]);
  const w = weightsOf(N * h);
  const model = forecaster(h);
  const sampleWeight = { data: w, shape: [N, h] };
  const prediction = (await model.predict(x)).data;
  const expected = w.reduce((sum, weight, i) => sum + weight * (at(prediction, i) - at(y.data, i)) ** 2, 0) / (N * h);
  const mae = w.reduce((sum, _, i) => sum + Math.abs(at(prediction, i) - at(y.data, i)), 0) / (N * h);
  for (const batchSize of [1, 2, N]) {
    const logs = await model.evaluate(x, y, { sampleWeight, batchSize });
    assert.ok(Math.abs((logs.loss ?? NaN) - expected) < 1e-12, `batches of ${batchSize}: ${logs.loss}, not ${expected}`);
    assert.ok(Math.abs((logs.mae ?? NaN) - mae) < 1e-12);
  }
  const { gradients, loss } = await model.lossAndGradients(x, y, { sampleWeight });
  assert.ok(Math.abs(loss - expected) < 1e-12);
  const bias = model.getWeights()['dense/bias']!;
  for (let j = 0; j < h; j++) {
    const byHand = range(0, N).reduce((sum, n) => sum + 2 * at(w, n * h + j) * (at(prediction, n * h + j) - at(y.data, n * h + j)), 0) / (N * h);
    assert.ok(Math.abs(at(gradients['dense/bias']!.data, j) - byHand) < 1e-12, `bias ${j}`);
  }
  const moved = async (delta: number): Promise<number> => {
    model.setWeights({ 'dense/bias': { data: Array.from(bias.data, (b, i) => b + (i === 1 ? delta : 0)), shape: [h] } });
    return (await model.lossAndGradients(x, y, { sampleWeight })).loss;
  };
  assert.ok(Math.abs((await moved(1e-5) - await moved(-1e-5)) / 2e-5 - at(gradients['dense/bias']!.data, 1)) < 1e-8);
});

test('every element-wise loss, behind heads and masks; equal weights are those of rows', async () => {
  const { x, y } = randomData(N, [4, 2], [4, 4]); // T = F: [N, T] are steps
  for (const loss of ['mse', 'mae', 'huber', 'logCosh', 'binaryCrossentropy', 'quantile'] as const) {
    const model = new Sequential([new LSTM({ units: 3, returnSequences: true }), new Dense({ units: 4 }), ...(loss === 'binaryCrossentropy' ? [new Activation({ kind: 'sigmoid' })] : [])], { inputShape: [4, 2], seed: 2 });
    model.compile({ loss, backend: cpu({ dtype: 'float64' }) });
    const steps = weightsOf(N * 4);
    const numbers = range(0, N * 16).map((i) => at(steps, Math.floor(i / 4)));
    const options = { lengths: [4, 2, 3, 1, 4] };
    const [a, b] = [
      await model.lossAndGradients(x, y, { ...options, sampleWeight: { data: steps, shape: [N, 4] } }),
      await model.lossAndGradients(x, y, { ...options, sampleWeight: { data: numbers, shape: [N, 4, 4] } }),
    ];
    assert.ok(Math.abs(a.loss - b.loss) < 1e-12 && a.loss !== 0, loss);
    for (const [key, { data }] of Object.entries(a.gradients)) {
      data.forEach((value, i) => { assert.ok(Math.abs(value - at(b.gradients[key]!.data, i)) < 1e-12, `${loss} ${key}`); });
    }
  }
});

test('trains on the default backend; only the weighted steps are learnt', async () => {
  const { x, y } = randomData(N, [4, 2], [2]);
  const model = forecaster(2);
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }) });
  const before = model.getWeights()['dense/bias']!.data.slice();
  await model.fit(x, y, { epochs: 2, sampleWeight: range(0, N).map(() => [1, 0]) });
  const after = model.getWeights()['dense/bias']!.data;
  assert.is(after[1], before[1]);
  assert.is.not(after[0], before[0]);
});

test('what does not fit, or could be guessed at only, is refused', async () => {
  const { x, y } = randomData(N, [4, 2], [3]);
  const refused = async (run: () => Promise<unknown>): Promise<string> => (await rejected(ShapeError, run())).message;
  const weigh = (...shape: number[]): DataOptions => ({ sampleWeight: { data: new Float64Array(shape.reduce((a, b) => a * b)), shape } });
  assert.match(await refused(() => forecaster(3).evaluate(x, y, weigh(N, 4))), /sampleWeight must be \[5\] or \[5, 1\] or \[5, 3\], got \[5, 4\]/);
  assert.match(await refused(() => forecaster(3, 'categoricalCrossentropy').evaluate(x, y, weigh(N, 3))), /must be \[5\] or \[5, 1\], got \[5, 3\].*one loss for each row/);
  assert.match(await refused(() => forecaster(1).evaluate(x, range(0, N), weigh(N, 3))), /must be \[5\] or \[5, 1\], got/);
  const sequence = randomData(N, [4, 2], [4, 3]);
  const steps = new Sequential([new LSTM({ units: 3, returnSequences: true })], { inputShape: [4, 2] });
  steps.compile({ loss: 'mse' });
  assert.match(await refused(() => steps.evaluate(sequence.x, sequence.y, weigh(N, 3))), /must be \[5\] or \[5, 4\] or \[5, 4, 3\], got \[5, 3\]/);
  const input = Input({ shape: [4, 2] });
  const hidden = new LSTM({ units: 3 }).apply(input);
  const two = new Model({ inputs: input, outputs: [new Dense({ units: 3 }).apply(hidden), new Dense({ units: 2 }).apply(hidden)] });
  two.compile({ loss: ['mse', 'mse'] });
  assert.match(await refused(() => two.evaluate(x, [y, randomData(N, [4, 2], [2]).y], weigh(N, 3))), /must be \[5\] or \[5, 1\], got/);
});

test.run();
