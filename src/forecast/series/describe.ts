/** Summary statistics, with the conventions of pandas' `describe`. */
import { ArgumentError } from '../../errors.js';
import { deviation, mean } from '../../statistics.js';
import { tensor } from '../../ndarrays.js';
import type { Numbers } from './arrays.js';

export interface Description {
  /** Values that are not NaN; the others are left out of every figure. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (divisor count − 1); NaN for fewer than two values. */
  readonly std: number;
  readonly min: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly max: number;
}

/**
 * Quantile with linear interpolation between the two nearest order statistics (type 7 of Hyndman & Fan 1996).
 *
 * @param sorted ascending values.
 * @param probability in [0, 1].
 * @returns NaN for an empty array.
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new ArgumentError({ operation: 'quantile', argument: 'probability', expected: 'in [0, 1]', actual: String(probability) });
  }
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  if (low === high) return low; // 0 · (∞ − ∞) would be NaN
  const share = position - below;
  const gap = high - low;
  return Number.isFinite(gap) ? low + share * gap : (1 - share) * low + share * high; // the gap of −1.7e308 and 1.7e308 overflows
}

/** Count, mean, standard deviation, minimum, quartiles and maximum of all numbers in `values`, NaN left out. */
export function describe(values: Numbers): Description {
  const sorted = tensor(values, { dtype: 'float64' }).data.filter((v) => !Number.isNaN(v)).sort();
  return {
    count: sorted.length,
    mean: mean(sorted),
    std: sorted.length > 1 ? deviation(sorted, 1) : NaN,
    min: sorted[0] ?? NaN,
    q25: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q75: quantile(sorted, 0.75),
    max: sorted[sorted.length - 1] ?? NaN,
  };
}
