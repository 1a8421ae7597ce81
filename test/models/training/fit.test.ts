import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, BatchNorm, Dense, Dropout, GRU, LSTM, LambdaCallback, NotFiniteError, SGD, Sequential, StateError, cosine, cpu, exponential, l2, maxNorm, piecewise, polynomial, tensor,
} from '../../../src/index.js';
import type { CompileOptions, FitOptions, FloatArray, LearningRate, Metric } from '../../../src/index.js';
import { permutation, randomStream } from '../../../src/random.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../../support/compare.js';
import { assertSameState, assertSameWeights, randomData, range, refusal, rejected, rowsOf, sameWeights, sineData } from '../support.js';

const float64 = cpu({ dtype: 'float64' });

function build(seed = 1, options: Partial<CompileOptions> = {}): Sequential {
  const model = new Sequential([new GRU({ units: 3, dropout: 0.2, returnSequences: true }), new BatchNorm({ momentum: 0.8 }), new LSTM({ units: 2 }), new Dropout({ rate: 0.1 }), new Dense({ units: 1 })],
    { inputShape: [4, 2], seed });
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse', ...options });
  return model;
}

/** Without dropout and batch statistics: what a batch does depends on its samples alone. */
function plain(options: Partial<CompileOptions> = {}): Sequential {
  const model = new Sequential([new GRU({ units: 3 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 9 });
  model.compile({ optimizer: new SGD({ learningRate: 0.05 }), loss: 'mse', backend: float64, ...options });
  return model;
}

const { x, y } = randomData(13, [4, 2], [1]);

test('training learns', async () => {
  const data = sineData(200, 12);
  const model = new Sequential([new LSTM({ units: 8 }), new Dense({ units: 1 })], { inputShape: [12, 1], seed: 2 });
  model.compile({ optimizer: new Adam({ learningRate: 0.01 }), loss: 'mse' });
  const before = (await model.evaluate(data.x, data.y)).loss ?? 0;
  const { history, epoch, stopped } = await model.fit(data.x, data.y, { epochs: 8, batchSize: 16 });
  assert.equal(epoch, range(0, 8));
  assert.is(stopped, undefined);
  const losses = history.loss ?? [];
  assert.ok((losses.at(-1) ?? 1) < 0.1 * before, `${before} → ${losses.join(' ')}`);
  const after = (await model.evaluate(data.x, data.y)).loss ?? 1;
  assert.ok(after < 0.1 * before);
});

test('one seed, one result; another seed, another', async () => {
  const trained = async (seed: number): Promise<Sequential> => {
    const model = build(seed);
    await model.fit(x, y, { epochs: 3, batchSize: 4 });
    return model;
  };
  const [a, b, c] = [await trained(1), await trained(1), await trained(2)];
  assertSameState(a, b, 'same seed');
  assert.not(sameWeights(a, c));
});

test('shuffle: a new order each epoch, known from the seed; off: the given order', async () => {
  const shuffled = plain();
  await shuffled.fit(x, y, { epochs: 3, batchSize: 5 });
  const byHand = plain();
  for (const epoch of range(0, 3)) {
    const order = [...permutation(randomStream(9, 'shuffle', epoch), 13)];
    for (const from of [0, 5, 10]) {
      const rows = order.slice(from, from + 5);
      await byHand.trainOnBatch(rowsOf(x, rows), rowsOf(y, rows));
    }
  }
  assertSameWeights(shuffled, byHand, 'shuffled, last batch of 3');

  const straight = plain();
  await straight.fit(x, y, { batchSize: 5, shuffle: false });
  const inOrder = plain();
  for (const from of [0, 5, 10]) {
    const rows = range(from, Math.min(13, from + 5));
    await inOrder.trainOnBatch(rowsOf(x, rows), rowsOf(y, rows));
  }
  assertSameWeights(straight, inOrder, 'in order');
  assert.not(sameWeights(straight, shuffled));
});

test('validationSplit takes the last samples, before shuffling, and is the same as validationData', async () => {
  const [a, b] = [build(), build()];
  for (const model of [a, b]) model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  const first = await a.fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.3 });
  const [train, validate] = [range(0, 9), range(9, 13)];
  const second = await b.fit(rowsOf(x, train), rowsOf(y, train), { epochs: 2, batchSize: 4, validationData: [rowsOf(x, validate), rowsOf(y, validate)] });
  assert.equal(Object.keys(first.history), ['loss', 'mae', 'val_loss', 'val_mae', 'learningRate']);
  assert.equal(first, second);
  assertSameState(a, b, 'weights');
  const again = await a.evaluate(rowsOf(x, validate), rowsOf(y, validate), { batchSize: 4 });
  assert.equal([again.loss, again.mae], [first.history.val_loss?.at(-1), first.history.val_mae?.at(-1)]);
  const tenth = await build().fit(rowsOf(x, range(0, 10)), rowsOf(y, range(0, 10)), { validationSplit: 0.9 });
  assert.is(tenth.history.val_loss?.length, 1, '10 samples, 1 for training');
});

test('metrics of an epoch are those of all its samples, weights as they were at each batch', async () => {
  const model = plain({ metrics: ['mse', 'mae', 'r2'] });
  const twin = plain();
  const { history } = await model.fit(x, y, { batchSize: 5, shuffle: false });
  const predictions: number[] = [];
  for (const from of [0, 5, 10]) {
    const rows = range(from, Math.min(13, from + 5));
    predictions.push(...(await twin.predict(rowsOf(x, rows))).data);
    await twin.trainOnBatch(rowsOf(x, rows), rowsOf(y, rows));
  }
  const mean = Array.from(y.data).reduce((s, t) => s + t, 0) / 13;
  const sum = (term: (t: number, p: number) => number): number => predictions.reduce((s, p, i) => s + term(y.data[i] ?? 0, p), 0);
  const mse = sum((t, p) => (t - p) ** 2) / 13;
  for (const [key, expected] of [['loss', mse], ['mse', mse], ['mae', sum((t, p) => Math.abs(t - p)) / 13], ['r2', 1 - (13 * mse) / sum((t) => (t - mean) ** 2)]] as const) {
    assertClose(history[key] ?? [], [expected], 1e-12, key);
  }
});

test('metrics: known values, logits, a metric of your own', async () => {
  const model = new Sequential([new Dense({ units: 2 })], { inputShape: [2] });
  const largest: Metric = {
    name: 'largest', size: 1,
    add(sums, { prediction, at, n }) {
      for (let i = at; i < at + n; i++) sums[0] = Math.max(sums[0] ?? 0, prediction[i] ?? 0);
    },
    result: ([max = 0]) => max,
  };
  model.compile({ loss: 'mse', metrics: ['mape', 'rmse', 'binaryAccuracy', 'categoricalAccuracy', largest] });
  model.setWeights({ 'dense/kernel': [[1, 0], [0, 1]], 'dense/bias': [0, 0] });
  const logs = await model.evaluate([[3, -1], [-2, 4], [1, 2]], [[1, 0], [1, 1], [2, 1]], { batchSize: 2 });
  assertClose([logs.mape ?? 0], [100 * (2 + 1 / 1.1920929e-7 + 3 + 3 + 0.5 + 1) / 6], 1e-6, 'mape');
  assertClose([logs.rmse ?? 0], [Math.sqrt((4 + 1 + 9 + 9 + 1 + 1) / 6)], 1e-7, 'rmse');
  assert.is(logs.binaryAccuracy, 5 / 6);
  assert.is(logs.categoricalAccuracy, 1 / 3);
  assert.is(logs.largest, 4);
});

test('sample weights [N]: the loss and its steps', async () => {
  const sampleWeight = range(0, 13).map((i) => 0.25 + (i % 3));
  const [model, twin] = [plain(), plain()];
  const before = await model.predict(x);
  const { history } = await model.fit(x, y, { batchSize: 13, shuffle: false, sampleWeight });
  const byHand = range(0, 13).reduce((s, i) => s + (sampleWeight[i] ?? 0) * ((before.data[i] ?? 0) - (y.data[i] ?? 0)) ** 2, 0) / 13;
  assertClose(history.loss ?? [], [byHand], 1e-13, 'weighted loss');
  await twin.fit(x, y, { batchSize: 13, shuffle: false });
  assert.not(sameWeights(model, twin));
  // Whole numbers as weights: the same as samples that many times.
  const [a, b] = [plain(), plain()];
  const rows = [0, 1, 1, 2, 2, 2, 3, 3];
  const counted = await a.lossAndGradients(rowsOf(x, [0, 1, 2, 3]), rowsOf(y, [0, 1, 2, 3]), { sampleWeight: [1, 2, 3, 2] });
  const repeated = await b.lossAndGradients(rowsOf(x, rows), rowsOf(y, rows));
  assertClose([counted.loss / 2], [repeated.loss], 1e-13, 'repeated samples');
  for (const [key, { data }] of Object.entries(repeated.gradients)) assertClose((counted.gradients[key]?.data ?? data).map((g) => g / 2), data, 1e-12, key);
});

test('learning-rate schedules reach the optimiser', async () => {
  const schedule = piecewise({ rate: 0.1, afterEpochs: [2, 3], factor: 0.5 });
  const scheduled = plain({ optimizer: new SGD({ learningRate: schedule }) });
  const { history } = await scheduled.fit(x, y, { epochs: 5, batchSize: 13, shuffle: false });
  assert.equal(history.learningRate, [0.1, 0.1, 0.05, 0.025, 0.025]);
  let twin = plain();
  for (const learningRate of [0.1, 0.1, 0.05, 0.025, 0.025]) {
    const next = plain({ optimizer: new SGD({ learningRate }) });
    next.setWeights(twin.getWeights());
    await next.trainOnBatch(x, y);
    twin = next;
  }
  assertSameWeights(scheduled, twin, 'five rates');
  const rates: number[] = [];
  await plain({ optimizer: new SGD({ learningRate: cosine({ rate: 1e-3, epochs: 2 }) }) }).fit(x, y, {
    epochs: 2, batchSize: 7, callbacks: [new LambdaCallback({ onBatchEnd: (_batch, _logs, { learningRate }) => { rates.push(learningRate); } })],
  });
  assertClose(rates, [0, 0.5, 1, 1.5].map((epoch) => 5e-4 * (1 + Math.cos((Math.PI * epoch) / 2))), 1e-14, 'within the epoch');
});

test('clipping by norm, by the norm of each weight and by value', async () => {
  const rate = 0.5;
  const moved = async (options: { globalClipNorm?: number; clipNorm?: number; clipValue?: number }): Promise<number[]> => {
    const model = plain({ optimizer: new SGD({ learningRate: rate, ...options }) });
    const before = model.getWeights();
    await model.trainOnBatch(x, y);
    return Object.entries(model.getWeights()).flatMap(([key, { data }]) => [...data].map((w, i) => ((before[key]?.data[i] ?? 0) - w) / rate));
  };
  const gradient = await moved({});
  const norm = Math.hypot(...gradient);
  assertClose(await moved({ globalClipNorm: norm / 3 }), gradient.map((g) => g / 3), 1e-12, 'global norm');
  assertClose(await moved({ globalClipNorm: norm * 3 }), gradient, 1e-12, 'below the limit');
  const limit = Math.max(...gradient.map(Math.abs)) / 4;
  assertClose(await moved({ clipValue: limit }), gradient.map((g) => Math.max(-limit, Math.min(limit, g))), 1e-12, 'by value');
  const each = Object.values((await plain().lossAndGradients(x, y)).gradients).map(({ data }) => Array.from(data));
  const bound = Math.max(...each.map((part) => Math.hypot(...part))) / 2;
  const scaled = each.flatMap((part) => part.map((g) => g * Math.min(1, bound / Math.hypot(...part))));
  assert.ok(each.some((part) => Math.hypot(...part) < bound), 'some weight is within the limit');
  assertClose(await moved({ clipNorm: bound }), scaled, 1e-12, 'by the norm of each weight');
});

test('weight decay: η·λ of every weight that is not excluded, besides the step', async () => {
  const first = plain();
  await first.trainOnBatch(x, y);
  const trained = first.getWeights();
  const step = async (options: { weightDecay?: number; excludeFromDecay?: string[] }): Promise<[after: Record<string, FloatArray>, before: Record<string, FloatArray>]> => {
    const model = plain({ optimizer: new SGD({ learningRate: 0.5, ...options }) });
    model.setWeights(trained);
    const data = (): Record<string, FloatArray> => Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data }]) => [key, data]));
    const before = data();
    await model.trainOnBatch(x, y);
    return [data(), before];
  };
  const [undecayed, before] = await step({});
  assert.ok(Object.values(before).every((weights) => weights.every((w) => w !== 0)));
  const [decayed] = await step({ weightDecay: 0.1, excludeFromDecay: ['bias'] });
  const keys = Object.keys(before);
  assert.ok(keys.some((key) => key.endsWith('/bias')) && keys.some((key) => !key.endsWith('/bias')));
  for (const key of keys) {
    const share = key.endsWith('/bias') ? 0 : 0.05;
    assertClose(decayed[key] ?? [], Array.from(undecayed[key] ?? [], (w, i) => w - share * (before[key]?.[i] ?? NaN)), 1e-14, key);
  }
  assert.match(thrown(ArgumentError, () => plain({ optimizer: new SGD({ weightDecay: 0.1, excludeFromDecay: ['*/biass'] }) })).message, "got '*/biass'. Its weights are ");
});

test('initialEpoch: numbers, callbacks and schedules begin there; nothing else changes', async () => {
  const begun: number[] = [];
  const rates = async (learningRate: LearningRate, options: FitOptions, by: (epoch: number) => void = () => undefined): Promise<number[]> => {
    const model = plain({ optimizer: new SGD({ learningRate }) });
    const { epoch, history } = await model.fit(x, y, { batchSize: 5, epochs: 4, ...options, callbacks: [new LambdaCallback({ onEpochBegin: by })] });
    assert.equal(epoch, range(options.initialEpoch ?? 0, 4));
    return history.learningRate ?? [];
  };
  for (const schedule of [exponential({ rate: 0.1, decay: 0.5 }), exponential({ rate: 0.1, decay: 0.5, steps: 2 }), polynomial({ rate: 0.1, epochs: 4 })]) {
    assert.equal(await rates(schedule, { initialEpoch: 2 }, (epoch) => begun.push(epoch)), (await rates(schedule, {})).slice(2));
  }
  assert.equal(begun, [2, 3, 2, 3, 2, 3]);
  const [late, early] = [plain(), plain()];
  await late.fit(x, y, { epochs: 3, initialEpoch: 1, batchSize: 5 });
  await early.fit(x, y, { epochs: 2, batchSize: 5 });
  assertSameWeights(late, early, 'a constant rate');
  assert.is(late.position.epoch, 3);
  const say = async (options: FitOptions): Promise<string> => (await rejected(ArgumentError, plain().fit(x, y, options))).message;
  assert.match(await say({ epochs: 2, initialEpoch: 2 }), 'initialEpoch must be below epochs 2, got 2');
  assert.match(await say({ epochs: 2, initialEpoch: 1, resume: true }), 'left off with resume');
  assert.match(await say({ epochs: 2, initialEpoch: -1 }), 'initialEpoch must be a whole number of at least 0');
  const scheduled = plain({ optimizer: new SGD({ learningRate: exponential({ rate: 0.1, decay: 0.5, steps: 3 }) }) });
  assert.match((await rejected(ArgumentError, scheduled.fit(() => [[x, y]], { epochs: 2, initialEpoch: 1 }))).message, 'stepsPerEpoch must be given with initialEpoch');
});

test('applyGradients: with the gradients of lossAndGradients it is trainOnBatch, and counts a step', async () => {
  const make = (): Sequential => {
    const model = new Sequential([new GRU({ units: 3, kernelRegularizer: l2(0.1), recurrentConstraint: maxNorm({ maxValue: 0.8 }) }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 9 });
    model.compile({ optimizer: new Adam({ learningRate: exponential({ rate: 0.1, decay: 0.5, steps: 1 }), weightDecay: 0.1, globalClipNorm: 0.3 }), loss: 'mse', backend: float64 });
    return model;
  };
  const [mine, theirs] = [make(), make()];
  for (let step = 0; step < 3; step++) {
    const { gradients } = await mine.lossAndGradients(x, y, { training: true });
    await mine.applyGradients(gradients);
    await theirs.trainOnBatch(x, y);
    assertSameState(mine, theirs, `step ${step}`);
  }
  assert.is(mine.position.step, 3);
  const { gradients } = await mine.lossAndGradients(x, y);
  const say = async (given: typeof gradients): Promise<string> => refusal(() => mine.applyGradients(given));
  const { 'dense/bias': bias, ...others } = gradients;
  assert.ok(bias);
  assert.match(await say(others), "gradients must be of every trained weight: gru/kernel, gru/recurrentKernel, gru/bias, gru/recurrentBias, dense/kernel, dense/bias, got none of 'dense/bias'");
  assert.match(await say({ ...gradients, 'dense/gamma': bias }), "got also 'dense/gamma'");
  assert.match(await say({ ...gradients, 'dense/kernel': bias }), "'dense/kernel' must be [3, 1], got [1]");
  assert.match(await say({ ...gradients, 'dense/bias': tensor([NaN]) }), 'finite');
  assert.is(mine.position.step, 3);
  await mine.applyGradients(gradients);
  const applied = mine.getWeights();
  await rejected(NotFiniteError, mine.fit(x, { ...y, data: y.data.map(() => 1e200) }));
  for (const [key, { data }] of Object.entries(mine.getWeights())) assertSame(data, applied[key]?.data ?? [], `${key}: what was applied is kept`);
});

test('callbacks: order, arguments, learning-rate factor', async () => {
  const model = plain({ metrics: ['mae'] });
  const seen: string[] = [];
  const watch = (name: string): LambdaCallback => new LambdaCallback({
    onTrainBegin: ({ epochs, batches, initialEpoch }) => { seen.push(`${name} begin ${epochs} ${batches} ${initialEpoch}`); },
    onEpochBegin: (epoch) => { seen.push(`${name} epoch ${epoch}`); },
    onBatchEnd: async (batch, logs) => {
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      seen.push(`${name} batch ${batch} ${Object.keys(logs).join()}`);
    },
    onEpochEnd: (epoch, logs) => { seen.push(`${name} end ${epoch} ${Object.keys(logs).join()}`); },
    onTrainEnd: () => { seen.push(`${name} done`); },
  });
  const halve = new LambdaCallback({ onEpochEnd: (_epoch, _logs, context) => { context.learningRateFactor /= 2; } });
  const { history } = await model.fit(x, y, { epochs: 2, batchSize: 8, validationSplit: 0.2, callbacks: [watch('a'), watch('b'), halve] });
  const pair = (text: string): string[] => [`a ${text}`, `b ${text}`];
  const epoch = (n: number): string[] =>
    [`epoch ${n}`, 'batch 0 loss,mae', 'batch 1 loss,mae', `end ${n} loss,mae,val_loss,val_mae,learningRate`].flatMap(pair);
  assert.equal(seen, [...pair('begin 2 2 0'), ...epoch(0), ...epoch(1), ...pair('done')]);
  assert.equal(history.learningRate, [0.05, 0.025]);
});

test('context.stop ends after the current batch, and the history says why', async () => {
  const model = plain();
  const stopAt = (n: number): LambdaCallback => new LambdaCallback({ onBatchEnd: (batch, _logs, context) => { if (batch === n) context.stop(`seen ${n}`); } });
  const early = await model.fit(x, y, { epochs: 4, batchSize: 4, callbacks: [stopAt(1)] });
  assert.equal([early.epoch, early.stopped, model.position.batch], [[], 'seen 1', 2]);
  const last = await model.fit(x, y, { epochs: 4, batchSize: 4, callbacks: [stopAt(3)] });
  assert.equal([last.epoch, last.stopped, model.position.batch], [[0], 'seen 3', 0], 'the last batch ends its epoch');
});

test('timers run while fit does', async () => {
  let ticks = 0;
  const timer = setInterval(() => { ticks++; }, 1);
  const slow = new LambdaCallback({
    onBatchEnd: () => {
      for (const start = performance.now(); performance.now() - start < 35;); // as long as a heavy batch
    },
  });
  await plain().fit(x, y, { epochs: 2, batchSize: 5, callbacks: [slow] });
  clearInterval(timer);
  assert.ok(ticks >= 5, `${ticks} ticks in 6 batches`);
});

test('a model trains once at a time', async () => {
  const model = plain();
  const running = model.fit(x, y, { epochs: 2 });
  await rejected(StateError, model.fit(x, y));
  await rejected(StateError, model.trainOnBatch(x, y));
  thrown(StateError, () => { model.compile({ loss: 'mse' }); });
  thrown(StateError, () => { model.dispose(); });
  assert.is((await running).epoch.length, 2);
  await model.fit(x, y);
});

test('an exception in a callback comes through, and the model trains again', async () => {
  const model = plain();
  const failing = new LambdaCallback({ onEpochEnd: () => { throw new RangeError('mine'); } });
  assert.is((await rejected(RangeError, model.fit(x, y, { callbacks: [failing] }))).message, 'mine');
  const ended: string[] = [];
  const both = [
    new LambdaCallback({ onTrainEnd: () => { throw new RangeError('first'); } }),
    new LambdaCallback({ onTrainEnd: () => { ended.push('second'); throw new RangeError('second'); } }), failing,
  ];
  assert.is((await rejected(RangeError, model.fit(x, y, { callbacks: both }))).message, 'mine', 'the cause, not what followed');
  assert.is((await rejected(RangeError, model.fit(x, y, { callbacks: both.slice(0, 2) }))).message, 'first');
  assert.equal(ended, ['second', 'second'], 'every callback has its end');
  assert.is((await model.fit(x, y)).epoch.length, 1);
});

test('bad data change nothing', async () => {
  const model = build();
  await model.fit(x, y, { batchSize: 4 });
  const before = model.toBytes();
  const bad: [string, FitOptions][] = [['batchSize', { batchSize: 1.5 }], ['epochs', { epochs: NaN }], ['validationSplit', { validationSplit: -0.1 }], ['validationSplit', { validationSplit: 0.99 }]];
  for (const [argument, options] of bad) assert.is((await rejected(ArgumentError, model.fit(x, y, options))).argument, argument);
  await rejected(Error, model.fit({ ...x, data: x.data.map((v, i) => (i === 100 ? NaN : v)) }, y));
  assertSame(model.toBytes(), before, 'the whole model');
});

test('a second fit goes on, with its own order of samples', async () => {
  const [a, b] = [plain(), plain()];
  await a.fit(x, y, { epochs: 2, batchSize: 5 });
  await b.fit(x, y, { batchSize: 5 });
  assert.equal((await b.fit(x, y, { batchSize: 5 })).epoch, [0]);
  assertSameWeights(b, a, 'two fits of one epoch');
  assertDifferent(a.getWeights()['dense/kernel']?.data ?? [], plain().getWeights()['dense/kernel']?.data ?? [], 1e-6, 'trained');
});

test.run();
