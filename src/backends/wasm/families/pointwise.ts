import { pointwiseKernels } from '../../linear/pointwise.js';
import { hex } from '../modules/pointwise.js';

export const family = { hex, kernels: pointwiseKernels };
