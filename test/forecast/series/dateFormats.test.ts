import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../../src/errors.js';
import { DATE_FORMATS, parseDate } from '../../../src/forecast/series/dateFormats.js';
import type { DateFormat } from '../../../src/forecast/series/dateFormats.js';
import { thrown } from '../support.js';

/** Each text with every format it fits, and what it means there. */
const READINGS: readonly (readonly [text: string, ...readings: (readonly [format: DateFormat, iso: string])[]])[] = [
  ['2024-02-29', ['YYYY-MM-DD', '2024-02-29']],
  ['2024/2/9', ['YYYY/MM/DD', '2024-02-09']],
  ['2024.01.02', ['YYYY.MM.DD', '2024-01-02']],
  ['2024年1月2日', ['YYYY年MM月DD日', '2024-01-02']],
  ['02/29/2024', ['MM/DD/YYYY', '2024-02-29']],
  ['29-02-2024', ['DD-MM-YYYY', '2024-02-29']],
  ['1/2/2024', ['MM/DD/YYYY', '2024-01-02'], ['DD/MM/YYYY', '2024-02-01']],
  ['1-2-2024', ['MM-DD-YYYY', '2024-01-02'], ['DD-MM-YYYY', '2024-02-01']],
  ['9.2.2024', ['DD.MM.YYYY', '2024-02-09']],
  ['01/31/24', ['MM/DD/YY', '2024-01-31']],
  ['31/12/99', ['DD/MM/YY', '1999-12-31']],
  ['31.12.68', ['DD.MM.YY', '2068-12-31']],
  ['01/02/03', ['MM/DD/YY', '2003-01-02'], ['DD/MM/YY', '2003-02-01'], ['YY/MM/DD', '2001-02-03']],
  ['69-12-31', ['YY-MM-DD', '1969-12-31']],
  ['Jan 2 2000', ['MMM D YYYY', '2000-01-02']],
  ['September 12, 2001', ['MMM D YYYY', '2001-09-12']],
  ['Tue, Jan 2, 2024', ['MMM D YYYY', '2024-01-02']],
  ['02-Jan-2000', ['D MMM YYYY', '2000-01-02']],
  ['12JAN2024', ['D MMM YYYY', '2024-01-12']],
  ['Tue, 02 Jan 2024 09:30:00 GMT', ['D MMM YYYY', '2024-01-02T09:30:00Z']],
  ['3 March 1999', ['D MMM YYYY', '1999-03-03']],
  ['02-Jan-24', ['D MMM YY', '2024-01-02']],
  ['2024-02', ['YYYY-MM', '2024-02-01']],
  ['2024年2月', ['YYYY年MM月', '2024-02-01']],
  ['02/2024', ['MM/YYYY', '2024-02-01']],
  ['Feb 2024', ['MMM YYYY', '2024-02-01']],
  ['2024Q3', ['YYYY-Q', '2024-07-01']],
  ['Q4 2024', ['YYYY-Q', '2024-10-01']],
  ['20240209', ['YYYYMMDD', '2024-02-09']],
  ['20240209 093005', ['YYYYMMDD', '2024-02-09T09:30:05']],
  ['202402', ['YYYYMM', '2024-02-01']],
  ['2024', ['YYYY', '2024-01-01']],
  ['2024-02-02 09:30', ['YYYY-MM-DD', '2024-02-02T09:30:00']],
  ['2024-02-02 09:30:00-05:00', ['YYYY-MM-DD', '2024-02-02T09:30:00-05:00']],
  ['2024-02-02T09:30:05.25Z', ['YYYY-MM-DD', '2024-02-02T09:30:05.250Z']],
  ['2024-02-02T09:30:05.123456Z', ['YYYY-MM-DD', '2024-02-02T09:30:05.123456Z']],
  ['2024-02-02T09:30:05,000000001', ['YYYY-MM-DD', '2024-02-02T09:30:05.000000001']],
  ['2024-02-02T09:30:00+0530', ['YYYY-MM-DD', '2024-02-02T09:30:00+05:30']],
  ['2024-02-02 09:30:00 UTC', ['YYYY-MM-DD', '2024-02-02T09:30:00Z']],
  ['02.01.2024 00:00:00.000 GMT-0500', ['DD.MM.YYYY', '2024-01-02T00:00:00-05:00']],
  ['2024.01.02 15:30', ['YYYY.MM.DD', '2024-01-02T15:30:00']],
  ['07/26/2024 12:05 AM', ['MM/DD/YYYY', '2024-07-26T00:05:00']],
  ['7/26/2024, 4:00:00\u202fPM', ['MM/DD/YYYY', '2024-07-26T16:00:00']],
  // No dates
  ['soon'], ['Foo 2 2000'], ['2023-02-29'], ['2024-13-01'], ['2024-01-00'], ['2024-01-01 25:00'], ['2024-01-01 24:00'], ['2024-01-01 00:30 PM'], ['2024-01-01 9:61'], ['2024-01-01 09:30 EST'],
  ['12JAN'], ['Jan-24'], ['2024-01-01x'], ['2024-01/02'], ['2024-01-01T09:30+25:00'], ['2024Q5'], [' '.repeat(70)], [`2024-01-01${' '.repeat(70)}`],
];
const COUNTS: readonly DateFormat[] = ['seconds', 'milliseconds', 'microseconds', 'nanoseconds'];

for (const [text, ...readings] of READINGS) {
  test(`'${text.slice(0, 40)}' fits ${readings.map(([format]) => format).join(' and ') || 'no format'}`, () => {
    const found = DATE_FORMATS.filter((format) => !COUNTS.includes(format)).flatMap((format) => {
      const date = parseDate(text, format);
      return date ? [[format, date.iso] as const] : [];
    });
    assert.equal(found, readings);
  });
}

test('an offset moves the instant, not the wall clock', () => {
  assert.is(parseDate('2024-02-02 09:30:00-05:00', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 14, 30));
  assert.is(parseDate('2024-02-02 09:30:00+05:30', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 4, 0));
  assert.is(parseDate('2024-02-02 01:30 PM', 'YYYY-MM-DD')?.time, Date.UTC(2024, 1, 2, 13, 30));
});

test('counts since 1970 are exact in every unit, before 1970 too', () => {
  assert.equal(parseDate('1704186000', 'seconds'), { time: 1704186000000, iso: '2024-01-02T09:00:00Z' });
  assert.equal(parseDate('1704186000.5', 'seconds'), { time: 1704186000500, iso: '2024-01-02T09:00:00.500Z' });
  assert.equal(parseDate('1704186000.0', 'milliseconds')?.iso, '1970-01-20T17:23:06Z');
  assert.equal(parseDate('1704186000123', 'milliseconds'), { time: 1704186000123, iso: '2024-01-02T09:00:00.123Z' });
  assert.equal(parseDate('1704186000123456', 'microseconds'), { time: 1704186000123, nanos: 456000, iso: '2024-01-02T09:00:00.123456Z' });
  // 1704186000123456789 is no float64: its neighbours are 256 apart
  assert.equal(parseDate('1704186000123456789', 'nanoseconds'), { time: 1704186000123, nanos: 456789, iso: '2024-01-02T09:00:00.123456789Z' });
  assert.equal(parseDate('1704186000123456790', 'nanoseconds'), { time: 1704186000123, nanos: 456790, iso: '2024-01-02T09:00:00.123456790Z' });
  assert.equal(parseDate('-3106800001', 'milliseconds'), { time: -3106800001, iso: '1969-11-26T00:59:59.999Z' });
  assert.equal(parseDate('-1', 'nanoseconds'), { time: -1, nanos: 999999, iso: '1969-12-31T23:59:59.999999999Z' });
  for (const text of ['soon', '', '1e9', '1704186000.0000000001', '9'.repeat(30)]) assert.is(parseDate(text, 'seconds'), undefined);
});

test('an unknown format is refused with the nearest one', async () => {
  assert.match((await thrown(ArgumentError, () => parseDate('1.2.2024', 'DD/MM/JJJJ' as DateFormat))).message, /Did you mean '(MM\/DD|DD\/MM)\/YY/);
});

test.run();
