import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDate, parseDates } from '../../../src/forecast/series/dateFormats.js';
import type { DateFormat } from '../../../src/forecast/series/dateFormats.js';

const iso = (texts: string[], format?: DateFormat): string[] | string => {
  const parsed = parseDates(texts, format);
  return parsed.ok ? parsed.dates.map((date) => date.iso) : `${parsed.index}: ${parsed.expected}`;
};

for (const [name, text, expected] of [
  ['ISO', '2024-02-29', '2024-02-29'],
  ['ISO with slashes', '2024/2/9', '2024-02-09'],
  ['month only', '2024-02', '2024-02-01'],
  ['compact', '20240209', '2024-02-09'],
  ['US', '02/29/2024', '2024-02-29'],
  ['day first', '29/02/2024', '2024-02-29'],
  ['dotted', '9.2.2024', '2024-02-09'],
  ['month name first', 'Jan 2 2000', '2000-01-02'],
  ['long month name with comma', 'September 12, 2001', '2001-09-12'],
  ['month name in the middle', '02-Jan-2000', '2000-01-02'],
  ['day, long month, year', '3 March 1999', '1999-03-03'],
  ['time without offset', '2024-02-02 09:30', '2024-02-02T09:30:00'],
  ['time with offset', '2024-02-02 09:30:00-05:00', '2024-02-02T09:30:00-05:00'],
  ['T, fraction and Z', '2024-02-02T09:30:05.25Z', '2024-02-02T09:30:05.250Z'],
  ['offset without colon', '2024-02-02T09:30:00+0530', '2024-02-02T09:30:00+05:30'],
  ['AM and PM', '07/26/2024 12:05 AM', '2024-07-26T00:05:00'],
] as const) {
  test(`${name}: ${text}`, () => assert.equal(iso([text]), [expected]));
}

test('an offset moves the instant, not the wall clock', () => {
  assert.is(parseDate('2024-02-02 09:30:00-05:00', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 14, 30));
  assert.is(parseDate('2024-02-02 09:30:00+05:30', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 4, 0));
  assert.is(parseDate('2024-02-02 01:30 PM', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 13, 30));
});

test('day or month first is decided over the whole column', () => {
  assert.equal(iso(['01/02/2024', '02/13/2024']), ['2024-01-02', '2024-02-13']);
  assert.equal(iso(['01/02/2024', '13/02/2024']), ['2024-02-01', '2024-02-13']);
});

test('when both readings exist, the one in order is taken', () => {
  assert.equal(iso(['11/01/2024', '12/01/2024', '01/02/2024', '02/02/2024']), ['2024-01-11', '2024-01-12', '2024-02-01', '2024-02-02']);
  assert.equal(iso(['02/02/2024', '02/01/2024', '01/12/2024', '01/11/2024']), ['2024-02-02', '2024-02-01', '2024-01-12', '2024-01-11']);
});

test('a column that can be read both ways is refused unless the caller says how', () => {
  const months = ['01/01/2024', '02/01/2024', '03/01/2024'];
  assert.equal(iso(months), '0: a date that can be read in one way only (MM/DD/YYYY or DD/MM/YYYY)');
  assert.equal(iso(months, 'MM/DD/YYYY'), ['2024-01-01', '2024-02-01', '2024-03-01']);
  assert.equal(iso(months, 'DD/MM/YYYY'), ['2024-01-01', '2024-01-02', '2024-01-03']);
});

test('dates that do not exist and columns that change format name the cell', () => {
  assert.equal(iso(['2024-02-28', '2023-02-29']), '1: a date YYYY-MM-DD');
  assert.equal(iso(['01/02/2024', '02/13/2024', '13/02/2024']), '2: a date MM/DD/YYYY');
  assert.equal(iso(['01/02/2024', '2024-01-03']), '1: a date MM/DD/YYYY');
  assert.match(String(iso(['soon'])), /^0: a date in one of the formats YYYY-MM-DD, /);
  assert.equal(iso(['2024-01-01 25:00']), '0: a date in one of the formats YYYY-MM-DD, YYYY-MM, YYYYMMDD, MM/DD/YYYY, DD/MM/YYYY, DD.MM.YYYY, MMM D YYYY, D MMM YYYY');
  assert.match(String(iso(['Foo 2 2000'])), /^0: /);
  assert.match(String(iso(['2024-01-01 00:30 PM'])), /^0: /);
});

test.run();
