/**
 * Loss and gradient flow over the epochs, one above the other on one axis. The map has a column for each epoch, step 50 at the top: its colour
 * is ‖∂L/∂h_t‖ in parts of that of step 50, on a logarithmic scale. A line shows down to which step a hundredth arrives.
 */
import { Curves } from '../drawing/curve.js';
import { PixelMap, legend } from '../drawing/pixelMap.js';
import { el } from '../shell/dom.js';
import { shown } from '../shell/numbers.js';
import { reach } from './reach.js';
import { STEPS } from './tasks.js';
import type { EpochSeen } from './trainer.js';

/** The dark end of the scale, as a power of ten. */
const DECADES = 6;
/** Epochs on the axis at first, and columns at most: beyond them a column stands for several epochs. */
const [FIRST_SPAN, MOST_COLUMNS] = [60, 480];

export class Timeline {
  readonly element: HTMLElement;
  private readonly map = new PixelMap();
  private readonly loss = new Curves(['unread', 'loss', 'cursor'], { class: 'curve', role: 'img' });
  private readonly over = new Curves(['halo', 'reach', 'cursor'], { class: 'over', 'aria-hidden': 'true' });
  private readonly axis = el('span', {});
  private readonly scale = el('span', {});
  private span = 0;
  private drawn = 0;

  /** @param pointed told the epoch and the step, from 1, that the reader points at. */
  constructor(pointed: (epoch: number, step: number) => void) {
    this.map.onPoint((column, row) => pointed(column * this.stride, STEPS - row));
    this.element = el('figure', { class: 'timeline' },
      el('p', { class: 'axis' }, el('span', {}, 'loss, logarithmic; dashed: without having read the input'), this.scale), this.loss.element,
      el('p', { class: 'axis' }, el('span', {}, 'step 50 at the top, step 1 at the bottom')),
      el('div', { class: 'map' }, this.map.canvas, this.over.element),
      el('p', { class: 'axis' }, el('span', {}, 'epoch 0'), this.axis),
      el('figcaption', {}, legend('10⁻⁶', '1'), el('p', { class: 'note' }, 'Colour: ‖∂L/∂h‖ in parts of its value at step 50. White line: down to here at least a hundredth arrives.')));
  }

  private get stride(): number {
    return Math.max(1, this.span / MOST_COLUMNS);
  }

  /** @param at the epoch looked at, @param step from 1. */
  show(epochs: readonly EpochSeen[], unread: number, at: number, step: number): void {
    const last = Math.max(0, epochs.length - 1);
    let span = FIRST_SPAN;
    while (span <= last) span *= 2;
    if (span !== this.span || epochs.length < this.drawn) this.begin(span);
    const { stride } = this;
    for (; this.drawn < epochs.length; this.drawn++) if (this.drawn % stride === 0) this.column(this.drawn / stride, epochs[this.drawn]?.norms);
    this.map.paint();

    const kept = epochs.filter((_, i) => i % stride === 0 || i === last);
    this.over.box({ left: 0, right: span, bottom: 0, top: STEPS });
    const line = kept.map(({ epoch, norms }) => [epoch + stride / 2, reach(norms) - 0.5] as const);
    this.over.draw('halo', line);
    this.over.draw('reach', line);
    this.over.draw('cursor', [[at + stride / 2, 0], [at + stride / 2, STEPS], [NaN, NaN], [0, step - 0.5], [span, step - 0.5]]);
    this.showLoss(kept, unread, at, span);
  }

  private begin(span: number): void {
    this.span = span;
    this.drawn = 0;
    this.map.resize(span / this.stride, STEPS);
    this.axis.textContent = this.stride === 1 ? `epoch ${span}` : `epoch ${span}; a column is ${this.stride} epochs`;
  }

  private column(column: number, norms: Float64Array = new Float64Array(STEPS)): void {
    const whole = norms[STEPS - 1] ?? 0;
    norms.forEach((norm, t) => this.map.set(column, STEPS - 1 - t, norm > 0 ? 1 + Math.log10(norm / whole) / DECADES : 0));
  }

  private showLoss(kept: readonly EpochSeen[], unread: number, at: number, span: number): void {
    const heights = [Math.log10(unread), ...kept.map(({ loss }) => Math.log10(loss))].filter(Number.isFinite);
    const [bottom, top] = [Math.min(...heights) - 0.1, Math.max(...heights) + 0.1];
    this.scale.textContent = `height: ${shown(10 ** bottom)} to ${shown(10 ** top)}`;
    this.loss.box({ left: 0, right: span, bottom, top });
    this.loss.draw('unread', [[0, Math.log10(unread)], [span, Math.log10(unread)]]);
    this.loss.draw('loss', kept.map(({ epoch, loss }) => [epoch, Math.log10(loss)]));
    this.loss.draw('cursor', [[at, bottom], [at, top]]);
  }

  /** In words, for who does not see it. */
  describe(epochs: readonly EpochSeen[]): void {
    const [first, newest] = [epochs[0], epochs.at(-1)];
    if (!first || !newest) return;
    this.loss.element.setAttribute('aria-label', `Loss over ${newest.epoch} epochs, from ${shown(first.loss)} to ${shown(newest.loss)}.`);
    this.map.canvas.setAttribute('aria-label', `Gradient flow over ${newest.epoch} epochs: a hundredth of the gradient came back to step ${reach(first.norms)} at first, and comes to step ${reach(newest.norms)} now. The sliders below read it.`);
  }
}
