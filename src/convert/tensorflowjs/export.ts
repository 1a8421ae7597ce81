/** A model as a layers model of TensorFlow.js. */
import { ConversionError, quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { Bidirectional } from '../../layers/bidirectional.js';
import { describeLayer } from '../../layers/layer.js';
import type { AnyLayer } from '../../layers/layer.js';
import { isRecurrent } from '../../layers/recurrent.js';
import { frozenLayers, firstUses } from '../../models/graph/network.js';
import type { Network, NetworkNode } from '../../models/graph/network.js';
import { openShape } from '../../openShapes.js';
import type { FloatArray, Shape } from '../../tensor.js';
import { fromFloat16, toFloat16 } from '../bytes/half.js';
import { isMasked } from '../keras/build.js';
import { wantedLayers } from '../keras/filling.js';
import { givenLayers } from '../keras/givenModel.js';
import { isObject, shown } from '../keras/layerConfig.js';
import { NamesInUse } from '../keras/names.js';
import { LayerOptions, describers } from './describe.js';
import type { Described } from './describe.js';

/** The two files of a layers model. */
export interface TensorFlowJsFiles {
  /** Of model.json. It names one file of weights, `weights.bin`, beside it. */
  readonly modelJson: JsonObject;
  /** Of weights.bin. */
  readonly weights: Uint8Array<ArrayBuffer>;
  /** The largest difference between a weight here and there: 0 unless float16 was asked for and rounded. */
  readonly largestError: number;
}

/** Classes of TensorFlow.js that take a mask; the others throw where one comes. */
const knowMasks = new Set([
  'LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional', 'TimeDistributed', 'Dense', 'Activation', 'Masking', 'Embedding', 'Dropout', 'SpatialDropout1D', 'GaussianNoise', 'BatchNorm', 'LayerNorm',
  'Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate',
]);

/** What a class becomes, its problems told with its name. */
function described(entry: JsonObject, label: string, problems: string[]): Described {
  const { className, config } = entry;
  const describe = typeof className === 'string' && Object.hasOwn(describers, className) ? describers[className] : undefined;
  if (!describe) {
    problems.push(`${label}: ${shown(className)} has no counterpart`);
    return { className: '', config: {} };
  }
  const options = new LayerOptions(isObject(config) ? config : {});
  const made = describe(options, (inner) => {
    const within = isObject(inner) ? inner : {};
    const { className: kind, config: own } = described(within, label, problems);
    return { class_name: kind, config: { name: innerName(within), trainable: true, ...own } };
  });
  problems.push(...options.finish().map((reason) => `${label}: ${reason}`));
  return made;
}

/** Of a layer within another, which is part of the names of its weights. */
function innerName({ className }: JsonObject): string {
  return typeof className === 'string' ? className.toLowerCase() : 'layer';
}

function layerProblems(network: Network, { layer, name }: NetworkNode): string[] {
  const label = `${layer.className} ${quoted(name)}`;
  if (!isMasked(network, layer)) return [];
  const wrapped = layer instanceof Bidirectional ? layer.layer : layer;
  const zeros = isRecurrent(wrapped) && wrapped.zeroOutputForMask ? [`${label}: zeroOutputForMask has no counterpart, and a mask comes here`] : [];
  return knowMasks.has(layer.className) ? zeros : [`${label}: a mask comes here, which this layer of TensorFlow.js does not take`];
}

/** Who feeds whom, with names: `[layer, call, output]`. */
function references(network: Network, inputNames: readonly string[]): Map<number, readonly [string, number, number]> {
  const found = new Map<number, readonly [string, number, number]>();
  network.inputs.forEach(({ id }, i) => found.set(id, [inputNames[i] ?? '', 0, 0]));
  const calls = new Map<AnyLayer, number>();
  for (const { layer, name, outputs } of network.nodes) {
    const call = calls.get(layer) ?? 0;
    calls.set(layer, call + 1);
    outputs.forEach((id, i) => found.set(id, [name, call, i]));
  }
  return found;
}

function topology(network: Network, problems: string[]): JsonObject {
  const layers = firstUses(network);
  const frozen = frozenLayers(network);
  const names = new NamesInUse();
  for (const { name } of layers) names.free(name);
  const inputNames = network.inputs.map(({ name }) => names.free(name ?? 'input'));
  const from = references(network, inputNames);
  const refer = (id: number): JsonValue => from.get(id) ?? null;
  const inputs = network.inputs.map(({ shape }, i): JsonObject => {
    const name = inputNames[i] ?? '';
    return { class_name: 'InputLayer', name, config: { batch_input_shape: [null, ...openShape(shape)], dtype: 'float32', sparse: false, name }, inbound_nodes: [] };
  });
  const others = layers.map((node): JsonObject => {
    const { layer, name } = node;
    const { className, config } = described(describeLayer(layer), `${layer.className} ${quoted(name)}`, problems);
    problems.push(...layerProblems(network, node));
    const calls = network.nodes.filter((each) => each.layer === layer).map((each) => each.inputs.map((id) => [...refer(id) as readonly JsonValue[], {}]));
    return { class_name: className, name, config: { name, trainable: !frozen.has(name), ...config }, inbound_nodes: calls };
  });
  return {
    class_name: 'Model', config: { name: 'model', layers: [...inputs, ...others], input_layers: inputNames.map((name) => [name, 0, 0]), output_layers: network.outputs.map(({ id }) => refer(id)) },
    keras_version: 'bptt', backend: 'tensor_flow.js',
  };
}

interface NamedWeight { readonly name: string; readonly shape: Shape; readonly data: FloatArray }

/** Of a variable by its number within the layer: `bidirectional/forward_lstm/kernel`. */
function weightName(layer: AnyLayer, name: string, variable: string, target: string): string {
  const { config } = describeLayer(layer);
  const stack = isObject(config.cell) && config.cell.className === 'StackedCells' ? /^cell(\d+)\//.exec(target)?.[1] : undefined;
  if (stack !== undefined) return `${name}/RNNCell_${stack}/${variable}`;
  const [side] = layer instanceof Bidirectional ? target.split('/') : [];
  return side === undefined ? `${name}/${variable}` : `${name}/${side}_${innerName(isObject(config.layer) ? config.layer : {})}/${variable}`;
}

function namedWeights(network: Network, values: ReadonlyMap<string, FloatArray>): NamedWeight[] {
  const placed = givenLayers(network);
  return wantedLayers(network, placed).flatMap(({ name, shapes, variables }) => {
    const layer = placed.find((each) => each.name === name)?.layer;
    return variables.map(({ decode, names: [variable = ''], targets: [target = ''], shapes: [shape = []] }): NamedWeight => {
      const data = values.get(`${name}/${target}`) ?? new Float32Array(0);
      const [there = data] = decode({ data, shape: shapes.get(target) ?? [] }); // gates that change places once do so back
      return { name: layer ? weightName(layer, name, variable, target) : name, shape, data: there };
    });
  });
}

/** @param values of all weights by their keys. @throws ConversionError with everything that has no counterpart. */
export function tensorFlowJsFiles(operation: string, network: Network, values: ReadonlyMap<string, FloatArray>, half: boolean): TensorFlowJsFiles {
  const problems: string[] = [];
  const modelTopology = topology(network, problems);
  if (problems.length > 0) throw new ConversionError({ operation, argument: 'model', expected: 'made of what TensorFlow.js has' }, problems);
  const weights = namedWeights(network, values);
  const size = half ? 2 : 4;
  const bytes = new Uint8Array(weights.reduce((sum, { data }) => sum + size * data.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  let largestError = 0;
  for (const { data } of weights) {
    const halves = half ? toFloat16(data) : undefined;
    const there = halves ? fromFloat16(halves) : Float32Array.from(data);
    for (let i = 0; i < data.length; i++, at += size) {
      if (halves) view.setUint16(at, halves[i] ?? 0, true);
      else view.setFloat32(at, there[i] ?? 0, true);
      largestError = Math.max(largestError, Math.abs((data[i] ?? 0) - (there[i] ?? 0)));
    }
  }
  const manifest = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32', ...(half ? { quantization: { dtype: 'float16', original_dtype: 'float32' } } : {}) }));
  return { modelJson: { format: 'layers-model', generatedBy: 'bptt', convertedBy: null, modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: manifest }] }, weights: bytes, largestError };
}
