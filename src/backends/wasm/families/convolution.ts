import { convolutionKernels } from '../../linear/convolution.js';
import { composeConvolution } from '../convolution.js';
import { hex } from '../modules/convolution.js';

export const family = { hex, kernels: convolutionKernels, compose: composeConvolution };
