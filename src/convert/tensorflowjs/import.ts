/** A layers model of TensorFlow.js as a model. */
import { ConversionError, quoted } from '../../errors.js';
import type { JsonValue } from '../../json.js';
import { buildKeras } from '../keras/build.js';
import { dialectOf, tensorFlowJs } from '../keras/dialect.js';
import { Filling, labelOf, wantedLayers } from '../keras/filling.js';
import type { StoredTensor, WantedLayer } from '../keras/filling.js';
import { isObject } from '../keras/layerConfig.js';
import { inOrder } from '../keras/legacyWeights.js';
import { restored } from '../keras/restored.js';
import type { ImportedModel } from '../keras/restored.js';
import { isOfOptimizer, storedWeights } from './manifest.js';
import { openTensorFlowJs } from './open.js';

/** @param json of the file. @param bytes of all shards, one behind the other. */
export async function importTensorFlowJsFile(operation: string, json: JsonValue, bytes: Uint8Array): Promise<ImportedModel> {
  const { model, topology, weightsManifest, trainingConfig, version } = openTensorFlowJs(operation, json);
  const dialect = /^\d/.test(version) ? dialectOf(version, 'Keras 2') : tensorFlowJs;
  const built = buildKeras(operation, model, dialect);
  const layers = wantedLayers(built.network, built.placed);
  const stored = storedWeights(operation, weightsManifest, bytes);
  const ofModel = stored.filter(({ name }) => !isOfOptimizer(name));
  const filling = await fill(layers, ofModel);
  if (filling.problems.length > 0) throw new ConversionError({ operation, argument: 'weights', expected: 'those of the model, all of them' }, filling.problems);
  const training = [trainingConfig, topology.training_config].find((each) => isObject(each));
  const { model: made, notes } = await restored(built, filling.tensors, { layers, training, gathered: undefined });
  const left = ofModel.length < stored.length ? ['what the optimizer had gathered is not taken: the formulas of TensorFlow.js are others'] : [];
  return { model: made, notes: [...notes, ...left] };
}

/** By the names of layers; where these are not in the names of weights, in order. */
async function fill(layers: readonly WantedLayer[], stored: readonly StoredTensor[]): Promise<Filling> {
  const filling = new Filling();
  const own = layers.map((layer) => stored.filter(({ name }) => name.split('/').slice(0, -1).includes(layer.placed.name)));
  const slots = own.map((tensors, i) => inOrder(layers.slice(i, i + 1), tensors.map(({ name }) => name)));
  const named = slots.every((each) => each !== undefined) && new Set(own.flat()).size === stored.length && own.flat().length === stored.length;
  const ordered = named ? undefined : inOrder(layers, stored.map(({ name }) => name));
  if (named) for (const [i, each] of slots.entries()) for (const [j, { layer, variable }] of (each ?? []).entries()) await filling.fill(layer, variable, own[i]?.[j]);
  else if (ordered) for (const [i, { layer, variable }] of ordered.entries()) await filling.fill(layer, variable, stored[i]);
  else filling.problems.push(...unmatched(layers, stored));
  filling.finish(layers);
  return filling;
}

function unmatched(layers: readonly WantedLayer[], stored: readonly StoredTensor[]): string[] {
  const names = new Set(layers.map(({ placed }) => placed.name));
  const own = (layer: WantedLayer): StoredTensor[] => stored.filter(({ name }) => name.split('/').includes(layer.placed.name));
  const wrong = layers.filter((layer) => !inOrder([layer], own(layer).map(({ name }) => name)))
    .map((layer) => `${labelOf(layer)}: its weights ${layer.variables.map(({ names: [name = ''] }) => name).join(', ')} are not there`);
  return [...wrong, ...stored.filter(({ name }) => !name.split('/').some((part) => names.has(part))).map(({ name }) => `${quoted(name)} is left over: no layer has such a weight`)];
}
