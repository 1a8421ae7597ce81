/** How a CSV file is read, as options of the command line. The reader's own hints are said in these words. */
import type { CsvOptions } from '../forecast/series/csvOptions.js';
import { MISSING_POLICIES } from '../forecast/series/missing.js';
import { UsageError, choice, flag, list, text, wholeNumber } from './options.js';
import type { Option, Values } from './options.js';

/** Options of the reader as plain JSON: trials on other threads are told them. */
export type Reading = { readonly [K in keyof CsvOptions]?: Exclude<CsvOptions[K], undefined> };

/** A name of a column, which may be empty; or a mark between cells, which may be a blank. */
function anyText(value: string, help: string): Option<string | undefined> {
  return { value, help, shown: undefined, parse: (given) => given };
}

/** Of every command that reads a CSV file; docs/csv.md explains them. */
export const READING = {
  'date-column': anyText('COL', 'column of dates; without it, the one column whose cells are all dates; false: none'),
  'date-format': text('FORMAT', 'such as DD/MM/YYYY, YYYYMMDD or milliseconds; without it, the one format that all dates fit'),
  'time-column': anyText('COL', 'column with the time of day, where the other one holds days'),
  'time-zone': text('ZONE', 'whose clock the dates show, such as America/New_York'),
  order: text('ORDER', 'how the rows run: ascending or descending, needed where there are no dates; unsorted: sort them by their dates'),
  series: text('COL=VALUE', 'which rows to read of a file with several series, such as Ticker=AAPL; one: all rows are one series'),
  duplicates: text('RULE', 'what to do where a date occurs twice: refuse, or keep the first, the last, or all (report)', 'refuse'),
  missing: choice(MISSING_POLICIES, 'what to do with empty cells', 'refuse'),
  delimiter: anyText('MARK', 'what stands between cells, \\t for a tab; a comma unless the file says sep='),
  decimal: text('MARK', 'decimal mark, . or ,'),
  names: list('A,B', 'names of all columns, for a file without a line of names'),
  header: flag('the first line holds names, although they are numbers'),
  'skip-rows': wholeNumber('lines above the table', { fallback: 0, least: 0 }),
  'skip-footer': wholeNumber('lines below the table', { fallback: 0, least: 0 }),
  comment: anyText('MARK', 'what lines begin with that are no part of the table'),
  encoding: text('NAME', 'what the bytes of the file mean, such as windows-1252; without it UTF-8, or UTF-16 where it begins with its mark'),
};

/** What the command line says, for the reader, which checks it. */
export function csvOptionsOf(given: Values<typeof READING>): Reading {
  const { names, header, series, delimiter, missing } = given;
  if (header && names.length > 0) throw new UsageError('--header and --names exclude each other.');
  const [, column, value] = /^([^=]*)=(.*)$/s.exec(series ?? '') ?? [];
  if (series !== undefined && series !== 'one' && column === undefined) throw new UsageError(`--series must be COL=VALUE or one, got '${series}'.`);
  const options = {
    dateColumn: given['date-column'] === 'false' ? false as const : given['date-column'], dateFormat: given['date-format'], timeColumn: given['time-column'], timeZone: given['time-zone'], order: given.order,
    series: series === 'one' || series === undefined ? series : { [column ?? '']: value ?? '' }, duplicates: given.duplicates, missing,
    delimiter: delimiter === '\\t' ? '\t' : delimiter, decimal: given.decimal, comment: given.comment, encoding: given.encoding, skipRows: given['skip-rows'], skipFooter: given['skip-footer'],
    ...(names.length > 0 && { header: false, names }), ...(header && { header }),
  };
  // Words are checked by the reader, whose error comes back in the words of the command line.
  return Object.fromEntries(Object.entries(options).filter(([, each]) => each !== undefined));
}

/** Options of the reader whose flag is not their own name with dashes. */
const MENTIONS = /header: false and names: \[…\]|\b(?:header: true|columns: \[…\]|series: \{ (?:'([^']*)'|([^:\s]+)): '([^']*)' \}|([a-z]+(?:[A-Z][a-z]+)+)(?:: (?:'([^']*)'|(\d+|false)))?|(order|series|duplicates|missing|delimiter|decimal|comment|encoding): '([^']*)')/gu;

/**
 * A hint of the reader, or the name of an option, in the words of the command line: `dateColumn: 'Day'` becomes `--date-column Day`.
 *
 * @param columns the flags that choose number columns, where the command has any.
 */
export function inFlags(hint: string, columns?: string): string {
  if (Object.hasOwn(READING, hint)) return `--${hint}`;
  const known = columns === undefined ? hint.replace(/,? or choose [^.]*columns: \[…\]/, '') : hint;
  return known.replace(MENTIONS, (mention: string, quotedColumn?: string, plainColumn?: string, value?: string, camel?: string, camelValue?: string, plainValue?: string, word?: string, wordValue?: string) => {
    if (mention.startsWith('header: false')) return '--names A,B,…';
    if (mention === 'header: true') return '--header';
    if (mention.startsWith('columns')) return columns ?? mention;
    if (value !== undefined) return `--series ${inShell(`${quotedColumn ?? plainColumn ?? ''}=${value}`)}`;
    const name = word ?? (camel ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (!Object.hasOwn(READING, name)) return mention;
    const given = camelValue ?? plainValue ?? wordValue;
    if (mention !== hint && (given === '…' || (given === undefined && name.startsWith('skip-')))) return `--${name} ${given === undefined ? 'N' : 'MARK'}`;
    return given === undefined ? `--${name}` : `--${name} ${inShell(given)}`;
  });
}

function inShell(word: string): string {
  return /^[\p{L}\p{N}_=:.,/@+-]+$/u.test(word) ? word : `'${word}'`;
}
