/** The CNN-LSTM study: what a run writes, and that a run which was stopped goes on to the same end. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wasm } from 'bptt';
import { decodePng } from 'bptt/node';
import { buildNetwork } from '../../examples/cnn-lstm/network.js';
import { makeBlocks } from '../../examples/cnn-lstm/samples.js';
import { trainNetwork } from '../../examples/cnn-lstm/training.js';
import type { Glance, TrainedNetwork } from '../../examples/cnn-lstm/training.js';
import { normal, randomStream } from '../../src/random.js';

const test = suite('cnn-lstm', { folder: '' });
test.before.each((context) => { context.folder = mkdtempSync(join(tmpdir(), 'bptt-cnn-lstm-')); });
test.after.each(({ folder }) => { rmSync(folder, { recursive: true }); });

function bars(n: number): { open: Float64Array; high: Float64Array; low: Float64Array; close: Float64Array } {
  const stream = randomStream(3, 'prices');
  const close = new Float64Array(n);
  close.forEach((_, i) => { close[i] = (close[i - 1] ?? 100) * Math.exp(0.01 * normal(stream)); });
  const open = close.map((_, i) => close[i - 1] ?? 100);
  return { open, close, high: open.map((value, i) => 1.002 * Math.max(value, close[i] ?? 0)), low: open.map((value, i) => 0.997 * Math.min(value, close[i] ?? 0)) };
}

test('the published size has 16 residual blocks, one more convolution, and 34 layers of weights in its trunk', () => {
  const { layers } = buildNetwork('fusion', { window: 50, size: 350, full: true, seed: 1 });
  const names = (className: string): string[] => layers.filter((layer) => layer.className === className).map(({ name }) => name ?? '');
  assert.is(names('Add').length, 16);
  const convolutions = names('Conv2D');
  const shortcuts = convolutions.filter((name) => name.endsWith('shortcut'));
  assert.equal([convolutions.length, shortcuts.length, convolutions.filter((name) => name === 'extract').length], [37, 3, 1]);
  // 33 convolutions of the trunk on the way through, and the fully connected layer that the 34 counts.
  assert.is(convolutions.length - shortcuts.length - 1, 33);
  assert.is(names('LSTM').length, 2);
});

test('a run that was stopped goes on to the same weights, curves and maps', async ({ folder }) => {
  const { train, validation } = makeBlocks(bars(60), { window: 12, size: 16 });
  const backend = await wasm();
  const options = { window: 12, size: 16, full: false, seed: 4, epochs: 3, patience: 5, batch: 8, variation: 'published' as const };
  const run = async (part: string, stopAfter: number): Promise<TrainedNetwork> => {
    const interrupt = new AbortController();
    let epochs = 0;
    const look = (): Promise<Glance> => {
      if (++epochs === stopAfter) interrupt.abort(new Error('stopped'));
      return Promise.resolve({ figures: { seen: 0.25 }, map: { sample: 1, size: 1, values: [0.5] } });
    };
    return trainNetwork('fusion', train, validation, {
      options, identity: 'test', folder: join(folder, part), backend, signal: interrupt.signal, progress: { write: () => true }, look,
    });
  };
  const weights = ({ model }: TrainedNetwork): string => createHash('sha256').update(JSON.stringify(Object.entries(model.getWeights()).map(([key, { data }]) => [key, [...data]]))).digest('hex');
  for (const part of ['straight', 'stopped']) mkdirSync(join(folder, part));
  const straight = await run('straight', 99);
  try {
    await run('stopped', 2);
    assert.unreachable('was not stopped');
  } catch (error) {
    assert.match(String(error), 'stopped');
  }
  assert.match(readdirSync(join(folder, 'stopped')).join(), '.part.safetensors');
  const resumed = await run('stopped', 99);
  assert.is(weights(resumed), weights(straight));
  assert.equal([resumed.curves, resumed.maps, resumed.bestEpoch], [straight.curves, straight.maps, straight.bestEpoch]);
  assert.equal([resumed.curves.loss?.length, resumed.maps.length], [3, 3]);
  // A finished run is taken as it is.
  assert.is(weights(await run('stopped', 1)), weights(straight));
});

test('the command writes a report, figures and charts with heat maps', ({ folder }) => {
  const { open, high, low, close } = bars(170);
  const rows = Array.from(close, (_, i) => [new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10), ...[open, high, low, close].map((column) => (column[i] ?? 0).toFixed(4))].join(','));
  writeFileSync(join(folder, 'bars.csv'), ['Date,Open,High,Low,Close', ...rows].join('\n'));
  const out = join(folder, 'out');
  const program = fileURLToPath(new URL('../../examples/cnn-lstm.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--csv', join(folder, 'bars.csv'), '--epochs', '1', '--threshold', '1', '--out', out], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.match(stdout, /No-change (wins|is not beaten)|beats no-change/);
  const { figures, claims } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as { figures: { seconds: object; notified: { status: string }[] }; claims: unknown[] };
  assert.equal([Object.keys(figures.seconds), claims.length, figures.notified.map(({ status }) => status)], [['fusion', 'cnn', 'lstm'], 6, ['sent', 'sent', 'sent']]);
  assert.equal(decodePng(readFileSync(join(out, 'alert-1.png'))).shape, [350, 350, 3]);
  const report = readFileSync(join(out, 'report.html'), 'utf8');
  assert.is(report.split('<img ').length - 1, 4);
});

test.run();
