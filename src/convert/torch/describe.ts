/** A state dict, described: its modules, and what their tensors look like. */
import { sizeOf } from '../../tensor.js';
import type { DescribedLayer, ModelDescription } from '../description.js';
import { partName, partsOf } from './parts.js';
import type { Part } from './parts.js';
import { readTorchFile } from './read.js';
import type { TorchTensor } from './types.js';

/** @throws FileFormatError */
export async function describeTorch(operation: string, bytes: Uint8Array): Promise<Omit<ModelDescription, 'format'>> {
  const { format, tensors, values } = await readTorchFile(operation, bytes);
  const layers = partsOf(tensors, '').map(layerOf);
  return {
    about: { ...(format === 'safetensors' ? {} : { container: format === 'zip' ? 'zip' : 'before PyTorch 1.6' }), ...Object.fromEntries([...values].map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value])) },
    inputs: [], outputs: [], layers, parameters: layers.reduce((sum, { parameters = 0 }) => sum + parameters, 0), shards: [],
    tensors: [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
  };
}

/** What an optimiser has gathered lies beside the modules of a checkpoint; its tensors have the names of no module, and are none of its parameters. */
function layerOf(part: Part): DescribedLayer {
  const type = moduleOf(part.leaves);
  const numbers = [...part.leaves.values()].filter(({ dtype }) => dtype.includes('float'));
  return { name: partName(part), type, ...(type !== '' && { parameters: numbers.reduce((sum, { shape }) => sum + sizeOf(shape), 0) }), options: {} };
}

/** The module that such tensors are of, as far as they tell. */
function moduleOf(leaves: ReadonlyMap<string, TorchTensor>): string {
  const recurrent = leaves.get('weight_hh');
  if (recurrent) {
    const [rows = 0] = recurrent.shape;
    const hidden = leaves.get('weight_hr')?.shape[1] ?? recurrent.shape[1] ?? 0;
    const kind = ['', 'RNN', '', 'GRU', 'LSTM'][rows / hidden] ?? '';
    return kind === '' ? '' : `${kind}${leaves.has('weight_hh_reverse') ? ', both directions' : ''}${leaves.has('weight_hr') ? ', projected' : ''}`;
  }
  if (leaves.has('in_proj_weight') || leaves.has('q_proj_weight')) return 'MultiheadAttention';
  if (leaves.has('running_mean')) return 'BatchNorm';
  const weight = leaves.get('weight');
  switch (weight?.shape.length) {
    case 1: return 'LayerNorm or GroupNorm';
    case 2: return leaves.has('bias') ? 'Linear' : 'Linear or Embedding';
    case 3: return 'Conv1d';
    case 4: return 'Conv2d';
    default: return '';
  }
}
