/** The calendar's rules against the days on which real bars exist. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DAY } from '../../src/data/barSource.js';
import { closedFor } from '../../src/data/holidays.js';
import { barsOf, lastClose, marketSentence, marketState, nextClose, sessionOf } from '../../src/data/marketCalendar.js';
import { addDays, fromNewYork } from '../../src/data/newYork.js';

const require = createRequire(import.meta.url);

function daysOf(path: string): string[] {
  return readFileSync(path, 'utf8').trim().split('\n').slice(1).map((line) => line.slice(0, 10));
}

for (const [name, path] of [
  ['AAPL 2013–2018', require.resolve('@observablehq/sample-datasets/aapl.csv')],
  ['S&P 500 2000–2020', join(dirname(require.resolve('vega-datasets')), '..', 'data', 'sp500-2000.csv')],
] as const) {
  test(`sessions are the days that have bars: ${name}`, () => {
    const days = daysOf(path);
    const expected: string[] = [];
    for (let day = days[0]!; day <= days.at(-1)!; day = addDays(day, 1)) if (closedFor(day) === undefined) expected.push(day);
    assert.equal(expected.filter((day) => !days.includes(day)), []);
    assert.equal(days.filter((day) => !expected.includes(day)), []);
  });
}

test('holidays of recent years, by the lists that the exchange published', () => {
  for (const day of ['2022-06-20', '2023-01-02', '2023-06-19', '2024-03-29', '2025-04-18', '2025-01-09', '2026-07-03', '2027-06-18', '2027-12-24']) assert.ok(closedFor(day), day);
  for (const day of ['2021-12-31', '2022-01-03', '2027-12-31']) assert.is(closedFor(day), undefined, day);
});

test('half days end at 13:00, in summer and in winter time', () => {
  for (const day of ['2023-07-03', '2023-11-24', '2024-12-24', '2025-07-03']) assert.is(sessionOf(day)?.closesAt, fromNewYork(day, 780), day);
  assert.is(sessionOf('2026-07-02')?.short, undefined);
  assert.is(sessionOf('2024-07-05')!.opensAt, Date.parse('2024-07-05T13:30:00Z'));
  assert.is(sessionOf('2024-12-05')!.opensAt, Date.parse('2024-12-05T14:30:00Z'));
});

test('hourly bars run from 9:30, the last is half an hour, on half days too', () => {
  assert.is(barsOf(sessionOf('2024-12-05')!, 60).length, 7);
  const half = barsOf(sessionOf('2024-12-24')!, 60);
  assert.is(half.length, 4);
  assert.is(half.at(-1)!.closesAt - half.at(-1)!.opensAt, 1_800_000);
});

test('the last finished bar and the next go over nights, weekends and holidays', () => {
  const friday = fromNewYork('2024-11-29', 780);
  assert.is(lastClose(fromNewYork('2024-12-02', 600), 60), friday);
  assert.is(nextClose(friday, 60), fromNewYork('2024-12-02', 630));
  assert.is(lastClose(fromNewYork('2024-12-02', 630), 60), fromNewYork('2024-12-02', 630));
  assert.is(nextClose(friday, DAY), fromNewYork('2024-12-02', 960));
});

test('why the market is closed, in words', () => {
  assert.is(marketState(fromNewYork('2024-12-02', 600)).open, true);
  assert.match(marketSentence(fromNewYork('2024-11-28', 700)), 'Thanksgiving. It opens Friday');
  assert.match(marketSentence(fromNewYork('2024-11-28', 700)), 'closes at 13:00: the day after Thanksgiving');
  assert.match(marketSentence(fromNewYork('2024-11-29', 900)), 'ended at 13:00');
  assert.match(marketSentence(fromNewYork('2024-11-29', 700)), 'Half day');
  assert.is(marketSentence(fromNewYork('2024-12-02', 700)), '');
});

test.run();
