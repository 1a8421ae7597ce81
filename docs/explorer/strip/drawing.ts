/** The unrolled network: a box for each time step. Forward, states go right; backward, gradients come from the loss above and from the right. */
import { valueAt, STEPS, isCut } from '../cells/trace.js';
import type { Trace } from '../cells/trace.js';
import { svg } from '../shell/dom.js';
import { shown } from '../shell/numbers.js';

const PITCH = 112;
const BOX = 36;
const LEFT = 10;
const TOP = 62;

export interface DrawingOptions {
  readonly pass: 'forward' | 'backward';
  readonly t: number;
  readonly unit: number;
  /** Backward: steps below this one have not been reached yet. */
  readonly reached?: number;
}

function arrow(x1: number, y1: number, x2: number, y2: number, name: string): SVGElement {
  const [dx, dy] = [Math.sign(x2 - x1), Math.sign(y2 - y1)];
  const head = dx === 0 ? `M${x2 - 5} ${y2 - 8 * dy}L${x2} ${y2}L${x2 + 5} ${y2 - 8 * dy}` : `M${x2 - 8 * dx} ${y2 - 5}L${x2} ${y2}L${x2 - 8 * dx} ${y2 + 5}`;
  return svg('path', { d: `M${x1} ${y1}L${x2} ${y2}${head}`, class: name });
}

const label = (x: number, y: number, text: string, name = ''): SVGElement => svg('text', { x, y, class: name, 'text-anchor': 'middle' }, text);

/** Draws into a box that scrolls, with step t in sight. @param go a press on a step. */
export function showStrip(box: HTMLElement, trace: Trace, options: DrawingOptions, go: (t: number) => void): void {
  const drawing = drawStrip(trace, options, go);
  box.replaceChildren(drawing);
  box.scrollLeft = ((options.t - 0.5) / STEPS) * drawing.clientWidth - box.clientWidth / 2;
}

function drawStrip(trace: Trace, { pass, t: now, unit, reached = 1 }: DrawingOptions, go: (t: number) => void): SVGSVGElement {
  const backward = pass === 'backward';
  const parts: SVGElement[] = [];
  for (let t = 1; t <= STEPS; t++) {
    const x = LEFT + (t - 1) * PITCH + 26;
    const seen = !backward || t >= reached;
    const mark = t === now ? 'now' : seen ? '' : 'later';
    const box = svg('g', { class: `cell ${mark}` }, svg('rect', { x, y: TOP, width: BOX, height: BOX, rx: 6 }), label(x + BOX / 2, TOP + 23, `${t}`));
    box.addEventListener('click', () => go(t));
    parts.push(box);
    const middle = x + BOX / 2;
    parts.push(arrow(middle, TOP + BOX + 30, middle, TOP + BOX + 4, mark), label(middle, TOP + BOX + 46, shown(valueAt(trace, 'x', t, 1), 2)));
    const hasLoss = trace.scenario.loss === 'every' || t === STEPS;
    if (hasLoss) {
      const says = backward ? (seen ? shown(valueAt(trace, 'dy', t, unit)) : '?') : 'L';
      parts.push(backward ? arrow(middle, TOP - 28, middle, TOP - 4, `back ${mark}`) : arrow(middle, TOP - 4, middle, TOP - 28, mark), label(middle, TOP - 36, says, mark));
    }
    if (t === STEPS) continue;
    const [from, to] = [x + BOX + 3, x + PITCH - 3];
    const between = (from + to) / 2;
    if (!backward) parts.push(arrow(from, TOP + 18, to, TOP + 18, ''), label(between, TOP + 10, shown(valueAt(trace, 'h', t, unit), 2)));
    else if (isCut(trace.scenario, t)) parts.push(svg('path', { d: `M${between} ${TOP - 8}V${TOP + BOX + 8}`, class: 'cut' }), label(between, TOP + BOX + 24, 'cut'));
    else parts.push(arrow(to, TOP + 18, from, TOP + 18, `back ${seen ? mark : 'later'}`), label(between, TOP + 10, seen ? shown(valueAt(trace, 'dhNext', t, unit)) : '?', mark));
  }
  const width = LEFT + STEPS * PITCH;
  const words = backward ? 'Eight steps; at each, the gradient of the state gathers from the loss above and from the step after' : 'Eight steps; the state goes from each to the next';
  return svg('svg', { viewBox: `0 0 ${width} 160`, class: 'unrolled', role: 'img', 'aria-label': `${words}. The numbers stand in the table.` }, ...parts);
}
