import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, Dropout, LSTM, Sequential, wasm } from '../../src/index.js';
import type { Model } from '../../src/index.js';
import { randomData } from './support.js';

test('10,000 training steps through fit leave memory as it was after the first thousand', async () => {
  const collect = globalThis.gc;
  assert.ok(collect, 'run with --expose-gc');
  const { x, y } = randomData(40, [5, 3], [1]);
  const model = new Sequential([new LSTM({ units: 4 }), new Dropout({ rate: 0.2 }), new Dense({ units: 1 })], { inputShape: [5, 3] });
  model.compile({ loss: 'mse', metrics: ['mae'] });
  const measure = (): { heap: number; buffers: number } => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { heap: heapUsed, buffers: arrayBuffers };
  };
  await model.fit(x, y, { epochs: 100, batchSize: 4 });
  const before = measure();
  for (let round = 0; round < 10; round++) await model.fit(x, y, { epochs: 100, batchSize: 4 });
  const after = measure();
  assert.is(model.position.step, 11_000);
  // What the engine compiles meanwhile takes some 0.5 MB, however many steps; one small object kept a step would be 1 MB or more.
  assert.ok(after.heap - before.heap < 1_000_000, `heap grew by ${after.heap - before.heap} bytes`);
  assert.ok(after.buffers - before.buffers < 50_000, `buffers grew by ${after.buffers - before.buffers} bytes`);
});

test('models dropped by the user are collected while their layers live on', async () => {
  const collect = globalThis.gc;
  assert.ok(collect, 'run with --expose-gc');
  const { x, y } = randomData(8, [4, 3], [2]);
  const encoder = new LSTM({ units: 6 });
  const dropped: WeakRef<Model>[] = [];
  const drop = async (seed: number): Promise<void> => {
    const model = new Sequential([encoder, new Dense({ units: 2 })], { inputShape: [4, 3], seed });
    model.compile({ loss: 'mse' });
    await model.fit(x, y, { epochs: 1 });
    dropped.push(new WeakRef(model));
  };
  for (let i = 0; i < 5; i++) await drop(i);
  await new Sequential([encoder], { inputShape: [4, 3] }).predict(x); // fetches what the last one learned
  for (let i = 0; i < 5; i++) {
    await new Promise<void>((resolve) => { setTimeout(resolve, 0); });
    collect();
  }
  assert.is(dropped.filter((ref) => ref.deref()).length, 0);
});

test('models with helper threads that nobody disposes of give their memory back', async () => {
  const collect = globalThis.gc;
  assert.ok(collect, 'run with --expose-gc');
  const { x, y } = randomData(32, [20, 8], [1]);
  const backend = await wasm({ threads: 2 });
  const train = async (seed: number): Promise<Model> => {
    const model = new Sequential([new LSTM({ units: 128 }), new Dense({ units: 1 })], { inputShape: [20, 8], seed });
    model.compile({ loss: 'mse', backend });
    await model.fit(x, y, { epochs: 1 });
    return model;
  };
  const kept = await train(0); // so that the helpers stay
  const many = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      await train(i);
      collect();
      await new Promise<void>((resolve) => { setTimeout(resolve, 0); });
    }
    return process.memoryUsage().rss;
  };
  const before = await many(12);
  const after = await many(36);
  // Each has 8 MB; what helpers may still hold of dropped ones is 64 MB.
  assert.ok(after - before < 120e6, `${((after - before) / 1e6).toFixed(0)} MB more after 36 models more`);
  kept.dispose();
});

test.run();
