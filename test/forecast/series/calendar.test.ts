import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { LEAST_SHARE, findGaps, inferSpacing, nextBusinessDays, nextDates, spacingShare } from '../../../src/forecast/series/calendar.js';
import type { Spacing } from '../../../src/forecast/series/spacing.js';
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
  assert.equal(inferSpacing(['2019-10-01', '2019-11-01', '2019-12-01']), { unit: 'months', count: 1, day: 'same' });
  assert.equal(inferSpacing(['2019-03-31', '2019-06-30', '2019-09-30', '2019-12-31']), { unit: 'months', count: 3, day: 'last' });
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

const opened = (open: readonly number[], start: string, n: number): string[] => days(start, n).filter((date) => open.includes(new Date(date).getUTCDay()));

test('weekdays that never have a row are not gone on with, and are no gap', () => {
  const shop = opened([1, 2, 3, 4, 5, 6], '2024-03-01', 30); // to Saturday, 30 March
  assert.equal(inferSpacing(shop), { unit: 'businessDays', open: [1, 2, 3, 4, 5, 6] });
  assert.equal(nextDates(shop, 2), ['2024-04-01', '2024-04-02']);
  assert.equal(findGaps(shop), []);
  assert.equal(findGaps(shop.filter((date) => date !== '2024-03-05')), []); // a holiday
  assert.equal(findGaps(shop.filter((date) => !/-0[567]$/.test(date))), [{ after: '2024-03-04', before: '2024-03-08', missing: 3 }]);
  const bourse = opened([0, 1, 2, 3, 4], '2024-03-01', 28); // Sunday to Thursday, to 28 March
  assert.equal(nextDates(bourse, 2), ['2024-03-31', '2024-04-01']);
  assert.equal(nextDates(opened([1, 3, 5], '2024-03-01', 29), 2), ['2024-04-01', '2024-04-03']);
  assert.equal(nextDates(opened([2, 4], '2024-03-01', 29), 2), ['2024-04-02', '2024-04-04']);
  // Two weeks are too few to say so, and a day that is often missing is a day.
  assert.equal(inferSpacing(shop.slice(0, 12)), { unit: 'days', count: 1 });
  assert.equal(inferSpacing(shop.filter((_, i) => i % 5 !== 0)), { unit: 'days', count: 1 });
  assert.equal(inferSpacing(days('2024-03-01', 40, 2)), { unit: 'days', count: 2 });
  assert.equal(inferSpacing([...days('2024-01-01', 5, 7), ...days('2024-02-06', 5, 7)]), { unit: 'days', count: 7 });
});

test('sessions on Sundays go on with Sundays', () => {
  const hours = opened([0, 1, 2, 3, 4], '2024-03-01', 28).flatMap((day) => ['09:30', '10:30', '11:30'].map((time) => `${day}T${time}:00`));
  assert.equal(nextDates(hours, 1), ['2024-03-31T09:30:00']);
  assert.equal(findGaps(hours), []);
});

test('whether a series keeps a spacing', () => {
  const hours = Array.from({ length: 60 }, (_, i) => new Date(Date.UTC(2024, 0, 1, i)).toISOString());
  const thirdFridays = ['2024-01-19', '2024-02-16', '2024-03-15', '2024-04-19', '2024-05-17'];
  const series = { hours, days: days('2024-01-01', 60), weekdays: weekdays('2024-01-01', 60), weeks: days('2024-01-01', 20, 7), thirdFridays, session };
  const kept = Object.fromEntries(Object.entries(series).map(([name, own]) => [name, Object.keys(series).filter((other) => spacingShare(series[other as keyof typeof series], inferSpacing(own)) >= LEAST_SHARE)]));
  assert.equal(kept, {
    hours: ['hours', 'session'], days: ['days', 'weekdays'], weekdays: ['days', 'weekdays'], weeks: ['weeks'], thirdFridays: ['thirdFridays'], session: ['hours', 'session'],
  });
  assert.is(spacingShare(['2024-01-01', '2024-02-01', '2024-03-01'], { unit: 'days', count: 1 }), 1);
});

test('a spacing that nobody could follow is refused', async () => {
  const dates = days('2024-07-01', 5);
  for (const bad of [
    { unit: 'days', count: 0 }, { unit: 'days', count: 1.5 }, { unit: 'days' }, { unit: 'weeks', count: 1 }, { unit: 'months', count: 1, day: 'first' }, { unit: 'months', count: NaN, day: 'same' },
    { unit: 'time', milliseconds: 0 }, { unit: 'time', milliseconds: Infinity }, { unit: 'businessDays', open: [] }, { unit: 'businessDays', open: [7] }, { unit: 'businessDays', open: [2, 1] }, { unit: 'businessDays', open: [0.5] },
    { unit: 'session', milliseconds: 1, times: [] }, { unit: 'session', milliseconds: 1, times: [90_000_000] }, { unit: 'session', milliseconds: 1, times: 'all' }, {}, 1, null,
  ]) {
    const error = await thrown(ArgumentError, () => nextDates(dates, 1, { spacing: bad as Spacing, holidays: ['2024-07-05'] }));
    assert.is(error.argument, 'spacing', JSON.stringify(bad));
  }
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

test('months that end stay at the end: 30 is followed by 31, and the last weekday by the last weekday', () => {
  assert.equal(nextDates(['2024-02-29', '2024-03-31', '2024-04-30'], 3), ['2024-05-31', '2024-06-30', '2024-07-31']);
  assert.equal(nextDates(['2023-09-30', '2023-12-31', '2024-03-31', '2024-06-30'], 2), ['2024-09-30', '2024-12-31']);
  assert.equal(nextDates(['2024-12-31', '2025-01-31', '2025-02-28'], 1), ['2025-03-31']);
  const weekday = ['2024-05-31', '2024-06-28', '2024-07-31', '2024-08-30'];
  assert.equal(inferSpacing(weekday), { unit: 'months', count: 1, day: 'lastWeekday' });
  assert.equal(nextDates(weekday, 3), ['2024-09-30', '2024-10-31', '2024-11-29']);
  // The 29th of every month is no end of month
  assert.equal(nextDates(['2023-12-29', '2024-01-29', '2024-02-29'], 2), ['2024-03-29', '2024-04-29']);
  assert.equal(nextDates(['2024-04-30T16:00:00-04:00', '2024-05-31T16:00:00-04:00', '2024-06-30T16:00:00-04:00'], 1), ['2024-07-31T16:00:00-04:00']);
});

test('a rare Saturday is no seven-day calendar, and neither is a rare Sunday; two days in seven are', () => {
  const dates = weekdays('2024-01-01', 120);
  for (const rare of ['2024-03-02', '2024-03-03']) {
    const open = [...dates, rare].sort();
    assert.equal(inferSpacing(open), { unit: 'businessDays' });
    assert.equal(nextDates(open, 1), ['2024-04-30']);
    assert.equal(findGaps(open), []);
  }
  assert.equal(inferSpacing(days('2024-01-01', 120)), { unit: 'days', count: 1 });
  assert.equal(nextDates(days('2024-07-01', 26), 2), ['2024-07-27', '2024-07-28']);
});

/** Hours of a New York clock with its offsets, from a UTC instant in March or November 2024 on. */
function newYorkHours(from: string, hours: number): string[] {
  const change = { '2024-03': Date.UTC(2024, 2, 10, 7), '2024-11': Date.UTC(2024, 10, 3, 6) }[from.slice(0, 7)] ?? NaN;
  return Array.from({ length: hours }, (_, i) => {
    const time = Date.parse(from) + i * 3_600_000;
    const offset = (time < change) === from.startsWith('2024-03') ? -5 : -4;
    return `${new Date(time + offset * 3_600_000).toISOString().slice(0, 19)}-0${-offset}:00`;
  });
}

test('round the clock, neither change of the clock is a gap', () => {
  for (const [start, next] of [['2024-03-09T12:00:00Z', '2024-03-11T08:00:00-04:00'], ['2024-11-02T12:00:00Z', '2024-11-04T07:00:00-05:00']] as const) {
    const hours = newYorkHours(start, 48);
    assert.is(new Set(hours.map((hour) => hour.slice(-6))).size, 2);
    assert.equal(findGaps(hours), []);
    assert.equal(inferSpacing(hours), { unit: 'time', milliseconds: 3_600_000 });
    assert.equal(nextDates(hours, 1), [next]);
    assert.equal(findGaps(hours.filter((_, i) => i !== 19)).map(({ missing }) => missing), [1]);
  }
});

test('trading hours go over the change of the clock: the wall clock stays, and with the zone the offset moves', () => {
  const before = weekdays('2024-03-04', 5).flatMap((day) => ['09:30', '10:30', '11:30'].map((time) => `${day}T${time}:00-05:00`));
  const after = weekdays('2024-03-11', 2).flatMap((day) => ['09:30', '10:30', '11:30'].map((time) => `${day}T${time}:00-04:00`));
  assert.equal(findGaps([...before, ...after]), []);
  assert.equal(inferSpacing([...before, ...after]).unit, 'session');
  assert.equal(nextDates(before, 2), ['2024-03-11T09:30:00-05:00', '2024-03-11T10:30:00-05:00']);
  assert.equal(nextDates(before, 2, { timeZone: 'America/New_York' }), ['2024-03-11T09:30:00-04:00', '2024-03-11T10:30:00-04:00']);
});

test('with the zone, generated hours show what its clock shows, skipped and repeated hours too', () => {
  const zone = { timeZone: 'America/New_York' };
  assert.equal(nextDates(['2024-03-09T23:00:00-05:00', '2024-03-10T00:00:00-05:00', '2024-03-10T01:00:00-05:00'], 2, zone), ['2024-03-10T03:00:00-04:00', '2024-03-10T04:00:00-04:00']);
  assert.equal(nextDates(['2024-11-02T23:00:00-04:00', '2024-11-03T00:00:00-04:00', '2024-11-03T01:00:00-04:00'], 2, zone), ['2024-11-03T01:00:00-05:00', '2024-11-03T02:00:00-05:00']);
  // Daily at 02:30: on the day of the change that clock does not exist
  assert.equal(nextDates(['2024-03-07T02:30:00-05:00', '2024-03-08T02:30:00-05:00', '2024-03-09T02:30:00-05:00'], 2, zone), ['2024-03-10T02:30:00-05:00', '2024-03-11T02:30:00-04:00']);
  assert.equal(nextDates(['2024-10-31T01:30:00-04:00', '2024-11-01T01:30:00-04:00', '2024-11-02T01:30:00-04:00'], 2, zone), ['2024-11-03T01:30:00-04:00', '2024-11-04T01:30:00-05:00']);
  // Days have no clock
  assert.equal(nextDates(['2024-03-09', '2024-03-10', '2024-03-11'], 1, zone), ['2024-03-12']);
});

test('steps below a millisecond', () => {
  const fine = ['2024-01-02T00:00:00.000250Z', '2024-01-02T00:00:00.000500Z', '2024-01-02T00:00:00.000750Z'];
  assert.equal(nextDates(fine, 2), ['2024-01-02T00:00:00.001Z', '2024-01-02T00:00:00.001250Z']);
  assert.equal(findGaps(fine), []);
  const ticks = ['989', '990', '991'].map((end) => `2024-01-02T00:00:00.000999${end}Z`);
  assert.equal(findGaps([...ticks, '2024-01-02T00:00:00.000999994Z']).map(({ missing }) => missing), [2]);
  assert.equal(nextDates(['997', '998', '999'].map((end) => `2024-01-02T00:00:00.000999${end}Z`), 2), ['2024-01-02T00:00:00.001Z', '2024-01-02T00:00:00.001000001Z']);
});

test('wrong input is refused by name', async () => {
  await thrown(ArgumentError, () => nextBusinessDays('26/07/2024', 1));
  await thrown(ArgumentError, () => nextBusinessDays('2024-07-26', -1));
  await thrown(ArgumentError, () => nextDates(['2024-07-26', '2024-07-27', '2024-07-28'], 1, { timeZone: 'New York' }));
  await thrown(ArgumentError, () => nextDates(['2024-07-26', '2024-07-27', '2024-07-28'], 1, { zone: 'UTC' } as object));
  await thrown(DataError, () => nextDates(['2024-07-26', '2024-07-27'], 1));
  await thrown(DataError, () => inferSpacing(['2024-07-26', '2024-07-26', '2024-07-26']));
});

test.run();
