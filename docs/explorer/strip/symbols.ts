/** Symbols and equations as elements: letters in italics, what stands below them below them. */
import { below, quantityOf } from '../cells/equation.js';
import type { Expression, Place } from '../cells/expression.js';
import type { Trace } from '../cells/trace.js';
import { el } from '../shell/dom.js';
import { factor, shown } from '../shell/numbers.js';

export function symbolElement(symbol: string, under: string): HTMLElement {
  return el('span', { class: 'symbol' }, el('i', {}, symbol), ...(under === '' ? [] : [el('sub', {}, under)]));
}

/** A quantity at its place: c₃. */
export function placeSymbol(trace: Trace, place: Place): HTMLElement {
  const quantity = quantityOf(trace, place.quantity);
  return symbolElement(quantity.symbol[0], below(trace, place, quantity));
}

export function inSymbols({ tokens }: Expression): HTMLElement {
  return el('span', { class: 'equation' }, ...tokens.map((token) => (typeof token === 'string' ? token : symbolElement(token.symbol, token.below))));
}

/** @param go takes the reader to where a number comes from, once it is pressed. */
export function inNumbers({ tokens }: Expression, go?: (place: Place) => void): HTMLElement {
  return el('span', { class: 'equation' }, ...tokens.map((token, i) => {
    if (typeof token === 'string') return token;
    const text = i === 0 ? shown(token.value) : factor(token.value);
    const { place } = token;
    const title = `${token.symbol} ${token.below}`;
    if (!place || !go) return el('span', { class: 'number', title }, text);
    const link = el('button', { type: 'button', class: 'number', title, 'aria-label': `${title}: ${shown(token.value)}` }, text);
    link.addEventListener('click', () => go(place));
    return link;
  }));
}

/** As a screen reader says it. */
export function inWords({ tokens }: Expression): string {
  return tokens.map((token, i) => (typeof token === 'string' ? token : i === 0 ? shown(token.value) : factor(token.value))).join('');
}
