/** Loss values and gradients. Definitions with sources: src/losses/losses.ts. */
import { lossCodes } from '../linear/raw.js';
import type { RawLossKernels } from '../linear/raw.js';
import { sigmoid, softplus } from './activations.js';
import type { Heap } from './heap.js';

/** ℓ(p, t) of one element. */
function value(kind: number, p: number, t: number, parameter: number): number {
  const e = p - t;
  const size = Math.abs(e);
  switch (kind) {
    case lossCodes.mse: return e * e;
    case lossCodes.mae: return size;
    case lossCodes.huber: return size <= parameter ? 0.5 * e * e : parameter * (size - 0.5 * parameter);
    case lossCodes.logCosh: return size + Math.log1p(Math.exp(-2 * size)) - Math.LN2;
    case lossCodes.binaryCrossentropy: return softplus(p) - p * t;
    default: return e > 0 ? (1 - parameter) * e : -parameter * e; // quantile
  }
}

/** ∂ℓ/∂p of one element. */
function slope(kind: number, p: number, t: number, parameter: number): number {
  const e = p - t;
  switch (kind) {
    case lossCodes.mse: return 2 * e;
    case lossCodes.mae: return Math.sign(e);
    case lossCodes.huber: return Math.max(-parameter, Math.min(parameter, e));
    case lossCodes.logCosh: return Math.tanh(e);
    case lossCodes.binaryCrossentropy: return sigmoid(p) - t;
    default: return e > 0 ? 1 - parameter : e < 0 ? -parameter : 0; // quantile
  }
}

export function lossKernels(heap: Heap): RawLossKernels {
  /** Softmax cross-entropy of one row of logits; returns its value, writes its gradient times `factor`. */
  function categoricalRow(dp: number, p: number, t: number, n: number, factor: number): number {
    const d = heap.data;
    let max = -Infinity;
    let mass = 0;
    for (let j = 0; j < n; j++) {
      max = Math.max(max, d[p + j]!);
      mass += d[t + j]!;
    }
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.exp(d[p + j]! - max);
    const logSum = max + Math.log(sum);
    let loss = 0;
    for (let j = 0; j < n; j++) {
      const logit = d[p + j]!;
      const target = d[t + j]!;
      loss += target * (logSum - logit);
      d[dp + j] = factor * (mass * Math.exp(logit - logSum) - target);
    }
    return loss;
  }

  return {
    loss(loss, dPrediction, prediction, target, weights, rows, n, kind, parameter) {
      const d = heap.data;
      const categorical = kind === lossCodes.categoricalCrossentropy;
      const count = categorical ? rows : rows * n;
      let total = 0;
      for (let r = 0; r < rows; r++) {
        const weight = weights ? d[weights + r]! : 1;
        const at = r * n;
        if (weight === 0) { // whatever its loss, were it ∞
          d.fill(0, dPrediction + at, dPrediction + at + n);
          continue;
        }
        if (categorical) {
          total += weight * categoricalRow(dPrediction + at, prediction + at, target + at, n, weight / count);
          continue;
        }
        for (let i = at; i < at + n; i++) {
          const p = d[prediction + i]!;
          const t = d[target + i]!;
          total += weight * value(kind, p, t, parameter);
          d[dPrediction + i] = (weight / count) * slope(kind, p, t, parameter);
        }
      }
      d[loss] = total / count;
    },
  };
}
