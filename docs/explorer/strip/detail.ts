/** What stands behind a chosen number: its equation in symbols and in numbers, and the lines of source. */
import { equationOf, givenBy, quantityOf } from '../cells/equation.js';
import type { Place } from '../cells/expression.js';
import { valueAt } from '../cells/trace.js';
import type { Trace } from '../cells/trace.js';
import { el } from '../shell/dom.js';
import { numberElement } from '../shell/numbers.js';
import { inNumbers, inSymbols, placeSymbol } from './symbols.js';

/** By equation id, put in by scripts/site/explorer.mjs. */
declare const SOURCE_LINES: Readonly<Record<string, readonly { readonly file: string; readonly line: number; readonly text: string }[]>>;

const PAGES: Readonly<Record<string, string>> = { V: 'bptt', B: 'bptt', L: 'lstm', G: 'gru' };
const PAGE_TITLES: Readonly<Record<string, string>> = { bptt: 'Backpropagation through time', lstm: 'LSTM', gru: 'GRU' };

/** The lines that carry an equation's id, each a link to its place in the source. */
export function sourceOf(id: string): HTMLElement {
  return el('ul', { class: 'source' }, ...(SOURCE_LINES[id] ?? []).map(({ file, line, text }) => el('li', {},
    el('a', { href: `../source/${file}.html#L${line}` }, `${file}:${line}`), el('code', { tabindex: 0 }, text))));
}

export function derivationOf(id: string): HTMLElement {
  const page = PAGES[id.slice(0, 1)] ?? 'bptt';
  return el('a', { href: `../${page}.html` }, PAGE_TITLES[page] ?? page);
}

export function detail(trace: Trace, place: Place, go: (place: Place) => void): HTMLElement[] {
  const quantity = quantityOf(trace, place.quantity);
  const equation = equationOf(trace, place);
  const value = numberElement(valueAt(trace, quantity.name, place.t, place.unit), 6);
  const heading = el('h2', {}, ...(equation && quantity.id ? [`${quantity.id} · `] : []), placeSymbol(trace, place), `: ${quantity.meaning}`);
  if (!equation) {
    const cut = place.quantity.endsWith('Next') && trace.scenario.truncate > 0;
    return [heading, el('p', {}, placeSymbol(trace, place), ' = ', value, '. ', givenBy(place)), ...(cut ? [sourceOf('B5')] : [])];
  }
  return [
    heading,
    el('p', { class: 'filled' }, placeSymbol(trace, place), ' = ', inSymbols(equation)),
    el('p', { class: 'filled' }, '= ', inNumbers(equation, go)),
    el('p', { class: 'filled result' }, '= ', value),
    ...(quantity.id === undefined
      ? [el('p', {}, 'The slope of the loss, a mean of squares.')]
      : [el('p', {}, `${quantity.id} in the source (derived in `, derivationOf(quantity.id), '):'), sourceOf(quantity.id)]),
  ];
}
