/**
 * Exponential, logarithm and their kin on four float32, within 2 units in the last place of the exact value (softplus 3,
 * gelu 1e-6 relative). Plain additions, multiplications and divisions, so every host computes the same bits. NaN stays NaN.
 *
 * Polynomials: minimax fits (Remez) of the functions named beside them. Reduction x = n·ln 2 + r with ln 2 in two parts:
 * Cody & Waite, Software Manual for the Elementary Functions, 1980.
 */

/** 1.5 · 2²³: added to a small number, it leaves the nearest whole number in the low bits. */
const WHOLE: f32 = 12582912;
const SIGN: i32 = 0x80000000;

/** −|x|. */
@inline
function minusAbs(x: v128): v128 {
  return v128.or(x, i32x4.splat(SIGN));
}

/** round(x / ln 2) + WHOLE. */
@inline
function power(x: v128): v128 {
  return step(x, f32x4.splat(1.44269504), WHOLE);
}

/** 2^(n + shift) from n + WHOLE. */
@inline
function twoTo(n: v128, shift: i32): v128 {
  return i32x4.add(i32x4.shl(n, 23), i32x4.splat((127 + shift) << 23));
}

/** a·x + b. */
@inline
function step(a: v128, x: v128, b: f32): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.splat(b));
}

/**
 * e^(x − n·ln 2) − 1 = r + r²·q(r) for |r| ≤ ln 2 / 2; `power` is n + WHOLE. What rounding took from r comes back in the
 * small term.
 */
@inline
function expm1Reduced(x: v128, power: v128): v128 {
  const n = f32x4.sub(power, f32x4.splat(WHOLE));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))); // exact
  const low = f32x4.mul(n, f32x4.splat(2.12194440e-4));
  const r = f32x4.add(high, low);
  const lost = f32x4.add(f32x4.sub(high, r), low);
  let q = step(f32x4.splat(1.39475984e-3), r, 8.36724677e-3);
  q = step(q, r, 4.16662664e-2);
  q = step(q, r, 1.66665380e-1);
  q = step(q, r, 5.00000007e-1);
  return f32x4.add(r, f32x4.add(f32x4.mul(f32x4.mul(r, r), q), lost));
}

/** eˣ for x ≤ 0, which is all that activations and gates ask for. */
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-105)); // of these two, pmax keeps a NaN in the first
  const n = power(bounded);
  const y = f32x4.add(f32x4.splat(1), expm1Reduced(bounded, n));
  // In two factors: n reaches down to −151, past the exponents of normal numbers.
  return f32x4.mul(f32x4.mul(y, twoTo(n, 64)), f32x4.splat(5.421010862427522e-20)); // 2⁻⁶⁴
}

/** eˣ for any x; ∞ from 88.73 on. */
export function exponential(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-105)), f32x4.splat(89)); // both keep a NaN in the first
  const n = power(bounded);
  const y = f32x4.add(f32x4.splat(1), expm1Reduced(bounded, n));
  // In two halves, neither past the exponents of normal numbers: n goes from −151 to 128.
  const whole = i32x4.sub(n, f32x4.splat(WHOLE));
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, twoTo(half, 0)), twoTo(i32x4.sub(whole, half), 0));
}

/** eˣ − 1 for x ≤ 0. */
@inline
export function expm1(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-20));
  const n = power(bounded);
  const factor = twoTo(n, 0);
  return f32x4.add(f32x4.mul(factor, expm1Reduced(bounded, n)), f32x4.sub(factor, f32x4.splat(1)));
}

// With eʸ = 2ⁿ·(1 + e) both are quotients of 2⁻ⁿ and e, which takes a third less time than eʸ first (docs/decisions/kernels.md). Within 2.5 units in the last place.

/** 2⁻ⁿ from n + WHOLE; 0 for n = 127. */
@inline
function twoToMinus(n: v128): v128 {
  return i32x4.sub(i32x4.splat(127 << 23), i32x4.shl(n, 23));
}

/** eʳ − 1 = r + r²·q(r) for |r| ≤ ln 2 / 2. Terms in pairs: few wait for one another. */
@inline
function expm1Near0(r: v128): v128 {
  const z = f32x4.mul(r, r);
  const high = f32x4.add(step(f32x4.splat(8.36724677e-3), r, 4.16662664e-2), f32x4.mul(z, f32x4.splat(1.39475984e-3)));
  const low = step(f32x4.splat(1.66665380e-1), r, 5.00000007e-1);
  return f32x4.add(f32x4.add(r, f32x4.mul(z, low)), f32x4.mul(f32x4.mul(z, z), high));
}

/** tanh |x| is (1 − eʸ) / (1 + eʸ) with y = −2|x|; small x stay exact, as n is 0 for them. */
@inline
export function tanh(x: v128): v128 {
  const bounded = f32x4.pmax(minusAbs(x), f32x4.splat(-10)); // of these two, pmax keeps a NaN in the first
  const n = step(f32x4.splat(2.88539008), bounded, WHOLE);
  // ln 2 in one part: of what n·ln 2 loses as n grows, eʸ takes more away.
  const r = f32x4.sub(f32x4.add(bounded, bounded), f32x4.mul(f32x4.sub(n, f32x4.splat(WHOLE)), f32x4.splat(0.693147182)));
  const scale = twoToMinus(n);
  const e = expm1Near0(r);
  const one = f32x4.splat(1);
  const y = f32x4.div(f32x4.sub(f32x4.sub(scale, one), e), f32x4.add(f32x4.add(scale, one), e));
  return v128.or(y, v128.and(x, i32x4.splat(SIGN)));
}

/** 1 / (1 + eʸ) with y = −x, relatively precise on both sides; 0 from −87.7 down, where it is less than 2⁻¹²⁶. */
@inline
export function sigmoid(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-88)), f32x4.splat(88)); // both keep a NaN in the first
  const n = step(f32x4.splat(-1.44269504), bounded, WHOLE);
  const whole = f32x4.sub(n, f32x4.splat(WHOLE));
  const minusHigh = f32x4.add(bounded, f32x4.mul(whole, f32x4.splat(0.693359375))); // exact
  const r = f32x4.sub(f32x4.mul(whole, f32x4.splat(2.12194440e-4)), minusHigh);
  const scale = twoToMinus(n);
  return f32x4.div(scale, f32x4.add(f32x4.add(scale, f32x4.splat(1)), expm1Near0(r)));
}

/** log(1 + t) for 0 ≤ t ≤ 1: t − t²·q(t). */
@inline
function log1pUnit(t: v128): v128 {
  let q = step(f32x4.splat(3.31847214e-3), t, -2.02045815e-2);
  q = step(q, t, 5.76644339e-2);
  q = step(q, t, -1.06805540e-1);
  q = step(q, t, 1.53553952e-1);
  q = step(q, t, -1.96954000e-1);
  q = step(q, t, 2.49585872e-1);
  q = step(q, t, -3.33305113e-1);
  q = step(q, t, 4.99999328e-1);
  return f32x4.sub(t, f32x4.mul(f32x4.mul(t, t), q));
}

/** log(1 + eˣ) without overflow. */
export function softplus(x: v128): v128 {
  const t = exp(minusAbs(x));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1pUnit(t));
}

/** log x for normal x > 0 only: with x = 2ⁿ·m, m in [√½, √2), it is n·ln 2 + 2·atanh s, s = (m − 1) / (m + 1). */
export function log(x: v128): v128 {
  const root: i32 = 0x3f3504f3;
  const n = i32x4.shr_s(i32x4.sub(x, i32x4.splat(root)), 23);
  const m = i32x4.sub(x, i32x4.shl(n, 23));
  const one = f32x4.splat(1);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const z = f32x4.mul(s, s);
  let q = step(f32x4.splat(2.98791676e-1), z, 3.99772867e-1);
  q = step(q, z, 6.66667782e-1);
  const y = f32x4.add(f32x4.add(s, s), f32x4.mul(f32x4.mul(s, z), q));
  const count = f32x4.convert_i32x4_s(n);
  const low = f32x4.sub(y, f32x4.mul(count, f32x4.splat(2.12194440e-4)));
  return f32x4.add(f32x4.mul(count, f32x4.splat(0.693359375)), low);
}

/** log x for any x: −∞ at 0, NaN below. Numbers below 2⁻¹²⁶ are taken 2²³ times as large. */
export function logarithm(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const y = log(v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny));
  const moved = f32x4.sub(y, v128.and(tiny, f32x4.splat(15.9423847)));
  const zero = f32x4.splat(0);
  const finite = v128.bitselect(moved, x, f32x4.lt(x, f32x4.splat(Infinity))); // ∞ and NaN are their own
  const defined = v128.bitselect(f32x4.splat(NaN), finite, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.splat(-Infinity), defined, f32x4.eq(x, zero));
}

/** φ(x) = e^(−x²/2) / √(2π). */
@inline
function density(x: v128): v128 {
  return f32x4.mul(exp(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5))), f32x4.splat(0.39894228));
}

/**
 * Φ(−|x|) / φ(x) as a polynomial in t = 1 / (1 + 0.3·|x|), the form of Hastings (Approximations for Digital Computers,
 * 1955); Φ(x) = 1 − Φ(−x).
 */
@inline
function normalFrom(x: v128, phi: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, step(f32x4.abs(x), f32x4.splat(0.3), 1));
  let q = step(f32x4.splat(1.12378625e-2), t, 3.86522166e-2);
  q = step(q, t, -2.97222397e-1);
  q = step(q, t, 4.15749544e-1);
  q = step(q, t, -7.07908161e-2);
  q = step(q, t, 2.97732330e-1);
  q = step(q, t, 2.56069603e-1);
  q = step(q, t, 3.01983212e-1);
  q = step(q, t, 2.99902705e-1);
  const lower = f32x4.mul(f32x4.mul(phi, t), q);
  return v128.bitselect(lower, f32x4.sub(one, lower), i32x4.shr_s(x, 31));
}

/** x·Φ(x). */
export function gelu(x: v128): v128 {
  return f32x4.mul(x, normalFrom(x, density(x)));
}

/** Φ(x) + x·φ(x). */
export function geluSlope(x: v128): v128 {
  const phi = density(x);
  return f32x4.add(normalFrom(x, phi), f32x4.mul(x, phi));
}
