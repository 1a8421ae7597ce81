import { gruKernels } from '../../linear/gru.js';
import { text } from '../modules/gru.js';

export const family = { text, kernels: gruKernels };
