import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stripVTControlCharacters } from 'node:util';
import { Dense, LambdaCallback, ProgressBar, Sequential, formatDuration } from '../../src/index.js';
import type { FitOptions, TextStream } from '../../src/index.js';
import { randomData, rejected } from '../models/support.js';

async function drawn(stream: Omit<TextStream, 'write'>, options: FitOptions = {}): Promise<string[]> {
  const written: string[] = [];
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2] });
  model.compile({ loss: 'mse', metrics: ['mae'] });
  const { x, y } = randomData(10, [2], [1]);
  const bar = new ProgressBar({ stream: { ...stream, write: (text) => written.push(text) } });
  try {
    await model.fit(x, y, { epochs: 12, batchSize: 4, ...options, callbacks: [bar, ...(options.callbacks ?? [])] });
  } catch (error) {
    assert.match(String(error), 'on purpose');
  }
  return written;
}

const pause = new LambdaCallback({ onBatchEnd: () => { for (const start = performance.now(); performance.now() - start < 90;); } });

test('on a terminal: a bar with what is left, then a line an epoch', async () => {
  const written = await drawn({ isTTY: true, columns: 200 }, { epochs: 2, callbacks: [pause] });
  assert.ok(written.every((text) => text.startsWith('\r\u001b[K')), 'each draws over the last');
  const lines = written.map(stripVTControlCharacters).map((text) => text.replace('\r', ''));
  const bars = lines.filter((line) => line.includes('━'));
  assert.is(bars.length, 6);
  assert.match(bars[0] ?? '', /^epoch 1\/2 ━{8}─{16} 1\/3 {2}ETA \d+(\.\d)? s {2}loss \d\.\d+ {2}mae \d\.\d+$/);
  assert.match(bars[5] ?? '', /^epoch 2\/2 ━{24} 3\/3 {2}ETA 0\.0 s/);
  const ends = lines.filter((line) => line.endsWith('\n'));
  assert.is(ends.length, 2);
  assert.match(ends[0] ?? '', /^epoch 1\/2 \d+(\.\d)? s {2}\d+\.\d ms\/step {2}ETA \d+(\.\d)? s {2}loss \S+ {2}mae \S+\n$/);
  assert.not.match(ends[1] ?? '', 'ETA');
});

test('never wider than the terminal', async () => {
  const written = await drawn({ isTTY: true, columns: 30 }, { epochs: 1, callbacks: [pause] });
  assert.ok(written.every((text) => stripVTControlCharacters(text).replace(/[\r\n]/g, '').length <= 29));
});

test('elsewhere: one plain line an epoch', async () => {
  const written = await drawn({});
  assert.is(written.length, 12);
  written.forEach((text, i) => { assert.match(text, new RegExp(`^epoch ${String(i + 1).padStart(2)}/12 .*loss .*\\n$`)); });
  assert.is(written.join(''), stripVTControlCharacters(written.join('')));
});

test('a bar that breaks off ends its line', async () => {
  const failing = new LambdaCallback({ onBatchEnd: (batch) => { if (batch === 1) throw new Error('on purpose'); } });
  assert.is((await drawn({ isTTY: true }, { callbacks: [failing] })).at(-1), '\n');
});

test('a resumed run counts on', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2] });
  model.compile({ loss: 'mse' });
  const { x, y } = randomData(4, [2], [1]);
  await model.fit(x, y, { epochs: 2 });
  const written: string[] = [];
  await model.fit(x, y, { epochs: 3, resume: true, callbacks: [new ProgressBar({ stream: { write: (text) => written.push(text) } })] });
  assert.match(written.join(''), /^epoch 3\/3 /);
  await rejected(Error, model.fit(x, [1]));
});

test('durations', () => {
  assert.equal([0.04, 9.94, 9.96, 59.4, 59.6, 200, 3599.6, 3900].map(formatDuration), ['0.0 s', '9.9 s', '10 s', '59 s', '1 min 00 s', '3 min 20 s', '1 h 00 min', '1 h 05 min']);
});

test.run();
