/**
 * Losses that are −log of a likelihood, written with kernels; derived in docs/losses.md. The last axis of the output holds the parameters of
 * one distribution, as numbers without bounds:
 *
 *   poisson    [log λ], one for each number of the target
 *   gaussian   [μ, s]       σ = softplus s + least                     Nix & Weigend 1994
 *   studentT   [μ, s, d]    σ as above, ν = 2 + softplus d             Lange, Little & Taylor 1989
 *
 * z = (t − μ) / σ.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { LossFunction } from './loss.js';

/** 2π enters by its logarithm alone. */
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

export const poisson: LossFunction = {
  name: 'poisson', per: 'number',
  compare(k, p, t) {
    const rate = k.exp(p);
    return {
      losses: k.sub(rate, k.mul(t, p)), // Q4
      dPrediction: k.sub(rate, t), // Q5
    };
  },
};

/** A positive number from one without bounds, and its way back. */
function aboveLeast(k: Kernels, raw: Tensor, least: number): { value: Tensor; back: (d: Tensor) => Tensor } {
  const soft = k.activate('softplus', raw, 0);
  return { value: k.affine(soft, 1, least), back: (d) => k.activateBackward('softplus', raw, soft, d, 0) }; // Q6
}

function columns(k: Kernels, p: Tensor, count: number): Tensor[] {
  return k.split(p, new Array<number>(count).fill(1));
}

/** @param least of the scale. */
export function gaussian(least: number): LossFunction {
  return {
    name: 'gaussian', per: 'row', parameters: 2,
    compare(k, p, t) {
      const [mean = p, raw = p] = columns(k, p, 2);
      const scale = aboveLeast(k, raw, least);
      const z = k.div(k.sub(t, mean), scale.value); // Q7
      const square = k.mul(z, z);
      const losses = k.add(k.log(scale.value), k.affine(square, 0.5, HALF_LOG_TWO_PI)); // Q8
      const inverse = k.reciprocal(scale.value);
      const dMean = k.scale(k.mul(z, inverse), -1); // Q9
      const dScale = k.mul(k.affine(square, -1, 1), inverse); // Q10
      return { losses, dPrediction: k.concat([dMean, scale.back(dScale)]) };
    },
  };
}

/** log(1 + q) for q ≥ 0 that keeps the digits of a small q: what the rounding of 1 + q took is made good (Goldberg 1991, theorem 4). */
function log1p(k: Kernels, q: Tensor): Tensor {
  const whole = k.affine(q, 1, 1);
  const kept = k.affine(whole, 1, -1);
  return k.select(kept, k.mul(k.log(whole), k.div(q, kept)), q);
}

/** Of S: Stirling's series for log Γ(y + ½) − log Γ(y) − ½ log y, in odd powers of 1/y from the first. */
const STIRLING = [-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432, 691 / 180224] as const;
const STEPS = 4;

/** D(x) = log Γ(x + ½) − log Γ(x) − ½ log x and its derivative, for x ≥ 1. */
function gammaRatio(k: Kernels, x: Tensor): { value: Tensor; slope: Tensor } {
  const y = k.affine(x, 1, STEPS);
  const u = k.reciprocal(y);
  const square = k.mul(u, u);
  const [last] = STIRLING.slice(-1);
  let series = k.affine(u, 0, last ?? 0);
  let derivative = k.scale(series, 2 * STIRLING.length - 1);
  for (let i = STIRLING.length - 2; i >= 0; i--) {
    const coefficient = STIRLING[i] ?? 0;
    series = k.affine(k.mul(series, square), 1, coefficient);
    derivative = k.affine(k.mul(derivative, square), 1, (2 * i + 1) * coefficient);
  }
  let ratio: Tensor | undefined;
  let steps: Tensor | undefined;
  for (let i = 0; i < STEPS; i++) {
    const [above, below] = [k.affine(x, 1, i + 0.5), k.affine(x, 1, i)];
    const [own, step] = [k.div(below, above), k.reciprocal(k.mul(below, above))];
    ratio = ratio ? k.mul(ratio, own) : own;
    steps = steps ? k.add(steps, step) : step;
  }
  const product = ratio ?? x;
  const value = k.add(k.mul(u, series), k.scale(k.log(k.mul(k.div(y, x), k.mul(product, product))), 0.5)); // Q11
  const shifted = k.sub(k.scale(k.sub(u, k.reciprocal(x)), 0.5), k.mul(square, derivative));
  return { value, slope: k.add(shifted, k.scale(steps ?? x, 0.5)) }; // Q12
}

/** @param least of the scale. */
export function studentT(least: number): LossFunction {
  return {
    name: 'studentT', per: 'row', parameters: 3,
    compare(k, p, t) {
      const [mean = p, rawScale = p, rawDegrees = p] = columns(k, p, 3);
      const scale = aboveLeast(k, rawScale, least);
      const degrees = aboveLeast(k, rawDegrees, 2);
      const z = k.div(k.sub(t, mean), scale.value); // Q7
      const square = k.mul(z, z);
      const q = k.div(square, degrees.value);
      const tail = log1p(k, q);
      const gamma = gammaRatio(k, k.scale(degrees.value, 0.5));
      const half = k.affine(degrees.value, 0.5, 0.5);
      const fixed = k.sub(k.affine(k.log(scale.value), 1, HALF_LOG_TWO_PI), gamma.value);
      const losses = k.add(fixed, k.mul(half, tail)); // Q13
      const inverse = k.reciprocal(scale.value);
      const pull = k.div(k.scale(half, 2), k.add(degrees.value, square)); // (ν + 1) / (ν + z²)
      const dMean = k.scale(k.mul(k.mul(pull, z), inverse), -1); // Q14
      const dScale = k.mul(k.affine(k.mul(pull, square), -1, 1), inverse); // Q15
      const dDegrees = k.scale(k.sub(k.sub(tail, gamma.slope), k.mul(pull, q)), 0.5); // Q16
      return { losses, dPrediction: k.concat([dMean, scale.back(dScale), degrees.back(dDegrees)]) };
    },
  };
}
