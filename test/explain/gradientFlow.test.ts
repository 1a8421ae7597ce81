import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../src/backends/cpu/index.js';
import { ArgumentError } from '../../src/errors.js';
import { gradientFlow } from '../../src/explain/gradientFlow.js';
import { Bidirectional } from '../../src/layers/bidirectional.js';
import { Dense } from '../../src/layers/dense.js';
import { GRU } from '../../src/layers/gru.js';
import { LSTM } from '../../src/layers/lstm.js';
import { SimpleRNN } from '../../src/layers/simpleRnn.js';
import { Input } from '../../src/layers/layer.js';
import { Model } from '../../src/models/model.js';
import { Sequential } from '../../src/models/sequential.js';

const backend = cpu({ dtype: 'float64' });

function compiled(layers: ConstructorParameters<typeof Sequential>[0], inputShape: number[]): Sequential {
  const model = new Sequential(layers, { inputShape, seed: 3 });
  model.compile({ loss: 'mse', optimizer: 'sgd', backend });
  return model;
}

function series(batch: number, steps: number, features: number): { data: Float64Array; shape: number[] } {
  return { data: Float64Array.from({ length: batch * steps * features }, (_, i) => Math.sin(1.7 * i + 0.3)), shape: [batch, steps, features] };
}

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.is(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs((actual[i] ?? NaN) - value) <= 1e-12 * Math.max(1, Math.abs(value)), `entry ${i}: ${actual[i]} is not ${value}`));
}

test('one tanh unit: the product of u·φ′ typed out', async () => {
  const model = compiled([new SimpleRNN({ units: 1 })], [4, 1]);
  const [w, u, b] = [0.7, -1.3, 0.2];
  model.setWeights({ 'simple_rnn/kernel': [[w]], 'simple_rnn/recurrentKernel': [[u]], 'simple_rnn/bias': [b] });
  const inputs = [0.5, -0.4, 0.9, 0.1];
  const h: number[] = [];
  for (const [t, x] of inputs.entries()) h.push(Math.tanh(w * x + u * (h[t - 1] ?? 0) + b));
  const target = 0.25;
  const expected = [0, 0, 0, 2 * ((h[3] ?? 0) - target)];
  for (let t = 2; t >= 0; t--) expected[t] = (expected[t + 1] ?? 0) * (1 - (h[t + 1] ?? 0) ** 2) * u;

  const [flow, ...others] = await gradientFlow(model, [inputs.map((x) => [x])], [[target]]);
  assert.is(others.length, 0);
  assert.is(flow?.layer, 'simple_rnn');
  assert.is(flow?.c, undefined);
  close(flow?.h ?? [], expected.map(Math.abs));
});

test('the norm runs over batch and units, and sees the loss at every step', async () => {
  const model = compiled([new SimpleRNN({ units: 2, returnSequences: true })], [3, 1]);
  model.setWeights({ 'simple_rnn/recurrentKernel': [[0, 0], [0, 0]] });
  const x = series(2, 3, 1);
  const y = { data: new Float64Array(12), shape: [2, 3, 2] };
  const [flow] = await gradientFlow(model, x, y);
  const prediction = await model.predict(x);
  // Without recurrence dh_t is the loss's part alone: 2h/12 for each entry.
  const expected = [0, 1, 2].map((t) => Math.hypot(...[0, 1].flatMap((b) => [0, 1].map((u) => (2 * prediction.get(b, t, u)) / 12))));
  close(flow?.h ?? [], expected);
});

test('layers come input side first; LSTM has c as well', async () => {
  const model = compiled([new LSTM({ units: 3, returnSequences: true }), new GRU({ units: 2, name: 'top' }), new Dense({ units: 1 })], [5, 2]);
  const flows = await gradientFlow(model, series(2, 5, 2), [[0.5], [-0.5]]);
  assert.equal(flows.map(({ layer, use }) => [layer, use]), [['lstm', 0], ['top', 0]]);
  assert.equal(flows.map(({ h }) => h.length), [5, 5]);
  assert.equal(flows.map(({ c }) => c?.length), [5, undefined]);
  assert.ok(flows.every(({ h }) => h.every((norm) => norm > 0)));
  assert.is(flows[0]?.c?.[4], 0); // nothing arrives from beyond the last step
  assert.ok((flows[0]?.c?.[3] ?? 0) > 0);
});

test('truncation shows as zeros, padding carries the gradient past', async () => {
  const cut = compiled([new GRU({ units: 2, truncate: 2 })], [5, 1]);
  const [flow] = await gradientFlow(cut, series(1, 5, 1), [[1, 2]]);
  assert.equal(Array.from(flow?.h ?? [], (norm) => norm > 0), [false, false, false, false, true]);

  const padded = compiled([new LSTM({ units: 2 })], [5, 1]);
  const [masked] = await gradientFlow(padded, series(1, 5, 1), [[1, 2]], { lengths: [3] });
  assert.is(masked?.h[4], masked?.h[2]);
  assert.is.not(masked?.h[2], masked?.h[1]);
});

test('both directions of a bidirectional layer, each in its own order', async () => {
  for (const steps of [1, 4]) {
    const model = compiled([new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }) }), new Dense({ units: 1 })], [steps, 1]);
    const y = { data: new Float64Array(steps).fill(1), shape: [1, steps, 1] };
    const flows = await gradientFlow(model, series(1, steps, 1), y);
    assert.equal(flows.map(({ layer, use, h }) => [layer, use, h.length]), [['bidirectional', 0, steps], ['bidirectional', 1, steps]]);
    assert.ok(flows.every(({ h }) => h.every((norm) => norm > 0)));
    assert.is.not(flows[0]?.h[0], flows[1]?.h[0]);
  }
});

test('a shared layer, used once for its output and once for its memory', async () => {
  const lstm = new LSTM({ units: 2, returnState: true });
  const inputs = [Input({ shape: [3, 1] }), Input({ shape: [3, 1] })];
  const [first, second] = inputs.map((input) => lstm.applyAll(input));
  const outputs = [first?.[0], second?.[2]].flatMap((tensor) => (tensor ? [tensor] : []));
  const model = new Model({ inputs, outputs, seed: 5 });
  model.compile({ loss: ['mse', 'mse'], backend });
  const flows = await gradientFlow(model, [series(1, 3, 1), series(1, 3, 1)], [[[0.3, 0.4]], [[-0.3, 0.1]]]);
  // Backward sees the last use first; its last step has dc alone, and the first use's has dh alone.
  const arrives = (norms: Float64Array | undefined): boolean[] => Array.from(norms ?? [], (norm) => norm > 0);
  assert.equal(flows.map(({ h, c }) => [arrives(h), arrives(c)]), [
    [[true, true, false], [true, true, true]],
    [[true, true, true], [true, true, false]],
  ]);
});

test('weights stay, and a model without recurrence is refused', async () => {
  const model = compiled([new GRU({ units: 2 })], [3, 1]);
  const before = model.getWeights();
  await gradientFlow(model, series(1, 3, 1), [[0, 1]]);
  assert.equal(model.getWeights()['gru/kernel']?.data, before['gru/kernel']?.data);
  try {
    await gradientFlow(compiled([new Dense({ units: 1 })], [2]), [[1, 2]], [[1]]);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ArgumentError);
  }
});

test.run();
