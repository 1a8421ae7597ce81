/**
 * Gated recurrent unit. Cho et al. 2014; `resetAfter` as in cuDNN, PyTorch and Keras 3.
 *
 * Forward, reset after the product (default)
 *   G1  a_t = x_t·W + b,           a = [a_r a_z a_n]
 *   G2  q_t = h_{t−1}·U + b_U,     q = [q_r q_z q_n]
 *   G3  r = σ(a_r + q_r)
 *   G4  z = σ(a_z + q_z)
 *   G5  n = tanh(a_n + r⊙q_n)
 *   G6  h_t = (1−z)⊙n + z⊙h_{t−1}
 * Backward
 *   G7  da_n = dh_t⊙(1−z)⊙(1−n²)
 *   G8  da_z = dq_z = dh_t⊙(h_{t−1}−n)⊙z(1−z)
 *   G9  da_r = dq_r = da_n⊙q_n⊙r(1−r)
 *   G10 dq_n = da_n⊙r
 *   G11 dh_{t−1} = dh_t⊙z + dq_t·Uᵀ
 *   G12 dW = Σ x_tᵀ·da_t,  dU = Σ h_{t−1}ᵀ·dq_t,  db = Σ da_t,  db_U = Σ dq_t
 *   G13 dx_t = da_t·Wᵀ
 * Reset before the product (resetAfter: false; Cho et al. as published): no b_U, q has r and z only, and
 *   G14 n = tanh(a_n + (r⊙h_{t−1})·U_n)
 *   G15 da_r = d(r⊙h)⊙h_{t−1}⊙r(1−r),   d(r⊙h) = da_n·U_nᵀ
 *   G16 dh_{t−1} = dh_t⊙z + [da_r da_z]·U_rzᵀ + d(r⊙h)⊙r
 *   G17 dU_rz = Σ h_{t−1}ᵀ·[da_r da_z],  dU_n = Σ (r⊙h_{t−1})ᵀ·da_n
 * Derivation: docs/gru.md. z here keeps the old state, as in PyTorch and Keras; some papers exchange z and 1−z.
 *
 * | symbol  | code            | shape   |
 * |---------|-----------------|---------|
 * | W       | kernel          | [D, 3H] |
 * | U       | recurrentKernel | [H, 3H] |
 * | b       | bias            | [3H]    |
 * | b_U     | recurrentBias   | [3H], reset after only |
 * | r, z, n | gates           | [B, 3H] |
 * Cached: the gates, q (or r⊙h), h_{t−1}, and h_{t−1} as it entered the product.
 */
import type { Kernels, Tensor } from '../backend.js';

/** Order of the gate columns in kernel, recurrentKernel and the biases: PyTorch's. */
export const gruGateOrder = ['r', 'z', 'n'] as const;

export type GruParams = { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor; recurrentBias?: Tensor };
export interface GruCache {
  readonly gates: Tensor;
  /** q_t [B, 3H] with reset after, r⊙h [B, H] with reset before. */
  readonly recurrent: Tensor;
  readonly hPrevious: Tensor;
  readonly hIn: Tensor;
}
export interface GruStepOptions {
  /** h_{t−1} after recurrent dropout, if any: it enters the products, the carry z⊙h_{t−1} stays whole. */
  readonly hIn?: Tensor;
  readonly gatesOut?: Tensor;
  readonly recurrentOut?: Tensor;
  readonly hOut?: Tensor;
}
export interface GruStepGradients {
  /** da_t [B, 3H]. */
  readonly dxz: Tensor;
  /** dq_t [B, 3H]; with reset before the same tensor as dxz. */
  readonly dhz: Tensor;
  /** The part of dh_{t−1} that came through z⊙h_{t−1}. */
  readonly dhCarry: Tensor;
  /** The part that came through the products. */
  readonly dhProduct: Tensor;
}

/** x·W + b for any number of rows. */
export function gruProject(k: Kernels, p: GruParams, x: Tensor): Tensor {
  return k.addRow(k.matmul('nn', x, p.kernel), p.bias); // G1
}

/** One step. xz = {@link gruProject} of x_t [B, 3H]; h [B, H]. With `recurrentBias` the reset gate acts after the product. */
export function gruStepForward(
  k: Kernels, p: GruParams, xz: Tensor, h: Tensor, options: GruStepOptions = {},
): { h: Tensor; cache: GruCache } {
  const { hIn = h, gatesOut, recurrentOut, hOut } = options;
  const units = h.shape[1] ?? 1;
  if (p.recurrentBias) {
    const q = k.addRow(k.matmul('nn', hIn, p.recurrentKernel, recurrentOut), p.recurrentBias); // G2
    const next = k.gruGates(xz, q, h, gatesOut, hOut); // G3–G6
    return { h: next.h, cache: { gates: next.gates, recurrent: q, hPrevious: h, hIn } };
  }
  const q = k.matmul('nn', hIn, k.columns(p.recurrentKernel, 0, 2 * units));
  const reset = k.gruReset(xz, q, hIn, gatesOut, recurrentOut); // G3, G4
  const rhU = k.matmul('nn', reset.rh, k.columns(p.recurrentKernel, 2 * units, units));
  const next = k.gruBlend(reset.gates, xz, rhU, h, hOut); // G14, G6
  return { h: next.h, cache: { gates: next.gates, recurrent: reset.rh, hPrevious: h, hIn } };
}

/** One step back; dh [B, H]. The weights are summed over all steps by {@link gruWeightGradients}. */
export function gruStepBackward(
  k: Kernels, p: GruParams, cache: GruCache, dh: Tensor, dxzOut?: Tensor, dhzOut?: Tensor,
): GruStepGradients {
  const { gates, recurrent, hPrevious, hIn } = cache;
  if (p.recurrentBias) {
    const step = k.gruGatesBackward(gates, recurrent, hPrevious, dh, dxzOut, dhzOut); // G7–G11
    return { dxz: step.dxz, dhz: step.dhz, dhCarry: step.dhPrevious, dhProduct: k.matmul('nt', step.dhz, p.recurrentKernel) }; // G11
  }
  const units = dh.shape[1] ?? 1;
  const blend = k.gruBlendBackward(gates, hPrevious, dh, dxzOut); // G7, G8
  const drh = k.matmul('nt', k.columns(blend.dxz, 2 * units, units), k.columns(p.recurrentKernel, 2 * units, units)); // G15
  const reset = k.gruResetBackward(blend.dxz, gates, hIn, drh); // G15, G16
  const dhProduct = k.matmulTo(
    'nt', reset.dhRecurrent, k.columns(reset.dxz, 0, 2 * units), k.columns(p.recurrentKernel, 0, 2 * units),
  ); // G16
  return { dxz: reset.dxz, dhz: reset.dxz, dhCarry: blend.dhPrevious, dhProduct };
}

/** Adds the weight gradients of R = T·B rows; `recurrent`: r⊙h of all rows, for reset before. */
export function gruWeightGradients(
  k: Kernels, grads: GruParams, x: Tensor, hIn: Tensor, dxz: Tensor, dhz: Tensor, recurrent: Tensor,
): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dxz); // G12
  grads.bias = k.sumRowsTo(grads.bias, dxz); // G12
  if (grads.recurrentBias) {
    grads.recurrentKernel = k.matmulTo('tn', grads.recurrentKernel, hIn, dhz); // G12
    grads.recurrentBias = k.sumRowsTo(grads.recurrentBias, dhz); // G12
    return;
  }
  const units = hIn.shape[1] ?? 1;
  const dU = grads.recurrentKernel;
  const rz = k.matmul('tn', hIn, k.columns(dxz, 0, 2 * units)); // G17
  const n = k.matmul('tn', recurrent, k.columns(dxz, 2 * units, units)); // G17
  grads.recurrentKernel = k.addTo(dU, k.concat([rz, n]));
}
