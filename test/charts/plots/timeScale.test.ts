import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { formatDate, timeScale, timeTicks } from '../../../src/charts/plots/timeScale.js';

const words = (from: string, to: string, count: number): string[] =>
  timeTicks([Date.parse(from), Date.parse(to)], count).map((t) => (t.context === undefined ? t.label : `${t.label}/${t.context}`));

test('five years: half-years, the year where it changes', () => {
  assert.equal(words('2019-07-29', '2021-08-01', 6), ['Jan/2020', 'Jul', 'Jan/2021', 'Jul']);
});

test('decades, months, Mondays, days, hours, seconds', () => {
  assert.equal(words('1950-02-01', '1999-01-01', 6), ['1960', '1970', '1980', '1990']);
  assert.equal(words('2023-11-15', '2024-03-10', 5), ['Dec/2023', 'Jan/2024', 'Feb', 'Mar']);
  assert.equal(words('2024-03-01', '2024-03-31', 6), ['4 Mar/2024', '11 Mar', '18 Mar', '25 Mar']);
  assert.equal(words('2020-02-28', '2020-03-01', 3), ['28 Feb/2020', '29 Feb', '1 Mar']);
  assert.equal(words('2024-03-09T22:30Z', '2024-03-10T02:00Z', 4), ['23:00/9 Mar 2024', '00:00/10 Mar 2024', '01:00', '02:00']);
  assert.equal(words('2024-03-09T10:00:58Z', '2024-03-09T10:01:04Z', 4), ['10:00:58/9 Mar 2024', '10:01:00', '10:01:02', '10:01:04']);
});

test('never many more ticks than asked for, whatever the span', () => {
  for (let span = 3; span < 1e13; span *= 1.7) {
    const ticks = timeTicks([1.1e12, 1.1e12 + span], 8);
    assert.ok(ticks.length <= 9, `${String(ticks.length)} ticks for ${String(span)} ms`);
    assert.ok(span < 8000 || ticks.length >= 2, `${String(ticks.length)} ticks for ${String(span)} ms`);
  }
});

test('dates before 1970 and in the first century', () => {
  assert.equal(words('1968-11-20', '1969-02-10', 3), ['Dec/1968', 'Jan/1969', 'Feb']);
  const ticks = timeTicks([new Date(0).setUTCFullYear(40, 0, 1), new Date(0).setUTCFullYear(60, 0, 1)], 2);
  assert.equal(ticks.map((t) => t.label), ['40', '50', '60']);
});

test('maps instants evenly and writes them in UTC', () => {
  const scale = timeScale([Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 31)], [0, 300]);
  assert.is(scale.map(Date.UTC(2020, 0, 16)), 150);
  assert.is(scale.format(Date.UTC(2020, 0, 16, 23)), '16 Jan 2020');
  assert.is(formatDate(Date.UTC(2020, 0, 16, 23, 5), true), '16 Jan 2020 23:05');
  assert.is(formatDate(NaN), 'n/a');
  assert.throws(() => timeScale([1, 1], [0, 1]), (error: unknown) => error instanceof ArgumentError);
});

test.run();
