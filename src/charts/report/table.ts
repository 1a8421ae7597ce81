/** Tables of figures: one column, one number of decimals, so that the points stand under each other. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { alignedFormatter, withMinus } from '../plots/format.js';
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
  // On a phone a table with words becomes a list; then roles keep its rows and cells for screen readers, and labels name the columns.
  const words = columns.some((column) => column.words);
  const role = (name: string): { role?: string } => (words ? { role: name } : {});
  const cells = columns.map((column, c) => renderColumn(column, rows.map((row) => row.values[c] ?? null), words ? { role: 'cell', 'data-label': column.name } : {}));
  const head = element(
    'tr', role('row'),
    rowHeading === '' ? element('td', {}, escapeText('')) : element('th', { scope: 'col', ...role('columnheader') }, escapeText(rowHeading)),
    ...columns.map((column) => element('th', { scope: 'col', ...(column.words ? {} : { class: 'number' }), ...role('columnheader') }, escapeText(column.name))),
  );
  const body = rows.map((row, r) =>
    element('tr', role('row'), element('th', { scope: 'row', ...role('rowheader') }, escapeText(row.name)), ...cells.flatMap((column) => column[r] ?? [])));
  const table = element(
    'table', words ? { class: 'words', role: 'table' } : {}, element('caption', {}, element('span', {}, escapeText(caption))),
    element('thead', role('rowgroup'), head), element('tbody', role('rowgroup'), ...body),
  );
  return element('div', { class: 'scroll', role: 'group', tabindex: '0', 'aria-label': caption }, table);
}

function renderColumn({ format, best, words }: TableColumn, values: readonly (number | string | null)[], attributes: Readonly<Record<string, string>>): Markup[] {
  const finite = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
  const write = alignedFormatter(finite, format);
  const winner = best === undefined || finite.length < 2 ? undefined : best === 'lowest' ? Math.min(...finite) : Math.max(...finite);
  return values.map((value) => {
    const text = typeof value === 'number' ? write(value) : withMinus(value ?? '');
    if (words) return element('td', attributes, escapeText(text));
    // Compared as written: what reads the same is equally good.
    if (winner === undefined || typeof value !== 'number' || text !== write(winner)) return element('td', { class: 'number', ...attributes }, escapeText(text));
    return element('td', { class: 'number best', ...attributes }, element('strong', {}, escapeText(text)), element('span', { class: 'unseen' }, escapeText(' (best)')));
  });
}
