import { updateKernels } from '../../linear/updates.js';
import { hex } from '../modules/updates.js';

export const family = { hex, kernels: updateKernels };
