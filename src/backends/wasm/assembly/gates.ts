/**
 * What the pointwise halves of the gated cells share. Each goes over the whole vectors of a row in a loop with nothing to choose, as `left`
 * is a constant there, and then the same way over what is left of its units (docs/decisions/kernels.md).
 */

/** a · (1 − a). */
@inline
export function sigmoidSlope(a: v128): v128 {
  return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
}

/** 1 − a². */
@inline
export function tanhSlope(a: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(a, a));
}

/** a + b·c. */
@inline
export function addProduct(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(a, f32x4.mul(b, c));
}

/** (1 − z)·n + z·h. */
@inline
export function blend(z: v128, n: v128, h: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), z), n), f32x4.mul(z, h));
}
