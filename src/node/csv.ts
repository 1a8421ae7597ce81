/**
 * Time series from CSV files and streams, through fast-csv: every cell checked, sorted by date, and a report of what was found.
 * Nothing is guessed in silence: a missing value is refused unless the caller says what to do with it, and an empty
 * cell is only ever filled from earlier dates. What is done with the records stands in `forecast/series`, for texts in a browser too.
 */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { typeName } from '../checks.js';
import { ArgumentError, DataError } from '../errors.js';
import { isBlank } from '../forecast/series/csvCells.js';
import { columnsOfHeader } from '../forecast/series/csvColumns.js';
import { checkCsvOptions } from '../forecast/series/csvOptions.js';
import type { CsvOptions } from '../forecast/series/csvOptions.js';
import { CsvTableReader } from '../forecast/series/csvTable.js';
import type { CsvTable } from '../forecast/series/csvTable.js';
import { csvRecords } from './csvRecords.js';
import type { CsvChunks } from './csvRecords.js';

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
    for await (const records of csvRecords(chunks, file, checked)) {
      const first = records.find((record) => !isBlank(record));
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

async function readTable(chunks: CsvChunks, file: string, options: CsvOptions): Promise<CsvTable> {
  const reader = new CsvTableReader(file, options);
  for await (const records of csvRecords(chunks, file, reader.options)) reader.add(records);
  return reader.end();
}
