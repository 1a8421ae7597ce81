/**
 * Weights of Keras 3, and of `.keras` files of Keras 2: folders named after classes, `layers/lstm_1/cell/vars/0`, not after layers. Which layer
 * is which follows from their order within the class.
 */
import { quoted } from '../../errors.js';
import { Filling } from './filling.js';
import type { WantedLayer } from './filling.js';
import { Hdf5Dataset, Hdf5Group } from './hdf5/objects.js';

/** Folders within one another that layers have at most: models within models. */
export const deepest = 64;

/** Before Keras 2.14 `layers` had another name. */
const oldName = '_layer_checkpoint_dependencies';

export async function fillFromArchive(root: Hdf5Group, layers: readonly WantedLayer[]): Promise<Filling> {
  const filling = new Filling();
  const used = new Set<string>();
  const renamed = root.get('layers') === undefined && root.get(oldName) !== undefined;
  for (const layer of layers) {
    const path = renamed ? layer.placed.path.replace(/^layers/, oldName) : layer.placed.path;
    for (const variable of layer.variables) {
      const candidates = variable.folders.map((folder) => root.get([path, folder, 'vars', String(variable.index)].filter((part) => part !== '').join('/')));
      const found = candidates.find((each) => each instanceof Hdf5Dataset);
      if (found) used.add(found.path);
      await filling.fill(layer, variable, found && { name: found.path, shape: found.shape, read: () => found.read() });
    }
  }
  filling.finish(layers);
  const top = root.get(renamed ? oldName : 'layers');
  if (top instanceof Hdf5Group) filling.problems.push(...leftOver(top, used));
  return filling;
}

/** Variables that no layer took; states of random generators are none. */
function leftOver(top: Hdf5Group, used: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const visit = (group: Hdf5Group, depth: number): void => {
    for (const name of depth > deepest ? [] : group.names) {
      if (name === 'seed_generator') continue;
      const child = group.get(name);
      if (child instanceof Hdf5Group) visit(child, depth + 1);
      else if (child && !used.has(child.path)) found.push(`${quoted(child.path)} is left over: no layer has such a variable`);
    }
  };
  visit(top, 0);
  return found;
}
