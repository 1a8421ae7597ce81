/**
 * Dates that follow, and dates that are missing, in a series of ISO dates.
 *
 * All arithmetic is on the wall-clock part (`2024-02-02T09:30:00`); an offset such as `-05:00` is carried along
 * unchanged, so a change to daylight-saving time shows only in the offset of generated dates. Holidays are unknown here: a
 * single missing weekday counts as one, two in a row as a gap.
 */
import { ArgumentError, DataError } from '../../errors.js';
import { requireCount } from '../../checks.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** The regular distance between neighbouring dates. */
export type Spacing =
  | { readonly unit: 'businessDays' }
  | { readonly unit: 'days'; readonly count: number }
  /** `monthEnd`: every date is the last of its month. */
  | { readonly unit: 'months'; readonly count: number; readonly monthEnd: boolean }
  /** Round the clock, every `milliseconds`. */
  | { readonly unit: 'time'; readonly milliseconds: number }
  /** Business days with trading hours: `times` of the day in milliseconds, ascending. */
  | { readonly unit: 'session'; readonly milliseconds: number; readonly times: readonly number[] };

/** Dates missing between two neighbours of a series. */
export interface Gap {
  readonly after: string;
  readonly before: string;
  /** Steps that the spacing would have had in between. */
  readonly missing: number;
}

interface Wall {
  /** Wall clock as if it were UTC. */
  readonly time: number;
  readonly hasTime: boolean;
  readonly offset: string;
}

function parseIso(operation: string, date: string): Wall {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/.exec(date);
  const time = match ? Date.parse(`${match[1]}T${match[2] ?? '00:00'}Z`) : NaN;
  if (!match || Number.isNaN(time)) {
    throw new ArgumentError({ operation, argument: 'date', expected: 'an ISO date such as 2024-07-26 or 2024-07-26T09:30:00', actual: `'${date}'` });
  }
  return { time, hasTime: match[2] !== undefined, offset: match[3] ?? '' };
}

function formatIso(time: number, like: Wall): string {
  const iso = new Date(time).toISOString();
  return like.hasTime ? `${iso.slice(0, time % 1000 === 0 ? 19 : 23)}${like.offset}` : iso.slice(0, 10);
}

function dayOf(time: number): number {
  return Math.floor(time / DAY) * DAY;
}

function isWeekend(time: number): boolean {
  const day = new Date(time).getUTCDay();
  return day === 0 || day === 6;
}

function nextWeekday(time: number): number {
  let next = time + DAY;
  while (isWeekend(next)) next += DAY;
  return next;
}

function weekdaysBetween(from: number, to: number): number {
  let count = 0;
  for (let day = nextWeekday(dayOf(from)); day < dayOf(to); day = nextWeekday(day)) count++;
  return count;
}

function monthNumber(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function isMonthEnd(time: number): boolean {
  return new Date(time + DAY).getUTCDate() === 1;
}

function addMonths(time: number, months: number, monthEnd: boolean): number {
  const date = new Date(time);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
  const day = monthEnd ? lastDay : Math.min(date.getUTCDate(), lastDay);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, day) + (time - dayOf(time));
}

/**
 * The spacing of a series, from the median distance of neighbours.
 *
 * @param dates ISO dates, ascending, at least three.
 */
export function inferSpacing(dates: readonly string[]): Spacing {
  const operation = 'inferSpacing';
  const times = dates.map((date) => parseIso(operation, date).time);
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? NaN)).filter((delta) => delta > 0).sort((a, b) => a - b);
  const median = steps[Math.floor(steps.length / 2)];
  if (dates.length < 3 || median === undefined) {
    throw new DataError({ operation, argument: 'dates', expected: 'at least three different dates', actual: `${dates.length}`, hint: 'The spacing of a series cannot be told from fewer.' });
  }
  if (median < DAY) return intradaySpacing(times, median);
  const days = Math.round(median / DAY);
  if (days >= 28) return { unit: 'months', count: Math.max(1, Math.round(median / (30.44 * DAY))), monthEnd: times.every(isMonthEnd) };
  // Exchanges open on a rare Saturday; a real seven-day series has two days in seven.
  const weekends = times.filter(isWeekend).length / times.length;
  return days === 1 && weekends < 0.05 ? { unit: 'businessDays' } : { unit: 'days', count: days };
}

function intradaySpacing(times: readonly number[], milliseconds: number): Spacing {
  const overnight = times.slice(1).filter((time, i) => dayOf(time) !== dayOf(times[i] ?? NaN)).length;
  const seamless = times.slice(1).filter((time, i) => dayOf(time) !== dayOf(times[i] ?? NaN) && time - (times[i] ?? NaN) === milliseconds).length;
  if (2 * seamless >= overnight) return { unit: 'time', milliseconds };
  const days = [...new Set(times.map(dayOf))].slice(-5);
  const recent = times.filter((time) => time >= (days[0] ?? 0));
  return { unit: 'session', milliseconds, times: [...new Set(recent.map((time) => time - dayOf(time)))].sort((a, b) => a - b) };
}

function advance(time: number, spacing: Spacing): number {
  switch (spacing.unit) {
    case 'businessDays': return nextWeekday(time);
    case 'days': return time + spacing.count * DAY;
    case 'months': return addMonths(time, spacing.count, spacing.monthEnd);
    case 'time': return time + spacing.milliseconds;
    case 'session': {
      const later = spacing.times.find((clock) => clock > time - dayOf(time));
      return later === undefined ? nextWeekday(dayOf(time)) + (spacing.times[0] ?? 0) : dayOf(time) + later;
    }
  }
}

/** The n weekdays (Monday to Friday) after a date, ISO, time and offset kept. */
export function nextBusinessDays(date: string, n: number): string[] {
  return follow('nextBusinessDays', date, n, { unit: 'businessDays' });
}

/** The n dates after the last one, at the spacing of the series: business days, days, weeks, months, hours, sessions. */
export function nextDates(dates: readonly string[], n: number): string[] {
  return follow('nextDates', dates[dates.length - 1] ?? '', n, inferSpacing(dates));
}

function follow(operation: string, date: string, n: number, spacing: Spacing): string[] {
  requireCount(operation, 'n', n, 0);
  const start = parseIso(operation, date);
  const out: string[] = [];
  let time = start.time;
  for (let k = 1; k <= n; k++) {
    // Months are counted from the start, so that January 31 is followed by February 28 and then March 31.
    time = spacing.unit === 'months' ? addMonths(start.time, k * spacing.count, spacing.monthEnd) : advance(time, spacing);
    out.push(formatIso(time, start));
  }
  return out;
}

function missingBetween(from: number, to: number, spacing: Spacing): number {
  switch (spacing.unit) {
    case 'businessDays': return atLeastTwo(weekdaysBetween(from, to));
    case 'days': return Math.round((to - from) / (spacing.count * DAY)) - 1;
    case 'months': return Math.round((monthNumber(to) - monthNumber(from)) / spacing.count) - 1;
    case 'time': return Math.round((to - from) / spacing.milliseconds) - 1;
    case 'session': return dayOf(from) === dayOf(to)
      ? Math.round((to - from) / spacing.milliseconds) - 1
      : atLeastTwo(weekdaysBetween(from, to)) * spacing.times.length;
  }
}

/** One weekday without a price is a holiday. */
function atLeastTwo(weekdays: number): number {
  return weekdays >= 2 ? weekdays : 0;
}

/** Where a series misses dates of its own spacing. @param dates ISO dates, ascending; fewer than three have no gaps. */
export function findGaps(dates: readonly string[]): Gap[] {
  if (new Set(dates).size < 3) return [];
  const spacing = inferSpacing(dates);
  const times = dates.map((date) => parseIso('findGaps', date).time);
  return dates.slice(1).flatMap((before, i) => {
    const missing = missingBetween(times[i] ?? NaN, times[i + 1] ?? NaN, spacing);
    return missing > 0 ? [{ after: dates[i] ?? '', before, missing }] : [];
  });
}
