/** What the network answers, beside what is right: as a table, and for a task that goes on with a line, as lines. */
import { Curves } from '../drawing/curve.js';
import { largest } from '../shell/choosing.js';
import { el } from '../shell/dom.js';
import { numberElement, shown } from '../shell/numbers.js';
import type { Example } from './protocol.js';
import { STEPS } from './tasks.js';

/** Of logits. */
function shares(logits: Float64Array): Float64Array {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** What stands in the input, in words. */
function readInput({ features, x, asked, outputs }: Example): string {
  if (outputs > 1) {
    const symbols = Array.from({ length: asked }, (_, t) => features[largest(x.subarray(t * features.length, t * features.length + outputs))] ?? '');
    return `The first ${asked} steps say ${symbols.join(', ')}; step ${STEPS - asked} is marked; then they are asked.`;
  }
  if (asked > 1) return `40 steps are read (line), the next ${asked} are asked (circles), and answered (squares).`;
  const marked = Array.from({ length: STEPS }, (_, t) => t).filter((t) => x[2 * t + 1] === 1);
  return `Marked are ${marked.map((t) => `step ${t + 1}, ${shown(x[2 * t] ?? NaN)}`).join(', and ')}.`;
}

export class Answers {
  readonly element: HTMLElement;
  private readonly text = el('p', {});
  private readonly body = el('tbody', {});
  private readonly plot = new Curves(['read', 'right', 'answered'], { class: 'curve answers', 'aria-hidden': 'true' });
  private example: Example | undefined;
  private cells: HTMLElement[] = [];

  constructor() {
    this.element = el('section', { 'aria-label': 'Answers' }, el('h2', {}, 'Answers to one sequence'), this.text, this.plot.element,
      el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Answers as a table' }, el('table', {},
        el('thead', {}, el('tr', {}, ...['step', 'right', 'network'].map((name) => el('th', { scope: 'col' }, name)))), this.body)));
  }

  show(example: Example, answers: Float64Array): void {
    if (example !== this.example) this.begin(example);
    const { asked, outputs } = example;
    for (let j = 0; j < asked; j++) {
      const cell = this.cells[j];
      const answer = answers.subarray(j * outputs, (j + 1) * outputs);
      if (!cell) continue;
      if (outputs === 1) cell.replaceChildren(numberElement(answer[0] ?? NaN));
      else {
        const chosen = largest(answer);
        const right = (example.y[j * outputs + chosen] ?? 0) === 1;
        cell.replaceChildren(`${right ? '✓' : '✗'} ${example.features[chosen] ?? ''}, `, numberElement(100 * (shares(answer)[chosen] ?? NaN), 0), ' %');
      }
    }
    if (asked > 1 && outputs === 1) this.showLines(example, answers);
  }

  private begin(example: Example): void {
    this.example = example;
    const { asked, outputs, y, features } = example;
    this.text.textContent = readInput(example);
    this.plot.element.toggleAttribute('hidden', !(asked > 1 && outputs === 1));
    this.cells = Array.from({ length: asked }, () => el('td', {}));
    this.body.replaceChildren(...this.cells.map((cell, j) => {
      const right = y.subarray(j * outputs, (j + 1) * outputs);
      return el('tr', {}, el('th', { scope: 'row' }, String(STEPS - asked + j + 1)), el('td', {}, outputs === 1 ? numberElement(right[0] ?? NaN) : features[largest(right)] ?? ''), cell);
    }));
  }

  private showLines({ x, y, asked, features }: Example, answers: Float64Array): void {
    const read = Array.from({ length: STEPS - asked }, (_, t) => [t + 1, x[t * features.length] ?? NaN] as const);
    const after = (values: Float64Array): (readonly [number, number])[] => Array.from(values, (value, j) => [STEPS - asked + j + 1, value] as const);
    const heights = [...read.map(([, value]) => value), ...y];
    const [low, high] = [Math.min(...heights), Math.max(...heights)];
    const room = 0.15 * (high - low) || 1;
    this.plot.box({ left: 0, right: STEPS + 1, bottom: low - room, top: high + room });
    this.plot.draw('read', read);
    this.plot.dots('right', after(y));
    this.plot.dots('answered', after(answers));
  }
}
