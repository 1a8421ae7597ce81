/**
 * Long short-term memory with a forget gate.
 * Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (forget gate); Gers & Schmidhuber 2000 (peepholes).
 *
 * Forward
 *   L1  z_t = x_t·W + h_{t−1}·U + b,   z = [z_i z_f z_g z_o]
 *   L2  i = σ(z_i + p_i⊙c_{t−1})
 *   L3  f = σ(z_f + p_f⊙c_{t−1})
 *   L4  g = tanh(z_g)
 *   L5  c_t = f⊙c_{t−1} + i⊙g
 *   L6  o = σ(z_o + p_o⊙c_t)
 *   L7  h_t = o⊙tanh(c_t)
 * Backward; dc_t arrives from t+1 (or 0), dh_t is the loss's part plus what L14 sent back from t+1
 *   L8  dz_o = dh_t⊙tanh(c_t)⊙o(1−o)
 *   L9  dc_t ← dc_t + dh_t⊙o⊙(1−tanh²c_t) + p_o⊙dz_o
 *   L10 dz_i = dc_t⊙g⊙i(1−i)
 *   L11 dz_f = dc_t⊙c_{t−1}⊙f(1−f)
 *   L12 dz_g = dc_t⊙i⊙(1−g²)
 *   L13 dc_{t−1} = dc_t⊙f + p_i⊙dz_i + p_f⊙dz_f
 *   L14 dh_{t−1} = dz_t·Uᵀ
 *   L15 dW = Σ_t x_tᵀ·dz_t
 *   L16 dU = Σ_t h_{t−1}ᵀ·dz_t
 *   L17 dp_i = Σ dz_i⊙c_{t−1},  dp_f = Σ dz_f⊙c_{t−1},  dp_o = Σ dz_o⊙c_t
 *   L18 db = Σ_t dz_t
 *   L19 dx_t = dz_t·Wᵀ
 * Derivation: docs/lstm.md. L2–L7 and L8–L13 are one fused kernel each; the plain one is src/backends/cpu/lstm.ts.
 * Without peepholes p = 0.
 *
 * | symbol        | code            | shape   |
 * |---------------|-----------------|---------|
 * | W             | kernel          | [D, 4H] |
 * | U             | recurrentKernel | [H, 4H] |
 * | b             | bias            | [4H]    |
 * | p_i, p_f, p_o | peephole        | [3, H]  |
 * | i, f, g, o    | gates           | [B, 4H] |
 * Cached: the gates, tanh c_t and c_t (L8–L12 need nothing else of the forward pass), c_{t−1}, and h_{t−1} as it
 * entered the product.
 */
import type { Kernels, LstmForward, LstmSlots, Tensor } from '../backend.js';

/** Order of the gate columns in kernel, recurrentKernel and bias: PyTorch's. */
export const lstmGateOrder = ['i', 'f', 'g', 'o'] as const;

export type LstmParams = { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor; peephole?: Tensor };
export interface LstmCache extends LstmForward { readonly hIn: Tensor; readonly cPrevious: Tensor }

/** x·W + b for any number of rows: the part of L1 that needs no state. */
export function lstmProject(k: Kernels, p: LstmParams, x: Tensor): Tensor {
  return k.addRow(k.matmul('nn', x, p.kernel), p.bias); // L1
}

/** One step. xz = {@link lstmProject} of x_t [B, 4H], overwritten; h, c [B, H]. */
export function lstmStepForward(
  k: Kernels, p: LstmParams, xz: Tensor, h: Tensor, c: Tensor, out?: LstmSlots,
): { h: Tensor; c: Tensor; cache: LstmCache } {
  const z = k.matmulTo('nn', xz, h, p.recurrentKernel); // L1
  const next = k.lstmGates(z, c, p.peephole, out); // L2–L7
  return { h: next.h, c: next.c, cache: { ...next, hIn: h, cPrevious: c } };
}

/**
 * One step back. dh, dc [B, H]; dc undefined means zero. Returns dz_t [B, 4H], dh_{t−1} and dc_{t−1};
 * the weights are summed over all steps by {@link lstmWeightGradients}.
 */
export function lstmStepBackward(
  k: Kernels, p: LstmParams, cache: LstmCache, dh: Tensor, dc: Tensor | undefined, dzOut?: Tensor,
): { dz: Tensor; dh: Tensor; dc: Tensor } {
  const { dz, dcPrevious } = k.lstmGatesBackward(cache, cache.cPrevious, dh, dc, p.peephole, dzOut); // L8–L13
  return { dz, dh: k.matmul('nt', dz, p.recurrentKernel), dc: dcPrevious }; // L14
}

/** Adds the weight gradients of R = T·B rows; c, cPrevious are needed for peepholes only. */
export function lstmWeightGradients(
  k: Kernels, grads: LstmParams, x: Tensor, hIn: Tensor, dz: Tensor, cells?: { readonly cPrevious: Tensor; readonly c: Tensor },
): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dz); // L15
  grads.recurrentKernel = k.matmulTo('tn', grads.recurrentKernel, hIn, dz); // L16
  if (grads.peephole && cells) grads.peephole = k.lstmPeepholeTo(grads.peephole, dz, cells.cPrevious, cells.c); // L17
  grads.bias = k.sumRowsTo(grads.bias, dz); // L18
}
