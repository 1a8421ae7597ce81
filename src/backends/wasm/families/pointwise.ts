import { pointwiseKernels } from '../../linear/pointwise.js';
import { text } from '../modules/pointwise.js';

export const family = { text, kernels: pointwiseKernels };
