import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { BpttError, FileFormatError } from '../errors.js';
import type { JsonObject, JsonValue } from '../layers/layer.js';
import { rebuildArchitecture } from './files/architecture.js';
import type { CellFactory, LayerFactory, RuleFactory } from './files/factory.js';
import { numberOf, objectOf, parseJson } from './files/json.js';
import { knownMakers } from './files/makers.js';
import { jsonVersion } from './files/modelJson.js';
import { Model } from './model.js';

export interface FromJSONOptions {
  /** Makers of your own layers, by class name. */
  customLayers?: Readonly<Record<string, LayerFactory>> | undefined;
  /** Makers of the cells of your own in {@link RNN}, by class name. */
  customCells?: Readonly<Record<string, CellFactory>> | undefined;
  /** Makers of your own penalties and constraints, by class name. */
  customRules?: Readonly<Record<string, RuleFactory>> | undefined;
}

const optionNames: OptionNames<FromJSONOptions> = { customLayers: true, customCells: true, customRules: true };

/**
 * A new model of the architecture that `model.toJSON()` described, not compiled; its weights begin as those of that model began, from
 * the same seed.
 *
 * @param json what `toJSON` returned, or the text that `JSON.stringify` made of it.
 * @throws FileFormatError for anything else.
 */
export function modelFromJSON(json: string | JsonObject, options: FromJSONOptions = {}): Model {
  const known = knownMakers(checkOptions('modelFromJSON', options, optionNames));
  const text = typeof json === 'string' ? json : JSON.stringify(json) ?? 'undefined';
  try {
    const { format, version, seed, architecture } = objectOf('json', parseJson('modelFromJSON', 'json', text) as JsonValue);
    if (format !== 'bptt' || version !== jsonVersion) throw refused('format and version', `'bptt' and ${jsonVersion}`, `${JSON.stringify(format)} and ${JSON.stringify(version)}`);
    return new Model({ network: rebuildArchitecture(objectOf('architecture', architecture), known), seed: numberOf('seed', seed) });
  } catch (cause) {
    if (cause instanceof BpttError) throw refused(cause.argument, cause.expected, cause.actual, cause.hint, { cause });
    throw refused('json', 'an architecture that can be built', cause instanceof Error ? cause.message : String(cause), undefined, { cause });
  }
}

function refused(argument: string, expected: string, actual: string, hint?: string, options?: ErrorOptions): FileFormatError {
  return new FileFormatError({ operation: 'modelFromJSON', argument, expected, actual, hint }, options);
}
