/** What every reader of CSV does with the records: from names of columns to a table sorted by date. */
import { DataError } from '../../errors.js';
import { findGaps } from './calendar.js';
import type { Gap } from './calendar.js';
import { isBlank } from './csvCells.js';
import type { CsvRecord } from './csvCells.js';
import { checkCsvOptions } from './csvOptions.js';
import type { CsvOptions, RowOrder } from './csvOptions.js';
import { CsvReader } from './csvReader.js';
import { inTimeOrder, settleDuplicates } from './csvTime.js';
import type { CsvCell, DatedRow, DuplicateDate } from './csvTime.js';
import type { DateFormat } from './dateFormats.js';
import type { Frame } from './frame.js';
import { settleMissing } from './missing.js';
import type { Cell } from './missing.js';

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
  /** Cells filled by the straight line between the values before and after. */
  readonly interpolated: readonly CsvCell[];
}

export interface CsvTable extends Frame {
  readonly report: CsvReport;
}

/** Takes the records of a file as they come; the last ones, as many as its footer may have, are held back. */
export class CsvTableReader {
  readonly options: CsvOptions;
  private readonly reader: CsvReader;
  private held: CsvRecord[] = [];

  /** @param file named in errors. @throws ArgumentError for options that are wrong. */
  constructor(private readonly file: string, options: CsvOptions) {
    this.options = checkCsvOptions(options);
    this.reader = new CsvReader(file, this.options);
  }

  /** @throws CsvError for a record that does not fit. */
  add(records: readonly CsvRecord[]): void {
    const held = this.held.concat(records.filter((record) => !isBlank(record)));
    const rows = Math.max(0, held.length - (this.options.skipFooter ?? 0));
    for (const record of held.slice(0, rows)) this.reader.add(record);
    this.held = held.slice(rows);
  }

  /** The table, once nothing follows. @throws CsvError or DataError for what the options do not allow. */
  end(): CsvTable {
    const { file, options } = this;
    const { missing = 'refuse', gaps: onGaps = 'report', timeZone } = options;
    const read = this.reader.end();
    const { rows, header } = read;
    const { sorted, undated, order, dateFormat } = inTimeOrder(read, file, options);
    const settled = settleMissing(rows.numbers, sorted.map(({ row }) => row), missing);
    const cells = (list: readonly Cell[]): CsvCell[] => list.map(({ at, column }) => ({ line: sorted[at]?.line ?? 0, column: header.names[column] ?? '' }));
    const complete = settled.kept.flatMap((at) => sorted[at] ?? []);
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
        duplicates, gaps, dropped: [...undated, ...cells(settled.dropped)],
        carried: missing === 'carryForward' ? cells(settled.filled) : [], interpolated: missing === 'interpolate' ? cells(settled.filled) : [],
      },
    };
  }
}

/** Numbers of the rows that are kept, in their order. */
function pick(values: readonly number[], rows: readonly DatedRow[]): Float64Array {
  const picked = new Float64Array(rows.length);
  rows.forEach(({ row }, i) => { picked[i] = values[row] ?? NaN; });
  return picked;
}
