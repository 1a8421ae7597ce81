/** A network as JSON: layers by class name and options, and who feeds whom. The way back is architecture.ts. */
import { describeLayer } from '../../layers/layer.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';
import { firstUses } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import { openShape } from '../../openShapes.js';

/** `[node, output]`, or `[-1, i]` for input i of the model. */
type Reference = readonly [node: number, index: number];

/** A layer's options without what freezes it or a layer within. */
function thawed({ trainable: _, ...config }: JsonObject): JsonObject {
  const within = (value: JsonValue | undefined): JsonValue | undefined =>
    (typeof value === 'object' && value !== null && 'className' in value && typeof value.config === 'object' ? { ...value, config: thawed(value.config as JsonObject) } : value);
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, within(value)]));
}

/** Whether it is trained is told as it was when the model was compiled: a layer within another keeps its own say where that is the same. */
function asCompiled(config: JsonObject, frozenNow: boolean, frozen: boolean): JsonObject {
  if (frozen === frozenNow) return config;
  return frozen ? { ...config, trainable: false } : thawed(config);
}

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
      return { className, name, config: asCompiled(config, layer.frozen, frozen.has(name)) };
    }),
    nodes: network.nodes.map((node) => ({ layer: layers.findIndex((use) => use.layer === node.layer), inputs: node.inputs.map(refer) })),
    outputs: network.outputs.map(({ id }) => refer(id)),
    outputNames: network.outputs.map(({ name }) => name),
  };
}
