import { broadcastKernels } from '../../linear/broadcast.js';
import { text } from '../modules/broadcast.js';

export const family = { text, kernels: broadcastKernels };
