/** Who wins, judged as the papers say; nobody where it may be chance. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountsOf } from '../../src/cli/amounts.js';
import { scoreBlock, yardstick } from '../../src/cli/forecasting/scored.js';
import { judge } from '../../src/cli/forecasting/verdict.js';
import type { Verdict } from '../../src/cli/forecasting/verdict.js';
import { dieboldMariano, mae, naiveError } from '../../src/forecast/index.js';
import type { Float64NdArray } from '../../src/forecast/index.js';
import { fromHost } from '../../src/ndarrays.js';

const COUNT = 40;
const truth = (i: number): number => 100 + 5 * Math.sin(i) + (i % 2 === 0 ? 2 : -2);

/** Series of 60 values and one step ahead: 20 rows learned from, forecasts of the last 40, each off by `error`. */
function verdict(errors: Readonly<Record<string, (i: number) => number>>, season = 1, scale: (name: string) => number = () => 1): Verdict {
  const names = Object.keys(errors);
  const panel = new Map(names.map((name) => [name, { rows: 60, dates: [], times: new Float64Array(), columns: { Close: Float64Array.from({ length: 60 }, (_, i) => scale(name) * truth(i)) } }]));
  const split = { train: { start: 0, end: 15 }, validation: { start: 15, end: 15 }, test: { start: 15, end: 55 } };
  const by = yardstick(panel, { target: 'Close', season, window: 5, horizon: 1 }, new Map(names.map((name) => [name, split])));
  assert.equal([...by.training.values()], names.map(() => 20));
  const origins = Int32Array.from({ length: COUNT * names.length }, (_, i) => 19 + (i % COUNT));
  const values = (shift: (i: number, name: string) => number): Float64NdArray => fromHost(Float64Array.from(origins, (row, i) => scale(names[Math.floor(i / COUNT)] ?? '') * (truth(row + 1) + shift(i % COUNT, names[Math.floor(i / COUNT)] ?? ''))), [origins.length, 1]);
  const block = {
    series: names.flatMap((name) => new Array<string>(COUNT).fill(name)), origins, actual: values(() => 0), predicted: values((i, name) => errors[name]?.(i) ?? NaN), previous: new Float64Array(origins.length), rows: [],
  };
  return judge(scoreBlock(block, by), by, amountsOf('Close', 1), 'day');
}

test('the verdict names the winner, and nobody when it may be chance', () => {
  const said = (error: (i: number) => number): string => {
    const { winner, text } = verdict({ '': error });
    assert.match(text, winner === 'network' ? /^The network beats no-change/ : winner === 'rival' ? /^No-change wins/ : /^No-change is not beaten/);
    return winner;
  };
  assert.is(said((i) => (i % 3) * 0.2), 'network');
  assert.is(said((i) => 14 + (i % 3)), 'rival');
  assert.is(said((i) => Math.abs(truth(20 + i) - truth(19 + i)) * (i % 2 === 0 ? 0.9 : 1.1)), 'neither');
});

test('what only rounding tells from the truth is no error', () => {
  const { winner, statistic, pValue } = verdict({ '': (i) => (i % 2 === 0 ? 2e-14 : 0) });
  const exact = verdict({ '': () => 0 });
  assert.equal([winner, statistic, pValue], [exact.winner, exact.statistic, exact.pValue]);
});

test('the statistic is that of Diebold and Mariano on absolute errors', () => {
  const error = (i: number): number => (i % 5) - 1;
  const { statistic, pValue } = verdict({ '': error });
  const network = Float64Array.from({ length: COUNT }, (_, i) => error(i));
  const still = Float64Array.from({ length: COUNT }, (_, i) => truth(20 + i) - truth(19 + i));
  const expected = dieboldMariano(network, still, { power: 1, variance: 'bartlett' });
  assert.ok(Math.abs((statistic ?? NaN) - expected.statistic) < 1e-9 && Math.abs((pValue ?? NaN) - expected.pValue) < 1e-9);
});

test('with a season, the value one season before is what is to be beaten', () => {
  assert.match(verdict({ '': () => 9 }, 6).text, /^Last season (?:wins|is not beaten): .*"last season" by/);
});

test('several series count alike, whatever their units: errors are divided by the naive error of each', () => {
  const errors = { a: (i: number) => i % 3, b: (i: number) => (i % 4) - 2 };
  const plain = verdict(errors);
  assert.match(plain.text, /80 test forecasts of 2 series/);
  const scaled = verdict(errors, 1, (name) => (name === 'a' ? 1 : 1e6));
  assert.ok(Math.abs((scaled.statistic ?? NaN) - (plain.statistic ?? NaN)) < 1e-9);
  const unit = naiveError(Float64Array.from({ length: 20 }, (_, i) => truth(i)));
  const off = [errors.a, errors.b].map((error) => mae(new Float64Array(COUNT), Float64Array.from({ length: COUNT }, (_, i) => error(i))) / unit);
  assert.match(scaled.text, new RegExp(`off by \\$${((off[0] ?? NaN) / 2 + (off[1] ?? NaN) / 2).toFixed(2)} `));
});

test('series of other lengths end together: their last origins are compared with each other', () => {
  const rows = { long: 60, short: 50 };
  const error = (i: number): number => (i % 5) - 1.5;
  const panel = new Map(Object.entries(rows).map(([name, length]) => [name, { rows: length, dates: [], times: new Float64Array(), columns: { Close: Float64Array.from({ length }, (_, i) => (name === 'long' ? 1 : 1000) * truth(i)) } }]));
  const blocks = new Map(Object.entries(rows).map(([name, length]) => [name, { train: { start: 0, end: 15 }, validation: { start: 15, end: 15 }, test: { start: 15, end: length - 5 } }]));
  const by = yardstick(panel, { target: 'Close', season: 1, window: 5, horizon: 1 }, blocks);
  const samples = Object.entries(rows).flatMap(([series, length]) => Array.from({ length: length - 20 }, (_, i) => ({ series, origin: 19 + i })));
  const values = (shift: (i: number) => number): Float64NdArray => fromHost(Float64Array.from(samples, ({ series, origin }) => (series === 'long' ? 1 : 1000) * (truth(origin + 1) + shift(origin))), [samples.length, 1]);
  const block = { series: samples.map(({ series }) => series), origins: Int32Array.from(samples, ({ origin }) => origin), actual: values(() => 0), predicted: values(error), previous: new Float64Array(samples.length), rows: [] };
  const { statistic } = judge(scoreBlock(block, by), by, amountsOf('Close', 1), 'day');
  // Of the i-th last origin, over the series that have it.
  const losses = (loss: (origin: number) => number): Float64Array => Float64Array.from({ length: 40 }, (_, at) => {
    const own = [19 + at, ...(at >= 10 ? [9 + at] : [])];
    return own.reduce((sum, origin) => sum + loss(origin) / own.length, 0);
  });
  const expected = dieboldMariano(losses((origin) => Math.abs(error(origin))), losses((origin) => Math.abs(truth(origin + 1) - truth(origin))), { power: 1, variance: 'bartlett' });
  assert.ok(Math.abs((statistic ?? NaN) - expected.statistic) < 1e-6, `${String(statistic)} is not ${expected.statistic}`);
});

test('what is to be beaten: the value one season before each row, the latest that is known', () => {
  const horizon = 5;
  const values = Float64Array.from({ length: 30 }, (_, i) => i * i);
  const panel = new Map([['', { rows: 30, dates: [], times: new Float64Array(), columns: { y: values } }]]);
  const by = yardstick(panel, { target: 'y', season: 2, window: 4, horizon }, new Map([['', { train: { start: 0, end: 8 }, validation: { start: 8, end: 8 }, test: { start: 8, end: 22 } }]]));
  assert.equal([by.training.get(''), by.rival], [16, 'last season']);
  const origins = Int32Array.of(0, 20);
  const made = (): Float64NdArray => fromHost(new Float64Array(2 * horizon).fill(1), [2, horizon]);
  const { rival } = scoreBlock({ series: ['', ''], origins, actual: made(), predicted: made(), previous: Float64Array.of(7, 400), rows: [] }, by);
  // Row 1 has no season before; then rows 0 and 0, or 19 and 20, in turn.
  assert.equal([...rival.data], [7, 0, 7, 0, 7, 361, 400, 361, 400, 361]);
});

test.run();
