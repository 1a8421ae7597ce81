import { lookupKernels } from '../../linear/lookup.js';
import { hex } from '../modules/lookup.js';

export const family = { hex, kernels: lookupKernels };
