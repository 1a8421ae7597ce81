/** What panel 2 shows below its drawing: the two sides from which dh_t gathers, the terms that truncation cuts, the norm before and after clipping. */
import { equationOf, givenBy, quantityOf } from '../cells/equation.js';
import { STEPS, isCut, valueAt } from '../cells/trace.js';
import type { Trace } from '../cells/trace.js';
import { el } from '../shell/dom.js';
import { numberElement, numbered, shown } from '../shell/numbers.js';
import { derivationOf, sourceOf } from './detail.js';
import { inNumbers, placeSymbol } from './symbols.js';

/** The first step that a loss at the last one reaches. */
export function reach(truncate: number): number {
  return truncate === 0 ? 1 : Math.floor((STEPS - 1) / truncate) * truncate + 1;
}

function side(heading: string, value: number, ...more: (Node | string)[]): HTMLElement {
  return el('div', { class: 'side' }, el('h3', {}, heading), el('p', { class: 'large' }, numberElement(value, 4)), ...more);
}

/** @param onStrip where the strip shows this quantity in this state. */
export function gather(trace: Trace, t: number, unit: number, onStrip: (quantity: string) => string): HTMLElement[] {
  const value = (name: string): number => valueAt(trace, name, t, unit);
  const place = (quantity: string): { quantity: string; t: number; unit: number } => ({ quantity, t, unit });
  const { id = '' } = quantityOf(trace, 'dhNext');
  /** Its equation with the numbers, or why it is 0. */
  const behind = (quantity: string, says: string): HTMLElement => {
    const equation = equationOf(trace, place(quantity));
    return el('p', { class: 'note' }, ...(equation ? [says, inNumbers(equation)] : [givenBy(place(quantity))]));
  };
  const parts = [
    side('From the loss at this step', value('dy'), behind('dy', 'Slope of the mean of squares, of h and its target: ')),
    el('span', { class: 'sign', 'aria-label': 'plus' }, '+'),
    side(t === STEPS ? 'From a step after' : `From step ${t + 1}`, value('dhNext'), behind('dhNext', `${id}: `)),
    el('span', { class: 'sign', 'aria-label': 'makes' }, '='),
    side(`Gradient of the state ${numbered('h', t)}`, value('dh'), el('p', { class: 'note' }, 'The sum, rounded like the rest: all by which this state moves the loss.')),
  ];
  const memory = trace.kind.hasMemory
    ? [el('p', {}, 'The memory has a second path back, past the forget gate (', derivationOf('L13'), '): ', placeSymbol(trace, place('dcNext')), ' = ', numberElement(value('dcNext')),
        t < STEPS && !isCut(trace.scenario, t) ? `, through f = ${shown(valueAt(trace, 'f', t + 1, unit))}.` : '.')]
    : [];
  return [
    el('h2', {}, 'B3 · ', placeSymbol(trace, place('dh')), ' gathers from two sides'),
    el('div', { class: 'gather' }, ...parts),
    ...memory,
    el('p', {}, el('a', { href: onStrip('dhNext') }, 'These numbers on the strip, with their equations'), '. In the source:'),
    sourceOf('B3'),
  ];
}

function norm(gradients: ReadonlyMap<string, Float64Array>): number {
  return Math.sqrt(product(gradients, gradients));
}

function product(a: ReadonlyMap<string, Float64Array>, b: ReadonlyMap<string, Float64Array>): number {
  let sum = 0;
  for (const [name, values] of a) values.forEach((value, i) => (sum += value * (b.get(name)?.[i] ?? 0)));
  return sum;
}

/** The whole gradient beside the truncated one. @param whole the same without truncation. */
export function cutTerms(trace: Trace, whole: Trace, t: number): HTMLElement[] {
  const { units, truncate } = trace.scenario;
  const heading = el('h2', {}, 'What truncation cuts');
  if (truncate === 0) return [heading, el('p', {}, 'Nothing: every step sends back to the one before. Move ', el('b', {}, 'Truncate'), ' to cut at borders.')];
  const borders = Array.from({ length: STEPS - 1 }, (_, i) => i + 1).filter((border) => isCut(trace.scenario, border));
  const rows = borders.map((border) => {
    const full = Math.hypot(...Array.from({ length: units }, (_, i) => valueAt(whole, 'dhNext', border, i + 1)));
    return el('tr', {}, el('th', { scope: 'row' }, `between ${border} and ${border + 1}${border >= t ? '' : ' (not reached yet)'}`), el('td', {}, numberElement(full, 4)), el('td', {}, border >= t ? numberElement(0) : '?'));
  });
  const lengths = norm(trace.gradients) * norm(whole.gradients);
  return [
    heading,
    el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Terms that are cut' }, el('table', {},
      el('caption', { class: 'unseen' }, 'At each border: what the step after would send back, and what arrives'),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Border'), el('th', { scope: 'col' }, 'norm of dh, untruncated'), el('th', { scope: 'col' }, 'arrives'))), el('tbody', {}, ...rows))),
    el('p', {}, 'The states go forward across every border; only the gradient stops. What is left of the gradient of the weights has norm ', numberElement(norm(trace.gradients), 4), ' instead of ', numberElement(norm(whole.gradients), 4),
      lengths > 0 ? ', and the cosine between the two is ' : '.', ...(lengths > 0 ? [numberElement(product(trace.gradients, whole.gradients) / lengths, 3), '.'] : [])),
    sourceOf('B5'),
  ];
}

/** C1: the norm of the gradient of all weights, as summed down to step t, and what clipping makes of it in the end. */
export function clipping(trace: Trace, t: number, threshold: number): HTMLElement[] {
  const soFar = trace.norms[t - 1] ?? 0;
  const before = trace.norms[0] ?? 0;
  const factor = threshold > 0 && before > threshold ? threshold / before : 1;
  return [
    el('h2', {}, 'C1 · Clipping'),
    el('p', {}, `The gradient of all weights, summed over steps ${t === STEPS ? STEPS : `${STEPS} … ${t}`}, has norm `, numberElement(soFar, 4), '. ',
      ...(t > 1 ? ['At step 1 it will be ', numberElement(before, 4), '. '] : []),
      threshold === 0 ? 'Clipping is off.' : factor === 1 ? `That is within ${shown(threshold, 2)}: clipping leaves it as it is.` : `Clipping multiplies all of it by ${shown(threshold, 2)} / ${shown(before, 4)} = ${shown(factor)}, so that its norm is `,
      ...(threshold > 0 && factor < 1 ? [numberElement(before * factor, 4), '. Its direction stays, so the share of each step stays as well: clipping gives nothing back to steps whose part has vanished.'] : [])),
  ];
}
