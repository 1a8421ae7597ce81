/**
 * Means, deviations and correlations that hold whatever the size of the numbers, and the one definition of "constant".
 *
 * Sums are taken in units of a power of two near the largest magnitude, which changes no digit: squares of 1e200 do not
 * overflow, those of 1e-200 do not vanish. Means are corrected by the mean of what they leave, and sums of squares by the
 * square of their deviations' sum (Chan, Golub & LeVeque 1983): the mean of 1,000 × 0.1 is 0.1, and its deviation is 0.
 */
import { ShapeError } from './errors.js';

/**
 * How many units in the last place apart two numbers may be and still mean the same.
 *
 * A number worked out by k operations is off by up to k/2 units, so two that ought to be equal differ by up to k; 8 allows
 * for a handful of operations: a percentage, a change of units, a scaler there and back. The count of numbers does not enter
 * (a deviation summed naively would be noise in proportion to √n), since smallest and largest are compared, not a sum.
 */
export const ROUNDINGS = 8;

/**
 * Whether numbers from `low` to `high` differ by no more than rounding.
 *
 * @param size the magnitude at which they were rounded: that of the operands where they are differences; default: their own.
 * @param epsilon what one unit in the last place of 1 is; default: that of float64.
 */
export function withinRounding(low: number, high: number, size = Math.max(Math.abs(low), Math.abs(high)), epsilon = Number.EPSILON): boolean {
  return high - low <= Math.min(ROUNDINGS * Math.max(epsilon * size, Number.MIN_VALUE), Number.MAX_VALUE); // an infinite span is none
}

/** The whole number that a computed one is but for rounding at `size`, else the number itself: 100 · 0.29 is 29, not 28.999999999999996. */
export function nearWhole(value: number, size = Math.abs(value)): number {
  const whole = Math.round(value);
  return withinRounding(Math.min(value, whole), Math.max(value, whole), size) ? whole : value;
}

/** Whether all numbers are the same but for rounding. @param size as in `withinRounding`. */
export function isConstant(values: ArrayLike<number>, size?: number): boolean {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i] ?? NaN);
    high = Math.max(high, values[i] ?? NaN);
  }
  return withinRounding(low, high, size);
}

/** Largest absolute value; 0 for no values. */
export function magnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? NaN));
  return largest;
}

/** A power of two near `size`, by which any number of that size can be divided exactly; 1 for what is not finite. */
export function binaryUnit(size: number): number {
  return Number.isFinite(size) ? 2 ** Math.max(-1000, Math.min(Math.round(Math.log2(size)), 1000)) : 1;
}

function meanIn(unit: number, values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? NaN) / unit;
  const first = sum / values.length;
  if (!Number.isFinite(first)) return first;
  let left = 0;
  for (let i = 0; i < values.length; i++) left += (values[i] ?? NaN) / unit - first;
  return first + left / values.length;
}

/** Arithmetic mean, to rounding; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  const unit = binaryUnit(magnitude(values));
  return meanIn(unit, values) * unit;
}

interface Deviations {
  readonly unit: number;
  /** x − mean, in units of `unit`. */
  readonly values: Float64Array;
  readonly sum: number;
}

function deviations(values: ArrayLike<number>): Deviations {
  const unit = binaryUnit(magnitude(values));
  const center = meanIn(unit, values);
  const out = Float64Array.from(values, (value) => value / unit - center);
  return { unit, values: out, sum: out.reduce((sum, d) => sum + d, 0) };
}

/** Σ(a − mean)(b − mean), in units of both. */
function products(a: Deviations, b: Deviations): number {
  let sum = 0;
  for (let i = 0; i < a.values.length; i++) sum += (a.values[i] ?? NaN) * (b.values[i] ?? NaN);
  return sum - (a.sum * b.sum) / a.values.length;
}

/** Standard deviation with divisor n − ddof; ddof 0 (population) by default. */
export function deviation(values: ArrayLike<number>, ddof: 0 | 1 = 0): number {
  const d = deviations(values);
  return Math.sqrt(products(d, d) / (values.length - ddof)) * d.unit;
}

/** Variance with divisor n − ddof; ddof 0 (population) by default. Exactly 0 for equal values. */
export function variance(values: ArrayLike<number>, ddof: 0 | 1 = 0): number {
  const d = deviations(values);
  return (products(d, d) / (values.length - ddof)) * d.unit * d.unit;
}

/** √(Σx² / n). */
export function rootMeanSquare(values: ArrayLike<number>): number {
  const unit = binaryUnit(magnitude(values));
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] ?? NaN) / unit) ** 2;
  return Math.sqrt(sum / values.length) * unit;
}

/** Pearson's correlation; NaN when either side is constant but for rounding. @throws ShapeError for different lengths. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    throw new ShapeError({ operation: 'correlation', argument: 'b', expected: `${a.length} values, as many as a`, actual: String(b.length) });
  }
  if (isConstant(a) || isConstant(b)) return NaN;
  const [da, db] = [deviations(a), deviations(b)];
  const ratio = products(da, db) / Math.sqrt(products(da, da)) / Math.sqrt(products(db, db));
  return Math.max(-1, Math.min(ratio, 1));
}
