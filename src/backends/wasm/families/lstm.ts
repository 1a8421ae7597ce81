import { lstmKernels } from '../../linear/lstm.js';
import { text } from '../modules/lstm.js';

export const family = { text, kernels: lstmKernels };
