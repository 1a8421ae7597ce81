import { attentionKernels } from '../../linear/attention.js';
import { hex } from '../modules/attention.js';

export const family = { hex, kernels: attentionKernels };
