/** Models of TensorFlow.js: what is loaded at once; the rest is fetched when it is called. */
import { bytesOf } from '../../byteSource.js';
import type { ByteSource } from '../../byteSource.js';
import { ArgumentError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { checkOptions, requireChoice, typeName } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import type { Model } from '../../models/model.js';
import type { ImportedModel } from '../keras/restored.js';
import type { TensorFlowJsFiles } from './export.js';

/**
 * A layers model of TensorFlow.js: layers, weights (quantised ones too) and, as far as they have a counterpart, compile settings.
 *
 * @param modelJson the text of model.json, or what JSON.parse made of it.
 * @param weights the bytes of its shard, or of all its shards in their order.
 * @throws ConversionError with everything that has no counterpart, layer by layer; FileFormatError for damaged files, and for graph models.
 */
export async function importTensorFlowJs(modelJson: string | JsonObject, weights: ByteSource | readonly ByteSource[]): Promise<ImportedModel> {
  const given: unknown = modelJson;
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
    throw new ArgumentError({ operation: 'importTensorFlowJs', argument: 'modelJson', expected: 'the text of model.json, or its object', actual: typeName(given) });
  }
  const text = typeof modelJson === 'string' ? modelJson : JSON.stringify(modelJson);
  const shards = (Array.isArray(weights) ? weights as readonly ByteSource[] : [weights as ByteSource]).map((shard) => bytesOf('importTensorFlowJs', 'weights', shard, 'bytes, or a list of them'));
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  shards.reduce((at, shard) => (bytes.set(shard, at), at + shard.length), 0);
  const [{ importTensorFlowJsFile }, { parseJson }] = await Promise.all([import('./import.js'), import('../../models/files/json.js')]);
  return importTensorFlowJsFile('importTensorFlowJs', parseJson('importTensorFlowJs', 'modelJson', text) as JsonValue, bytes);
}

export interface ExportTensorFlowJsOptions {
  /** How weights are stored. 'float16' halves the file; `largestError` says what that changed. Default 'float32'. */
  precision?: 'float32' | 'float16' | undefined;
}

const optionNames: OptionNames<ExportTensorFlowJsOptions> = { precision: true };

/**
 * The model as a layers model of TensorFlow.js: `JSON.stringify(modelJson)` is model.json, and `weights` weights.bin beside it. Layers and weights;
 * not what they were trained with.
 *
 * @throws ConversionError with everything that TensorFlow.js has no counterpart for, layer by layer: GRU with resetAfter, causal padding, attention, …
 */
export async function exportTensorFlowJs(model: Model, options: ExportTensorFlowJsOptions = {}): Promise<TensorFlowJsFiles> {
  const { precision = 'float32' } = checkOptions('exportTensorFlowJs', options, optionNames);
  requireChoice('exportTensorFlowJs', 'precision', precision, ['float32', 'float16']);
  const { network } = model;
  const values = new Map(Object.entries(model.getWeights()).map(([key, { data }]) => [key, data]));
  const { tensorFlowJsFiles } = await import('./export.js');
  return tensorFlowJsFiles('exportTensorFlowJs', network, values, precision === 'float16');
}
