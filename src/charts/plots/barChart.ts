/** Bars for each category, side by side for several series, with intervals: benchmark figures, errors per horizon. */
import { checkOptions } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from './axes.js';
import { formatNumber } from './format.js';
import { checkAxes, checkBand, describeValues } from './linePlot.js';
import type { AxesOptions, Band } from './linePlot.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { createPlot, plotNames, requireData } from './plot.js';
import type { Plot } from './plot.js';
import { categoryScale } from './scale.js';
import type { Scale } from './scale.js';
import { valueScale } from './scaleMakers.js';
import { coordinate, element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { textWidth } from './text.js';

export interface BarSeries {
  readonly name: string;
  /** One for each category; NaN is written as `n/a`. */
  readonly values: ArrayLike<number>;
  /** Ends of the whiskers, in the units of the values: quartiles, least and largest, … */
  readonly interval?: Omit<Band, 'name'>;
  /** Default: the next hue of the palette. */
  readonly color?: ColorSlot;
}

const seriesNames: OptionNames<BarSeries> = { name: true, values: true, interval: true, color: true };

export interface BarChartOptions extends Omit<AxesOptions, 'xFormat'> {
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** On a logarithmic axis the bars stand on its lower end, so only their tops can be compared. */
  readonly yScale?: 'linear' | 'log';
}

const optionNames: OptionNames<BarChartOptions> = {
  ...plotNames, xLabel: true, yLabel: true, yFormat: true, references: true, categories: true, series: true, yScale: true,
};

const FONT = 11;
/** Part of each category's space that stays empty. */
const PADDING = 0.24;

/** @throws ArgumentError without categories or series, or when a series does not have one value for each category. */
export function barChart(options: BarChartOptions): Plot {
  const { title, categories, series, xLabel, yLabel, yFormat, references = [] } = checkOptions('barChart', options, optionNames);
  checkAxes('barChart', options);
  requireData(`barChart '${title}'`, { categories });
  requireData(`barChart '${title}'`, { series });
  for (const one of series) {
    const operation = `barChart '${title}', series '${one.name}'`;
    const { values, interval } = checkOptions(operation, one, seriesNames);
    checkBand(`${operation}, interval`, interval);
    requireData(operation, { categories, values, 'interval.lower': interval?.lower, 'interval.upper': interval?.upper });
  }
  let hue = 0;
  const sets = series.map((s) => ({ ...s, color: s.color ?? hue++ }));
  const shown = series.flatMap((s) => [s.values, s.interval?.lower ?? [], s.interval?.upper ?? []].flatMap((v) => Array.from(v)));
  shown.push(...references.filter((r) => r.axis === 'y').map((r) => Number(r.value)));
  if (options.yScale !== 'log') shown.push(0);
  return createPlot(options, {
    description: `Bar chart of ${categories.join(', ')}. ${series.map((s) => describeValues(s.name, s.values, yFormat)).join(' ')}`,
    legend: sets.length > 1 ? sets.map(({ name, color }) => ({ name, color, mark: 'bar' })) : [],
    body: (box) =>
      drawAxes(box, {
        x: (range) => categoryScale(categories, range),
        y: valueScale(shown, { scale: options.yScale, format: yFormat }),
        xLabel, yLabel, references,
        marks: (x, y) => drawBars(sets, x, y, (value) => formatNumber(value, yFormat)),
      }),
  });
}

function drawBars(sets: readonly (BarSeries & { color: ColorSlot })[], x: Scale, y: Scale, format: (value: number) => string): Markup {
  const step = x.map(1) - x.map(0);
  const size = (step * (1 - PADDING)) / sets.length;
  const gap = size > 6 ? 1 : 0;
  const base = y.kind === 'log' ? y.range[0] : y.map(0);
  // All bars carry their value or none does.
  const labelled = sets.every((s) => Array.from(s.values, format).every((text) => textWidth(text, FONT) + 4 <= size));
  const bars = sets.map((s, k) => element('g', { class: colorClass(s.color) }, ...Array.from(s.values, (value, i) => {
    const left = x.map(i) - (step * (1 - PADDING)) / 2 + k * size;
    const middle = left + size / 2;
    const at = y.map(value);
    if (!Number.isFinite(at)) return label('n/a', middle, base - 4, { 'text-anchor': 'middle', 'font-size': Math.min(FONT, size), class: 'quiet' });
    const bar = element('rect', { class: 'bar', x: left + gap / 2, y: Math.min(at, base), width: size - gap, height: Math.abs(base - at) });
    const whisker = drawWhisker(y.map(s.interval?.lower[i] ?? NaN), y.map(s.interval?.upper[i] ?? NaN), middle, Math.min(4, size / 4));
    if (!labelled) return join([bar, whisker.markup]);
    const below = y.kind !== 'log' && value < 0;
    const anchor = below ? Math.max(at, whisker.bottom ?? at) + 13 : Math.min(at, whisker.top ?? at) - 5;
    return join([bar, whisker.markup, label(format(value), middle, anchor, { class: 'halo', 'text-anchor': 'middle', 'font-size': FONT })]);
  })));
  const zero = element('path', { class: 'axis', d: `M${coordinate(x.range[0])},${coordinate(base)}H${coordinate(x.range[1])}` });
  return join([...bars, zero]);
}

function drawWhisker(lower: number, upper: number, x: number, half: number): { markup: Markup; top?: number; bottom?: number } {
  if (!Number.isFinite(lower) || !Number.isFinite(upper)) return { markup: join([]) };
  const cap = (y: number): Markup => element('line', { class: 'whisker', x1: x - half, x2: x + half, y1: y, y2: y });
  const stem = element('line', { class: 'whisker', x1: x, x2: x, y1: lower, y2: upper });
  return { markup: join([stem, cap(lower), cap(upper)]), top: Math.min(lower, upper), bottom: Math.max(lower, upper) };
}
