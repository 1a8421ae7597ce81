/**
 * Vectors of four float32 with honest tails: the last one to three elements of a row travel through the same vector
 * code as all others, so a value never depends on where its element lies. Where it matters what lies beside them they are padded with
 * zeros. Where lanes do not meet, they are loaded with what comes after them in memory, which memory.ts always keeps some of, and
 * stored alone: a branch less for each load, and in a loop branches cost more than they take (docs/decisions/kernels.md).
 */

/** The first `lanes` (1, 2 or 3) elements at p, then zeros. */
export function loadPart(p: usize, lanes: i32): v128 {
  if (lanes == 1) return v128.load32_zero(p);
  const pair = v128.load64_zero(p);
  return lanes == 2 ? pair : v128.load32_lane(p + 8, pair, 2);
}

export function storePart(p: usize, x: v128, lanes: i32): void {
  if (lanes == 1) {
    v128.store32_lane(p, x, 0);
    return;
  }
  v128.store64_lane(p, x, 0);
  if (lanes == 3) v128.store32_lane(p + 8, x, 2);
}

/** Up to four elements at p; `lanes` counts what is left of the row and may be larger. */
@inline
export function load(p: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(p) : loadPart(p, lanes);
}

@inline
export function store(p: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(p, x);
  else storePart(p, x, lanes);
}

/** The same where there may be nothing left at all: zeros then, and nothing is stored. */
@inline
export function loadAny(p: usize, lanes: i32): v128 {
  return lanes > 0 ? load(p, lanes) : f32x4.splat(0);
}

@inline
export function storeAny(p: usize, x: v128, lanes: i32): void {
  if (lanes > 0) store(p, x, lanes);
}

/** sum + x·y, rounded twice; in the module compiled with relaxed SIMD fused into one rounding, where the host can. */
@inline
export function addProduct(sum: v128, x: v128, y: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
}

/** x with zeros in the lanes past the end of a row. */
@inline
export function clip(x: v128, lanes: i32): v128 {
  return lanes >= 4 ? x : v128.and(x, i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3)));
}

/** Sums that run over many elements are kept in float64: two lanes that take two elements each. */
@inline
export function addSum64(total: v128, x: v128): v128 {
  const high = i32x4.shuffle(x, x, 2, 3, 2, 3);
  return f64x2.add(total, f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(high)));
}

@inline
export function sum64(total: v128): f64 {
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

/** The largest of n ≥ 1 elements; NaN if there is one. */
export function largest(x: usize, n: i32): f32 {
  let max = v128.load32_splat(x);
  for (let left = n; left >= 4; left -= 4, x += 16) max = f32x4.max(max, v128.load(x));
  for (let left = n & 3; left > 0; left--, x += 4) max = f32x4.max(max, v128.load32_splat(x));
  const pairs = f32x4.max(max, i32x4.shuffle(max, max, 2, 3, 2, 3));
  return f32x4.extract_lane(f32x4.max(pairs, i32x4.shuffle(pairs, pairs, 1, 1, 1, 1)), 0);
}
