/** Columns by place or by name: a name means something where the series is a Frame, or where `columns` lists the names. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, ShapeError, quoted } from '../../errors.js';
import { toRows } from './arrays.js';
import type { Numbers, Site } from './arrays.js';
import { requireColumnNames, toSeries } from './frame.js';
import type { Frame } from './frame.js';

/** Place, counted from 0, or name. */
export type Column = number | string;

/** A series with or without names of its columns. */
export type Series = Numbers | Frame;

/** What a function takes that reads columns by name. */
export interface ColumnNames {
  /** Names of the columns in their order, so that `target` may be one of them. Of a Frame: the columns to take, in this order; all by default. */
  readonly columns?: readonly string[] | undefined;
}

const columnsOnly: OptionNames<ColumnNames> = { columns: true };

/** Of a function that takes nothing else. */
export function givenColumns(operation: string, options: ColumnNames): readonly string[] | undefined {
  return checkOptions(operation, options, columnsOnly).columns;
}

type Rows = ReturnType<typeof toRows> & { readonly names: readonly string[] | undefined };

/**
 * A copy of the series, and the names of its columns where they are known.
 * @throws ShapeError unless there is a name for each column; ArgumentError for a column that a Frame does not have.
 */
export function openSeries(series: Series, columns: readonly string[] | undefined, site: Site): Rows {
  requireNames(site.operation, columns);
  if (isFrame(series)) {
    const names = columns ?? Object.keys(series.columns);
    return { ...toRows(toSeries(series, names), site), names: [...names] };
  }
  const rows = toRows(series, site);
  if (columns && columns.length !== rows.features) {
    throw new ShapeError({ operation: site.operation, argument: 'columns', expected: `${rows.features} names, one for each column of the series`, actual: `${columns.length}` });
  }
  return { ...rows, names: columns && [...columns] };
}

function isFrame(series: Series): series is Frame {
  const given: unknown = series;
  return typeof given === 'object' && given !== null && 'columns' in given && 'rows' in given;
}

function requireNames(operation: string, columns: readonly string[] | undefined): void {
  if (columns === undefined) return;
  const given: unknown = columns;
  if (!Array.isArray(given) || given.some((name) => typeof name !== 'string')) {
    throw new ArgumentError({ operation, argument: 'columns', expected: 'a list of names', actual: String(given) });
  }
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new ArgumentError({ operation, argument: 'columns', expected: 'a list of different names', actual: `${quoted(twice)} twice` });
}

/**
 * Places of columns; what was a place already is left as it is, see `requireColumns`.
 * @throws ArgumentError for a name where no names are known, or an unknown one, with the nearest.
 */
export function placesOf(operation: string, columns: readonly Column[], names: readonly string[] | undefined): number[] {
  requireNames(operation, names);
  return columns.map((column) => {
    if (typeof column !== 'string') return column;
    if (!names) {
      throw new ArgumentError({
        operation, argument: 'target', expected: 'the place of a column: the series has no names', actual: quoted(column),
        hint: "They have names in a Frame, as readCsv gives it, or with columns: ['Open', 'Close'], which lists them all.",
      });
    }
    requireColumnNames(operation, [column], names, 'target');
    return names.indexOf(column);
  });
}

/** Checks that columns exist in a series of `features` columns. */
export function requireColumns(operation: string, columns: readonly number[], features: number): void {
  const bad = columns.find((column) => !Number.isInteger(column) || column < 0 || column >= features);
  if (bad !== undefined || columns.length === 0) {
    throw new ArgumentError({ operation, argument: 'target', expected: `a column from 0 to ${features - 1}`, actual: String(bad ?? 'none') });
  }
}

/** The one column that is forecast, as a place in a series of `features` columns. */
export function targetOf(operation: string, target: Column, names: readonly string[] | undefined, features: number): number {
  const [place = NaN] = placesOf(operation, [target], names);
  requireColumns(operation, [place], features);
  return place;
}
