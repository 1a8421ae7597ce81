/** A network as JSON: layers by class name and options, and who feeds whom. The way back is architecture.ts. */
import { describeLayer } from '../../layers/layer.js';
import type { JsonObject } from '../../layers/layer.js';
import { firstUses } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import { openShape } from '../../openShapes.js';

/** `[node, output]`, or `[-1, i]` for input i of the model. */
type Reference = readonly [node: number, index: number];

/** @param frozen names of layers that are not trained. */
export function describeArchitecture(network: Network, frozen: ReadonlySet<string> = new Set()): JsonObject {
  const layers = firstUses(network);
  const references = new Map<number, Reference>();
  network.inputs.forEach(({ id }, i) => references.set(id, [-1, i]));
  network.nodes.forEach((node, n) => node.outputs.forEach((id, i) => references.set(id, [n, i])));
  const refer = (id: number): Reference => references.get(id) ?? [-1, 0];
  return {
    inputs: network.inputs.map(({ shape, name }) => (name === undefined ? openShape(shape) : { shape: openShape(shape), name })),
    layers: layers.map(({ layer, name }) => {
      const { className, config } = describeLayer(layer);
      return { className, name, config: { ...config, ...(frozen.has(name) ? { trainable: false } : {}) } };
    }),
    nodes: network.nodes.map((node) => ({ layer: layers.findIndex((use) => use.layer === node.layer), inputs: node.inputs.map(refer) })),
    outputs: network.outputs.map(({ id }) => refer(id)),
    outputNames: network.outputs.map(({ name }) => name),
  };
}
