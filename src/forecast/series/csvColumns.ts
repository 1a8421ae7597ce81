/** What the columns of a CSV file are for: as the caller says, or as their names and cells say in exactly one way. */
import { DataError, quoted } from '../../errors.js';
import { parseNumber } from './cellNumbers.js';
import { CsvError } from './csvError.js';
import { formatsOf } from './dateColumn.js';
import { TEXT_FORMATS } from './dateFormats.js';
import { requireColumnNames } from './frame.js';
import type { CsvOptions } from './csvOptions.js';
import type { CsvRecord } from './csvCells.js';

/** The columns of a file as far as names and options tell. */
export interface Columns {
  readonly names: readonly string[];
  /** Where the header stands; undefined where the caller gave the names. */
  readonly line: number | undefined;
  /** Column of dates; undefined while nobody has said which, false if there is none. */
  readonly date: number | false | undefined;
  readonly time: number | undefined;
  /** Columns and the values that rows of the wanted series have there. */
  readonly series: readonly (readonly [index: number, value: string])[];
  /** Columns that say which series a row belongs to, although nobody asked for one. */
  readonly labels: readonly number[];
}

/** Number columns in the order wanted. */
export interface Wanted {
  readonly names: readonly string[];
  readonly indices: readonly number[];
}

/** Names that data of several series use for the column that tells one from the other. */
const LABEL = /^<?(?:symbols?|tickers?|tic|name|series|stock|stock_?code|stock_?name|ts_?code|code|asset|instrument|security|isin|cusip|permno|gvkey|coin|pair|unique_?id|series_?id|entity|country|region|代码|名称|股票代码|股票名称|证券代码|证券简称)>?$/i;

export function columnsOfHeader({ cells, line }: CsvRecord, file: string, options: CsvOptions): Columns {
  const names = cells.map((cell) => cell.trim());
  const isNumber = (name: string): boolean => typeof parseNumber(name, options.decimal ?? '.') === 'number';
  const isDate = (name: string): boolean => formatsOf(name, TEXT_FORMATS).length > 0;
  const data = names.every(isNumber) ? 'numbers only' : names.some(isNumber) && names.some(isDate) ? 'a date and a number' : undefined;
  if (options.header === undefined && data !== undefined) {
    throw new CsvError({ file, line }, 'names of columns', data,
      'Say header: false and names: […] if the first record holds data, header: true if these are names.');
  }
  return columnsOf(names, line, options);
}

export function columnsOf(names: readonly string[], line: number | undefined, options: CsvOptions): Columns {
  const { columns = [], dateColumn, timeColumn, series } = options;
  const hint = options.names ? undefined : `Say ${markHint(names, options) || 'skipRows if the header stands further down'}.`;
  const filters = typeof series === 'object' ? Object.entries(series) : [];
  requireColumnNames('readCsv', columns, names, 'columns', hint);
  if (typeof dateColumn === 'string') requireColumnNames('readCsv', [dateColumn], names, 'dateColumn', hint);
  if (timeColumn !== undefined) requireColumnNames('readCsv', [timeColumn], names, 'timeColumn', hint);
  requireColumnNames('readCsv', filters.map(([name]) => name), names, 'series', hint);
  const found = {
    names, line,
    date: typeof dateColumn === 'string' ? names.indexOf(dateColumn) : dateColumn,
    time: timeColumn === undefined ? undefined : names.indexOf(timeColumn),
    series: filters.map(([name, value]) => [names.indexOf(name), value] as const),
    labels: series === undefined ? [...names.keys()].filter((i) => LABEL.test(names[i] ?? '')) : [],
  };
  requireDistinct(found, [...columns, ...[dateColumn, timeColumn].filter((name) => typeof name === 'string'), ...filters.map(([name]) => name)]);
  return found;
}

/** How to say what stands between the cells, where a header is one cell that holds another mark; else nothing. */
export function markHint(names: readonly string[], { delimiter }: CsvOptions): string {
  const mark = names.length === 1 && delimiter === undefined ? [';', '\t', '|'].find((each) => names[0]?.includes(each)) : undefined;
  return mark === undefined ? '' : `delimiter: '${mark === '\t' ? '\\t' : mark}' if that stands between the cells`;
}

/** @throws CsvError for a record of another width than the header. */
export function requireWidth({ cells, line }: CsvRecord, { names }: Columns, file: string, options: CsvOptions): void {
  const width = names.length;
  if (cells.length === width) return;
  const mark = markHint(names, options);
  throw new CsvError({ file, line }, `a record of ${width} cells`, `${cells.length}`, mark !== '' ? `Say ${mark}.` : cells.length > width
    ? "Thousands separators need quotes around the number; say delimiter: '…' if other marks stand between the cells."
    : "Say delimiter: '…' if other marks stand between the cells; skipRows, skipFooter or comment: '…' if the line is no part of the table.");
}

/** What is wrong with the names of the columns, and how to give others. */
function namesError({ line }: Columns, actual: string): DataError {
  return new DataError({
    operation: 'readCsv', argument: line === undefined ? 'names' : `header on line ${line}`, expected: 'distinct names of number columns', actual,
    hint: line === undefined ? undefined : `Say skipRows: ${line}, header: false and names: […] to name the columns yourself.`,
  });
}

function requireDistinct(columns: Columns, used: readonly string[]): void {
  const { names } = columns;
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
  const twice = used.find((name) => repeated.has(name));
  if (twice === undefined) return;
  throw namesError(columns, `${quoted(twice)} more than once`);
}

/** The number columns, once it is known which column holds dates. @param date false: none. */
export function numberColumns(columns: Columns, date: number | false, wanted: readonly string[] | undefined): Wanted {
  const { names, time, series } = columns;
  const others = new Set([date, time, ...series.map(([index]) => index)]);
  const chosen = wanted ?? names.filter((_, i) => !others.has(i));
  requireDistinct(columns, date === false ? chosen : [names[date] ?? '', ...chosen]);
  if (chosen.length === 0) throw namesError(columns, `only ${quoted(names.join(', '))}`);
  const places = new Map(names.map((name, i) => [name, i]));
  return { names: chosen, indices: chosen.map((name) => places.get(name) ?? -1) };
}

/** Which rows belong to the series that is read. */
export class SeriesRows {
  private readonly firsts = new Map<number, string>();
  private readonly others: Set<string>[];

  constructor(private readonly file: string, private readonly columns: Columns) {
    this.others = columns.series.map(() => new Set());
  }

  /** @throws CsvError where a column such as Ticker names a second series, and nobody said which one is meant. */
  has({ cells, line }: CsvRecord): boolean {
    const { names, labels, series } = this.columns;
    for (const index of labels) {
      const value = (cells[index] ?? '').trim();
      const first = this.firsts.get(index);
      if (first === undefined) this.firsts.set(index, value);
      else if (first !== value) {
        const column = names[index] ?? '';
        throw new CsvError({ file: this.file, line, column, text: value }, `the same series as above, ${quoted(first)}`, quoted(value),
          `Say ${seriesHint(column, first)} to read that one, series: 'one' if all rows are one series.`);
      }
    }
    return series.every(([index, wanted], i) => {
      const value = (cells[index] ?? '').trim();
      if (value !== wanted) this.others[i]?.add(value);
      return value === wanted;
    });
  }

  /** What the column of the series holds instead of the wanted value. @returns undefined where no series was asked for. */
  get absent(): string | undefined {
    const [first] = this.columns.series;
    if (!first) return undefined;
    const found = [...this.others[0] ?? []].map(quoted);
    return `no row of ${quoted(first[1])} in '${this.columns.names[first[0]]}', which holds ${found.slice(0, 10).join(', ')}${found.length > 10 ? ', …' : ''}`;
  }
}

/** How to ask for one series. */
export function seriesHint(column: string, value: string): string {
  return `series: { ${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(column) ? column : `'${column}'`}: '${value}' }`;
}
