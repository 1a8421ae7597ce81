/** A Keras file as a model: what is made of its parts. */
import { ConversionError, FileFormatError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { HostTensor } from '../../tensor.js';
import { fillFromArchive } from './archiveWeights.js';
import { buildKeras } from './build.js';
import { dialectOf } from './dialect.js';
import { wantedLayers } from './filling.js';
import type { Filling, WantedLayer } from './filling.js';
import { givenLayers } from './givenModel.js';
import { serialized } from './layerConfig.js';
import { fillFromLegacy } from './legacyWeights.js';
import { openKerasFile } from './open.js';
import type { KerasFile } from './open.js';
import { restored } from './restored.js';
import type { ImportedModel } from './restored.js';

/** @param given the model that takes the weights, where the file is to bring nothing else. */
export async function importKerasFile(operation: string, bytes: Uint8Array, given: Model | undefined): Promise<ImportedModel> {
  const file = await openKerasFile(operation, bytes);
  if (given) {
    const layers = wantedLayers(given.network, givenLayers(given.network));
    given.setWeights(Object.fromEntries(await fill(operation, file, layers, false)));
    return { model: given, notes: [] };
  }
  if (!file.config) {
    throw new FileFormatError({ operation, argument: 'bytes', expected: 'a whole model', actual: 'weights alone', hint: 'Pass the model that they belong to: importKeras(bytes, model).' });
  }
  const model = serialized(file.config);
  if (!model) throw new FileFormatError({ operation, argument: 'configuration', expected: 'a model with its class_name', actual: 'something else' });
  const dialect = dialectOf(file.version, file.arrangement === 'archive' ? 'Keras 3' : 'Keras 2');
  const built = buildKeras(operation, model, dialect);
  const layers = wantedLayers(built.network, built.placed);
  const tensors = await fill(operation, file, layers, true);
  return restored(built, tensors, { layers, ...file });
}

/** @throws ConversionError for what is missing, or of another shape, or left over. */
async function fill(operation: string, { arrangement, weights }: KerasFile, layers: readonly WantedLayer[], byName: boolean): Promise<ReadonlyMap<string, HostTensor>> {
  const filling: Filling = arrangement === 'archive' ? await fillFromArchive(weights, layers) : await fillFromLegacy(operation, weights, layers, byName);
  if (filling.problems.length === 0) return filling.tensors;
  throw new ConversionError({ operation, argument: 'weights', expected: 'those of the model, all of them', hint: byName ? undefined : 'The model has to have the layers of the file, in its order.' }, filling.problems);
}
