/** What nearly every model calls. */
export * from '../activations';
export * from '../arrays';
export * from '../losses';
export { gemm, pack, packSize, scratch, scratchBytes } from '../matmul';
export * from '../optimizers';
