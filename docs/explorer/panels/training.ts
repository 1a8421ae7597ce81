/** Panel 4: training, with the gradient's way back in time at every epoch. */
import { range } from '../shell/address.js';
import { controls } from '../shell/controls.js';
import { el } from '../shell/dom.js';
import { numberElement, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';
import { Slider } from '../drawing/slider.js';
import { Answers } from '../training/answers.js';
import { trainingFields, trainingLabels } from '../training/fields.js';
import { SHARE } from '../training/reach.js';
import { Run } from '../training/run.js';
import { STEPS } from '../training/tasks.js';
import { Timeline } from '../training/timeline.js';
import type { EpochSeen } from '../training/trainer.js';

const NEWEST = 100_000;

const fields = {
  ...trainingFields,
  /** The epoch looked at; the newest where it lies beyond. */
  at: range({ from: 0, to: NEWEST, initial: NEWEST }),
  /** The step looked at. */
  t: range({ from: 1, to: STEPS, initial: 1 }),
};

const options = ['the gradient at step 1', 'the fall of the loss', 'both in one epoch', 'not both have come'];

/** Which of both came first, by the numbers of all epochs. */
function whatCameFirst(epochs: readonly EpochSeen[], unread: number): { right: number; because: string } {
  const arrived = epochs.findIndex(({ norms }) => (norms[0] ?? 0) >= SHARE * (norms[STEPS - 1] ?? NaN));
  const fallen = epochs.findIndex(({ loss }) => loss <= unread / 2);
  const say = (epoch: number): string => (epoch < 0 ? `not by epoch ${epochs.length - 1}` : `at epoch ${epoch}`);
  const right = arrived < 0 || fallen < 0 ? 3 : arrived < fallen ? 0 : arrived > fallen ? 1 : 2;
  return { right, because: `A hundredth of the gradient came to step 1 ${say(arrived)}; the loss was half of ${shown(unread)} ${say(fallen)}.` };
}

export const panel = definePanel(fields, (host) => {
  const knobs = controls(host, trainingLabels);
  const timeline = new Timeline((at, t) => host.set({ at, t }));
  const epochSlider = new Slider('Epoch looked at', (at) => host.set({ at: at === run.session?.done ? NEWEST : at }));
  const stepSlider = new Slider('Step looked at', (t) => host.set({ t }));
  const readout = el('p', { class: 'readout' });
  const answers = new Answers();
  const ask = question(host, {
    ask: () => 'Which came first: a hundredth of the gradient at step 1, or a loss of half of what it is without reading the input?',
    options: () => options,
    answer: () => whatCameFirst(run.session?.epochs ?? [], run.session?.example?.unread ?? NaN),
  });
  const run = new Run(host, false, draw);
  const seen = el('div', {}, timeline.element, el('div', { class: 'controls', role: 'group', 'aria-label': 'Place on the map' }, epochSlider.element, stepSlider.element), readout, answers.element);
  const there = el('a', {}, 'Which input moves which answer of this network?');
  host.place.append(knobs.element, run.drop, run.buttons, run.status, seen, el('p', {}, there), ask.element);

  function draw(): void {
    const { session } = run;
    const [epochs, example] = [session?.epochs ?? [], session?.example];
    seen.hidden = epochs.length === 0 || !example;
    const { at: wanted, t } = host.state;
    const at = Math.min(wanted, Math.max(0, epochs.length - 1));
    const looked = epochs[at];
    if (!looked || !example) return;
    timeline.show(epochs, example.unread, at, t);
    epochSlider.show(at, [0, epochs.length - 1], String(at));
    stepSlider.show(t, [1, STEPS], String(t));
    const norm = looked.norms[t - 1] ?? NaN;
    readout.replaceChildren(`Epoch ${at}: loss `, numberElement(looked.loss, 4), `; step ${t}: ‖∂L/∂h‖ = `, numberElement(norm, 5),
      ', which is ', numberElement(norm / (looked.norms[STEPS - 1] ?? NaN), 4), ' of that at step 50.');
    answers.show(example, looked.answers);
    ask.show(host.state);
    if (session?.running === false) timeline.describe(epochs);
  }

  return {
    show(state) {
      knobs.show(state);
      run.show(state);
      there.href = `#connections?${new URLSearchParams(location.hash.split('?')[1] ?? '').toString()}`;
      draw();
    },
    close: () => run.close(),
  };
});
