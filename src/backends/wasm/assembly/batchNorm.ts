/**
 * Batch normalisation over columns. Ids N… refer to src/layers/batchNorm.ts.
 *
 * Sixteen columns, which are one cache line of each row, are summed together while the rows go by; sums of sixteen rows in
 * float32 are added up in float64. A column's sum does not depend on the columns beside it.
 */
import { load, loadAny, store, storeAny } from './lanes';
import { scratch } from './matmul';

const ROWS = 16;

/** Vector i of a row; `whole`: all sixteen columns exist, else `left`, at most eight. */
@inline
function take(whole: bool, p: usize, i: usize, left: i32): v128 {
  return whole ? v128.load(p + 16 * i) : loadAny(p + 16 * i, left - <i32>(4 * i));
}

@inline
function put(whole: bool, p: usize, i: usize, x: v128, left: i32): void {
  if (whole) v128.store(p + 16 * i, x);
  else storeAny(p + 16 * i, x, left - <i32>(4 * i));
}

/** Adds four sums to four float64 in memory. */
@inline
function addTo64(total: usize, x: v128): void {
  v128.store(total, f64x2.add(v128.load(total), f64x2.promote_low_f32x4(x)));
  v128.store(total, f64x2.add(v128.load(total, 16), f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3))), 16);
}

/** Four float64 in memory, divided. */
@inline
function quotient(total: usize, divisor: f64): v128 {
  const by = f64x2.splat(divisor);
  const low = f32x4.demote_f64x2_zero(f64x2.div(v128.load(total), by));
  const high = f32x4.demote_f64x2_zero(f64x2.div(v128.load(total, 16), by));
  return i32x4.shuffle(low, high, 0, 1, 4, 5);
}

/** Σ x (N1), or Σ (x − mean)², as float64 in `scratch`. */
@inline
function sums(whole: bool, left: i32, x: usize, rows: i32, next: usize, squares: bool, mean: usize): void {
  const zero = f32x4.splat(0);
  const mu0 = squares ? take(whole, mean, 0, left) : zero, mu1 = squares ? take(whole, mean, 1, left) : zero;
  const mu2 = squares && whole ? take(whole, mean, 2, left) : zero, mu3 = squares && whole ? take(whole, mean, 3, left) : zero;
  const total = scratch;
  memory.fill(total, 0, 128);
  for (let r = rows; r > 0; r -= ROWS) {
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    for (let i = min(r, ROWS); i > 0; i--, x += next) {
      s0 = f32x4.add(s0, term(squares, take(whole, x, 0, left), mu0));
      s1 = f32x4.add(s1, term(squares, take(whole, x, 1, left), mu1));
      if (whole) {
        s2 = f32x4.add(s2, term(squares, take(whole, x, 2, left), mu2));
        s3 = f32x4.add(s3, term(squares, take(whole, x, 3, left), mu3));
      }
    }
    addTo64(total, s0), addTo64(total + 32, s1);
    if (whole) addTo64(total + 64, s2), addTo64(total + 96, s3);
  }
}

@inline
function term(squares: bool, x: v128, mu: v128): v128 {
  if (!squares) return x;
  const d = f32x4.sub(x, mu);
  return f32x4.mul(d, d);
}

@inline
function statistics(whole: bool, left: i32, mean: usize, variance: usize, x: usize, rows: i32, next: usize): void {
  const vectors: usize = whole ? 4 : 2;
  sums(whole, left, x, rows, next, false, 0);
  for (let i: usize = 0; i < vectors; i++) put(whole, mean, i, quotient(scratch + 32 * i, rows), left); // N1
  sums(whole, left, x, rows, next, true, mean);
  for (let i: usize = 0; i < vectors; i++) put(whole, variance, i, quotient(scratch + 32 * i, rows), left);
}

/** Of n columns of a matrix whose rows lie `ld` elements apart. */
export function columnStatistics(mean: usize, variance: usize, x: usize, rows: i32, n: i32, ld: i32): void {
  const next = <usize>ld << 2;
  for (; n >= 16; n -= 16, x += 64, mean += 64, variance += 64) statistics(true, 16, mean, variance, x, rows, next);
  for (; n > 0; n -= 8, x += 32, mean += 32, variance += 32) statistics(false, n, mean, variance, x, rows, next);
}

export function batchNorm(
  y: usize, inverseStd: usize, x: usize, gamma: usize, beta: usize, mean: usize, variance: usize, rows: i32, n: i32, epsilon: f32,
): void {
  const next = <usize>n << 2;
  for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
    const root = f32x4.sqrt(f32x4.add(load(variance + at, left), f32x4.splat(epsilon)));
    store(inverseStd + at, f32x4.div(f32x4.splat(1), root), left); // N2
  }
  for (; rows > 0; rows--, x += next, y += next) {
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), load(mean + at, left)), load(inverseStd + at, left));
      store(y + at, f32x4.add(f32x4.mul(hat, load(gamma + at, left)), load(beta + at, left)), left); // N3
    }
  }
}

/** Σ dy and Σ dy·(x − mean) as float64 in `scratch`. */
@inline
function gradientSums(whole: bool, left: i32, x: usize, mean: usize, dy: usize, rows: i32, next: usize): void {
  const zero = f32x4.splat(0);
  const mu0 = take(whole, mean, 0, left), mu1 = take(whole, mean, 1, left);
  const total = scratch;
  memory.fill(total, 0, 128);
  for (let r = rows; r > 0; r -= ROWS) {
    let s0 = zero, s1 = zero, h0 = zero, h1 = zero;
    for (let i = min(r, ROWS); i > 0; i--, x += next, dy += next) {
      const d0 = take(whole, dy, 0, left), d1 = take(whole, dy, 1, left);
      s0 = f32x4.add(s0, d0), h0 = f32x4.add(h0, f32x4.mul(d0, f32x4.sub(take(whole, x, 0, left), mu0)));
      s1 = f32x4.add(s1, d1), h1 = f32x4.add(h1, f32x4.mul(d1, f32x4.sub(take(whole, x, 1, left), mu1)));
    }
    addTo64(total, s0), addTo64(total + 32, s1), addTo64(total + 64, h0), addTo64(total + 96, h1);
  }
}

/** Eight columns. */
@inline
function backward(
  whole: bool, left: i32, dx: usize, dGamma: usize, dBeta: usize, x: usize, mean: usize, inverseStd: usize, gamma: usize, dy: usize,
  rows: i32, next: usize, constantStatistics: bool,
): void {
  gradientSums(whole, left, x, mean, dy, rows, next);
  const zero = f32x4.splat(0);
  const rs0 = take(whole, inverseStd, 0, left), rs1 = take(whole, inverseStd, 1, left);
  put(whole, dGamma, 0, f32x4.add(take(whole, dGamma, 0, left), f32x4.mul(quotient(scratch + 64, 1), rs0)), left); // N4
  put(whole, dGamma, 1, f32x4.add(take(whole, dGamma, 1, left), f32x4.mul(quotient(scratch + 96, 1), rs1)), left);
  put(whole, dBeta, 0, f32x4.add(take(whole, dBeta, 0, left), quotient(scratch, 1)), left); // N5
  put(whole, dBeta, 1, f32x4.add(take(whole, dBeta, 1, left), quotient(scratch + 32, 1)), left);
  const average0 = constantStatistics ? zero : quotient(scratch, rows), average1 = constantStatistics ? zero : quotient(scratch + 32, rows);
  const hat0 = constantStatistics ? zero : f32x4.mul(f32x4.mul(rs0, rs0), quotient(scratch + 64, rows));
  const hat1 = constantStatistics ? zero : f32x4.mul(f32x4.mul(rs1, rs1), quotient(scratch + 96, rows));
  const factor0 = f32x4.mul(take(whole, gamma, 0, left), rs0), factor1 = f32x4.mul(take(whole, gamma, 1, left), rs1);
  const mu0 = take(whole, mean, 0, left), mu1 = take(whole, mean, 1, left);
  for (; rows > 0; rows--, x += next, dy += next, dx += next) {
    const through0 = f32x4.add(average0, f32x4.mul(f32x4.sub(take(whole, x, 0, left), mu0), hat0));
    const through1 = f32x4.add(average1, f32x4.mul(f32x4.sub(take(whole, x, 1, left), mu1), hat1));
    put(whole, dx, 0, f32x4.mul(factor0, f32x4.sub(take(whole, dy, 0, left), through0)), left); // N6
    put(whole, dx, 1, f32x4.mul(factor1, f32x4.sub(take(whole, dy, 1, left), through1)), left);
  }
}

export function batchNormBackward(
  dx: usize, dGamma: usize, dBeta: usize, x: usize, mean: usize, inverseStd: usize, gamma: usize, dy: usize,
  rows: i32, n: i32, ld: i32, constantStatistics: i32,
): void {
  const next = <usize>ld << 2;
  for (; n > 0; n -= 8, dx += 32, dGamma += 32, dBeta += 32, x += 32, mean += 32, inverseStd += 32, gamma += 32, dy += 32) {
    if (n >= 8) backward(true, 8, dx, dGamma, dBeta, x, mean, inverseStd, gamma, dy, rows, next, constantStatistics != 0);
    else backward(false, n, dx, dGamma, dBeta, x, mean, inverseStd, gamma, dy, rows, next, constantStatistics != 0);
  }
}

export function movingAverage(out: usize, running: usize, observed: usize, n: i32, momentum: f64): void {
  const keep = f32x4.splat(<f32>momentum);
  const take = f32x4.splat(<f32>(1 - momentum));
  for (let left = n; left > 0; left -= 4, out += 16, running += 16, observed += 16) {
    store(out, f32x4.add(f32x4.mul(keep, load(running, left)), f32x4.mul(take, load(observed, left))), left);
  }
}
