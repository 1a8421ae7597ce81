import { attentionKernels } from '../../linear/attention.js';
import { text } from '../modules/attention.js';

export const family = { text, kernels: attentionKernels };
