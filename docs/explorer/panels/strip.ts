/** Panel 1: every number of a recurrent network, with the equation and the line of source behind it. */
import { equationOf, quantityOf } from '../cells/equation.js';
import type { Place } from '../cells/expression.js';
import { valueAt } from '../cells/trace.js';
import type { Trace } from '../cells/trace.js';
import { controls } from '../shell/controls.js';
import { button, el } from '../shell/dom.js';
import { latest } from '../shell/latest.js';
import { shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';
import { detail } from '../strip/detail.js';
import { showStrip } from '../strip/drawing.js';
import { keptTraces, scenarioLabels, scenarioOf, stripFields } from '../strip/scenario.js';
import { inWords } from '../strip/symbols.js';
import { numberTable } from '../strip/table.js';

/** Of the newest number of each cell, which part is larger: a question whose answer is in the numbers. */
const MIXES = {
  rnn: { of: 'the pre-activation z', parts: ['the input, x · W', 'the state, h · U'] },
  lstm: { of: 'the memory c', parts: ['what was kept, f · c', 'what was written, i · g'] },
  gru: { of: 'the state h', parts: ['the candidate, (1 − z) · n', 'the old state, z · h'] },
} as const;

function partsOf(trace: Trace, t: number, unit: number): readonly [number, number] {
  const value = (name: string, at = t): number => valueAt(trace, name, at, unit);
  if (trace.scenario.cell === 'lstm') return [value('f') * value('c', t - 1), value('i') * value('g')];
  if (trace.scenario.cell === 'gru') return [(1 - value('z')) * value('n'), value('z') * value('h', t - 1)];
  const input = value('x') * (trace.weights.find(({ name }) => name === 'kernel')?.data[unit - 1] ?? 0);
  return [input, value('z') - input];
}

export const panel = definePanel(stripFields, (host) => {
  const go = ({ quantity, t, unit }: Place): void => host.set({ q: quantity, t, unit });
  const passes = { forward: button('Forward pass', () => host.set({ q: 'h' })), backward: button('Backward pass', () => host.set({ q: 'dh' })) };
  const knobs = controls(host, scenarioLabels);
  const drawing = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Drawing of the steps' });
  const table = numberTable(go);
  const behind = el('section', { class: 'detail', 'aria-label': 'The chosen number' });
  let seen: Trace | undefined;
  const ask = question(host, {
    ask: ({ cell, t }) => `Step ${t}: of which part of ${MIXES[cell].of} is there more?`,
    options: ({ cell }) => [...MIXES[cell].parts, 'neither: both are equal'],
    answer({ t, unit }) {
      const [a, b] = seen ? partsOf(seen, t, unit) : [0, 0];
      return { right: Math.abs(a) === Math.abs(b) ? 2 : Math.abs(a) > Math.abs(b) ? 0 : 1, because: `They are ${shown(a)} and ${shown(b)}.` };
    },
  });
  host.place.append(knobs.element, el('div', { class: 'buttons' }, passes.forward, passes.backward), drawing, table.element, el('p', { class: 'note' }, 'Colour: blue above 0, orange below; the deeper, the larger in its row.'), behind, ask.element);

  const traces = keptTraces();
  const showTrace = latest((state: typeof host.state) => traces(scenarioOf(state)), (trace, { q, t, units, unit: wanted }) => {
    seen = trace;
    const unit = Math.min(wanted, units);
    const quantity = quantityOf(trace, q);
    const place = { quantity: quantity.name, t, unit };
    for (const [pass, press] of Object.entries(passes)) press.setAttribute('aria-pressed', String(pass === quantity.pass));
    showStrip(drawing, trace, { pass: quantity.pass, t, unit }, (step) => host.set({ t: step }));
    table.show(trace, place);
    behind.replaceChildren(...detail(trace, place, go));
    ask.show({ ...host.state, unit });
    const equation = equationOf(trace, place);
    host.say(`Step ${t}, ${quantity.symbol.join(' ')}, ${quantity.meaning}: ${shown(valueAt(trace, quantity.name, t, unit))}${equation ? ` = ${inWords(equation)}` : ''}`);
  });
  return {
    show(state) {
      knobs.show(state);
      showTrace(state);
    },
  };
});
