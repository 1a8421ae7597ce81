/**
 * Gated recurrent unit. Cho et al. 2014; `resetAfter` as in cuDNN, PyTorch and Keras 3.
 *
 * Forward, reset after the product (default)
 *   G1  a_t = x_t·W + b,           a = [a_r a_z a_n]
 *   G2  q_t = h_{t−1}·U + b_U,     q = [q_r q_z q_n]
 *   G3  r = σ(a_r + q_r)
 *   G4  z = σ(a_z + q_z)
 *   G5  n = φ(a_n + r⊙q_n)
 *   G6  h_t = (1−z)⊙n + z⊙h_{t−1}
 * Backward
 *   G7  da_n = dh_t⊙(1−z)⊙φ′(n)
 *   G8  da_z = dq_z = dh_t⊙(h_{t−1}−n)⊙σ′(z)
 *   G9  da_r = dq_r = da_n⊙q_n⊙σ′(r)
 *   G10 dq_n = da_n⊙r
 *   G11 dh_{t−1} = dh_t⊙z + dq_t·Uᵀ
 *   G12 dW = Σ x_tᵀ·da_t,  dU = Σ h_{t−1}ᵀ·dq_t,  db = Σ da_t,  db_U = Σ dq_t
 *   G13 dx_t = da_t·Wᵀ
 * Reset before the product (resetAfter: false; Cho et al. as published): no b_U, q has r and z only, and
 *   G14 n = φ(a_n + (r⊙h_{t−1})·U_n)
 *   G15 da_r = d(r⊙h)⊙h_{t−1}⊙σ′(r),   d(r⊙h) = da_n·U_nᵀ
 *   G16 dh_{t−1} = dh_t⊙z + [da_r da_z]·U_rzᵀ + d(r⊙h)⊙r
 *   G17 dU_rz = Σ h_{t−1}ᵀ·[da_r da_z],  dU_n = Σ (r⊙h_{t−1})ᵀ·da_n
 * Derivation: docs/gru.md. z here keeps the old state, as in PyTorch and Keras; some papers exchange z and 1−z. φ is tanh and σ the
 * logistic function unless the options say otherwise; their slopes are written as functions of their values, σ′(r) = r(1−r) and
 * φ′(n) = 1−n² (squash.ts).
 *
 * The steps below are written out in plain kernels; for tanh and the logistic σ there are fused ones, too.
 *
 * | symbol  | code            | shape   |
 * |---------|-----------------|---------|
 * | W       | kernel          | [D, 3H] |
 * | U       | recurrentKernel | [H, 3H] |
 * | b       | bias            | [3H], or none |
 * | b_U     | recurrentBias   | [3H], reset after with a bias only |
 * | r, z, n | r, z, n         | [B, H] each |
 * Cached: the gates, q (or r⊙h), h_{t−1}, and h_{t−1} as it entered the product.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { addProducts, byStep, startsAt } from './cell.js';
import type { ForwardSteps, Sequence } from './cell.js';
import { squash, squashBackward } from './squash.js';
import type { CellActivation } from './squash.js';

/** Order of the gate columns in kernel, recurrentKernel and the biases: PyTorch's. */
export const gruGateOrder = ['r', 'z', 'n'] as const;

export type GruParams = { kernel: Tensor; recurrentKernel: Tensor; bias?: Tensor; recurrentBias?: Tensor };

export interface GruOptions {
  /** Whether the reset gate acts after the product h·U. Default true. */
  readonly resetAfter?: boolean | undefined;
  /** φ. Default 'tanh'. */
  readonly activation?: CellActivation | undefined;
  /** σ. Default 'sigmoid'. */
  readonly recurrentActivation?: CellActivation | undefined;
}

export interface GruCache<G = unknown> {
  /** Of the forward equations, for the backward ones. */
  readonly gates: G;
  /** q_t [B, 3H] with reset after, r⊙h [B, H] with reset before. */
  readonly recurrent: Tensor;
  readonly hPrevious: Tensor;
  readonly hIn: Tensor;
}

export type GruStates = { h: Tensor };

/** Where to put the results. */
export interface GruSlots {
  readonly gates?: Tensor | undefined;
  readonly recurrent?: Tensor | undefined;
  readonly h?: Tensor | undefined;
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

/** dhProduct is missing where it is dhz·Uᵀ. */
type BeforeProduct = Omit<GruStepGradients, 'dhProduct'> & Partial<Pick<GruStepGradients, 'dhProduct'>>;

/** One of the ways to take a step; hIn: h_{t−1} as it enters the products, undefined where it is zero. Apart from the way back, which who predicts does without. */
interface StepForward<G = unknown> {
  run(k: Kernels, p: GruParams, xz: Tensor, h: Tensor, hIn: Tensor | undefined, options: GruOptions, out: GruSlots): { h: Tensor; gates: G; recurrent: Tensor };
}

interface StepBackward<G = unknown> {
  run(
    k: Kernels, p: GruParams, cache: GruCache<G>, dh: Tensor, options: GruOptions, out: { readonly dxz?: Tensor | undefined; readonly dhz?: Tensor | undefined },
  ): BeforeProduct;
}

/** x·W + b for any number of rows. */
export function gruProject(k: Kernels, p: GruParams, x: Tensor): Tensor {
  const xW = k.matmul('nn', x, p.kernel); // G1
  return p.bias ? k.addRow(xW, p.bias) : xW; // G1
}

/**
 * One step. xz = {@link gruProject} of x_t [B, 3H]; h [B, H].
 * @param hIn h after recurrent dropout, if any: it enters the products, the carry z⊙h_{t−1} stays whole.
 */
export function gruStepForward(
  k: Kernels, p: GruParams, xz: Tensor, h: Tensor, options: GruOptions = {}, hIn = h, out: GruSlots = {},
): { h: Tensor; cache: GruCache } {
  return stepForward(k, p, xz, h, hIn, options, out);
}

function stepForward(k: Kernels, p: GruParams, xz: Tensor, h: Tensor, hIn: Tensor | undefined, options: GruOptions, out: GruSlots): { h: Tensor; cache: GruCache } {
  const { resetAfter = true } = options;
  const fused = k.fused && gruFuses(options);
  const step: StepForward = resetAfter ? fused ? fusedAfterForward : writtenOutAfterForward : fused ? fusedBeforeForward : writtenOutBeforeForward;
  const next = step.run(k, p, xz, h, hIn, options, out);
  return { h: next.h, cache: { gates: next.gates, recurrent: next.recurrent, hPrevious: h, hIn: hIn ?? h } };
}

/** One step back; dh [B, H]. The weights are summed over all steps by {@link gruWeightGradients}. */
export function gruStepBackward(
  k: Kernels, p: GruParams, cache: GruCache, dh: Tensor, options: GruOptions = {}, dxzOut?: Tensor, dhzOut?: Tensor,
): GruStepGradients {
  const step = gruBeforeProduct(k, p, cache, dh, options, dxzOut, dhzOut);
  return { ...step, dhProduct: step.dhProduct ?? k.matmul('nt', step.dhz, p.recurrentKernel) }; // G11
}

/** G7–G11 and G15, G16 but for the product of reset after. */
export function gruBeforeProduct(
  k: Kernels, p: GruParams, cache: GruCache, dh: Tensor, options: GruOptions, dxzOut?: Tensor, dhzOut?: Tensor,
): BeforeProduct {
  const { resetAfter = true } = options;
  const fused = k.fused && gruFuses(options);
  const step: StepBackward = resetAfter ? fused ? fusedAfterBackward : writtenOutAfterBackward : fused ? fusedBeforeBackward : writtenOutBeforeBackward;
  return step.run(k, p, cache, dh, options, { dxz: dxzOut, dhz: dhzOut });
}

/** h·U + b_U, of all three blocks, as xz is. */
function recurrentProduct(k: Kernels, p: GruParams, { shape }: Tensor, hIn: Tensor | undefined, out?: Tensor): Tensor {
  const hU = hIn ? k.matmul('nn', hIn, p.recurrentKernel, out) : k.zeros(shape, out); // G2
  return p.recurrentBias ? k.addRow(hU, p.recurrentBias) : hU; // G2
}

/** U_rz [H, 2H] and U_n [H, H], which reset before multiplies by one after the other. */
function blocks(k: Kernels, p: GruParams, h: Tensor): { readonly gates: Tensor; readonly candidate: Tensor } {
  const units = h.shape[1] ?? 1;
  return { gates: k.columns(p.recurrentKernel, 0, 2 * units), candidate: k.columns(p.recurrentKernel, 2 * units, units) };
}

interface WrittenOut { readonly r: Tensor; readonly z: Tensor; readonly n: Tensor }

const writtenOutAfterForward: StepForward<WrittenOut> = {
  run(k, p, xz, h, hIn, { activation = 'tanh', recurrentActivation = 'sigmoid' }, out) {
    const q = recurrentProduct(k, p, xz, hIn, out.recurrent); // G2
    const [ar = xz, az = xz, an = xz] = k.split(xz, widths(h));
    const [qr = q, qz = q, qn = q] = k.split(q, widths(h));
    const r = squash(k, recurrentActivation, k.add(ar, qr)); // G3
    const z = squash(k, recurrentActivation, k.add(az, qz)); // G4
    const n = squash(k, activation, k.add(an, k.mul(r, qn))); // G5
    const next = k.add(k.sub(n, k.mul(z, n)), k.mul(z, h), out.h); // G6
    return { h: next, gates: { r, z, n }, recurrent: q };
  },
};

const writtenOutAfterBackward: StepBackward<WrittenOut> = {
  run(k, p, { gates: { r, z, n }, recurrent: q, hPrevious }, dh, { activation = 'tanh', recurrentActivation = 'sigmoid' }) {
    const [, , qn = q] = k.split(q, widths(dh));
    const dan = squashBackward(k, activation, n, k.sub(dh, k.mul(dh, z))); // G7
    const daz = squashBackward(k, recurrentActivation, z, k.mul(dh, k.sub(hPrevious, n))); // G8
    const dar = squashBackward(k, recurrentActivation, r, k.mul(dan, qn)); // G9
    const dqn = k.mul(dan, r); // G10
    const dq = k.concat([dar, daz, dqn]);
    return { dxz: k.concat([dar, daz, dan]), dhz: dq, dhCarry: k.mul(dh, z) }; // G11
  },
};

const writtenOutBeforeForward: StepForward<WrittenOut> = {
  run(k, p, xz, h, hIn = h, { activation = 'tanh', recurrentActivation = 'sigmoid' }, out) {
    const { gates: ofGates, candidate } = blocks(k, p, h);
    const [ar = xz, az = xz, an = xz] = k.split(xz, widths(h));
    const q = k.matmul('nn', hIn, ofGates); // G2
    const [qr = q, qz = q] = k.split(q, widths(h).slice(1));
    const r = squash(k, recurrentActivation, k.add(ar, qr)); // G3
    const z = squash(k, recurrentActivation, k.add(az, qz)); // G4
    const rh = k.mul(r, hIn, out.recurrent); // G14
    const n = squash(k, activation, k.matmulTo('nn', an, rh, candidate)); // G14
    const next = k.add(k.sub(n, k.mul(z, n)), k.mul(z, h), out.h); // G6
    return { h: next, gates: { r, z, n }, recurrent: rh };
  },
};

const writtenOutBeforeBackward: StepBackward<WrittenOut> = {
  run(k, p, { gates: { r, z, n }, hPrevious, hIn }, dh, { activation = 'tanh', recurrentActivation = 'sigmoid' }) {
    const { gates: ofGates, candidate } = blocks(k, p, dh);
    const dan = squashBackward(k, activation, n, k.sub(dh, k.mul(dh, z))); // G7
    const daz = squashBackward(k, recurrentActivation, z, k.mul(dh, k.sub(hPrevious, n))); // G8
    const drh = k.matmul('nt', dan, candidate); // G15
    const dar = squashBackward(k, recurrentActivation, r, k.mul(drh, hIn)); // G15
    const dhProduct = k.matmulTo('nt', k.mul(drh, r), k.concat([dar, daz]), ofGates); // G16
    const da = k.concat([dar, daz, dan]);
    return { dxz: da, dhz: da, dhCarry: k.mul(dh, z), dhProduct };
  },
};

const fusedAfterForward: StepForward<Tensor> = {
  run(k, p, xz, h, hIn, _options, out) {
    const q = recurrentProduct(k, p, xz, hIn, out.recurrent); // G2
    const next = k.gruGates(xz, q, h, out.gates, out.h); // G3–G6
    return { ...next, recurrent: q };
  },
};

const fusedAfterBackward: StepBackward<Tensor> = {
  run(k, p, { gates, recurrent, hPrevious }, dh, _options, out) {
    const step = k.gruGatesBackward(gates, recurrent, hPrevious, dh, out.dxz, out.dhz); // G7–G11
    return { dxz: step.dxz, dhz: step.dhz, dhCarry: step.dhPrevious }; // G11
  },
};

const fusedBeforeForward: StepForward<Tensor> = {
  run(k, p, xz, h, hIn = h, _options, out) {
    const u = blocks(k, p, h);
    const q = k.matmul('nn', hIn, u.gates); // G2
    const reset = k.gruReset(xz, q, hIn, out.gates, out.recurrent); // G3, G4
    const rhU = k.matmul('nn', reset.rh, u.candidate);
    const next = k.gruBlend(reset.gates, xz, rhU, h, out.h); // G14, G6
    return { ...next, recurrent: reset.rh };
  },
};

const fusedBeforeBackward: StepBackward<Tensor> = {
  run(k, p, { gates, hPrevious, hIn }, dh, _options, out) {
    const u = blocks(k, p, dh);
    const units = dh.shape[1] ?? 1;
    const blend = k.gruBlendBackward(gates, hPrevious, dh, out.dxz); // G7, G8
    const drh = k.matmul('nt', k.columns(blend.dxz, 2 * units, units), u.candidate); // G15
    const reset = k.gruResetBackward(blend.dxz, gates, hIn, drh); // G15, G16
    const dhProduct = k.matmulTo('nt', reset.dhRecurrent, k.columns(reset.dxz, 0, 2 * units), u.gates); // G16
    return { dxz: reset.dxz, dhz: reset.dxz, dhCarry: blend.dhPrevious, dhProduct };
  },
};

/** Whether there are fused kernels for these activations. */
export function gruFuses({ activation = 'tanh', recurrentActivation = 'sigmoid' }: GruOptions): boolean {
  return activation === 'tanh' && recurrentActivation === 'sigmoid';
}

function widths(h: Tensor): number[] {
  const units = h.shape[1] ?? 1;
  return [units, units, units];
}

/**
 * Adds the weight gradients of R = T·B rows. With reset after hIn may have fewer: before its first one h is zero, in all without it.
 * @param rh r⊙h of all rows: with reset before, and only then.
 */
export function gruWeightGradients(
  k: Kernels, grads: GruParams, x: Tensor, hIn: Tensor | undefined, dxz: Tensor, dhz: Tensor, rh?: Tensor,
): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dxz); // G12
  if (grads.bias) grads.bias = k.sumRowsTo(grads.bias, dxz); // G12
  if (grads.recurrentBias) grads.recurrentBias = k.sumRowsTo(grads.recurrentBias, dhz); // G12
  if (!rh || !hIn) {
    grads.recurrentKernel = addProducts(k, grads.recurrentKernel, hIn, dhz); // G12
    return;
  }
  const units = hIn.shape[1] ?? 1;
  const rz = k.matmul('tn', hIn, k.columns(dxz, 0, 2 * units)); // G17
  const n = k.matmul('tn', rh, k.columns(dxz, 2 * units, units)); // G17
  grads.recurrentKernel = k.addTo(grads.recurrentKernel, k.concat([rz, n]));
}

/** @param input of one step: [D]. */
export function gruWeightShapes(
  { units: h, useBias, resetAfter }: { readonly units: number; readonly useBias: boolean; readonly resetAfter: boolean }, [d = 0]: Shape,
): { [K in keyof GruParams]: Shape } {
  return { kernel: [d, 3 * h], recurrentKernel: [h, 3 * h], ...(useBias ? { bias: [3 * h] } : {}), ...(useBias && resetAfter ? { recurrentBias: [3 * h] } : {}) };
}

/** All steps of a sequence forward. */
export function gruForwardPass(
  k: Kernels, p: GruParams, sequence: Sequence, cell: GruOptions & { readonly units: number; readonly resetAfter: boolean },
): ForwardSteps<GruStates, GruCache> {
  const { units, resetAfter } = cell;
  const { steps, batch, noise: [hMask] } = sequence;
  const gates = k.series(steps, [batch, 3 * units]);
  const recurrent = k.series(steps, [batch, resetAfter ? 3 * units : units]);
  const xz = byStep(k, gruProject(k, p, sequence.x), sequence);
  return {
    step: (t, { h }, out) => {
      const hIn = resetAfter && startsAt(t, sequence) ? undefined : hMask ? k.mul(h, hMask) : h;
      const next = stepForward(k, p, k.row(xz, t), h, hIn, cell, { gates: gates[t], recurrent: recurrent[t], h: out });
      return { states: { h: next.h }, cache: next.cache };
    },
  };
}
