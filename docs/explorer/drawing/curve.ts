/** Lines in a box whose units are the reader's: epochs across, say, and a loss upwards. The page stretches it; lines keep their width. */
import { setAttributes, svg } from '../shell/dom.js';

export interface Box { readonly left: number; readonly right: number; readonly bottom: number; readonly top: number }

/** `M x y L …`; a number that is not finite breaks the line. */
export function path(points: Iterable<readonly [x: number, y: number]>): string {
  let text = '';
  let pen = false;
  for (const [x, y] of points) {
    const there = Number.isFinite(x) && Number.isFinite(y);
    if (there) text += `${pen ? 'L' : 'M'}${x.toFixed(2)} ${y.toFixed(3)}`;
    pen = there;
  }
  return text;
}

export class Curves<Name extends string> {
  readonly element: SVGSVGElement;
  private readonly paths: Readonly<Record<Name, SVGPathElement>>;

  /** @param names of the lines, each a class of the style sheet. */
  constructor(names: readonly Name[], attributes: Readonly<Record<string, string>>) {
    const made = names.map((name) => [name, svg('path', { class: name, 'vector-effect': 'non-scaling-stroke' })] as const);
    this.paths = Object.fromEntries(made) as Record<Name, SVGPathElement>;
    this.element = svg('svg', { preserveAspectRatio: 'none', ...attributes }, ...made.map(([, line]) => line));
  }

  box({ left, right, bottom, top }: Box): void {
    setAttributes(this.element, { viewBox: `${left} ${-top} ${right - left} ${top - bottom}` });
  }

  /** One dot for each point: lines of no length, whose ends the style sheet makes round or square. */
  dots(name: Name, points: Iterable<readonly [x: number, y: number]>): void {
    setAttributes(this.paths[name], { d: Array.from(points, ([x, y]) => `M${x} ${-y}h0`).join('') });
  }

  /** Points in the reader's units. */
  draw(name: Name, points: Iterable<readonly [x: number, y: number]>): void {
    const upwards = function* (): Generator<readonly [number, number]> {
      for (const [x, y] of points) yield [x, -y];
    };
    setAttributes(this.paths[name], { d: path(upwards()) });
  }
}
