import { lstmKernels } from '../../linear/lstm.js';
import { hex } from '../modules/lstm.js';

export const family = { hex, kernels: lstmKernels };
