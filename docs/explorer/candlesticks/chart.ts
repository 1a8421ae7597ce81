/** The chart that is drawn in: twelve candles, hollow where they rise, filled where they fall. By pointer here, by keyboard with the sliders beside it. */
import { svg, setAttributes } from '../shell/dom.js';
import { COUNT, TOP, parts } from './bars.js';
import type { Candle, Part } from './bars.js';

/** In units of the drawing. */
const SLOT = 12;

export class Chart {
  readonly element = svg('svg', { class: 'candles', viewBox: `0 0 ${COUNT * SLOT} ${TOP}`, preserveAspectRatio: 'none', role: 'img' });
  private readonly chosen = svg('rect', { class: 'chosen', y: 0, width: SLOT, height: TOP });
  private readonly drawings = Array.from({ length: COUNT }, () => ({ wick: svg('path', { 'vector-effect': 'non-scaling-stroke' }), body: svg('rect', { 'vector-effect': 'non-scaling-stroke' }) }));
  private candles: readonly Candle[] = [];
  private held: { readonly at: number; readonly part: Part } | undefined;

  /** @param moved told which price of which candle, from 0, the reader has moved where. */
  constructor(moved: (at: number, part: Part, price: number) => void) {
    this.element.append(this.chosen, ...this.drawings.flatMap(({ wick, body }) => [wick, body]));
    this.element.addEventListener('pointerdown', (event) => {
      const { at, price } = this.place(event);
      const candle = this.candles[at];
      if (!candle) return;
      // The price that is nearest to where the pointer came down.
      const part = parts.reduce((best, each) => (Math.abs(candle[each] - price) < Math.abs(candle[best] - price) ? each : best));
      this.held = { at, part };
      this.element.setPointerCapture(event.pointerId);
      moved(at, part, price);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (this.held) moved(this.held.at, this.held.part, this.place(event).price);
    });
    for (const end of ['pointerup', 'pointercancel'] as const) this.element.addEventListener(end, () => (this.held = undefined));
  }

  private place({ clientX, clientY }: PointerEvent): { at: number; price: number } {
    const { left, top, width, height } = this.element.getBoundingClientRect();
    return { at: Math.min(COUNT - 1, Math.max(0, Math.floor(((clientX - left) / width) * COUNT))), price: TOP * (1 - (clientY - top) / height) };
  }

  /** @param chosen from 0. */
  show(candles: readonly Candle[], chosen: number): void {
    this.candles = candles;
    setAttributes(this.chosen, { x: chosen * SLOT });
    this.drawings.forEach(({ wick, body }, i) => {
      const { open, high, low, close } = candles[i] ?? { open: 0, high: 0, low: 0, close: 0 };
      const [upper, lower] = [Math.max(open, close), Math.min(open, close)];
      const middle = (i + 0.5) * SLOT;
      setAttributes(wick, { d: `M${middle} ${TOP - high}V${TOP - upper}M${middle} ${TOP - lower}V${TOP - low}` });
      setAttributes(body, { x: i * SLOT + 2, y: TOP - upper, width: SLOT - 4, height: Math.max(0.5, upper - lower), class: close >= open ? 'rises' : 'falls' });
    });
  }
}
