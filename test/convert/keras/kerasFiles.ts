/** Files in the shape of Keras's, written by libhdf5 (h5wasm): no Keras can be installed where these tests run. */
import type { File, Group } from 'h5wasm';
import { snakeCase } from '../../../src/convert/keras/names.js';
import type { JsonObject } from '../../../src/json.js';
import { makeZip } from '../bytes/makeZip.js';
import { h5File } from './h5File.js';

export interface Variable {
  /** The last part of Keras's name: `kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A layer with its variables: Keras's class, name and configuration. */
export interface KerasLayer {
  readonly className: string;
  readonly config: JsonObject & { readonly name: string };
  /** By the folder within that of the layer: '' its own, `cell`, `forward_layer/cell`. */
  readonly variables: readonly { readonly folder: string; readonly variables: readonly Variable[] }[];
  readonly inbound?: readonly unknown[];
}

/** The state of an optimiser, and compile settings. */
export interface Trained {
  readonly config: JsonObject;
  readonly variables: readonly Variable[];
}

function groupAt(root: Group, path: string): Group {
  return path.split('/').filter((part) => part !== '').reduce((group: Group, name) => {
    const found = group.keys().includes(name) ? group.get(name) : undefined;
    return (found as Group | undefined) ?? group.create_group(name);
  }, root);
}

function write(group: Group, path: string, { shape, data }: Pick<Variable, 'shape' | 'data'>): void {
  const at = path.lastIndexOf('/');
  groupAt(group, path.slice(0, Math.max(0, at))).create_dataset({ name: path.slice(at + 1), data: shape.length === 0 ? data[0] ?? 0 : data, shape: [...shape], dtype: '<f4' });
}

export const sequential = (layers: readonly KerasLayer[], extra: JsonObject = {}): JsonObject => ({
  class_name: 'Sequential', config: { name: 'sequential', layers: layers.map(({ className, config }) => ({ class_name: className, config })), ...extra },
});

/** `layers/lstm_1/cell/vars/0`: folders count within a class. */
function writeFolders(root: Group, layers: readonly KerasLayer[], within = 'layers'): void {
  const used = new Map<string, number>();
  for (const { className, config, variables } of layers) {
    const stem = snakeCase(className);
    const n = used.get(stem) ?? 0;
    used.set(stem, n + 1);
    const path = `${within}/${n === 0 ? stem : `${stem}_${n}`}`;
    for (const { folder, variables: own } of variables) {
      const at = [path, folder, 'vars'].filter((part) => part !== '').join('/');
      groupAt(root, at).create_attribute('name', config.name);
      own.forEach((variable, i) => { write(root, `${at}/${i}`, variable); });
    }
  }
}

/** The weights of a `.keras` file, and of `.weights.h5`. */
export function archiveWeights(layers: readonly KerasLayer[], trained?: Trained): Promise<Uint8Array> {
  return h5File((root) => {
    writeFolders(root, layers);
    trained?.variables.forEach((variable, i) => { write(root, `optimizer/vars/${i}`, variable); });
  });
}

/** A `.keras` file. */
export async function archive(model: JsonObject, layers: readonly KerasLayer[], { version = '3.5.0', trained }: { version?: string; trained?: Trained } = {}): Promise<Uint8Array> {
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return makeZip([
    { name: 'metadata.json', data: text({ keras_version: version }) }, { name: 'config.json', data: text({ ...model, ...(trained ? { compile_config: trained.config } : {}) }) },
    { name: 'model.weights.h5', data: await archiveWeights(layers, trained) },
  ]);
}

function legacyGroup(root: File, where: string, layers: readonly KerasLayer[], version: string): void {
  const weights = where === '' ? root : root.create_group(where);
  weights.create_attribute('keras_version', version);
  weights.create_attribute('layer_names', layers.map(({ config }) => config.name), null, `S${Math.max(...layers.map(({ config }) => config.name.length))}`);
  for (const { config, variables } of layers) {
    const group = weights.create_group(config.name);
    const all = variables.flatMap(({ folder, variables: own }) => own.map((variable) => ({ variable, name: `${config.name}/${folder === '' ? '' : `${folder.replaceAll('/', '_')}/`}${variable.name}:0` })));
    if (all.length > 0) group.create_attribute('weight_names', all.map(({ name }) => name), null, `S${Math.max(...all.map(({ name }) => name.length))}`);
    for (const { name, variable } of all) write(group, name, variable);
  }
}

/** A `.h5` file. */
export function legacy(model: JsonObject, layers: readonly KerasLayer[], { version, trained }: { version: string; trained?: Trained & { readonly names: readonly string[] } }): Promise<Uint8Array> {
  return h5File((root) => {
    root.create_attribute('keras_version', version);
    root.create_attribute('model_config', JSON.stringify(model));
    legacyGroup(root, 'model_weights', layers, version);
    if (!trained) return;
    root.create_attribute('training_config', JSON.stringify(trained.config));
    const group = root.create_group('optimizer_weights');
    group.create_attribute('weight_names', [...trained.names], null, `S${Math.max(...trained.names.map((name) => name.length))}`);
    trained.variables.forEach((variable, i) => { write(group, trained.names[i] ?? '', variable); });
  });
}

/** Weights alone in the old format. */
export function legacyWeights(layers: readonly KerasLayer[], version: string): Promise<Uint8Array> {
  return h5File((root) => { legacyGroup(root, '', layers, version); });
}
