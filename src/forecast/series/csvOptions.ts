/** What a caller may say about a CSV file. */
import { checkOptions, requireCount } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, quoted } from '../../errors.js';
import type { DecimalMark } from './cellNumbers.js';
import { requireDateFormat } from './dateFormats.js';
import type { DateFormat } from './dateFormats.js';
import { MISSING_POLICIES } from './missing.js';
import type { MissingPolicy } from './missing.js';
import { timeZone } from './timeZone.js';
import type { SplitOptions } from './recordSplitter.js';

/** How rows run in time: oldest first, newest first, or neither. */
export type RowOrder = 'ascending' | 'descending' | 'unsorted';

export interface CsvOptions extends SplitOptions {
  /** Number columns to read, in this order; by default every column but the date. */
  readonly columns?: readonly string[];
  /**
   * Name of the date column, or false if there is none. By default the one column whose cells are all dates; digits, such as 20240102 or
   * seconds since 1970, count only in a column whose name speaks of time. Two such columns are refused, and so is none unless `order` is said.
   */
  readonly dateColumn?: string | false | undefined;
  /** By default the one format that every date fits; two are refused. */
  readonly dateFormat?: DateFormat | undefined;
  /** Column that holds the time of day, where the date column holds days. */
  readonly timeColumn?: string | undefined;
  /**
   * IANA name, such as `America/New_York`, of the zone whose clock the dates show; dates with offsets, and counts since 1970, are shown
   * on its clock. By default a clock without an offset is read as UTC.
   */
  readonly timeZone?: string | undefined;
  /**
   * How the rows of the file run. With dates they tell it: another order than the one said is refused, and so is a mixed one
   * unless `unsorted` is said. Without dates it must be said, `ascending` (oldest first) or `descending`. The table is ascending in any case.
   */
  readonly order?: RowOrder | undefined;
  /**
   * Which of the series in the file to read: the value a column has in its rows, `{ Ticker: 'AAPL' }`. `one`: all rows are one series,
   * whatever a column such as Ticker or Symbol says; by default such a column must hold the same in all rows.
   */
  readonly series?: Readonly<Record<string, string>> | 'one' | undefined;
  /**
   * `refuse` (default): a DataError at the first one. `drop`: the whole row goes. `carryForward`: the value of the date
   * before; rows before the first value go. `interpolate`: the straight line, over the rows, between the known values before and after, which
   * knows what came later; rows before the first value and after the last go.
   */
  readonly missing?: MissingPolicy | undefined;
  /** Rows with the same date: `refuse` (default), `first` or `last` of them in the file, or `report`, which keeps all. */
  readonly duplicates?: 'refuse' | 'first' | 'last' | 'report' | undefined;
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
  /**
   * What the bytes of a file mean, by its name in the Encoding Standard, such as `windows-1252`; a text has none. By default UTF-8, or UTF-16 where the file begins
   * with its mark. Bytes that are no letters of it are refused.
   */
  readonly encoding?: string | undefined;
}

const NAMES: OptionNames<CsvOptions> = {
  columns: true, dateColumn: true, dateFormat: true, timeColumn: true, timeZone: true, order: true, series: true, missing: true, duplicates: true, gaps: true, delimiter: true, skipRows: true,
  comment: true, skipFooter: true, header: 'flag', names: true, decimal: true, encoding: true,
};

function requireOneOf(argument: string, value: string | boolean | undefined, known: readonly (string | boolean)[]): void {
  if (value === undefined || known.includes(value)) return;
  const list = known.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)));
  throw new ArgumentError({ operation: 'readCsv', argument, expected: `${list.slice(0, -1).join(', ')} or ${list.at(-1)}`, actual: typeof value === 'string' ? quoted(value) : String(value) });
}

/** @throws ArgumentError for an unknown option, or one that has no such value or does not go with another. */
export function checkCsvOptions(options: CsvOptions): CsvOptions {
  const { missing, duplicates, order, gaps, header, names, decimal, encoding, skipFooter = 0 } = checkOptions('readCsv', options, NAMES);
  requireOneOf('missing', missing, MISSING_POLICIES);
  requireOneOf('duplicates', duplicates, ['refuse', 'first', 'last', 'report']);
  requireOneOf('order', order, ['ascending', 'descending', 'unsorted']);
  requireOneOf('gaps', gaps, ['report', 'refuse']);
  requireOneOf('decimal', decimal, ['.', ',']);
  requireOneOf('header', header, [true, false]);
  requireCount('readCsv', 'skipFooter', skipFooter, 0);
  if ((header === false) !== (names !== undefined)) {
    throw new ArgumentError({ operation: 'readCsv', argument: 'names', expected: 'given where header is false, and nowhere else', actual: names ? `${names.length} names` : 'absent' });
  }
  if (encoding !== undefined && !isEncoding(encoding)) {
    throw new ArgumentError({ operation: 'readCsv', argument: 'encoding', expected: 'a name of the Encoding Standard, such as windows-1252', actual: quoted(String(encoding)) });
  }
  checkTime(options);
  return { ...options, ...(names && { names: [...names] }), ...(options.columns && { columns: [...options.columns] }), ...(typeof options.series === 'object' && { series: { ...options.series } }) };
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** @throws ArgumentError for an `encoding`: whoever decoded the text has settled it. */
export function refuseEncoding(operation: string, { encoding }: CsvOptions): void {
  if (encoding !== undefined) throw new ArgumentError({ operation, argument: 'encoding', expected: 'absent for a text, which has been decoded', actual: quoted(encoding) });
}

function checkTime({ dateColumn, dateFormat, timeColumn, timeZone: zone, series }: CsvOptions): void {
  if (dateFormat !== undefined) requireDateFormat('readCsv', 'dateFormat', dateFormat);
  if (zone !== undefined) timeZone('readCsv', zone);
  const refuse = (argument: string, expected: string, actual: string): never => { throw new ArgumentError({ operation: 'readCsv', argument, expected, actual }); };
  for (const [argument, value] of Object.entries({ dateFormat, timeColumn, timeZone: zone })) {
    if (dateColumn === false && value !== undefined) refuse(argument, 'absent where dateColumn is false', quoted(value));
  }
  if (dateColumn !== undefined && dateColumn === timeColumn) refuse('timeColumn', 'another column than dateColumn', quoted(String(timeColumn)));
  if (series === undefined || series === 'one') return;
  if (typeof series !== 'object' || Object.keys(series).length === 0 || Object.values(series).some((value) => typeof value !== 'string')) {
    refuse('series', "columns with the value that tells the series, such as { Ticker: 'AAPL' }, or 'one'", quoted(JSON.stringify(series)));
  }
}
