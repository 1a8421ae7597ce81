/** Layer normalisation over rows. Ids N… refer to src/layers/layerNorm.ts. */
import { addSum64, clip, load, store, sum64 } from './lanes';

export function layerNorm(
  y: usize, mean: usize, inverseStd: usize, x: usize, gamma: usize, beta: usize, rows: i32, n: i32, epsilon: f64, centred: i32,
): void {
  const next = <usize>n << 2;
  for (; rows > 0; rows--, x += next, y += next, mean += 4, inverseStd += 4) {
    let total = f64x2.splat(0);
    for (let left = n, at = x; left > 0; left -= 4, at += 16) total = addSum64(total, load(at, left));
    const mu = centred ? sum64(total) / n : 0; // N1, N10
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
  centred: i32,
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
    const average = f32x4.splat(centred ? <f32>(sum64(total) / n) : 0);
    const averageHat = f32x4.splat(<f32>(sum64(totalHat) / n));
    for (let left = n, at: usize = 0; left > 0; left -= 4, at += 16) {
      const hat = f32x4.mul(f32x4.sub(load(x + at, left), mu), rs);
      const dHat = f32x4.mul(load(dy + at, left), load(gamma + at, left));
      store(dx + at, f32x4.mul(rs, f32x4.sub(f32x4.sub(dHat, average), f32x4.mul(hat, averageHat))), left); // N6, N11
    }
  }
}
