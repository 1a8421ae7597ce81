export * from '../attention';
export { scratch, scratchBytes } from '../matmul';
