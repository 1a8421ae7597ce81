export * from '../batchNorm';
export * from '../norms';
export { scratch, scratchBytes } from '../matmul';
