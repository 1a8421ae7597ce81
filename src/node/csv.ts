/**
 * Time series from CSV: streaming through fast-csv, every cell checked, sorted by date, and a report of what was found.
 * Nothing is guessed in silence: a missing value is refused unless the caller says what to do with it, and an empty
 * cell is only ever filled from earlier dates.
 */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { typeName } from '../checks.js';
import { ArgumentError, DataError } from '../errors.js';
import { findGaps } from '../forecast/series/calendar.js';
import type { Gap } from '../forecast/series/calendar.js';
import type { DateFormat } from '../forecast/series/dateFormats.js';
import type { Frame } from '../forecast/series/frame.js';
import { columnsOfHeader } from './csvColumns.js';
import { checkCsvOptions } from './csvOptions.js';
import type { CsvOptions, MissingPolicy, RowOrder } from './csvOptions.js';
import { CsvReader } from './csvReader.js';
import { csvRecords } from './csvRecords.js';
import type { CsvChunks, CsvRecord } from './csvRecords.js';
import type { CsvRows } from './csvRows.js';
import { inTimeOrder, settleDuplicates } from './csvTime.js';
import type { CsvCell, DatedRow, DuplicateDate } from './csvTime.js';

export interface CsvReport {
  readonly file: string;
  /** How the rows of the file run; the table is ascending in any case. */
  readonly order: RowOrder;
  /** Absent without dates. */
  readonly dateColumn?: string;
  readonly dateFormat?: DateFormat;
  /** Dates that occur more than once in the file, with their lines. */
  readonly duplicates: readonly DuplicateDate[];
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
export async function readCsv(source: CsvSource, options: CsvOptions = {}): Promise<CsvTable> {
  return fromSource(source, (chunks, file) => readTable(chunks, file, options));
}

/** The names of the columns of a CSV file, in their order: `names` where that is given, else the first record of the table. */
export async function readCsvHeader(source: CsvSource, options: CsvOptions = {}): Promise<string[]> {
  return fromSource(source, async (chunks, file) => {
    const checked = checkCsvOptions(options);
    if (checked.names) return [...checked.names];
    for await (const records of tableRecords(chunks, file, { ...checked, skipFooter: 0 })) {
      const [first] = records;
      if (first) return [...columnsOfHeader(first, file, { header: checked.header, decimal: checked.decimal }).names];
    }
    throw new DataError({ operation: 'readCsv', argument: file, expected: 'a header and at least one row', actual: 'an empty file' });
  });
}

/** A path, a file URL, or chunks of text or bytes. */
export type CsvSource = string | URL | AsyncIterable<Uint8Array | string>;

async function fromSource<T>(source: CsvSource, read: (chunks: CsvChunks, file: string) => Promise<T>): Promise<T> {
  const given: unknown = source;
  if (typeof source !== 'string' && !(source instanceof URL)) {
    if (typeof given === 'object' && given !== null && Symbol.asyncIterator in given) return read(source, 'stream');
    throw new ArgumentError({ operation: 'readCsv', argument: 'source', expected: 'a path, a file URL or an async iterable of text or bytes', actual: typeName(given) });
  }
  const path = source instanceof URL ? fileURLToPath(source) : source;
  try {
    return await read(fileChunks(path), path);
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
export async function parseCsv(text: string, options: CsvOptions = {}): Promise<CsvTable> {
  const given: unknown = text;
  if (typeof given !== 'string') throw new ArgumentError({ operation: 'parseCsv', argument: 'text', expected: 'the text of a table', actual: typeName(given) });
  return readTable([text], 'text', options);
}

async function readTable(chunks: CsvChunks, file: string, given: CsvOptions): Promise<CsvTable> {
  const options = checkCsvOptions(given);
  const { missing = 'refuse', gaps: onGaps = 'report', timeZone } = options;
  const reader = new CsvReader(file, options);
  for await (const records of tableRecords(chunks, file, options)) {
    for (const record of records) reader.add(record);
  }
  const read = reader.end();
  const { rows, header } = read;
  const { sorted, undated, order, dateFormat } = inTimeOrder(read, file, options);
  const { complete, ...filled } = settleMissing(rows, sorted, header.names, missing);
  const { kept, found: duplicates } = settleDuplicates(complete, read, file, options, dateFormat);
  if (kept.length === 0) throw new DataError({ operation: 'readCsv', argument: file, expected: 'at least one complete row', actual: 'none' });
  const dated = header.dateName === undefined ? [] : kept;
  const dates = dated.map(({ date }) => date?.iso ?? '');
  const gaps = findGaps(dates);
  const [gap] = gaps;
  if (gap && onGaps === 'refuse') {
    throw new DataError({ operation: 'readCsv', argument: file, expected: 'without gaps', actual: `${gap.missing} missing between ${gap.after} and ${gap.before}` });
  }
  return {
    rows: kept.length,
    dates,
    times: Float64Array.from(dated, ({ date }) => (date ? date.time + (date.nanos ?? 0) / 1e6 : NaN)),
    ...(timeZone !== undefined && { timeZone }),
    columns: Object.fromEntries(header.names.map((name, j) => [name, pick(rows.numbers[j] ?? [], kept)])),
    report: {
      file, order, ...(header.dateName !== undefined && { dateColumn: header.dateName }), ...(dateFormat && { dateFormat }),
      duplicates, gaps, dropped: [...undated, ...filled.dropped], carried: filled.carried,
    },
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

/** Fills what is missing in place, or leaves the row out, in time order, so that a filled cell knows only earlier dates. */
function settleMissing({ numbers }: CsvRows, sorted: readonly DatedRow[], names: readonly string[], missing: MissingPolicy): { complete: DatedRow[]; dropped: CsvCell[]; carried: CsvCell[] } {
  const dropped: CsvCell[] = [];
  const carried: CsvCell[] = [];
  const last = names.map(() => NaN);
  const complete = sorted.filter(({ row, line }) => {
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
  return { complete, dropped, carried };
}

/** Numbers of the rows that are kept, in their order. */
function pick(values: readonly number[], rows: readonly DatedRow[]): Float64Array {
  const picked = new Float64Array(rows.length);
  rows.forEach(({ row }, i) => { picked[i] = values[row] ?? NaN; });
  return picked;
}
