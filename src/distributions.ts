/**
 * The normal and Student's t distribution to nearly all digits of float64, without tables of fitted coefficients: series where
 * they converge fast, continued fractions elsewhere (Abramowitz & Stegun 1964, 6.1.40, 7.1.6, 7.1.14, 26.5.8).
 */

const SQRT_PI = Math.sqrt(Math.PI);

/** Value of b₀ + a₁/(b₁ + a₂/(b₂ + …)), by Lentz's method. @param term [aᵢ, bᵢ] for i = 1, 2, … */
function continuedFraction(b0: number, term: (i: number) => readonly [number, number]): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let value = away(b0);
  let [c, d] = [value, 0];
  for (let i = 1; i <= 1000; i++) {
    const [a, b] = term(i);
    d = 1 / away(b + a * d);
    c = away(b + a / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return value;
}

/** 2/√π ∫ exp(−t²) from x to ∞. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27.5) return 0;
  if (x < 2) {
    // erf x = 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1))
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - (2 / SQRT_PI) * Math.exp(-x * x) * sum;
  }
  return Math.exp(-x * x) / (SQRT_PI * continuedFraction(x, (i) => [i / 2, x]));
}

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** P(Z ≤ z) of the standard normal distribution. */
export function normalCdf(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}

/** The z with P(Z ≤ z) = p: −∞ for 0, ∞ for 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return -Infinity;
  if (p === 0.5) return 0;
  // From the tail's leading term, Halley's steps on a distribution that is exact there.
  const t = Math.sqrt(-2 * Math.log(p));
  let z = Math.min(0, -t + Math.log(t * Math.sqrt(2 * Math.PI) + 1) / (t + 1));
  for (let i = 0; i < 40; i++) {
    const error = (normalCdf(z) - p) / normalDensity(z);
    const step = error / (1 + (z * error) / 2);
    z -= step;
    if (Math.abs(step) <= 1e-15 * Math.max(1, Math.abs(z))) break;
  }
  return z;
}

/** ln Γ(x), x > 0: Stirling's series, reached by Γ(x) = Γ(x + 1)/x. */
export function logGamma(x: number): number {
  let product = 1;
  let y = x;
  for (; y < 12; y++) product *= y;
  const s = 1 / (y * y);
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Regularised incomplete beta function. @param y 1 − x, given apart as it loses digits when worked out from an x near 1. */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(y, x, b, a);
  const fraction = continuedFraction(1, (i) => {
    const m = Math.floor(i / 2);
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [i % 2 === 1 ? odd : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)), 1];
  });
  return Math.exp(a * Math.log(x) + b * Math.log(y) - logBeta(a, b)) / (a * fraction);
}

/** Density of Student's t distribution. @param degrees of freedom, above 0. */
export function studentTDensity(t: number, degrees: number): number {
  return Math.exp(-0.5 * (degrees + 1) * Math.log1p((t * t) / degrees) - logBeta(0.5, degrees / 2)) / Math.sqrt(degrees);
}

/** P(T ≤ t) of Student's t distribution. @param degrees of freedom, above 0. */
export function studentTCdf(t: number, degrees: number): number {
  const square = t * t;
  const tail = Number.isFinite(square) ? incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5) / 2 : 0;
  return t > 0 ? 1 - tail : tail;
}
