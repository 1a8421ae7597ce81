/** What nearly every model calls, trained or not. */
import { activationKernels } from './activations.js';
import { arrayKernels } from './arrays.js';
import type { Family } from './device.js';
import { matmulKernels } from './matmul.js';
import { lossKernels, optimizerKernels } from './training.js';

export const coreKernels: Family = (context) => ({
  ...arrayKernels(context), ...matmulKernels(context), ...activationKernels(context), ...lossKernels(context), ...optimizerKernels(context),
});
