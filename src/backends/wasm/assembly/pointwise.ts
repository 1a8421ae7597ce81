/** Exponential, logarithm, comparison and choice, element by element; sums over rows; classes as rows. */
import { fill } from './arrays';
import { addSum64, load, store, sum64 } from './lanes';
import { exponential, logarithm } from './math';

/** Codes as in linear/raw.ts. */
const EXP = 0;
const LOG = 1;
const SQRT = 2;
const ABS = 3;
const SIGN = 4;

const DIV = 0;
const MAXIMUM = 1;
const MINIMUM = 2;

/** −1, 0 or 1; NaN stays NaN. */
@inline
function sign(x: v128): v128 {
  const zero = f32x4.splat(0);
  const above = v128.and(f32x4.gt(x, zero), f32x4.splat(1));
  const y = v128.or(above, v128.and(f32x4.lt(x, zero), f32x4.splat(-1)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

function unaryOf(kind: i32, x: v128): v128 {
  switch (kind) {
    case EXP: return exponential(x);
    case LOG: return logarithm(x);
    case SQRT: return f32x4.sqrt(x);
    case ABS: return f32x4.abs(x);
    case SIGN: return sign(x);
    default: return f32x4.div(f32x4.splat(1), x);
  }
}

@inline
function binaryOf(kind: i32, a: v128, b: v128): v128 {
  switch (kind) {
    case DIV: return f32x4.div(a, b);
    case MAXIMUM: return f32x4.max(a, b);
    case MINIMUM: return f32x4.min(a, b);
    default: return v128.and(f32x4.gt(a, b), f32x4.splat(1));
  }
}

export function unary(out: usize, x: usize, n: i32, kind: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, x += 16) store(out, unaryOf(kind, v128.load(x)), left);
}

export function binary(out: usize, a: usize, b: usize, n: i32, kind: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, a += 16, b += 16) store(out, binaryOf(kind, v128.load(a), v128.load(b)), left);
}

export function select(out: usize, condition: usize, a: usize, b: usize, n: i32): void {
  for (let left = n; left > 0; left -= 4, out += 16, condition += 16, a += 16, b += 16) {
    store(out, v128.bitselect(v128.load(a), v128.load(b), f32x4.ne(v128.load(condition), f32x4.splat(0))), left);
  }
}

export function affine(out: usize, x: usize, n: i32, factor: f32, shift: f32): void {
  const a = f32x4.splat(factor);
  const b = f32x4.splat(shift);
  for (let left = n; left > 0; left -= 4, out += 16, x += 16) store(out, f32x4.add(f32x4.mul(a, v128.load(x)), b), left);
}

export function sumLast(out: usize, x: usize, rows: i32, n: i32): void {
  for (const next = <usize>n << 2; rows > 0; rows--, out += 4, x += next) {
    let total = f64x2.splat(0);
    for (let left = n, at = x; left > 0; left -= 4, at += 16) total = addSum64(total, load(at, left));
    f32.store(out, <f32>sum64(total));
  }
}

export function oneHot(out: usize, x: usize, rows: i32, n: i32): void {
  fill(out, rows * n, 0);
  for (const next = <usize>n << 2; rows > 0; rows--, out += next, x += 4) {
    const at = f32.load(x);
    if (at >= 0 && at < <f32>n) f32.store(out + (<usize>at << 2), 1);
  }
}
