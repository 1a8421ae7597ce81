/** A model that takes weights alone: its layers as Keras would call them. */
import { firstUses } from '../../models/graph/network.js';
import type { Network } from '../../models/graph/network.js';
import { NamesInUse, snakeCase } from './names.js';
import type { PlacedLayer } from './units.js';

const classes: Readonly<Record<string, string>> = {
  BatchNorm: 'BatchNormalization', LayerNorm: 'LayerNormalization', GroupNorm: 'GroupNormalization', RMSNorm: 'RMSNormalization', Attention: 'AdditiveAttention',
};

/** In order, as one model without others within. */
export function givenLayers(network: Network): Omit<PlacedLayer, 'axis' | 'endsMask'>[] {
  const folders = new NamesInUse();
  return firstUses(network).map(({ layer, name }) => {
    const className = classes[layer.className] ?? layer.className;
    return { layer, className, name, group: name, path: `layers/${folders.free(snakeCase(className))}`, scaled: true };
  });
}
