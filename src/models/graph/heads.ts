/** What an output ends in: whether its numbers are logits, probabilities, or something a loss cannot look behind. */
import type { LayerHead } from '../../layers/layer.js';
import { masksOf } from './network.js';
import type { Network, NetworkNode, ValueId } from './network.js';

/**
 * - an activation: every number comes out of it, moved at most (Reshape, Flatten, Concatenate);
 * - `blended`: computed from probabilities without a weight between (Dropout, Add, pooling): there are no logits behind it;
 * - `linear`: anything else.
 */
export type Ending = LayerHead['activation'];

export function makerOf(network: Network, id: ValueId): NetworkNode | undefined {
  return network.nodes.find((node) => node.outputs.includes(id));
}

/** The nodes that end in an activation and make the numbers of this value, behind those that only move them. */
export function headNodes(network: Network, id: ValueId): NetworkNode[] {
  const node = makerOf(network, id);
  if (!node) return [];
  return node.layer.output === 'moved' ? node.inputs.flatMap((input) => headNodes(network, input)) : [node];
}

export function endingOf(network: Network, id: ValueId): Ending {
  const node = makerOf(network, id);
  if (!node) return 'linear';
  const { layer } = node;
  if (layer.output === 'made') return layer.head()?.activation ?? 'linear';
  const [first = 'linear', ...others] = node.inputs.map((input) => endingOf(network, input));
  const probabilities = [first, ...others].filter((ending) => ending === 'sigmoid' || ending === 'softmax' || ending === 'blended');
  if (layer.output === 'moved') return others.every((ending) => ending === first) ? first : probabilities.length > 0 ? 'blended' : 'linear';
  return probabilities.length > others.length ? 'blended' : 'linear';
}

/** The network with the numbers before each head's activation as values of their own. */
export interface SplitNetwork {
  readonly network: Network;
  /** For each of the ids that were asked for: the value with its logits, in the same places. */
  readonly logits: ReadonlyMap<ValueId, ValueId>;
}

/** @param ids values that end in an activation. What the network computes stays the same. */
export function splitHeads(network: Network, ids: readonly ValueId[]): SplitNetwork {
  const nodes = [...network.nodes];
  const logits = new Map<ValueId, ValueId>();
  let count = 1 + Math.max(...network.inputs.map(({ id }) => id), ...nodes.flatMap((node) => node.outputs));

  function before(id: ValueId): ValueId {
    const known = logits.get(id);
    if (known !== undefined) return known;
    const at = nodes.findIndex((node) => node.outputs.includes(id));
    const node = nodes[at];
    if (!node) throw new Error(`value ${id} has no maker`);
    const z = count++;
    logits.set(id, z);
    if (node.layer.output === 'moved') {
      const inputs = node.inputs.map(before);
      nodes.push({ ...node, name: `${node.name}.logits`, inputs, outputs: [z] });
      return z;
    }
    const parts = node.layer.head()?.split?.(node.name);
    if (!parts) throw new Error(`${node.name} has no logits`);
    nodes.splice(at, 1,
      { ...node, layer: parts.linear, outputs: [z] },
      { ...node, layer: parts.activation, name: parts.activation.name ?? node.name, inputs: [z], inputShapes: node.outputShapes });
    return z;
  }

  for (const id of ids) before(id);
  return { network: { ...network, nodes, masks: masksOf(network.inputs, nodes) }, logits };
}
