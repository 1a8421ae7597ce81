import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { parseDates } from '../../../src/forecast/series/dateColumn.js';
import type { DateOptions } from '../../../src/forecast/series/dateColumn.js';
import { thrown } from '../support.js';

/** ISO dates, or the place and what was expected there. */
const iso = (texts: readonly string[], options?: DateOptions): string[] | string => {
  const parsed = parseDates(texts, options);
  return parsed.ok ? parsed.dates.map((date) => date.iso) : `${parsed.index}: ${parsed.expected}`;
};

test('day or month first is settled by a day above 12', () => {
  assert.equal(iso(['01/02/2024', '02/13/2024']), ['2024-01-02', '2024-02-13']);
  assert.equal(iso(['01/02/2024', '13/02/2024']), ['2024-02-01', '2024-02-13']);
});

test('what fits two ways is refused, whichever way puts the rows in order', () => {
  for (const texts of [['11/01/2024', '12/01/2024', '01/02/2024'], ['01/01/2024', '02/01/2024'], ['01/11/24', '01/12/24'], ['03-04-2024']]) {
    const parsed = parseDates(texts);
    assert.not.ok(parsed.ok);
    assert.match(String(!parsed.ok && parsed.expected), /^a date that can be read in one way only \(.* or .*\)$/);
  }
  const months = ['01/01/2024', '02/01/2024', '03/01/2024'];
  const parsed = parseDates(months);
  assert.is(!parsed.ok && parsed.hint, "Say dateFormat: 'MM/DD/YYYY' if that is 2024-02-01, dateFormat: 'DD/MM/YYYY' if it is 2024-01-02.");
  assert.is(!parsed.ok && parsed.index, 1);
  assert.equal(iso(months, { format: 'MM/DD/YYYY' }), ['2024-01-01', '2024-02-01', '2024-03-01']);
  assert.equal(iso(months, { format: 'DD/MM/YYYY' }), ['2024-01-01', '2024-01-02', '2024-01-03']);
});

test('the cell that breaks the column is named, with what the cells above it are', () => {
  assert.equal(iso(['2024-02-28', '2023-02-29']), '1: a date YYYY-MM-DD');
  assert.equal(iso(['01/02/2024', '02/13/2024', '13/02/2024']), '2: a date MM/DD/YYYY');
  assert.equal(iso(['01/02/2024', '2024-01-03']), '1: a date MM/DD/YYYY or DD/MM/YYYY');
  assert.equal(iso(['2024-01-02', '2024/01/03']), '1: a date YYYY-MM-DD');
  assert.equal(iso(['soon']), '0: a date, such as 2024-01-31');
});

test('a time of day and an offset are in all rows or in none', () => {
  assert.equal(iso(['2024-01-02', '2024-01-03 09:30']), '1: a date without a time of day, like the first');
  assert.equal(iso(['2024-01-02 09:30', '2024-01-03']), '1: a date with a time of day and no offset, like the first');
  assert.equal(iso(['2024-01-02 09:30Z', '2024-01-03 09:30']), '1: a date with a time of day and an offset, like the first');
});

test('digits: years, months, days and counts since 1970 by what they can be', () => {
  assert.equal(iso(['20240102', '20240103']), ['2024-01-02', '2024-01-03']);
  assert.equal(iso(['202401', '202402']), ['2024-01-01', '2024-02-01']);
  assert.equal(iso(['1998', '1999']), ['1998-01-01', '1999-01-01']);
  for (const [unit, zeros] of [['seconds', ''], ['milliseconds', '000'], ['microseconds', '000000'], ['nanoseconds', '000000000']] as const) {
    const parsed = parseDates([`1704186000${zeros}`, `1704189600${zeros}`]);
    assert.equal(parsed.ok && [parsed.format, parsed.dates.map((date) => date.iso)], [unit, ['2024-01-02T09:00:00Z', '2024-01-02T10:00:00Z']]);
  }
  // A count before 1980 is any number; said to be seconds, it is read
  assert.equal(iso(['-3106800000', '1704186000']), '0: a date, such as 2024-01-31');
  assert.equal(iso(['-3106800000', '1704186000'], { format: 'seconds' }), ['1871-07-20T16:00:00Z', '2024-01-02T09:00:00Z']);
  assert.equal(iso(['45293', '45294']), '0: a date, such as 2024-01-31');
});

const hour = (text: string, count: number): string[] => Array.from({ length: count }, (_, i) => new Date(Date.parse(`${text}Z`) + i * 3_600_000).toISOString().slice(0, 16));
const zone = { timeZone: 'America/New_York' };

test('a local clock over the March change: an hour does not exist, and none is missing', () => {
  const local = [...hour('2024-03-10T00:00', 2), ...hour('2024-03-10T03:00', 2)];
  const parsed = parseDates(local, zone);
  assert.ok(parsed.ok);
  assert.equal(parsed.dates.map((date) => date.iso.slice(11)), ['00:00:00-05:00', '01:00:00-05:00', '03:00:00-04:00', '04:00:00-04:00']);
  assert.equal(parsed.dates.map(({ time }) => time), [5, 6, 7, 8].map((h) => Date.UTC(2024, 2, 10, h)));
  const hole = parseDates(hour('2024-03-10T00:00', 4), zone);
  assert.equal(hole, { ok: false, index: 2, expected: 'a time of day that exists in America/New_York', hint: 'Clocks were put forward over it: the dates may be in another time zone.' });
});

test('a local clock over the November change: the rows tell the first hour from the second, oldest or newest first', () => {
  const local = [...hour('2024-11-03T00:00', 2), ...hour('2024-11-03T01:00', 2)];
  const offsets = ['-04:00', '-04:00', '-05:00', '-05:00'];
  assert.equal((iso(local, zone) as string[]).map((date) => date.slice(-6)), offsets);
  assert.equal((iso([...local].reverse(), zone) as string[]).map((date) => date.slice(-6)), [...offsets].reverse());
  const quarters = ['00:45', '01:00', '01:15', '01:30', '01:45', '01:00', '01:15', '01:45', '02:00'].map((time) => `2024-11-03 ${time}`);
  assert.equal((iso(quarters, zone) as string[]).map((date) => date.slice(-6)), [...new Array<string>(5).fill('-04:00'), ...new Array<string>(4).fill('-05:00')]);
  assert.equal(iso(['2024-11-03 00:00', '2024-11-03 01:00', '2024-11-03 02:00'], zone), '1: a time of day that occurs once in America/New_York');
  assert.equal(iso(['2024-11-03 00:00', '2024-11-03 01:00', '2024-11-03 01:00', '2024-11-03 01:00'], zone), '1: a time of day that occurs once in America/New_York');
  assert.equal(iso(['2024-11-03 00:00', '2024-11-03 01:00', '2024-11-03 01:00'], zone).length, 3);
});

test('zones with other rules: half an hour, another hemisphere, no change, seconds before 1900', () => {
  assert.equal(iso(['2024-04-07 01:30', '2024-04-07 01:45', '2024-04-07 01:30', '2024-04-07 02:00'], { timeZone: 'Australia/Lord_Howe' }).length, 4);
  assert.equal((iso(['2024-10-06 01:00', '2024-10-06 03:00'], { timeZone: 'Australia/Sydney' }) as string[]).map((date) => date.slice(-6)), ['+10:00', '+11:00']);
  assert.equal(iso(['2024-03-10 02:30'], { timeZone: 'Asia/Kolkata' }), ['2024-03-10T02:30:00+05:30']);
  assert.equal(iso(['2024-01-02 09:30'], { timeZone: 'UTC' }), ['2024-01-02T09:30:00Z']);
  assert.equal(iso(['1880-01-02 09:30'], { timeZone: 'America/New_York' }), ['1880-01-02T09:30:00-04:56:02']);
});

test('what has an offset, or counts since 1970, is shown on the clock of the zone', () => {
  assert.equal(iso(['2024-03-10T06:30:00Z', '2024-03-10T07:30:00Z'], zone), ['2024-03-10T01:30:00-05:00', '2024-03-10T03:30:00-04:00']);
  assert.equal(iso(['1704186000', '1704189600'], zone), ['2024-01-02T04:00:00-05:00', '2024-01-02T05:00:00-05:00']);
});

test('fractions survive the zone', () => {
  assert.equal(iso(['2024-01-02 09:30:00.000001', '2024-01-02 09:30:00.000002'], zone), ['2024-01-02T09:30:00.000001-05:00', '2024-01-02T09:30:00.000002-05:00']);
});

test('days have no zone; unknown zones, formats and options are refused', async () => {
  assert.equal(iso(['2024-01-02'], zone), '0: a date with a time of day');
  await thrown(ArgumentError, () => parseDates(['2024-01-02'], { timeZone: 'New York' }));
  await thrown(ArgumentError, () => parseDates(['2024-01-02'], { format: 'YYYY_MM' as 'YYYY' }));
  await thrown(ArgumentError, () => parseDates(['2024-01-02'], { zone: 'UTC' } as object));
});

test.run();
