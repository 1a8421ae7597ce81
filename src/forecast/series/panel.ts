/** Several series side by side, each a table of its own, and the texts that hold them. */
import { checkOptions, typeName } from '../../checks.js';
import { ArgumentError, DataError, quoted } from '../../errors.js';
import { parseNumber } from './cellNumbers.js';
import { cellsOf, isBlank } from './csvCells.js';
import type { CsvRecord } from './csvCells.js';
import { CsvError } from './csvError.js';
import { checkCsvOptions, refuseEncoding } from './csvOptions.js';
import type { CsvOptions } from './csvOptions.js';
import { CsvTableReader } from './csvTable.js';
import { requireColumnNames } from './frame.js';
import type { Frame } from './frame.js';
import { RecordSplitter } from './recordSplitter.js';
import type { SplitOptions } from './recordSplitter.js';

/** Tables by the name of their series, in order. Lengths may differ; columns are alike. */
export type Panel = ReadonlyMap<string, Frame>;

export interface CsvPanelOptions extends Omit<CsvOptions, 'series'> {
  /** The column that tells the series of a row. */
  readonly series: string;
}

/** All records of a text that are not blank. */
function recordsOf(operation: string, text: string, options: SplitOptions): CsvRecord[] {
  const given: unknown = text;
  if (typeof given !== 'string') throw new ArgumentError({ operation, argument: 'text', expected: 'the text of a table', actual: typeName(given) });
  const splitter = new RecordSplitter('text', options);
  return [splitter.push(text), splitter.end()].flatMap(({ records, failure }) => {
    const cells = records.map((record) => cellsOf(record, splitter.delimiter));
    if (failure) throw failure;
    return cells;
  }).filter((record) => !isBlank(record));
}

/**
 * Several series from one CSV text in long form: each row says which series it belongs to. Each is read as `parseCsv` reads one, so dates are
 * sorted and checked series by series.
 *
 * @throws CsvError (a DataError) with line, column and text of a bad or missing cell; ArgumentError for an unknown column or option.
 */
export function parseCsvPanel(text: string, options: CsvPanelOptions): Panel {
  const operation = 'parseCsvPanel';
  const { series: column, skipFooter = 0, ...reading } = options;
  const given: unknown = column;
  if (typeof given !== 'string') throw new ArgumentError({ operation, argument: 'series', expected: 'the name of the column that tells the series', actual: typeName(given) });
  const ofSeries = (name: string): CsvOptions => ({ ...reading, series: { [column]: name } });
  const { names } = checkCsvOptions({ ...ofSeries(''), skipFooter });
  refuseEncoding(operation, reading);
  const records = recordsOf(operation, text, reading);
  const rows = records.slice(names ? 0 : 1, Math.max(0, records.length - skipFooter));
  const header = names ?? records[0]?.cells.map((cell) => cell.trim()) ?? [];
  requireColumnNames(operation, [column], header, 'series');
  const place = header.indexOf(column);
  const readers = new Map<string, CsvTableReader>();
  for (const record of rows) {
    const name = (record.cells[place] ?? '').trim();
    let reader = readers.get(name);
    if (!reader) {
      reader = new CsvTableReader(`text, series ${quoted(name)}`, ofSeries(name));
      if (!names) reader.add(records.slice(0, 1));
      readers.set(name, reader);
    }
    reader.add([record]);
  }
  if (readers.size === 0) throw new DataError({ operation, argument: 'text', expected: 'a header and at least one row', actual: 'none' });
  return new Map([...readers].map(([name, reader]) => [name, reader.end()]));
}

export interface WideCsvOptions extends SplitOptions {
  /** What the column of values is called; `value` by default. */
  readonly column?: string | undefined;
}

/**
 * Several series from a CSV text with one of them a row, as M4's files are: a header, then in each row the name of a series and its values, oldest
 * first; empty cells at the end of a row are none. Such series have no dates.
 *
 * @throws CsvError for a cell that is no number, a row without values, or a name that occurs twice.
 */
export function parseWideCsv(text: string, options: WideCsvOptions = {}): Panel {
  const operation = 'parseWideCsv';
  const { column = 'value', ...splitting } = checkOptions(operation, options, { column: true, delimiter: true, skipRows: true, comment: true });
  const panel = new Map<string, Frame>();
  for (const { line, cells } of recordsOf(operation, text, splitting).slice(1)) {
    const [name = '', ...rest] = cells.map((cell) => cell.trim());
    if (panel.has(name)) throw new CsvError({ file: 'text', line, text: name }, 'the name of another series', `${quoted(name)} again`);
    let end = rest.length;
    while (end > 0 && rest[end - 1] === '') end--;
    const values = rest.slice(0, end);
    if (values.length === 0) throw new CsvError({ file: 'text', line, text: name }, 'a name and at least one value', 'no value');
    const numbers = Float64Array.from(values, (cell, i) => {
      const value = parseNumber(cell, '.');
      if (typeof value === 'number') return value;
      throw new CsvError({ file: 'text', line, text: cell }, `a number in cell ${i + 2}`, cell === '' ? 'an empty cell' : quoted(cell));
    });
    panel.set(name, { rows: numbers.length, dates: [], times: new Float64Array(), columns: { [column]: numbers } });
  }
  if (panel.size === 0) throw new DataError({ operation, argument: 'text', expected: 'a header and at least one row', actual: 'none' });
  return panel;
}
