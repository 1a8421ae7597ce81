export * from '../lstm';
export { scratch, scratchBytes } from '../matmul';
