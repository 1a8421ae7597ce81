/** Results of folds as JSON, to the last bit: JSON has no NaN, no infinities and no negative zero, so these are texts. */
import { DataError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { fromHost } from '../../ndarrays.js';
import type { Float64NdArray, Range } from '../series/arrays.js';
import type { FoldResult } from '../evaluation/backtest.js';
import { METRICS } from '../evaluation/score.js';
import type { ForecastScore, Scores } from '../evaluation/score.js';
import type { Fold } from '../windows/splits.js';
import { canonical, isJson, isRecord, shorten } from './json.js';

export function foldToJSON({ fold, origins, predictions, actual, previous, score, baselines, baselineForecasts, inSample, fitReport }: FoldResult): JsonObject {
  const numbers = (values: Float64Array): JsonValue => Array.from(values, encode);
  return {
    fold: { index: fold.index, train: { ...fold.train }, validation: { ...fold.validation } },
    origins: [...origins],
    predictions: numbers(predictions.data),
    actual: numbers(actual.data),
    previous: numbers(previous),
    score: encodeAll({ ...score }),
    baselines: encodeAll({ ...baselines }),
    baselineForecasts: Object.fromEntries(Object.entries(baselineForecasts).map(([name, { data }]) => [name, numbers(data)])),
    ...(inSample && { inSample: encodeAll({ ...inSample }) }),
    ...(fitReport !== undefined && { fitReport }),
  };
}

/** The texts that stand for numbers, and no other text does. */
const ODD: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

function encode(value: number): number | string {
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

/** Numbers at any depth. */
function encodeAll(value: object): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, entry]: [string, unknown]) => {
    return [key, typeof entry === 'number' ? encode(entry) : encodeAll(entry as object)];
  }));
}

/**
 * What `foldToJSON` wrote, after any number of trips through JSON.
 *
 * @param due the fold that was asked for.
 * @throws DataError that names what is no result of this fold.
 */
export function foldFromJSON(operation: string, due: Fold, found: unknown): FoldResult {
  const refuse = (field: string, expected: string, actual: unknown): never => {
    throw new DataError({ operation, argument: `result of fold ${due.index}: ${field}`, expected, actual: shorten(actual) });
  };
  const json = isRecord(found) ? found : refuse('all of it', 'an object', found);
  const unknown = Object.keys(json).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined) refuse(unknown, 'absent', json[unknown]);

  const number = (field: string, value: unknown): number => {
    const odd = typeof value === 'string' && Object.hasOwn(ODD, value) ? ODD[value] : undefined;
    return odd ?? (typeof value === 'number' && Number.isFinite(value) ? value : refuse(field, `a number, or one of ${Object.keys(ODD).join(', ')}`, value));
  };
  const numbers = (field: string, list: unknown = json[field]): number[] => {
    return Array.isArray(list) ? list.map((value) => number(field, value)) : refuse(field, 'a list of numbers', list);
  };
  const metrics = (field: string, value: unknown): Scores => {
    const entries = isRecord(value) ? value : refuse(field, 'metrics', value);
    const missing = METRICS.find((name) => name !== 'mase' && !(name in entries));
    if (missing) refuse(field, `with ${missing}`, entries);
    return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, number(`${field}.${name}`, entry)])) as Scores;
  };
  const score = (field: string): ForecastScore => {
    const { noChange, skill, ...own } = isRecord(json[field]) ? json[field] : {};
    return { ...metrics(field, own), noChange: metrics(`${field}.noChange`, noChange), skill: number(`${field}.skill`, skill) };
  };
  const table = (field: string, rows: number, list: unknown = json[field]): Float64NdArray => {
    const values = numbers(field, list);
    if (values.length === 0 || values.length % rows !== 0) refuse(field, `a multiple of ${rows} numbers`, values.length);
    return fromHost(Float64Array.from(values), [rows, values.length / rows]);
  };

  const { fold } = json;
  if (!isJson(fold) || canonical(fold) !== canonical(plain(due))) refuse('fold', shorten(plain(due)), fold);
  const rows = due.validation.end - due.validation.start;
  const [origins, previous] = [numbers('origins'), numbers('previous')];
  if (origins.length !== rows || !origins.every(Number.isInteger)) refuse('origins', `${rows} whole numbers`, origins);
  if (previous.length !== rows) refuse('previous', `${rows} numbers`, previous);
  const [predictions, actual] = [table('predictions', rows), table('actual', rows)];
  if (predictions.size !== actual.size) refuse('predictions', `as many as actual, ${actual.size}`, predictions.size);
  const baselines = isRecord(json.baselines) ? json.baselines : refuse('baselines', 'an object', json.baselines);
  const forecasts = isRecord(json.baselineForecasts) ? json.baselineForecasts : refuse('baselineForecasts', 'an object', json.baselineForecasts);
  const names = Object.keys(baselines).sort();
  if (Object.keys(forecasts).sort().join() !== names.join()) refuse('baselineForecasts', `of ${names.join(', ') || 'no baseline'}`, forecasts);
  const baselineForecasts = Object.fromEntries(Object.entries(forecasts).map(([name, list]) => {
    const found = table(`baselineForecasts.${name}`, rows, list);
    if (found.size !== actual.size) refuse(`baselineForecasts.${name}`, `as many as actual, ${actual.size}`, found.size);
    return [name, found];
  }));
  const { fitReport } = json;
  if (fitReport !== undefined && !isJson(fitReport)) return refuse('fitReport', 'plain JSON', fitReport);
  return {
    fold: due, origins: Int32Array.from(origins), predictions, actual, previous: Float64Array.from(previous), score: score('score'),
    baselines: Object.fromEntries(Object.entries(baselines).map(([name, entry]) => [name, metrics(`baselines.${name}`, entry)])),
    baselineForecasts,
    ...(json.inSample !== undefined && { inSample: score('inSample') }),
    ...(fitReport !== undefined && { fitReport }),
  };
}

const FIELDS = ['fold', 'origins', 'predictions', 'actual', 'previous', 'score', 'baselines', 'baselineForecasts', 'inSample', 'fitReport'];

function plain({ index, train, validation }: Fold): JsonObject {
  const range = ({ start, end }: Range): JsonObject => ({ start, end });
  return { index, train: range(train), validation: range(validation) };
}
