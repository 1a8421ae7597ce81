/** Panel 5, first half: which input step moves which answer. */
import { range } from '../shell/address.js';
import { among, largest } from '../shell/choosing.js';
import { controls } from '../shell/controls.js';
import { el } from '../shell/dom.js';
import { numberElement, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';
import { Curves } from '../drawing/curve.js';
import { PixelMap, legend } from '../drawing/pixelMap.js';
import { Slider } from '../drawing/slider.js';
import { trainingFields, trainingLabels } from '../training/fields.js';
import { Run } from '../training/run.js';
import { STEPS } from '../training/tasks.js';

const fields = {
  ...trainingFields,
  /** The answer looked at, the first asked being 1. */
  answer: range({ from: 1, to: STEPS, initial: 1 }),
  /** The input step looked at. */
  step: range({ from: 1, to: STEPS, initial: 1 }),
};

/** Steps to choose from, beside the right one. */
const OTHERS = [1, 25, STEPS, 40, 10];

export const panel = definePanel(fields, (host) => {
  const knobs = controls(host, trainingLabels);
  const map = new PixelMap();
  const row = new Curves(['loss', 'cursor'], { class: 'curve', role: 'img' });
  const cursor = new Curves(['cursor'], { class: 'over', 'aria-hidden': 'true' });
  const scale = el('div', {});
  const rowTitle = el('p', { class: 'axis' });
  const answerSlider = new Slider('Answer', (answer) => host.set({ answer }));
  const stepSlider = new Slider('Input step', (step) => host.set({ step }));
  const readout = el('p', { class: 'readout' });
  const run = new Run(host, true, draw);
  const ask = question(host, {
    ask: () => `Which input step moves answer ${place().answer} most?`,
    options: () => among(1 + largest(ofAnswer()), OTHERS).map((step) => `step ${step}`),
    answer() {
      const all = ofAnswer();
      const most = 1 + largest(all);
      const strongest = all[most - 1] ?? NaN;
      return { right: among(most, OTHERS).indexOf(most), because: `There ‖∂y/∂x‖ is ${shown(strongest)}; its mean over all steps is ${shown(all.reduce((sum, value) => sum + value, 0) / STEPS, 4)}.` };
    },
  });
  map.onPoint((column, above) => host.set({ step: column + 1, answer: above + 1 }));
  const seen = el('div', {}, el('figure', { class: 'timeline' },
    el('p', { class: 'axis' }, el('span', {}, 'answers from the first, above, to the last'), el('span', {}, 'input steps 1 to 50, across')),
    el('div', { class: 'map' }, map.canvas, cursor.element),
    rowTitle, row.element, el('figcaption', {}, scale)),
    el('div', { class: 'controls', role: 'group', 'aria-label': 'Place on the map' }, answerSlider.element, stepSlider.element), readout);
  const back = el('a', {}, 'How this network learns');
  host.place.append(knobs.element, run.drop, run.buttons, run.status, seen, el('p', {}, back), ask.element);

  function place(): { answer: number; step: number; asked: number } {
    const asked = run.session?.example?.asked ?? 1;
    return { answer: Math.min(host.state.answer, asked), step: host.state.step, asked };
  }

  function ofAnswer(): Float64Array {
    const { answer } = place();
    return run.session?.connections?.subarray((answer - 1) * STEPS, answer * STEPS) ?? new Float64Array(STEPS);
  }

  function draw(): void {
    const connections = run.session?.connections;
    seen.hidden = !connections;
    if (!connections) return;
    const { answer, step, asked } = place();
    const most = Math.max(...connections);
    if (map.canvas.height !== asked || map.canvas.width !== STEPS) map.resize(STEPS, asked);
    connections.forEach((value, i) => map.set(i % STEPS, Math.floor(i / STEPS), value / most));
    map.paint();
    map.canvas.style.height = `${Math.max(48, 24 * asked)}px`;
    cursor.box({ left: 0, right: STEPS, bottom: -asked, top: 0 });
    cursor.draw('cursor', [[step - 0.5, 0], [step - 0.5, -asked], [NaN, NaN], [0, 0.5 - answer], [STEPS, 0.5 - answer]]);
    const own = ofAnswer();
    row.box({ left: 0, right: STEPS, bottom: 0, top: most });
    row.draw('loss', Array.from(own, (value, t) => [t + 0.5, value]));
    row.draw('cursor', [[step - 0.5, 0], [step - 0.5, most]]);
    rowTitle.textContent = `Answer ${answer}, asked at step ${STEPS - asked + answer}: how far each input step moves it`;
    scale.replaceChildren(legend('0', shown(most)));
    answerSlider.show(answer, [1, asked], String(answer));
    stepSlider.show(step, [1, STEPS], String(step));
    readout.replaceChildren(`‖∂y/∂x‖ of answer ${answer} and input step ${step}: `, numberElement(own[step - 1] ?? NaN, 4), '.');
    ask.show(host.state);
    if (run.session?.running === false) {
      map.canvas.setAttribute('aria-label', `Answers by input steps: ${Array.from({ length: asked }, (_, j) => `answer ${j + 1} is moved most by step ${1 + largest(connections.subarray(j * STEPS, (j + 1) * STEPS))}`).join(', ')}.`);
      row.element.setAttribute('aria-label', `Answer ${answer} is moved most by step ${1 + largest(own)}.`);
    }
  }

  return {
    show(state) {
      knobs.show(state);
      run.show(state);
      back.href = `#training?${new URLSearchParams(location.hash.split('?')[1] ?? '').toString()}`;
      draw();
    },
    close: () => run.close(),
  };
});
