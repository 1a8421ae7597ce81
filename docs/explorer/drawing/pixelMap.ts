/** A map of numbers as colours on a canvas, one pixel a number, enlarged by the page. Beside it stand sliders that read it as numbers. */
import { colorAt } from 'bptt/charts';
import { el } from '../shell/dom.js';

const SHADES = Array.from({ length: 256 }, (_, i) => colorAt('viridis', i / 255));

export class PixelMap {
  readonly canvas = el('canvas', { class: 'pixels', role: 'img' });
  private readonly context = this.canvas.getContext('2d');
  private image = new ImageData(1, 1);

  /** Begins anew, empty. */
  resize(columns: number, rows: number): void {
    Object.assign(this.canvas, { width: columns, height: rows });
    this.image = new ImageData(columns, rows);
  }

  /** @param position from 0, dark, to 1, bright; what lies outside has the colour of the nearer end. */
  set(column: number, row: number, position: number): void {
    const [red, green, blue] = SHADES[Math.round(255 * Math.min(1, Math.max(0, position)))] ?? [0, 0, 0];
    this.image.data.set([red, green, blue, 255], 4 * (row * this.image.width + column));
  }

  paint(): void {
    this.context?.putImageData(this.image, 0, 0);
  }

  /** Tells where the reader points: column and row. */
  onPoint(pointed: (column: number, row: number) => void): void {
    const tell = ({ offsetX, offsetY, buttons }: PointerEvent): void => {
      const { clientWidth, clientHeight, width, height } = this.canvas;
      if (buttons === 0 || clientWidth === 0) return;
      const place = (offset: number, length: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor((offset / length) * count)));
      pointed(place(offsetX, clientWidth, width), place(offsetY, clientHeight, height));
    };
    this.canvas.addEventListener('pointerdown', tell);
    this.canvas.addEventListener('pointermove', tell);
  }
}

/** What the colours of a map mean, in numbers. */
export function legend(low: string, high: string): HTMLElement {
  const stops = [0, 0.25, 0.5, 0.75, 1].map((position) => `rgb(${colorAt('viridis', position).join(' ')})`);
  return el('p', { class: 'legend' }, low, el('span', { style: `background:linear-gradient(to right,${stops.join(',')})`, 'aria-hidden': 'true' }), high);
}
