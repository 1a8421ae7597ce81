export * from './activations';
export * from './arrays';
export * from './batchNorm';
export * from './gates';
export * from './losses';
export * from './matmul';
export * from './norms';
export * from './optimizers';
