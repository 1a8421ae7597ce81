/** The matrix product without the mode that gradients of weights take. */
import { product } from './matmul';

export { pack, packSize, scratch, scratchBytes } from './matmul';

export function gemm(
  mode: i32, m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  product(false, mode, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}
