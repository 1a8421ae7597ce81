import { updateKernels } from '../../linear/updates.js';
import { text } from '../modules/updates.js';

export const family = { text, kernels: updateKernels };
