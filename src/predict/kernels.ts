/** Kernels by family, forward alone where both ways would weigh more. What a program does not name, its bundle does not hold. */
import { text as coreText } from '../backends/wasm/modules/forwardCore.js';
import { text as gruText } from '../backends/wasm/modules/forwardGru.js';
import { text as lstmText } from '../backends/wasm/modules/forwardLstm.js';
import { forwardActivationKernels } from '../backends/linear/activations.js';
import { forwardArrayKernels } from '../backends/linear/arrays.js';
import { forwardGruKernels } from '../backends/linear/gru.js';
import { forwardLstmKernels } from '../backends/linear/lstm.js';
import { matmulKernels } from '../backends/linear/matmul.js';
import { family as attentionFamily } from '../backends/wasm/families/attention.js';
import { family as broadcastFamily } from '../backends/wasm/families/broadcast.js';
import { family as convolutionFamily } from '../backends/wasm/families/convolution.js';
import { family as lookupFamily } from '../backends/wasm/families/lookup.js';
import { family as normsFamily } from '../backends/wasm/families/norms.js';
import { family as pointwiseFamily } from '../backends/wasm/families/pointwise.js';
import type { WasmFamily } from '../backends/wasm/instance.js';

/** The kernels of one family; what is around the module is the library's own. */
export interface PredictionKernels {
  /** The WebAssembly module, as text of its own (backends/wasm/text.ts). */
  readonly text: string;
}

export const attention: PredictionKernels = attentionFamily;
export const broadcast: PredictionKernels = broadcastFamily;
export const convolution: PredictionKernels = convolutionFamily;
export const lookup: PredictionKernels = lookupFamily;
export const norms: PredictionKernels = normsFamily;
export const pointwise: PredictionKernels = pointwiseFamily;
const coreFamily: WasmFamily = {
  text: coreText, kernels: (context) => ({ ...forwardArrayKernels(context), ...matmulKernels(context), ...forwardActivationKernels(context) }),
};
const gruFamily: WasmFamily = { text: gruText, kernels: forwardGruKernels };
const lstmFamily: WasmFamily = { text: lstmText, kernels: forwardLstmKernels };
export const core: PredictionKernels = coreFamily;
export const gru: PredictionKernels = gruFamily;
export const lstm: PredictionKernels = lstmFamily;
