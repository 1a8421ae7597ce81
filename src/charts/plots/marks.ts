/**
 * How series are told apart without their colours: a line by its dashes, points by their shape. Both come from one number, the
 * `look` of a series: 0 is a solid line, or round points.
 */
import { coordinate, element } from './svg.js';
import type { Markup } from './svg.js';
import type { PixelPoint } from './path.js';

/** Rules for the dash patterns `dash1` … of the style sheet. */
const DASHES = ['6 4', '1.5 3', '10 3 2 3', '14 4', '10 3 2 3 2 3'];
/** How many looks there are; series beyond them begin again, one further, since the hues begin again too. */
const LOOKS = DASHES.length + 1;
/** What `mark: 'dashed'` asks for. */
const DASHED = 1;

export const dashCss = DASHES.map((pattern, i) => `.bptt-plot .dash${String(i + 1)}{stroke-dasharray:${pattern};stroke-linecap:butt}`).join('');

/** Shapes by look; the first is drawn as a stroke of no length with round ends, which takes the fewest bytes. */
const SHAPES: readonly ((r: number) => string)[] = [
  () => 'z',
  (r) => `m${half(-r)} ${half(-r)}h${half(2 * r)}v${half(2 * r)}h${half(-2 * r)}z`,
  (r) => `m0 ${half(-1.3 * r)}l${half(1.25 * r)} ${half(2.2 * r)}h${half(-2.5 * r)}z`,
  (r) => `m0 ${half(-1.4 * r)}l${half(1.4 * r)} ${half(1.4 * r)} ${half(-1.4 * r)} ${half(1.4 * r)} ${half(-1.4 * r)} ${half(-1.4 * r)}z`,
  (r) => `m${half(-r)} ${half(-r)}l${half(2 * r)} ${half(2 * r)}m0 ${half(-2 * r)}l${half(-2 * r)} ${half(2 * r)}`,
  (r) => `m0 ${half(-1.3 * r)}v${half(2.6 * r)}m${half(-1.3 * r)} ${half(-1.3 * r)}h${half(2.6 * r)}`,
];
const FILLED = 3;

function half(value: number): string {
  return coordinate(Math.round(value * 20) / 20);
}

/** A look for each series in its order; the first that asks for dashes by name gets the plain ones, which then no other has. */
export function looksOf(dashed: readonly boolean[]): number[] {
  const plain = dashed.indexOf(true);
  const free = Array.from({ length: LOOKS }, (_, look) => look).filter((look) => look !== DASHED || plain === -1);
  let next = 0;
  return dashed.map((asked, i) => {
    if (i === plain) return DASHED;
    // Another that asks for dashes must not get the solid line.
    if (asked && next % free.length === 0) next++;
    const [round, place] = [Math.floor(next / free.length), next % free.length];
    next++;
    return free[(place + round) % free.length] ?? 0;
  });
}

/** A line through a path of its own look. */
export function linePathOf(d: string, look: number, attributes: Readonly<Record<string, string>> = {}, fine = false): Markup {
  return element('path', { class: `${fine ? 'fine ' : ''}line${look === 0 ? '' : ` dash${String(look)}`}`, d, ...attributes });
}

/** Points in the shape of their look; those that would cover each other exactly are drawn once. */
export function pointsPathOf(points: readonly Pick<PixelPoint, 'x' | 'y'>[], look: number, attributes: Readonly<Record<string, string>> = {}, fine = false): Markup {
  const tenth = (value: number): string => coordinate(Math.round(value * 10) / 10);
  const shape = (SHAPES[look] ?? SHAPES[0])?.(fine ? 1.8 : 2.6) ?? '';
  const d = [...new Set(points.map((p) => `M${tenth(p.x)},${tenth(p.y)}${shape}`))].join('');
  const kind = look === 0 ? 'dots' : look <= FILLED ? 'dots filled' : 'dots crossed';
  return element('path', { class: `${fine ? 'fine ' : ''}${kind}`, d, ...attributes });
}
