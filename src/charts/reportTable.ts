/** Tables of figures: one column, one number of decimals, so that the points stand under each other. */
import { ArgumentError } from '../errors.js';
import { decimalExponent, fixed, formatNumber } from './format.js';
import type { NumberFormat } from './format.js';
import { element, escapeText } from './svg.js';
import type { Markup } from './svg.js';

export interface TableColumn {
  readonly name: string;
  readonly format?: NumberFormat;
  /** Marks the best number of the column. */
  readonly best?: 'lowest' | 'highest';
}

export interface TableRow {
  readonly name: string;
  /** One for each column; null stays empty, NaN is written as `n/a`. */
  readonly values: readonly (number | string | null)[];
}

export interface TableBlock {
  readonly kind: 'table';
  readonly caption: string;
  /** Heading of the column of row names. */
  readonly rowHeading?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export function renderTable({ caption, rowHeading = '', columns, rows }: TableBlock): Markup {
  for (const row of rows) {
    if (row.values.length === columns.length) continue;
    throw new ArgumentError({
      operation: `table '${caption}'`, argument: `row '${row.name}'`, expected: `${String(columns.length)} values`, actual: String(row.values.length),
    });
  }
  const cells = columns.map((column, c) => renderColumn(column, rows.map((row) => row.values[c] ?? null)));
  const head = element(
    'tr', {},
    rowHeading === '' ? element('td', {}, escapeText('')) : element('th', { scope: 'col' }, escapeText(rowHeading)),
    ...columns.map(({ name }) => element('th', { scope: 'col', class: 'number' }, escapeText(name))),
  );
  const body = rows.map((row, r) =>
    element('tr', {}, element('th', { scope: 'row' }, escapeText(row.name)), ...cells.flatMap((column) => column[r] ?? [])));
  const table = element('table', {}, element('caption', {}, escapeText(caption)), element('thead', {}, head), element('tbody', {}, ...body));
  return element('div', { class: 'scroll', role: 'group', tabindex: '0', 'aria-label': caption }, table);
}

function renderColumn({ format, best }: TableColumn, values: readonly (number | string | null)[]): Markup[] {
  const finite = values.filter((v): v is number => typeof v === 'number' && Number.isFinite(v));
  const write = columnFormatter(finite, format);
  const winner = best === undefined || finite.length < 2 ? undefined : best === 'lowest' ? Math.min(...finite) : Math.max(...finite);
  return values.map((value) => {
    const text = typeof value === 'number' ? (Number.isFinite(value) ? write(value) : formatNumber(value)) : (value ?? '');
    // Compared as written: what reads the same is equally good.
    if (winner === undefined || typeof value !== 'number' || text !== write(winner)) return element('td', { class: 'number' }, escapeText(text));
    return element('td', { class: 'number best' }, element('strong', {}, escapeText(text)), element('span', { class: 'unseen' }, escapeText(' (best)')));
  });
}

/** Plain numbers get the decimals that show four digits of the median magnitude, unless the column spans too much. */
function columnFormatter(finite: readonly number[], format: NumberFormat = 'plain'): (value: number) => string {
  if (format === 'percent') return (value) => `${fixed(value * 100, 1)}%`;
  if (format !== 'plain' || finite.every(Number.isInteger)) return (value) => formatNumber(value, format);
  const exponents = finite.filter((v) => v !== 0).map(decimalExponent).sort((a, b) => a - b);
  const [least = 0, most = 0] = [exponents[0], exponents.at(-1)];
  if (most - least > 5 || least < -5 || most >= 12) return (value) => formatNumber(value);
  const decimals = Math.max(0, 3 - (exponents[Math.floor(exponents.length / 2)] ?? 0), 1 - least);
  return (value) => fixed(value, decimals);
}
