/** Statistics without rounding: every double is a whole number times a power of two, so sums and products are exact in BigInt. */

/** Whole numbers X with x = X · 2^exponent for all of them. */
function whole(values: ArrayLike<number>): { readonly ints: bigint[]; readonly exponent: number } {
  const parts = Array.from(values, (value) => {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, value);
    const biased = Number((bits.getBigUint64(0) >> 52n) & 0x7ffn);
    const fraction = bits.getBigUint64(0) & 0xfffffffffffffn;
    const size = biased === 0 ? fraction : fraction | (1n << 52n);
    return { size: value < 0 ? -size : size, exponent: Math.max(1, biased) - 1075 };
  });
  const exponent = Math.min(...parts.map((part) => part.exponent));
  return { ints: parts.map((part) => part.size << BigInt(part.exponent - exponent)), exponent };
}

function bitLength(n: bigint): number {
  return (n < 0n ? -n : n).toString(2).length;
}

/** p / q · 2^exponent, to rounding. */
function quotient(p: bigint, q: bigint, exponent = 0): number {
  const shift = 70 - (bitLength(p) - bitLength(q));
  const n = Number(shift >= 0 ? (p << BigInt(shift)) / q : p / (q << BigInt(-shift)));
  const half = Math.trunc((exponent - shift) / 2);
  return n * 2 ** half * 2 ** (exponent - shift - half);
}

function sum(ints: readonly bigint[]): bigint {
  return ints.reduce((total, x) => total + x, 0n);
}

/** n² times the covariance of two lists of whole numbers. */
function covariance(a: readonly bigint[], b: readonly bigint[]): bigint {
  return BigInt(a.length) * sum(a.map((x, i) => x * (b[i] ?? 0n))) - sum(a) * sum(b);
}

export function exactMean(values: ArrayLike<number>): number {
  const { ints, exponent } = whole(values);
  return quotient(sum(ints), BigInt(ints.length), exponent);
}

/** √(p / q) · 2^exponent. */
function root(p: bigint, q: bigint, exponent: number): number {
  // An even number of halvings keeps the quotient inside float64.
  const even = 2 * Math.round((bitLength(p) - bitLength(q)) / 2);
  const inside = Math.sqrt(quotient(p, q, -even));
  const half = Math.trunc((exponent + even / 2) / 2);
  return inside * 2 ** half * 2 ** (exponent + even / 2 - half);
}

/** Population standard deviation. */
export function exactDeviation(values: ArrayLike<number>): number {
  const { ints, exponent } = whole(values);
  const n = BigInt(ints.length);
  return root(covariance(ints, ints), n * n, exponent);
}

export function exactCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [whole(a).ints, whole(b).ints];
  const [xy, xx, yy] = [covariance(x, y), covariance(x, x), covariance(y, y)];
  return Math.sign(Number(xy)) * root(xy * xy, xx * yy, 0);
}

/** 1 − Σ(a − p)² / Σ(a − mean a)², rounded once at the end of the quotient. */
export function exactR2(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const { ints } = whole([...Array.from(actual), ...Array.from(predicted)]);
  const [a, p] = [ints.slice(0, actual.length), ints.slice(actual.length)];
  const errors = sum(a.map((x, i) => (x - (p[i] ?? 0n)) ** 2n));
  const squares = covariance(a, a);
  return quotient(squares - BigInt(a.length) * errors, squares);
}
