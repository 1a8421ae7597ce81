import { lookupKernels } from '../../linear/lookup.js';
import { text } from '../modules/lookup.js';

export const family = { text, kernels: lookupKernels };
