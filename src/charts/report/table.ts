/** Tables of figures: one column, one number of decimals, so that the points stand under each other. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { alignedFormatter } from '../plots/format.js';
import type { NumberFormat } from '../plots/format.js';
import { element, escapeText } from '../plots/svg.js';
import type { Markup } from '../plots/svg.js';

export interface TableColumn {
  readonly name: string;
  readonly format?: NumberFormat;
  /** Marks the best number of the column. */
  readonly best?: 'lowest' | 'highest';
  /** Words, not figures: to the left, and broken into lines. */
  readonly words?: boolean;
}

const columnNames: OptionNames<TableColumn> = { name: true, format: true, best: true, words: 'flag' };

export interface TableRow {
  readonly name: string;
  /** One for each column; null stays empty, NaN is written as `n/a`. */
  readonly values: readonly (number | string | null)[];
}

const rowNames: OptionNames<TableRow> = { name: true, values: true };

export interface TableBlock {
  readonly kind: 'table';
  readonly caption: string;
  /** Heading of the column of row names. */
  readonly rowHeading?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export const tableNames: OptionNames<TableBlock> = { kind: true, caption: true, rowHeading: true, columns: true, rows: true };

export function renderTable({ caption, rowHeading = '', columns, rows }: TableBlock): Markup {
  for (const column of columns) checkOptions(`table '${caption}', column '${column.name}'`, column, columnNames);
  for (const row of rows) {
    checkOptions(`table '${caption}', row '${row.name}'`, row, rowNames);
    if (row.values.length === columns.length) continue;
    throw new ArgumentError({
      operation: `table '${caption}'`, argument: `row '${row.name}'`, expected: `${String(columns.length)} values`, actual: String(row.values.length),
    });
  }
  const cells = columns.map((column, c) => renderColumn(column, rows.map((row) => row.values[c] ?? null)));
  const head = element(
    'tr', {},
    rowHeading === '' ? element('td', {}, escapeText('')) : element('th', { scope: 'col' }, escapeText(rowHeading)),
    ...columns.map(({ name, words }) => element('th', { scope: 'col', ...(words ? {} : { class: 'number' }) }, escapeText(name))),
  );
  const body = rows.map((row, r) =>
    element('tr', {}, element('th', { scope: 'row' }, escapeText(row.name)), ...cells.flatMap((column) => column[r] ?? [])));
  const table = element('table', {}, element('caption', {}, escapeText(caption)), element('thead', {}, head), element('tbody', {}, ...body));
  return element('div', { class: 'scroll', role: 'group', tabindex: '0', 'aria-label': caption }, table);
}

function renderColumn({ format, best, words }: TableColumn, values: readonly (number | string | null)[]): Markup[] {
  const finite = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
  const write = alignedFormatter(finite, format);
  const winner = best === undefined || finite.length < 2 ? undefined : best === 'lowest' ? Math.min(...finite) : Math.max(...finite);
  return values.map((value) => {
    const text = typeof value === 'number' ? write(value) : (value ?? '');
    if (words) return element('td', {}, escapeText(text));
    // Compared as written: what reads the same is equally good.
    if (winner === undefined || typeof value !== 'number' || text !== write(winner)) return element('td', { class: 'number' }, escapeText(text));
    return element('td', { class: 'number best' }, element('strong', {}, escapeText(text)), element('span', { class: 'unseen' }, escapeText(' (best)')));
  });
}
