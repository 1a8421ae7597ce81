/**
 * Dates that follow, and dates that are missing, in a series of ISO dates.
 *
 * Days, months and trading hours are counted on the wall clock (`2024-02-02T09:30:00`), whatever the offset; round the clock,
 * hours are counted between instants, so that neither change to or from daylight-saving time is a gap. Weekdays without rows, such as the
 * Sundays of a shop, are no gaps and are not gone on with. Holidays are unknown here: a single missing day counts as one, two in a row as a gap.
 */
import { ArgumentError, DataError } from '../../errors.js';
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { formatOffset } from './dateFormats.js';
import { requireSpacing } from './spacing.js';
import type { Spacing } from './spacing.js';
import { offsetsOf, timeZone as zoneNamed } from './timeZone.js';
import type { TimeZone } from './timeZone.js';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const MONDAY_TO_FRIDAY: readonly number[] = [1, 2, 3, 4, 5];

/** Dates missing between two neighbours of a series. */
export interface Gap {
  readonly after: string;
  readonly before: string;
  /** Steps that the spacing would have had in between. */
  readonly missing: number;
}

interface Wall {
  /** Wall clock as if it were UTC, in whole milliseconds. */
  readonly time: number;
  /** Milliseconds below one on top: a float64 holds no date to the nanosecond. */
  readonly rest: number;
  readonly hasTime: boolean;
  /** As written: `Z`, `-05:00`, or nothing. */
  readonly offset: string;
  /** Whole milliseconds since 1970 UTC, as far as the offset tells. */
  readonly instant: number;
}

function parseIso(operation: string, date: string): Wall {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : NaN;
  if (!Number.isNaN(midnight)) return { time: midnight, rest: 0, hasTime: false, offset: '', instant: midnight };
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2}(?::\d{2})?)?)?$/.exec(date);
  const [, day = '', clock, offset = ''] = (match ?? []) as readonly (string | undefined)[];
  const fraction = clock?.slice(9) ?? '';
  const nanos = fraction === '' ? 0 : Number(fraction.padEnd(9, '0'));
  const time = Date.parse(`${day}T${clock?.slice(0, 8) ?? '00:00'}Z`) + Math.floor(nanos / 1e6);
  if (!match || Number.isNaN(time)) {
    throw new ArgumentError({ operation, argument: 'date', expected: 'an ISO date such as 2024-07-26 or 2024-07-26T09:30:00', actual: `'${String(date)}'` });
  }
  const [hours = 0, minutes = 0, seconds = 0] = offset.length > 1 ? offset.slice(1).split(':').map(Number) : [];
  const ahead = (offset.startsWith('-') ? -1000 : 1000) * ((hours * 60 + minutes) * 60 + seconds);
  return { time, rest: (nanos % 1e6) / 1e6, hasTime: clock !== undefined, offset, instant: time - ahead };
}

/** @param rest milliseconds on top of whole ones. @param offset as it shall be written. */
function formatIso(whole: number, rest: number, hasTime: boolean, offset: string): string {
  const nanos = Math.round(rest * 1e6);
  const time = whole + Math.floor(nanos / 1e6);
  const iso = new Date(time).toISOString();
  if (!hasTime) return iso.slice(0, 10);
  const finer = nanos % 1e6 === 0 ? '' : String(nanos % 1e6).padStart(6, '0').replace(/0{3}$/, '');
  return `${iso.slice(0, finer === '' && time % 1000 === 0 ? 19 : 23)}${finer}${offset}`;
}

function dayOf(time: number): number {
  return Math.floor(time / DAY) * DAY;
}

function isWeekend(time: number): boolean {
  return !MONDAY_TO_FRIDAY.includes(weekdayOf(time));
}

function weekdayOf(time: number): number {
  return new Date(time).getUTCDay();
}

function nextOpenDay(time: number, open = MONDAY_TO_FRIDAY): number {
  let next = time + DAY;
  while (!open.includes(weekdayOf(next))) next += DAY;
  return next;
}

function openDaysBetween(from: number, to: number, open?: readonly number[]): number {
  let count = 0;
  for (let day = nextOpenDay(dayOf(from), open); day < dayOf(to); day = nextOpenDay(day, open)) count++;
  return count;
}

function monthNumber(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function lastDayOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
}

function lastWeekdayOf(time: number): number {
  let day = lastDayOf(time);
  while (isWeekend(day)) day -= DAY;
  return day;
}

function addMonths(time: number, months: number, day: 'same' | 'last' | 'lastWeekday'): number {
  const date = new Date(time);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
  const same = Math.min(first + (date.getUTCDate() - 1) * DAY, lastDayOf(first));
  return (day === 'last' ? lastDayOf(first) : day === 'lastWeekday' ? lastWeekdayOf(first) : same) + (time - dayOf(time));
}

/**
 * The spacing of a series, from the median distance of neighbours.
 *
 * @param dates ISO dates, ascending, at least three.
 */
export function inferSpacing(dates: readonly string[]): Spacing {
  return spacingOf('inferSpacing', dates.map((date) => parseIso('inferSpacing', date)));
}

/** Weeks after which a weekday without a row is one that never has any. */
const WEEKS = 3;

function spacingOf(operation: string, walls: readonly Wall[]): Spacing {
  const instants = medianStep(walls);
  if (walls.length < 3 || instants === undefined) {
    throw new DataError({ operation, argument: 'dates', expected: 'at least three different dates', actual: `${walls.length}`, hint: 'The spacing of a series cannot be told from fewer.' });
  }
  if (instants < 0.9 * DAY) return intradaySpacing(walls, instants);
  const times = walls.map(({ time }) => time);
  const days = Math.round(instants / DAY);
  if (days >= 28) {
    const all = (last: (time: number) => number): boolean => times.every((time) => last(time) === dayOf(time));
    return { unit: 'months', count: Math.max(1, Math.round(instants / (30.44 * DAY))), day: all(lastDayOf) ? 'last' : all(lastWeekdayOf) ? 'lastWeekday' : 'same' };
  }
  // Exchanges open on a rare Saturday; a real seven-day series has two days in seven.
  const weekends = times.filter(isWeekend).length / times.length;
  if (days === 1 && weekends < 0.05) return { unit: 'businessDays' };
  const open = openWeekdays(times);
  return open ? { unit: 'businessDays', open } : { unit: 'days', count: days };
}

/** The weekdays that have rows, where all others went by without one often enough, and each row but a few stands on the next of them. */
function openWeekdays(times: readonly number[]): number[] | undefined {
  const days = [...new Set(times.map(dayOf))];
  const open = [...new Set(days.map(weekdayOf))].sort((a, b) => a - b);
  const [first = 0, last = 0] = [days[0], days.at(-1)];
  const weeks = Math.floor((last - first) / (7 * DAY));
  if (open.length < 2 || open.length > 6 || weeks < WEEKS) return undefined;
  const regular = days.slice(1).filter((day, i) => nextOpenDay(days[i] ?? day, open) === day).length;
  return regular >= 0.9 * (days.length - 1) ? open : undefined;
}

/** Milliseconds from one instant to another. */
function between(from: Wall, to: Wall): number {
  return to.instant - from.instant + (to.rest - from.rest);
}

/** Median of the distances above 0; undefined where there is none. */
function medianStep(walls: readonly Wall[]): number | undefined {
  const steps = walls.slice(1).map((wall, i) => between(walls[i] ?? wall, wall)).filter((delta) => delta > 0).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}

function intradaySpacing(walls: readonly Wall[], milliseconds: number): Spacing {
  const overnight = walls.slice(1).flatMap((wall, i) => {
    const before = walls[i] ?? wall;
    return dayOf(wall.time) === dayOf(before.time) ? [] : [between(before, wall)];
  });
  if (2 * overnight.filter((step) => step === milliseconds).length >= overnight.length) return { unit: 'time', milliseconds };
  const days = [...new Set(walls.map(({ time }) => dayOf(time)))].slice(-5);
  const recent = walls.map(({ time }) => time).filter((time) => time >= (days[0] ?? 0));
  const open = walls.some(({ time }) => isWeekend(time)) ? openWeekdays(walls.map(({ time }) => time)) : undefined;
  return { unit: 'session', milliseconds, times: [...new Set(recent.map((time) => time - dayOf(time)))].sort((a, b) => a - b), ...(open && { open }) };
}

function advance(time: number, spacing: Exclude<Spacing, { unit: 'months' | 'time' }>): number {
  switch (spacing.unit) {
    case 'businessDays': return nextOpenDay(time, spacing.open);
    case 'days': return time + spacing.count * DAY;
    case 'session': {
      const later = spacing.times.find((clock) => clock > time - dayOf(time));
      return later === undefined ? nextOpenDay(dayOf(time), spacing.open) + (spacing.times[0] ?? 0) : dayOf(time) + later;
    }
  }
}

/** The n weekdays (Monday to Friday) after a date, ISO, time and offset kept. */
export function nextBusinessDays(date: string, n: number): string[] {
  return follow('nextBusinessDays', parseIso('nextBusinessDays', date), n, { unit: 'businessDays' });
}

export interface NextDatesOptions {
  /** IANA name: generated dates get the offset that its clock has then. By default they keep the last offset of the series. */
  readonly timeZone?: string | undefined;
  /** The distance between dates; by default that of the series, which then needs three dates. */
  readonly spacing?: Spacing | undefined;
  /** ISO days that are left out: no trade, no row. None by default. */
  readonly holidays?: readonly string[] | undefined;
}

const nextNames: OptionNames<NextDatesOptions> = { timeZone: true, spacing: true, holidays: true };

/** @throws ArgumentError unless all are ISO days. */
export function holidaySet(operation: string, holidays: readonly string[] = []): ReadonlySet<string> {
  const given: unknown = holidays;
  const bad: unknown = Array.isArray(given) ? given.find((day) => typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) : given;
  if (bad === undefined) return new Set(holidays);
  throw new ArgumentError({ operation, argument: 'holidays', expected: 'a list of ISO days such as 2024-12-25', actual: JSON.stringify(bad) ?? 'nothing' });
}

/**
 * The n dates after the last one, at the spacing of the series: business days, days, weeks, months, hours, sessions.
 *
 * With `timeZone`, a time that the clock skips in spring is written with the offset before the change, the same instant; a time that it
 * shows twice in autumn is the first.
 */
export function nextDates(dates: readonly string[], n: number, options: NextDatesOptions = {}): string[] {
  const { timeZone, spacing, holidays } = checkOptions('nextDates', options, nextNames);
  if (spacing !== undefined) requireSpacing('nextDates', 'spacing', spacing);
  const walls = (spacing ? dates.slice(-1) : dates).map((date) => parseIso('nextDates', date));
  const own = spacing ?? spacingOf('nextDates', walls);
  const [last] = walls.slice(-1);
  if (!last) throw new DataError({ operation: 'nextDates', argument: 'dates', expected: 'at least one date', actual: 'none' });
  return follow('nextDates', last, n, own, { zone: timeZone === undefined ? undefined : zoneNamed('nextDates', timeZone), holidays: holidaySet('nextDates', holidays) });
}

function follow(operation: string, start: Wall, n: number, spacing: Spacing, { zone, holidays }: { zone?: TimeZone | undefined; holidays?: ReadonlySet<string> } = {}): string[] {
  requireCount(operation, 'n', n, 0);
  const out: string[] = [];
  let time = start.time;
  for (let k = 1; out.length < n; k++) {
    // Steps and months are counted from the start: January 31 is followed by February 28 and then March 31.
    const step = spacing.unit === 'time' ? k * spacing.milliseconds + start.rest : start.rest;
    if (spacing.unit === 'time') time = start.time + Math.floor(step);
    else if (spacing.unit === 'months') time = addMonths(start.time, k * spacing.count, spacing.day);
    else time = advance(time, spacing);
    if (holidays?.has(formatIso(dayOf(time), 0, false, ''))) continue;
    const rest = step - Math.floor(step);
    if (!zone || !start.offset) {
      out.push(formatIso(time, rest, start.hasTime, start.offset));
      continue;
    }
    // Round the clock the instant is known, else what the clock of the zone shows.
    const instant = start.instant + (time - start.time);
    const offset = spacing.unit === 'time' ? zone.offsetAt(instant) : offsetsOf(time, zone)[0] ?? zone.offsetAt(time - DAY);
    out.push(formatIso(spacing.unit === 'time' ? instant + offset : time, rest, true, formatOffset(offset)));
  }
  return out;
}

function missingBetween(from: Wall, to: Wall, spacing: Spacing): number {
  switch (spacing.unit) {
    case 'businessDays': return atLeastTwo(openDaysBetween(from.time, to.time, spacing.open));
    case 'days': return Math.round((to.time - from.time) / (spacing.count * DAY)) - 1;
    case 'months': return Math.round((monthNumber(to.time) - monthNumber(from.time)) / spacing.count) - 1;
    case 'time': return Math.round(between(from, to) / spacing.milliseconds) - 1;
    case 'session': return dayOf(from.time) === dayOf(to.time)
      ? Math.round((to.time - from.time) / spacing.milliseconds) - 1
      : atLeastTwo(openDaysBetween(from.time, to.time, spacing.open)) * spacing.times.length;
  }
}

/** One weekday without a price is a holiday. */
function atLeastTwo(weekdays: number): number {
  return weekdays >= 2 ? weekdays : 0;
}

/** Where a series misses dates of its own spacing. @param dates ISO dates, ascending; fewer than three have no gaps. */
export function findGaps(dates: readonly string[]): Gap[] {
  if (new Set(dates).size < 3) return [];
  const walls = dates.map((date) => parseIso('findGaps', date));
  const spacing = spacingOf('findGaps', walls);
  return walls.slice(1).flatMap((to, i) => {
    const from = walls[i];
    const missing = from ? missingBetween(from, to, spacing) : 0;
    return missing > 0 ? [{ after: dates[i] ?? '', before: dates[i + 1] ?? '', missing }] : [];
  });
}

/** The first place where a series misses dates of a spacing that is known, other than holidays. @param dates ISO dates, ascending. */
export function gapAmong(dates: readonly string[], spacing: Spacing, holidays?: readonly string[]): Gap | undefined {
  const operation = 'gapAmong';
  const left = holidaySet(operation, holidays);
  const at = ({ time, instant }: Wall): number => (spacing.unit === 'time' ? instant : time);
  const walls = dates.map((date) => parseIso(operation, date));
  for (const [i, to] of walls.slice(1).entries()) {
    const from = walls[i] ?? to;
    const missing = missingBetween(from, to, spacing);
    if (missing <= 0) continue;
    const [next = ''] = follow(operation, from, 1, spacing, { holidays: left });
    if (at(parseIso(operation, next)) < at(to)) return { after: dates[i] ?? '', before: dates[i + 1] ?? '', missing };
  }
  return undefined;
}

/** Dates, at the end of a series, that tell whether it keeps a spacing. */
const RECENT = 50;

/**
 * Share of the last steps of a series that are as long as a spacing says; 1 for fewer than three of them. Holidays and gaps leave it near 1: it is near 0 where days
 * are taken for months, or hours for days.
 */
export function spacingShare(dates: readonly string[], spacing: Spacing): number {
  const walls = dates.slice(-RECENT).map((date) => parseIso('spacingShare', date));
  if (walls.length < 4) return 1;
  const kept = walls.slice(1).filter((to, i) => {
    const from = walls[i] ?? to;
    const isSameDay = dayOf(from.time) === dayOf(to.time);
    if (spacing.unit === 'businessDays' && isSameDay) return false;
    if (spacing.unit === 'session' && !isSameDay) return false;
    return missingBetween(from, to, spacing) === 0;
  });
  return kept.length / (walls.length - 1);
}

/** A series of which fewer steps than this share keep a spacing has another one. */
export const LEAST_SHARE = 0.4;
