import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, BatchNorm, Dense, Dropout, EarlyStopping, LSTM, LambdaCallback, ModelCheckpoint, ReduceLROnPlateau, Sequential, exponential, loadModel,
} from '../../../src/index.js';
import type { Callback, FitOptions, History, Model } from '../../../src/index.js';
import { assertSame } from '../../support/compare.js';
import { assertSameState, rejected, sameWeights, sineData } from '../support.js';

const { x, y } = sineData(40, 6);
const epochs = 8;
const settings: FitOptions = { epochs, batchSize: 9, validationSplit: 0.2 };

function build(): Sequential {
  const model = new Sequential([new LSTM({ units: 4, returnSequences: true, dropout: 0.2 }), new BatchNorm(), new LSTM({ units: 3, recurrentDropout: 0.3 }), new Dropout({ rate: 0.2 }), new Dense({ units: 1 })],
    { inputShape: [6, 1], seed: 12 });
  model.compile({
    optimizer: new Adam({ learningRate: exponential({ rate: 0.02, decay: 0.9 }), amsgrad: true, globalClipNorm: 0.5 }), loss: 'huber', metrics: ['mae', 'r2'],
  });
  return model;
}

/** An epoch without a large gain lowers the rate; three without any stop. Both decide something within the run. */
const callbacks = (restoreBestWeights: boolean): Callback[] => [
  new ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, minDelta: 0.05, cooldown: 1 }),
  new EarlyStopping({ monitor: 'val_loss', patience: 3, minDelta: 0.01, restoreBestWeights }),
];

function tail(history: History, from: number): Record<string, number[]> {
  return Object.fromEntries(Object.entries(history.history).map(([key, values]) => [key, values.slice(from)]));
}

async function uninterrupted(restoreBestWeights: boolean): Promise<{ model: Model; history: History }> {
  const model = build();
  return { model, history: await model.fit(x, y, { ...settings, callbacks: callbacks(restoreBestWeights) }) };
}

/** Goes on in a model that knows nothing but the bytes. */
async function resume(bytes: Uint8Array, restoreBestWeights: boolean): Promise<{ model: Model; history: History }> {
  const model = await loadModel(Uint8Array.from(bytes));
  return { model, history: await model.fit(x, y, { ...settings, resume: true, callbacks: callbacks(restoreBestWeights) }) };
}

for (const restore of [false, true]) {
  test(`stopped after any epoch${restore ? ', best weights put back meanwhile' : ''}`, async () => {
    const whole = await uninterrupted(restore);
    const done = whole.history.epoch.length;
    const rates = new Set(whole.model.position.callbacks.map(({ name }) => name));
    assert.equal([...rates], ['ReduceLROnPlateau', 'EarlyStopping']);
    assert.ok(whole.model.position.learningRateFactor < 1, 'the plateau was met');
    assert.ok(whole.history.stopped !== undefined && done > 4 && done < epochs, `early stop at ${done}`);
    for (let n = 1; n < done; n++) {
      const stopped = build();
      await stopped.fit(x, y, { ...settings, epochs: n, callbacks: callbacks(restore) });
      const { model, history } = await resume(stopped.toBytes(), restore);
      assertSameState(model, whole.model, `after ${n}`);
      assert.equal(history.epoch, whole.history.epoch.slice(n));
      assert.equal(history.history, tail(whole.history, n));
      assert.is(history.stopped, whole.history.stopped);
    }
    // Resumed where it had stopped of itself, it stays there.
    const again = await resume(whole.model.toBytes(), restore);
    assertSameState(again.model, whole.model, 'after the early stop');
    assert.equal([again.history.epoch, again.history.stopped], [[], whole.history.stopped]);
  });

  test(`aborted within an epoch${restore ? ', best weights put back meanwhile' : ''}, resumed from bytes and in place`, async () => {
    const whole = await uninterrupted(restore);
    for (const stopAt of [1, 2, 4, 5, 10, 15]) { // 4 batches an epoch: also its last one, before validation
      const stopped = build();
      const controller = new AbortController();
      const reason = new RangeError('enough');
      let seen = 0;
      const abort = new LambdaCallback({ onBatchEnd: () => { if (++seen === stopAt) controller.abort(reason); } });
      const error = await rejected(RangeError, stopped.fit(x, y, { ...settings, callbacks: [...callbacks(restore), abort], signal: controller.signal }));
      assert.is(error, reason);
      assert.is(stopped.position.step, stopAt);
      const { model, history } = await resume(stopped.toBytes(), restore);
      assertSameState(model, whole.model, `from bytes at ${stopAt}`);
      const epochsDone = Math.floor((stopAt - 1) / 4);
      assert.equal(history.history, tail(whole.history, epochsDone), `history from ${stopAt}`);
      await stopped.fit(x, y, { ...settings, resume: true, callbacks: callbacks(restore) });
      assertSameState(stopped, whole.model, `in place at ${stopAt}`);
    }
  });
}

test('every checkpoint leads to the same end, wherever ModelCheckpoint stands among the callbacks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-resume-'));
  try {
    for (const first of [true, false]) {
      const checkpoint = new ModelCheckpoint({ path: join(folder, '{epoch}.safetensors') });
      const model = build();
      const others = callbacks(true);
      const { epoch } = await model.fit(x, y, { ...settings, callbacks: first ? [checkpoint, ...others] : [...others, checkpoint] });
      const whole = await uninterrupted(true);
      assert.equal(epoch, whole.history.epoch);
      for (const n of epoch.map((e) => e + 1)) {
        const again = await loadModel(join(folder, `${n}.safetensors`));
        const history = await again.fit(x, y, { ...settings, resume: true, callbacks: callbacks(true) });
        assertSameState(again, whole.model, `from checkpoint ${n}, first: ${first}`);
        assert.equal(history, { epoch: epoch.slice(n), history: n < epoch.length ? tail(whole.history, n) : {}, stopped: whole.history.stopped });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('more epochs after a finished run equal a longer run; nothing left to do does nothing', async () => {
  const [long, short] = [build(), build()];
  const stops = (): Callback[] => [new EarlyStopping({ monitor: 'val_loss', patience: 50 })];
  await long.fit(x, y, { ...settings, epochs: 5, callbacks: stops() });
  await short.fit(x, y, { ...settings, epochs: 2, callbacks: stops() });
  assert.equal((await short.fit(x, y, { ...settings, epochs: 2, callbacks: stops(), resume: true })).epoch, []);
  assert.equal((await short.fit(x, y, { ...settings, epochs: 5, callbacks: stops(), resume: true })).epoch, [2, 3, 4]);
  assertSameState(short, long, 'two and three are five');
});

test('compiled anew, training begins anew: resume finds nothing', async () => {
  const [model, twin] = [build(), build()];
  await model.fit(x, y, { ...settings, epochs: 3 });
  twin.setWeights(model.getWeights());
  for (const one of [model, twin]) one.compile({ loss: 'mse', optimizer: 'adam' });
  assert.equal((await model.fit(x, y, { ...settings, epochs: 2, resume: true })).epoch, [0, 1]);
  await twin.fit(x, y, { ...settings, epochs: 2 });
  assertSameState(model, twin, 'from the weights alone');
});

test('without resume a callback forgets its last run', async () => {
  const [model, twin] = [build(), build()];
  const reused = callbacks(true);
  await model.fit(x, y, { ...settings, callbacks: reused });
  await twin.fit(x, y, { ...settings, callbacks: callbacks(true) });
  const [a, b] = [await model.fit(x, y, { ...settings, callbacks: reused }), await twin.fit(x, y, { ...settings, callbacks: callbacks(true) })];
  assert.equal(a, b);
  assertSameState(model, twin, 'second run');
});

test('an interrupted epoch goes on with the batches it began with, or not at all', async () => {
  const model = build();
  await model.fit(x, y, { ...settings, callbacks: [new LambdaCallback({ onBatchEnd: (batch, _logs, context) => { if (batch === 1) context.stop('pause'); } })] });
  const before = model.toBytes();
  const error = await rejected(ArgumentError, model.fit(x, y, { ...settings, batchSize: 8, resume: true }));
  assert.match(error.message, 'resume must be 32 samples in batches of 9, as when the epoch began, got 32 samples in batches of 8');
  await rejected(ArgumentError, model.fit(x, y, { ...settings, validationSplit: 0, resume: true }));
  assertSame(model.toBytes(), before, 'unchanged');
  await model.fit(x, y, { ...settings, batchSize: 8 });
});

test('aborted before the first batch, and in evaluate and predict', async () => {
  const model = build();
  const signal = AbortSignal.abort(new TypeError('never'));
  const [fresh] = [build()];
  await rejected(TypeError, model.fit(x, y, { ...settings, signal }));
  await rejected(TypeError, model.evaluate(x, y, { signal }));
  await rejected(TypeError, model.predict(x, { signal }));
  assert.ok(sameWeights(model, fresh));
});

test('a model compiled but never trained is saved with its optimiser, and trains on the same', async () => {
  const [a, b] = [build(), build()];
  const again = await loadModel(a.toBytes());
  await again.fit(x, y, settings);
  await b.fit(x, y, settings);
  assertSameState(again, b, 'trained after loading');
});

test.run();
