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
