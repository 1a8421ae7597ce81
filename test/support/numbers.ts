/** Numbers that rounding treats badly: constants binary cannot hold, large offsets, tiny and huge scales. */
import * as assert from 'uvu/assert';
import fc from 'fast-check';

/** Values that a whole column may have. */
export const CONSTANTS = fc.oneof(
  fc.constantFrom(0.1, 14.62, 1 / 3, 2 / 3, 0.7, 99.99, 1_700_000_000.123, 1e9 + 0.1, 1e-200, 1e200, 1.7e308, Number.MIN_VALUE, 1e-310, 0, -0.1),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 100),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Values between −1 and 1, the largest at least 0.1 from the smallest: a spread of about 1. */
const value = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1_000_000);
const spread = (x: readonly number[]): boolean => Math.max(...x) - Math.min(...x) > 0.1;
export const centred = fc.array(value, { minLength: 3, maxLength: 60 }).filter(spread);

/** Two such columns of one length. */
export const centredPair = fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 60 })
  .map((rows): [number[], number[]] => [rows.map(([a]) => a), rows.map(([, b]) => b)]).filter((both) => both.every(spread));

/** In units of the spread: seconds since 1970, milliseconds since 1970, 1e9, a price, nothing. */
export const offsets = fc.constantFrom(0, 3, 1e4, 1e9, 1_700_000_000, 1.7e12, -1_700_000_000.7);

export const scales = fc.constantFrom(1, 0.01, 1e-3, 1e-200, 1e200, 3e-290, 1e290);

/** |actual − expected| ≤ tolerance · max(|expected|, least). */
export function relative(actual: number, expected: number, tolerance: number, what: string, least = 0): void {
  const size = Math.max(Math.abs(expected), least);
  assert.ok(Math.abs(actual - expected) <= tolerance * size || Object.is(actual, expected), `${what}: ${actual} instead of ${expected}, off by ${Math.abs(actual - expected) / size}`);
}

/** Every exponent of float32, both signs, with `each` mantissas between the smallest and the largest of them. */
export function everyExponent(each: number): Float32Array {
  const bits = new Uint32Array(2 * 255 * each);
  let at = 0;
  for (const sign of [0, 0x80000000]) {
    for (let exponent = 0; exponent < 255; exponent++) {
      for (let i = 0; i < each; i++) {
        const mantissa = i === 0 ? 0 : i === each - 1 ? 0x7fffff : (Math.imul(i, 0x9e3779b1) >>> 9);
        bits[at++] = (sign | (exponent << 23) | mantissa) >>> 0;
      }
    }
  }
  return new Float32Array(bits.buffer);
}

/** Numbers from `from` to `to`, evenly. */
export function range(from: number, to: number, n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
}

/** Distance between float32 numbers around x. */
export function ulp(x: number): number {
  const size = Math.abs(x);
  return size < 2 ** -126 ? 2 ** -149 : 2 ** (Math.floor(Math.log2(size)) - 23);
}
