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
import type { OnnxGraph, OnnxValueInfo } from '../proto/graph.js';
import { describeModel } from '../own/description.js';
import { descriptionKey } from '../own/key.js';
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

/** A model as a graph, with what it is fed and what comes out. */
export interface Composed extends Pick<OnnxExport, 'inputs' | 'outputs' | 'states'> {
  readonly graph: OnnxGraph;
  /** Inputs that are lengths, of the sequences that the input `of` brings. */
  readonly lengths: readonly { readonly name: string; readonly of: string }[];
}

/** @throws ConversionError, ArgumentError as exportOnnx. */
export function writeOnnx(network: Network, weights: Weights, { opset, lengths, half }: Request): OnnxExport {
  const b = new GraphBuilder(opset);
  const writer = new WeightWriter(b, weights, half);
  const { graph, inputs, outputs, states } = composeModel(network, b, writer, lengths);
  const bytes = modelFile(b, graph, new Map([[descriptionKey, JSON.stringify(describeModel(network, { lengths, half }))]]));
  return { bytes, inputs, outputs, states, ...(writer.rounding ? { rounding: writer.rounding } : {}) };
}

/** @throws ConversionError, ArgumentError as exportOnnx. */
export function composeModel(network: Network, b: GraphBuilder, weights: WeightWriter, lengths: boolean): Composed {
  return new Exporter(network, b, weights, lengths).compose();
}

class Exporter {
  private readonly refusals = new Refusals('exportOnnx');
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  /** Input of lengths → the input whose sequences they are of. */
  private readonly lengthNames = new Map<string, string>();

  constructor(private readonly network: Network, private readonly b: GraphBuilder, private readonly weights: WeightWriter, private readonly lengths: boolean) {}

  compose(): Composed {
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
    const isRead = ({ name }: { readonly name: string }): boolean => b.isRead(name, outputs.map(infoOf));
    const inputs = this.inputs.filter((port) => !this.lengthNames.has(port.name) || isRead(port));
    if (this.lengths && inputs.length + this.lengthNames.size === this.inputs.length) {
      throw new ArgumentError({ operation: 'exportOnnx', argument: 'lengths', expected: 'false for a model in which no layer reads them', actual: 'true' });
    }
    const graph = graphOf(b, [...inputs, ...states.map(({ input }) => input)], outputs);
    return { graph, inputs, outputs: this.outputs, states, lengths: [...this.lengthNames].map(([name, of]) => ({ name, of })).filter(isRead) };
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
    this.lengthNames.set(lengths, name);
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

/** What was written, with these inputs and outputs. */
export function graphOf(b: GraphBuilder, inputs: readonly OnnxPort[], outputs: readonly OnnxPort[]): OnnxGraph {
  return b.finish('model', inputs.map(infoOf), outputs.map(infoOf));
}

export function modelFile({ opset }: GraphBuilder, graph: OnnxGraph, metadata: ReadonlyMap<string, string>): Uint8Array {
  return writeModel({ irVersion: opset === 17 ? 8 : 10, producer: 'bptt', opsets: new Map([['', opset]]), graph, metadata });
}
