/**
 * Batch normalisation where some rows do not count: padded steps, which are left out of its statistics as in Keras 3. With m_r 1
 * for a row that counts, else 0, and N1–N7 as in layerNorm.ts and batchNorm.ts:
 *   N8  w_r = m_r / Σ m,  μ = Σ_r w_r·x_r,  variance = Σ_r w_r·(x_r−μ)²
 *   N9  dx_r = s·(dx̂_r − w_r·(Σ dx̂ + x̂_r·Σ dx̂⊙x̂))
 * All rows are normalised (N3), and all that a gradient reaches count in the sums of N4, N5 and N9, padded ones too: it is only
 * the mean and the variance that do not see them. With w_r = 1/R these are N1, N2 and N6. Where no row counts, w is 0: the running
 * statistics stay, and μ and the variance are 0. Derivation: docs/layers.md.
 */
import type { Kernels, NormForward, Tensor } from '../backend.js';

interface Weights {
  /** [R′], one for so many rows of x as lie side by side in what the mask speaks of, a step or a sample. */
  readonly w: Tensor;
  /** [1], 1, or 0 where no row counts. */
  readonly any: Tensor;
}

export interface CountedNorm {
  readonly forward: NormForward;
  readonly weights: Weights;
  readonly variance: Tensor;
}

/** @param counted [R′] or [B, T]: 1 for rows that count. */
function weightsOf(k: Kernels, counted: Tensor): Weights {
  const total = k.sumRowsTo(k.zeros([1]), k.reshape(counted, [counted.size, 1]));
  const w = k.divRows(k.reshape(counted, [1, counted.size]), total); // N8
  return { w: k.reshape(w, [counted.size]), any: k.divRows(total, total) };
}

/** Every row of x times its weight, which is shared out among the rows that have one together. */
function weighed(k: Kernels, x: Tensor, w: Tensor): Tensor {
  const rows = x.size / (x.shape.at(-1) ?? 1);
  const product = k.mulRows(k.reshape(x, [w.size, x.size / w.size]), w);
  return k.reshape(rows === w.size ? product : k.scale(product, w.size / rows), x.shape);
}

export function countedNormForward(k: Kernels, x: Tensor, gamma: Tensor, beta: Tensor, counted: Tensor, epsilon: number): CountedNorm {
  const n = gamma.size;
  const weights = weightsOf(k, counted);
  const mean = k.sumRowsTo(k.zeros([n]), weighed(k, x, weights.w)); // N8
  const centred = k.addRow(k.copy(x), k.scale(mean, -1));
  const variance = k.sumRowsTo(k.zeros([n]), weighed(k, k.mul(centred, centred), weights.w)); // N8
  return { forward: k.batchNormInference(x, gamma, beta, mean, variance, epsilon), weights, variance }; // N2, N3
}

/** dGamma and dBeta are those of this call. */
export function countedNormBackward(
  k: Kernels, x: Tensor, { forward, weights, variance }: CountedNorm, gamma: Tensor, dy: Tensor, epsilon: number,
): { dx: Tensor; dGamma: Tensor; dBeta: Tensor } {
  const n = gamma.size;
  const direct = k.batchNormInferenceBackward(x, forward, gamma, dy, k.zeros([n]), k.zeros([n])); // N4, N5, s·dx̂
  const slope = k.mul(forward.inverseStd, gamma);
  const throughStatistics = k.batchNormInference(x, k.mul(slope, direct.dGamma), k.mul(slope, direct.dBeta), forward.mean, variance, epsilon).y;
  return { ...direct, dx: k.sub(direct.dx, weighed(k, throughStatistics, weights.w)) }; // N9
}

/** The new running statistic, or the old one where no row counts. */
export function keptIfNone(k: Kernels, { any }: Weights, next: Tensor, old: Tensor): Tensor {
  const row = [1, old.size];
  return k.reshape(k.blendRows(any, k.reshape(next, row), k.reshape(old, row)), old.shape);
}
