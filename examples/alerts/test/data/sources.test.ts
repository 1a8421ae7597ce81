/** Sources give finished bars on the grid of the sessions, and say what is wrong where they cannot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCsvFolder } from '../../src/data/csv.js';
import { replayClock } from '../../src/data/clock.js';
import { openMassive } from '../../src/data/massive.js';
import type { MassiveClient } from '../../src/data/massive.js';
import { fromNewYork } from '../../src/data/newYork.js';
import { REPLAY_START, openReplay } from '../../src/data/replay.js';
import { openYahoo } from '../../src/data/yahoo.js';
import type { YahooClient } from '../../src/data/yahoo.js';

async function rejects(work: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await work;
  } catch (error) {
    assert.match(String(error), message);
    return;
  }
  assert.unreachable(`nothing was thrown that says ${message}`);
}

test('the replay has packaged and simulated bars, labelled so, the same every time', async () => {
  const replay = await openReplay({ simulated: 2, seed: 1 });
  const again = await openReplay({ simulated: 3, seed: 1 });
  assert.equal((await replay.search('')).map(({ symbol, origin }) => [symbol, origin]), [['AAPL', 'packaged'], ['SPX', 'packaged'], ['SIM01', 'simulated'], ['SIM02', 'simulated']]);
  assert.equal((await replay.search('apple')).length, 1);
  const history = await replay.bars('AAPL', 0, REPLAY_START);
  assert.is(history.at(-1)!.closesAt, fromNewYork('2017-05-23', 960));
  assert.is((await replay.bars('AAPL', REPLAY_START, Infinity)).length, 244);
  assert.equal(await replay.bars('SIM02', 0, Infinity), await again.bars('SIM02', 0, Infinity));
  for (const symbol of ['AAPL', 'SPX', 'SIM01']) for (const { open, high, low, close } of await replay.bars(symbol, 0, Infinity)) assert.ok(low <= Math.min(open, close) && high >= Math.max(open, close));
  await rejects(replay.bars('NONE', 0, Infinity), /has no NONE/);
});

test('a replay runs from its start at its speed', () => {
  let wall = 1000;
  const clock = replayClock(50, 60, 0, () => wall);
  assert.is(clock.now(), 50 + 60_000);
  wall += 500;
  assert.is(clock.now(), 50 + 90_000);
});

test('a folder of CSV files: upper and lower case, offsets, rows that are appended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  try {
    const rows = ['Datetime,Open,High,Low,Close,Volume', '2024-07-03 09:30:00-04:00,10,11,9,10.5,100', '2024-07-03 12:30:00-04:00,10.5,12,10,11,90', '2024-07-05 09:30:00-04:00,11,12,10,11.5,80'];
    await writeFile(join(folder, 'Abc.csv'), rows.join('\n'));
    const source = await openCsvFolder({ folder, barMinutes: 60 });
    assert.equal(await source.search('b'), [{ symbol: 'ABC', name: 'Abc.csv', origin: 'csv' }]);
    const bars = await source.bars('ABC', 0, Infinity);
    assert.equal(bars.map(({ closesAt }) => closesAt), [fromNewYork('2024-07-03', 630), fromNewYork('2024-07-03', 780), fromNewYork('2024-07-05', 630)]);
    assert.is((await source.bars('ABC', 0, fromNewYork('2024-07-05', 629))).length, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeFile(join(folder, 'Abc.csv'), [...rows, '2024-07-05 10:30:00-04:00,11,12,10,11.7,80'].join('\n'));
    assert.is((await source.bars('ABC', 0, Infinity)).length, 4);
    await rejects(source.bars('XYZ', 0, Infinity), /no XYZ\.csv/);
    await writeFile(join(folder, 'odd.csv'), rows.join('\n').replaceAll(':30:', ':17:'));
    await rejects(source.bars('ODD', 0, Infinity), /only 0 of 3 rows/);
    await writeFile(join(folder, 'odd.csv'), rows.join('\n').replace('Close', 'Last'));
    await rejects(source.bars('ODD', 0, Infinity), /one column close/);
  } finally {
    await rm(folder, { recursive: true });
  }
  await rejects(openCsvFolder({ folder, barMinutes: 60 }), /cannot be read/);
});

test('daily CSV rows belong to the session of their day', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  try {
    await writeFile(join(folder, 'D.csv'), 'Date,Open,High,Low,Close,Volume\n2024-07-03,10,11,9,10.5,100\n2024-07-05,10.5,12,10,11,90\n');
    const bars = await (await openCsvFolder({ folder, barMinutes: 1440 })).bars('D', 0, Infinity);
    assert.equal(bars.map(({ closesAt }) => closesAt), [fromNewYork('2024-07-03', 780), fromNewYork('2024-07-05', 960)]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Invented answers in the shape of the feed's. */
function yahooStub(): YahooClient {
  const quote = (time: string, close: number | null) => ({ date: new Date(time), open: close, high: close && close + 1, low: close && close - 1, close, volume: 5 });
  return {
    chart: async () => ({ quotes: [quote('2024-12-05T14:30:00Z', 10), quote('2024-12-05T15:30:00Z', null), quote('2024-12-05T16:30:00Z', 11), quote('2024-12-05T17:30:00Z', 12), quote('2024-12-05T18:02:11Z', 12.5)] }),
    search: async () => ({ quotes: [{ symbol: 'AAA', longname: 'Triple A', exchange: 'NYQ' }, { symbol: 'AAA.DE', shortname: 'Elsewhere', exchange: 'GER' }, { name: 'no symbol at all' }] }),
  };
}

test('yahoo: without empty and unfinished bars, and listings of New York alone', async () => {
  const source = await openYahoo(yahooStub());
  const bars = await source.bars('AAA', 0, Date.parse('2024-12-05T18:05:00Z'));
  assert.equal(bars.map(({ close, closesAt }) => [close, new Date(closesAt).toISOString().slice(11, 16)]), [[10, '15:30'], [11, '17:30']]);
  assert.equal(await source.search('aaa'), [{ symbol: 'AAA', name: 'Triple A', origin: 'yahoo' }]);
  const down: YahooClient = { chart: () => Promise.reject(new Error('changed again')), search: () => Promise.reject(new Error('x')) };
  await rejects((await openYahoo(down)).bars('AAA', 0, 1), /did not answer for AAA/);
});

test('massive: halves of an hour become bars from 9:30, and the key is in no message', async () => {
  const start = Date.parse('2024-12-05T14:00:00Z');
  const stub: MassiveClient = {
    getStocksAggregates: async () => ({ results: [1, 2, 3, 4, 5].map((n) => ({ t: start + (n - 1) * 1_800_000, o: n, h: n + 0.5, l: n - 0.5, c: n + 0.1, v: 10 })) }),
    listTickers: async () => ({ results: [{ ticker: 'AAA', name: 'Triple A' }, { ticker: 'B' }] }),
  };
  const source = await openMassive('key', stub);
  const bars = await source.bars('AAA', 0, Date.parse('2024-12-05T16:30:00Z'));
  assert.equal(bars.map(({ open, high, low, close, volume }) => [open, high, low, close, volume]), [[2, 3.5, 1.5, 3.1, 20], [4, 5.5, 3.5, 5.1, 20]]);
  assert.equal((await source.search('a')).map(({ name }) => name), ['Triple A', 'B']);
  const refused: MassiveClient = { ...stub, getStocksAggregates: () => Promise.reject(new Error('Bearer key')) };
  try {
    await (await openMassive('key', refused)).bars('AAA', 0, 1);
    assert.unreachable();
  } catch (error) {
    assert.not.match(`${String(error)} ${String((error as Error).cause)}`, 'Bearer');
  }
});

test('what is missing for a source is named', async () => {
  await rejects(openMassive(undefined), /MASSIVE_API_KEY/);
  await rejects(openMassive('key'), /npm install @massive\.com\/client-js/);
  await rejects(openYahoo(), /npm install yahoo-finance2/);
});

test.run();
