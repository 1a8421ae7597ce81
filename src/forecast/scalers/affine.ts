/**
 * Scalers of the form z = (x − center) / scale + offset, one center and scale for each column:
 *
 *   standard   center = mean      scale = standard deviation (divisor n)   offset = 0
 *   min-max    center = min       scale = (max − min) / (b − a)            offset = a      maps training rows to [a, b]
 *   robust     center = median    scale = third − first quartile           offset = 0
 *
 * A column that is constant in training but for rounding (`withinRounding`) has its value for center and 1 for scale: it maps
 * to the offset and back exactly. So does one whose quartiles are equal, for the robust scaler: what is not equal to them
 * keeps its distance.
 */
import ops from 'ndarray-ops';
import { checkOptions } from '../../checks.js';
import type { NoOptions } from '../../checks.js';
import { ArgumentError, DataError } from '../../errors.js';
import { deviation, mean, withinRounding } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { columnOf, toFinite } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { quantile } from '../series/describe.js';
import { inverseNames, requireColumn, requireFitted, toFeatures, toTrainingRows } from './scaler.js';
import type { InverseOptions, RowScaler, ScalerJSON } from './scaler.js';

interface Affine {
  readonly center: number;
  readonly scale: number;
}

abstract class AffineScaler implements RowScaler {
  abstract readonly kind: 'standard' | 'minMax' | 'robust';
  readonly actsOn = 'rows';
  readonly rowsLost = 0;
  /** Where the center goes. */
  protected readonly offset: number = 0;
  #columns: readonly Affine[] | undefined;

  /** What one training column teaches. */
  protected abstract learn(column: Float64Array): Affine;
  abstract toJSON(): ScalerJSON;

  /**
   * @param training [rows, F], training rows only.
   * @throws DataError for a column whose range, or scale, float64 cannot hold.
   */
  fit(training: Numbers): this {
    const operation = `${this.kind}.fit`;
    const { data, features } = toTrainingRows(operation, training);
    this.#columns = Array.from({ length: features }, (_, j) => {
      const column = columnOf(data, features, j);
      const [low, high] = ends(column);
      const { center, scale: learned } = this.learn(column);
      const scale = withinRounding(low, high) ? 1 : learned;
      if (!(Number.isFinite(high - low) && scale > 0 && Number.isFinite(scale))) {
        throw new DataError({
          operation, argument: `column ${j}`, expected: 'a range that float64 can hold', actual: `${low} … ${high}`, hint: 'Change the unit of the column.',
        });
      }
      return { center, scale };
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
      if (this.offset !== 0) ops.addseq(column, this.offset);
    });
    return fromHost(data, shape);
  }

  /** @param values of any shape with `column`; else the last axis is F. */
  inverse(values: Numbers, options: InverseOptions = {}): Float64NdArray {
    const operation = `${this.kind}.inverse`;
    const { column } = checkOptions(operation, options, inverseNames);
    const columns = requireFitted(operation, this.#columns);
    const { data, shape } = column === undefined
      ? toFeatures(operation, values, columns.length)
      : toFinite(values, { operation, argument: 'values' });
    const width = column === undefined ? columns.length : 1;
    const rows = fromHost(data, [data.length / width, width]);
    const chosen = column === undefined ? columns : columns.slice(requireColumn(operation, column, columns.length)).slice(0, 1);
    chosen.forEach(({ center, scale }, j) => {
      const view = rows.pick(null, j);
      if (this.offset !== 0) ops.subseq(view, this.offset);
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

/** Smallest and largest value. */
function ends(column: Float64Array): readonly [number, number] {
  return [column.reduce((a, b) => Math.min(a, b)), column.reduce((a, b) => Math.max(a, b))];
}

/** Mean 0, standard deviation 1 over the training rows. */
export class StandardScaler extends AffineScaler {
  readonly kind = 'standard';

  constructor(options: NoOptions = {}) {
    super();
    checkOptions('StandardScaler', options, {});
  }

  protected learn(column: Float64Array): Affine {
    return { center: mean(column), scale: deviation(column) };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, ...this.fitted() };
  }
}

/** Smallest and largest training value to the ends of `range`, [0, 1] by default. Later rows may fall outside. */
export class MinMaxScaler extends AffineScaler {
  readonly kind = 'minMax';
  readonly range: readonly [number, number];
  protected override readonly offset: number;

  constructor(options: { range?: readonly [number, number] } = {}) {
    super();
    const { range = [0, 1] } = checkOptions('MinMaxScaler', options, { range: true });
    if (!(Number.isFinite(range[1] - range[0]) && range[0] < range[1])) {
      throw new ArgumentError({ operation: 'MinMaxScaler', argument: 'range', expected: 'two rising numbers', actual: range.join(', ') });
    }
    this.range = [...range];
    this.offset = range[0];
  }

  protected learn(column: Float64Array): Affine {
    const [min, max] = ends(column);
    return { center: min, scale: (max - min) / (this.range[1] - this.range[0]) };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, range: this.range, ...this.fitted() };
  }
}

/** Median 0, interquartile range 1 over the training rows: outliers do not move it. */
export class RobustScaler extends AffineScaler {
  readonly kind = 'robust';

  constructor(options: NoOptions = {}) {
    super();
    checkOptions('RobustScaler', options, {});
  }

  protected learn(column: Float64Array): Affine {
    const sorted = column.slice().sort();
    const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    return { center: quantile(sorted, 0.5), scale: withinRounding(low, high) ? 1 : high - low };
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, ...this.fitted() };
  }
}
