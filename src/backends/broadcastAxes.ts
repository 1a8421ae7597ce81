/** Broadcasting one span of axes at a time, as every backend does it. */
import { ShapeError, formatShape } from '../errors.js';
import { sizeOf } from '../tensor.js';
import type { Shape } from '../tensor.js';

/** Neighbouring axes that are repeated together: [outer, 1, inner] ↔ [outer, n, inner]. */
export interface RepeatedSpan {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  /** Shapes before and after, where all spans behind this one are repeated already and none before it. */
  readonly narrow: Shape;
  readonly wide: Shape;
}

/** The spans from first to last. @throws ShapeError unless every axis of `narrow` has the size of `wide`, or 1. */
export function repeatedSpans(operation: string, narrow: Shape, wide: Shape): RepeatedSpan[] {
  if (narrow.length !== wide.length || narrow.some((size, i) => size !== 1 && size !== wide[i])) {
    throw new ShapeError({ operation, argument: 'shape', expected: `as ${formatShape(wide)}, axes of size 1 aside`, actual: formatShape(narrow) });
  }
  const spans: RepeatedSpan[] = [];
  for (let from = 0; from < wide.length; from++) {
    if (narrow[from] === wide[from]) continue;
    let to = from + 1;
    while (to < wide.length && narrow[to] === 1) to++;
    spans.push({
      outer: sizeOf(narrow.slice(0, from)), n: sizeOf(wide.slice(from, to)), inner: sizeOf(wide.slice(to)),
      narrow: [...narrow.slice(0, to), ...wide.slice(to)], wide: [...narrow.slice(0, from), ...wide.slice(from)],
    });
    from = to;
  }
  return spans;
}
