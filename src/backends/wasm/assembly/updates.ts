/** Parameter updates of the less common optimisers, in place. The equations with their ids stand in src/optimizers. */
import { clipped } from './clipping';
import { load, store } from './lanes';

export function rmsprop(
  p: usize, v: usize, g: usize, learningRate: usize, gradientScale: usize, guard: usize,
  n: i32, clipValue: f32, rho: f64, epsilon: f32,
): void {
  if (!isFinite(f32.load(guard))) return;
  const lr = v128.load32_splat(learningRate);
  const factor = v128.load32_splat(gradientScale);
  const keep = f32x4.splat(<f32>rho);
  const take = f32x4.splat(<f32>(1 - rho));
  const eps = f32x4.splat(epsilon);
  for (let left = n; left > 0; left -= 4, p += 16, v += 16, g += 16) {
    const gi = clipped(load(g, left), factor, clipValue);
    const vi = f32x4.add(f32x4.mul(keep, load(v, left)), f32x4.mul(take, f32x4.mul(gi, gi))); // R1
    store(v, vi, left);
    store(p, f32x4.sub(load(p, left), f32x4.div(f32x4.mul(lr, gi), f32x4.sqrt(f32x4.add(vi, eps)))), left); // R2
  }
}
