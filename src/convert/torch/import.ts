/** Weights of PyTorch into a model of ours. */
import { nearest } from '../../checks.js';
import { ArgumentError, ConversionError } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { TensorLike } from '../../tensor.js';
import { isObstacle, readWeight } from './mapping/slot.js';
import type { Slot } from './mapping/slot.js';
import { slotsOf } from './mapping/slots.js';
import { matchParts } from './match.js';
import { partName, partsOf } from './parts.js';
import { readTorchFile } from './read.js';
import type { TorchFile } from './types.js';
import type { ImportTorchOptions, TorchImport } from './importTypes.js';

/** @param bytes the reader's own. @throws ConversionError for all that is missing, at once; nothing has changed then. */
export async function importFile(bytes: Uint8Array, model: Model, options: ImportTorchOptions): Promise<TorchImport> {
  return importTensors(await readTorchFile('importTorch', bytes), model, options);
}

function importTensors({ tensors }: TorchFile, model: Model, { names = {}, prefix = '', flattened = 'channelsFirst' }: ImportTorchOptions): TorchImport {
  const { slots: entries, notes } = slotsOf(model.network, flattened);
  requireLayers(names, entries.map(({ layer }) => layer));
  const slots = entries.filter((entry): entry is Slot => !isObstacle(entry));
  const obstacles = entries.filter(isObstacle).filter(({ layer }) => names[layer] !== null).map(({ layer, problem }) => `'${layer}': ${problem}`);
  const { pairs, problems } = matchParts(slots, partsOf(tensors, prefix), names);
  const used = new Set(pairs.flatMap(({ part }) => part.names));
  const unused = [...tensors.keys()].filter((name) => !used.has(name));
  const all = [...obstacles, ...problems];
  if (all.length > 0) {
    throw new ConversionError({
      operation: 'importTorch', argument: 'file', expected: 'the weights of every layer of the model',
      hint: `${unused.length > 0 ? `Left over in the file: ${unused.slice(0, 20).join(', ')}${unused.length > 20 ? ` and ${unused.length - 20} more` : ''}. ` : ''}names: { layer: 'module' } says what goes where; null leaves a layer as it is.`,
    }, all);
  }
  const weights: Record<string, TensorLike> = {};
  for (const { slot, part } of pairs) for (const rule of slot.weights) weights[rule.key] = readWeight(rule, part.leaves);
  model.setWeights(weights);
  return {
    layers: pairs.map(({ slot, part }) => ({ layer: slot.layer, module: slot.module, from: partName(part), tensors: [...part.names] })),
    unused, notes: [...notes, ...pairs.flatMap(({ slot }) => slot.notes)],
  };
}

function requireLayers(names: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const [layer, module] of Object.entries(names)) {
    if (!known.includes(layer)) {
      throw new ArgumentError({ operation: 'importTorch', argument: 'names', expected: 'layers of the model that have weights', actual: `'${layer}'`, hint: `Did you mean '${nearest(layer, known)}'?` });
    }
    if (typeof module !== 'string' && module !== null) {
      throw new ArgumentError({ operation: 'importTorch', argument: `names.${layer}`, expected: 'the name of a module in the file, or null', actual: typeof module });
    }
  }
}
