/** Kernels by family, forward alone where both ways would weigh more. What a program does not name, its bundle does not hold. */
import { hex as coreHex } from '../backends/wasm/modules/forwardCore.js';
import { hex as gruHex } from '../backends/wasm/modules/forwardGru.js';
import { hex as lstmHex } from '../backends/wasm/modules/forwardLstm.js';
import { activationKernels } from '../backends/linear/activations.js';
import { arrayKernels } from '../backends/linear/arrays.js';
import { gruKernels } from '../backends/linear/gru.js';
import { lstmKernels } from '../backends/linear/lstm.js';
import { matmulKernels } from '../backends/linear/matmul.js';
import type { WasmFamily } from '../backends/wasm/instance.js';

export { family as attention } from '../backends/wasm/families/attention.js';
export { family as broadcast } from '../backends/wasm/families/broadcast.js';
export { family as convolution } from '../backends/wasm/families/convolution.js';
export { family as lookup } from '../backends/wasm/families/lookup.js';
export { family as norms } from '../backends/wasm/families/norms.js';
export { family as pointwise } from '../backends/wasm/families/pointwise.js';

/** The kernels of one family. */
export type PredictionKernels = WasmFamily;

export const core: PredictionKernels = {
  hex: coreHex, kernels: (context) => ({ ...arrayKernels(context), ...matmulKernels(context), ...activationKernels(context) }),
};
export const gru: PredictionKernels = { hex: gruHex, kernels: gruKernels };
export const lstm: PredictionKernels = { hex: lstmHex, kernels: lstmKernels };
