import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { candlestickImage } from 'bptt/charts';
import { checkAlerts, decide } from '../../examples/cnn-lstm/alerts.js';
import type { SymbolForecast } from '../../examples/cnn-lstm/alerts.js';
import { applyCorrection, fitCorrection } from '../../examples/cnn-lstm/correction.js';
import { BLOCKS, makeBlock, makeBlocks } from '../../examples/cnn-lstm/samples.js';
import { normal, randomStream } from '../../src/random.js';
import { assertClose } from '../support/compare.js';

function randomBars(n: number): { open: Float64Array; high: Float64Array; low: Float64Array; close: Float64Array } {
  const stream = randomStream(7, 'bars');
  const close = new Float64Array(n);
  close.forEach((_, i) => { close[i] = (close[i - 1] ?? 100) * Math.exp(0.01 * normal(stream)); });
  const open = close.map((_, i) => close[i - 1] ?? 100);
  const top = open.map((value, i) => Math.max(value, close[i] ?? 0) * 1.003);
  const bottom = open.map((value, i) => Math.min(value, close[i] ?? 0) * 0.996);
  return { open, high: top, low: bottom, close };
}

const bars = randomBars(130);
const options = { window: 12, size: 24 };

function imageAt(index: number, block = makeBlock(bars, options, { start: 0, end: 118 })): Float32Array {
  const out = new Float32Array(24 * 24 * 3);
  block.images.read(index, out);
  return out;
}

test('a sample is a picture of its window, its log10 closes, and the close of the bar after', () => {
  const { closes, targets, origins } = makeBlock(bars, options, { start: 5, end: 40 });
  assert.equal([closes.shape, targets.shape, origins.length], [[35, 12, 1], [35, 1], 35]);
  for (const i of [0, 17, 34]) {
    const last = origins[i] ?? -1;
    assert.is(last, 5 + i + 11);
    assertClose(closes.data.subarray(i * 12, (i + 1) * 12), bars.close.slice(last - 11, last + 1).map(Math.log10), 1e-15, `closes ${i}`);
    assert.is(targets.data[i], Math.log10(bars.close[last + 1] ?? NaN));
    const cut = (column: Float64Array): Float64Array => column.slice(last - 11, last + 1);
    const picture = candlestickImage({ open: cut(bars.open), high: cut(bars.high), low: cut(bars.low), close: cut(bars.close) }, { width: 24, height: 24 });
    assertClose(imageAt(5 + i), Float32Array.from(picture.data, (byte) => byte / 255), 1e-6, `picture ${i}`);
  }
});

test('no sample sees its target or anything after it', () => {
  const future = randomBars(130);
  for (const column of Object.values(future)) for (let i = 60; i < 130; i++) column[i] = (column[i] ?? 0) * 2;
  const [a, b] = [bars, future].map((data) => makeBlock(data, options, { start: 0, end: 118 }));
  const known = 48; // shows bars 48 … 59
  assert.equal(a?.closes.data.subarray(0, (known + 1) * 12), b?.closes.data.subarray(0, (known + 1) * 12));
  assert.equal(imageAt(known, a), imageAt(known, b));
  assert.not.equal(imageAt(known + 1, a), imageAt(known + 1, b));
});

test('blocks follow each other in time, 81, 9 and 10 per cent, and share no target', () => {
  const blocks = makeBlocks(randomBars(1794), options);
  const sizes = BLOCKS.map((name) => blocks[name].origins.length);
  assert.equal(sizes, [1443, 161, 178]);
  const origins = BLOCKS.flatMap((name) => [...blocks[name].origins]);
  assert.equal(origins, Array.from({ length: 1782 }, (_, i) => i + 11));
});

test('the correction is the published one', () => {
  // e = .2, −.1, .4, .1: Σe = .6 > 0, gap .2, mean .15, deviation √(.0325)
  const below = fitCorrection(Float64Array.of(1.2, 0.9, 1.4, 1.1), Float64Array.of(1, 1, 1, 1));
  const deviation = Math.sqrt((0.05 ** 2 + 0.25 ** 2 + 0.25 ** 2 + 0.05 ** 2) / 4);
  assertClose([below.gap, below.deviation, below.shift], [0.2, deviation, (1 + deviation) * 0.2], 1e-12, 'shift');
  const above = fitCorrection(Float64Array.of(0.8, 1.1, 0.6, 0.9), Float64Array.of(1, 1, 1, 1));
  assertClose([above.shift], [-(1 - deviation) * 0.2], 1e-12, 'shift');
  assertClose(applyCorrection(Float64Array.of(2, 3), above), [2 + above.shift, 3 + above.shift], 1e-15, 'shift');
});

test('a move is reported at or beyond the threshold, in its direction', () => {
  assert.equal(decide(200, 204, 2), { direction: 'surge', percent: 2.0000000000000018 });
  assert.is(decide(200, 203.9, 2), undefined);
  assert.is(decide(200, 196.5, 2)?.direction, undefined);
  assert.is(decide(200, 195, 2)?.direction, 'plunge');
  assert.is(decide(200, NaN, 2), undefined);
});

test('alerts do not wait for each other; what fails or hangs is said', async () => {
  const asked: string[] = [];
  const sent: string[] = [];
  const forecast = async (symbol: string): Promise<SymbolForecast> => {
    asked.push(symbol);
    if (symbol === 'SLOW') return new Promise(() => { /* never */ });
    if (symbol === 'BAD') throw new Error('no bars');
    return { lastClose: 100, forecast: symbol === 'UP' ? 103 : 96, explanation: symbol, image: Uint8Array.of(1) };
  };
  const alerts = [['a', 'SLOW', 1], ['b', 'UP', 2], ['c', 'UP', 5], ['d', 'BAD', 1], ['e', 'DOWN', 3], ['f', 'UP', 1], ['g', 'UP', 1]] as const;
  const outcomes = await checkAlerts(alerts.map(([user, symbol, percent]) => ({ user, symbol, percent })), forecast, async ({ alert, direction }) => {
    if (alert.user === 'f') return new Promise(() => { /* never */ });
    if (alert.user === 'g') throw new Error('device gone');
    sent.push(`${alert.user} ${direction}`);
    return Promise.resolve();
  }, 40);
  assert.equal(outcomes.map(({ alert, status }) => `${alert.user} ${status}`), ['a failed', 'b sent', 'c quiet', 'd failed', 'e sent', 'f failed', 'g failed']);
  assert.equal(sent.sort(), ['b surge', 'e plunge']);
  assert.equal(asked.sort(), ['BAD', 'DOWN', 'SLOW', 'UP']);
  assert.equal(outcomes.map(({ reason }) => reason).filter(Boolean), ['forecast of SLOW took more than 40 ms', 'no bars', 'delivery to f took more than 40 ms', 'device gone']);
});

test.run();
