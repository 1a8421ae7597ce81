/** The shape rule of the matrix product, the same on every backend. */
import type { MatmulMode, Tensor } from '../backend.js';
import { ShapeError, formatShape } from '../errors.js';

/** Sizes of C [m, n] = op(a) [m, k] · op(b) [k, n]. @throws ShapeError if the matrices, or the target, do not fit. */
export function productSizes(mode: MatmulMode, a: Tensor, b: Tensor, target?: Tensor): { m: number; n: number; k: number } {
  const [aRows = 1, aColumns = 1] = a.shape;
  const [bRows = 1, bColumns = 1] = b.shape;
  const m = mode === 'tn' ? aColumns : aRows;
  const k = mode === 'tn' ? aRows : aColumns;
  const n = mode === 'nt' ? bRows : bColumns;
  const kOfB = mode === 'nt' ? bColumns : bRows;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== kOfB) {
    throw new ShapeError({
      operation: `matmul ${mode}`, argument: 'b', expected: `a matrix with an inner size of ${k}, as a ${formatShape(a.shape)} has`, actual: formatShape(b.shape),
    });
  }
  if (target && (target.shape[0] !== m || target.shape[1] !== n)) {
    throw new ShapeError({ operation: `matmul ${mode}`, argument: 'target', expected: formatShape([m, n]), actual: formatShape(target.shape) });
  }
  return { m, n, k };
}
