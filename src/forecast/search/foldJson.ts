/** Results of folds as JSON, to the last bit: JSON has no NaN, no infinities and no negative zero, so these are texts. */
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { fromHost } from '../../tensor.js';
import type { Float64NdArray } from '../series/arrays.js';
import type { FoldResult } from '../evaluation/backtest.js';

export function foldToJSON({ fold, origins, predictions, actual, previous, score, baselines, inSample, fitReport }: FoldResult): JsonObject {
  const numbers = (values: Float64Array): JsonValue => Array.from(values, encode);
  return {
    fold: { index: fold.index, train: { ...fold.train }, validation: { ...fold.validation } },
    origins: [...origins],
    predictions: numbers(predictions.data),
    actual: numbers(actual.data),
    previous: numbers(previous),
    score: encodeAll({ ...score }),
    baselines: encodeAll({ ...baselines }),
    ...(inSample && { inSample: encodeAll({ ...inSample }) }),
    ...(fitReport !== undefined && { fitReport }),
  };
}

/** What `foldToJSON` wrote, after any number of trips through JSON. */
export function foldFromJSON(json: JsonValue): FoldResult {
  const { fitReport, ...figures } = json as JsonObject;
  const { fold, origins, predictions, actual, previous, score, baselines, inSample } = decodeAll(figures) as StoredFold;
  const table = (values: readonly number[]): Float64NdArray => fromHost(Float64Array.from(values), [origins.length, values.length / origins.length]);
  return {
    fold, origins: Int32Array.from(origins), predictions: table(predictions), actual: table(actual), previous: Float64Array.from(previous), score, baselines,
    ...(inSample && { inSample }),
    ...(fitReport !== undefined && { fitReport }),
  };
}

type StoredFold = Pick<FoldResult, 'fold' | 'score' | 'baselines' | 'inSample'> & Readonly<Record<'origins' | 'predictions' | 'actual' | 'previous', readonly number[]>>;

function encode(value: number): number | string {
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

/** Numbers at any depth. */
function encodeAll(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, entry]: [string, unknown]) => {
    return [key, typeof entry === 'number' ? encode(entry) : encodeAll(entry as object)];
  }));
}

/** Every text is a number: `encode` writes no other. */
function decodeAll(value: JsonValue | undefined): unknown {
  if (typeof value === 'string') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeAll);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, decodeAll(entry)]));
}
