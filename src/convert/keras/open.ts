/** What a Keras file holds, whichever kind it is. */
import { FileFormatError, quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { parseJson } from '../../models/files/json.js';
import { entryBytes, isZip, readZip } from '../bytes/zip.js';
import type { ZipEntry } from '../bytes/zip.js';
import type { StoredTensor } from './filling.js';
import { isHdf5 } from './hdf5/file.js';
import { Hdf5Dataset, Hdf5Group, openHdf5 } from './hdf5/objects.js';
import { isObject } from './layerConfig.js';
import type { StoredState } from './optimizers.js';

/** What a file holds. */
export interface KerasFile {
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

/** @throws FileFormatError */
export async function openKerasFile(operation: string, bytes: Uint8Array): Promise<KerasFile> {
  if (isZip(bytes)) return openArchive(operation, bytes);
  if (isHdf5(bytes)) return openLegacy(operation, openHdf5(operation, bytes));
  throw new FileFormatError({ operation, argument: 'bytes', expected: 'a .keras, .h5 or .weights.h5 file', actual: 'neither a zip nor an HDF5 file' });
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
