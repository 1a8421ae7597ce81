/** The masks of a graph, and those of a batch: what layers read goes into the step, what outputs have says which rows count. */
import { ShapeError } from '../../errors.js';
import { maskOfInput } from '../../layers/timeMask.js';
import type { GivenMasks, TimeMask } from '../../layers/timeMask.js';
import type { Network, NetworkNode, NetworkValue, ValueId } from './network.js';

/** Follows the time axis of every input as far as layers keep it. @throws ShapeError for a layer that makes a mask of another length. */
export function masksOf(inputs: readonly NetworkValue[], nodes: readonly NetworkNode[]): Map<ValueId, TimeMask> {
  const masks = new Map<ValueId, TimeMask>();
  inputs.forEach(({ id, shape: [steps = 0, ...rest] }, i) => {
    if (rest.length > 0) masks.set(id, maskOfInput(i, steps));
  });
  for (const { layer, inputs: from, outputs, outputShapes } of nodes) {
    const made = layer.masks(from.map((id) => masks.get(id)));
    outputs.forEach((id, i) => {
      const mask = made[i];
      const steps = outputShapes[i]?.[0];
      if (!mask) return;
      if (mask.steps !== steps) {
        throw new ShapeError({ operation: layer.label(), argument: 'masks()', expected: `of ${String(steps)} steps, as the output has`, actual: String(mask.steps) });
      }
      masks.set(id, mask);
    });
  }
  return masks;
}

/** Of what a layer reads: its first input. */
export function maskOfNode(network: Network, node: NetworkNode): TimeMask | undefined {
  return network.masks.get(node.inputs[0] ?? -1);
}

/** Every mask that some layer reads, once, where these inputs of the model have one. */
export function masksRead(network: Network, masked: readonly boolean[]): TimeMask[] {
  const given = masked.map((is) => (is ? new Float32Array() : undefined));
  const read = network.nodes.flatMap((node) => maskOfNode(network, node) ?? []).filter((mask) => mask.rows(given, 0) !== undefined);
  return [...new Map(read.map((mask) => [mask.key, mask])).values()];
}

/** The mask of each output, [count, steps]; undefined where all its rows count. */
export function outputMasks(network: Network, given: GivenMasks, count: number): ReturnType<TimeMask['rows']>[] {
  return network.outputs.map(({ id }) => network.masks.get(id)?.rows(given, count));
}
