/** Parameter updates, in place. The equations with their ids stand in src/optimizers. */
import { clipped, kept } from './clipping';
import { store } from './lanes';

export function clipScale(out: usize, sumOfSquares: usize, limit: f64): void {
  const norm = sqrt<f64>(f32.load(sumOfSquares));
  f32.store(out, norm > limit ? <f32>(limit / norm) : 1); // C1
}

export function keepIfFinite(kept: usize, candidate: usize, guard: usize, n: i32): void {
  if (isFinite(f32.load(guard))) memory.copy(kept, candidate, <usize>n << 2);
}

export function sgd(
  p: usize, velocity: usize, g: usize, learningRate: usize, gradientScale: usize, guard: usize,
  n: i32, clipValue: f32, decay: f64, momentum: f32, nesterov: i32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = v128.load32_splat(learningRate);
  const keep = kept(learningRate, decay);
  const factor = v128.load32_splat(gradientScale);
  const mu = f32x4.splat(momentum);
  for (let left = n; left > 0; left -= 4, p += 16, g += 16) {
    const step = f32x4.mul(lr, clipped(v128.load(g), factor, clipValue));
    let move = f32x4.neg(step); // S1
    if (velocity) {
      const v = f32x4.sub(f32x4.mul(mu, v128.load(velocity)), step); // S2
      store(velocity, v, left);
      velocity += 16;
      move = nesterov ? f32x4.sub(f32x4.mul(mu, v), step) : v; // S3
    }
    store(p, f32x4.add(f32x4.mul(v128.load(p), keep), move), left); // S4
  }
}

export function adam(
  p: usize, m: usize, v: usize, vMax: usize, g: usize, learningRate: usize, correction: usize, gradientScale: usize,
  guard: usize, n: i32, clipValue: f32, decay: f64, beta1: f64, beta2: f64, epsilon: f32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = <f64>f32.load(learningRate);
  const factor = v128.load32_splat(gradientScale);
  const rate = f32x4.splat(<f32>(lr * f32.load(correction) / sqrt<f64>(f32.load(correction, 4)))); // A3
  const keep = kept(learningRate, decay);
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const eps = f32x4.splat(epsilon);
  for (let left = n; left > 0; left -= 4, p += 16, m += 16, v += 16, g += 16) {
    const gi = clipped(v128.load(g), factor, clipValue);
    const mi = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, gi)); // A1
    const vi = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(take2, f32x4.mul(gi, gi))); // A2
    store(m, mi, left);
    store(v, vi, left);
    let second = vi;
    if (vMax) {
      second = f32x4.max(v128.load(vMax), vi); // A5
      store(vMax, second, left);
      vMax += 16;
    }
    const step = f32x4.div(f32x4.mul(rate, mi), f32x4.add(f32x4.sqrt(second), eps));
    store(p, f32x4.sub(f32x4.mul(v128.load(p), keep), step), left); // A4, A6
  }
}
