/** What reports call a column, and its unit: a name for people, not the one in the file. */
import { columnTitle } from '../../src/cli/wording.js';
import { packaged } from './packaged.js';
import type { Source } from './source.js';

export interface Label {
  readonly title: string;
  /** Unknown for files of the user's own. */
  readonly unit?: string;
}

/** Names that are codes of the Federal Reserve's data base. */
const CODES: Readonly<Record<string, Label>> = { TOTALSA: { title: 'US vehicle sales', unit: 'million a year' } };

const KNOWN: Readonly<Record<string, Readonly<Record<string, Label>>>> = {
  [packaged.aapl.path]: { Close: { title: 'AAPL, close', unit: 'dollars' } },
  [packaged.sp500.path]: { adjclose: { title: 'S&P 500', unit: 'index points' }, close: { title: 'S&P 500', unit: 'index points' } },
};

/** A column of the source, by default its target. */
export function labelOf({ path, target }: Pick<Source, 'path' | 'target'>, column = target): Label {
  if (path === packaged.employment.path) return { title: `Jobs in ${columnTitle(column).toLowerCase()}`, unit: 'thousand jobs' };
  return KNOWN[path]?.[column] ?? CODES[column] ?? { title: columnTitle(column) };
}

/** `RMSE, thousand jobs`; the name alone where the unit is not known. */
export function inUnit(name: string, { unit }: Label): string {
  return unit === undefined ? name : `${name}, ${unit}`;
}
