/** The scale of a heat map: its colours from end to end, the values they stand for, and what those are. */
import { colorAt, hexColor } from './colorMap.js';
import type { ColorMapName, Rgb } from './colorMap.js';
import { formatNumber } from './format.js';
import type { NumberFormat } from './format.js';
import type { Block } from './legend.js';
import type { Interval } from './scale.js';
import { element, join, label } from './svg.js';
import { fitText, textWidth } from './text.js';

export interface ColorBar {
  readonly colors: ColorMapName;
  readonly domain: Interval;
  readonly format?: NumberFormat;
  /** What the values are. */
  readonly valueLabel?: string;
  /** Some values lie beyond the ends, and have their colours. */
  readonly beyond?: { readonly below: boolean; readonly above: boolean };
  /** Part of the colours in a mixture with white, as over a chart; default 1. */
  readonly alpha?: number;
}

const FONT = 11;
const BAR = 160;
const STEPS = 40;
const ROW = 16;

/** The bar with its ends; the name beside it, or below where there is no room. A diverging scale names its middle too. */
export function drawColorBar({ colors, domain: [low, high], format, valueLabel, beyond, alpha = 1 }: ColorBar, x: number, y: number, width: number): Block {
  const from = `${beyond?.below ? '≤ ' : ''}${formatNumber(low, format)}`;
  const to = `${beyond?.above ? '≥ ' : ''}${formatNumber(high, format)}`;
  const left = x + textWidth(from, FONT) + 6;
  const size = Math.max(40, Math.min(BAR, width - textWidth(from, FONT) - textWidth(to, FONT) - 12));
  const mixed = (color: Rgb): Rgb => [under(color[0]), under(color[1]), under(color[2])];
  const under = (channel: number): number => Math.round(255 + alpha * (channel - 255));
  const cells = Array.from({ length: STEPS }, (_, i) => element('rect', {
    x: left + (i * size) / STEPS, y: y + 4, width: size / STEPS, height: 10, 'shape-rendering': 'crispEdges', fill: hexColor(mixed(colorAt(colors, i / (STEPS - 1)))),
  }));
  const end = left + size + 6;
  const quiet = { 'font-size': FONT, class: 'quiet' };
  const pieces = [label(from, x, y + 13, quiet), ...cells, label(to, end, y + 13, quiet)];
  const middle = colors === 'diverging' ? ROW - 2 : 0;
  if (middle > 0) pieces.push(label(formatNumber((low + high) / 2, format), left + size / 2, y + 13 + middle, { ...quiet, 'text-anchor': 'middle' }));
  if (valueLabel === undefined) return { markup: join(pieces), height: 20 + middle };
  const name = end + textWidth(to, FONT) + 16;
  const beside = name + textWidth(valueLabel, FONT) <= x + width;
  const below = 13 + middle + ROW;
  pieces.push(label(fitText(valueLabel, width, FONT), beside ? name : x, y + (beside ? 13 : below), { 'font-size': FONT }));
  return { markup: join(pieces), height: 20 + middle + (beside ? 0 : ROW) };
}
