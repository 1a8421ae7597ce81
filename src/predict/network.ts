/** The graph of a saved model over layers that predict. */
import type { ForwardLayer } from '../layers/forwardLayer.js';
import { damaged } from '../models/files/json.js';
import { resolved } from '../models/files/wiring.js';
import type { Wiring } from '../models/files/wiring.js';
import { indexBounds, masksOf } from '../models/graph/network.js';
import type { Network, NetworkInput, NetworkNode, NetworkValue } from '../models/graph/network.js';
import { shapesOf } from '../models/graph/shapes.js';

/** @param layers those of the wiring, in its order. @throws FileFormatError for a reference to nothing, and what layers throw. */
export function networkOf(wiring: Wiring, layers: readonly ForwardLayer[]): Network<ForwardLayer> {
  if (new Set(wiring.layers.map(({ name }) => name)).size < layers.length) throw damaged('layer names', 'different ones', wiring.layers.map(({ name }) => name));
  const inputs = wiring.inputs.map(({ shape, name }, id): NetworkInput => ({ id, shape: shape.map((size) => size ?? NaN), ...(name === undefined ? {} : { name }) }));
  const values: NetworkValue[][] = [];
  const nodes: NetworkNode<ForwardLayer>[] = [];
  let count = inputs.length;
  for (const { layer: place, inputs: references } of wiring.nodes) {
    const layer = layers[place];
    if (!layer) throw damaged('node layer', `below ${layers.length}`, place);
    const from = references.map((reference) => resolved<NetworkValue>(reference, inputs, values));
    const inputShapes = from.map(({ shape }) => shape);
    const outputShapes = shapesOf(layer, inputShapes);
    const made = outputShapes.map((shape) => ({ id: count++, shape }));
    values.push(made);
    nodes.push({ layer, name: wiring.layers[place]?.name ?? '', inputs: from.map(({ id }) => id), outputs: made.map(({ id }) => id), inputShapes, outputShapes });
  }
  const outputs = wiring.outputs.map((reference, i) => ({ ...resolved<NetworkValue>(reference, inputs, values), name: wiring.outputNames[i] ?? '' }));
  const bounds = indexBounds(inputs.length, nodes);
  const read = inputs.map((input, i) => (bounds[i] === undefined ? input : { ...input, indices: bounds[i] }));
  return { inputs: read, outputs, nodes, masks: masksOf(read, nodes) };
}
