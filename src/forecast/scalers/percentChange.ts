/**
 * Each window relative to its own first row, column by column: n_i = p_i / p_0 − 1, undone by p_i = p_0 (n_i + 1). Worked out
 * as (p_i − p_0) / p_0, so that small changes keep their digits. A p_0 that is 0 beside the largest value it is compared with,
 * but for rounding, is refused: 0.1 + 0.2 − 0.3 is not 0, and nothing is a percentage of it.
 * Nothing is learned from training rows but the number of columns, so nothing can leak.
 */
import { checkOptions } from '../../checks.js';
import type { NoOptions } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { magnitude, withinRounding } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { toFinite, toFiniteOfRank } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { inverseNames, requireColumn, requireFitted, toTrainingRows } from './scaler.js';
import type { InverseOptions, ScalerJSON, WindowScaler } from './scaler.js';

export class PercentChangeScaler implements WindowScaler {
  readonly kind = 'percentChange';
  readonly actsOn = 'windows';
  #features: number | undefined;

  constructor(options: NoOptions = {}) {
    checkOptions('PercentChangeScaler', options, {});
  }

  /** @param training rows [rows, F] or windows [N, W, F]; only F is kept. */
  fit(training: Numbers): this {
    this.#features = toTrainingRows('percentChange.fit', training).features;
    return this;
  }

  /** @param windows [N, W, F] @throws DataError if a window begins with 0, but for rounding. */
  transform(windows: Numbers): Float64NdArray {
    const { data, count, length, features } = this.#windows('percentChange.transform', windows);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < features; j++) {
        const first = i * length * features + j;
        const base = data[first] ?? NaN;
        const at = Array.from({ length }, (_, step) => first + step * features);
        requireNonZero('percentChange.transform', base, at.map((place) => data[place] ?? NaN), i);
        for (const place of at) data[place] = ((data[place] ?? NaN) - base) / base;
      }
    }
    return fromHost(data, [count, length, features]);
  }

  /** First value of one column in every window, [N]. */
  reference(windows: Numbers, column: number): Float64Array {
    const { data, count, length, features } = this.#windows('percentChange.reference', windows);
    requireColumn('percentChange.reference', column, features);
    return Float64Array.from({ length: count }, (_, i) => data[i * length * features + column] ?? NaN);
  }

  /** @param targets [N, h] @param reference [N], see `reference`. @throws DataError for a reference that is 0, but for rounding. */
  transformTarget(targets: Numbers, reference: Numbers): Float64NdArray {
    return relative('percentChange.transformTarget', targets, reference, (value, base, sample) => {
      requireNonZero('percentChange.transformTarget', base, [value], sample);
      return (value - base) / base;
    });
  }

  /** @param values [n, h] of one column, or windows [N, W, F] with one reference row [N, F] for each. */
  inverse(values: Numbers, options: InverseOptions = {}): Float64NdArray {
    const operation = 'percentChange.inverse';
    const { reference } = checkOptions(operation, options, inverseNames);
    requireFitted(operation, this.#features);
    if (reference === undefined) {
      throw new ArgumentError({ operation, argument: 'reference', expected: "the first price of each row's window", actual: 'nothing' });
    }
    return relative(operation, values, reference, (value, base) => base * (value + 1));
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, features: requireFitted('percentChange.toJSON', this.#features) };
  }

  #windows(operation: string, windows: Numbers): { data: Float64Array; count: number; length: number; features: number } {
    const known = requireFitted(operation, this.#features);
    const { data, shape } = toFiniteOfRank(windows, ['samples', 'window', known.toString()], { operation, argument: 'windows' });
    const [count = 0, length = 0, features = 0] = shape;
    if (features !== known) {
      throw new ShapeError({ operation, argument: 'windows', expected: formatShape(['samples', 'window', known]), actual: formatShape(shape) });
    }
    return { data, count, length, features };
  }
}

function requireNonZero(operation: string, base: number, values: readonly number[], sample: number): void {
  if (withinRounding(0, Math.abs(base), magnitude(values))) {
    throw new DataError({ operation, argument: `first value of window ${sample}`, expected: 'not 0 beside the others', actual: String(base), hint: 'Percentage change divides by it; use another scaler.' });
  }
}

/** Applies `change` to values [N, …, K] with reference [N, K], or to values [N, h] with reference [N]. */
function relative(
  operation: string, values: Numbers, reference: Numbers, change: (value: number, base: number, sample: number) => number,
): Float64NdArray {
  const { data, shape } = toFinite(values, { operation, argument: 'values' });
  const base = toFinite(reference, { operation, argument: 'reference' });
  const count = shape[0] ?? 0;
  const width = base.shape.length > 1 ? base.shape[1] ?? 1 : 1;
  const fits = base.shape[0] === count && base.shape.length <= 2 && (width === 1 || width === shape[shape.length - 1]);
  if (!fits) {
    throw new ShapeError({ operation, argument: 'reference', expected: `one value for each of ${count} rows`, actual: formatShape(base.shape) });
  }
  const perSample = data.length / count;
  return fromHost(data.map((value, at) => {
    const sample = Math.floor(at / perSample);
    return change(value, base.data[sample * width + (at % width)] ?? NaN, sample);
  }), shape);
}
