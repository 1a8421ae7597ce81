/** The strip as a table of numbers: a column for each time step, a row for each quantity. Arrow keys move the place. */
import { quantityOf } from '../cells/equation.js';
import type { Place } from '../cells/expression.js';
import { STEPS, valueAt } from '../cells/trace.js';
import type { Trace } from '../cells/trace.js';
import { el, setAttributes } from '../shell/dom.js';
import { shown } from '../shell/numbers.js';
import { symbolElement } from './symbols.js';

const MOVES: Readonly<Record<string, readonly [row: number, step: number]>> = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -STEPS], End: [0, STEPS],
};

/** The tint of a number beside the largest of its row's kind; its sign and size stand in it as figures, too. */
function tint(value: number, largest: number): string {
  const strength = largest > 0 ? 40 * Math.sqrt(Math.abs(value) / largest) : 0;
  return `color-mix(in srgb, var(--${value < 0 ? 'negative' : 'positive'}) ${strength.toFixed(1)}%, transparent)`;
}

export interface NumberTable { readonly element: HTMLElement; show(trace: Trace, place: Place): void }

export function numberTable(go: (place: Place) => void): NumberTable {
  const table = el('table', { class: 'strip', role: 'grid' });
  let cellsAt = new Map<string, HTMLTableCellElement>();
  let rows: string[] = [];
  let made = '';
  let current: Place = { quantity: 'h', t: 1, unit: 1 };

  table.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const row = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current.quantity) + move[0]))] ?? current.quantity;
    const t = Math.min(STEPS, Math.max(1, current.t + move[1]));
    go({ ...current, quantity: row, t });
    cellsAt.get(`${row} ${t}`)?.focus();
  });

  const build = (trace: Trace, pass: string): void => {
    cellsAt = new Map();
    const shownRows = trace.kind.quantities.filter((quantity) => quantity.pass === pass);
    rows = shownRows.map(({ name }) => name);
    const steps = Array.from({ length: STEPS }, (_, i) => i + 1);
    table.replaceChildren(
      el('caption', { class: 'unseen' }, `${trace.kind.title}, ${pass}: a column for each time step`),
      el('thead', {}, el('tr', { role: 'row' }, el('th', { scope: 'col' }, pass === 'forward' ? 'forward →' : '← backward'), ...steps.map((t) => el('th', { scope: 'col' }, el('i', {}, 't'), ` = ${t}`)))),
      el('tbody', {}, ...shownRows.map(({ name, symbol, meaning }) => el('tr', { role: 'row' },
        el('th', { scope: 'row', title: meaning }, symbolElement(symbol[0], symbol[1] ?? '')),
        ...steps.map((t) => {
          const cell = el('td', { role: 'gridcell' });
          cell.addEventListener('click', () => go({ ...current, quantity: name, t }));
          cellsAt.set(`${name} ${t}`, cell);
          return cell;
        })))),
    );
  };

  const box = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of all numbers' }, table);
  /** Sideways alone, past the row's heading: the page stays where it is. */
  const reveal = (cell: HTMLElement): void => {
    const heading = cell.parentElement?.firstElementChild?.clientWidth ?? 0;
    box.scrollLeft = Math.min(cell.offsetLeft - heading, Math.max(box.scrollLeft, cell.offsetLeft + cell.offsetWidth - box.clientWidth));
  };

  return {
    element: box,
    show(trace, place) {
      const { pass } = quantityOf(trace, place.quantity);
      const form = `${trace.scenario.cell} ${pass}`;
      if (form !== made) build(trace, pass);
      made = form;
      current = { ...place, quantity: quantityOf(trace, place.quantity).name };
      for (const name of rows) {
        const values = Array.from({ length: STEPS }, (_, i) => valueAt(trace, name, i + 1, place.unit));
        const largest = Math.max(...values.map(Math.abs));
        values.forEach((value, i) => {
          const cell = cellsAt.get(`${name} ${i + 1}`);
          if (!cell) return;
          const chosen = name === current.quantity && i + 1 === place.t;
          cell.textContent = shown(value);
          cell.style.background = tint(value, largest);
          if (chosen) reveal(cell);
          setAttributes(cell, { 'data-value': String(value), tabindex: chosen ? 0 : -1, 'aria-selected': String(chosen), class: i + 1 === place.t ? 'now' : undefined });
        });
      }
    },
  };
}
