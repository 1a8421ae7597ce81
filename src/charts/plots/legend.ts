/** Legend: one row of keys under the heading, wrapped where it does not fit. */
import { coordinate, element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { PALETTE_SIZE, colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { fitText, textWidth } from './text.js';

export interface LegendEntry {
  readonly name: string;
  readonly mark: 'line' | 'dashed' | 'dots' | 'area' | 'bar';
  readonly color: ColorSlot;
}

/** Markup with the height it takes. */
export interface Block {
  readonly markup: Markup;
  readonly height: number;
}

const FONT = 12;
/** Width of the key of each mark. */
const KEY: Readonly<Record<LegendEntry['mark'], number>> = { line: 20, dashed: 20, area: 20, dots: 6, bar: 10 };
const GAP = 16;
const ROW = 18;

/** True where a line of this colour is dashed: asked for, or a hue used for the second time. */
export function isDashed(color: ColorSlot, dashed: boolean | undefined): boolean {
  return dashed ?? (typeof color === 'number' && Math.floor(color / PALETTE_SIZE) % 2 === 1);
}

export function drawLegend(entries: readonly LegendEntry[], x: number, y: number, width: number): Block {
  const parts: Markup[] = [];
  let left = 0;
  let row = 0;
  for (const entry of entries) {
    const inset = KEY[entry.mark] + 5;
    const name = fitText(entry.name, width - inset, FONT);
    const size = inset + textWidth(name, FONT);
    if (left > 0 && left + size > width) {
      left = 0;
      row++;
    }
    const middle = y + row * ROW + ROW / 2;
    parts.push(element('g', { class: colorClass(entry.color) }, key(entry.mark, x + left, middle)));
    parts.push(label(name, x + left + inset, middle + 4));
    left += size + GAP;
  }
  return { markup: join(parts), height: entries.length === 0 ? 0 : (row + 1) * ROW };
}

function key(mark: LegendEntry['mark'], x: number, middle: number): Markup {
  const start = `${coordinate(x)},${coordinate(middle)}`;
  switch (mark) {
    case 'line':
      return element('path', { class: 'line', d: `M${start}h${String(KEY[mark])}` });
    case 'dashed':
      return element('path', { class: 'line dashed', d: `M${start}h${String(KEY[mark])}` });
    case 'dots':
      return element('path', { class: 'dots', d: `M${coordinate(x + 3)},${coordinate(middle)}z` });
    case 'area':
      return element('rect', { class: 'area', x, y: middle - 5, width: KEY[mark], height: 10 });
    case 'bar':
      return element('rect', { class: 'bar', x, y: middle - 5, width: KEY[mark], height: 10 });
  }
}
