import { normKernels } from '../../linear/norms.js';
import { hex } from '../modules/norms.js';

export const family = { hex, kernels: normKernels };
