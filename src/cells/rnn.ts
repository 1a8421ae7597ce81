/**
 * The simple (Elman 1990) recurrent cell.
 *
 * Forward
 *   V1  z_t = x_t·W + h_{t−1}·U + b
 *   V2  h_t = φ(z_t)
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
 * | b      | bias            | [H], or none |
 * Cached: h_{t−1} as it entered the product, and h_t (φ′ is a function of φ, see squash.ts).
 */
import type { Kernels, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { addProducts, byStep, startsAt } from './cell.js';
import type { ForwardSteps, Sequence } from './cell.js';
import { squash, squashBackward } from './squash.js';
import type { CellActivation } from './squash.js';

export type RnnParams = { kernel: Tensor; recurrentKernel: Tensor; bias?: Tensor };
export type RnnStates = { h: Tensor };
export interface RnnCache { readonly hIn: Tensor; readonly h: Tensor }

/** x·W + b for any number of rows: the part of V1 that needs no state. */
export function rnnProject(k: Kernels, p: RnnParams, x: Tensor): Tensor {
  const xW = k.matmul('nn', x, p.kernel); // V1
  return p.bias ? k.addRow(xW, p.bias) : xW; // V1
}

/** One step. xz = {@link rnnProject} of x_t [B, H], overwritten; h [B, H]. */
export function rnnStepForward(
  k: Kernels, p: RnnParams, xz: Tensor, h: Tensor, activation: CellActivation, out?: Tensor,
): { h: Tensor; cache: RnnCache } {
  return rnnAfterProduct(k, k.matmulTo('nn', xz, h, p.recurrentKernel), h, activation, out); // V1
}

function rnnAfterProduct(k: Kernels, z: Tensor, h: Tensor, activation: CellActivation, out?: Tensor): { h: Tensor; cache: RnnCache } {
  const next = squash(k, activation, z, out); // V2
  return { h: next, cache: { hIn: h, h: next } };
}

/** One step back. Returns dz_t [B, H] and dh_{t−1} [B, H]; the weights are summed over all steps by {@link rnnWeightGradients}. */
export function rnnStepBackward(
  k: Kernels, p: RnnParams, cache: RnnCache, dh: Tensor, activation: CellActivation, dzOut?: Tensor,
): { dz: Tensor; dh: Tensor } {
  const dz = squashBackward(k, activation, cache.h, dh, dzOut); // V3
  return { dz, dh: k.matmul('nt', dz, p.recurrentKernel) }; // V4
}

/** Adds the weight gradients of R = T·B rows. hIn may have fewer: before its first one h is zero, in all without it. */
export function rnnWeightGradients(k: Kernels, grads: RnnParams, x: Tensor, hIn: Tensor | undefined, dz: Tensor): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dz); // V5
  grads.recurrentKernel = addProducts(k, grads.recurrentKernel, hIn, dz); // V6
  if (grads.bias) grads.bias = k.sumRowsTo(grads.bias, dz); // V7
}

/** @param input of one step: [D]. */
export function rnnWeightShapes({ units: h, useBias }: { readonly units: number; readonly useBias: boolean }, [d = 0]: Shape): { [K in keyof RnnParams]: Shape } {
  return { kernel: [d, h], recurrentKernel: [h, h], ...(useBias ? { bias: [h] } : {}) };
}

/** All steps of a sequence forward. */
export function rnnForwardPass(
  k: Kernels, p: RnnParams, sequence: Sequence, { activation }: { readonly activation: CellActivation },
): ForwardSteps<RnnStates, RnnCache> {
  const [hMask] = sequence.noise;
  const xz = byStep(k, rnnProject(k, p, sequence.x), sequence);
  return {
    step(t, { h }, out) {
      const step = startsAt(t, sequence)
        ? rnnAfterProduct(k, k.row(xz, t), h, activation, out)
        : rnnStepForward(k, p, k.row(xz, t), hMask ? k.mul(h, hMask) : h, activation, out);
      return { states: { h: step.h }, cache: step.cache };
    },
  };
}
