/** Scalers by name, and back from JSON. */
import { requireChoice } from '../../checks.js';
import { FileFormatError } from '../../errors.js';
import { MinMaxScaler, RobustScaler, StandardScaler } from './affine.js';
import { Log10Scaler, LogReturnScaler } from './log.js';
import { PercentChangeScaler } from './percentChange.js';
import type { Scaler, ScalerKind } from './scaler.js';

const kinds: readonly ScalerKind[] = ['standard', 'minMax', 'robust', 'log10', 'logReturn', 'percentChange'];

/** A fresh, unfitted scaler by name, for command lines and search spaces. */
export function createScaler(kind: ScalerKind): Scaler {
  switch (requireChoice('createScaler', 'kind', kind, kinds)) {
    case 'standard': return new StandardScaler();
    case 'minMax': return new MinMaxScaler();
    case 'robust': return new RobustScaler();
    case 'log10': return new Log10Scaler();
    case 'logReturn': return new LogReturnScaler();
    case 'percentChange': return new PercentChangeScaler();
  }
}

function refuse(argument: string, expected: string, actual: unknown): never {
  throw new FileFormatError({ operation: 'scalerFromJSON', argument, expected, actual: JSON.stringify(actual) ?? String(actual) });
}

function numbers(record: Record<string, unknown>, key: string): number[] {
  const value = record[key];
  if (!Array.isArray(value) || value.length === 0 || !value.every((v): v is number => Number.isFinite(v))) {
    return refuse(key, 'a list of finite numbers', value);
  }
  return value;
}

function isScalerRecord(json: unknown): json is Record<string, unknown> & { kind: unknown } {
  return typeof json === 'object' && json !== null && 'kind' in json;
}

/**
 * A fitted scaler from what `toJSON` (or `JSON.parse` of it) gave.
 *
 * @throws FileFormatError for anything else.
 */
export function scalerFromJSON(json: unknown): Scaler {
  if (!isScalerRecord(json)) return refuse('json', 'an object with a kind', json);
  const { kind } = json;
  if (kind === 'standard' || kind === 'minMax' || kind === 'robust') {
    const center = numbers(json, 'center');
    const scale = numbers(json, 'scale');
    if (scale.length !== center.length || scale.includes(0)) return refuse('scale', `${center.length} numbers other than 0`, scale);
    if (kind === 'standard') return new StandardScaler().restore(center, scale);
    if (kind === 'robust') return new RobustScaler().restore(center, scale);
    const [low = NaN, high = NaN, ...rest] = numbers(json, 'range');
    if (rest.length > 0 || !(low < high)) return refuse('range', 'two rising numbers', json.range);
    return new MinMaxScaler({ range: [low, high] }).restore(center, scale);
  }
  if (kind === 'log10' || kind === 'logReturn' || kind === 'percentChange') {
    const features = json.features;
    if (typeof features !== 'number' || !Number.isInteger(features) || features < 1) return refuse('features', 'a whole number of at least 1', features);
    // The number of columns is all these learn: one row of ones tells it.
    return createScaler(kind).fit([new Array<number>(features).fill(1)]);
  }
  return refuse('kind', 'the name of a scaler', kind);
}
