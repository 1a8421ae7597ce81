/**
 * Dates as people write them in tables, one cell at a time. What a whole column means is settled in dateColumn.ts: a
 * cell such as `01/02/2024` fits two formats, and no cell is asked which one is likelier.
 */
import { nearest } from '../../checks.js';
import { ArgumentError } from '../../errors.js';

/** Formats a cell of text can be read in without being told that it is a date. */
export const TEXT_FORMATS = [
  'YYYY-MM-DD', 'YYYY/MM/DD', 'YYYY.MM.DD', 'YYYY年MM月DD日', 'MM/DD/YYYY', 'DD/MM/YYYY', 'MM-DD-YYYY', 'DD-MM-YYYY', 'DD.MM.YYYY',
  'MM/DD/YY', 'DD/MM/YY', 'YY/MM/DD', 'MM-DD-YY', 'DD-MM-YY', 'YY-MM-DD', 'DD.MM.YY',
  'MMM D YYYY', 'D MMM YYYY', 'D MMM YY', 'YYYY-MM', 'YYYY/MM', 'YYYY年MM月', 'MM/YYYY', 'MMM YYYY', 'YYYY-Q',
] as const;
/** Digits alone are a number until a name or an option says that they are dates. */
export const DIGIT_FORMATS = ['YYYYMMDD', 'YYYYMM', 'YYYY', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'] as const;

/**
 * Formats that `parseDates` knows. Those of days may be followed by T or a blank and a time (`9:30`, `09:30:00.123 AM`, `093000`) and by Z, UTC or
 * an offset such as -05:00. MMM is an English month name, short or long; YY is 1969 to 2068; Q is the quarter in `2024Q1` or
 * `Q1 2024`. `seconds` to `nanoseconds` count from 1970 UTC.
 */
export const DATE_FORMATS = [...TEXT_FORMATS, ...DIGIT_FORMATS] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

export interface ParsedDate {
  /** Whole milliseconds since 1970 UTC; without an offset or a time zone, the wall clock is read as UTC. */
  readonly time: number;
  /** Nanoseconds on top of `time`, below a million; absent when 0. */
  readonly nanos?: number;
  /** `2024-07-26`, or `2024-07-26T09:30:00` with what the text has of fractions and offset. */
  readonly iso: string;
}

/** A date with its parts: what the wall clock shows, and how far that is from UTC. */
export interface DateCell {
  /** Milliseconds that the wall clock would show as UTC. */
  readonly wall: number;
  /** Nanoseconds on top, below a million. */
  readonly nanos: number;
  /** `day`: no time of day. `local`: a time of day without an offset. `instant`: with one. */
  readonly kind: 'day' | 'local' | 'instant';
  /** Milliseconds that the wall clock is ahead of UTC; 0 unless the text says so. */
  readonly offset: number;
}

type Part = 'year' | 'shortYear' | 'month' | 'day' | 'quarter';
interface Pattern {
  readonly regex: RegExp;
  /** What the first groups of the expression are; the groups of the clock follow. */
  readonly parts: readonly Part[];
}

/** Longer cells are no dates; it also bounds the work on a hostile one. */
const LONGEST = 64;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAME = '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?';
const ZONE = '(?: ?(Z|UTC|GMT|(?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?))?';
const CLOCK = `(?:(?:T|,? ) ?(?:(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?: ?([AP]M))?|(\\d{2})(\\d{2})(\\d{2})?)${ZONE})?`;

function day(date: string, ...parts: Part[]): Pattern {
  return { regex: new RegExp(`^${date}${CLOCK}$`, 'i'), parts };
}
function numeric(separator: string, ...parts: Part[]): Pattern {
  return day(parts.map((part) => (part === 'year' ? '(\\d{4})' : part === 'shortYear' ? '(\\d{2})' : '(\\d{1,2})')).join(separator), ...parts);
}
function month(date: string, ...parts: Part[]): Pattern {
  return { regex: new RegExp(`^${date}$`, 'i'), parts };
}

const PATTERNS: Readonly<Record<Exclude<DateFormat, Epoch>, Pattern>> = {
  'YYYY-MM-DD': numeric('-', 'year', 'month', 'day'),
  'YYYY/MM/DD': numeric('/', 'year', 'month', 'day'),
  'YYYY.MM.DD': numeric('\\.', 'year', 'month', 'day'),
  'YYYY年MM月DD日': day('(\\d{4})年(\\d{1,2})月(\\d{1,2})日', 'year', 'month', 'day'),
  'MM/DD/YYYY': numeric('/', 'month', 'day', 'year'),
  'DD/MM/YYYY': numeric('/', 'day', 'month', 'year'),
  'MM-DD-YYYY': numeric('-', 'month', 'day', 'year'),
  'DD-MM-YYYY': numeric('-', 'day', 'month', 'year'),
  'DD.MM.YYYY': numeric('\\.', 'day', 'month', 'year'),
  'MM/DD/YY': numeric('/', 'month', 'day', 'shortYear'),
  'DD/MM/YY': numeric('/', 'day', 'month', 'shortYear'),
  'YY/MM/DD': numeric('/', 'shortYear', 'month', 'day'),
  'MM-DD-YY': numeric('-', 'month', 'day', 'shortYear'),
  'DD-MM-YY': numeric('-', 'day', 'month', 'shortYear'),
  'YY-MM-DD': numeric('-', 'shortYear', 'month', 'day'),
  'DD.MM.YY': numeric('\\.', 'day', 'month', 'shortYear'),
  'MMM D YYYY': day(`${WEEKDAY}${MONTH_NAME}[ -](\\d{1,2})(?:, ?|[ -])(\\d{4})`, 'month', 'day', 'year'),
  'D MMM YYYY': day(`${WEEKDAY}(\\d{1,2})[ -]?${MONTH_NAME}(?:, ?|[ -])?(\\d{4})`, 'day', 'month', 'year'),
  'D MMM YY': day(`(\\d{1,2})[ -]?${MONTH_NAME}[ -]?(\\d{2})`, 'day', 'month', 'shortYear'),
  'YYYY-MM': month('(\\d{4})-(\\d{1,2})', 'year', 'month'),
  'YYYY/MM': month('(\\d{4})/(\\d{1,2})', 'year', 'month'),
  'YYYY年MM月': month('(\\d{4})年(\\d{1,2})月(?:份)?', 'year', 'month'),
  'MM/YYYY': month('(\\d{1,2})/(\\d{4})', 'month', 'year'),
  'MMM YYYY': month(`${MONTH_NAME}[ -](\\d{4})`, 'month', 'year'),
  'YYYY-Q': { regex: /^(?:(\d{4})[ -]?Q([1-4])|Q([1-4])[ -/]?(\d{4}))$/i, parts: ['year', 'quarter', 'quarter', 'year'] },
  YYYYMMDD: day('(\\d{4})(\\d{2})(\\d{2})', 'year', 'month', 'day'),
  YYYYMM: month('(\\d{4})(\\d{2})', 'year', 'month'),
  YYYY: month('(\\d{4})', 'year'),
};

const EPOCHS = { seconds: 1_000_000_000n, milliseconds: 1_000_000n, microseconds: 1000n, nanoseconds: 1n } as const;
type Epoch = keyof typeof EPOCHS;

function isEpoch(format: DateFormat): format is Epoch {
  return Object.hasOwn(EPOCHS, format);
}

/** One cell in one format; undefined if it does not fit or there is no such date. */
export function parseDateCell(text: string, format: DateFormat): DateCell | undefined {
  if (text.length > LONGEST) return undefined;
  if (isEpoch(format)) return epochCell(text.trim(), EPOCHS[format]);
  const { regex, parts } = PATTERNS[format];
  // Exports pad with blanks of every kind: no-break ones stand before AM and PM.
  const match = regex.exec(text) ?? (/\s/.test(text) ? regex.exec(text.trim().replace(/\s+/g, ' ')) : null);
  if (!match) return undefined;
  const wall = midnight(parts, match);
  if (wall === undefined) return undefined;
  const groups: readonly (string | undefined)[] = match;
  const at = parts.length + 1;
  return groups[at] === undefined && groups[at + 5] === undefined ? { wall, nanos: 0, kind: 'day', offset: 0 } : withClock(wall, match.slice(at));
}

function midnight(parts: readonly Part[], match: RegExpExecArray): number | undefined {
  let [year, month, dayOfMonth] = [NaN, 1, 1];
  for (const [i, part] of parts.entries()) {
    const text = match[i + 1];
    if (text === undefined) continue;
    const number = Number(text);
    if (part === 'year') year = number;
    else if (part === 'shortYear') year = number < 69 ? 2000 + number : 1900 + number;
    else if (part === 'quarter') month = 3 * number - 2;
    else if (part === 'day') dayOfMonth = number;
    else month = Number.isNaN(number) ? MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1 : number;
  }
  // Date.UTC takes years below 100 for the twentieth century.
  if (year < 100 || month < 1 || month > 12 || dayOfMonth < 1) return undefined;
  const time = Date.UTC(year, month - 1, dayOfMonth);
  return new Date(time).getUTCDate() === dayOfMonth ? time : undefined;
}

/** Adds the time of day. @param clock groups of CLOCK. */
function withClock(wall: number, clock: readonly string[]): DateCell | undefined {
  const time = timeOfDay(clock);
  if (time === undefined) return undefined;
  const zone = clock[8];
  const local = { wall: wall + time.milliseconds, nanos: time.nanos };
  if (zone === undefined) return { ...local, kind: 'local', offset: 0 };
  if (zone.length === 1) return { ...local, kind: 'instant', offset: 0 };
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return { ...local, kind: 'instant', offset: Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 };
}

function timeOfDay(clock: readonly string[]): { milliseconds: number; nanos: number } | undefined {
  const [hourText, minuteText, secondText = '0', fraction = '', half, compactHour, compactMinute, compactSecond = '0'] = clock as readonly (string | undefined)[];
  let hour = Number(hourText ?? compactHour);
  const minute = Number(minuteText ?? compactMinute);
  const second = Number(hourText === undefined ? compactSecond : secondText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const nanos = Number(fraction.padEnd(9, '0'));
  return { milliseconds: ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(nanos / 1e6), nanos: nanos % 1e6 };
}

/** Seconds to nanoseconds since 1970, exact whatever the number of digits. */
function epochCell(text: string, unit: bigint): DateCell | undefined {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = String(unit).length - 1;
  // More decimals than nanoseconds can hold are no date.
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  const size = BigInt(whole) * unit + BigInt(fraction.slice(0, digits).padEnd(digits, '0') || '0');
  const nanos = sign === '-' ? -size : size;
  const rest = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const wall = Number((nanos - rest) / 1_000_000n);
  // ISO dates have four digits for the year.
  return wall < Date.UTC(100, 0) || wall >= Date.UTC(10_000, 0) ? undefined : { wall, nanos: Number(rest), kind: 'instant', offset: 0 };
}

/** What digits alone must lie in to be taken for a date: counts since 1970 from 1980 to 2100, which no number does in two units, and years from 1700 on. */
export function isPlausible(cell: DateCell, format: DateFormat): boolean {
  if (format === 'YYYY') return cell.wall >= Date.UTC(1700, 0) && cell.wall < Date.UTC(2200, 0);
  return !isEpoch(format) || (cell.wall >= Date.UTC(1980, 0) && cell.wall < Date.UTC(2100, 0));
}

/** What `toISOString` begins with, in a fraction of its time: tables have many days. */
function isoDay(wall: number): string {
  const date = new Date(wall);
  const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
  return `${String(date.getUTCFullYear()).padStart(4, '0')}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** A cell as the rest of the library sees it. */
export function toParsedDate({ wall, nanos, kind, offset }: DateCell): ParsedDate {
  const time = wall - offset;
  if (kind === 'day') return { time, iso: isoDay(wall) };
  const iso = new Date(wall).toISOString();
  const zone = kind === 'instant' ? formatOffset(offset) : '';
  if (nanos > 0) return { time, nanos, iso: `${iso.slice(0, 23)}${String(nanos).padStart(6, '0').replace(/0{3}$/, '')}${zone}` };
  return { time, iso: iso.slice(0, wall % 1000 === 0 ? 19 : 23) + zone };
}

/** `Z`, `-05:00`; with seconds where a zone had them, before 1900 or so. */
export function formatOffset(offset: number): string {
  if (offset === 0) return 'Z';
  const seconds = Math.round(Math.abs(offset) / 1000);
  const pad = (n: number): string => String(n).padStart(2, '0');
  const rest = seconds % 60;
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}${rest === 0 ? '' : `:${pad(rest)}`}`;
}

/** @throws ArgumentError with the nearest of the formats. */
export function requireDateFormat(operation: string, argument: string, format: string): void {
  if ((DATE_FORMATS as readonly string[]).includes(format)) return;
  throw new ArgumentError({ operation, argument, expected: `one of ${DATE_FORMATS.join(', ')}`, actual: `'${format}'`, hint: `Did you mean '${nearest(format, DATE_FORMATS)}'?` });
}

/** One date in one format; undefined if it does not fit or does not exist. @throws ArgumentError for an unknown format. */
export function parseDate(text: string, format: DateFormat): ParsedDate | undefined {
  requireDateFormat('parseDate', 'format', format);
  const cell = parseDateCell(text, format);
  return cell && toParsedDate(cell);
}
