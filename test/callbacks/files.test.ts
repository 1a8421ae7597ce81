/** ModelCheckpoint and CSVLogger: what they leave on disk. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, CSVLogger, DataError, Dense, LambdaCallback, ModelCheckpoint, Sequential, loadModel } from '../../src/index.js';
import type { Model } from '../../src/index.js';
import { assertSame } from '../support/compare.js';
import { rejected } from '../models/support.js';
import { told } from './told.js';

const test = suite('files of callbacks', { folder: '' });
test.before.each((context) => { context.folder = mkdtempSync(join(tmpdir(), 'bptt-callbacks-')); });
test.after.each(({ folder }) => { rmSync(folder, { recursive: true }); });

function build(): Sequential {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2], seed: 1 });
  model.compile({ loss: 'mse', metrics: ['mae'] });
  return model;
}

const [x, y] = [[[1, 2], [3, 4], [5, 7]], [1, 0, 2]] as const;

test('ModelCheckpoint: a file an epoch, by number, each with the weights of its time', async ({ folder }) => {
  const kernels: Float32Array[] = [];
  const keep = new LambdaCallback({ onEpochEnd: (_epoch, _logs, { model }) => { kernels.push(Float32Array.from(model.getWeights()['dense/kernel']?.data ?? [])); } });
  await build().fit(x, y, { epochs: 3, callbacks: [new ModelCheckpoint({ path: join(folder, 'run-{epoch}-{epoch}.safetensors') }), keep] });
  assert.equal(readdirSync(folder).sort(), [1, 2, 3].map((n) => `run-${n}-${n}.safetensors`));
  for (const n of [1, 2, 3]) {
    const model: Model = await loadModel(join(folder, `run-${n}-${n}.safetensors`));
    assertSame(model.getWeights()['dense/kernel']?.data ?? [], kernels[n - 1] ?? [], `epoch ${n}`);
    assert.is(model.position.epoch, n);
  }
});

test('ModelCheckpoint: the best only', async ({ folder }) => {
  const options = { path: join(folder, '{epoch}'), monitor: 'value', saveBestOnly: true };
  await build().fit(x, y, { epochs: 5, callbacks: [told([3, NaN, 4, 2, 2]), new ModelCheckpoint(options)] });
  assert.equal(readdirSync(folder), ['1', '4']);
  // Resumed, the best so far is known: 2.5 is not better than 2.
  const again = await loadModel(join(folder, '4'));
  await again.fit(x, y, { epochs: 7, resume: true, callbacks: [told([0, 0, 0, 0, 2.5, 1.5, 3]), new ModelCheckpoint(options)] });
  assert.equal(readdirSync(folder), ['1', '4', '6']);
  assert.match((await rejected(ArgumentError, build().fit(x, y, { callbacks: [new ModelCheckpoint({ ...options, monitor: 'val_loss' })] }))).message, 'validationSplit');
});

test('ModelCheckpoint: inside an epoch, and each file leads to the same end', async ({ folder }) => {
  const rows = Array.from({ length: 23 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const targets = rows.map(([a = 0, b = 0]) => [a * b]);
  const options = { epochs: 2, batchSize: 3 };
  const straight = build();
  const { history } = await straight.fit(rows, targets, options);
  for (const stop of [1, 4, 5, 9, 14]) {
    const path = join(folder, `stop-${stop}`);
    let batches = 0;
    const killer = new LambdaCallback({ onBatchEnd: () => { if (++batches === stop) throw new Error('killed'); } });
    const checkpoint = new ModelCheckpoint({ path, everyBatches: 2 });
    const killed = await rejected(Error, build().fit(rows, targets, { ...options, callbacks: [checkpoint, killer] }));
    assert.is(killed.message, 'killed');
    if (stop === 1) assert.equal(readdirSync(folder), []);
    else {
      const again = await loadModel(path);
      // 8 batches an epoch: the last save was at an even batch, or at the end of the first epoch.
      assert.is(again.position.epoch * 8 + again.position.batch, stop - (stop % 2));
      const resumed = await again.fit(rows, targets, { ...options, resume: true });
      assert.equal(resumed.history.loss?.at(-1), history.loss?.at(-1));
      assertSame(again.getWeights()['dense/kernel']?.data ?? [], straight.getWeights()['dense/kernel']?.data ?? [], `stop ${stop}`);
    }
  }
  assert.throws(() => new ModelCheckpoint({ path: 'x', everyBatches: 0 }), (error: unknown) => error instanceof ArgumentError);
  assert.throws(() => new ModelCheckpoint({ path: 'x', everyBatches: 2, saveBestOnly: true }), (error: unknown) => error instanceof ArgumentError);
});

test('ModelCheckpoint: a folder that is not there', async ({ folder }) => {
  const error = await rejected(DataError, build().fit(x, y, { callbacks: [new ModelCheckpoint({ path: join(folder, 'no', 'such') })] }));
  assert.match(error.message, 'ENOENT');
});

test('CSVLogger: a fresh run overwrites, a resumed one appends, a reused one begins anew', async ({ folder }) => {
  const path = join(folder, 'log.csv');
  const model = build();
  const logger = new CSVLogger({ path });
  const { history } = await model.fit(x, y, { epochs: 2, callbacks: [logger] });
  const line = (n: number): string => [n, history.loss?.[n], history.mae?.[n], history.learningRate?.[n]].join(',');
  assert.is(readFileSync(path, 'utf8'), `epoch,loss,mae,learningRate\n${line(0)}\n${line(1)}\n`);
  const resumed = await loadModel(model.toBytes());
  const more = await resumed.fit(x, y, { epochs: 3, resume: true, callbacks: [new CSVLogger({ path })] });
  assert.is(readFileSync(path, 'utf8'), `epoch,loss,mae,learningRate\n${line(0)}\n${line(1)}\n2,${more.history.loss?.[0]},${more.history.mae?.[0]},0.001\n`);
  await build().fit(x, y, { epochs: 1, callbacks: [logger] });
  assert.is(readFileSync(path, 'utf8'), `epoch,loss,mae,learningRate\n${line(0)}\n`);
  await rejected(DataError, build().fit(x, y, { callbacks: [new CSVLogger({ path: folder })] }));
});

test.run();
