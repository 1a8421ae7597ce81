/**
 * Weights of `.h5` files, of Keras 2 and of Keras 3's old format: `layer_names` says in which order layers come, `weight_names` of each in which
 * order its variables. Of a model within a model all trained ones come first, then the others.
 */
import { FileFormatError, quoted } from '../../errors.js';
import { Filling, labelOf } from './filling.js';
import type { StoredTensor, WantedLayer } from './filling.js';
import { Hdf5Dataset, Hdf5Group } from './hdf5/objects.js';
import type { KerasVariable } from './variables.js';

interface Slot { readonly layer: WantedLayer; readonly variable: KerasVariable }

/** A layer of the file with its variables in order. */
interface StoredLayer { readonly name: string; readonly tensors: readonly StoredTensor[] }

/** Those that have any. */
function storedLayers(operation: string, weights: Hdf5Group): StoredLayer[] {
  const names = weights.texts('layer_names');
  if (!names) throw new FileFormatError({ operation, argument: `group ${quoted(weights.path)}`, expected: 'with an attribute layer_names', actual: 'one without' });
  return names.flatMap((name) => {
    const group = weights.get(name);
    if (!(group instanceof Hdf5Group)) return []; // what needs weights will miss them
    const tensors = (group.texts('weight_names') ?? []).map((weight) => {
      const found = group.get(weight);
      if (found instanceof Hdf5Dataset) return { name: weight, shape: found.shape, read: () => found.read() };
      throw new FileFormatError({ operation, argument: `weight ${quoted(weight)} of ${quoted(name)}`, expected: 'a dataset', actual: found ? 'a group' : 'missing' });
    });
    return tensors.length > 0 ? [{ name, tensors }] : [];
  });
}

/** `kernel` of `lstm_1/lstm_cell/kernel:0`, and of `kernel_1`. */
function lastName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/:\d+$/, '').replace(/_\d+$/, '');
}

/** The order of a group's variables: of two that Keras has used, the one whose names are those that are there. */
export function inOrder(layers: readonly WantedLayer[], names: readonly string[]): Slot[] | undefined {
  const one = layers.flatMap((layer) => layer.variables.map((variable) => ({ layer, variable })));
  const trained = ({ layer, variable }: Slot): boolean => variable.trained && !layer.frozen;
  const other = [...one.filter(trained), ...one.filter((slot) => !trained(slot))];
  return [other, one].find((slots) => slots.length === names.length && slots.every(({ variable }, i) => variable.names.includes(lastName(names[i] ?? ''))));
}

/** @param byName false where the model is given, and its layers are named otherwise: they are taken in order. */
export async function fillFromLegacy(operation: string, weights: Hdf5Group, layers: readonly WantedLayer[], byName: boolean): Promise<Filling> {
  const filling = new Filling();
  const stored = storedLayers(operation, weights);
  const waiting = [...layers];
  for (const group of stored) {
    const own = byName ? waiting.filter(({ placed }) => placed.group === group.name) : firstOf(waiting, group.tensors.length);
    for (const layer of own) waiting.splice(waiting.indexOf(layer), 1);
    const slots = own.length > 0 ? inOrder(own, group.tensors.map(({ name }) => name)) : undefined;
    if (!slots) {
      const wanted = own.map((layer) => `${labelOf(layer)} with ${layer.variables.map(({ names: [name = ''] }) => name).join(', ')}`).join('; ');
      filling.problems.push(`layer ${quoted(group.name)}: its variables ${group.tensors.map(({ name }) => quoted(name)).join(', ')} are not those of ${wanted || 'any layer'}`);
    }
    for (const [i, { layer, variable }] of (slots ?? []).entries()) await filling.fill(layer, variable, group.tensors[i]);
  }
  filling.problems.push(...waiting.map((layer) => `${labelOf(layer)}: its weights are missing`));
  filling.finish(layers);
  return filling;
}

/** So many layers as have so many variables. */
function firstOf(layers: readonly WantedLayer[], count: number): WantedLayer[] {
  const own: WantedLayer[] = [];
  for (let sum = 0; sum < count && own.length < layers.length;) {
    const next = layers[own.length];
    if (!next) break;
    own.push(next);
    sum += next.variables.length;
  }
  return own;
}
