/**
 * Long short-term memory with a forget gate.
 * Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (forget gate); Gers & Schmidhuber 2000 (peepholes).
 *
 * Forward
 *   L1  z_t = x_t·W + h_{t−1}·U + b,   z = [z_i z_f z_g z_o]
 *   L2  i = σ(z_i + p_i⊙c_{t−1})
 *   L3  f = σ(z_f + p_f⊙c_{t−1})
 *   L4  g = φ(z_g)
 *   L5  c_t = f⊙c_{t−1} + i⊙g
 *   L6  o = σ(z_o + p_o⊙c_t)
 *   L7  h_t = o⊙φ(c_t)
 * Backward; dc_t arrives from t+1 (or 0), dh_t is the loss's part plus what L14 sent back from t+1
 *   L8  dz_o = dh_t⊙φ(c_t)⊙σ′(o)
 *   L9  dc_t ← dc_t + dh_t⊙o⊙φ′(φ(c_t)) + p_o⊙dz_o
 *   L10 dz_i = dc_t⊙g⊙σ′(i)
 *   L11 dz_f = dc_t⊙c_{t−1}⊙σ′(f)
 *   L12 dz_g = dc_t⊙i⊙φ′(g)
 *   L13 dc_{t−1} = dc_t⊙f + p_i⊙dz_i + p_f⊙dz_f
 *   L14 dh_{t−1} = dz_t·Uᵀ
 *   L15 dW = Σ_t x_tᵀ·dz_t
 *   L16 dU = Σ_t h_{t−1}ᵀ·dz_t
 *   L17 dp_i = Σ dz_i⊙c_{t−1},  dp_f = Σ dz_f⊙c_{t−1},  dp_o = Σ dz_o⊙c_t
 *   L18 db = Σ_t dz_t
 *   L19 dx_t = dz_t·Wᵀ
 * With a projection (Sak, Senior & Beaufays 2014) L7 gives m_t in place of h_t, L8 and L9 take dm_t for dh_t, and
 *   L20 h_t = m_t·P
 *   L21 dm_t = dh_t·Pᵀ
 *   L22 dP = Σ_t m_tᵀ·dh_t
 * Derivation: docs/lstm.md. φ is tanh and σ the logistic function unless the options say otherwise; their slopes are written as functions of
 * their values, σ′(i) = i(1−i) and φ′(g) = 1−g² (squash.ts). Without peepholes p = 0.
 *
 * The steps below are written out in plain kernels; for tanh and the logistic σ, L2–L7 and L8–L13 are also one fused kernel each.
 *
 * | symbol        | code            | shape   |
 * |---------------|-----------------|---------|
 * | W             | kernel          | [D, 4H] |
 * | U             | recurrentKernel | [H, 4H] |
 * | b             | bias            | [4H], or none |
 * | p_i, p_f, p_o | peephole        | [3, H]  |
 * | P             | projection      | [H, P], or none; U is then [P, 4H] |
 * | φ(c_t)        | phiC            | [B, H]  |
 * | m_t           | m               | [B, H]; without projection h_t |
 * Cached: the gates, φ(c_t) and c_t (L8–L12 need nothing else of the forward pass), c_{t−1}, m_t, and h_{t−1} as it
 * entered the product.
 */
import type { Kernels, LstmForward, LstmSlots, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { addProducts, byStep, startsAt } from './cell.js';
import type { ForwardSteps, Sequence } from './cell.js';
import { squash, squashBackward } from './squash.js';
import type { CellActivation } from './squash.js';

/** Order of the gate columns in kernel, recurrentKernel and bias: PyTorch's. */
export const lstmGateOrder = ['i', 'f', 'g', 'o'] as const;

export type LstmParams = { kernel: Tensor; recurrentKernel: Tensor; bias?: Tensor; peephole?: Tensor; projection?: Tensor };

export interface LstmActivations {
  /** φ. Default 'tanh'. */
  readonly activation?: CellActivation | undefined;
  /** σ. Default 'sigmoid'. */
  readonly recurrentActivation?: CellActivation | undefined;
}

/** What the shapes of the weights follow from. */
interface LstmSizes {
  /** H. */
  readonly units: number;
  readonly useBias: boolean;
  readonly peepholes: boolean;
  /** P. */
  readonly projection?: number | undefined;
}

export type LstmStates = { h: Tensor; c: Tensor };

/** Where to put the results; `projected`: h_t where there is a projection. */
export interface LstmStepSlots extends LstmSlots { readonly projected?: Tensor }

export interface LstmCache {
  /** Of L2–L7, for L8–L13. */
  readonly gates: unknown;
  readonly c: Tensor;
  readonly m: Tensor;
  readonly hIn: Tensor;
  readonly cPrevious: Tensor;
}

/** x·W + b for any number of rows: the part of L1 that needs no state. */
export function lstmProject(k: Kernels, p: LstmParams, x: Tensor): Tensor {
  const xW = k.matmul('nn', x, p.kernel); // L1
  return p.bias ? k.addRow(xW, p.bias) : xW; // L1
}

/** One step. xz = {@link lstmProject} of x_t [B, 4H], overwritten; h [B, H], or [B, P] with a projection, c [B, H]. */
export function lstmStepForward(
  k: Kernels, p: LstmParams, xz: Tensor, h: Tensor, c: Tensor, options: LstmActivations = {}, out?: LstmStepSlots,
): { h: Tensor; c: Tensor; cache: LstmCache } {
  return lstmAfterProduct(k, p, k.matmulTo('nn', xz, h, p.recurrentKernel), h, c, options, out); // L1
}

/** L2–L7 and L20. */
function lstmAfterProduct(
  k: Kernels, p: LstmParams, z: Tensor, h: Tensor, c: Tensor, options: LstmActivations, out?: LstmStepSlots,
): { h: Tensor; c: Tensor; cache: LstmCache } {
  const gates: GatesForward = k.fused && lstmFuses(options) ? fusedForward : writtenOutForward;
  const next = gates.run(k, z, c, p, options, out); // L2–L7
  const projected = p.projection ? k.matmul('nn', next.m, p.projection, out?.projected) : next.m; // L20
  return { h: projected, c: next.c, cache: { ...next, hIn: h, cPrevious: c } };
}

/**
 * One step back. dh as h, dc [B, H]; dc undefined means zero. Returns dz_t [B, 4H], dh_{t−1} and dc_{t−1};
 * the weights are summed over all steps by {@link lstmWeightGradients}.
 */
export function lstmStepBackward(
  k: Kernels, p: LstmParams, cache: LstmCache, dh: Tensor, dc: Tensor | undefined, options: LstmActivations = {}, dzOut?: Tensor,
): { dz: Tensor; dh: Tensor; dc: Tensor } {
  const { dz, dcPrevious } = lstmBeforeProduct(k, p, cache, dh, dc, options, dzOut);
  return { dz, dh: k.matmul('nt', dz, p.recurrentKernel), dc: dcPrevious }; // L14
}

/** L8–L13 and L21. */
export function lstmBeforeProduct(
  k: Kernels, p: LstmParams, cache: LstmCache, dh: Tensor, dc: Tensor | undefined, options: LstmActivations, dzOut?: Tensor,
): { dz: Tensor; dcPrevious: Tensor } {
  const dm = p.projection ? k.matmul('nt', dh, p.projection) : dh; // L21
  const gates: GatesBackward = k.fused && lstmFuses(options) ? fusedBackward : writtenOutBackward;
  return gates.run(k, cache, dm, dc, p, options, dzOut); // L8–L13
}

/** L2–L7. Apart from the way back, which who predicts does without. */
interface GatesForward<G = unknown> {
  run(
    k: Kernels, z: Tensor, cPrevious: Tensor, p: LstmParams, options: LstmActivations, out?: LstmSlots,
  ): { readonly m: Tensor; readonly c: Tensor; readonly gates: G };
}

/** L8–L13. */
interface GatesBackward<G = unknown> {
  run(
    k: Kernels, cache: LstmCache & { readonly gates: G }, dm: Tensor, dc: Tensor | undefined, p: LstmParams, options: LstmActivations, dzOut?: Tensor,
  ): { dz: Tensor; dcPrevious: Tensor };
}

interface WrittenOut { readonly i: Tensor; readonly f: Tensor; readonly g: Tensor; readonly o: Tensor; readonly phiC: Tensor }

const writtenOutForward: GatesForward<WrittenOut> = {
  run(k, z, cPrevious, p, { activation = 'tanh', recurrentActivation = 'sigmoid' }, out) {
    const [zi = z, zf = z, zg = z, zo = z] = k.split(z, widths(cPrevious));
    const sigma = (x: Tensor): Tensor => squash(k, recurrentActivation, x);
    const peep = (gate: number, c: Tensor, x: Tensor): Tensor => (p.peephole ? k.add(x, k.mulTiled(c, k.row(p.peephole, gate))) : x);
    const i = sigma(peep(0, cPrevious, zi)); // L2
    const f = sigma(peep(1, cPrevious, zf)); // L3
    const g = squash(k, activation, zg); // L4
    const c = k.add(k.mul(f, cPrevious), k.mul(i, g), out?.c); // L5
    const o = sigma(peep(2, c, zo)); // L6
    const phiC = squash(k, activation, c);
    const m = k.mul(o, phiC, out?.h); // L7
    return { m, c, gates: { i, f, g, o, phiC } };
  },
};

const writtenOutBackward: GatesBackward<WrittenOut> = {
  run(k, { gates: { i, f, g, o, phiC }, cPrevious }, dm, dcAfter, p, { activation = 'tanh', recurrentActivation = 'sigmoid' }) {
    const throughSigma = (gate: Tensor, d: Tensor): Tensor => squashBackward(k, recurrentActivation, gate, d);
    const plus = (a: Tensor, b: Tensor | undefined): Tensor => (b ? k.add(a, b) : a);
    const peep = (gate: number, dz: Tensor): Tensor | undefined => p.peephole && k.mulTiled(dz, k.row(p.peephole, gate));
    const dzo = throughSigma(o, k.mul(dm, phiC)); // L8
    const dc = plus(plus(squashBackward(k, activation, phiC, k.mul(dm, o)), dcAfter), peep(2, dzo)); // L9
    const dzi = throughSigma(i, k.mul(dc, g)); // L10
    const dzf = throughSigma(f, k.mul(dc, cPrevious)); // L11
    const dzg = squashBackward(k, activation, g, k.mul(dc, i)); // L12
    const dcPrevious = plus(plus(k.mul(dc, f), peep(0, dzi)), peep(1, dzf)); // L13
    return { dz: k.concat([dzi, dzf, dzg, dzo]), dcPrevious };
  },
};

const fusedForward: GatesForward<LstmForward> = {
  run(k, z, cPrevious, p, _options, out) {
    const next = k.lstmGates(z, cPrevious, p.peephole, out); // L2–L7
    return { m: next.h, c: next.c, gates: next };
  },
};

const fusedBackward: GatesBackward<LstmForward> = {
  run: (k, { gates, cPrevious }, dm, dc, p, _options, dzOut) => k.lstmGatesBackward(gates, cPrevious, dm, dc, p.peephole, dzOut), // L8–L13
};

/** Whether there are fused kernels for these activations. */
export function lstmFuses({ activation = 'tanh', recurrentActivation = 'sigmoid' }: LstmActivations): boolean {
  return activation === 'tanh' && recurrentActivation === 'sigmoid';
}

function widths(c: Tensor): number[] {
  const h = c.shape[1] ?? 1;
  return [h, h, h, h];
}

/** Adds the weight gradients of R = T·B rows, but those of peepholes and projection. hIn may have fewer rows: before its first one h is zero, in all without it. */
export function lstmWeightGradients(k: Kernels, grads: LstmParams, x: Tensor, hIn: Tensor | undefined, dz: Tensor): void {
  grads.kernel = k.matmulTo('tn', grads.kernel, x, dz); // L15
  grads.recurrentKernel = addProducts(k, grads.recurrentKernel, hIn, dz); // L16
  if (grads.bias) grads.bias = k.sumRowsTo(grads.bias, dz); // L18
}

/** Adds the gradient of the peephole weights, from dz and the cell states before and after of R rows. */
export function lstmPeepholeGradients(
  k: Kernels, grads: LstmParams, dz: Tensor, { cPrevious, c }: { readonly cPrevious: Tensor; readonly c: Tensor }, options: LstmActivations = {},
): void {
  if (!grads.peephole) return;
  if (k.fused && lstmFuses(options)) {
    grads.peephole = k.lstmPeepholeTo(grads.peephole, dz, cPrevious, c); // L17
    return;
  }
  const [dzi = dz, dzf = dz, , dzo = dz] = k.split(dz, widths(c));
  const sum = (d: Tensor, cell: Tensor): Tensor => k.sumRowsTo(k.zeros([c.shape[1] ?? 1]), k.mul(d, cell));
  grads.peephole = k.addTo(grads.peephole, k.stack([sum(dzi, cPrevious), sum(dzf, cPrevious), sum(dzo, c)])); // L17
}

/** States without the batch. */
export function lstmStateShapes({ units, projection }: Pick<LstmSizes, 'units' | 'projection'>): { readonly h: Shape; readonly c: Shape } {
  return { h: [projection ?? units], c: [units] };
}

/** @param input of one step: [D]. */
export function lstmWeightShapes({ units: h, useBias, peepholes, projection }: LstmSizes, [d = 0]: Shape): { [K in keyof LstmParams]: Shape } {
  return {
    kernel: [d, 4 * h], recurrentKernel: [projection ?? h, 4 * h], ...(useBias ? { bias: [4 * h] } : {}),
    ...(peepholes ? { peephole: [3, h] } : {}), ...(projection === undefined ? {} : { projection: [h, projection] }),
  };
}

/** All steps of a sequence forward. */
export function lstmForwardPass(
  k: Kernels, p: LstmParams, sequence: Sequence, cell: Pick<LstmSizes, 'units' | 'projection'> & LstmActivations,
): ForwardSteps<LstmStates, LstmCache> {
  const { units, projection } = cell;
  const { steps, batch, noise: [hMask] } = sequence;
  const cs = k.series(steps, [batch, units]);
  const tanhCs = k.series(steps, [batch, units]);
  const ms = projection === undefined ? undefined : k.series(steps, [batch, units]);
  const xz = byStep(k, lstmProject(k, p, sequence.x), sequence);
  return {
    step: (t, { h, c }, out) => {
      const slots = { c: cs[t], tanhC: tanhCs[t], h: ms ? ms[t] : out, projected: out };
      const next = startsAt(t, sequence)
        ? lstmAfterProduct(k, p, k.row(xz, t), h, c, cell, slots)
        : lstmStepForward(k, p, k.row(xz, t), hMask ? k.mul(h, hMask) : h, c, cell, slots);
      return { states: { h: next.h, c: next.c }, cache: next.cache };
    },
  };
}
