import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adam, Dense, GRU, LSTM, LambdaCallback, Sequential, ShapeError, cpu, loadModel } from '../../../src/index.js';
import { timeSlice } from '../../support/values.js';
import { randomTensor } from '../../support/values.js';
import { assertClose, assertDifferent, assertSame } from '../../support/compare.js';
import { assertSameState, rejected } from '../support.js';

const float64 = cpu({ dtype: 'float64' });

function build(steps: number, stateful = true): Sequential {
  const model = new Sequential([new LSTM({ units: 3, returnSequences: true, stateful }), new GRU({ units: 2, returnSequences: true, stateful }), new Dense({ units: 1 })],
    { inputShape: [steps, 2], seed: 4 });
  model.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', backend: float64 });
  return model;
}

const x = randomTensor(1, 'x', [3, 8, 2]);
const y = randomTensor(1, 'y', [3, 8, 1]);

test('two batches of a stream are one long sequence', async () => {
  const whole = await build(8, false).predict(x);
  const model = build(4);
  for (const round of ['first', 'after resetStates']) {
    const parts = [await model.predict(timeSlice(x, 0, 4)), await model.predict(timeSlice(x, 4, 4))];
    parts.forEach((part, i) => {
      assertClose(part.data, timeSlice({ data: Float64Array.from(whole.data), shape: whole.shape }, 4 * i, 4).data, 1e-14, `${round}, part ${i}`);
    });
    const third = await model.predict(timeSlice(x, 0, 4));
    assertDifferent(third.data, parts[0]?.data ?? [], 1e-3, 'the state matters');
    model.resetStates();
  }
});

test('a stream has one batch size until it is reset', async () => {
  const model = build(4);
  await model.predict(timeSlice(x, 0, 4));
  const two = { data: x.data.subarray(0, 16), shape: [2, 4, 2] };
  const error = await rejected(ShapeError, model.predict(two));
  assert.match(error.message, 'batch must be 3 samples, as in the first batch, got 2');
  assert.match(error.message, 'resetStates');
  model.resetStates();
  const fresh = await model.predict(two);
  assertSame(fresh.data, (await build(4).predict(two)).data, 'zero states');
  model.resetStates();
  assertSame((await model.predict(timeSlice(x, 0, 4))).data, (await build(4).predict(timeSlice(x, 0, 4))).data, 'back to three');
});

test('samples that do not fill their batches are refused before the first step', async () => {
  const model = build(4);
  const before = model.toBytes();
  const data = [randomTensor(1, 'a', [7, 4, 2]), randomTensor(1, 'b', [7, 4, 1])] as const;
  assert.match((await rejected(ShapeError, model.fit(...data, { batchSize: 3 }))).message, 'a multiple of batchSize 3');
  const good = [timeSlice(x, 0, 4), timeSlice(y, 0, 4)] as const;
  await rejected(ShapeError, model.fit(...good, { batchSize: 3, validationData: data }));
  assertSame(model.toBytes(), before, 'model');
});

test('training carries states over batches; validation and gradients leave the stream alone', async () => {
  const first = [timeSlice(x, 0, 4), timeSlice(y, 0, 4)] as const;
  const second = [timeSlice(x, 4, 4), timeSlice(y, 4, 4)] as const;
  const [a, b] = [build(4), build(4)];
  for (const part of [first, second]) {
    await a.fit(...part, { batchSize: 3 });
    await b.lossAndGradients(...part);
    await b.fit(...part, { batchSize: 3, validationData: second });
  }
  for (const [key, { data }] of Object.entries(a.getWeights())) assertSame(b.getWeights()[key]?.data ?? [], data, key);
  assertSame((await a.predict(first[0])).data, (await b.predict(first[0])).data, 'the same stream');
  // With fresh weights the second gradient sees the first half's state.
  const [c, d] = [build(4), build(4)];
  await c.predict(first[0]);
  const [seen, unseen] = [await c.lossAndGradients(...second), await d.lossAndGradients(...second)];
  assertDifferent([seen.loss], [unseen.loss], 1e-6, 'loss with and without history');
  const other = randomTensor(2, 'x', [5, 4, 2]);
  await d.predict(other); // a gradient does not begin a stream: another batch size is free
});

test('samples keep their order', async () => {
  const long = [randomTensor(3, 'x', [6, 4, 2]), randomTensor(3, 'y', [6, 4, 1])] as const;
  const [a, b] = [build(4), build(4)];
  await a.fit(...long, { batchSize: 2 });
  await b.fit(...long, { batchSize: 2, shuffle: false });
  assertSameState(a, b, 'never shuffled');
});

test('saved and loaded, the stream goes on; resumed, training is the uninterrupted one', async () => {
  const data = [randomTensor(3, 'x', [6, 4, 2]), randomTensor(3, 'y', [6, 4, 1])] as const;
  const resetting = (): LambdaCallback => new LambdaCallback({ onEpochEnd: (_epoch, _logs, { model }) => { model.resetStates(); } });
  for (const callbacks of [(): LambdaCallback[] => [], () => [resetting()]]) {
    const whole = build(4);
    await whole.fit(...data, { batchSize: 3, epochs: 4, callbacks: callbacks() });
    for (const epochs of [1, 2, 3]) {
      const stopped = build(4);
      await stopped.fit(...data, { batchSize: 3, epochs, callbacks: callbacks() });
      const again = await loadModel(stopped.toBytes(), { backend: float64 });
      assertSame((await again.predict(timeSlice(x, 0, 4))).data, (await stopped.predict(timeSlice(x, 0, 4))).data, 'prediction in the stream');
      const resumed = await loadModel(await (async () => { const twin = build(4); await twin.fit(...data, { batchSize: 3, epochs, callbacks: callbacks() }); return twin.toBytes(); })(), { backend: float64 });
      await resumed.fit(...data, { batchSize: 3, epochs: 4, resume: true, callbacks: callbacks() });
      assertSameState(resumed, whole, `resumed after ${epochs}`);
    }
  }
});

test.run();
