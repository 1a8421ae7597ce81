/** Activations and their derivatives, and the softmax over rows. */
import { addSum64, clip, largest, load, store, storePart, sum64 } from './lanes';
import { exp, expm1, gelu, geluSlope, sigmoid, softplus, tanh } from './math';

/** Codes as in linear/raw.ts. */
const SIGMOID = 1;
const TANH = 2;
const RELU = 3;
const LEAKY_RELU = 4;
const ELU = 5;
const GELU = 6;
const SOFTPLUS = 7;
const HARD_SIGMOID_FIFTH = 8;
const HARD_SIGMOID_SIXTH = 9;

/** `yes` where x > 0, else `no`. */
@inline
function ifPositive(x: v128, yes: v128, no: v128): v128 {
  return v128.bitselect(yes, no, f32x4.gt(x, f32x4.splat(0)));
}

@inline
function hardSigmoid(x: v128, slope: f32): v128 {
  const z = f32x4.add(f32x4.mul(x, f32x4.splat(slope)), f32x4.splat(0.5));
  return f32x4.min(f32x4.max(z, f32x4.splat(0)), f32x4.splat(1));
}

/** From y: between the corners. */
@inline
function hardSlope(y: v128, slope: f32): v128 {
  return v128.and(v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, f32x4.splat(1))), f32x4.splat(slope));
}

/** Of all but sigmoid and tanh. */
@inline
function value(kind: i32, x: v128, alpha: v128): v128 {
  switch (kind) {
    case RELU: return f32x4.max(x, f32x4.splat(0));
    case LEAKY_RELU: return ifPositive(x, x, f32x4.mul(alpha, x));
    case ELU: return ifPositive(x, x, f32x4.mul(alpha, expm1(f32x4.min(x, f32x4.splat(0)))));
    case GELU: return gelu(x);
    case SOFTPLUS: return softplus(x);
    case HARD_SIGMOID_FIFTH: return hardSigmoid(x, 1.0 / 5.0);
    case HARD_SIGMOID_SIXTH: return hardSigmoid(x, 1.0 / 6.0);
    default: return x;
  }
}

@inline
function slope(kind: i32, x: v128, y: v128, alpha: v128): v128 {
  const one = f32x4.splat(1);
  switch (kind) {
    case SIGMOID: return f32x4.mul(y, f32x4.sub(one, y));
    case TANH: return f32x4.sub(one, f32x4.mul(y, y));
    case RELU: return ifPositive(x, one, f32x4.splat(0));
    case LEAKY_RELU: return ifPositive(x, one, alpha);
    case ELU: return ifPositive(x, one, f32x4.add(y, alpha));
    case GELU: return geluSlope(x);
    case SOFTPLUS: return sigmoid(x);
    case HARD_SIGMOID_FIFTH: return hardSlope(y, 1.0 / 5.0);
    case HARD_SIGMOID_SIXTH: return hardSlope(y, 1.0 / 6.0);
    default: return one;
  }
}

/** Tanh and sigmoid in loops of their own, with nothing in them to choose but the way out (docs/decisions/kernels.md). */
export function activate(out: usize, x: usize, n: i32, kind: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  let left = n;
  if (kind == TANH) {
    for (; left > 0; left -= 4, out += 16, x += 16) {
      const y = tanh(v128.load(x));
      if (left < 4) return storePart(out, y, left);
      v128.store(out, y);
    }
  } else if (kind == SIGMOID) {
    for (; left > 0; left -= 4, out += 16, x += 16) {
      const y = sigmoid(v128.load(x));
      if (left < 4) return storePart(out, y, left);
      v128.store(out, y);
    }
  } else {
    for (; left > 0; left -= 4, out += 16, x += 16) store(out, value(kind, v128.load(x), a), left);
  }
}

export function activateBackward(dx: usize, x: usize, y: usize, dy: usize, n: i32, kind: i32, alpha: f32): void {
  const a = f32x4.splat(alpha);
  for (let left = n; left > 0; left -= 4, dx += 16, x += 16, y += 16, dy += 16) {
    store(dx, f32x4.mul(v128.load(dy), slope(kind, v128.load(x), v128.load(y), a)), left);
  }
}

export function softmax(out: usize, x: usize, rows: i32, n: i32): void {
  const next = <usize>n << 2;
  for (; rows > 0; rows--, out += next, x += next) {
    const max = f32x4.splat(largest(x, n));
    let total = f64x2.splat(0);
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const e = clip(exp(f32x4.sub(v128.load(x + at), max)), left);
      store(out + at, e, left);
      total = addSum64(total, e);
    }
    const mass = f32x4.splat(<f32>sum64(total));
    for (let left = n, at = out; left > 0; left -= 4, at += 16) store(at, f32x4.div(v128.load(at), mass), left);
  }
}

export function softmaxBackward(dx: usize, y: usize, dy: usize, rows: i32, n: i32): void {
  const next = <usize>n << 2;
  for (; rows > 0; rows--, dx += next, y += next, dy += next) {
    let total = f64x2.splat(0);
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      total = addSum64(total, f32x4.mul(load(y + at, left), load(dy + at, left)));
    }
    const dot = f32x4.splat(<f32>sum64(total));
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      store(dx + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), dot)), left);
    }
  }
}
