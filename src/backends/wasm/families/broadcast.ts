import { broadcastKernels } from '../../linear/broadcast.js';
import { hex } from '../modules/broadcast.js';

export const family = { hex, kernels: broadcastKernels };
