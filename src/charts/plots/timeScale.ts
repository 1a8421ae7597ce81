/** Scale for instants in milliseconds since 1970, read in UTC so that a report is the same in every time zone. */
import { ArgumentError } from '../../errors.js';
import { linearScale } from './scale.js';
import type { Interval, Scale, Tick } from './scale.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1970-01-05 was the first Monday: weekly ticks fall on Mondays. */
const MONDAY = 4 * DAY;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

type Step =
  | { readonly unit: 'clock' | 'day'; readonly length: number }
  | { readonly unit: 'month'; readonly months: number };

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n): Step => ({ unit: 'clock', length: n })),
  ...[1, 2, 5, 10, 30].map((n): Step => ({ unit: 'clock', length: n * SECOND })),
  ...[1, 2, 5, 10, 30].map((n): Step => ({ unit: 'clock', length: n * MINUTE })),
  ...[1, 3, 6, 12].map((n): Step => ({ unit: 'clock', length: n * HOUR })),
  ...[1, 2, 7, 14].map((n): Step => ({ unit: 'day', length: n * DAY })),
  ...[1, 3, 6].map((n): Step => ({ unit: 'month', months: n })),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000].map((n): Step => ({ unit: 'month', months: 12 * n })),
];

/** `5 Mar 2021`, with `14:30` behind it where the time of day says something. */
export function formatDate(time: number, withClock = false): string {
  if (!Number.isFinite(new Date(time).getTime())) return 'n/a';
  const date = new Date(time);
  const day = `${date.getUTCDate()} ${month(date)} ${date.getUTCFullYear()}`;
  return withClock ? `${day} ${clock(date, MINUTE)}` : day;
}

/** Ticks at whole years, quarters, months, Mondays, days, hours, minutes, seconds or milliseconds: at most about `count`. */
export function timeTicks([low, high]: Interval, count: number): Tick[] {
  const span = high - low;
  const step = STEPS.find((s) => span / stepLength(s) <= Math.max(1, count)) ?? { unit: 'month' as const, months: 12_000_000 };
  const values = step.unit === 'month' ? monthTicks(low, high, step.months) : evenTicks(low, high, step.length);
  let context = '';
  return values.map((value) => {
    const date = new Date(value);
    const [label, under] = words(date, step);
    const changed = under !== context;
    context = under;
    return changed && under !== '' ? { value, label, context: under } : { value, label };
  });
}

/** Time runs evenly; the domain and all values are milliseconds since 1970. */
export function timeScale(domain: Interval, range: Interval): Scale {
  if (domain[0] < domain[1] && domain.every((time) => Number.isFinite(new Date(time).getTime()))) {
    const even = linearScale(domain, range);
    const intraday = domain[1] - domain[0] < 10 * DAY;
    return { kind: 'time', domain, range, map: (time) => even.map(time), ticks: (count) => timeTicks(domain, count), format: (time) => formatDate(time, intraday) };
  }
  throw new ArgumentError({ operation: 'timeScale', argument: 'domain', expected: 'two increasing dates', actual: `[${domain.join(', ')}]` });
}

function stepLength(step: Step): number {
  return step.unit === 'month' ? step.months * 30.44 * DAY : step.length;
}

function evenTicks(low: number, high: number, length: number): number[] {
  const offset = length >= 7 * DAY ? MONDAY : 0;
  const ticks: number[] = [];
  for (let t = Math.ceil((low - offset) / length) * length + offset; t <= high; t += length) ticks.push(t);
  return ticks;
}

function monthTicks(low: number, high: number, months: number): number[] {
  const start = new Date(low);
  const ticks: number[] = [];
  const first = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (let m = first; ; m += months) {
    // setUTCFullYear, since Date.UTC takes the years 0–99 for 1900–1999.
    const time = new Date(0).setUTCFullYear(Math.floor(m / 12), ((m % 12) + 12) % 12, 1);
    if (!(time <= high) && m > first) return ticks; // the first may lie before the first date there is
    if (time >= low) ticks.push(time);
  }
}

/** Label and the context under it. */
function words(date: Date, step: Step): readonly [string, string] {
  if (step.unit === 'clock') return [clock(date, step.length), formatDate(date.getTime())];
  const year = String(date.getUTCFullYear());
  if (step.unit === 'month') return step.months >= 12 ? [year, ''] : [month(date), year];
  return [`${date.getUTCDate()} ${month(date)}`, year];
}

function month(date: Date): string {
  return MONTHS[date.getUTCMonth()] ?? '';
}

/** The time of day, as fine as steps of `step` milliseconds need it; counted from the end, since years may have more than four digits. */
function clock(date: Date, step: number): string {
  return date.toISOString().slice(-13, step < SECOND ? -1 : step < MINUTE ? -5 : -8);
}
