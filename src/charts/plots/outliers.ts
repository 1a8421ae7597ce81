/** Axes that one wild value does not set: which values are outliers, and marks at the edge for what lies beyond the axis. */
import { withinRounding } from '../../statistics.js';
import { colorClass } from './palette.js';
import type { ColorSlot } from './palette.js';
import type { PixelPoint } from './path.js';
import type { Scale } from './scale.js';
import { coordinate, element, join, label } from './svg.js';
import type { Markup } from './svg.js';
import { textWidth } from './text.js';

/** Quartile distances beyond the quartiles from which a value is far out (Tukey 1977). */
const FENCE = 3;

/**
 * The finite values without those that are far out: more than three times the distance of the quartiles beyond them, in logarithms for a
 * logarithmic axis. All of them where the quartiles coincide.
 */
export function withoutOutliers(values: readonly number[], scale: 'linear' | 'log' = 'linear'): number[] {
  const place = scale === 'log' ? Math.log : (value: number): number => value;
  const placed = values.map((value) => ({ value, at: place(value) })).filter(({ at }) => Number.isFinite(at)).sort((a, b) => a.at - b.at);
  const quartile = (part: number): number => placed[Math.floor(part * (placed.length - 1))]?.at ?? NaN;
  const [low, high] = [quartile(0.25), quartile(0.75)];
  if (placed.length === 0 || withinRounding(low, high)) return placed.map(({ value }) => value);
  const reach = FENCE * (high - low);
  return placed.filter(({ at }) => at >= low - reach && at <= high + reach).map(({ value }) => value);
}

export interface Excursion {
  readonly color: ColorSlot;
  readonly values: ArrayLike<number>;
  /** Consecutive points in pixels; indices lead into `values`. */
  readonly runs: readonly (readonly PixelPoint[])[];
}

const FONT = 11;

/** A triangle at the edge for every stretch of a series beyond the axis, where it is farthest out, with its value where there is room. */
export function drawExcursions(series: readonly Excursion[], x: Scale, y: Scale): Markup {
  const [bottom, top] = y.range;
  const peaks = series.flatMap(({ color, values, runs }) => runs.flatMap((run) => stretches(run, y)).map((peak) => ({ ...peak, color, value: values[peak.index] ?? NaN })));
  // The farthest first: it gets its value before others take the room.
  const distance = (pixel: number): number => (pixel < top ? top - pixel : pixel - bottom);
  peaks.sort((a, b) => distance(b.y) - distance(a.y));
  const isAbove = ({ y: pixel }: { readonly y: number }): boolean => pixel < top;
  // A value stands beside its triangle, on the side that no other triangle or value has.
  const taken = peaks.map((peak) => ({ above: isAbove(peak), from: peak.x - 5, to: peak.x + 5 }));
  return join(peaks.map((peak, i) => {
    const { x: at, value, color } = peak;
    const above = isAbove(peak);
    const edge = above ? top + 1 : bottom - 1;
    const d = `M${coordinate(at)},${coordinate(edge)}l4 ${above ? '7' : '-7'}h-8z`;
    const mark = element('g', { class: colorClass(color) }, element('path', { class: 'beyond', d }));
    const text = y.format(value);
    const size = textWidth(text, FONT);
    const left = [at + 7, at - 7 - size].find((from) => from >= x.range[0] && from + size <= x.range[1]
      && !taken.some((other, k) => k !== i && other.above === above && from < other.to + 3 && from + size > other.from - 3));
    if (left === undefined) return mark;
    taken.push({ above, from: left, to: left + size });
    return join([mark, label(text, left, above ? top + 9 : bottom - 3, { class: 'halo', 'font-size': FONT })]);
  }));
}

/** Of each stretch of points on one side beyond the axis, the farthest. */
function stretches(run: readonly PixelPoint[], y: Scale): PixelPoint[] {
  const [bottom, top] = y.range;
  const side = (p: PixelPoint): number => (p.y < top - 0.5 ? -1 : p.y > bottom + 0.5 ? 1 : 0);
  const found: PixelPoint[] = [];
  run.forEach((point, i) => {
    const here = side(point);
    if (here === 0) return;
    const before = run[i - 1];
    const last = found.at(-1);
    if (before === undefined || last === undefined || side(before) !== here) found.push(point);
    else if ((point.y - last.y) * here > 0) found[found.length - 1] = point;
  });
  return found;
}
