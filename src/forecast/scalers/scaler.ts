/**
 * What every scaler can do. Fit on training rows only, transform anything, undo it for features or predictions.
 *
 * A row scaler treats each row on its own (the log return also reads the row before it) and goes before windowing.
 * A window scaler needs whole windows and goes after it.
 */
import type { OptionNames } from '../../checks.js';
import { DataError, ShapeError, StateError, formatShape } from '../../errors.js';
import { toFinite } from '../series/arrays.js';
import type { Float64NdArray, Numbers } from '../series/arrays.js';

/** A fitted scaler as plain JSON, to be stored beside a model; `scalerFromJSON` reads it back. */
export type ScalerJSON =
  | { readonly kind: 'standard' | 'robust'; readonly center: readonly number[]; readonly scale: readonly number[] }
  | { readonly kind: 'minMax'; readonly range: readonly [number, number]; readonly center: readonly number[]; readonly scale: readonly number[] }
  | { readonly kind: 'log10' | 'logReturn' | 'percentChange'; readonly features: number };

export type ScalerKind = ScalerJSON['kind'];

export interface InverseOptions {
  /** The column that all `values` belong to: predictions [n, h] of one target. Without it the last axis is the features. */
  readonly column?: number;
  /**
   * The price that values are relative to, one for each row of `values`: the last known price for log returns, the
   * window's first price for percentage change. Other scalers ignore it.
   */
  readonly reference?: Numbers;
}

export const inverseNames: OptionNames<InverseOptions> = { column: true, reference: true };

interface ScalerBase {
  readonly kind: ScalerKind;
  /** Learns from training data; a second call forgets the first. Returns the scaler itself. */
  fit(training: Numbers): this;
  transform(values: Numbers): Float64NdArray;
  inverse(values: Numbers, options?: InverseOptions): Float64NdArray;
  /** @throws StateError before `fit`. */
  toJSON(): ScalerJSON;
}

/** Acts on rows [rows, F] (and, row by row, on anything whose last axis is F). */
export interface RowScaler extends ScalerBase {
  readonly actsOn: 'rows';
  /** Rows missing at the start of the result: 1 for log returns, else 0. */
  readonly rowsLost: number;
}

/** Acts on windows [N, W, F]. */
export interface WindowScaler extends ScalerBase {
  readonly actsOn: 'windows';
  /** The price each window's values are relative to, [N]. */
  reference(windows: Numbers, column: number): Float64Array;
  /** Targets [N, h] of one column, relative to `reference` [N]. */
  transformTarget(targets: Numbers, reference: Numbers): Float64NdArray;
}

export type Scaler = RowScaler | WindowScaler;

/** Hands out what `fit` learned, or says that it has not run. */
export function requireFitted<T>(operation: string, state: T | undefined): T {
  if (state === undefined) {
    throw new StateError({ operation, argument: 'scaler', expected: 'fitted', actual: 'a scaler that saw no data', hint: 'Call fit with the training rows first.' });
  }
  return state;
}

/** Contiguous values whose last axis is `features` wide. */
export function toFeatures(operation: string, values: Numbers, features?: number): { data: Float64Array; shape: readonly number[]; features: number } {
  const { data, shape } = toFinite(values, { operation, argument: 'values' });
  const width = shape[shape.length - 1] ?? 1;
  if (shape.length < 2 || (features !== undefined && width !== features)) {
    throw new ShapeError({ operation, argument: 'values', expected: `of shape [rows, ${features ?? 'features'}]`, actual: formatShape(shape) });
  }
  return { data, shape, features: width };
}

/** Training rows [rows, F], at least one. */
export function toTrainingRows(operation: string, rows: Numbers): { data: Float64Array; shape: readonly number[]; features: number } {
  const training = toFeatures(operation, rows);
  if (training.data.length === 0) {
    throw new DataError({ operation, argument: 'training rows', expected: 'at least one row', actual: formatShape(training.shape) });
  }
  return training;
}

/** Checks a column number given to `inverse`. */
export function requireColumn(operation: string, column: number, features: number): number {
  if (!Number.isInteger(column) || column < 0 || column >= features) {
    throw new ShapeError({ operation, argument: 'column', expected: `from 0 to ${features - 1}`, actual: String(column) });
  }
  return column;
}
