/** Names at the right ends of lines, beside the axes: what a reader finds without going back and forth to a legend. */
import { drawEntry, entryWidth } from './legend.js';
import type { LegendEntry } from './legend.js';
import { coordinate, element, join } from './svg.js';
import type { Markup } from './svg.js';

/** Least distance of two names. */
const ROW = 16;
/** Pixels between a line's end and its name. */
const GAP = 10;
/** Narrower boxes keep the legend above, and wider names too. */
const LEAST_WIDTH = 560;
const WIDEST = 0.26;

/** Pixels to leave at the right for the names, or 0 where they are too many or too long to stand there. */
export function endLabelWidth(entries: readonly LegendEntry[], width: number, height: number): number {
  const widest = Math.max(0, ...entries.map(entryWidth)) + GAP;
  return width >= LEAST_WIDTH && widest <= width * WIDEST && entries.length > 1 && entries.length * ROW <= height - 60 ? Math.ceil(widest) + GAP : 0;
}

export interface LineEnd {
  readonly entry: LegendEntry;
  /** Where the line ends. */
  readonly x: number;
  readonly y: number;
}

/** Each name at the height of its end, or as near as the others let it; a fine line leads to one that had to move. */
export function drawEndLabels(ends: readonly LineEnd[], left: number, [top, bottom]: readonly [number, number]): Markup {
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  const places = sorted.map(({ y }) => Math.min(Math.max(y, top), bottom));
  places.forEach((place, i) => { places[i] = Math.max(place, (places[i - 1] ?? -Infinity) + ROW); });
  for (let i = places.length - 1; i >= 0; i--) places[i] = Math.min(places[i] ?? 0, (places[i + 1] ?? bottom + ROW) - ROW);
  return join(sorted.map(({ entry, x, y }, i) => {
    const at = places[i] ?? y;
    const leader = Math.abs(at - y) > 3 || left - x > GAP
      ? element('path', { class: 'leader', d: `M${coordinate(x + 3)},${coordinate(y)}L${coordinate(left + GAP - 2)},${coordinate(at)}` }) : join([]);
    return join([leader, drawEntry(entry, left + GAP, at, Infinity)]);
  }));
}
