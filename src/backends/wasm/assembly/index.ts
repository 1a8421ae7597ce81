export * from './activations';
export * from './arrays';
export * from './convolution';
export * from './gates';
export * from './losses';
export * from './matmul';
export * from './norms';
export * from './optimizers';
