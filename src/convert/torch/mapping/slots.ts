/** All that a model needs of a state dict. */
import type { AnyLayer } from '../../../layers/layer.js';
import { firstUses, lastingTensors } from '../../../models/graph/network.js';
import type { Network } from '../../../models/graph/network.js';
import { flatteningOf } from './flattening.js';
import type { FlattenOrder } from './flattening.js';
import { mappers } from './layers.js';
import { innerOf, recurrentSlots } from './recurrent.js';
import type { Described } from './recurrent.js';
import type { Obstacle, Slot } from './slot.js';

const recurrent = new Set(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);

/** In the model's order; a layer may need several modules. Layers without weights need none. */
export function slotsOf(network: Network, order: FlattenOrder): { readonly slots: readonly (Slot | Obstacle)[]; readonly notes: readonly string[] } {
  const { images, notes } = flatteningOf(network, order);
  const weights = new Map(lastingTensors(network).map(({ name, tensors }) => [name, new Map(tensors.map((spec) => [spec.name, spec.shape]))]));
  const slots = firstUses(network).flatMap(({ layer, name }): (Slot | Obstacle)[] => {
    const shapes = weights.get(name);
    if (!shapes) return [];
    const described = describedAs(layer, name, shapes);
    if (recurrent.has(described.className)) return recurrentSlots(described, images.get(name));
    const map = mappers[described.className];
    if (map) return map(described, images.get(name));
    return [{ layer: name, problem: `${described.className} has no counterpart in PyTorch` }];
  });
  return { slots, notes };
}

/** TimeDistributed has the weights of the layer within. */
function describedAs(layer: AnyLayer, name: string, shapes: Described['shapes']): Described {
  let { className, config } = { className: layer.className, config: layer.config() };
  while (className === 'TimeDistributed') ({ className, config } = innerOf(config.layer));
  return { name, className, config, shapes };
}
