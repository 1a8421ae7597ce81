/** CSV text without Node and without a library: what `readCsv` of `bptt/node` does with a file, for a text that is there. */
import { typeName } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { cellsOf } from './csvCells.js';
import { refuseEncoding } from './csvOptions.js';
import type { CsvOptions } from './csvOptions.js';
import { CsvTableReader } from './csvTable.js';
import type { CsvTable } from './csvTable.js';
import { RecordSplitter } from './recordSplitter.js';

/**
 * Reads CSV text into a table sorted by date; the same table, and the same errors, as `readCsv` of `bptt/node`.
 *
 * @throws CsvError (a DataError) with line, column and text of a bad or missing cell; ArgumentError for an unknown column or option.
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvTable {
  const given: unknown = text;
  if (typeof given !== 'string') throw new ArgumentError({ operation: 'parseCsv', argument: 'text', expected: 'the text of a table', actual: typeName(given) });
  refuseEncoding('parseCsv', options);
  const reader = new CsvTableReader('text', options);
  const splitter = new RecordSplitter('text', reader.options);
  for (const { records, failure } of [splitter.push(text), splitter.end()]) {
    reader.add(records.map((record) => cellsOf(record, splitter.delimiter)));
    if (failure) throw failure;
  }
  return reader.end();
}
