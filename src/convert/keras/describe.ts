/** A Keras file, described: its layers, and the datasets of its weights. */
import { sizeOf } from '../../tensor.js';
import type { DescribedTensor, ModelDescription } from '../description.js';
import { deepest } from './archiveWeights.js';
import { Hdf5Group } from './hdf5/objects.js';
import { serialized } from './layerConfig.js';
import { listedLayers } from './listed.js';
import { openKerasFile } from './open.js';

/** @throws FileFormatError */
export async function describeKeras(operation: string, bytes: Uint8Array): Promise<Omit<ModelDescription, 'format'>> {
  const { arrangement, config, version, weights, gathered, training } = await openKerasFile(operation, bytes);
  const model = serialized(config);
  const tensors = datasets(weights, 0);
  const own = tensors.filter(({ name }) => !/(?:^|\/)(?:optimizer|seed_generator)\//.test(name));
  return {
    about: {
      ...(version !== undefined && { 'version of Keras': version }), holds: config === undefined ? 'weights alone' : training ? 'a compiled model' : 'a model', arranged: arrangement === 'archive' ? 'as in .keras' : 'as in .h5',
      ...(gathered && { 'of the optimizer': `${gathered.tensors.length} tensors` }),
    },
    ...(model ? listedLayers(model) : { inputs: [], outputs: [], layers: [] }), tensors,
    parameters: own.reduce((sum, { shape }) => sum + sizeOf(shape), 0), shards: [],
  };
}

function datasets(group: Hdf5Group, depth: number): DescribedTensor[] {
  return depth > deepest ? [] : group.names.flatMap((name) => {
    const child = group.get(name);
    if (!child) return [];
    return child instanceof Hdf5Group ? datasets(child, depth + 1) : [{ name: child.path, dtype: child.dtype, shape: child.shape }];
  });
}
