/** What nearly every model calls. */
export * from '../activations';
export * from '../arrays';
export * from '../losses';
export * from '../matmul';
export * from '../optimizers';
