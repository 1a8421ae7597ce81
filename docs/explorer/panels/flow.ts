/** Panel 3: how far the gradient reaches: spectral radius and gate biases against the norm of ∂L/∂h_t. */
import { linePlot } from 'bptt/charts';
import { STEPS, flowOf, mostOfAStep, sigmoid } from '../flow/flow.js';
import type { Flow, FlowCell } from '../flow/flow.js';
import { range } from '../shell/address.js';
import { controls } from '../shell/controls.js';
import { el } from '../shell/dom.js';
import { latest } from '../shell/latest.js';
import { numberElement, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';

const fields = {
  rho: range({ from: 0.3, to: 1.6, step: 0.01, initial: 0.9 }),
  forget: range({ from: -2, to: 6, step: 0.1, initial: 1 }),
  update: range({ from: -2, to: 6, step: 0.1, initial: 0 }),
  size: range({ from: 0, to: 3, step: 0.05, initial: 0.1 }),
  clip: range({ from: 0, to: 2, step: 0.01, initial: 0 }),
  t: range({ from: 1, to: STEPS, initial: 30 }),
  seed: range({ from: 1, to: 20, initial: 1 }),
};

const CELLS: readonly FlowCell[] = ['RNN', 'LSTM', 'GRU'];
const sigma = (bias: number | string | boolean): string => `${String(bias)}: σ = ${sigmoid(Number(bias)).toFixed(2)}`;
/** Below this a plot would show noise of float32, not a gradient. */
const FLOOR = 1e-30;
const CEILING = 1e12;

function plotOf({ curves, theory, settings: { rho } }: Flow, t: number, width: number): string {
  const clamped = (values: Float64Array): Float64Array => values.map((value) => (value > 0 ? Math.min(CEILING, Math.max(FLOOR, value)) : NaN));
  const all = [...Object.values(curves).flatMap((curve) => [...curve]), ...theory].filter((value) => value > 0);
  const decade = (value: number): number => 10 ** Math.round(Math.log10(value));
  const plot = linePlot({
    title: 'Norm of the gradient of the state, over that of the last step', xLabel: 'time step t', yLabel: '‖∂L/∂h_t‖ / ‖∂L/∂h_T‖', x: Array.from({ length: STEPS }, (_, i) => i + 1), yScale: 'log', height: 380,
    yDomain: [decade(Math.max(FLOOR, Math.min(1e-3, ...all) / 3)), decade(Math.min(CEILING, Math.max(10, ...all) * 3))],
    references: [{ axis: 'x', value: t, label: `t = ${t}` }],
    series: [...CELLS.map((name) => ({ name, values: clamped(curves[name]) })), { name: 'LSTM memory c', values: clamped(curves['LSTM memory']) }, { name: `theory ${rho}^(T−t)`, values: clamped(theory) }],
  });
  return String(plot.at(width).svg);
}

/** The last step, going back, at which a hundredth of the gradient is left. */
function lastHeard(curve: Float64Array): number {
  return Array.from(curve, (value) => value < 0.01).lastIndexOf(true) + 2;
}

/** What a step multiplies by, and why. */
function why({ settings }: Flow): HTMLElement {
  const { rho, forget, update } = settings;
  const most = mostOfAStep(settings);
  const open = (bias: number): string => sigmoid(bias).toFixed(3);
  const source = (page: string, id: string): HTMLElement => el('a', { href: `../${page}.html` }, id);
  return el('ul', { class: 'why' },
    el('li', {}, el('b', {}, 'RNN'), ': each step multiplies by U, whose radius is ', `${rho}, and by φ′ ≤ 1 (`, source('bptt', 'V3, V4'), '): below 1 it dies, above 1 it grows until φ′ holds it back.'),
    el('li', {}, el('b', {}, 'LSTM'), ': the memory passes its gradient on times f (', source('lstm', 'L13'), `), which its bias holds near ${open(forget)}; beside it runs the path through U, so that near silence, where i = o = ½, a step multiplies by at most f + i · o · ρ = ${most.LSTM.toFixed(3)}. The line of h drops at the first step back, where the gradient goes from h into the memory (L9, L14), and then follows that of the memory.`),
    el('li', {}, el('b', {}, 'GRU'), ': the state passes it on times z (', source('gru', 'G11'), `), near ${open(update)}; beside it runs the path through U, so that near silence, where r = ½, a step multiplies by at most z + (1 − z) · r · ρ = ${most.GRU.toFixed(3)}.`));
}

function table({ curves, theory, norms }: Flow, t: number, clip: number): HTMLElement {
  const heard = (curve: Float64Array): string => `step ${lastHeard(curve)}`;
  const rows = CELLS.map((name) => {
    const norm = norms[name];
    const first = curves[name][0] ?? 0;
    return el('tr', { 'data-cell': name }, el('th', { scope: 'row' }, name), el('td', {}, numberElement(curves[name][t - 1] ?? 0)), el('td', {}, numberElement(first)), el('td', {}, numberElement(first ** (1 / (STEPS - 1)))), el('td', {}, heard(curves[name])),
      el('td', {}, numberElement(norm)), el('td', {}, clip > 0 && norm > clip ? numberElement(clip, 2) : 'as it is'));
  });
  const line = el('tr', {}, el('th', { scope: 'row' }, 'theory'), el('td', {}, numberElement(theory[t - 1] ?? 0)), el('td', {}, numberElement(theory[0] ?? 0)), el('td', {}, numberElement(theory[STEPS - 2] ?? 0)), el('td', {}, heard(theory)), el('td', {}, '–'), el('td', {}, '–'));
  const heads = ['cell', `at t = ${t}`, 'at t = 1', 'factor a step, on average', 'a hundredth is left down to', 'norm of the weights\' gradient', 'after clipping'];
  return el('table', {}, el('caption', { class: 'unseen' }, 'Gradients by cell, over that of the last step; norms of the weights\' gradient'), el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))), el('tbody', {}, ...rows, line));
}

/** Whether the simple cell follows the power, and if not, on which side it leaves it. */
function departure({ curves, theory }: Flow): { readonly right: number; readonly because: string } {
  const [got, said] = [curves.RNN[0] ?? 0, theory[0] ?? 0];
  const factor = got / said;
  return {
    right: factor < 0.5 ? 1 : factor > 2 ? 2 : 0,
    because: `At t = 1 the theory says ${shown(said)} and the cell has ${shown(got)}. The power holds where φ′ = 1 (V3); ${factor < 0.5 ? 'here the units saturate, φ′ is below 1, and each step takes that factor as well' : 'here the units stay near 0, where tanh′ is 1'}.`,
  };
}

export const panel = definePanel(fields, (host) => {
  const knobs = controls(host, {
    rho: { label: 'Spectral radius ρ of U', help: 'Largest |eigenvalue|: what a step multiplies by' },
    forget: { label: 'LSTM: forget bias', help: 'Holds the forget gate open', name: sigma },
    update: { label: 'GRU: update bias', help: 'Holds the update gate open', name: sigma },
    size: { label: 'Size of the inputs', help: 'Large ones saturate the units: φ′ < 1' },
    clip: { label: 'Clip at norm', help: 'Of the gradient of all weights (C1)', name: (c) => (c === 0 ? 'off' : String(c)) },
    t: { label: 'Read at step t', help: 'Arrow keys move the line' },
    seed: { label: 'Seed', help: 'Draws other matrices' },
  });
  const drawing = el('div', { class: 'drawing' });
  const numbers = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of gradients' });
  let seen: Flow | undefined;
  const farthest = question(host, {
    ask: () => `Of which cell is the most left of the gradient after ${STEPS - 1} steps back?`,
    options: () => CELLS,
    answer() {
      const left = CELLS.map((name) => seen?.curves[name][0] ?? 0);
      return { right: left.indexOf(Math.max(...left)), because: `${CELLS.map((name, i) => `${name} ${shown(left[i] ?? 0)}`).join(', ')}.` };
    },
  });
  const follows = question(host, {
    ask: ({ rho }) => `Does the simple RNN follow the power ${rho}^(T−t) down to step 1?`,
    options: () => ['yes, within a factor of 2', 'no, it lies below', 'no, it lies above'],
    answer: () => (seen ? departure(seen) : { right: 0, because: '' }),
  });
  const reasons = el('section', { 'aria-label': 'Why' });
  host.place.append(knobs.element, drawing, numbers, reasons, farthest.element, follows.element);

  let width = 0;
  const draw = (): void => {
    if (!seen) return;
    width = Math.max(160, drawing.clientWidth);
    drawing.innerHTML = plotOf(seen, host.state.t, width);
  };
  const resized = new ResizeObserver(() => {
    if (Math.max(160, drawing.clientWidth) !== width) draw();
  });
  resized.observe(drawing);

  let known = '';
  const measured = async ({ rho, forget, update, size, seed }: typeof host.state): Promise<Flow> => {
    const settings = { rho, forget, update, size, seed };
    const key = JSON.stringify(settings);
    if (key === known && seen) return seen;
    known = key;
    return flowOf(settings);
  };
  const showFlow = latest(measured, (flow) => {
    seen = flow;
    const { t, clip } = host.state;
    draw();
    numbers.replaceChildren(table(flow, t, clip));
    reasons.replaceChildren(why(flow));
    farthest.show(host.state);
    follows.show(host.state);
    host.say(`At step ${t}: ${CELLS.map((name) => `${name} ${shown(flow.curves[name][t - 1] ?? 0)}`).join(', ')}, theory ${shown(flow.theory[t - 1] ?? 0)}`);
  });
  return {
    show(state) {
      knobs.show(state);
      showFlow(state);
    },
    close: () => resized.disconnect(),
  };
});
