import { gruKernels } from '../../linear/gru.js';
import { hex } from '../modules/gru.js';

export const family = { hex, kernels: gruKernels };
