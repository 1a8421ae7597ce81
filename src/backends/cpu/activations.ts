/** Activations and their derivatives, element by element, and the softmax over rows. */
import { activationCodes } from '../linear/raw.js';
import type { RawActivationKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

/** 1 / (1 + e^−x); the exponential never overflows to a NaN: e^∞ gives 0. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * Gauss error function to float64 rounding: Kummer's series erf x = (2/√π) e^−x² Σ 2ⁿ x^(2n+1) / (2n+1)!!,
 * all terms of one sign (Abramowitz & Stegun 7.1.6); |x| > 6 is ±1 in float64.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Math.min and Math.max let NaN through. */
function hardSigmoid(x: number, slope: number): number {
  return Math.min(Math.max(slope * x + 0.5, 0), 1);
}

function value(kind: number, x: number, alpha: number): number {
  switch (kind) {
    case activationCodes.sigmoid: return sigmoid(x);
    case activationCodes.tanh: return Math.tanh(x);
    case activationCodes.relu: return x > 0 ? x : x * 0; // x * 0 lets NaN through
    case activationCodes.leakyRelu: return x > 0 ? x : alpha * x;
    case activationCodes.elu: return x > 0 ? x : alpha * Math.expm1(x);
    case activationCodes.gelu: return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case activationCodes.softplus: return softplus(x);
    case activationCodes.hardSigmoidFifth: return hardSigmoid(x, 1 / 5);
    case activationCodes.hardSigmoidSixth: return hardSigmoid(x, 1 / 6);
    default: return x;
  }
}

function slope(kind: number, x: number, y: number, alpha: number): number {
  switch (kind) {
    case activationCodes.sigmoid: return y * (1 - y);
    case activationCodes.tanh: return 1 - y * y;
    case activationCodes.relu: return x > 0 ? 1 : 0;
    case activationCodes.leakyRelu: return x > 0 ? 1 : alpha;
    case activationCodes.elu: return x > 0 ? 1 : y + alpha;
    case activationCodes.gelu: return 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
    case activationCodes.softplus: return sigmoid(x);
    case activationCodes.hardSigmoidFifth: return y > 0 && y < 1 ? 1 / 5 : 0;
    case activationCodes.hardSigmoidSixth: return y > 0 && y < 1 ? 1 / 6 : 0;
    default: return 1;
  }
}

export function activationKernels(heap: Heap): RawActivationKernels {
  return {
    activate(out, x, n, kind, alpha) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = value(kind, d[x + i]!, alpha);
    },
    activateBackward(dx, x, y, dy, n, kind, alpha) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[dx + i] = d[dy + i]! * slope(kind, d[x + i]!, d[y + i]!, alpha);
    },
    softmax(out, x, rows, n) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        const from = x + r * n;
        const to = out + r * n;
        let max = -Infinity;
        for (let j = 0; j < n; j++) max = Math.max(max, d[from + j]!);
        let sum = 0;
        for (let j = 0; j < n; j++) {
          const e = Math.exp(d[from + j]! - max);
          d[to + j] = e;
          sum += e;
        }
        for (let j = 0; j < n; j++) d[to + j] = d[to + j]! / sum;
      }
    },
    softmaxBackward(dx, y, dy, rows, n) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        const at = r * n;
        let dot = 0;
        for (let j = 0; j < n; j++) dot += d[y + at + j]! * d[dy + at + j]!;
        for (let j = 0; j < n; j++) d[dx + at + j] = d[y + at + j]! * (d[dy + at + j]! - dot);
      }
    },
  };
}
