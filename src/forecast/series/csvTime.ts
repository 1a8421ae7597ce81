/** Rows in the order of time: as their dates say, or as the caller says; what neither says is refused. */
import { DataError, quoted } from '../../errors.js';
import { CsvError } from './csvError.js';
import { compareDates, parseDates } from './dateColumn.js';
import type { DateFormat, ParsedDate } from './dateFormats.js';
import type { CsvOptions, RowOrder } from './csvOptions.js';
import type { ReadRows } from './csvReader.js';

/** A cell of the file. */
export interface CsvCell {
  readonly line: number;
  readonly column: string;
}

/** A row by its place in the file. */
export interface DatedRow {
  readonly row: number;
  readonly line: number;
  readonly date?: ParsedDate | undefined;
}

export interface OrderedRows {
  /** Ascending. */
  readonly sorted: readonly DatedRow[];
  /** Rows without a date. */
  readonly undated: readonly CsvCell[];
  /** Of the file. */
  readonly order: RowOrder;
  readonly dateFormat?: DateFormat;
}

const say = (...options: string[]): string => `Say ${options.filter((option) => option !== '').join('; ')}.`;

export function inTimeOrder({ rows, header, hint }: ReadRows, file: string, { dateFormat, timeZone, order: said, missing = 'refuse' }: CsvOptions): OrderedRows {
  const { lines, dateTexts } = rows;
  const { dateName: column } = header;
  if (column === undefined) {
    if (said === undefined || said === 'unsorted') {
      throw new DataError({
        operation: 'readCsv', argument: file, expected: 'with dates, or with rows in an order that is said', actual: 'neither', hint: say("order: 'ascending' if the oldest row comes first, order: 'descending' if the newest does"),
      });
    }
    const all = lines.map((line, row): DatedRow => ({ row, line }));
    return { sorted: said === 'ascending' ? all : all.reverse(), undated: [], order: said };
  }
  const places = [...dateTexts.keys()];
  const dated = missing === 'drop' ? places.filter((row) => dateTexts[row] !== '') : places;
  const fail = (i: number, expected: string, advice?: string): CsvError => {
    const row = dated[i] ?? 0;
    const text = dateTexts[row] ?? '';
    return new CsvError({ file, line: lines[row] ?? 0, column, text }, expected, text === '' ? 'an empty cell' : quoted(text), advice);
  };
  if (dated.length === 0) throw new DataError({ operation: 'readCsv', argument: file, expected: `dates in column '${column}'`, actual: 'none' });
  const parsed = parseDates(dated.map((row) => dateTexts[row] ?? ''), { ...(dateFormat && { format: dateFormat }), ...(timeZone !== undefined && { timeZone }) });
  if (!parsed.ok) {
    const text = dateTexts[dated[parsed.index] ?? 0];
    throw fail(parsed.index, parsed.expected, parsed.hint
      ?? (text === '' ? "Say missing: 'drop' if rows without a date may go." : "Say skipRows, skipFooter or comment: '…' if the line is no part of the table; else correct the cell."));
  }
  const sorted = dated.map((row, i): DatedRow => ({ row, line: lines[row] ?? 0, date: parsed.dates[i] }));
  const { order, turn } = orderOf(parsed.dates);
  const before = quoted(turn === undefined ? '' : parsed.dates[turn - 1]?.iso ?? '');
  if (order === 'unsorted' && said !== 'unsorted') {
    throw fail(turn ?? 0, `a date in the order of those above, the last of which is ${before}`, say(hint, "order: 'unsorted' to sort the rows by their dates"));
  }
  if (said !== undefined && said !== 'unsorted' && order !== said && turn !== undefined) {
    throw fail(turn, `a date ${said === 'ascending' ? 'after' : 'before'} ${before}, as order: '${said}' says`);
  }
  // Array sort is stable: rows of one date stay in file order.
  if (order !== 'ascending') sorted.sort((a, b) => (a.date && b.date ? compareDates(a.date, b.date) : 0));
  const undated = places.filter((row) => dateTexts[row] === '').map((row) => ({ line: lines[row] ?? 0, column }));
  return { sorted, undated, order, dateFormat: parsed.format };
}

/** @returns the order, and where it shows: the first row that is out of order, or the first that differs in date from the one above. */
function orderOf(dates: readonly ParsedDate[]): { order: RowOrder; turn?: number } {
  let order: RowOrder | undefined;
  let turn: number | undefined;
  for (let i = 1; i < dates.length; i++) {
    const [a, b] = [dates[i - 1], dates[i]];
    const step = a && b ? compareDates(a, b) : 0;
    if (step === 0) continue;
    const way = step < 0 ? 'ascending' : 'descending';
    if (order !== undefined && way !== order) return { order: 'unsorted', turn: i };
    order = way;
    turn ??= i;
  }
  return { order: order ?? 'ascending', ...(turn !== undefined && { turn }) };
}

export interface DuplicateDate {
  readonly date: string;
  readonly lines: readonly number[];
}

/** Dates that occur more than once, and the rows that are kept of them. @throws CsvError where nobody said which. */
export function settleDuplicates(rows: readonly DatedRow[], { header, hint }: ReadRows, file: string, { duplicates = 'refuse' }: CsvOptions, format?: DateFormat): { kept: readonly DatedRow[]; found: readonly DuplicateDate[] } {
  const isAgain = ({ date }: DatedRow, i: number): boolean => {
    const before = i > 0 ? rows[i - 1]?.date : undefined;
    return before !== undefined && date !== undefined && compareDates(before, date) === 0;
  };
  if (!rows.some(isAgain)) return { kept: rows, found: [] };
  const runs: DatedRow[][] = [];
  for (const [i, row] of rows.entries()) {
    if (isAgain(row, i)) runs.at(-1)?.push(row);
    else runs.push([row]);
  }
  const found = runs.flatMap((run) => (run.length > 1 ? [{ date: run[0]?.date?.iso ?? '', lines: run.map(({ line }) => line) }] : []));
  const [twice] = found;
  if (twice && duplicates === 'refuse') {
    const [first, again] = twice.lines;
    const zone = twice.date.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(twice.date) ? 'timeZone if clocks were put back' : '';
    const coarse = format !== undefined && !/D|seconds/.test(format) ? "dateColumn: false and order: 'ascending' or order: 'descending' if other columns say the day" : '';
    throw new CsvError({ file, line: again ?? 0, column: header.dateName }, 'a date that occurs once', `${twice.date} again (first on line ${first})`,
      say(hint, zone, coarse, "duplicates: 'first' or duplicates: 'last' to keep one row of each date, duplicates: 'report' to keep all"));
  }
  if (duplicates === 'report') return { kept: rows, found };
  return { kept: runs.flatMap((run) => (duplicates === 'first' ? run.slice(0, 1) : run.slice(-1))), found };
}
