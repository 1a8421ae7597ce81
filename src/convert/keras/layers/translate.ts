/** Layers of Keras by class name, and what is wrong with those that have no counterpart. */
import type { JsonObject, JsonValue } from '../../../json.js';
import type { Dialect } from '../dialect.js';
import { isModel, LayerConfig, serialized } from '../layerConfig.js';
import { quoted } from '../../../errors.js';
import { convolutionLayers } from './convolution.js';
import { otherLayers } from './others.js';
import { recurrentLayers } from './recurrent.js';
import type { Translation, Translator } from './translation.js';

const translators: Readonly<Record<string, Translator>> = { ...recurrentLayers, ...convolutionLayers, ...otherLayers };

/** Why a class that has no counterpart has none. */
function reasonOf(className: string, entry: JsonObject): string {
  if (className === 'Lambda' || className === '__lambda__') return 'runs code of Python: write it as a Layer of your own';
  const module = typeof entry.module === 'string' ? entry.module : '';
  if (className === 'TFOpLambda' || className === 'SlicingOpLambda' || className === 'TensorFlowOpLayer' || module.includes('.ops')) return 'is an operation on tensors, not a layer';
  if (typeof entry.registered_name === 'string' && entry.registered_name !== className) return 'is a class of its own, whose code is not in the file';
  return 'has no counterpart';
}

/**
 * @param entry of the layer, as Keras serialises it. @param problems gets a sentence for each thing that cannot be taken.
 * @returns undefined for a class without a counterpart.
 */
export function translateLayer(className: string, name: string, entry: JsonObject, config: JsonObject, dialect: Dialect, problems: string[]): Translation | undefined {
  const module = typeof entry.module === 'string' ? entry.module : '';
  const translator = Object.hasOwn(translators, className) && !module.includes('.ops') ? translators[className] : undefined;
  if (!translator) {
    problems.push(`${className} ${quoted(name)}: ${reasonOf(className, entry)}`);
    return undefined;
  }
  const read = new LayerConfig(className, name, config, dialect);
  const translation = translator(read, (inner) => translateInner(inner, name, dialect, problems));
  problems.push(...read.problems);
  return translation;
}

const nothing: Translation = { entry: { className: '', config: {} } };

/** Of a layer or cell within another. */
function translateInner(value: JsonValue | undefined, name: string, dialect: Dialect, problems: string[]): Translation {
  const found = serialized(value);
  if (!found) {
    problems.push(`layer ${quoted(name)}: the layer within is missing`);
    return nothing;
  }
  const inner = typeof found.config.name === 'string' ? found.config.name : name;
  if (isModel(found.className)) problems.push(`${found.className} ${quoted(inner)}: a whole model within ${quoted(name)} has no counterpart`);
  const translation = isModel(found.className) ? undefined : translateLayer(found.className, inner, found.entry, found.config, dialect, problems);
  if (translation?.axis !== undefined && translation.axis >= 0) problems.push(`${found.className} ${quoted(inner)}: axis ${translation.axis} within another layer has to be −1`);
  if (!translation) return nothing;
  const { entry } = translation;
  return found.config.trainable === false ? { ...translation, entry: { ...entry, config: { ...entry.config, trainable: false } } } : translation;
}
