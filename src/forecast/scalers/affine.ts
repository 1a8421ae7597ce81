/**
 * Scalers of the form z = (x − center) / scale, one center and scale for each column:
 *
 *   standard   center = mean                  scale = standard deviation (divisor n)
 *   min-max    center = min − a · scale       scale = (max − min) / (b − a)       maps training rows to [a, b]
 *   robust     center = median                scale = third − first quartile
 *
 * A column that is constant in training gets scale 1, so that it maps to a constant and back.
 */
import ops from 'ndarray-ops';
import { ArgumentError } from '../../errors.js';
import { fromHost } from '../../tensor.js';
import { columnOf, toFinite } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { mean, quantile, variance } from '../series/describe.js';
import { requireColumn, requireFitted, toFeatures, toTrainingRows } from './scaler.js';
import type { InverseOptions, RowScaler, ScalerJSON } from './scaler.js';

interface Affine {
  readonly center: number;
  readonly scale: number;
}

abstract class AffineScaler implements RowScaler {
  abstract readonly kind: 'standard' | 'minMax' | 'robust';
  readonly actsOn = 'rows';
  readonly rowsLost = 0;
  #columns: readonly Affine[] | undefined;

  /** What one training column teaches; a scale of 0 is replaced by 1. */
  protected abstract learn(column: Float64Array): Affine;
  abstract toJSON(): ScalerJSON;

  /** @param training [rows, F], training rows only. */
  fit(training: Numbers): this {
    const { data, features } = toTrainingRows(`${this.kind}.fit`, training);
    this.#columns = Array.from({ length: features }, (_, j) => {
      const { center, scale } = this.learn(columnOf(data, features, j));
      return { center, scale: scale === 0 ? 1 : scale };
    });
    return this;
  }

  /** @param values [rows, F], or any shape whose last axis is F. */
  transform(values: Numbers): Float64NdArray {
    const operation = `${this.kind}.transform`;
    const columns = requireFitted(operation, this.#columns);
    const { data, shape, features } = toFeatures(operation, values, columns.length);
    const rows = fromHost(data, [data.length / features, features]);
    columns.forEach(({ center, scale }, j) => {
      const column = rows.pick(null, j);
      ops.subseq(column, center);
      ops.divseq(column, scale);
    });
    return fromHost(data, shape);
  }

  /** @param values of any shape with `column`; else the last axis is F. */
  inverse(values: Numbers, { column }: InverseOptions = {}): Float64NdArray {
    const operation = `${this.kind}.inverse`;
    const columns = requireFitted(operation, this.#columns);
    const { data, shape } = column === undefined
      ? toFeatures(operation, values, columns.length)
      : toFinite(values, { operation, argument: 'values' });
    const width = column === undefined ? columns.length : 1;
    const rows = fromHost(data, [data.length / width, width]);
    const chosen = column === undefined ? columns : columns.slice(requireColumn(operation, column, columns.length)).slice(0, 1);
    chosen.forEach(({ center, scale }, j) => {
      const view = rows.pick(null, j);
      ops.mulseq(view, scale);
      ops.addseq(view, center);
    });
    return fromHost(data, shape);
  }

  protected fitted(): { center: number[]; scale: number[] } {
    const columns = requireFitted(`${this.kind}.toJSON`, this.#columns);
    return { center: columns.map((c) => c.center), scale: columns.map((c) => c.scale) };
  }

  /** Takes over what an earlier `fit` learned; for `scalerFromJSON`. */
  restore(center: readonly number[], scale: readonly number[]): this {
    this.#columns = center.map((c, j) => ({ center: c, scale: scale[j] ?? NaN }));
    return this;
  }
}

/** Mean 0, standard deviation 1 over the training rows. */
export class StandardScaler extends AffineScaler {
  readonly kind = 'standard';

  protected learn(column: Float64Array): Affine {
    return { center: mean(column), scale: Math.sqrt(variance(column)) };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, ...this.fitted() };
  }
}

/** Smallest and largest training value to the ends of `range`, [0, 1] by default. Later rows may fall outside. */
export class MinMaxScaler extends AffineScaler {
  readonly kind = 'minMax';
  readonly range: readonly [number, number];

  constructor({ range = [0, 1] }: { range?: readonly [number, number] } = {}) {
    super();
    if (!(Number.isFinite(range[0]) && Number.isFinite(range[1]) && range[0] < range[1])) {
      throw new ArgumentError({ operation: 'MinMaxScaler', argument: 'range', expected: 'two rising numbers', actual: range.join(', ') });
    }
    this.range = [...range];
  }

  protected learn(column: Float64Array): Affine {
    const [low, high] = this.range;
    const min = column.reduce((a, b) => Math.min(a, b));
    const max = column.reduce((a, b) => Math.max(a, b));
    const scale = (max - min) / (high - low) || 1;
    return { center: min - low * scale, scale };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, range: this.range, ...this.fitted() };
  }
}

/** Median 0, interquartile range 1 over the training rows: outliers do not move it. */
export class RobustScaler extends AffineScaler {
  readonly kind = 'robust';

  protected learn(column: Float64Array): Affine {
    const sorted = column.slice().sort();
    return { center: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, ...this.fitted() };
  }
}
