/**
 * A model as an ONNX file: one graph of standard operators, with the batch and every size that the model leaves open as dynamic axes.
 * Inputs and outputs are those of the model, in its order of axes. What the layers compute: docs/convert-onnx.md.
 */
import { ArgumentError } from '../../../errors.js';
import { masksOfNode } from '../../../models/graph/masks.js';
import { stepsOf } from '../../../models/graph/network.js';
import type { Network, NetworkInput, NetworkNode } from '../../../models/graph/network.js';
import type { Weights } from '../../../models/training/options.js';
import type { Shape } from '../../../tensor.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxValueInfo } from '../proto/graph.js';
import { writeModel } from '../proto/writeModel.js';
import { Refusals } from '../refusals.js';
import type { OnnxExport, OnnxPort } from '../types.js';
import { GraphBuilder } from './graphBuilder.js';
import type { Opset } from './graphBuilder.js';
import { writeLayer } from './layerWriters.js';
import { OnnxMasks } from './masks.js';
import type { MaskedInput } from './masks.js';
import { WeightWriter } from './weightWriter.js';

interface Request {
  readonly opset: Opset;
  readonly lengths: boolean;
  readonly half: boolean;
}

/** @throws ConversionError, ArgumentError as exportOnnx. */
export function writeOnnx(network: Network, weights: Weights, { opset, lengths, half }: Request): OnnxExport {
  const b = new GraphBuilder(opset);
  return new Exporter(network, b, new WeightWriter(b, weights, half), lengths).export();
}

class Exporter {
  private readonly values = new Map<number, string>();
  private readonly refusals = new Refusals('exportOnnx');
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private readonly lengthNames = new Set<string>();
  /** By name of the state. */
  private readonly states = new Map<string, { readonly shape: Shape; readonly input: string; now: string }>();

  constructor(private readonly network: Network, private readonly b: GraphBuilder, private readonly weights: WeightWriter, private readonly lengths: boolean) {}

  export(): OnnxExport {
    const { b, network } = this;
    const { opset } = b;
    // Names of outputs are theirs, whatever nodes would like to be called.
    const ports = network.inputs.map((input, i) => this.addInput(input, i));
    const names = network.outputs.map(({ name }) => b.name(name));
    const masks = new OnnxMasks(b, ports, (reason) => { this.refusals.add('mask', 'mask', reason); });
    for (const node of network.nodes) this.write(node, masks);
    network.outputs.forEach(({ id, shape }, i) => {
      const name = names[i] ?? '';
      b.named(name, this.valueOf(id));
      this.outputs.push({ name, type: 'float32', shape: named(shape, `${name}_`) });
    });
    const states = [...this.states].map(([name, { shape, input, now }]) => {
      const output = b.name(`${name}_next`);
      b.named(output, now);
      const port = (of: string): OnnxPort => ({ name: of, type: 'float32', shape: ['batch', ...shape] });
      return { input: port(input), output: port(output) };
    });
    this.refusals.throwIfAny('of layers that ONNX has operators for');
    const outputs = [...this.outputs, ...states.map(({ output }) => output)].map(infoOf);
    const inputs = this.inputs.filter(({ name }) => !this.lengthNames.has(name) || b.isRead(name, outputs));
    if (this.lengths && inputs.length + this.lengthNames.size === this.inputs.length) {
      throw new ArgumentError({ operation: 'exportOnnx', argument: 'lengths', expected: 'false for a model in which no layer reads them', actual: 'true' });
    }
    const graph = b.finish('model', [...inputs, ...states.map(({ input }) => input)].map(infoOf), outputs);
    const bytes = writeModel({ irVersion: opset === 17 ? 8 : 10, producer: 'bptt', opsets: new Map([['', opset]]), graph, metadata: new Map() });
    return { bytes, inputs, outputs: this.outputs, states, ...(this.weights.rounding ? { rounding: this.weights.rounding } : {}) };
  }

  private addInput(input: NetworkInput, i: number): MaskedInput {
    const { network, b } = this;
    const whole = input.indices !== undefined;
    const name = b.name(input.name ?? (i === 0 ? 'input' : `input_${i}`));
    this.values.set(input.id, name);
    this.inputs.push({ name, type: whole ? 'int32' : 'float32', shape: named(input.shape, `${name}_`) });
    const rank = input.shape.length + 1;
    if (!this.lengths || stepsOf(input) === undefined) return { name, rank, whole, lengths: undefined };
    const sequences = network.inputs.filter((other) => stepsOf(other) !== undefined);
    const lengths = b.name(sequences.length > 1 ? `${name}_lengths` : 'lengths');
    this.lengthNames.add(lengths);
    this.inputs.push({ name: lengths, type: 'int32', shape: ['batch'] });
    return { name, rank, whole, lengths };
  }

  private write(node: NetworkNode, masks: OnnxMasks): void {
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

/** With the batch; open axes by names of their own. */
function named(shape: Shape, stem: string): (number | string)[] {
  return ['batch', ...shape.map((size, axis) => (Number.isNaN(size) ? `${stem}axis_${axis + 1}` : size))];
}

function infoOf({ name, type, shape }: OnnxPort): OnnxValueInfo {
  return { name, elementType: type === 'float32' ? elementTypes.float : elementTypes.int32, shape };
}

