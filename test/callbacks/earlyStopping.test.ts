import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Dense, EarlyStopping, LambdaCallback, ModelCheckpoint, NotFiniteError, ReduceLROnPlateau, SGD, Sequential, cpu } from '../../src/index.js';
import type { Callback, EarlyStoppingOptions, FitOptions, History } from '../../src/index.js';
import { thrown } from '../support/compare.js';
import { rejected } from '../models/support.js';
import { told } from './told.js';

/** A model of one weight that a callback sets to the epoch's number, with that epoch's value logged as it is told. */
async function watch(
  values: readonly number[], options: EarlyStoppingOptions, others: readonly Callback[] = [], fit: FitOptions = {},
): Promise<{ history: History | undefined; weight: number; stopping: EarlyStopping; error: unknown }> {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1e-12 }), backend: cpu({ dtype: 'float64' }) });
  const stopping = new EarlyStopping({ monitor: 'value', ...options });
  const script = new LambdaCallback({
    onEpochEnd(epoch, _logs, context) {
      context.model.setWeights({ 'dense/kernel': { data: Float64Array.of(100 + epoch), shape: [1, 1] } });
    },
  });
  let history: History | undefined;
  let error: unknown;
  try {
    history = await model.fit([[1]], [1], { epochs: values.length, callbacks: [told(values), script, stopping, ...others], ...fit });
  } catch (caught) {
    error = caught;
  }
  return { history, weight: model.getWeights()['dense/kernel']?.data[0] ?? NaN, stopping, error };
}

test('patience: stops, says why, puts the best weights back', async () => {
  const { history, weight, stopping } = await watch([5, 3, 4, 3, 3.5, 1], { patience: 3 });
  assert.equal(history?.epoch, [0, 1, 2, 3, 4]);
  assert.is(history?.stopped, 'value has not improved for 3 epoch(s) since 3');
  assert.equal([weight, stopping.bestEpoch, stopping.best], [101, 1, 3]);
});

test('patience 0 and 1: the first epoch without improvement', async () => {
  for (const patience of [0, 1]) {
    const { history, weight } = await watch([5, 3, 4, 1], { patience });
    assert.equal([history?.epoch.length, weight], [3, 101]);
  }
});

test('a baseline: only what passes it ends the waiting, and the best weights are kept below it too', async () => {
  const { history, weight, stopping } = await watch([5, 4, 3.5, 3], { patience: 3, baseline: 2 });
  assert.equal([history?.epoch.length, weight, stopping.bestEpoch], [3, 102, 2]);
  assert.is(history?.stopped, 'value has not passed the baseline 2 for 3 epoch(s), its best is 3.5');
  const passed = await watch([5, 1.5, 1.8, 1.2, 1.3, 1.4, 1], { patience: 2, baseline: 2 });
  assert.equal([passed.history?.epoch.length, passed.weight], [6, 103]);
  assert.is(passed.history?.stopped, 'value has not improved for 2 epoch(s) since 1.2');
  assert.is((await watch([5, 4.5, 4], { patience: 2, baseline: 4.8, minDelta: 0.2 })).history?.stopped, undefined);
});

test('startFromEpoch: earlier epochs neither improve nor wait', async () => {
  const { history, weight, stopping } = await watch([1, 9, 9, 5, 4, 6, 6, 3], { patience: 2, startFromEpoch: 3 });
  assert.equal([history?.epoch.length, weight, stopping.bestEpoch, stopping.best], [7, 104, 4, 4]);
});

test('the last epoch, reached without a stop', async () => {
  const { history, weight } = await watch([5, 3, 4, 6], { patience: 10 });
  assert.equal([history?.epoch.length, history?.stopped, weight], [4, undefined, 101]);
});

test('kept off, the last weights stay', async () => {
  assert.is((await watch([5, 3, 4, 6], { patience: 2, restoreBestWeights: false })).weight, 103);
});

test('an abort, a failing callback and one that fails at the end', async () => {
  const controller = new AbortController();
  const abort = new LambdaCallback({ onEpochEnd: (epoch) => { if (epoch === 2) controller.abort(new RangeError('abort')); } });
  const aborted = await watch([5, 3, 4, 6], { patience: 9 }, [abort], { signal: controller.signal });
  assert.match(String(aborted.error), 'abort');
  assert.is(aborted.weight, 101);
  const failing = await watch([5, 3, 4, 6], { patience: 9 }, [new LambdaCallback({ onEpochBegin: (epoch) => { if (epoch === 3) throw new Error('mine'); } })]);
  assert.match(String(failing.error), 'mine');
  assert.is(failing.weight, 101);
  const end: Callback = { name: 'end', onTrainEnd() { throw new Error('at the end'); } };
  const model = await watch([5, 3, 4, 6], { patience: 9 }, [end]);
  assert.match(String(model.error), 'at the end');
  assert.is(model.weight, 101);
});

test('a loss that is not finite', async () => {
  const poison: Callback = {
    name: 'poison',
    onEpochBegin(epoch, context) {
      if (epoch === 3) context.model.setWeights({ 'dense/bias': { data: Float64Array.of(1e200), shape: [1] } });
    },
  };
  const { error, weight } = await watch([5, 3, 4, 6], { patience: 9 }, [poison]);
  assert.instance(error, NotFiniteError);
  assert.is(weight, 101);
});

test('NaN is never an improvement, not even the first', async () => {
  const { weight, stopping, history } = await watch([NaN, 5, NaN, NaN], { patience: 2 });
  assert.equal([weight, stopping.bestEpoch, history?.epoch.length], [101, 1, 4]);
  const only = await watch([NaN, NaN], { patience: 2 });
  assert.equal([only.weight, only.stopping.bestEpoch], [101, -1], 'nothing to restore');
});

test('mode max, auto for accuracies, minDelta', async () => {
  assert.is((await watch([1, 3, 2], { mode: 'max', patience: 5 })).weight, 101);
  assert.is((await watch([3, 2, 1], { mode: 'auto', patience: 5 })).weight, 102);
  const small = await watch([5, 4.95, 4.5, 4.45], { patience: 5, minDelta: 0.1 });
  assert.equal([small.weight, small.stopping.best], [102, 4.5]);
  const logs = { val_accuracy: 1, r2: 1 };
  for (const key of ['binaryAccuracy', 'val_categoricalAccuracy', 'val_r2', 'val_direction_auc', 'weighted_f1', 'recall', 'val_precision']) {
    const stopping = new EarlyStopping({ monitor: key, restoreBestWeights: false });
    const context = { stop() {} } as never;
    stopping.onEpochEnd(0, { ...logs, [key]: 0.5 }, context);
    stopping.onEpochEnd(1, { ...logs, [key]: 0.6 }, context);
    assert.is(stopping.best, 0.6, key);
  }
  // @ts-expect-error: no such mode
  thrown(ArgumentError, () => new EarlyStopping({ mode: 'largest' }));
});

test('a value that will not be logged is refused as training begins, by every callback that watches one', async () => {
  const watching: readonly ((monitor: string) => Callback)[] = [
    (monitor) => new EarlyStopping({ monitor }), (monitor) => new ReduceLROnPlateau({ monitor }), (monitor) => new ModelCheckpoint({ path: 'never written', saveBestOnly: true, monitor }),
  ];
  for (const make of watching) {
    const say = async (monitor: string, fit: FitOptions = {}): Promise<string> => {
      const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
      model.compile({ loss: 'mse', metrics: ['mae', 'r2'] });
      const before = JSON.stringify(model.getWeights());
      const heard: string[] = [];
      const listener = new LambdaCallback({ onEpochBegin: () => { heard.push('epoch'); }, onBatchEnd: () => { heard.push('batch'); } });
      const callback = make(monitor);
      const { message } = await rejected(ArgumentError, model.fit([[1], [2]], [1, 2], { callbacks: [listener, callback], ...fit }));
      assert.equal([heard, JSON.stringify(model.getWeights())], [[], before], 'refused before the first step');
      assert.ok(message.startsWith(`${callback.name}: monitor must be loss | mae | r2 | `), message);
      return message;
    };
    assert.match(await say('val_loss'), "r2 | learningRate, got 'val_loss'. Give fit validationData or validationSplit.");
    assert.match(await say('val_loss', { resume: true }), 'Give fit validationData or validationSplit.');
    assert.match(await say('rmse'), "got 'rmse'.");
    assert.match(await say('mea'), "Did you mean 'mae'?");
    assert.match(await say('val_mea', { validationSplit: 0.5 }), "r2 | val_loss | val_mae | val_r2 | learningRate, got 'val_mea'. Did you mean 'val_mae'?");
    assert.match(await say('toString'), "got 'toString'");
  }
});

test('what will be logged is what is logged, in its order', async () => {
  for (const fit of [{}, { validationSplit: 0.5 }, { validationData: [[[1]], [1]] }] satisfies FitOptions[]) {
    const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
    model.compile({ loss: 'mse', metrics: ['mae', { name: 'own', size: 1, add() { /* counts nothing */ }, result: () => 1 }] });
    const names: (readonly string[])[] = [];
    const listener = new LambdaCallback({ onTrainBegin: ({ logged }) => { names.push(logged); }, onEpochEnd: (_epoch, logs) => { names.push(Object.keys(logs)); } });
    await model.fit([[1], [2]], [1, 2], { callbacks: [listener, new EarlyStopping({ monitor: 'own' })], ...fit });
    assert.equal(names[0], names[1]);
    assert.is(names.length, 2);
  }
});

test.run();
