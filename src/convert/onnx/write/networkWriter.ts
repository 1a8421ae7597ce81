/** The layers of a network as nodes of a graph, as often as the graph runs it: weights are there once. */
import { masksOfNode } from '../../../models/graph/masks.js';
import type { Network, NetworkNode } from '../../../models/graph/network.js';
import type { Shape } from '../../../tensor.js';
import type { Refusals } from '../refusals.js';
import type { GraphBuilder } from './graphBuilder.js';
import { writeLayer } from './layerWriters.js';
import { OnnxMasks } from './masks.js';
import type { MaskedInput } from './masks.js';
import type { WeightWriter } from './weightWriter.js';

/** A state that is carried from batch to batch. */
export interface CarriedState {
  readonly shape: Shape;
  readonly input: string;
  now: string;
}

export class NetworkWriter {
  /** By name of the state. */
  readonly states = new Map<string, CarriedState>();
  private values = new Map<number, string>();

  constructor(private readonly network: Network, private readonly b: GraphBuilder, private readonly weights: WeightWriter, private readonly refusals: Refusals) {}

  /** Names of the network's outputs. @param inputs in its order. */
  write(inputs: readonly MaskedInput[]): string[] {
    const { b, network } = this;
    this.values = new Map(network.inputs.map(({ id }, i) => [id, inputs[i]?.name ?? '']));
    const masks = new OnnxMasks(b, inputs, (reason) => { this.refusals.add('mask', 'mask', reason); });
    for (const node of network.nodes) this.writeNode(node, masks);
    return network.outputs.map(({ id }) => this.valueOf(id));
  }

  private writeNode(node: NetworkNode, masks: OnnxMasks): void {
    const { network, b } = this;
    b.scope = node.name;
    const written = writeLayer({
      b, layer: node.layer, inputs: node.inputs.map((id) => this.valueOf(id)), inputShapes: node.inputShapes, outputShapes: node.outputShapes,
      masks: masksOfNode(network, node).map((mask) => masks.of(mask)),
      weight: (name) => this.weights.get(node.name, name), optional: (name) => this.weights.optional(node.name, name),
      constant: (name, form, make) => this.weights.constant(node.name, name, form, make),
      carried: (name, shape) => this.carried(`${node.name}/${name}`, shape),
      carry: (name, value) => {
        const state = this.states.get(`${node.name}/${name}`);
        if (state) state.now = value;
      },
      refuse: (reason) => {
        this.refusals.add(node.name, node.layer.className, reason);
        return [];
      },
    });
    node.outputs.forEach((id, i) => { this.values.set(id, written[i] ?? ''); });
  }

  private carried(name: string, shape: Shape): string {
    const known = this.states.get(name);
    if (known) return known.now;
    const input = this.b.name(name);
    this.states.set(name, { shape, input, now: input });
    return input;
  }

  private valueOf(id: number): string {
    return this.values.get(id) ?? '';
  }
}
