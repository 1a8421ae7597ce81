import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { findGaps, inferSpacing, nextBusinessDays, nextDates } from '../../../src/forecast/series/calendar.js';
import { thrown } from '../support.js';

const days = (start: string, n: number, step = 1): string[] =>
  Array.from({ length: n }, (_, i) => new Date(Date.parse(start) + i * step * 86_400_000).toISOString().slice(0, 10));
const weekdays = (start: string, n: number): string[] => days(start, n).filter((date) => ![0, 6].includes(new Date(date).getUTCDay()));

test('business days skip the weekend and keep the time', () => {
  // 2024-07-26 is a Friday
  assert.equal(nextBusinessDays('2024-07-26', 6), ['2024-07-29', '2024-07-30', '2024-07-31', '2024-08-01', '2024-08-02', '2024-08-05']);
  assert.equal(nextBusinessDays('2024-12-31T16:00:00-05:00', 1), ['2025-01-01T16:00:00-05:00']);
  assert.equal(nextBusinessDays('2024-07-27', 1), ['2024-07-29']);
  assert.equal(nextBusinessDays('2024-07-26', 0), []);
});

test('spacing is told from the dates', () => {
  assert.equal(inferSpacing(weekdays('2024-07-01', 30)), { unit: 'businessDays' });
  assert.equal(inferSpacing(days('2024-07-01', 30)), { unit: 'days', count: 1 });
  assert.equal(inferSpacing(days('2024-07-05', 5, 7)), { unit: 'days', count: 7 });
  assert.equal(inferSpacing(['2019-10-01', '2019-11-01', '2019-12-01']), { unit: 'months', count: 1, monthEnd: false });
  assert.equal(inferSpacing(['2019-03-31', '2019-06-30', '2019-09-30', '2019-12-31']), { unit: 'months', count: 3, monthEnd: true });
  assert.equal(inferSpacing(['2024-01-01T22:00:00', '2024-01-01T23:00:00', '2024-01-02T00:00:00', '2024-01-02T01:00:00']), { unit: 'time', milliseconds: 3_600_000 });
});

test('the next dates of each spacing', () => {
  assert.equal(nextDates(weekdays('2024-07-15', 12), 2), ['2024-07-29', '2024-07-30']);
  assert.equal(nextDates(days('2024-07-25', 3), 2), ['2024-07-28', '2024-07-29']);
  assert.equal(nextDates(['2019-10-01', '2019-11-01', '2019-12-01'], 3), ['2020-01-01', '2020-02-01', '2020-03-01']);
  assert.equal(nextDates(['2019-11-30', '2019-12-31', '2020-01-31'], 2), ['2020-02-29', '2020-03-31']);
  assert.equal(nextDates(['2019-11-29', '2019-12-29', '2020-01-29', '2020-02-29', '2020-03-29', '2021-01-31'], 3), ['2021-02-28', '2021-03-31', '2021-04-30']);
  assert.equal(nextDates(['2024-01-01T22:00:00Z', '2024-01-01T23:00:00Z', '2024-01-02T00:00:00Z'], 1), ['2024-01-02T01:00:00Z']);
});

const session = weekdays('2024-07-22', 5).flatMap((day) => ['09:30', '10:30', '11:30'].map((time) => `${day}T${time}:00-04:00`));

test('hourly bars of trading days follow the session', () => {
  assert.equal(inferSpacing(session), { unit: 'session', milliseconds: 3_600_000, times: [34_200_000, 37_800_000, 41_400_000] });
  assert.equal(nextDates(session, 4), ['2024-07-29T09:30:00-04:00', '2024-07-29T10:30:00-04:00', '2024-07-29T11:30:00-04:00', '2024-07-30T09:30:00-04:00']);
  assert.equal(nextDates(session.slice(0, -1), 2), ['2024-07-26T11:30:00-04:00', '2024-07-29T09:30:00-04:00']);
});

test('gaps: two weekdays or more, months, hours; a holiday is none', () => {
  const dates = weekdays('2024-07-01', 26);
  assert.equal(findGaps(dates.filter((date) => date !== '2024-07-04')), []);
  assert.equal(findGaps(dates.filter((date) => date !== '2024-07-04' && date !== '2024-07-05')), [{ after: '2024-07-03', before: '2024-07-08', missing: 2 }]);
  assert.equal(findGaps(['2019-09-01', '2019-10-01', '2019-11-01', '2020-02-01', '2020-03-01']), [{ after: '2019-11-01', before: '2020-02-01', missing: 2 }]);
  assert.equal(findGaps(session.filter((_, i) => i !== 4)), [{ after: '2024-07-23T09:30:00-04:00', before: '2024-07-23T11:30:00-04:00', missing: 1 }]);
  assert.equal(findGaps(session.filter((date) => !/-2[34]T/.test(date))), [{ after: '2024-07-22T11:30:00-04:00', before: '2024-07-25T09:30:00-04:00', missing: 6 }]);
  assert.equal(findGaps(['2019-09-01', '2024-09-01']), []);
});

test('wrong input is refused by name', async () => {
  await thrown(ArgumentError, () => nextBusinessDays('26/07/2024', 1));
  await thrown(ArgumentError, () => nextBusinessDays('2024-07-26', -1));
  await thrown(DataError, () => nextDates(['2024-07-26', '2024-07-27'], 1));
  await thrown(DataError, () => inferSpacing(['2024-07-26', '2024-07-26', '2024-07-26']));
});

test.run();
