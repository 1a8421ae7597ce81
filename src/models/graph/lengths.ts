/**
 * A network at the sizes of the data at hand. Weights are the same at every length, so a network whose inputs leave sizes open is resolved
 * anew for each: the same layers are asked for their shapes with numbers in them, and everything after that knows nothing of open sizes.
 */
import { ShapeError, formatShape } from '../../errors.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import type { AnyLayer } from '../../layers/layer.js';
import { isOpen, shapesMeet } from '../../openShapes.js';
import type { Shape } from '../../tensor.js';
import { Recent } from '../../recent.js';
import { masksOf } from './network.js';
import type { Network, NetworkInput, NetworkNode, ValueId } from './network.js';
import { shapesOf } from './shapes.js';

/** Lengths of which a network remembers its shapes. */
const remembered = 32;

export class OpenNetwork<L extends ForwardLayer = AnyLayer> {
  private readonly network: Network<L>;
  private readonly open: boolean;
  private readonly known = new Recent<Network<L>>(remembered);

  constructor(network: Network<L>) {
    this.network = network;
    this.open = network.inputs.some(({ shape }) => isOpen(shape));
  }

  /** As they were described. */
  get inputs(): readonly NetworkInput[] {
    return this.network.inputs;
  }

  /** @param shapes of the inputs, without the batch. @throws ShapeError for what a layer cannot do at these sizes. */
  at(shapes: readonly Shape[]): Network<L> {
    return this.open ? this.known.get(shapes.join(';'), () => resolved(this.network, shapes)) : this.network;
  }
}

function resolved<L extends ForwardLayer>(network: Network<L>, shapes: readonly Shape[]): Network<L> {
  const values = new Map<ValueId, Shape>();
  const at = (id: ValueId): Shape => {
    const shape = values.get(id);
    if (shape) return shape;
    throw new Error(`no shape of value ${id}`);
  };
  const inputs = network.inputs.map((input, i) => ({ ...input, shape: shapes[i] ?? input.shape }));
  for (const { id, shape } of inputs) values.set(id, shape);
  const nodes = network.nodes.map((node): NetworkNode<L> => {
    const inputShapes = node.inputs.map(at);
    const outputShapes = shapesOf(node.layer, inputShapes);
    node.outputs.forEach((id, i) => {
      const [shape = [], promised = []] = [outputShapes[i], node.outputShapes[i]];
      if (!shapesMeet(shape, promised) || isOpen(shape)) {
        throw new ShapeError({ operation: node.layer.label(), argument: 'outputShapes()', expected: `${formatShape(promised)}, as before the sizes were known`, actual: formatShape(shape) });
      }
      values.set(id, shape);
    });
    return { ...node, inputShapes, outputShapes };
  });
  return { ...network, inputs, nodes, outputs: network.outputs.map((output) => ({ ...output, shape: at(output.id) })), masks: masksOf(inputs, nodes) };
}
