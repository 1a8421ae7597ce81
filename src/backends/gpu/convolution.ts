import type { ConvolutionKernels } from '../../backend.js';
import { BackendError } from '../../errors.js';

/** Not there yet: the gpu backend's convolution is being written. */
export function convolutionKernels(): ConvolutionKernels {
  const missing = (operation: string) => (): never => {
    throw new BackendError({ operation, argument: 'backend', expected: 'cpu or wasm', actual: 'gpu' });
  };
  return {
    conv2d: missing('conv2d'), conv2dBackward: missing('conv2dBackward'), conv2dKernelTo: missing('conv2dKernelTo'),
    maxPool2d: missing('maxPool2d'), maxPool2dBackward: missing('maxPool2dBackward'),
    averagePool2d: missing('averagePool2d'), averagePool2dBackward: missing('averagePool2dBackward'),
  };
}
