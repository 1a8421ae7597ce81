/** A slider whose ends follow what there is: places of a map that grows. */
import { el, setAttributes } from '../shell/dom.js';

let count = 0;

export class Slider {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;

  constructor(label: string, moved: (value: number) => void) {
    const id = `slider-${++count}`;
    this.input = el('input', { id, type: 'range', min: 0, max: 0 });
    this.output = el('output', { for: id });
    this.input.addEventListener('input', () => moved(Number(this.input.value)));
    this.element = el('div', { class: 'control' }, el('label', { for: id }, label), this.output, this.input);
  }

  /** @param text the value as a reader says it. */
  show(value: number, [from, to]: readonly [from: number, to: number], text: string): void {
    if (this.output.textContent === text && this.input.max === String(to)) return;
    setAttributes(this.input, { min: from, max: to, 'aria-valuetext': text });
    this.input.value = String(value);
    this.output.textContent = text;
  }
}
