/** The matrix product alone: compiled with relaxed SIMD, a module beside the first, over the same memory. */
export { gemm, scratch, scratchBytes } from '../matmul';
