/** Loss values and gradients. Definitions with sources: src/losses/losses.ts. */
import { fill } from './arrays';
import { addSum64, clip, largest, load, store, sum64 } from './lanes';
import { exp, log, sigmoid, softplus, tanh } from './math';

/** Codes as in linear/raw.ts. */
const MSE = 0;
const MAE = 1;
const HUBER = 2;
const LOG_COSH = 3;
const BINARY_CROSSENTROPY = 4;
const CATEGORICAL_CROSSENTROPY = 5;

/** ℓ(p, t) with e = p − t. */
@inline
function value(kind: i32, p: v128, t: v128, e: v128, parameter: v128): v128 {
  const size = f32x4.abs(e);
  const half = f32x4.splat(0.5);
  switch (kind) {
    case MSE: return f32x4.mul(e, e);
    case MAE: return size;
    case HUBER: {
      const near = f32x4.mul(half, f32x4.mul(e, e));
      const far = f32x4.mul(parameter, f32x4.sub(size, f32x4.mul(half, parameter)));
      return v128.bitselect(near, far, f32x4.le(size, parameter));
    }
    // log cosh e = |e| + log(1 + e^(−2|e|)) − log 2, and softplus(−2|e|) is the middle term.
    case LOG_COSH: return f32x4.add(size, f32x4.sub(softplus(f32x4.mul(size, f32x4.splat(-2))), f32x4.splat(0.6931472)));
    case BINARY_CROSSENTROPY: return f32x4.sub(softplus(p), f32x4.mul(p, t));
    default: { // quantile
      const above = f32x4.mul(f32x4.sub(f32x4.splat(1), parameter), e);
      return v128.bitselect(above, f32x4.neg(f32x4.mul(parameter, e)), f32x4.gt(e, f32x4.splat(0)));
    }
  }
}

/** ∂ℓ/∂p. */
@inline
function slope(kind: i32, p: v128, t: v128, e: v128, parameter: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (kind) {
    case MSE: return f32x4.add(e, e);
    case MAE: {
      const sign = v128.or(v128.and(f32x4.gt(e, zero), one), v128.and(f32x4.lt(e, zero), f32x4.splat(-1)));
      return f32x4.add(sign, f32x4.mul(e, zero)); // NaN stays NaN
    }
    case HUBER: return f32x4.max(f32x4.neg(parameter), f32x4.min(parameter, e));
    case LOG_COSH: return tanh(e);
    case BINARY_CROSSENTROPY: return f32x4.sub(sigmoid(p), t);
    default: { // quantile
      const above = v128.and(f32x4.gt(e, zero), f32x4.sub(one, parameter));
      return v128.or(above, v128.and(f32x4.lt(e, zero), f32x4.neg(parameter)));
    }
  }
}

/** Softmax cross-entropy of one row of logits; returns its value, writes its gradient times `factor`. */
function categoricalRow(dp: usize, p: usize, t: usize, n: i32, factor: f32): f64 {
  const max = largest(p, n);
  let total = f64x2.splat(0);
  let mass = f64x2.splat(0);
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    total = addSum64(total, clip(exp(f32x4.sub(load(p + at, left), f32x4.splat(max))), left));
    mass = addSum64(mass, load(t + at, left));
  }
  const logSum = f32x4.add(f32x4.splat(max), log(f32x4.splat(<f32>sum64(total))));
  const weight = f32x4.splat(<f32>sum64(mass));
  let loss = f64x2.splat(0);
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    const below = f32x4.sub(load(p + at, left), logSum); // log softmax
    const target = load(t + at, left);
    loss = addSum64(loss, f32x4.mul(target, below));
    store(dp + at, f32x4.mul(f32x4.splat(factor), f32x4.sub(f32x4.mul(weight, exp(below)), target)), left);
  }
  return -sum64(loss);
}

/** One row of a pointwise loss, in the same form. */
function pointwiseRow(dp: usize, p: usize, t: usize, n: i32, factor: f32, kind: i32, parameter: v128): f64 {
  let loss = f64x2.splat(0);
  for (let left = n; left > 0; left -= 4, dp += 16, p += 16, t += 16) {
    const prediction = load(p, left);
    const target = load(t, left);
    const e = f32x4.sub(prediction, target);
    loss = addSum64(loss, clip(value(kind, prediction, target, e, parameter), left));
    store(dp, f32x4.mul(f32x4.splat(factor), slope(kind, prediction, target, e, parameter)), left);
  }
  return sum64(loss);
}

export function loss(
  out: usize, dPrediction: usize, prediction: usize, target: usize, weights: usize, rows: i32, n: i32, kind: i32, parameter: f32,
): void {
  const categorical = kind == CATEGORICAL_CROSSENTROPY;
  const count = <f64>rows * (categorical ? 1 : n);
  if (!categorical && !weights) {
    n *= rows;
    rows = 1;
  }
  const next = <usize>n << 2;
  let total: f64 = 0;
  for (let r = 0; r < rows; r++, dPrediction += next, prediction += next, target += next) {
    const weight: f64 = weights ? f32.load(weights + (<usize>r << 2)) : 1;
    if (weight == 0) { // whatever its loss, were it ∞
      fill(dPrediction, n, 0);
      continue;
    }
    const factor = <f32>(weight / count);
    total += weight * (categorical
      ? categoricalRow(dPrediction, prediction, target, n, factor)
      : pointwiseRow(dPrediction, prediction, target, n, factor, kind, f32x4.splat(parameter)));
  }
  f32.store(out, <f32>(total / count));
}
