/** Axes, grid and labels of a plot with an x and a y scale: finds margins and the number of ticks that fit. */
import type { Box } from './plot.js';
import type { Interval, Scale, ScaleMaker, Tick } from './scale.js';
import { drawReferences } from './references.js';
import type { Reference } from './references.js';
import { coordinate, element, escapeText, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { fitText, textWidth } from './text.js';

const FONT = 11.5;
const LINE = 14;
/** Empty pixels between two labels on the x axis. */
const LABEL_GAP = 12;
/** Least distance of tilted labels, so that their lines do not overlap. */
const TILTED = 20;

export interface AxesSpec {
  readonly x: ScaleMaker;
  readonly y: ScaleMaker;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Which grid lines to draw; none on heat maps. */
  readonly grid?: 'y' | 'xy' | 'none';
  readonly references?: readonly Reference[];
  /** Cut off what leaves the axes; needed where the caller chose the domain. */
  readonly clip?: boolean;
  /** Pixels that stay free at the right. */
  readonly aside?: number;
  readonly marks: (x: Scale, y: Scale) => Markup;
  /** Drawn over the marks, and not cut off. */
  readonly over?: (x: Scale, y: Scale) => Markup;
}

/** Places the axes in the box and draws the marks between them. */
export function drawAxes(box: Box, spec: AxesSpec): Markup {
  // What an axis is called follows from its scale, so that no logarithmic one can pass for an even one.
  const yName = axisName(spec.yLabel, spec.y([1, 0]));
  const xName = axisName(spec.xLabel, spec.x([0, 1]));
  const top = box.y + (yName === undefined ? 12 : LINE + 10);
  const below = xName === undefined ? 4 : LINE + 6;
  // The left margin depends on the y labels, which depend on the height left by the x labels, which depend on the
  // left margin: the second pass sees the margins of the first.
  let y = spec.y([Math.max(box.y + box.height - 50, top + 20), top]);
  let { left, x, labels } = horizontal(box, y, spec);
  y = spec.y([Math.max(box.y + box.height - labels.height - below, top + 20), top]);
  ({ left, x, labels } = horizontal(box, y, spec, left));
  const bottom = Math.max(box.y + box.height - labels.height - below, top + 20);
  y = spec.y([bottom, top]);
  const yTicks = verticalTicks(y);

  const pieces: Markup[] = [];
  const rules = (spec.grid ?? 'y') === 'none' ? [] : yTicks.map((t) => `M${place(x.range[0], y.map(t.value))}H${coordinate(x.range[1])}`);
  if (spec.grid === 'xy') rules.push(...labels.ticks.map((t) => `M${place(x.map(t.value), top)}V${coordinate(bottom)}`));
  if (rules.length > 0) pieces.push(element('path', { class: 'grid', d: rules.join('') }));
  for (const t of yTicks) {
    const name = y.kind === 'category' ? fitText(t.label, left - box.x - 8, FONT) : t.label;
    pieces.push(label(name, left - 8, y.map(t.value) + 4, { 'text-anchor': 'end', 'font-size': FONT, class: 'quiet' }));
  }
  pieces.push(element('path', { class: 'axis', d: `M${place(x.range[0], bottom)}H${coordinate(x.range[1])}${tickMarks(x, labels.ticks, bottom)}` }));
  pieces.push(labels.draw(bottom));
  if (yName !== undefined) pieces.push(label(fitText(yName, box.width, FONT), box.x, box.y + LINE - 2, { 'font-size': FONT, class: 'quiet' }));
  if (xName !== undefined) {
    const name = fitText(xName, x.range[1] - box.x, FONT);
    pieces.push(label(name, x.range[1], bottom + labels.height + LINE, { 'text-anchor': 'end', 'font-size': FONT, class: 'quiet' }));
  }
  const { lines, names } = drawReferences(spec.references ?? [], x, y);
  const marks = spec.marks(x, y);
  pieces.push(spec.clip ? clipped(marks, x.range, [top, bottom]) : marks, lines, names, spec.over?.(x, y) ?? join([]));
  const domain = `${x.kind} ${x.domain.join(' ')} ${x.range.map(coordinate).join(' ')} ${coordinate(top)} ${coordinate(bottom)}`;
  return element('g', { class: 'axes', 'data-x': domain }, ...pieces);
}

function axisName(name: string | undefined, { kind }: Scale): string | undefined {
  return kind !== 'log' ? name : name === undefined ? 'log scale' : `${name}, log scale`;
}

/** The inner `svg` clips to its viewport without needing an id that could clash in a page. */
function clipped(marks: Markup, [left, right]: Interval, [top, bottom]: Interval): Markup {
  const size = { x: left, y: top, width: right - left, height: bottom - top };
  return element('svg', { ...size, viewBox: [left, top, right - left, bottom - top].map(coordinate).join(' '), overflow: 'hidden' }, marks);
}

/** How many ticks a vertical axis of numbers has room for. */
export function verticalCount([bottom, top]: Interval): number {
  return Math.max(2, Math.floor(Math.abs(bottom - top) / 44));
}

function verticalTicks(y: Scale): Tick[] {
  return y.ticks(y.kind === 'category' ? Math.max(1, Math.floor(Math.abs(y.range[1] - y.range[0]) / LINE)) : verticalCount(y.range));
}

interface Horizontal {
  readonly left: number;
  readonly x: Scale;
  readonly labels: HorizontalLabels;
}

function horizontal(box: Box, y: Scale, { x: make, aside = 0 }: AxesSpec, least = 0): Horizontal {
  const widest = Math.max(0, ...verticalTicks(y).map((t) => textWidth(t.label, FONT)));
  const left = Math.max(least, box.x + Math.min(Math.ceil(widest) + 10, box.width * 0.4));
  const x = make([left, Math.max(box.x + box.width - 6 - aside, left + 40)]);
  return { left, x, labels: horizontalLabels(x, box) };
}

interface HorizontalLabels {
  readonly ticks: readonly Tick[];
  /** Pixels below the axis. */
  readonly height: number;
  draw(axis: number): Markup;
}

function tickWidth(tick: Tick): number {
  return Math.max(textWidth(tick.label, FONT), textWidth(tick.context ?? '', FONT));
}

function horizontalLabels(scale: Scale, box: Box): HorizontalLabels {
  const length = scale.range[1] - scale.range[0];
  if (scale.kind === 'category') {
    const all = upright(scale, scale.ticks(Infinity), box);
    if (all) return all;
    if (length / scale.ticks(Infinity).length >= TILTED) return tilted(scale, scale.ticks(Infinity), box.x);
  }
  for (let count = Math.max(2, Math.floor(length / 60)); count > 1; count--) {
    const labels = upright(scale, scale.ticks(count), box);
    if (labels) return labels;
  }
  return upright(scale, scale.ticks(1).slice(0, 1), box) ?? { ticks: [], height: 6, draw: () => join([]) };
}

/** Labels centred under their ticks, moved inwards at the ends of the box; undefined if two would touch. */
function upright(scale: Scale, ticks: readonly Tick[], box: Box): HorizontalLabels | undefined {
  const centres = ticks.map((t) => {
    const half = tickWidth(t) / 2;
    return Math.max(box.x + half, Math.min(scale.map(t.value), box.x + box.width - half));
  });
  const touch = ticks.some((tick, i) => {
    const next = ticks[i + 1];
    return next !== undefined && (centres[i + 1] ?? 0) - (centres[i] ?? 0) < (tickWidth(tick) + tickWidth(next)) / 2 + LABEL_GAP;
  });
  if (touch) return undefined;
  const lines = ticks.some((t) => t.context !== undefined) ? 2 : 1;
  return {
    ticks, height: 6 + lines * LINE,
    draw: (axis) => join(ticks.map((t, i) => {
      const x = centres[i] ?? 0;
      const attributes = { 'text-anchor': 'middle', 'font-size': FONT, class: 'quiet' };
      const name = label(t.label, x, axis + 5 + LINE - 3, attributes);
      return t.context === undefined ? name : join([name, label(t.context, x, axis + 5 + 2 * LINE - 3, attributes)]);
    })),
  };
}

/** Long names of categories lean by 35 degrees, cut so that they stay within the box. */
function tilted(scale: Scale, ticks: readonly Tick[], edge: number): HorizontalLabels {
  const [cos, sin] = [Math.cos((35 * Math.PI) / 180), Math.sin((35 * Math.PI) / 180)];
  const names = ticks.map((t) => fitText(t.label, Math.min(130, (scale.map(t.value) - edge) / cos), FONT));
  const longest = Math.max(...names.map((name) => textWidth(name, FONT)));
  return {
    ticks, height: Math.ceil(longest * sin) + LINE,
    draw: (axis) => join(names.map((name, i) => {
      const at = place(scale.map(ticks[i]?.value ?? 0), axis + LINE);
      return element('text', { transform: `translate(${at}) rotate(-35)`, 'text-anchor': 'end', 'font-size': FONT, class: 'quiet' }, escapeText(name));
    })),
  };
}

function tickMarks(x: Scale, ticks: readonly Tick[], axis: number): string {
  return x.kind === 'category' ? '' : ticks.map((t) => `M${place(x.map(t.value), axis)}v4`).join('');
}

function place(x: number, y: number): string {
  return `${coordinate(x)},${coordinate(y)}`;
}
