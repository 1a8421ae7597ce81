/** The kernels over images: a module beside the first, over the same memory, for models that have such layers. */
export { correlate, correlateKernel, packKernel, packTurned, patchWork } from '../convolution';
export { depthwise, depthwiseBackward, depthwiseKernel } from '../depthwise';
export { scratch, scratchBytes } from '../matmul';
export { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from '../pooling';
export { winograd, winogradGradient, winogradKernel, winogradKernelGradient, winogradWork } from '../winograd';
