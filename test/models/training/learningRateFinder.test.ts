import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, BatchNorm, Dense, Dropout, GRU, LSTM, SGD, Sequential, ShapeError, StateError, cpu, findLearningRate, exponential,
} from '../../../src/index.js';
import type { LearningRateFinderOptions, Optimizer } from '../../../src/index.js';
import { permutation, randomStream } from '../../../src/random.js';
import { assertClose, assertSame } from '../../support/compare.js';
import { assertSameState, assertSameWeights, range, rejected, rowsOf, sineData } from '../support.js';

const { x, y } = sineData(60, 5);

function build(optimizer: Optimizer = new Adam({ learningRate: exponential({ rate: 0.01, decay: 0.5 }) })): Sequential {
  const model = new Sequential([new LSTM({ units: 6, dropout: 0.1, returnSequences: true }), new BatchNorm(), new GRU({ units: 4, trainable: false }), new Dropout({ rate: 0.1 }), new Dense({ units: 1 })], { inputShape: [5, 1], seed: 3 });
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  return model;
}

test('the model stays as it is: weights, statistics, optimiser, position, history', async () => {
  const [model, twin] = [build(), build()];
  for (const own of [model, twin]) await own.fit(x, y, { epochs: 2, batchSize: 20 });
  const { history } = model;
  const { rates, losses, smoothed } = await findLearningRate(model, x, y, { batchSize: 16, steps: 40 });
  assert.ok(rates.length > 20 && losses.length === rates.length && smoothed.length === rates.length);
  assertSameState(model, twin, 'afterwards');
  assert.is(model.history, history);
  for (const own of [model, twin]) await own.fit(x, y, { epochs: 2, batchSize: 20 });
  assertSameState(model, twin, 'trained on');
});

test('one step at each rate, in the order of fit, frozen layers at rest; losses are those before the step', async () => {
  const plain = (learningRate: number | (({ step }: { step: number }) => number)): Sequential => {
    const model = new Sequential([new Dense({ units: 3, activation: 'tanh' }), new Dense({ units: 2, trainable: false }), new Dense({ units: 1 })], { inputShape: [5], seed: 3 });
    model.compile({ optimizer: new SGD({ learningRate, momentum: 0.5 }), loss: 'mse', backend: cpu({ dtype: 'float64' }) });
    return model;
  };
  const flat = { data: x.data, shape: [60, 5] };
  const settings: LearningRateFinderOptions = { from: 0.001, to: 0.1, steps: 9, batchSize: 16, sampleWeight: range(0, 60) };
  const found = await findLearningRate(plain(7), flat, y, settings);
  assertClose(found.rates, range(0, 9).map((i) => 0.001 * 100 ** (i / 8)), 1e-14, 'rates');
  const byHand = plain(({ step }) => found.rates[step] ?? NaN);
  const losses: number[] = [];
  for (const pass of range(0, 3)) {
    const order = [...permutation(randomStream(3, 'shuffle', pass), 60)];
    for (const from of [0, 16, 32, 48]) {
      if (losses.length === 9) break;
      const rows = order.slice(from, from + 16);
      losses.push((await byHand.trainOnBatch(rowsOf(flat, rows), rowsOf(y, rows), { sampleWeight: rows })).loss ?? NaN);
    }
  }
  assertSame(found.losses, losses, 'losses');
});

test('the suggestion is where the loss falls fastest, and trains; rates end where the loss climbs', async () => {
  for (const [optimizer, to] of [[() => new SGD({ momentum: 0.9 }), 100], [() => new Adam(), 10]] as const) {
    const made = (own: Optimizer): Sequential => {
      const model = new Sequential([new LSTM({ units: 6 }), new Dense({ units: 1 })], { inputShape: [5, 1], seed: 3 });
      model.compile({ optimizer: own, loss: 'mse' });
      return model;
    };
    const { rates, losses, suggestion = NaN } = await findLearningRate(made(optimizer()), x, y, { to, batchSize: 20 });
    assert.ok(suggestion > 1e-4 && suggestion < (rates.at(-1) ?? 0) / 2, `${suggestion} of ${rates.at(-1)}`);
    assert.ok(rates.length <= 100 && losses.every(Number.isFinite));
    const model = made(optimizer() instanceof SGD ? new SGD({ momentum: 0.9, learningRate: suggestion }) : new Adam({ learningRate: suggestion }));
    const { history } = await model.fit(x, y, { epochs: 15, batchSize: 20 });
    assert.ok((history.loss?.at(-1) ?? 1) < 0.4 * (history.loss?.[0] ?? 0), history.loss?.join(' '));
  }
});

test('of losses that are known: the steepest fall, the mean over neighbours, an end at four times the first', async () => {
  // Σ over one weight w: the loss is w², and a step at rate r takes w to w·(1 − 2r).
  const model = new Sequential([new Dense({ units: 1, useBias: false })], { inputShape: [1] });
  model.compile({ optimizer: new SGD(), loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  model.setWeights({ 'dense/kernel': [[10]] });
  const { rates, losses, smoothed, suggestion } = await findLearningRate(model, [[1]], [[0]], { from: 1e-4, to: 1e3, steps: 141 });
  let w = 10;
  losses.forEach((loss, i) => {
    assertClose([loss], [w * w], 1e-9, `${i}`);
    w *= 1 - 2 * (rates[i] ?? NaN);
  });
  assert.ok(losses.length < 141 && (losses.at(-1) ?? 0) > 400 && losses.slice(0, -1).every((loss) => loss <= 400), 'the end');
  const width = 7;
  smoothed.forEach((mean, i) => {
    const near = losses.slice(Math.max(0, i - width), i + width + 1);
    assertClose([mean], [near.reduce((a, b) => a + b, 0) / near.length], 1e-12, `mean ${i}`);
  });
  const falls = losses.map((loss, i) => (losses[i + 1] ?? loss) - loss);
  const steepest = rates[falls.indexOf(Math.min(...falls))] ?? NaN;
  assert.ok(Math.abs(Math.log(suggestion ?? NaN) - Math.log(steepest)) < 4 * Math.log((rates[1] ?? 1) / (rates[0] ?? 1)), `${suggestion} beside ${steepest}`);
  const still = await findLearningRate(model, [[1]], [[0]], { from: 1e-200, to: 1e-190, steps: 9 });
  assert.is(still.suggestion, undefined);
});

test('a loss that is not finite ends it, an abort too; masks, stateful models', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1], seed: 1 });
  model.compile({ optimizer: new SGD(), loss: 'mse' });
  const { losses } = await findLearningRate(model, [[1e9]], [[1]], { from: 1, to: 1e6 });
  assert.is(losses.length, 1);
  const controller = new AbortController();
  controller.abort(new RangeError('enough'));
  await rejected(RangeError, findLearningRate(model, [[1]], [[1]], { signal: controller.signal }));
  const stateful = new Sequential([new GRU({ units: 2, stateful: true }), new Dense({ units: 1 })], { inputShape: [5, 1], seed: 1 });
  stateful.compile({ loss: 'mse' });
  await findLearningRate(stateful, x, y, { batchSize: 20, steps: 9, lengths: range(0, 60).map((i) => 1 + (i % 5)) });
  await rejected(ShapeError, findLearningRate(stateful, x, y, { batchSize: 16 }));
  const fresh = build();
  await findLearningRate(fresh, x, y, { steps: 5 });
  assertSameWeights(fresh, build(), 'not trained yet');
});

test('what means nothing is refused', async () => {
  const model = build();
  for (const odd of [{ from: 0 }, { from: -1 }, { to: 1e-7 }, { to: Infinity }, { steps: 4 }, { steps: 9.5 }, { batchSize: 0 }]) await rejected(ArgumentError, findLearningRate(model, x, y, odd));
  await rejected(StateError, findLearningRate(new Sequential([new Dense({ units: 1 })], { inputShape: [1] }), [[1]], [[1]]));
  const frozen = new Sequential([new Dense({ units: 1, trainable: false })], { inputShape: [1] });
  frozen.compile({ loss: 'mse' });
  await rejected(StateError, findLearningRate(frozen, [[1]], [[1]]));
});

test.run();
