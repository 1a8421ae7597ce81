/** A table of numbers over time, as it comes out of a file and goes into windows. */
import { nearest } from '../../checks.js';
import { ArgumentError, listed, quoted } from '../../errors.js';
import { fromHost } from '../../ndarrays.js';
import type { Float64NdArray } from './arrays.js';

export interface Frame {
  readonly rows: number;
  /** ISO dates, ascending; empty if the table has no dates. */
  readonly dates: readonly string[];
  /** The same in milliseconds since 1970 UTC; empty if the table has no dates. */
  readonly times: Float64Array;
  /** IANA name of the zone whose clock the dates show, where that was said: `nextDates` goes on with it. */
  readonly timeZone?: string;
  /** Numbers by column name, in the order of the table. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** Says which columns there are when one was asked for that is not. @param hint the nearest name by default. */
export function requireColumnNames(operation: string, names: readonly string[], available: readonly string[], argument = 'columns', hint?: string): void {
  const known = new Set(available);
  const given: unknown = names;
  if (!Array.isArray(given)) throw new ArgumentError({ operation, argument, expected: 'a list of names', actual: `${typeof given} ${JSON.stringify(given)}` });
  const absent = names.find((name) => !known.has(name));
  if (absent !== undefined) {
    throw new ArgumentError({
      operation, argument, expected: `among ${listed(available)}`, actual: quoted(absent), hint: hint ?? `Did you mean '${nearest(absent, available)}'?`,
    });
  }
}

/**
 * Columns side by side, [rows, F] float64: the series that `makeWindows` and `backtest` take.
 *
 * @param names in the order wanted; every column by default.
 * @throws ArgumentError naming the columns there are.
 */
export function toSeries(frame: Frame, names: readonly string[] = Object.keys(frame.columns)): Float64NdArray {
  requireColumnNames('toSeries', names, Object.keys(frame.columns));
  const data = new Float64Array(frame.rows * names.length);
  names.forEach((name, j) => {
    frame.columns[name]?.forEach((value, row) => { data[row * names.length + j] = value; });
  });
  return fromHost(data, [frame.rows, names.length]);
}
