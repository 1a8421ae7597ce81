/**
 * Dates as people write them in tables. A column has one format, so it is decided over the whole column: `01/02/2024`
 * alone could be January or February, a `26/07/2024` further down settles it.
 */

/** Formats that `parseDates` knows. Each may be followed by a time, AM or PM, and Z or an offset such as -05:00. */
export const DATE_FORMATS = ['YYYY-MM-DD', 'YYYY-MM', 'YYYYMMDD', 'MM/DD/YYYY', 'DD/MM/YYYY', 'DD.MM.YYYY', 'MMM D YYYY', 'D MMM YYYY'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

export interface ParsedDate {
  /** Milliseconds since 1970 UTC; without an offset in the text, the wall clock is read as UTC. */
  readonly time: number;
  /** `2024-07-26`, or `2024-07-26T09:30:00` with the offset of the text, if any. */
  readonly iso: string;
}

export type ParsedColumn =
  | { readonly ok: true; readonly format: DateFormat; readonly dates: readonly ParsedDate[] }
  /** `index`: the first cell that does not fit; `expected`: what would have. */
  | { readonly ok: false; readonly index: number; readonly expected: string; readonly hint?: string };

type Parts = 'year' | 'month' | 'day';
interface Pattern {
  readonly regex: RegExp;
  /** What the groups of the expression are. */
  readonly groups: readonly Parts[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAME = '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const SLASHED = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/;
const PATTERNS: Readonly<Record<DateFormat, Pattern>> = {
  'YYYY-MM-DD': { regex: /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/, groups: ['year', 'month', 'day'] },
  'YYYY-MM': { regex: /^(\d{4})[-/](\d{1,2})$/, groups: ['year', 'month'] },
  'YYYYMMDD': { regex: /^(\d{4})(\d{2})(\d{2})$/, groups: ['year', 'month', 'day'] },
  'MM/DD/YYYY': { regex: SLASHED, groups: ['month', 'day', 'year'] },
  'DD/MM/YYYY': { regex: SLASHED, groups: ['day', 'month', 'year'] },
  'DD.MM.YYYY': { regex: /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, groups: ['day', 'month', 'year'] },
  'MMM D YYYY': { regex: new RegExp(`^${MONTH_NAME}\\.?\\s+(\\d{1,2}),?\\s+(\\d{4})$`, 'i'), groups: ['month', 'day', 'year'] },
  'D MMM YYYY': { regex: new RegExp(`^(\\d{1,2})[\\s-]${MONTH_NAME}\\.?,?[\\s-](\\d{4})$`, 'i'), groups: ['day', 'month', 'year'] },
};
const CLOCK = /^(.*?)[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

const pad = (n: number): string => String(n).padStart(2, '0');

/** One date in one format; undefined if it does not fit or does not exist. */
export function parseDate(text: string, format: DateFormat): ParsedDate | undefined {
  const clock = CLOCK.exec(text.trim());
  const pattern = PATTERNS[format];
  const match = pattern.regex.exec(clock ? (clock[1] ?? '').trim() : text.trim());
  if (!match) return undefined;
  const parts: Record<Parts, number> = { year: NaN, month: NaN, day: 1 };
  pattern.groups.forEach((part, i) => {
    const value = match[i + 1] ?? '';
    parts[part] = /^\d+$/.test(value) ? Number(value) : MONTHS.indexOf(value.slice(0, 3).toLowerCase()) + 1;
  });
  const { year, month, day } = parts;
  const midnight = Date.UTC(year, month - 1, day);
  if (month < 1 || month > 12 || day < 1 || new Date(midnight).getUTCDate() !== day) return undefined;
  const date = `${year}-${pad(month)}-${pad(day)}`;
  return clock ? withClock(date, midnight, clock) : { time: midnight, iso: date };
}

function withClock(date: string, midnight: number, clock: RegExpExecArray): ParsedDate | undefined {
  const [, , hourText = '0', minuteText = '0', secondText = '0', fraction = '', half, zone = ''] = clock;
  const [minute, second] = [Number(minuteText), Number(secondText)];
  let hour = Number(hourText);
  if (half && (hour < 1 || hour > 12)) return undefined;
  if (half) hour = (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = fraction ? `.${fraction.padEnd(3, '0')}` : '';
  const wall = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + Number(`0${milliseconds}`) * 1000;
  const offset = /^[A-Z]+$/i.test(zone) ? 'Z' : zone.replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const shift = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return { time: wall - shift, iso: `${date}T${pad(hour)}:${pad(minute)}:${pad(second)}${milliseconds}${offset}` };
}

function parseAll(texts: readonly string[], format: DateFormat): ParsedColumn {
  const dates: ParsedDate[] = [];
  for (const [index, text] of texts.entries()) {
    const date = parseDate(text, format);
    if (!date) return { ok: false, index, expected: `a date ${format}` };
    dates.push(date);
  }
  return { ok: true, format, dates };
}

function inOrder(dates: readonly ParsedDate[]): boolean {
  const pairs = dates.slice(1).map((date, i) => Math.sign(date.time - (dates[i]?.time ?? NaN)));
  return pairs.every((sign) => sign >= 0) || pairs.every((sign) => sign <= 0);
}

/**
 * Reads a column of dates.
 *
 * Without a format, the one is taken that every cell fits. If both MM/DD/YYYY and DD/MM/YYYY fit, the one that puts the
 * rows in order is taken; if both do, or neither, the column is ambiguous and the caller must say.
 */
export function parseDates(texts: readonly string[], format?: DateFormat): ParsedColumn {
  if (format) return parseAll(texts, format);
  const attempts = DATE_FORMATS.map((candidate) => parseAll(texts, candidate));
  const fitting = attempts.filter((attempt) => attempt.ok);
  const [first, ...others] = fitting;
  if (!first) {
    // The attempt that got furthest names the cell where the column breaks its own format.
    const failures = attempts.filter((attempt) => !attempt.ok);
    const furthest = failures.reduce((best, attempt) => (attempt.index > best.index ? attempt : best));
    return furthest.index > 0 ? furthest : { ...furthest, expected: `a date in one of the formats ${DATE_FORMATS.join(', ')}` };
  }
  if (others.length === 0) return first;
  const ordered = fitting.filter((attempt) => inOrder(attempt.dates));
  const [only, ...rest] = ordered;
  if (only && rest.length === 0) return only;
  return {
    ok: false, index: 0, expected: `a date that can be read in one way only (${fitting.map((attempt) => attempt.format).join(' or ')})`,
    hint: 'Set dateFormat.',
  };
}
