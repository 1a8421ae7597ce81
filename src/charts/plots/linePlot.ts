/** Lines over numbers or time: prices, forecasts with their interval, loss curves, gradient norms. */
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { drawAxes } from './axes.js';
import { formatNumber, requireFormat } from './format.js';
import type { NumberFormat } from './format.js';
import { isDashed } from './legend.js';
import type { LegendEntry } from './legend.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { bandPath, dotsPath, linePath, pixelRuns, thin } from './path.js';
import { createPlot, plotNames, requireData } from './plot.js';
import type { Plot, PlotOptions } from './plot.js';
import { checkReferences } from './references.js';
import type { Reference } from './references.js';
import { extent } from './scale.js';
import type { Interval, Scale } from './scale.js';
import { positionScale, valueScale } from './scaleMakers.js';
import type { Positions } from './scaleMakers.js';
import { element, join, label } from './svg.js';
import type { Markup } from './svg.js';

/** An interval around a series, such as the 90 % prediction interval. */
export interface Band {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Its entry in the legend; without a name it has none. */
  readonly name?: string;
}

const bandNames: OptionNames<Band> = { lower: true, upper: true, name: true };

/** @throws ArgumentError for an unknown name. */
export function checkBand(operation: string, band: Band | undefined): void {
  if (band) checkOptions(operation, band, bandNames);
}

export interface LineSeries {
  readonly name: string;
  /** NaN and infinity (on a log axis also values ≤ 0) make a gap. */
  readonly values: ArrayLike<number>;
  /** Positions of its own; default: those of the plot. */
  readonly x?: Positions;
  readonly band?: Band;
  /** Default `line`; `both` is a line with dots. */
  readonly mark?: 'line' | 'dashed' | 'dots' | 'both';
  /** Default: the next hue of the palette. */
  readonly color?: ColorSlot;
}

const seriesNames: OptionNames<LineSeries> = { name: true, values: true, x: true, band: true, mark: true, color: true };

/** Options of plots with two axes of numbers. */
export interface AxesOptions extends PlotOptions {
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly xFormat?: NumberFormat;
  readonly yFormat?: NumberFormat;
  readonly references?: readonly Reference[];
}

export const axesNames: OptionNames<AxesOptions> = { ...plotNames, xLabel: true, yLabel: true, xFormat: true, yFormat: true, references: true };

/** @throws ArgumentError for an unknown format, or a reference that is not one. */
export function checkAxes(operation: string, { references, xFormat, yFormat }: Pick<AxesOptions, 'references' | 'xFormat' | 'yFormat'>): void {
  requireFormat(operation, xFormat);
  requireFormat(operation, yFormat);
  checkReferences(operation, references);
}

export interface LinePlotOptions extends AxesOptions {
  readonly series: readonly LineSeries[];
  /** Positions of all series, numbers or dates; default 0, 1, 2, … */
  readonly x?: Positions;
  readonly xScale?: 'linear' | 'log';
  readonly yScale?: 'linear' | 'log';
  /** Fixed ends of the y axis, to make panels comparable; what lies outside is cut off. */
  readonly yDomain?: Interval;
}

const optionNames: OptionNames<LinePlotOptions> = { ...axesNames, series: true, x: true, xScale: true, yScale: true, yDomain: true };

/** Series with more values than this are drawn finer. */
export const DENSE = 400;

interface Line extends LineSeries {
  readonly at: Positions;
  readonly position: Float64Array;
  readonly color: ColorSlot;
  readonly dashed: boolean;
}

/** @throws ArgumentError without series or values, for an unknown name, or when values, x and band differ in length. */
export function linePlot(options: LinePlotOptions): Plot {
  checkOptions('linePlot', options, optionNames);
  checkAxes('linePlot', options);
  const lines = resolve(options);
  const { xLabel, yLabel, yFormat, references = [] } = options;
  const shown = lines.flatMap((s) => [s.values, s.band?.lower ?? [], s.band?.upper ?? []].flatMap((v) => Array.from(v)));
  shown.push(...references.filter((r) => r.axis === 'y').map((r) => Number(r.value)));
  const x = positionScale(lines.map((s) => s.at), { scale: options.xScale, format: options.xFormat });
  const y = valueScale(shown, { scale: options.yScale, format: yFormat, domain: options.yDomain });
  return createPlot(options, {
    description: `Line plot. ${lines.map((s) => describeValues(s.name, s.values, yFormat)).join(' ')}`,
    legend: legendOf(lines),
    body: (box) =>
      drawAxes(box, {
        x, y, xLabel, yLabel, references,
        clip: options.yDomain !== undefined,
        marks: (scaleX, scaleY) => {
          const bands = lines.map((s) => drawBand(s, scaleX, scaleY));
          const marks = lines.map((s) => drawLine(s, scaleX, scaleY));
          return marks.every((m) => m === '') ? nothingToDraw(scaleX, scaleY) : join([...bands, ...marks]);
        },
      }),
  });
}

function resolve({ title, x, series }: LinePlotOptions): Line[] {
  requireData(`linePlot '${title}'`, { series });
  let hue = 0;
  return series.map((s) => {
    const operation = `linePlot '${title}', series '${s.name}'`;
    checkOptions(operation, s, seriesNames);
    checkBand(`${operation}, band`, s.band);
    if (s.mark !== undefined) requireChoice(operation, 'mark', s.mark, ['line', 'dashed', 'dots', 'both']);
    const at = s.x ?? x ?? Array.from(s.values, (_, i) => i);
    const { values, band, color = hue++ } = s;
    requireData(operation, { values, x: at, 'band.lower': band?.lower, 'band.upper': band?.upper });
    const dashed = isDashed(color, s.mark === undefined ? undefined : s.mark === 'dashed');
    return { ...s, at, position: Float64Array.from(Array.from(at, Number)), color, dashed };
  });
}

function legendOf(lines: readonly Line[]): LegendEntry[] {
  const entries: LegendEntry[] = [];
  for (const { name, mark, color, dashed, values, band } of lines) {
    const empty = Array.from(values).some(Number.isFinite) ? '' : ' (no data)';
    entries.push({ name: name + empty, color, mark: mark === 'dots' ? 'dots' : dashed ? 'dashed' : 'line' });
    if (band?.name !== undefined) entries.push({ name: band.name, color, mark: 'area' });
  }
  return entries.length > 1 || lines[0]?.values.length === 0 ? entries : [];
}

function drawBand({ band, position, color }: Line, x: Scale, y: Scale): Markup {
  if (!band) return join([]);
  // Where one edge is missing, so is the band.
  const both = (edge: ArrayLike<number>, other: ArrayLike<number>): number[] =>
    Array.from(edge, (value, i) => (Number.isFinite(y.map(other[i] ?? NaN)) ? value : NaN));
  const upper = pixelRuns(position, both(band.upper, band.lower), x, y);
  const lower = pixelRuns(position, both(band.lower, band.upper), x, y);
  const d = upper.map((run, i) => bandPath(thin(run), thin(lower[i] ?? []))).join('');
  return d === '' ? join([]) : element('g', { class: colorClass(color) }, element('path', { class: 'area', d }));
}

function drawLine({ name, values, position, mark, color, dashed }: Line, x: Scale, y: Scale): Markup {
  const runs = pixelRuns(position, values, x, y);
  const read = (points: readonly { index: number }[]): Record<string, string> =>
    ({ 'data-name': name, 'data-y': points.map((p) => y.format(values[p.index] ?? NaN)).join('|') });
  const joined = mark === 'dots' ? [] : runs.filter((run) => run.length > 1).map(thin);
  // A point between two gaps has no line to belong to and would vanish.
  const alone = mark === 'dots' ? runs.flat() : runs.filter((run) => run.length === 1).flat();
  const fine = values.length > DENSE ? 'fine ' : '';
  const pieces: Markup[] = [];
  if (joined.length > 0) pieces.push(element('path', { class: `${fine}line${dashed ? ' dashed' : ''}`, d: joined.map(linePath).join(''), ...read(joined.flat()) }));
  if (mark === 'both' && joined.length > 0) pieces.push(element('path', { class: `${fine}dots`, d: dotsPath(joined.flat()) }));
  if (alone.length > 0) pieces.push(element('path', { class: `${fine}dots`, d: dotsPath(alone), ...read(alone) }));
  return pieces.length === 0 ? join([]) : element('g', { class: colorClass(color) }, ...pieces);
}

/** `Fit: 1,258 values from $48.02 to $234.40.` */
export function describeValues(name: string, values: ArrayLike<number>, format?: NumberFormat): string {
  const range = extent(Array.from(values));
  if (!range) return `${name}: no finite values.`;
  return `${name}: ${formatNumber(values.length)} values from ${formatNumber(range[0], format)} to ${formatNumber(range[1], format)}.`;
}

/** Said in the middle of the axes when no value can be drawn. */
export function nothingToDraw(x: Scale, y: Scale): Markup {
  const middle = { x: (x.range[0] + x.range[1]) / 2, y: (y.range[0] + y.range[1]) / 2 };
  return label('No finite values', middle.x, middle.y, { 'text-anchor': 'middle', class: 'quiet' });
}
