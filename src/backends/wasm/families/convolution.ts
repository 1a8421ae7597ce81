import { convolutionKernels } from '../../linear/convolution.js';
import { composeConvolution } from '../convolution.js';
import { text } from '../modules/convolution.js';

export const family = { text, kernels: convolutionKernels, compose: composeConvolution };
