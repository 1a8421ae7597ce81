/** A Keras file as a model: which kind of file it is, and what is made of its parts. */
import { ConversionError, FileFormatError, quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { parseJson } from '../../models/files/json.js';
import type { Model } from '../../models/model.js';
import type { HostTensor } from '../../tensor.js';
import { entryBytes, isZip, readZip } from '../bytes/zip.js';
import type { ZipEntry } from '../bytes/zip.js';
import { fillFromArchive } from './archiveWeights.js';
import { buildKeras } from './build.js';
import { dialectOf } from './dialect.js';
import { wantedLayers } from './filling.js';
import type { Filling, StoredTensor, WantedLayer } from './filling.js';
import { givenLayers } from './givenModel.js';
import { isHdf5 } from './hdf5/file.js';
import { Hdf5Dataset, Hdf5Group, openHdf5 } from './hdf5/objects.js';
import { isObject, serialized } from './layerConfig.js';
import { fillFromLegacy } from './legacyWeights.js';
import type { StoredState } from './optimizers.js';
import { restored } from './restored.js';
import type { ImportedModel } from './restored.js';

/** What a file holds. */
interface KerasFile {
  readonly weights: Hdf5Group;
  /** How weights are arranged. */
  readonly arrangement: 'archive' | 'legacy';
  readonly version: string | undefined;
  /** Undefined for weights alone. */
  readonly config: JsonObject | undefined;
  readonly training: JsonObject | undefined;
  readonly gathered: StoredState | undefined;
}

/** No configuration is longer. */
const longestText = 2 ** 26;

/** @param given the model that takes the weights, where the file is to bring nothing else. */
export async function importKerasFile(operation: string, bytes: Uint8Array, given: Model | undefined): Promise<ImportedModel> {
  const file = isZip(bytes) ? await openArchive(operation, bytes) : isHdf5(bytes) ? openLegacy(operation, openHdf5(operation, bytes)) : undefined;
  if (!file) throw new FileFormatError({ operation, argument: 'bytes', expected: 'a .keras, .h5 or .weights.h5 file', actual: 'neither a zip nor an HDF5 file' });
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

/** `.keras`: a zip file of the configuration and the weights. */
async function openArchive(operation: string, bytes: Uint8Array): Promise<KerasFile> {
  const entries = readZip(operation, bytes);
  const text = async (entry: ZipEntry | undefined, name: string): Promise<JsonObject> => {
    if (!entry) throw new FileFormatError({ operation, argument: 'zip file', expected: `an entry ${name}`, actual: [...entries.keys()].map(quoted).join(', ') });
    return jsonOf(operation, name, new TextDecoder().decode(await entryBytes(operation, entry, longestText)));
  };
  const config = await text(entries.get('config.json'), 'config.json');
  const metadata = entries.has('metadata.json') ? await text(entries.get('metadata.json'), 'metadata.json') : {};
  const entry = entries.get('model.weights.h5');
  if (!entry) throw new FileFormatError({ operation, argument: 'zip file', expected: 'an entry model.weights.h5', actual: [...entries.keys()].map(quoted).join(', ') });
  const weights = openHdf5(operation, await entryBytes(operation, entry, 4 * bytes.length));
  const version = typeof metadata.keras_version === 'string' ? metadata.keras_version : undefined;
  return { weights, arrangement: 'archive', version, config, training: trained(config.compile_config), gathered: archivedState(weights) };
}

/** `.h5` and `.weights.h5`. */
function openLegacy(operation: string, root: Hdf5Group): KerasFile {
  const version = root.text('keras_version');
  const text = root.text('model_config');
  const weights = root.get('model_weights');
  if (text === undefined || !(weights instanceof Hdf5Group)) {
    const arrangement = root.texts('layer_names') ? 'legacy' : 'archive';
    return { weights: root, arrangement, version, config: undefined, training: undefined, gathered: undefined };
  }
  const training = root.text('training_config');
  return {
    weights, arrangement: 'legacy', version, config: jsonOf(operation, 'model_config', text),
    training: training === undefined ? undefined : trained(jsonOf(operation, 'training_config', training)), gathered: legacyState(root),
  };
}

function jsonOf(operation: string, argument: string, text: string): JsonObject {
  const value = parseJson(operation, argument, text) as JsonValue;
  if (isObject(value)) return value;
  throw new FileFormatError({ operation, argument, expected: 'an object', actual: 'something else' });
}

/** Settings with a loss; a model that was never compiled has none. */
function trained(settings: JsonValue | undefined): JsonObject | undefined {
  return isObject(settings) && settings.loss !== undefined && settings.loss !== null ? settings : undefined;
}

function storedTensor(dataset: Hdf5Dataset, name = dataset.path): StoredTensor {
  return { name, shape: dataset.shape, read: () => dataset.read() };
}

function archivedState(root: Hdf5Group): StoredState | undefined {
  const vars = root.get('optimizer/vars');
  if (!(vars instanceof Hdf5Group) || vars.names.length === 0) return undefined;
  const found = Array.from({ length: vars.names.length }, (_, i) => vars.get(String(i)));
  return { paired: true, tensors: found.flatMap((each) => (each instanceof Hdf5Dataset ? [storedTensor(each)] : [])) };
}

function legacyState(root: Hdf5Group): StoredState | undefined {
  const group = root.get('optimizer_weights');
  if (!(group instanceof Hdf5Group)) return undefined;
  const tensors = (group.texts('weight_names') ?? []).flatMap((name) => {
    const found = group.get(name);
    return found instanceof Hdf5Dataset ? [storedTensor(found, name)] : [];
  });
  const [, second] = tensors.filter(({ shape }) => shape.length > 0);
  return { tensors, paired: /velocity|(?:^|\/)v(?:\/|:|$)/.test(second?.name ?? '') }; // `adam/v/dense/kernel:0`; before, `Adam/dense/kernel/m:0` of the next weight
}
