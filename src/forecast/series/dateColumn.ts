/**
 * A column of dates. It has one format and one kind of clock, so both are settled over the whole column, and nothing is
 * taken for likely: where two formats fit every cell, the caller must say which it is.
 */
import { checkOptions } from '../../checks.js';
import { DATE_FORMATS, isPlausible, parseDate, parseDateCell, requireDateFormat, toParsedDate } from './dateFormats.js';
import type { DateCell, DateFormat, ParsedDate } from './dateFormats.js';
import { localOffsets, timeZone } from './timeZone.js';
import type { TimeZone } from './timeZone.js';

export interface DateOptions {
  /** By default the one format that every cell fits; counts since 1970 are recognised where they lie from 1980 to 2100. */
  readonly format?: DateFormat;
  /**
   * IANA name of the zone whose clock the column shows, such as `America/New_York`; with offsets in the text, or counts since
   * 1970, the zone whose clock `iso` shall show. By default a clock without an offset is read as UTC. Days have no zone: refused for them.
   */
  readonly timeZone?: string;
}

export type ParsedColumn =
  | { readonly ok: true; readonly format: DateFormat; readonly dates: readonly ParsedDate[] }
  /** `index`: the first cell that does not fit; `expected`: what would have. */
  | { readonly ok: false; readonly index: number; readonly expected: string; readonly hint?: string };

/** Those of the formats that a cell fits. Counts since 1970 must be plausible: a number alone says little. */
export function formatsOf(text: string, among: readonly DateFormat[]): DateFormat[] {
  return among.filter((format) => {
    const cell = parseDateCell(text, format);
    return cell !== undefined && isPlausible(cell, format);
  });
}

/**
 * Reads a column of dates in the order of its rows.
 *
 * @returns the dates, or the place and the reason why they cannot be read in exactly one way: a cell that fits none of the formats
 * the cells above it fit; two formats that fit all; a time of day, or an offset, in some cells only.
 * @throws ArgumentError for an unknown option, format or time zone.
 */
export function parseDates(texts: readonly string[], options: DateOptions = {}): ParsedColumn {
  const { format } = checkOptions('parseDates', options, { format: true, timeZone: true });
  if (format !== undefined) requireDateFormat('parseDates', 'format', format);
  const zone = options.timeZone === undefined ? undefined : timeZone('parseDates', options.timeZone);
  let formats: readonly DateFormat[] = format ? [format] : DATE_FORMATS;
  for (let index = 0; index < texts.length && formats.length > 1; index++) {
    const fitting = formatsOf(texts[index] ?? '', formats);
    if (fitting.length === 0 && index > 0) return { ok: false, index, expected: `a date ${formats.join(' or ')}` };
    if (fitting.length === 0) {
      const count = /^[+-]?\d{6,}$/.test(texts[0]?.trim() ?? '');
      return { ok: false, index, expected: 'a date, such as 2024-01-31', ...(count && { hint: "Say dateFormat: 'seconds' or dateFormat: 'milliseconds' if that counts from 1970." }) };
    }
    formats = fitting;
  }
  const [only, ...others] = formats;
  if (only === undefined || others.length > 0) {
    const readings = (text: string): string[] => formats.map((candidate) => parseDate(text, candidate)?.iso ?? '');
    // 02/02/2024 would not show what the choice is about.
    const index = Math.max(0, texts.findIndex((text) => new Set(readings(text)).size > 1));
    const [one, two] = readings(texts[index] ?? '');
    return {
      ok: false, index, expected: `a date that can be read in one way only (${formats.join(' or ')})`,
      hint: `Say dateFormat: '${only}' if that is ${one}, dateFormat: '${others[0]}' if it is ${two}.`,
    };
  }
  return readIn(only, texts, format === undefined, zone);
}

const KINDS = { day: 'without a time of day', local: 'with a time of day and no offset', instant: 'with a time of day and an offset' } as const;

function readIn(format: DateFormat, texts: readonly string[], plausible: boolean, zone: TimeZone | undefined): ParsedColumn {
  const cells: DateCell[] = [];
  const dates: ParsedDate[] = [];
  let kind: DateCell['kind'] | undefined;
  for (const [index, text] of texts.entries()) {
    const cell = parseDateCell(text, format);
    if (!cell || (plausible && !isPlausible(cell, format))) return { ok: false, index, expected: `a date ${format}` };
    kind ??= cell.kind;
    if (cell.kind !== kind) return { ok: false, index, expected: `a date ${KINDS[kind]}, like the first` };
    if (zone) cells.push(cell);
    else dates.push(toParsedDate(cell));
  }
  if (!zone) return { ok: true, format, dates };
  if (kind === 'day') return { ok: false, index: 0, expected: 'a date with a time of day', hint: 'Days have no time zone: leave timeZone out, or name the timeColumn.' };
  const local = kind === 'local' ? localOffsets(cells.map(({ wall, nanos }) => wall + nanos / 1e6), zone) : undefined;
  if (local?.ok === false) return local;
  cells.forEach(({ wall, nanos, offset: own }, i) => {
    const offset = local?.offsets[i] ?? zone.offsetAt(wall - own);
    dates.push(toParsedDate({ wall: wall - own + (local ? 0 : offset), nanos, kind: 'instant', offset }));
  });
  return { ok: true, format, dates };
}

/** Below 0 where `a` is earlier; exact to the nanosecond. */
export function compareDates(a: ParsedDate, b: ParsedDate): number {
  return a.time - b.time || (a.nanos ?? 0) - (b.nanos ?? 0);
}
