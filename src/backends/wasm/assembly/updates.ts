/** Parameter updates of the less common optimisers, in place. The equations with their ids stand in src/optimizers. */
import { clipped, kept } from './clipping';
import { store } from './lanes';

export function rmsprop(
  p: usize, v: usize, mean: usize, velocity: usize, g: usize, learningRate: usize, gradientScale: usize, guard: usize,
  n: i32, clipValue: f32, decay: f64, rho: f64, momentum: f32, epsilon: f32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = v128.load32_splat(learningRate);
  const factor = v128.load32_splat(gradientScale);
  const keep = kept(learningRate, decay);
  const old = f32x4.splat(<f32>rho);
  const take = f32x4.splat(<f32>(1 - rho));
  const spread = f32x4.splat(<f32>(rho * (1 - rho)));
  const mu = f32x4.splat(momentum);
  const eps = f32x4.splat(epsilon);
  for (let left = n; left > 0; left -= 4, p += 16, v += 16, g += 16) {
    const gi = clipped(v128.load(g), factor, clipValue);
    let squared = f32x4.mul(take, f32x4.mul(gi, gi)); // R1
    if (mean) {
      const center = v128.load(mean);
      const apart = f32x4.sub(gi, center);
      squared = f32x4.mul(spread, f32x4.mul(apart, apart)); // R4
      store(mean, f32x4.add(center, f32x4.mul(take, apart)), left); // R5
      mean += 16;
    }
    const vi = f32x4.add(f32x4.mul(old, v128.load(v)), squared); // R1, R4
    store(v, vi, left);
    let step = f32x4.div(f32x4.mul(lr, gi), f32x4.sqrt(f32x4.add(vi, eps))); // R2
    if (velocity) {
      step = f32x4.add(f32x4.mul(mu, v128.load(velocity)), step); // R3
      store(velocity, step, left);
      velocity += 16;
    }
    store(p, f32x4.sub(f32x4.mul(v128.load(p), keep), step), left); // R2, R3, S4
  }
}

export function nadam(
  p: usize, m: usize, v: usize, g: usize, learningRate: usize, weights: usize, gradientScale: usize, guard: usize,
  n: i32, clipValue: f32, decay: f64, beta1: f64, beta2: f64, epsilon: f32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = v128.load32_splat(learningRate);
  const factor = v128.load32_splat(gradientScale);
  const keep = kept(learningRate, decay);
  const ofM = v128.load32_splat(weights);
  const ofG = v128.load32_splat(weights, 4);
  const ofV = v128.load32_splat(weights, 8);
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
    const ahead = f32x4.add(f32x4.mul(ofM, mi), f32x4.mul(ofG, gi));
    const step = f32x4.div(f32x4.mul(lr, ahead), f32x4.add(f32x4.sqrt(f32x4.mul(ofV, vi)), eps)); // A8
    store(p, f32x4.sub(f32x4.mul(v128.load(p), keep), step), left); // A8, S4
  }
}

export function adagrad(
  p: usize, sum: usize, g: usize, learningRate: usize, gradientScale: usize, guard: usize,
  n: i32, clipValue: f32, decay: f64, epsilon: f32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = v128.load32_splat(learningRate);
  const factor = v128.load32_splat(gradientScale);
  const keep = kept(learningRate, decay);
  const eps = f32x4.splat(epsilon);
  for (let left = n; left > 0; left -= 4, p += 16, sum += 16, g += 16) {
    const gi = clipped(v128.load(g), factor, clipValue);
    const total = f32x4.add(v128.load(sum), f32x4.mul(gi, gi)); // R6
    store(sum, total, left);
    const step = f32x4.div(f32x4.mul(lr, gi), f32x4.sqrt(f32x4.add(total, eps))); // R7
    store(p, f32x4.sub(f32x4.mul(v128.load(p), keep), step), left); // R7, S4
  }
}
