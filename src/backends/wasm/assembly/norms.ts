/** Layer normalisation over rows, batch normalisation over columns. Ids N… refer to src/layers/layerNorm.ts and batchNorm.ts. */
import { addSum64, clip, load, store, sum64 } from './lanes';

export function layerNorm(
  y: usize, mean: usize, inverseStd: usize, x: usize, gamma: usize, beta: usize, rows: i32, n: i32, epsilon: f64,
): void {
  const next = <usize>n << 2;
  for (; rows > 0; rows--, x += next, y += next, mean += 4, inverseStd += 4) {
    let total = f64x2.splat(0);
    for (let left = n, at = x; left > 0; left -= 4, at += 16) total = addSum64(total, load(at, left));
    const mu = sum64(total) / n; // N1
    const mu4 = f32x4.splat(<f32>mu);
    total = f64x2.splat(0);
    for (let left = n, at = x; left > 0; left -= 4, at += 16) {
      const d = clip(f32x4.sub(load(at, left), mu4), left);
      total = addSum64(total, f32x4.mul(d, d));
    }
    const rs = 1 / sqrt(sum64(total) / n + epsilon); // N2
    const rs4 = f32x4.splat(<f32>rs);
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), mu4), rs4);
      store(y + at, f32x4.add(f32x4.mul(hat, load(gamma + at, left)), load(beta + at, left)), left); // N3
    }
    f32.store(mean, <f32>mu);
    f32.store(inverseStd, <f32>rs);
  }
}

export function layerNormBackward(
  dx: usize, dGamma: usize, dBeta: usize, x: usize, mean: usize, inverseStd: usize, gamma: usize, dy: usize, rows: i32, n: i32,
): void {
  const next = <usize>n << 2;
  for (; rows > 0; rows--, x += next, dy += next, dx += next, mean += 4, inverseStd += 4) {
    const mu = v128.load32_splat(mean);
    const rs = v128.load32_splat(inverseStd);
    let total = f64x2.splat(0);
    let totalHat = f64x2.splat(0);
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), mu), rs);
      const d = load(dy + at, left);
      const dHat = f32x4.mul(d, load(gamma + at, left));
      total = addSum64(total, dHat);
      totalHat = addSum64(totalHat, f32x4.mul(dHat, hat));
      store(dGamma + at, f32x4.add(load(dGamma + at, left), f32x4.mul(d, hat)), left); // N4
      store(dBeta + at, f32x4.add(load(dBeta + at, left), d), left); // N5
    }
    const average = f32x4.splat(<f32>(sum64(total) / n));
    const averageHat = f32x4.splat(<f32>(sum64(totalHat) / n));
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), mu), rs);
      const dHat = f32x4.mul(load(dy + at, left), load(gamma + at, left));
      store(dx + at, f32x4.mul(rs, f32x4.sub(f32x4.sub(dHat, average), f32x4.mul(hat, averageHat))), left); // N6
    }
  }
}

/** Four columns as two pairs of float64. */
@inline
function low64(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function high64(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
}

@inline
function join32(low: v128, high: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

export function columnStatistics(mean: usize, variance: usize, x: usize, rows: i32, n: i32): void {
  const next = <usize>n << 2;
  const count = f64x2.splat(rows);
  for (let left = n; left > 0; left -= 4, x += 16, mean += 16, variance += 16) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    for (let r = 0, at = x; r < rows; r++, at += next) {
      const value = load(at, left);
      low = f64x2.add(low, low64(value)), high = f64x2.add(high, high64(value));
    }
    const mu = join32(f64x2.div(low, count), f64x2.div(high, count)); // N1
    low = f64x2.splat(0), high = f64x2.splat(0);
    for (let r = 0, at = x; r < rows; r++, at += next) {
      const d = f32x4.sub(load(at, left), mu);
      const square = f32x4.mul(d, d);
      low = f64x2.add(low, low64(square)), high = f64x2.add(high, high64(square));
    }
    store(mean, mu, left);
    store(variance, join32(f64x2.div(low, count), f64x2.div(high, count)), left);
  }
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

export function batchNormBackward(
  dx: usize, dGamma: usize, dBeta: usize, x: usize, mean: usize, inverseStd: usize, gamma: usize, dy: usize,
  rows: i32, n: i32, constantStatistics: i32,
): void {
  const next = <usize>n << 2;
  const count = f64x2.splat(rows);
  for (let left = n, column: usize = 0; left > 0; left -= 4, column += 16) {
    const mu = load(mean + column, left);
    const rs = load(inverseStd + column, left);
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let lowHat = f64x2.splat(0), highHat = f64x2.splat(0);
    for (let r = 0, at = column; r < rows; r++, at += next) {
      const d = load(dy + at, left);
      const dHat = f32x4.mul(d, f32x4.mul(f32x4.sub(load(x + at, left), mu), rs));
      low = f64x2.add(low, low64(d)), high = f64x2.add(high, high64(d));
      lowHat = f64x2.add(lowHat, low64(dHat)), highHat = f64x2.add(highHat, high64(dHat));
    }
    store(dGamma + column, f32x4.add(load(dGamma + column, left), join32(lowHat, highHat)), left); // N4
    store(dBeta + column, f32x4.add(load(dBeta + column, left), join32(low, high)), left); // N5
    const zero = f32x4.splat(0);
    const average = constantStatistics ? zero : join32(f64x2.div(low, count), f64x2.div(high, count));
    const averageHat = constantStatistics ? zero : join32(f64x2.div(lowHat, count), f64x2.div(highHat, count));
    const factor = f32x4.mul(load(gamma + column, left), rs);
    for (let r = 0, at = column; r < rows; r++, at += next) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), mu), rs);
      const through = f32x4.add(average, f32x4.mul(hat, averageHat));
      store(dx + at, f32x4.mul(factor, f32x4.sub(load(dy + at, left), through)), left); // N6
    }
  }
}

export function movingAverage(out: usize, running: usize, observed: usize, n: i32, momentum: f64): void {
  const keep = f32x4.splat(<f32>momentum);
  const take = f32x4.splat(<f32>(1 - momentum));
  for (let left = n; left > 0; left -= 4, out += 16, running += 16, observed += 16) {
    store(out, f32x4.add(f32x4.mul(keep, load(running, left)), f32x4.mul(take, load(observed, left))), left);
  }
}
