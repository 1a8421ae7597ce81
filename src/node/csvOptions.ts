/** What a caller may say about a CSV file. */
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError, quoted } from '../errors.js';
import type { DecimalMark } from '../forecast/series/cellNumbers.js';
import type { DateFormat } from '../forecast/series/dateFormats.js';
import type { SplitOptions } from '../forecast/series/recordSplitter.js';

/** What to do with empty cells, NA, null and the like. */
export type MissingPolicy = 'refuse' | 'drop' | 'carryForward';

export interface CsvOptions extends SplitOptions {
  /** Number columns to read, in this order; by default every column but the date. */
  readonly columns?: readonly string[];
  /** Name of the date column, or false if there is none. By default the first one called date, datetime, time, month, … */
  readonly dateColumn?: string | false;
  /** By default decided over the whole column. */
  readonly dateFormat?: DateFormat;
  /**
   * `refuse` (default): a DataError at the first one. `drop`: the whole row goes. `carryForward`: the value of the date
   * before; rows before the first value go.
   */
  readonly missing?: MissingPolicy | undefined;
  /** Rows with the same date: `report` (default, both are kept, in file order) or `refuse`. */
  readonly duplicates?: 'report' | 'refuse';
  /** Missing dates: `report` (default) or `refuse`. */
  readonly gaps?: 'report' | 'refuse';
  /** Lines at the end that are no part of the table, such as a source; blank ones do not count. 0 by default. */
  readonly skipFooter?: number | undefined;
  /**
   * False: the first record holds data, and `names` says what the columns are called. True: it holds names. By default it
   * is taken for names, but refused if it holds nothing but numbers.
   */
  readonly header?: boolean | undefined;
  /** Names of all columns, in the order of the file; only with `header: false`. */
  readonly names?: readonly string[] | undefined;
  /**
   * Decimal mark. By default `.`, and a number such as `1,234` is refused unless another cell of the file shows that its
   * comma groups thousands.
   */
  readonly decimal?: DecimalMark | undefined;
}

const NAMES: OptionNames<CsvOptions> = {
  columns: true, dateColumn: true, dateFormat: true, missing: true, duplicates: true, gaps: true, delimiter: true, skipRows: true,
  comment: true, skipFooter: true, header: true, names: true, decimal: true,
};

function requireOneOf(argument: string, value: string | boolean | undefined, known: readonly (string | boolean)[]): void {
  if (value === undefined || known.includes(value)) return;
  const list = known.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)));
  throw new ArgumentError({ operation: 'readCsv', argument, expected: `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`, actual: typeof value === 'string' ? quoted(value) : String(value) });
}

/** @throws ArgumentError for an unknown option, or one that has no such value or does not go with another. */
export function checkCsvOptions(options: CsvOptions): CsvOptions {
  const { missing, duplicates, gaps, header, names, decimal, skipFooter = 0 } = checkOptions('readCsv', options, NAMES);
  requireOneOf('missing', missing, ['refuse', 'drop', 'carryForward']);
  requireOneOf('duplicates', duplicates, ['report', 'refuse']);
  requireOneOf('gaps', gaps, ['report', 'refuse']);
  requireOneOf('decimal', decimal, ['.', ',']);
  requireOneOf('header', header, [true, false]);
  requireCount('readCsv', 'skipFooter', skipFooter, 0);
  if ((header === false) !== (names !== undefined)) {
    throw new ArgumentError({ operation: 'readCsv', argument: 'names', expected: 'given where header is false, and nowhere else', actual: names ? `${names.length} names` : 'absent' });
  }
  return { ...options, ...(names && { names: [...names] }), ...(options.columns && { columns: [...options.columns] }) };
}
