/**
 * Time series from CSV: streaming through fast-csv, every cell checked, sorted by date, and a report of what was found.
 * Nothing is guessed in silence: a missing value is refused unless the caller says what to do with it, and an empty
 * cell is only ever filled from earlier dates.
 */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DataError, quoted } from '../errors.js';
import { parseNumber } from '../forecast/series/cellNumbers.js';
import { CsvError } from '../forecast/series/csvError.js';
import { findGaps } from '../forecast/series/calendar.js';
import type { Gap } from '../forecast/series/calendar.js';
import { parseDates } from '../forecast/series/dateColumn.js';
import type { DateFormat, ParsedDate } from '../forecast/series/dateFormats.js';
import { requireColumnNames } from '../forecast/series/frame.js';
import type { Frame } from '../forecast/series/frame.js';
import { checkCsvOptions } from './csvOptions.js';
import type { CsvOptions, MissingPolicy } from './csvOptions.js';
import { csvRecords } from './csvRecords.js';
import type { CsvChunks, CsvRecord } from './csvRecords.js';
import { CsvRows } from './csvRows.js';
import type { CsvHeader } from './csvRows.js';

/** A cell of the file. */
export interface CsvCell {
  readonly line: number;
  readonly column: string;
}

export interface CsvReport {
  readonly file: string;
  /** Order of the dates in the file; the table is ascending in any case. `none`: no date column. */
  readonly order: 'ascending' | 'descending' | 'unsorted' | 'none';
  readonly dateFormat?: DateFormat;
  /** Dates that occur more than once, with their lines. */
  readonly duplicates: readonly { readonly date: string; readonly lines: readonly number[] }[];
  readonly gaps: readonly Gap[];
  /** Rows left out for a missing value, by the first missing cell of each. */
  readonly dropped: readonly CsvCell[];
  /** Cells filled with the value before them. */
  readonly carried: readonly CsvCell[];
}

export interface CsvTable extends Frame {
  readonly report: CsvReport;
}

/**
 * Reads a CSV file or stream into a table sorted by date.
 *
 * Cells may hold currency signs, thousands separators, blanks and brackets (`"$1,234.50"`, `(12)`); the file may begin
 * with a byte-order mark and use any line breaks.
 *
 * @param source a path, a file URL, or chunks of text or bytes (any Node or web stream).
 * @throws CsvError (a DataError) with file, line, column and text of a bad or missing cell.
 * @throws ArgumentError for an unknown column, naming those there are. DataError if the file cannot be read or has no rows.
 */
export async function readCsv(source: string | URL | AsyncIterable<Uint8Array | string>, options: CsvOptions = {}): Promise<CsvTable> {
  if (typeof source !== 'string' && !(source instanceof URL)) return readTable(source, 'stream', options);
  const path = source instanceof URL ? fileURLToPath(source) : source;
  try {
    return await readTable(fileChunks(path), path, options);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error) {
      throw new DataError({ operation: 'readCsv', argument: 'path', expected: 'a readable file', actual: `${path} (${String(error.code)})` }, { cause: error });
    }
    throw error;
  }
}

/** Opened when it is read, and closed when the reader stops. */
async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

/** Reads CSV text, like `readCsv`. */
export function parseCsv(text: string, options: CsvOptions = {}): Promise<CsvTable> {
  return readTable([text], 'text', options);
}

const DATE_NAME = /^(date|datetime|timestamp|time|month|period|observation_date|order_date)$/i;

async function readTable(chunks: CsvChunks, file: string, given: CsvOptions): Promise<CsvTable> {
  const options = checkCsvOptions(given);
  const { missing = 'refuse', duplicates: onDuplicates = 'report', gaps: onGaps = 'report', names } = options;
  let header = names && headerOf(names, 'names', options);
  let rows = header && new CsvRows(file, header, options);
  for await (const records of tableRecords(chunks, file, options)) {
    for (const record of records) {
      if (rows) {
        rows.add(record);
      } else {
        header = readHeader(record, file, options);
        rows = new CsvRows(file, header, options);
      }
    }
  }
  if (!header || !rows || rows.lines.length === 0) {
    throw new DataError({ operation: 'readCsv', argument: file, expected: 'a header and at least one row', actual: header ? 'a header only' : 'an empty file' });
  }
  rows.close();
  const { sorted, undated, order, dateFormat } = sortByDate(rows, header, file, options.dateFormat, missing);
  const { kept, ...filled } = settleMissing(rows, sorted, header.names, missing);
  if (kept.length === 0) throw new DataError({ operation: 'readCsv', argument: file, expected: 'at least one complete row', actual: 'none' });
  const dates = kept.flatMap(({ date }) => (date ? [date.iso] : []));
  const duplicates = findDuplicates(kept);
  const gaps = findGaps(dates);
  const [twice] = duplicates;
  const [gap] = gaps;
  if (twice && onDuplicates === 'refuse') {
    throw new CsvError({ file, line: twice.lines[1] ?? 0, column: header.dateName }, 'a date that occurs once', `${twice.date} again (first on line ${twice.lines[0]})`);
  }
  if (gap && onGaps === 'refuse') {
    throw new DataError({ operation: 'readCsv', argument: file, expected: 'without gaps', actual: `${gap.missing} missing between ${gap.after} and ${gap.before}` });
  }
  return {
    rows: kept.length,
    dates,
    times: Float64Array.from(kept.flatMap(({ date }) => (date ? [date.time] : []))),
    columns: Object.fromEntries(header.names.map((name, j) => [name, pick(rows.numbers[j] ?? [], kept)])),
    report: { file, order, ...(dateFormat && { dateFormat }), duplicates, gaps, dropped: [...undated, ...filled.dropped], carried: filled.carried },
  };
}

/** Records of the table, blank lines and footer left out. */
async function* tableRecords(chunks: CsvChunks, file: string, options: CsvOptions): AsyncGenerator<CsvRecord[]> {
  const { skipFooter = 0 } = options;
  let held: CsvRecord[] = [];
  for await (const records of csvRecords(chunks, file, options)) {
    held = held.concat(records.filter(({ cells }) => cells.length > 1 || (cells[0] ?? '').trim() !== ''));
    yield held.slice(0, Math.max(0, held.length - skipFooter));
    held = held.slice(Math.max(0, held.length - skipFooter));
  }
}

const RENAME = 'Say skipRows, header: false and names to name the columns yourself.';

function readHeader({ cells, line }: CsvRecord, file: string, options: CsvOptions): CsvHeader {
  const names = cells.map((cell) => cell.trim());
  if (options.header === undefined && names.every((name) => typeof parseNumber(name, options.decimal ?? '.') === 'number')) {
    throw new CsvError({ file, line }, 'names of columns', 'numbers only',
      'Say header: false and names if the first record holds data, header: true if these are names.');
  }
  return headerOf(names, `header on line ${line}`, options);
}

function headerOf(names: readonly string[], place: string, { columns, dateColumn }: CsvOptions): CsvHeader {
  const dateName = dateColumn === false ? undefined : dateColumn ?? names.find((name) => DATE_NAME.test(name));
  const wanted = columns ?? names.filter((name) => name !== dateName);
  const used = dateName === undefined ? wanted : [dateName, ...wanted];
  requireColumnNames('readCsv', used, names);
  const places = new Map<string, number>();
  const repeated = new Set(names.filter((name, i) => places.size === places.set(name, places.get(name) ?? i).size));
  const twice = used.find((name) => repeated.has(name));
  if (twice !== undefined || wanted.length === 0) {
    throw new DataError({
      operation: 'readCsv', argument: place, expected: 'distinct names of number columns',
      actual: twice === undefined ? `only ${quoted(names.join(', '))}` : `${quoted(twice)} more than once`, hint: RENAME,
    });
  }
  return {
    width: names.length, names: wanted, dateName,
    indices: wanted.map((name) => places.get(name) ?? -1),
    dateIndex: dateName === undefined ? -1 : names.indexOf(dateName),
  };
}

/** A row by its place in the file. */
interface DatedRow {
  readonly row: number;
  readonly line: number;
  readonly date?: ParsedDate | undefined;
}

function sortByDate(
  { lines, dateTexts }: CsvRows, { dateName: column }: CsvHeader, file: string, format: DateFormat | undefined, missing: MissingPolicy,
): { sorted: DatedRow[]; undated: CsvCell[]; order: CsvReport['order']; dateFormat?: DateFormat } {
  const rows = lines.map((line, row): DatedRow => ({ row, line }));
  if (column === undefined) return { sorted: rows, undated: [], order: 'none' };
  const textOf = ({ row }: DatedRow): string => dateTexts[row] ?? '';
  const dated = missing === 'drop' ? rows.filter((row) => textOf(row) !== '') : rows;
  const [first] = dated;
  if (!first) throw new DataError({ operation: 'readCsv', argument: file, expected: `dates in column '${column}'`, actual: 'none' });
  const parsed = parseDates(dated.map(textOf), format ? { format } : {});
  if (!parsed.ok) {
    const at = dated[parsed.index] ?? first;
    const text = textOf(at);
    throw new CsvError({ file, line: at.line, column, text }, parsed.expected, text === '' ? 'an empty cell' : quoted(text), parsed.hint);
  }
  const { dates } = parsed;
  const signs = new Set(dates.slice(1).map((date, i) => Math.sign(date.time - (dates[i]?.time ?? NaN))));
  const order = !signs.has(-1) ? 'ascending' : !signs.has(1) ? 'descending' : 'unsorted';
  const withDates = dated.map(({ row, line }, i): DatedRow => ({ row, line, date: dates[i] }));
  // Array sort is stable: rows of one date stay in file order.
  if (order !== 'ascending') withDates.sort((a, b) => (a.date?.time ?? 0) - (b.date?.time ?? 0));
  const undated = rows.filter((row) => textOf(row) === '').map(({ line }) => ({ line, column }));
  return { sorted: withDates, undated, order, dateFormat: parsed.format };
}

/** Fills what is missing in place, or leaves the row out, in time order, so that a filled cell knows only earlier dates. */
function settleMissing({ numbers }: CsvRows, sorted: readonly DatedRow[], names: readonly string[], missing: MissingPolicy): { kept: DatedRow[]; dropped: CsvCell[]; carried: CsvCell[] } {
  const dropped: CsvCell[] = [];
  const carried: CsvCell[] = [];
  const last = names.map(() => NaN);
  const kept = sorted.filter(({ row, line }) => {
    const filled: CsvCell[] = [];
    let hole: string | undefined;
    for (const [j, values] of numbers.entries()) {
      const column = names[j] ?? '';
      if (Number.isNaN(values[row])) {
        if (missing === 'carryForward') values[row] = last[j] ?? NaN;
        if (Number.isNaN(values[row])) hole ??= column;
        else filled.push({ line, column });
      }
      last[j] = values[row] ?? NaN;
    }
    if (hole === undefined) carried.push(...filled);
    else dropped.push({ line, column: hole });
    return hole === undefined;
  });
  return { kept, dropped, carried };
}

/** Numbers of the rows that are kept, in their order. */
function pick(values: readonly number[], rows: readonly DatedRow[]): Float64Array {
  const picked = new Float64Array(rows.length);
  rows.forEach(({ row }, i) => { picked[i] = values[row] ?? NaN; });
  return picked;
}

function findDuplicates(rows: readonly DatedRow[]): { date: string; lines: number[] }[] {
  const found: { date: string; lines: number[] }[] = [];
  let run: DatedRow[] = [];
  for (const row of [...rows, undefined]) {
    const first = run[0];
    if (row && first?.date && row.date?.time === first.date.time) {
      run.push(row);
      continue;
    }
    if (first?.date && run.length > 1) found.push({ date: first.date.iso, lines: run.map(({ line }) => line) });
    run = row ? [row] : [];
  }
  return found;
}
