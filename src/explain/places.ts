/** Names for what can be looked at in a model: `conv2d_1`, `stage1.block2.conv1`; the second use of a shared layer is `conv2d#1`. */
import { ArgumentError } from '../errors.js';
import type { AnyLayer } from '../layers/layer.js';
import { TimeDistributed } from '../layers/timeDistributed.js';
import type { Network, ValueId } from '../models/graph/network.js';

/** The first output of one use of a layer. */
export interface Place {
  readonly name: string;
  /** Number of the node in the network. */
  readonly node: number;
  readonly convolution: boolean;
  /** Numbers of the model inputs that it sees. */
  readonly inputs: readonly number[];
}

/** Model inputs by the values that depend on them. */
function originsOf(network: Network): Map<ValueId, ReadonlySet<number>> {
  const origins = new Map<ValueId, ReadonlySet<number>>(network.inputs.map(({ id }, i) => [id, new Set([i])]));
  for (const node of network.nodes) {
    const all = new Set(node.inputs.flatMap((id) => [...(origins.get(id) ?? [])]));
    for (const id of node.outputs) origins.set(id, all);
  }
  return origins;
}

/** Everything that `value` depends on, itself included. */
function ancestorsOf(network: Network, value: ValueId): Set<ValueId> {
  const wanted = new Set([value]);
  for (const node of [...network.nodes].reverse()) {
    if (node.outputs.some((id) => wanted.has(id))) for (const id of node.inputs) wanted.add(id);
  }
  return wanted;
}

function isConvolution(layer: AnyLayer): boolean {
  return layer instanceof TimeDistributed ? isConvolution(layer.layer) : /^(Depthwise|Separable)?Conv[12]D(Transpose)?$/.test(layer.className);
}

/** All places that `value` depends on, in the order of the network. */
function placesOf(network: Network, value: ValueId): Place[] {
  const wanted = ancestorsOf(network, value);
  const origins = originsOf(network);
  const uses = new Map<string, number>();
  return network.nodes.flatMap((node, index) => {
    const use = uses.get(node.name) ?? 0;
    uses.set(node.name, use + 1);
    if (!node.outputs.some((id) => wanted.has(id))) return [];
    const inputs = [...(origins.get(node.outputs[0] ?? -1) ?? [])];
    const name = use === 0 ? node.name : `${node.name}#${use}`;
    return [{ name, node: index, inputs, convolution: isConvolution(node.layer) }];
  });
}

/**
 * The place of this name, or the last convolution.
 * @throws ArgumentError that lists the convolutions, for a name the model does not have, or one that the target does not depend on.
 */
export function choosePlace(network: Network, value: ValueId, name: string | undefined): Place {
  const places = placesOf(network, value);
  const convolutions = places.filter(({ convolution }) => convolution);
  const place = name === undefined ? convolutions.at(-1) : places.find((each) => each.name === name);
  if (place) return place;
  const listed = convolutions.length > 0 ? convolutions.map((each) => each.name).join(' | ') : 'a layer that keeps places: the target depends on no convolution';
  throw new ArgumentError({
    operation: 'explain', argument: 'layer', expected: listed, actual: name === undefined ? 'none' : `'${name}'`,
    hint: 'Any other layer before the target will do if it keeps height and width, or time.',
  });
}
