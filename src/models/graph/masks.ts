/** The masks of a graph, and those of a batch: what layers read goes into the step, what outputs have says which rows count. */
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import type { GivenInput, TimeMask } from '../../layers/timeMask.js';
import { maskInto } from './network.js';
import type { Network, NetworkNode } from './network.js';

/** Of what a layer reads: one for each input. */
export function masksOfNode(network: Network<ForwardLayer>, node: NetworkNode<ForwardLayer>): (TimeMask | undefined)[] {
  return node.inputs.map((_, i) => maskInto(network, node, i));
}

const none = new Float32Array();

/** Every mask that some layer reads, once, where these inputs of the model have one. */
export function masksRead(network: Network<ForwardLayer>, masked: readonly boolean[]): TimeMask[] {
  const given = network.inputs.map((_, i): GivenInput => ({ mask: masked[i] ? none : undefined, values: none }));
  const read = new Map<string, TimeMask>();
  for (const node of network.nodes) {
    for (const mask of masksOfNode(network, node)) if (mask?.rows(given, 0)) read.set(mask.key, mask);
  }
  return [...read.values()];
}

/** The mask of each output, [count, steps]; undefined where all its rows count. */
export function outputMasks(network: Network, given: readonly GivenInput[], count: number): ReturnType<TimeMask['rows']>[] {
  return network.outputs.map(({ id }) => network.masks.get(id)?.rows(given, count));
}
