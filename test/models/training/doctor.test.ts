import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adam, Dense, LSTM, NotFiniteError, SGD, Sequential, SimpleRNN, TerminateOnNaN, cpu } from '../../../src/index.js';
import type { Optimizer } from '../../../src/index.js';
import { assertSame } from '../../support/compare.js';
import { assertSameWeights, randomData, range, rejected, rowsOf } from '../support.js';

function build(optimizer: Optimizer): Sequential {
  const model = new Sequential([new LSTM({ units: 3, returnSequences: true }), new LSTM({ units: 2 }), new Dense({ units: 1 })], { inputShape: [5, 2], seed: 3 });
  model.compile({ optimizer, loss: 'mse', backend: cpu() });
  return model;
}

const { x, y } = randomData(12, [5, 2], [1]);

test('a huge learning rate: place, message, and the weights of the last finite loss bit for bit', async () => {
  // The larger one fails at the second step, the smaller one after several.
  for (const [learningRate, atLeast] of [[1e22, 1], [1e4, 3]] as const) {
    const optimizer = new SGD({ learningRate });
    const model = build(optimizer);
    const error = await rejected(NotFiniteError, model.fit(x, y, { batchSize: 3, epochs: 9, shuffle: false }));
    const { epoch, batch, layer, tensor } = error.site;
    const steps = epoch * 4 + batch;
    assert.is(model.position.step, steps);
    assert.ok(steps >= atLeast, `${steps} steps were fine`);
    if (learningRate === 1e22) assert.equal([layer, tensor], ['loss', 'loss']);
    assert.match(error.message, `fit, epoch ${epoch + 1}, batch ${batch + 1}: ${tensor} of '${layer}' must be finite, got Infinity`);
    assert.match(error.message, 'lower the learning rate');

    const before = build(optimizer); // one step fewer than succeeded: the weights that last gave a finite loss
    await before.predict(x);
    for (let step = 0; step < steps - 1; step++) {
      const rows = range((step % 4) * 3, (step % 4) * 3 + 3);
      await before.trainOnBatch(rowsOf(x, rows), rowsOf(y, rows));
    }
    assertSameWeights(model, before, 'last good');
    assert.ok(Number.isFinite((await model.evaluate(x, y)).loss));
  }
});

test('a NaN among the weights of layer 2, before the first step and after some', async () => {
  for (const steps of [0, 2]) {
    const model = build(new Adam());
    for (let i = 0; i < steps; i++) await model.trainOnBatch(x, y);
    const recurrent = model.getWeights()['lstm_1/recurrentKernel'];
    assert.ok(recurrent);
    recurrent.data[5] = NaN; // setWeights would refuse it
    await model.restore(new Map([['lstm_1/recurrentKernel', recurrent]]), model.position, {});
    const set = model.getWeights();
    const error = await rejected(NotFiniteError, model.fit(x, y));
    assert.equal(error.site, { layer: 'lstm_1', tensor: 'weight recurrentKernel', epoch: 0, batch: 0 });
    for (const [key, { data }] of Object.entries(set)) assertSame(model.getWeights()[key]?.data ?? [], data, `${key} as it was set`);
  }
});

test('an overflow inside a recurrent layer: its time step', async () => {
  const model = new Sequential([new SimpleRNN({ units: 2, activation: 'relu', returnSequences: true, name: 'growing' }), new Dense({ units: 1 })], { inputShape: [6, 1] });
  model.compile({ loss: 'mse' });
  model.setWeights({ 'growing/kernel': [[1, 0]], 'growing/recurrentKernel': [[1e15, 0], [0, 1]], 'growing/bias': [0, 0] });
  // h_t = 1e15·h_{t−1} + x_t: 1, 1e15, 1e30, then beyond float32.
  const inputs = { data: Float32Array.of(1, 0, 0, 0, 0, 0), shape: [1, 6, 1] };
  const error = await rejected(NotFiniteError, model.fit(inputs, { data: new Float32Array(6), shape: [1, 6, 1] }));
  assert.equal([error.site.layer, error.site.tensor, error.site.timeStep], ['growing', 'h', 3]);
  assert.match(error.message, "h of 'growing' at time step 3 must be finite, got Infinity");
});

test('exploding gradients of a finite loss: the tensor on the way back', async () => {
  const model = new Sequential([new LSTM({ units: 1, name: 'cell' })], { inputShape: [4, 1] });
  model.compile({ loss: 'mse' });
  // At rest every gate is 1/2 and h stays 0; dh_{t−1} = dh_t/4 · U_g, gates i, f, g, o: −2, −5e24, then beyond float32.
  model.setWeights({ 'cell/recurrentKernel': [[0, 0, 1e25, 0]], 'cell/bias': [0, 0, 0, 0] });
  const error = await rejected(NotFiniteError, model.fit({ data: new Float32Array(4), shape: [1, 4, 1] }, [1]));
  assert.equal([error.site.layer, error.site.tensor, error.site.timeStep], ['cell', 'dh', 1]);
  assert.match(error.message, 'globalClipNorm');
});

test('gradients too large to be squared: named as such', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
  model.compile({ loss: 'mae' });
  const error = await rejected(NotFiniteError, model.fit([[1e25]], [0]));
  assert.equal([error.site.layer, error.site.tensor], ['optimizer', 'gradient norm']);
});

test('TerminateOnNaN ends quietly', async () => {
  const model = build(new SGD({ learningRate: 1e22 }));
  const { stopped } = await model.fit(x, y, { batchSize: 3, epochs: 4, shuffle: false, callbacks: [new TerminateOnNaN()] });
  assert.match(stopped ?? '', 'must be finite');
  for (const { data } of Object.values(model.getWeights())) assert.ok(data.every((value) => Number.isFinite(value)));
});

test('observe lists what a step computes, in order', async () => {
  const model = build(new Adam());
  const seen = await model.observe(x, y);
  const names = seen.map(({ layer, tensor, timeStep }) => [layer, tensor, timeStep].filter((part) => part !== undefined).join(' '));
  const order = ['lstm weight kernel', 'lstm h 0', 'lstm c 4', 'lstm_1 h 4', 'dense output', 'loss loss', 'lstm_1 dh 4', 'lstm_1 dh 0', 'lstm dh 4', 'lstm gradient kernel'];
  assert.equal([...order].sort((a, b) => names.indexOf(a) - names.indexOf(b)), order);
  order.forEach((name) => { assert.ok(names.includes(name), name); });
  const { gradients } = await model.lossAndGradients(x, y);
  assertSame(seen.find(({ layer, tensor }) => layer === 'lstm' && tensor === 'gradient bias')?.data ?? [], gradients['lstm/bias']?.data ?? [], 'gradient');
});

test.run();
