/** Legend: one row of keys under the heading, wrapped where it does not fit. */
import { coordinate, element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { linePathOf, pointsPathOf } from './marks.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { fitText, textWidth } from './text.js';

export interface LegendEntry {
  readonly name: string;
  /** `both` is a line with points. */
  readonly mark: 'line' | 'dots' | 'both' | 'area' | 'bar';
  readonly color: ColorSlot;
  /** Dash pattern of a line, shape of points; default 0, solid and round. */
  readonly look?: number;
}

/** Markup with the height it takes. */
export interface Block {
  readonly markup: Markup;
  readonly height: number;
}

const FONT = 12;
/** Width of the key of each mark. */
const KEY: Readonly<Record<LegendEntry['mark'], number>> = { line: 26, both: 26, area: 20, dots: 8, bar: 10 };
const GAP = 16;
const ROW = 18;

/** Pixels an entry takes with its name whole. */
export function entryWidth({ name, mark }: LegendEntry): number {
  return KEY[mark] + 5 + textWidth(name, FONT);
}

/** One entry, its middle line at `middle`; the name is cut at `width` pixels in all. */
export function drawEntry(entry: LegendEntry, x: number, middle: number, width: number): Markup {
  const inset = KEY[entry.mark] + 5;
  return join([
    element('g', { class: colorClass(entry.color) }, drawKey(entry, x, middle)),
    label(fitText(entry.name, width - inset, FONT), x + inset, middle + 4),
  ]);
}

export function drawLegend(entries: readonly LegendEntry[], x: number, y: number, width: number): Block {
  const parts: Markup[] = [];
  let left = 0;
  let row = 0;
  for (const entry of entries) {
    const size = Math.min(entryWidth(entry), width);
    if (left > 0 && left + size > width) {
      left = 0;
      row++;
    }
    parts.push(drawEntry(entry, x + left, y + row * ROW + ROW / 2, width));
    left += size + GAP;
  }
  return { markup: join(parts), height: entries.length === 0 ? 0 : (row + 1) * ROW };
}

function drawKey({ mark, look = 0 }: LegendEntry, x: number, middle: number): Markup {
  const across = `M${coordinate(x)},${coordinate(middle)}h${String(KEY[mark])}`;
  switch (mark) {
    case 'line':
      return linePathOf(across, look);
    case 'both':
      return join([linePathOf(across, 0), pointsPathOf([{ x: x + KEY[mark] / 2, y: middle }], look)]);
    case 'dots':
      return pointsPathOf([{ x: x + KEY[mark] / 2, y: middle }], look);
    case 'area':
      return element('rect', { class: 'area', x, y: middle - 5, width: KEY[mark], height: 10 });
    case 'bar':
      return element('rect', { class: 'bar', x, y: middle - 5, width: KEY[mark], height: 10 });
  }
}
