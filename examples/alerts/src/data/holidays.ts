/** Days on which the New York Stock Exchange stays closed or closes at 13:00, by its rules (holidays since Juneteenth 2022), and the days of mourning and storm. */
import { addDays, weekday } from './newYork.js';
import type { Day } from './newYork.js';

const SPECIAL: Readonly<Record<Day, string>> = {
  '2001-09-11': 'attacks of September 11', '2001-09-12': 'attacks of September 11', '2001-09-13': 'attacks of September 11', '2001-09-14': 'attacks of September 11',
  '2004-06-11': 'mourning for President Reagan', '2007-01-02': 'mourning for President Ford', '2012-10-29': 'Hurricane Sandy', '2012-10-30': 'Hurricane Sandy',
  '2018-12-05': 'mourning for President Bush', '2025-01-09': 'mourning for President Carter',
};

function date(year: number, month: number, day: number): Day {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** The nth such weekday of a month; the last for n = −1. */
function nth(year: number, month: number, day: number, n: number): Day {
  if (n < 0) {
    const last = date(year, month + 1, 0);
    return addDays(last, -((weekday(last) - day + 7) % 7));
  }
  const first = date(year, month, 1);
  return addDays(first, ((day - weekday(first) + 7) % 7) + 7 * (n - 1));
}

/** Sunday after the first full moon of spring (Meeus, Astronomical Algorithms, chapter 8). */
function easter(year: number): Day {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return date(year, Math.floor(n / 31), (n % 31) + 1);
}

/** A holiday on a Saturday is kept on Friday, one on a Sunday on Monday. */
function observed(day: Day): Day {
  return addDays(day, { 6: -1, 0: 1 }[weekday(day)] ?? 0);
}

function closings(year: number): Readonly<Record<Day, string>> {
  const newYear = date(year, 1, 1);
  return {
    // On a Saturday it is not kept: the last day of the year's books stays open.
    ...(weekday(newYear) === 6 ? {} : { [observed(newYear)]: 'New Year’s Day' }),
    [nth(year, 1, 1, 3)]: 'Martin Luther King Day', [nth(year, 2, 1, 3)]: 'Presidents’ Day', [addDays(easter(year), -2)]: 'Good Friday',
    [nth(year, 5, 1, -1)]: 'Memorial Day', ...(year >= 2022 ? { [observed(date(year, 6, 19))]: 'Juneteenth' } : {}),
    [observed(date(year, 7, 4))]: 'Independence Day', [nth(year, 9, 1, 1)]: 'Labor Day', [nth(year, 11, 4, 4)]: 'Thanksgiving', [observed(date(year, 12, 25))]: 'Christmas',
  };
}

/** Why there is no session on a day; undefined where there is one. */
export function closedFor(day: Day): string | undefined {
  if ([0, 6].includes(weekday(day))) return 'weekend';
  return SPECIAL[day] ?? closings(Number(day.slice(0, 4)))[day];
}

/** Why a session ends at 13:00; undefined where it does not. */
export function shortFor(day: Day): string | undefined {
  const year = Number(day.slice(0, 4));
  if (closedFor(day) !== undefined) return undefined;
  if (day === addDays(nth(year, 11, 4, 4), 1)) return 'the day after Thanksgiving';
  if (day === date(year, 12, 24)) return 'Christmas Eve';
  return day === date(year, 7, 3) ? 'the day before Independence Day' : undefined;
}
