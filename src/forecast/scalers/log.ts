/** Logarithms of positive values: log10 of each, and the return ln(pₜ / pₜ₋₁) from row to row. */
import { checkOptions } from '../../checks.js';
import type { NoOptions } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { fromHost } from '../../ndarrays.js';
import { toFinite } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';
import { inverseNames, requireColumn, requireFitted, toFeatures, toTrainingRows } from './scaler.js';
import type { InverseOptions, RowScaler, ScalerJSON } from './scaler.js';

function requirePositive(operation: string, data: Float64Array): void {
  const bad = data.find((v) => v <= 0);
  if (bad !== undefined) {
    throw new DataError({ operation, argument: 'values', expected: 'above 0', actual: String(bad), hint: 'A logarithm needs positive values; use another scaler for this column.' });
  }
}

/** ln(a / b): a small return keeps all its digits, since a − b is exact where a and b are near; a large ratio does not overflow. */
function logRatio(a: number, b: number): number {
  if (a > b / 2 && a / 2 < b) return Math.log1p((a - b) / b);
  const ratio = a / b;
  return ratio > 1e-300 && ratio < Infinity ? Math.log(ratio) : Math.log(a) - Math.log(b);
}

/** z = log₁₀ x. Learns nothing but the number of columns. */
export class Log10Scaler implements RowScaler {
  readonly kind = 'log10';
  readonly actsOn = 'rows';
  readonly rowsLost = 0;
  #features: number | undefined;

  constructor(options: NoOptions = {}) {
    checkOptions('Log10Scaler', options, {});
  }

  /** @param training [rows, F], all above 0. */
  fit(training: Numbers): this {
    const { data, features } = toTrainingRows('log10.fit', training);
    requirePositive('log10.fit', data);
    this.#features = features;
    return this;
  }

  /** @param values any shape whose last axis is F, all above 0. */
  transform(values: Numbers): Float64NdArray {
    const features = requireFitted('log10.transform', this.#features);
    const { data, shape } = toFeatures('log10.transform', values, features);
    requirePositive('log10.transform', data);
    return fromHost(data.map(Math.log10), shape);
  }

  /** @param values of any shape with `column`; else the last axis is F. */
  inverse(values: Numbers, options: InverseOptions = {}): Float64NdArray {
    const operation = 'log10.inverse';
    const { column } = checkOptions(operation, options, inverseNames);
    const features = requireFitted(operation, this.#features);
    if (column !== undefined) requireColumn(operation, column, features);
    const { data, shape } = column === undefined ? toFeatures(operation, values, features) : toFinite(values, { operation, argument: 'values' });
    return fromHost(data.map((v) => 10 ** v), shape);
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, features: requireFitted('log10.toJSON', this.#features) };
  }
}

/**
 * r[t] = ln(p[t] / p[t−1]): the first row has no return, so [rows, F] becomes [rows − 1, F] and row t of the result
 * belongs to row t + 1 of the prices. Learns nothing but the number of columns.
 */
export class LogReturnScaler implements RowScaler {
  readonly kind = 'logReturn';
  readonly actsOn = 'rows';
  readonly rowsLost = 1;
  #features: number | undefined;

  constructor(options: NoOptions = {}) {
    checkOptions('LogReturnScaler', options, {});
  }

  /** @param training [rows, F] prices above 0. */
  fit(training: Numbers): this {
    const { data, features } = toTrainingRows('logReturn.fit', training);
    requirePositive('logReturn.fit', data);
    this.#features = features;
    return this;
  }

  /** @param values [rows, F] consecutive prices above 0, at least two rows. */
  transform(values: Numbers): Float64NdArray {
    const operation = 'logReturn.transform';
    const features = requireFitted(operation, this.#features);
    const { data, shape } = toFeatures(operation, values, features);
    requirePositive(operation, data);
    const rows = shape[0] ?? 0;
    if (shape.length !== 2 || rows < 2) {
      throw new ShapeError({ operation, argument: 'values', expected: `of shape [rows, ${features}] with at least two rows`, actual: formatShape(shape) });
    }
    return fromHost(data.slice(features).map((price, at) => logRatio(price, data[at] ?? NaN)), [rows - 1, features]);
  }

  /**
   * Prices from returns: p[t] = reference · exp(r[1] + … + r[t]).
   *
   * With `column`, values are predictions [n, h], reference is the last known price of each, [n], and the sum runs over
   * the horizon. Without it, values are [rows, F], reference is the row of prices before them, [F], and the sum runs
   * down the rows.
   */
  inverse(values: Numbers, options: InverseOptions = {}): Float64NdArray {
    const operation = 'logReturn.inverse';
    const { column, reference } = checkOptions(operation, options, inverseNames);
    const features = requireFitted(operation, this.#features);
    if (column !== undefined) requireColumn(operation, column, features);
    if (reference === undefined) {
      throw new ArgumentError({
        operation, argument: 'reference', expected: 'the price before the first return', actual: 'nothing', hint: 'A return says nothing about the level of the price.',
      });
    }
    const { data, shape } = toFeatures(operation, values, column === undefined ? features : undefined);
    const [rows = 0, width = 1] = shape;
    const base = toFinite(reference, { operation, argument: 'reference' }).data;
    const [series, length] = column === undefined ? [width, rows] : [rows, width];
    if (shape.length !== 2 || base.length !== series) {
      throw new ShapeError({ operation, argument: 'reference', expected: `${series} prices for values ${formatShape(shape)}`, actual: `${base.length}` });
    }
    const [stepStride, seriesStride] = column === undefined ? [width, 1] : [1, width];
    for (let s = 0; s < series; s++) {
      let sum = 0;
      for (let step = 0; step < length; step++) {
        const at = s * seriesStride + step * stepStride;
        sum += data[at] ?? NaN;
        data[at] = (base[s] ?? NaN) * Math.exp(sum);
      }
    }
    return fromHost(data, shape);
  }

  toJSON(): ScalerJSON {
    return { kind: this.kind, features: requireFitted('logReturn.toJSON', this.#features) };
  }
}
