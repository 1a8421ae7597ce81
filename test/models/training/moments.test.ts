/** When things happen: schedules in every kind of training, and models saved in any hook, which go on from exactly there. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, Dense, EarlyStopping, FileFormatError, LSTM, LambdaCallback, ReduceLROnPlateau, SGD, Sequential, cpu, exponential, loadModel, piecewise, warmUp,
} from '../../../src/index.js';
import type { Callback, CallbackState, FitOptions, LearningRate, Model, TrainingContext } from '../../../src/index.js';
import { assertClose, assertSame } from '../../support/compare.js';
import { forAll } from '../../support/property.js';
import { assertSameState, rejected, rowsOf, range, sineData } from '../support.js';

const { x, y } = sineData(24, 4);

function build(learningRate: LearningRate = 0.05): Sequential {
  const model = new Sequential([new LSTM({ units: 3, dropout: 0.2 }), new Dense({ units: 1 })], { inputShape: [4, 1], seed: 12 });
  model.compile({ optimizer: new Adam({ learningRate }), loss: 'mse', metrics: ['mae'] });
  return model;
}

/** One weight of 1, whose gradient is 1: each step of SGD takes the rate off it. */
async function ratesOf(learningRate: LearningRate, train: (model: Model, note: () => void) => Promise<unknown>): Promise<number[]> {
  const model = new Sequential([new Dense({ units: 1, useBias: false })], { inputShape: [1] });
  model.compile({ optimizer: new SGD({ learningRate }), loss: 'mae', backend: cpu({ dtype: 'float64' }) });
  model.setWeights({ 'dense/kernel': [[1000]] });
  const seen = [1000];
  await train(model, () => { seen.push(model.getWeights()['dense/kernel']?.data[0] ?? NaN); });
  return seen.slice(1).map((w, i) => (seen[i] ?? NaN) - w);
}

const one = [[1]];
const ramp = warmUp({ steps: 4, then: 0.4 });

test('a schedule runs in trainOnBatch, by step or by epochs of a stated length; its first step does something', async () => {
  const steps = (options = {}) => async (model: Model, note: () => void): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      await model.trainOnBatch(one, [[0]], options);
      note();
    }
  };
  assertClose(await ratesOf(ramp, steps()), [0.1, 0.2, 0.3, 0.4, 0.4, 0.4], 1e-9, 'by step');
  assertClose(await ratesOf(warmUp({ epochs: 2, then: 0.4 }), steps({ stepsPerEpoch: 2 })), [0.1, 0.2, 0.3, 0.4, 0.4, 0.4], 1e-9, 'by epoch');
  assertClose(await ratesOf(({ step }) => 0.1 * (step + 1), steps()), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 1e-9, 'a function');
  for (const rate of [warmUp({ epochs: 2, then: 0.4 }), exponential({ rate: 1, decay: 0.9 }), piecewise({ rate: 1, afterEpochs: [1], factor: 0.1 }), ({ epoch }: { epoch: number }) => 1 + epoch]) {
    assert.match((await rejected(ArgumentError, ratesOf(rate, steps()))).message, /stepsPerEpoch must be given, as the learning rate counts epochs/);
  }
});

test('a schedule runs in fit, by step or by epoch; a second fit starts it anew, a resumed one goes on', async () => {
  const data = { data: new Float64Array(4).fill(1), shape: [4, 1] };
  const zero = { data: new Float64Array(4), shape: [4, 1] };
  const fit = (...calls: FitOptions[]) => async (model: Model, note: () => void): Promise<void> => {
    for (const options of calls) await model.fit(data, zero, { batchSize: 2, callbacks: [new LambdaCallback({ onBatchEnd: note })], ...options });
  };
  const expected = [0.1, 0.2, 0.3, 0.4, 0.4, 0.4];
  assertClose(await ratesOf(ramp, fit({ epochs: 3 })), expected, 1e-9, 'by step');
  assertClose(await ratesOf(warmUp({ epochs: 2, then: 0.4 }), fit({ epochs: 3 })), expected, 1e-9, 'by epoch');
  assertClose(await ratesOf(({ epoch }) => 0.1 + epoch, fit({ epochs: 2 })), [0.1, 0.6, 1.1, 1.6], 1e-9, 'a function');
  for (const rate of [ramp, warmUp({ epochs: 2, then: 0.4 })]) {
    assertClose(await ratesOf(rate, fit({ epochs: 1 }, { epochs: 2 })), [0.1, 0.2, 0.1, 0.2, 0.3, 0.4], 1e-9, 'anew');
    assertClose(await ratesOf(rate, fit({ epochs: 1 }, { epochs: 3, resume: true })), expected, 1e-9, 'resumed');
  }
});

test('a function of the rate is given again to loadModel', async () => {
  const rate: LearningRate = ({ step }) => 0.05 / (1 + step);
  const [whole, stopped] = [build(rate), build(rate)];
  await whole.fit(x, y, { epochs: 3, batchSize: 8 });
  await stopped.fit(x, y, { epochs: 1, batchSize: 8 });
  assert.match((await rejected(FileFormatError, loadModel(stopped.toBytes()))).message, /learningRate must be given, as the saved model had a function/);
  const again = await loadModel(stopped.toBytes(), { learningRate: rate });
  await again.fit(x, y, { epochs: 3, batchSize: 8, resume: true });
  assertSameState(again, whole, 'resumed');
});

test('validateEvery: validation inside an epoch reaches onBatchEnd and history.validation, and changes nothing', async () => {
  const heard: [number, number | undefined][] = [];
  const options = { epochs: 2, batchSize: 4, validationSplit: 0.25, callbacks: [new LambdaCallback({ onBatchEnd: (batch, logs) => { heard.push([batch, logs.val_loss]); } })] };
  const [often, once] = [build(), build()];
  const history = await often.fit(x, y, { ...options, validateEvery: 2 });
  await once.fit(x, y, { ...options, callbacks: [] });
  assertSameState(often, once, 'the same training'); // LambdaCallback keeps no state
  assert.equal(heard.map(([batch, value]) => [batch, value !== undefined]), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4].map((batch) => [batch, batch % 2 === 1]));
  assert.equal(history.validation?.step, [2, 4, 7, 9]);
  assert.equal(Object.keys(history.validation?.history ?? {}), ['val_loss', 'val_mae']);
  assert.equal(history.validation?.history.val_loss, heard.flatMap(([, value]) => value ?? []));
  assert.match((await rejected(ArgumentError, build().fit(x, y, { validateEvery: 2 }))).message, /validateEvery must be given with validationData/);
  await rejected(ArgumentError, build().fit(x, y, { validateEvery: 0, validationSplit: 0.25 }));
});

/** Counts what it hears; saves the model at a moment of choice. */
class Witness implements Callback {
  readonly name: string;
  heard: string[] = [];
  saved: Uint8Array | undefined;
  private readonly at: string | undefined;
  private readonly model: () => Model;

  constructor(name: string, model: () => Model, at?: string) {
    this.name = name;
    this.model = model;
    this.at = at;
  }

  private note(what: string, counts = true): void {
    if (counts) this.heard.push(what);
    if (this.at === `${this.name} ${what}`) this.saved ??= this.model().toBytes();
  }

  onTrainBegin(): void {
    this.heard = [];
    this.note('train begin', false);
  }

  onEpochBegin(epoch: number): void {
    this.note(`epoch ${epoch} begins`, false); // again where an epoch goes on
  }

  onBatchEnd(batch: number, logs: Record<string, number>, { learningRate, learningRateFactor }: TrainingContext): void {
    this.heard.push(`${logs.loss} ${learningRate} ${learningRateFactor}`);
    this.note(`batch ${batch}`);
  }

  onEpochEnd(epoch: number, logs: Record<string, number>, { learningRate }: TrainingContext): void {
    this.heard.push(`${logs.loss} ${logs.val_mae} ${learningRate}`);
    this.note(`epoch ${epoch} ends`);
  }

  onCheckpoint(epoch: number): void {
    this.note(`checkpoint ${epoch}`);
  }

  onTrainEnd(): void {
    this.note('train end', false);
  }

  getState(): CallbackState {
    return { json: this.heard };
  }

  setState({ json }: CallbackState): void {
    this.heard = [...(json as string[])];
  }
}

const moments = ['train begin', 'train end', ...range(0, 3).flatMap((epoch) => [`epoch ${epoch} begins`, `epoch ${epoch} ends`, `checkpoint ${epoch}`]), 'batch 0', 'batch 1', 'batch 2'];
const options = { epochs: 3, batchSize: 6, validationSplit: 0.25 };

/** Two witnesses around the callbacks that decide something; both of one name, so that order has to tell them apart, or not. */
function listeners(model: () => Model, names: readonly [string, string], at?: string): [Witness, Callback, Callback, Witness] {
  return [
    new Witness(names[0], model, at), new ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, minDelta: 10 }),
    new EarlyStopping({ monitor: 'val_loss', patience: 2 }), new Witness(names[1], model, at),
  ];
}

test('saved in any hook by any callback, training goes on as if it had not stopped, and nobody hears a thing twice', async () => {
  const schedule = warmUp({ steps: 5, then: exponential({ rate: 0.05, decay: 0.7 }) });
  const train = async (names: [string, string], at?: string): Promise<{ model: Model; all: [Witness, Callback, Callback, Witness] }> => {
    const model = build(schedule);
    const all = listeners(() => model, names, at);
    await model.fit(x, y, { ...options, callbacks: all });
    return { model, all };
  };
  const whole = await train(['first', 'last']);
  assert.ok(whole.model.position.learningRateFactor < 1, 'the plateau was met');
  await forAll(fc.record({ who: fc.constantFrom('first', 'last'), moment: fc.constantFrom(...moments) }), 25, async ({ who, moment }) => {
    const at = `${who} ${moment}`;
    const { all: [first, , , last] } = await train(['first', 'last'], at);
    const bytes = (who === 'first' ? first : last).saved;
    assert.ok(bytes, at);
    const model = await loadModel(bytes ?? new Uint8Array());
    const all = listeners(() => model, ['first', 'last']);
    await model.fit(x, y, { ...options, resume: true, callbacks: all });
    assertSameState(model, whole.model, at);
    for (const i of [0, 3] as const) assert.equal(all[i].heard, whole.all[i].heard, `${at}: callback ${i}`);
  });
});

test('what a callback kept of an earlier run is not saved with a new one', async () => {
  const model = build();
  const all = listeners(() => model, ['first', 'last'], 'first train begin');
  await model.fit(x, y, { ...options, callbacks: all });
  all[0].saved = undefined;
  await model.fit(x, y, { ...options, callbacks: all });
  const again = await loadModel(all[0].saved ?? new Uint8Array());
  assert.equal(again.position.callbacks, [], 'nobody but the first has begun, and it has heard nothing');
});

test('callbacks of one name are told apart by their order', async () => {
  const whole = build();
  const names: [string, string] = ['same', 'same'];
  const heard = listeners(() => whole, names);
  await whole.fit(x, y, { ...options, callbacks: heard });
  const stopped = build();
  const bytes: Uint8Array[] = [];
  const [first, second, third, last] = listeners(() => stopped, names);
  const saver = new LambdaCallback({ onEpochEnd: () => { bytes.push(stopped.toBytes()); } });
  await stopped.fit(x, y, { ...options, callbacks: [first, second, third, saver, last] });
  const model = await loadModel(bytes[1] ?? new Uint8Array());
  const again = listeners(() => model, names);
  await model.fit(x, y, { ...options, resume: true, callbacks: again });
  assert.equal([again[0].heard, again[3].heard], [heard[0].heard, heard[3].heard]);
});

test('a hook that fails: those after it hear what they missed when training goes on', async () => {
  const whole = build();
  const expected = listeners(() => whole, ['first', 'last']);
  await whole.fit(x, y, { ...options, callbacks: expected });
  const model = build();
  const all = listeners(() => model, ['first', 'last']);
  let fails = true;
  const failing = new LambdaCallback({ onEpochEnd: (epoch) => { if (fails && epoch === 1) throw new Error('disk full'); } });
  const callbacks = [all[0], failing, ...all.slice(1)];
  await rejected(Error, model.fit(x, y, { ...options, callbacks }));
  fails = false;
  await model.fit(x, y, { ...options, resume: true, callbacks });
  assertSame(model.getWeights()['dense/kernel']?.data ?? [], whole.getWeights()['dense/kernel']?.data ?? [1], 'weights');
  assert.equal([all[0].heard, all[3].heard], [expected[0].heard, expected[3].heard]);
});

test('values that are not finite survive in a position that waits', async () => {
  const model = build();
  const nan = { name: 'nan', size: 1, add: (sums: Float64Array) => { sums[0] = Infinity; }, result: () => NaN };
  model.compile({ loss: 'mse', metrics: [nan] });
  const saved: Uint8Array[] = [];
  const heard: unknown[] = [];
  const listen = new LambdaCallback({ onBatchEnd: (_batch, logs) => { heard.push(logs.nan); } });
  await model.fit(x, y, { batchSize: 12, callbacks: [new LambdaCallback({ onBatchEnd: () => { saved.push(model.toBytes()); } }), listen] });
  heard.length = 0;
  const again = await loadModel(saved[0] ?? new Uint8Array(), { customMetrics: [nan] });
  assert.is(again.position.tally.at(-1), Infinity);
  await again.fit(x, y, { batchSize: 12, resume: true, callbacks: [new LambdaCallback({}), listen] });
  assert.equal(heard, [NaN, NaN]);
});

function stream(): Sequential {
  const model = new Sequential([new LSTM({ units: 3, stateful: true }), new Dense({ units: 1 })], { inputShape: [4, 1], seed: 2 });
  model.compile({ loss: 'mse', optimizer: 'sgd' });
  return model;
}

test('predict, evaluate and gradients inside a callback leave a stateful training as it was', async () => {
  const quiet = stream();
  await quiet.fit(x, y, { epochs: 2, batchSize: 6 });
  for (const hook of ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const) {
    const model = stream();
    const look = async (): Promise<void> => {
      await model.predict(rowsOf(x, [1, 2, 3, 4, 5]), { batchSize: 5 });
      await model.predict(x, { batchSize: 6 });
      await model.evaluate(x, y, { batchSize: 8 });
      await model.lossAndGradients(rowsOf(x, [0]), rowsOf(y, [0]));
      await model.observe(rowsOf(x, [0]), rowsOf(y, [0]));
    };
    await model.fit(x, y, { epochs: 2, batchSize: 6, callbacks: [new LambdaCallback({ [hook]: look })] });
    assertSameState(model, quiet, hook);
  }
});

test('the carried state of a stateful model survives saving, compiled or not, before compile and after', async () => {
  const part = (from: number): ReturnType<typeof rowsOf> => rowsOf(x, range(from, from + 6));
  for (const compiled of [true, false]) {
    const model = compiled ? stream() : new Sequential([new LSTM({ units: 3, stateful: true }), new Dense({ units: 1 })], { inputShape: [4, 1], seed: 2 });
    await model.predict(part(0), { batchSize: 6 });
    const again = await loadModel(model.toBytes());
    const third = await loadModel(again.toBytes());
    if (!compiled) third.compile({ loss: 'mse' });
    const expected = (await model.predict(part(6), { batchSize: 6 })).data;
    assertSame((await again.predict(part(6), { batchSize: 6 })).data, expected, `compiled ${compiled}`);
    assertSame((await third.predict(part(6), { batchSize: 6 })).data, expected, `compiled ${compiled}, saved twice, then compiled`);
    const fresh = await loadModel(model.toBytes());
    fresh.resetStates();
    assert.not.equal([...(await fresh.predict(part(6), { batchSize: 6 })).data], [...expected], 'the state matters');
  }
});

test.run();
