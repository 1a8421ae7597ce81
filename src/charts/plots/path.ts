/**
 * Paths of data. A series is split at gaps, and thinned to the lowest and the highest point of each pixel column,
 * which looks the same as all its points: 5,000 days take the bytes of at most two points a pixel.
 */
import { coordinate } from './svg.js';
import type { Scale } from './scale.js';

/** One datum in pixels, and its index in the series. */
export interface PixelPoint {
  readonly x: number;
  readonly y: number;
  readonly index: number;
}

/** Consecutive points that both scales can place. @param breaks indices of points that begin a run of their own. */
export function pixelRuns(x: ArrayLike<number>, y: ArrayLike<number>, scaleX: Scale, scaleY: Scale, breaks: ReadonlySet<number> = new Set()): PixelPoint[][] {
  const runs: PixelPoint[][] = [];
  let run: PixelPoint[] = [];
  for (let index = 0; index < y.length; index++) {
    const point = { x: scaleX.map(x[index] ?? NaN), y: scaleY.map(y[index] ?? NaN), index };
    const placed = Number.isFinite(point.x) && Number.isFinite(point.y);
    if (run.length > 0 && (!placed || breaks.has(index))) {
      runs.push(run);
      run = [];
    }
    if (placed) run.push(point);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** The lowest and the highest point of each pixel column, in their order, and both ends of the run. */
export function thin(run: readonly PixelPoint[]): PixelPoint[] {
  const kept: PixelPoint[] = [];
  for (let start = 0; start < run.length; ) {
    const first = run[start];
    if (first === undefined) break;
    let low = first;
    let high = first;
    let end = start + 1;
    for (let p = run[end]; p !== undefined && Math.floor(p.x) === Math.floor(first.x); p = run[++end]) {
      if (p.y < low.y) low = p;
      if (p.y > high.y) high = p;
    }
    const ends = [start === 0 ? first : low, end === run.length ? (run[end - 1] ?? first) : high];
    const column = new Set([low, high, ...ends]);
    kept.push(...[...column].sort((a, b) => a.index - b.index));
    start = end;
  }
  return kept;
}

/** `M0,1L2,3L4,5`: absolute coordinates only, so that the read-out script can read the points back. */
export function linePath(points: readonly PixelPoint[]): string {
  return points.map((p, i) => `${i === 0 ? 'M' : 'L'}${coordinate(p.x)},${coordinate(p.y)}`).join('');
}

/** Closed outline between an upper and a lower edge. */
export function bandPath(upper: readonly PixelPoint[], lower: readonly PixelPoint[]): string {
  return `${linePath([...upper, ...[...lower].reverse()])}Z`;
}
