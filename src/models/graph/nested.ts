/** A model as a layer: its graph, applied anew inside another. */
import { ShapeError } from '../../errors.js';
import type { SymbolicTensor } from '../../layers/layer.js';
import type { Network, ValueId } from './network.js';

/** Applies the layers of a network to these inputs, as the network does to its own. @throws ShapeError for another number of inputs, and what layers throw. */
export function applyNetwork(network: Network, inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  if (inputs.length !== network.inputs.length) {
    throw new ShapeError({ operation: 'model', argument: 'inputs', expected: `${network.inputs.length} tensors`, actual: String(inputs.length) });
  }
  const values = new Map<ValueId, SymbolicTensor>();
  network.inputs.forEach(({ id }, i) => {
    const input = inputs[i];
    if (input) values.set(id, input);
  });
  const at = (id: ValueId): SymbolicTensor => {
    const value = values.get(id);
    if (value) return value;
    throw new Error(`no value ${id}`);
  };
  for (const { layer, name, inputs: from, outputs } of network.nodes) {
    const source = { layer, inputs: from.map(at), inner: name };
    layer.applyAll(source.inputs).forEach((tensor, i) => values.set(outputs[i] ?? -1, { ...tensor, source }));
  }
  return network.outputs.map(({ id }) => at(id));
}
