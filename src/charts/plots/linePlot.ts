/** Lines over numbers or time: prices, forecasts with their interval, loss curves, gradient norms. */
import { checkOptions, requireChoice } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError } from '../../errors.js';
import { drawAxes } from './axes.js';
import { formatNumber, requireFormat } from './format.js';
import type { NumberFormat } from './format.js';
import { drawEndLabels } from './endLabels.js';
import type { LegendEntry } from './legend.js';
import { linePathOf, looksOf, pointsPathOf } from './marks.js';
import { drawExcursions, withoutOutliers } from './outliers.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import { bandPath, linePath, pixelRuns, thin } from './path.js';
import type { PixelPoint } from './path.js';
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
  /**
   * Default `line`; `both` is a line with points. Series differ by more than colour: each line but the first has dashes of its own, points of
   * each series a shape. `dashed` chooses the plain dashes.
   */
  readonly mark?: 'line' | 'dashed' | 'dots' | 'both';
  /** Default: the next hue of the palette. */
  readonly color?: ColorSlot;
  /** Indices of values that begin a block of their own: no line leads to them from the value before. */
  readonly breaks?: ArrayLike<number>;
}

const seriesNames: OptionNames<LineSeries> = { name: true, values: true, x: true, band: true, mark: true, color: true, breaks: true };

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
  /**
   * Fixed ends of the y axis, to make panels comparable; or `robust`: the axis fits the values without those that lie more than three times
   * the distance of the quartiles beyond them. What lies outside is cut off, and marked at the edge with its value.
   */
  readonly yDomain?: Interval | 'robust';
}

const optionNames: OptionNames<LinePlotOptions> = { ...axesNames, series: true, x: true, xScale: true, yScale: true, yDomain: true };

/** Plots with a series of more values than this are drawn finer. */
export const DENSE = 400;

interface Line extends LineSeries {
  readonly at: Positions;
  readonly position: Float64Array;
  readonly color: ColorSlot;
  readonly look: number;
  readonly begins: ReadonlySet<number>;
  readonly entry: LegendEntry;
}

/** @throws ArgumentError without series or values, for an unknown name, or when values, x and band differ in length. */
export function linePlot(options: LinePlotOptions): Plot {
  checkOptions('linePlot', options, optionNames);
  checkAxes('linePlot', options);
  const lines = resolve(options);
  const { xLabel, yLabel, yFormat, yScale, yDomain, references = [] } = options;
  const values = lines.flatMap((s) => [s.values, s.band?.lower ?? [], s.band?.upper ?? []].flatMap((v) => Array.from(v)));
  const shown = yDomain === 'robust' ? withoutOutliers(values, yScale) : values;
  shown.push(...references.filter((r) => r.axis === 'y').map((r) => Number(r.value)));
  const x = positionScale(lines.map((s) => s.at), { scale: options.xScale, format: options.xFormat });
  const y = valueScale(shown, { scale: yScale, format: yFormat, domain: yDomain === 'robust' ? undefined : yDomain });
  const entries = legendOf(lines);
  return createPlot(options, {
    description: `Line plot. ${lines.map((s) => describeValues(s.name, s.values, yFormat)).join(' ')}`,
    legend: entries, endLabels: reachTheEnd(lines, x([0, 1])) ? entries.filter(({ mark }) => mark !== 'area') : [],
    body: (box, aside) =>
      drawAxes(box, {
        x, y, xLabel, yLabel, references, aside,
        clip: yDomain !== undefined,
        marks: (scaleX, scaleY) => {
          const bands = lines.map((s) => drawBand(s, scaleX, scaleY));
          // One size for all: a finer mark would look like a weaker one.
          const fine = lines.some((s) => s.values.length > DENSE);
          const marks = lines.map((s) => drawLine(s, scaleX, scaleY, fine));
          return marks.every((m) => m === '') ? nothingToDraw(scaleX, scaleY) : join([...bands, ...marks]);
        },
        over: (scaleX, scaleY) => join([
          yDomain === undefined ? join([]) : drawExcursions(lines.map((s) => ({ ...s, runs: runsOf(s, scaleX, scaleY) })), scaleX, scaleY),
          aside === 0 ? join([]) : drawEndLabels(lines.flatMap((s) => {
            const end = runsOf(s, scaleX, scaleY).at(-1)?.at(-1);
            return end ? [{ entry: s.entry, x: end.x, y: end.y }] : [];
          }), scaleX.range[1], [scaleY.range[1], scaleY.range[0]]),
        ]),
      }),
  });
}

function resolve({ title, x, series }: LinePlotOptions): Line[] {
  requireData(`linePlot '${title}'`, { series });
  let hue = 0;
  const looks = looksOf(series.map(({ mark }) => mark === 'dashed'));
  return series.map((s, i) => {
    const operation = `linePlot '${title}', series '${s.name}'`;
    checkOptions(operation, s, seriesNames);
    checkBand(`${operation}, band`, s.band);
    if (s.mark !== undefined) requireChoice(operation, 'mark', s.mark, ['line', 'dashed', 'dots', 'both']);
    const at = s.x ?? x ?? Array.from(s.values, (_, k) => k);
    const { name, values, band, mark, color = hue++ } = s;
    requireData(operation, { values, x: at, 'band.lower': band?.lower, 'band.upper': band?.upper });
    const begins = new Set(Array.from(s.breaks ?? []));
    for (const index of begins) {
      if (Number.isInteger(index) && index >= 0 && index < values.length) continue;
      throw new ArgumentError({ operation, argument: 'breaks', expected: `indices from 0 to ${String(values.length - 1)}`, actual: String(index) });
    }
    const look = looks[i] ?? 0;
    const empty = Array.from(values).some(Number.isFinite) ? '' : ' (no data)';
    const entry: LegendEntry = { name: name + empty, color, look, mark: mark === 'dots' || mark === 'both' ? mark : 'line' };
    return { ...s, at, position: Float64Array.from(Array.from(at, Number)), color, look, begins, entry };
  });
}

function legendOf(lines: readonly Line[]): LegendEntry[] {
  const entries = lines.flatMap(({ entry, color, band }): LegendEntry[] => (band?.name === undefined ? [entry] : [entry, { name: band.name, color, mark: 'area' }]));
  return entries.length > 1 || lines[0]?.values.length === 0 ? entries : [];
}

/** Part of the axis within which every line must end to be named there. */
const LAST = 0.88;

/** All are lines, and end at the right edge or near it. @param x on a range from 0 to 1. */
function reachTheEnd(lines: readonly Line[], x: Scale): boolean {
  return lines.every(({ mark, position, values }) => {
    const last = Array.from(values, Number.isFinite).lastIndexOf(true);
    return mark !== 'dots' && last >= 0 && x.map(position[last] ?? NaN) >= LAST;
  });
}

function runsOf({ position, values, begins }: Line, x: Scale, y: Scale): PixelPoint[][] {
  return pixelRuns(position, values, x, y, begins);
}

function drawBand({ band, position, color, begins }: Line, x: Scale, y: Scale): Markup {
  if (!band) return join([]);
  // Where one edge is missing, so is the band.
  const both = (edge: ArrayLike<number>, other: ArrayLike<number>): number[] =>
    Array.from(edge, (value, i) => (Number.isFinite(y.map(other[i] ?? NaN)) ? value : NaN));
  const upper = pixelRuns(position, both(band.upper, band.lower), x, y, begins);
  const lower = pixelRuns(position, both(band.lower, band.upper), x, y, begins);
  const d = upper.map((run, i) => bandPath(thin(run), thin(lower[i] ?? []))).join('');
  return d === '' ? join([]) : element('g', { class: colorClass(color) }, element('path', { class: 'area', d }));
}

function drawLine(line: Line, x: Scale, y: Scale, fine: boolean): Markup {
  const { name, values, mark, color, look } = line;
  const runs = runsOf(line, x, y);
  const read = (points: readonly PixelPoint[]): Record<string, string> =>
    ({ 'data-name': name, 'data-y': points.map((p) => y.format(values[p.index] ?? NaN)).join('|') });
  const joined = mark === 'dots' ? [] : runs.filter((run) => run.length > 1).map(thin);
  // A point between two gaps has no line to belong to and would vanish.
  const alone = mark === 'dots' ? runs.flat() : runs.filter((run) => run.length === 1).flat();
  const pieces: Markup[] = [];
  if (joined.length > 0) pieces.push(linePathOf(joined.map(linePath).join(''), mark === 'both' ? 0 : look, read(joined.flat()), fine));
  if (mark === 'both' && joined.length > 0) pieces.push(pointsPathOf(joined.flat(), look, {}, fine));
  if (alone.length > 0) pieces.push(pointsPathOf(alone, look, read(alone), fine));
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
