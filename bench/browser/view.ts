/** The pieces of the page: facts, form, live table, charts. */
import { charts, formatMs } from '../report.js';
import type { Row } from '../report.js';
import { subjectOf } from './run.js';
import { breakEvenSaid } from './verdicts.js';
import { about } from '../catalogue.js';

export function find<E extends Element>(type: new () => E, selector: string): E {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

type Child = Node | string;

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, properties: Partial<HTMLElementTagNameMap[K]>, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function showFacts(facts: Readonly<Record<string, string>>): void {
  find(HTMLElement, '#facts').replaceChildren(...Object.entries(facts).map(([name, value]) =>
    make('div', {}, make('dt', {}, name), make('dd', {}, value))));
}

export interface Choices {
  readonly ids: readonly string[];
  /** What each says of itself, or why it is missing. */
  readonly backends: Readonly<Record<string, { readonly text: string; readonly missing: boolean; readonly chosen: boolean }>>;
  readonly chosenIds: readonly string[];
  readonly seconds: number;
}

const groups = [['Products', 'M'], ['Gates', 'G'], ['Predictions', 'p'], ['Streams', 's'], ['Training steps', 'W']] as const;

/** The form; it calls `start` with what was chosen. */
export function showForm({ ids, backends, chosenIds, seconds }: Choices, start: (ids: string[], backends: string[], seconds: number) => void): void {
  const box = (name: string, value: string, checked: boolean, disabled = false): HTMLInputElement => make('input', { type: 'checkbox', name, value, checked, disabled });
  const form = find(HTMLFormElement, '#form');
  form.replaceChildren(
    make('fieldset', { className: 'backends' }, make('legend', {}, 'Backends'), ...Object.entries(backends).map(([name, { text, missing, chosen }]) =>
      make('label', { className: missing ? 'missing' : '' }, box('backend', name, chosen && !missing, missing), name, make('small', {}, text)))),
    ...groups.map(([legend, letter]) => make('fieldset', {}, make('legend', {}, legend), ...ids.filter((id) => id.startsWith(letter)).map((id) =>
      make('label', { title: about(id) }, box('id', id, chosenIds.includes(id)), id, make('small', {}, about(id)))))),
    make('div', { className: 'actions' },
      make('button', { type: 'submit', id: 'run' }, 'Run'),
      make('label', {}, make('input', { type: 'number', name: 'seconds', min: '0.05', max: '30', step: '0.05', value: String(seconds) }), 'seconds for each figure and round')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form);
    start(data.getAll('id').map(String), data.getAll('backend').map(String), Number(data.get('seconds')));
  });
}

const cells = new Map<string, HTMLTableCellElement>();

function cell(id: string, backend: string): HTMLTableCellElement {
  const found = cells.get(`${id} ${backend}`);
  if (!found) throw new Error(`the table has no cell for ${id} on ${backend}`);
  return found;
}

/** An empty table of what will be measured; a software adapter is called one where its figures stand. */
export function startTable(ids: readonly string[], backends: ReadonlyMap<string, { readonly description: string }>): void {
  cells.clear();
  find(HTMLElement, '#results').hidden = false;
  find(HTMLElement, '#charts').replaceChildren();
  find(HTMLTableSectionElement, 'thead').replaceChildren(make('tr', {}, make('th', { scope: 'col' }, 'what'), ...Array.from(backends, ([name, { description }]) =>
    make('th', { scope: 'col' }, name, make('small', {}, description.includes('(software)') ? 'software' : '')))));
  find(HTMLTableSectionElement, 'tbody').replaceChildren(...ids.map((id) => make('tr', {},
    make('th', { scope: 'row' }, id, make('small', {}, about(id))),
    ...Array.from(backends.keys(), (name) => {
      const made = make('td', {});
      cells.set(`${id} ${name}`, made);
      return made;
    }))));
}

export function showWork(id: string, backend: string, what: string): void {
  const at = cell(id, backend);
  if (at.childElementCount > 0) return;
  at.className = 'now';
  at.textContent = what;
}

export function showFailure(id: string, backend: string, message: string): void {
  const at = cell(id, backend);
  at.className = 'wrong';
  at.replaceChildren('failed', make('small', {}, message));
}

/** All figures of one measurement, each beside the best. */
export function showRow(rows: readonly Row[], id: string, backends: readonly string[]): void {
  const own = rows.filter((row) => row.id === id);
  const best = Math.min(...own.map((row) => row.median));
  for (const backend of backends) {
    const row = own.find(({ subject }) => subject === subjectOf(backend));
    if (!row) continue;
    const at = cell(id, backend);
    const timesBest = row.median / best;
    const ratio = row.median === best ? 'fastest' : `${timesBest.toFixed(timesBest < 9.95 ? 1 : 0)} × the time`;
    at.className = row.median === best && own.length > 1 ? 'best' : '';
    at.title = `${formatMs(row.low)} to ${formatMs(row.high)}; ${row.backend}`;
    const notes = [...(row.gflops === undefined ? [] : [`${row.gflops.toFixed(1)} GFLOP/s`]), ...(own.length > 1 ? [ratio] : [])];
    at.replaceChildren(formatMs(row.median), ...notes.map((note) => make('small', {}, note)));
  }
}

export function showCharts(rows: readonly Row[]): void {
  find(HTMLElement, '#charts').replaceChildren(...charts(rows).map(({ name: title, plot }) => {
    const figure = make('figure', { tabIndex: 0, ariaLabel: title });
    figure.innerHTML = String(plot.svg);
    return figure;
  }));
  const sentences = [...new Set(rows.map((row) => row.subject).filter((subject) => subject.includes('gpu')))].map((subject) => breakEvenSaid(rows, subject));
  if (sentences.length > 0) find(HTMLElement, '#breakEven').textContent = sentences.join(' ');
}
