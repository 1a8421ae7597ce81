/**
 * The model that a file of `exportOnnx` was made of. Its description is believed only as far as the graph bears it out: the model that it describes
 * is written again, and has to give the very nodes, constants, inputs and outputs of the file, whose numbers then are its weights.
 */
import { quoted } from '../../../errors.js';
import { rebuildArchitecture } from '../../../models/files/architecture.js';
import { knownMakers } from '../../../models/files/makers.js';
import { lastingStates, trainableWeights } from '../../../models/graph/network.js';
import { Model } from '../../../models/model.js';
import { requireFinite } from '../../../models/training/samples.js';
import { sizeOf } from '../../../tensor.js';
import type { OnnxGraph, OnnxModel } from '../proto/graph.js';
import { writeModel } from '../proto/writeModel.js';
import type { OnnxImport, OnnxSource } from '../types.js';
import { composeModel } from '../write/exporter.js';
import type { Composed } from '../write/exporter.js';
import { GraphBuilder } from '../write/graphBuilder.js';
import { parseDescription } from './description.js';
import { descriptionKey } from './key.js';
import { WeightOutlines, WeightReader, bytesOfWeight } from './weightReader.js';

/** Steps, channels and counts that files of any size may have: what is made of them is no larger than this many numbers. */
const smallest = 65_536;

/** Undefined where there is no description, or the graph is another one, whatever is wrong with either: operators then say what it is. */
export function restored(file: OnnxModel): OnnxImport | undefined {
  try {
    return modelOf(file);
  } catch {
    return undefined;
  }
}

function modelOf({ graph, metadata, opsets, producer }: OnnxModel): OnnxImport | undefined {
  const text = metadata.get(descriptionKey);
  const opset = opsets.get('') ?? 0;
  if (text === undefined || opsets.size !== 1 || (opset !== 17 && opset !== 22)) return undefined;
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const held = graph.initializers.reduce((sum, { data: { pieces } }) => sum + pieces.reduce((bytes, { length }) => bytes + length, 0), 0);
  const { architecture, lengths, half } = parseDescription(text, Math.max(smallest, held));
  const network = rebuildArchitecture(architecture, knownMakers({}));
  const specs = [...trainableWeights(network), ...lastingStates(network)];
  if (specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > held / (half ? 2 : 4) + smallest) return undefined; // of those that no output depends on a few are not there

  const b = new GraphBuilder(opset);
  const outlines = new WeightOutlines(b, specs, half);
  const composed = composeModel(network, b, outlines, lengths);
  if (!sameBut(outlines.names, graph, composed.graph)) return undefined;
  if (graph.initializers.some((tensor) => outlines.names.has(tensor.name) && !bytesOfWeight(tensor))) return undefined;

  const again = new GraphBuilder(opset);
  const reader = new WeightReader(again, specs, constants, half);
  composeModel(network, again, reader, lengths);
  for (const [key, { data, shape }] of reader.read) requireFinite('importOnnx', quoted(key), data, shape, [], 'A model whose weights are not finite predicts nothing.');
  const model = new Model({ network, weights: reader.read });
  return { model, producer, opset, asWritten: true, ...portsOf(model, composed) };
}

function portsOf({ network }: Model, { inputs, outputs, lengths }: Composed): Pick<OnnxImport, 'inputs' | 'outputs' | 'lengths'> {
  const plain = inputs.filter(({ name }) => !lengths.some((each) => each.name === name));
  const sourceOf = (of: string, name: string, rank: number): OnnxSource => ({ name, of, axes: Array.from({ length: rank + 1 }, (_, axis) => axis) });
  return {
    inputs: network.inputs.map(({ name, shape }, i) => sourceOf(plain[i]?.name ?? '', name ?? plain[i]?.name ?? '', shape.length)),
    outputs: network.outputs.map(({ name, shape }, i) => sourceOf(outputs[i]?.name ?? '', name, shape.length)), lengths,
  };
}

/** Whether two graphs are one but for the numbers of these constants. */
function sameBut(weights: ReadonlySet<string>, a: OnnxGraph, b: OnnxGraph): boolean {
  const [x, y] = [bytesWithout(weights, a), bytesWithout(weights, b)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

function bytesWithout(weights: ReadonlySet<string>, graph: OnnxGraph): Uint8Array {
  const initializers = graph.initializers.map((tensor) => (weights.has(tensor.name) ? { ...tensor, data: { field: 'raw', pieces: [] } as const } : tensor));
  return writeModel({ irVersion: 0, producer: '', opsets: new Map(), metadata: new Map(), graph: { ...graph, initializers } });
}
