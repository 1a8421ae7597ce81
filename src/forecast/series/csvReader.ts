/** Records of one file become rows as soon as it is known what the columns are for; until then they are held. */
import { DataError } from '../../errors.js';
import { parseNumber } from './cellNumbers.js';
import { columnsOf, columnsOfHeader, numberColumns, requireWidth, SeriesRows, seriesHint } from './csvColumns.js';
import type { Columns } from './csvColumns.js';
import { DateSearch, speaksOfTime } from './csvDateSearch.js';
import type { CsvOptions } from './csvOptions.js';
import type { CsvRecord } from './csvCells.js';
import { CsvRows } from './csvRows.js';
import type { CsvHeader } from './csvRows.js';

/** A file in which each row is known for what it is. */
export interface ReadRows {
  readonly rows: CsvRows;
  readonly header: CsvHeader;
  /** How to say what the file leaves open: the series, or the time of day, that a column of text holds. */
  readonly hint: string;
}

export class CsvReader {
  private columns: Columns | undefined;
  private series: SeriesRows | undefined;
  private search: DateSearch | undefined;
  private header: CsvHeader | undefined;
  private rows: CsvRows | undefined;
  /** Rows that came before the date column was known. */
  private held: CsvRecord[] = [];
  private first: CsvRecord | undefined;

  constructor(private readonly file: string, private readonly options: CsvOptions) {
    if (options.names) this.begin(columnsOf(options.names, undefined, options));
  }

  add(record: CsvRecord): void {
    if (!this.columns) {
      this.begin(columnsOfHeader(record, this.file, this.options));
      return;
    }
    requireWidth(record, this.columns, this.file, this.options);
    if (this.series?.has(record) === false) return;
    this.first ??= record;
    if (this.rows) {
      this.rows.add(record);
      return;
    }
    this.held.push(record);
    if (this.search?.offer(record) === false) this.settle(this.columns, this.search.answer());
  }

  /** @throws DataError if there are no rows, or nothing says which column holds the dates. */
  end(): ReadRows {
    const { columns, search, file } = this;
    if (columns && search && this.held.length > 0) this.settle(columns, search.answer());
    const { header, rows } = this;
    if (!columns || !header || !rows || rows.lines.length === 0) {
      const actual = !columns ? 'an empty file' : this.series?.absent ?? (this.options.names ? 'no row' : 'a header only');
      throw new DataError({ operation: 'readCsv', argument: file, expected: this.series?.absent === undefined ? 'a header and at least one row' : 'a table with rows of the series', actual });
    }
    rows.close();
    return { rows, header, hint: this.hint(columns, header) };
  }

  private begin(columns: Columns): void {
    this.columns = columns;
    this.series = new SeriesRows(this.file, columns);
    if (columns.date === undefined) this.search = new DateSearch(this.file, columns, this.options);
    else this.settle(columns, columns.date);
  }

  private settle(columns: Columns, date: number | false): void {
    const { names, time } = columns;
    const header = {
      ...numberColumns(columns, date, this.options.columns), dateName: date === false ? undefined : names[date], dateIndex: date === false ? -1 : date, timeIndex: time,
    };
    this.header = header;
    this.rows = new CsvRows(this.file, header, this.options);
    for (const record of this.held) this.rows.add(record);
    this.held = [];
    this.search = undefined;
  }

  private hint({ names, time, labels }: Columns, { dateIndex }: CsvHeader): string {
    const cellOf = (index: number): string => (this.first?.cells[index] ?? '').trim();
    const isClock = (index: number): boolean => /^\d{1,2}:\d{2}/.test(cellOf(index)) || (/^\d{4}(?:\d{2})?$/.test(cellOf(index)) && speaksOfTime(names[index] ?? ''));
    const others = [...names.keys()].filter((index) => index !== dateIndex && index !== time);
    const clock = others.find(isClock);
    // What SeriesRows has watched is the same in all rows.
    const watched = new Set(labels);
    const label = this.options.series === undefined
      ? others.find((index) => !watched.has(index) && !isClock(index) && parseNumber(cellOf(index), this.options.decimal ?? '.') === 'bad') : undefined;
    return [
      ...(clock !== undefined && time === undefined ? [`timeColumn: '${names[clock]}' if that is the time of day`] : []),
      ...(label === undefined ? [] : [`${seriesHint(names[label] ?? '', cellOf(label))} if that column tells several series apart`]),
    ].join('; ');
  }
}
