/**
 * One column of a forecaster into the network's units and back, as forecast/forecaster/columnScaler.ts has it, in operators on float64: a
 * price in float32 has lost what a small return is made of.
 */
import { numberOf, objectOf, listOf } from '../../../../models/files/json.js';
import { ROUNDINGS } from '../../../../statistics.js';
import type { ColumnScaler, WindowStep } from '../../../../forecast/forecaster/columnScaler.js';
import type { RowScaler } from '../../../../forecast/scalers/scaler.js';
import type { GraphBuilder } from '../graphBuilder.js';
import { toEnd } from '../graphBuilder.js';

/** Two values and an operator; numbers are float64. */
export function combined(b: GraphBuilder, kind: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min' | 'LessOrEqual', left: string | number, right: string | number): string {
  const value = (x: string | number): string => (typeof x === 'number' ? b.double(x) : x);
  return b.op(kind, [value(left), value(right)]);
}

interface Affine { readonly center: number; readonly scale: number; readonly offset: number }

/** What a scaler of one column has learned. */
function affineOf(scaler: RowScaler): Affine {
  const { center, scale, range } = objectOf('scaler', scaler.toJSON());
  const first = (name: string, list: Parameters<typeof listOf>[1]): number => numberOf(name, listOf(name, list)[0]);
  return { center: first('center', center), scale: first('scale', scale), offset: range === undefined ? 0 : first('range', range) };
}

/** @param x [B, R] prices. Returns [B, R], of log returns [B, R − 1]. */
export function rowsForward(b: GraphBuilder, { rows }: ColumnScaler, x: string): string {
  return rows.reduce((value, scaler) => {
    if (scaler.kind === 'logReturn') return b.op('Log', [combined(b, 'Div', b.slice(value, 1, 1, toEnd), b.slice(value, 1, 0, -1))]);
    if (scaler.kind === 'log10') return combined(b, 'Div', b.op('Log', [value]), Math.LN10);
    const { center, scale, offset } = affineOf(scaler);
    const scaled = combined(b, 'Div', combined(b, 'Sub', value, center), scale);
    return offset === 0 ? scaled : combined(b, 'Add', scaled, offset);
  }, x);
}

/** @param z [B, h]. @param previous [B, 1], the last price that is known. */
export function rowsBack(b: GraphBuilder, { rows }: ColumnScaler, z: string, previous: string): string {
  return [...rows].reverse().reduce((value, scaler) => {
    if (scaler.kind === 'logReturn') return combined(b, 'Mul', previous, b.op('Exp', [b.op('CumSum', [value, b.int(1)])]));
    if (scaler.kind === 'log10') return b.op('Exp', [combined(b, 'Mul', value, Math.LN10)]);
    const { center, scale, offset } = affineOf(scaler);
    return combined(b, 'Add', combined(b, 'Mul', offset === 0 ? value : combined(b, 'Sub', value, offset), scale), center);
  }, z);
}

/** Center and scale of each window, [B, 1]. */
export interface Measure { readonly center: string; readonly scale: string }

/** @param x [B, W]. */
export function measured(b: GraphBuilder, x: string, step: WindowStep): Measure {
  if (step.kind === 'percentChange') {
    const base = b.slice(x, 1, 0, 1);
    return { center: base, scale: base };
  }
  const mean = b.reduce('Mean', x, [1], true);
  const off = combined(b, 'Sub', x, mean);
  const deviation = b.op('Sqrt', [b.reduce('Mean', combined(b, 'Mul', off, off), [1], true)]);
  // A window that is constant but for rounding: withinRounding of statistics.ts.
  const [low, high] = [b.reduce('Min', x, [1], true), b.reduce('Max', x, [1], true)];
  const size = combined(b, 'Max', b.op('Abs', [low]), b.op('Abs', [high]));
  const least = combined(b, 'Mul', combined(b, 'Max', combined(b, 'Mul', size, Number.EPSILON), Number.MIN_VALUE), ROUNDINGS);
  const scale = b.op('Where', [combined(b, 'LessOrEqual', combined(b, 'Sub', high, low), least), b.double(1), deviation]);
  return { center: step.level === undefined ? mean : b.reduce('Mean', b.slice(x, 1, -step.level, toEnd), [1], true), scale };
}

/** Into the units of a window; as it is without a measure. */
export function toWindow(b: GraphBuilder, x: string, measure: Measure | undefined): string {
  return measure ? combined(b, 'Div', combined(b, 'Sub', x, measure.center), measure.scale) : x;
}

export function fromWindow(b: GraphBuilder, z: string, measure: Measure | undefined, step: WindowStep | undefined): string {
  if (!measure || !step) return z;
  if (step.kind === 'percentChange') return combined(b, 'Mul', measure.center, combined(b, 'Add', z, 1));
  return combined(b, 'Add', measure.center, combined(b, 'Mul', measure.scale, z));
}
