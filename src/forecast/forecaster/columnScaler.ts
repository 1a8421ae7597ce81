/**
 * How one column goes into the network's units and back: a chain of steps over rows, the scalers of `scalers/` one after the other, learned from
 * training rows; then perhaps one step over each window, which learns nothing:
 *
 *   percentChange    z = (x − x₀) / x₀                 x₀ the window's first value
 *   windowStandard   z = (x − center) / scale          center: mean of the window's last `level` rows; scale: deviation (divisor n) of all of them
 *
 * A window that is constant but for rounding has scale 1.
 */
import { checkOptions, requireChoice, requireCount } from '../../checks.js';
import { ArgumentError, DataError, FileFormatError } from '../../errors.js';
import type { JsonValue } from '../../json.js';
import { binaryUnit, magnitude, withinRounding } from '../../statistics.js';
import { fromHost } from '../../ndarrays.js';
import { createScaler, scalerFromJSON } from '../scalers/fromJSON.js';
import type { RowScaler, ScalerKind } from '../scalers/scaler.js';
import type { Float64NdArray } from '../series/arrays.js';

export interface WindowStandardStep {
  readonly kind: 'windowStandard';
  /** Rows, the window's last ones, over which the mean is taken; all of them by default. */
  readonly level?: number | undefined;
}

export type ScalerStep = ScalerKind | 'windowStandard' | WindowStandardStep;

/** What becomes of one column, in order. `logReturn` comes first, `percentChange` and `windowStandard` last. */
export type ScalerChain = ScalerStep | readonly ScalerStep[];

type RowKind = Exclude<ScalerKind, 'percentChange'>;
export type WindowStep = { readonly kind: 'percentChange' } | WindowStandardStep;

/** A chain, taken apart. */
export interface ChainPlan {
  readonly rows: readonly RowKind[];
  readonly window: WindowStep | undefined;
}

const ROW_KINDS: readonly RowKind[] = ['standard', 'minMax', 'robust', 'log10', 'logReturn'];

/** @throws ArgumentError for a step that is none, or stands where it cannot. */
export function planChain(operation: string, argument: string, chain: ScalerChain, window: number): ChainPlan {
  const steps = (Array.isArray(chain) ? chain : [chain]) as readonly ScalerStep[];
  const plans = steps.map((step) => {
    if (typeof step !== 'object') return { kind: requireChoice(operation, argument, step, [...ROW_KINDS, 'percentChange', 'windowStandard']) };
    const { kind, level } = checkOptions(`${operation}, ${argument}`, step, { kind: true, level: true });
    requireChoice(operation, argument, kind, ['windowStandard']);
    if (level !== undefined && requireCount(operation, `${argument}, level`, level) > window) {
      throw new ArgumentError({ operation, argument: `${argument}, level`, expected: `at most the ${window} rows of a window`, actual: String(level) });
    }
    return level === undefined ? { kind } : { kind, level };
  });
  const rows: RowKind[] = [];
  let last: WindowStep | undefined;
  plans.forEach((step, i) => {
    const refuse = (expected: string): never => { throw new ArgumentError({ operation, argument, expected, actual: plans.map(({ kind }) => kind).join(' → ') }); };
    if (step.kind === 'percentChange' || step.kind === 'windowStandard') {
      if (i < plans.length - 1) refuse(`a chain that ends with ${step.kind}`);
      last = step.kind === 'percentChange' ? { kind: step.kind } : step as WindowStandardStep;
      return;
    }
    if (step.kind === 'logReturn' && i > 0) refuse('a chain that begins with logReturn');
    rows.push(step.kind);
  });
  return { rows, window: last };
}

/** Center and scale of a window's column: z = (x − center) / scale. */
export interface WindowScale {
  readonly center: number;
  readonly scale: number;
}

/** @param values of rows from … from + length − 1. @throws DataError for a percentage of nothing. */
export function measureWindow(values: Float64Array, from: number, length: number, step: WindowStep): WindowScale {
  if (step.kind === 'percentChange') {
    const base = values[from] ?? NaN;
    if (withinRounding(0, Math.abs(base), magnitude(values.subarray(from, from + length)))) throw new DataError({ operation: 'percentChange', argument: `row ${from}`, expected: 'not 0 beside the others of the window that it begins', actual: String(base), hint: 'Percentage change divides by it; use another scaler.' });
    return { center: base, scale: base };
  }
  let [sum, low, high] = [0, Infinity, -Infinity];
  for (let i = from; i < from + length; i++) {
    const value = values[i] ?? NaN;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const mean = sum / length;
  // In units of the spread, a power of two: the same bits, and no square leaves the range of numbers.
  const unit = binaryUnit(high - low);
  let squares = 0;
  for (let i = from; i < from + length; i++) squares += (((values[i] ?? NaN) - mean) / unit) ** 2;
  const scale = withinRounding(low, high) ? 1 : Math.sqrt(squares / length) * unit;
  const { level = length } = step;
  if (level === length) return { center: mean, scale };
  let recent = 0;
  for (let i = from + length - level; i < from + length; i++) recent += values[i] ?? NaN;
  return { center: recent / level, scale };
}

/** Back from a window's units; written out as PercentChangeScaler has it, to the bit. */
export function fromWindow(z: number, { center, scale }: WindowScale, step: WindowStep): number {
  return step.kind === 'percentChange' ? center * (z + 1) : center + scale * z;
}

export class ColumnScaler {
  private constructor(readonly rows: readonly RowScaler[], readonly window: WindowStep | undefined) {}

  /** @param parts training rows of this column, a list for each series. */
  static fit({ rows, window }: ChainPlan, parts: readonly Float64Array[]): ColumnScaler {
    let own = parts.map(column);
    const fitted = rows.map((kind) => {
      const scaler = createScaler(kind) as RowScaler;
      scaler.fit(joined(own));
      own = own.map((part) => scaler.transform(part));
      return scaler;
    });
    return new ColumnScaler(fitted, window);
  }

  /** Whether a value means the same whatever the row before it was. */
  get pointwise(): boolean {
    return this.rows.every(({ kind }) => kind !== 'logReturn');
  }

  /** As long as `values`; NaN in the rows that are lost. */
  transform(values: Float64Array): Float64Array {
    const out = new Float64Array(values.length).fill(NaN);
    const { data } = this.rows.reduce((scaled, scaler) => scaler.transform(scaled), column(values));
    out.set(data, values.length - data.length);
    return out;
  }

  /**
   * Undoes the steps over rows.
   * @param values [n, steps] of this column, consecutive rows after `previous`. @param previous the last value known, original units, [n].
   */
  inverse(values: Float64NdArray, previous: Float64Array): Float64NdArray {
    return [...this.rows].reverse().reduce((z, scaler) => scaler.inverse(z, { column: 0, reference: previous }), values);
  }

  toJSON(): JsonValue {
    return { rows: this.rows.map((scaler) => scaler.toJSON()), ...(this.window && { window: { ...this.window } }) };
  }

  /** @throws FileFormatError for what `toJSON` has not written for this plan. */
  static fromJSON(json: JsonValue | undefined, { rows, window }: ChainPlan): ColumnScaler {
    const saved: readonly unknown[] = typeof json === 'object' && json !== null && 'rows' in json && Array.isArray(json.rows) ? json.rows : [];
    const scalers = saved.map((each) => scalerFromJSON(each));
    const fits = scalers.length === rows.length && scalers.every(({ kind }, i) => kind === rows[i]);
    if (!fits) throw new FileFormatError({ operation: 'Forecaster.fromBytes', argument: 'scalers', expected: rows.join(' → ') || 'none', actual: scalers.map(({ kind }) => kind).join(' → ') || 'none' });
    return new ColumnScaler(scalers as RowScaler[], window);
  }
}

function column(values: Float64Array): Float64NdArray {
  return fromHost(values.slice(), [values.length, 1]);
}

function joined(parts: readonly Float64NdArray[]): Float64NdArray {
  const [first, ...others] = parts;
  if (first && others.length === 0) return first;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return fromHost(data, [data.length, 1]);
}
