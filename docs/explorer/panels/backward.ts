/** Panel 2: the backward pass, step by step: where dh_t comes from, what truncation cuts, what clipping does. */
import type { Trace } from '../cells/trace.js';
import { STEPS, valueAt } from '../cells/trace.js';
import { range, writeState } from '../shell/address.js';
import { controls } from '../shell/controls.js';
import { button, el } from '../shell/dom.js';
import { numbered, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';
import { latest } from '../shell/latest.js';
import { clipping, cutTerms, gather, reach } from '../strip/backward.js';
import { showStrip } from '../strip/drawing.js';
import { pairsOfTraces, scenarioFields, scenarioLabels, scenarioOf, stripFields } from '../strip/scenario.js';

const fields = { ...scenarioFields, t: range({ from: 1, to: STEPS, initial: STEPS }), clip: range({ from: 0, to: 1, step: 0.01, initial: 0 }) };

export const panel = definePanel(fields, (host) => {
  const knobs = controls(host, { ...scenarioLabels, t: { label: 'Step reached', help: `The pass goes from ${STEPS} down to 1` }, clip: { label: 'Clip at norm', help: 'Shortens the gradient of all weights to at most this (C1)', name: (c) => (c === 0 ? 'off' : String(c)) } });
  const move = (t: number): void => host.set({ t: Math.min(STEPS, Math.max(1, t)) });
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Play';
  };
  const play = button('Play', () => {
    if (timer !== undefined) {
      stop();
      return;
    }
    if (host.state.t === 1) move(STEPS);
    play.textContent = 'Pause';
    timer = setInterval(() => {
      move(host.state.t - 1);
      if (host.state.t === 1) stop();
    }, 1200);
  });
  const back = button('← One step back in time', () => move(host.state.t - 1));
  const forth = button('One step forward →', () => move(host.state.t + 1));
  const restart = button(`Begin again at step ${STEPS}`, () => move(STEPS));
  const drawing = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Drawing of the steps' });
  const sum = el('section', { class: 'detail', 'aria-label': 'The gradient of the state at this step' });
  const effects = el('section', { class: 'detail', 'aria-label': 'Truncation and clipping' });
  let seen: Trace | undefined;

  const terms = question(host, {
    ask: ({ t }) => `Which sum is the gradient of the state at step ${t}, ${numbered('dh', t)}?`,
    options: ({ t }) => [`the loss at step ${t} + the loss at step ${t + 1}`, `what the loss says of step ${t} + what step ${t + 1} sends back`, `what step ${t - 1} sends + what step ${t + 1} sends back`],
    answer({ t, unit, units }) {
      const at = (name: string): number => (seen ? valueAt(seen, name, t, Math.min(unit, units)) : 0);
      return { right: 1, because: `Those are all readers of ${numbered('h', t)} (B3): ${shown(at('dy'))} + ${shown(at('dhNext')).replace(/^−(.*)/, '(−$1)')} = ${shown(at('dh'))}.${t === STEPS ? ' After the last step there is nothing that could send.' : ''}` };
    },
  });
  const learns = question(host, {
    ask: ({ truncate }) => `The loss at step ${STEPS} alone, truncate ${truncate === 0 ? 'never' : `k = ${truncate}`}: from which steps does the weight gradient get a part?`,
    options: ({ truncate }) => [...new Set([`all ${STEPS}`, stepsFrom(reach(truncate)), `step ${STEPS} alone`, 'steps 1–4'])],
    answer(state) {
      const first = reach(state.truncate);
      const options = [...new Set([`all ${STEPS}`, stepsFrom(first), `step ${STEPS} alone`, 'steps 1–4'])];
      return { right: options.indexOf(stepsFrom(first)), because: first === 1 ? 'No border stands between: the gradient comes back to step 1.' : `Borders are counted from step 1; the last one stands after step ${first - 1}, and nothing crosses it (B5). The state has crossed it all the same.` };
    },
  });
  host.place.append(knobs.element, el('div', { class: 'buttons' }, back, forth, restart, play), drawing, sum, effects, terms.element, learns.element);

  const pair = pairsOfTraces();
  const showTraces = latest((state: typeof host.state) => pair(scenarioOf(state)), ({ trace, whole }, { clip }) => {
    seen = trace;
    const { t, units, unit: wanted } = host.state;
    const unit = Math.min(wanted, units);
    back.disabled = t === 1;
    forth.disabled = t === STEPS;
    showStrip(drawing, trace, { pass: 'backward', t, unit, reached: t }, move);
    const onStrip = (quantity: string): string => `#strip?${writeState(stripFields, { ...host.state, q: quantity })}`;
    sum.replaceChildren(...gather(trace, t, unit, onStrip));
    effects.replaceChildren(...cutTerms(trace, whole, t), ...clipping(trace, t, clip));
    terms.show(host.state);
    learns.show(host.state);
    const at = (name: string): string => shown(valueAt(trace, name, t, unit));
    host.say(`Step ${t}, unit ${unit}: the loss says ${at('dy')}, the step after sends ${at('dhNext')}, together ${at('dh')}`);
  });
  return {
    show(state) {
      knobs.show(state);
      showTraces(state);
    },
    close: stop,
  };
});

function stepsFrom(first: number): string {
  return first === 1 ? `all ${STEPS}` : first === STEPS ? `step ${STEPS} alone` : `steps ${first}–${STEPS}`;
}
