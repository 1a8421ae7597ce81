/** The sizes of attention, as every backend reads them from queries and keys. */
import type { Tensor } from '../backend.js';
import { ShapeError, formatShape } from '../errors.js';

export interface HeadSizes {
  readonly batch: number;
  readonly tq: number;
  readonly tk: number;
  /** Of one head. */
  readonly depth: number;
}

/** Of q [B, Tq, H·d] and k [B, Tk, H·d]. @throws ShapeError */
export function headSizes(operation: string, q: Tensor, k: Tensor, heads: number): HeadSizes {
  const [batch = 1, tq = 1, n = 1] = q.shape;
  const [, tk = 1] = k.shape;
  if (k.size !== batch * tk * n || q.size !== batch * tq * n || n % heads !== 0) {
    throw new ShapeError({ operation, argument: 'k', expected: `as q, ${formatShape([batch, 'T', n])}, of ${heads} heads`, actual: formatShape(k.shape) });
  }
  return { batch, tq, tk, depth: n / heads };
}
