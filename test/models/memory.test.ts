import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dense, Dropout, LSTM, Sequential } from '../../src/index.js';
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

test.run();
