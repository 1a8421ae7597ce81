/** Whatever a caller has his numbers in, as series with the columns that are wanted. */
import { typeName } from '../../checks.js';
import { ArgumentError, DataError, quoted } from '../../errors.js';
import type { CsvRecord } from './csvCells.js';
import type { CsvOptions } from './csvOptions.js';
import { CsvTableReader } from './csvTable.js';
import { requireColumnNames } from './frame.js';
import type { Frame } from './frame.js';
import { settleMissing } from './missing.js';
import type { MissingPolicy } from './missing.js';
import { parseCsvPanel } from './panel.js';
import type { Panel } from './panel.js';
import { parseCsv } from './parseCsv.js';

/** One row by the names of its columns. A Date, or a text, may say when; what is null, undefined or NaN is missing. */
export type TableRow = Readonly<Record<string, number | string | Date | null | undefined>>;

/** A table as `readCsv` and `parseCsv` give it, several of them by the names of their series, rows, or the text of a CSV file with a header. */
export type Table = Frame | Panel | readonly TableRow[] | string;

/** How a table is read. */
export interface TableReading {
  /** Number columns that are wanted, in this order. */
  readonly columns: readonly string[];
  /** Of rows and texts: the column that tells series apart; without it they are one series. */
  readonly series?: string | undefined;
  /** Of rows and texts, as in {@link CsvOptions}; false: without dates, in the order of time. */
  readonly dateColumn?: string | false | undefined;
  readonly missing?: MissingPolicy | undefined;
}

/** The name that one series alone has. */
export const ONLY_SERIES = '';

/**
 * Copies: nothing of the caller's is held on to.
 * @throws DataError, CsvError or ArgumentError for a table that does not have what is wanted.
 */
export function readTable(operation: string, table: Table, reading: TableReading): Panel {
  const given: unknown = table;
  if (typeof given === 'string') return fromText(given, reading);
  if (Array.isArray(given)) return fromRows(operation, table as readonly TableRow[], reading);
  const frames = given instanceof Map ? (given as Panel) : isFrame(given) ? oneFrame(operation, given, reading) : undefined;
  if (!frames) throw new ArgumentError({ operation, argument: 'table', expected: 'a Frame, a Map of Frames, a list of rows, or the text of a CSV file', actual: typeName(given) });
  if (frames.size === 0) throw new DataError({ operation, argument: 'table', expected: 'at least one series', actual: 'an empty Map' });
  return new Map([...frames].map(([name, frame]) => [name, fromFrame(operation, name, frame, reading)]));
}

function isFrame(value: unknown): value is Frame {
  return typeof value === 'object' && value !== null && 'columns' in value && 'rows' in value;
}

function oneFrame(operation: string, frame: Frame, { series }: TableReading): Panel {
  if (series === undefined) return new Map([[ONLY_SERIES, frame]]);
  throw new ArgumentError({ operation, argument: 'table', expected: `rows with a column ${quoted(series)}, or a Map of Frames by series`, actual: 'one Frame', hint: 'A Frame is one series: leave series out.' });
}

function csvOptions({ columns, dateColumn, missing }: TableReading): Omit<CsvOptions, 'series'> {
  return { columns, dateColumn, missing, ...(dateColumn === false && { order: 'ascending' as const }) };
}

function fromText(text: string, reading: TableReading): Panel {
  const { series } = reading;
  return series === undefined ? new Map([[ONLY_SERIES, parseCsv(text, csvOptions(reading))]]) : parseCsvPanel(text, { ...csvOptions(reading), series });
}

/** Rows are read as the CSV file they would be, whose first line is the first row. */
function fromRows(operation: string, rows: readonly TableRow[], reading: TableReading): Panel {
  const { series } = reading;
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) throw new DataError({ operation, argument: 'table', expected: 'at least one row, with its columns by name', actual: rows.length === 0 ? 'none' : 'an empty row' });
  const readers = new Map<string, CsvTableReader>();
  if (series !== undefined) requireColumnNames(operation, [series], names, 'series');
  rows.forEach((row, i) => {
    const cells = names.map((name) => cellOf(operation, row[name], name, i));
    const own = series === undefined ? ONLY_SERIES : cells[names.indexOf(series)] ?? '';
    let reader = readers.get(own);
    if (!reader) {
      reader = new CsvTableReader('rows', { ...csvOptions(reading), header: false, names, ...(series !== undefined && { series: { [series]: own } }) });
      readers.set(own, reader);
    }
    const record: CsvRecord = { line: i + 1, cells };
    reader.add([record]);
  });
  return new Map([...readers].map(([name, reader]) => [name, reader.end()]));
}

function cellOf(operation: string, value: unknown, column: string, row: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw new DataError({ operation, argument: `row ${row}, column ${quoted(column)}`, expected: 'a finite number, a text, a Date, or nothing', actual: value instanceof Date ? 'an invalid Date' : typeof value === 'number' ? String(value) : typeName(value) });
}

function fromFrame(operation: string, name: string, frame: Frame, { columns, missing = 'refuse' }: TableReading): Frame {
  requireColumnNames(operation, columns, Object.keys(frame.columns));
  const site = (column: string): string => (name === ONLY_SERIES ? column : `${column} of series ${quoted(name)}`);
  const taken = columns.map((column) => {
    const values = Float64Array.from(frame.columns[column] ?? []);
    const bad = values.findIndex((value) => (missing === 'refuse' ? !Number.isFinite(value) : Math.abs(value) === Infinity));
    if (bad >= 0 || values.length !== frame.rows) {
      throw new DataError({
        operation, argument: site(column), expected: `${frame.rows} finite numbers`, actual: bad >= 0 ? `${values[bad]} in row ${bad}` : `${values.length} numbers`,
        hint: bad >= 0 && Number.isNaN(values[bad]) ? "Say missing: 'drop', missing: 'carryForward' or missing: 'interpolate' if that is right for these data." : undefined,
      });
    }
    return values;
  });
  const { kept } = settleMissing(taken, Array.from({ length: frame.rows }, (_, row) => row), missing);
  if (kept.length === 0) throw new DataError({ operation, argument: site('table'), expected: 'at least one complete row', actual: 'none' });
  const dated = frame.dates.length > 0;
  return {
    rows: kept.length, dates: dated ? kept.map((row) => frame.dates[row] ?? '') : [], times: dated ? Float64Array.from(kept, (row) => frame.times[row] ?? NaN) : new Float64Array(),
    ...(frame.timeZone !== undefined && { timeZone: frame.timeZone }),
    columns: Object.fromEntries(columns.map((column, j) => [column, Float64Array.from(kept, (row) => taken[j]?.[row] ?? NaN)])),
  };
}
