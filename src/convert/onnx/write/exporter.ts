/**
 * A model as an ONNX file: one graph of standard operators, with the batch and every size that the model leaves open as dynamic axes.
 * Inputs and outputs are those of the model, in its order of axes. What the layers compute: docs/convert-onnx.md.
 */
import { ArgumentError } from '../../../errors.js';
import { stepsOf } from '../../../models/graph/network.js';
import type { Network, NetworkInput } from '../../../models/graph/network.js';
import type { Weights } from '../../../models/training/options.js';
import type { Shape } from '../../../tensor.js';
import { elementTypes } from '../proto/graph.js';
import type { OnnxValueInfo } from '../proto/graph.js';
import { writeModel } from '../proto/writeModel.js';
import { Refusals } from '../refusals.js';
import type { OnnxExport, OnnxPort } from '../types.js';
import { GraphBuilder } from './graphBuilder.js';
import type { Opset } from './graphBuilder.js';
import type { MaskedInput } from './masks.js';
import { NetworkWriter } from './networkWriter.js';
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
  private readonly refusals = new Refusals('exportOnnx');
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private readonly lengthNames = new Set<string>();

  constructor(private readonly network: Network, private readonly b: GraphBuilder, private readonly weights: WeightWriter, private readonly lengths: boolean) {}

  export(): OnnxExport {
    const { b, network } = this;
    // Names of outputs are theirs, whatever nodes would like to be called.
    const ports = network.inputs.map((input, i) => this.addInput(input, i));
    const names = network.outputs.map(({ name }) => b.name(name));
    const writer = new NetworkWriter(network, b, this.weights, this.refusals);
    const values = writer.write(ports);
    network.outputs.forEach(({ shape }, i) => {
      const name = names[i] ?? '';
      b.named(name, values[i] ?? '');
      this.outputs.push({ name, type: 'float32', shape: named(shape, `${name}_`) });
    });
    const states = [...writer.states].map(([name, { shape, input, now }]) => {
      const output = b.name(`${name}_next`);
      b.named(output, now);
      const port = (of: string): OnnxPort => ({ name: of, type: 'float32', shape: ['batch', ...shape] });
      return { input: port(input), output: port(output) };
    });
    this.refusals.throwIfAny('of layers that ONNX has operators for');
    const outputs = [...this.outputs, ...states.map(({ output }) => output)];
    const inputs = this.inputs.filter(({ name }) => !this.lengthNames.has(name) || b.isRead(name, outputs.map(infoOf)));
    if (this.lengths && inputs.length + this.lengthNames.size === this.inputs.length) {
      throw new ArgumentError({ operation: 'exportOnnx', argument: 'lengths', expected: 'false for a model in which no layer reads them', actual: 'true' });
    }
    const bytes = modelFile(b, [...inputs, ...states.map(({ input }) => input)], outputs);
    return { bytes, inputs, outputs: this.outputs, states, ...(this.weights.rounding ? { rounding: this.weights.rounding } : {}) };
  }

  private addInput(input: NetworkInput, i: number): MaskedInput {
    const { network, b } = this;
    const whole = input.indices !== undefined;
    const name = b.name(input.name ?? (i === 0 ? 'input' : `input_${i}`));
    this.inputs.push({ name, type: whole ? 'int32' : 'float32', shape: named(input.shape, `${name}_`) });
    const rank = input.shape.length + 1;
    if (!this.lengths || stepsOf(input) === undefined) return { name, rank, whole, lengths: undefined };
    const sequences = network.inputs.filter((other) => stepsOf(other) !== undefined);
    const lengths = b.name(sequences.length > 1 ? `${name}_lengths` : 'lengths');
    this.lengthNames.add(lengths);
    this.inputs.push({ name: lengths, type: 'int32', shape: ['batch'] });
    return { name, rank, whole, lengths };
  }
}

/** With the batch; open axes by names of their own. */
function named(shape: Shape, stem: string): (number | string)[] {
  return ['batch', ...shape.map((size, axis) => (Number.isNaN(size) ? `${stem}axis_${axis + 1}` : size))];
}

const types = { float32: elementTypes.float, float64: elementTypes.double, int32: elementTypes.int32 } as const;

function infoOf({ name, type, shape }: OnnxPort): OnnxValueInfo {
  return { name, elementType: types[type], shape };
}

/** The bytes of a graph with these inputs and outputs. */
export function modelFile(b: GraphBuilder, inputs: readonly OnnxPort[], outputs: readonly OnnxPort[], metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const graph = b.finish('model', inputs.map(infoOf), outputs.map(infoOf));
  return writeModel({ irVersion: b.opset === 17 ? 8 : 10, producer: 'bptt', opsets: new Map([['', b.opset]]), graph, metadata });
}

