/**
 * The simple (Elman 1990) recurrent cell.
 *
 * Forward
 *   V1  z_t = x_t·W + h_{t−1}·U + b
 *   V2  h_t = φ(z_t),                       φ = tanh or relu
 * Backward, dh_t = ∂L/∂h_t
 *   V3  dz_t = dh_t ⊙ φ′(z_t)
 *   V4  dh_{t−1} = dz_t·Uᵀ
 *   V5  dW = Σ_t x_tᵀ·dz_t
 *   V6  dU = Σ_t h_{t−1}ᵀ·dz_t
 *   V7  db = Σ_t dz_t
 *   V8  dx_t = dz_t·Wᵀ
 * Derivation: docs/bptt.md (Werbos 1990).
 *
 * | symbol | code            | shape  |
 * |--------|-----------------|--------|
 * | W      | kernel          | [D, H] |
 * | U      | recurrentKernel | [H, H] |
 * | b      | bias            | [H]    |
 * Cached: h_{t−1} as it entered the product, and h_t (φ′ is a function of φ for tanh and relu).
 */
import type { Kernels, Tensor } from '../backend.js';

export type RnnActivation = 'tanh' | 'relu';
export type RnnParams = { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor };
export interface RnnCache { readonly hIn: Tensor; readonly h: Tensor }

/** x·W + b for any number of rows: the part of V1 that needs no state. */
export function rnnProject(k: Kernels, p: RnnParams, x: Tensor): Tensor {
  return k.addRow(k.matmul('nn', x, p.kernel), p.bias); // V1
}

/** One step. xz = {@link rnnProject} of x_t [B, H], overwritten; h [B, H]. */
export function rnnStepForward(
  k: Kernels, p: RnnParams, xz: Tensor, h: Tensor, activation: RnnActivation, out?: Tensor,
): { h: Tensor; cache: RnnCache } {
  const z = k.matmulTo('nn', xz, h, p.recurrentKernel); // V1
  const next = k.activate(activation, z, 0, out); // V2
  return { h: next, cache: { hIn: h, h: next } };
}

/** One step back. Returns dz_t [B, H] and dh_{t−1} [B, H]; the weights are summed over all steps by {@link rnnWeightGradients}. */
export function rnnStepBackward(
  k: Kernels, p: RnnParams, cache: RnnCache, dh: Tensor, activation: RnnActivation, dzOut?: Tensor,
): { dz: Tensor; dh: Tensor } {
  const dz = k.activateBackward(activation, cache.h, cache.h, dh, 0, dzOut); // V3
  return { dz, dh: k.matmul('nt', dz, p.recurrentKernel) }; // V4
}

/** Adds the weight gradients of R = T·B rows. */
export function rnnWeightGradients(k: Kernels, grads: RnnParams, x: Tensor, hIn: Tensor, dz: Tensor): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dz); // V5
  grads.recurrentKernel = k.matmulTo('tn', grads.recurrentKernel, hIn, dz); // V6
  grads.bias = k.sumRowsTo(grads.bias, dz); // V7
}
