import { normKernels } from '../../linear/norms.js';
import { text } from '../modules/norms.js';

export const family = { text, kernels: normKernels };
