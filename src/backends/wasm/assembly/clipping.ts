/** What all parameter updates begin with. */

/** The gradient an update sees: scaled by global-norm clipping, then cut to ±limit (0: no cut). */
@inline
export function clipped(g: v128, factor: v128, limit: f32): v128 {
  const scaled = f32x4.mul(g, factor);
  return limit > 0 ? f32x4.max(f32x4.splat(-limit), f32x4.min(f32x4.splat(limit), scaled)) : scaled;
}

/** What is left of a parameter under decoupled weight decay. */
@inline
export function kept(learningRate: usize, decay: f64): v128 {
  return f32x4.splat(<f32>(1 - <f64>f32.load(learningRate) * decay));
}
