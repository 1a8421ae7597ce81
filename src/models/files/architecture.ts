/** A network as JSON and back: layers by class name and options, and who feeds whom. */
import { FileFormatError } from '../../errors.js';
import { Activation } from '../../layers/activation.js';
import { BatchNorm } from '../../layers/batchNorm.js';
import { Bidirectional } from '../../layers/bidirectional.js';
import { Dense } from '../../layers/dense.js';
import { Dropout } from '../../layers/dropout.js';
import { GRU } from '../../layers/gru.js';
import type { AnyLayer, JsonObject, JsonValue, SymbolicTensor } from '../../layers/layer.js';
import { LayerNorm } from '../../layers/layerNorm.js';
import { LSTM } from '../../layers/lstm.js';
import { Add, Concatenate, Multiply } from '../../layers/merge.js';
import { isRecurrent } from '../../layers/recurrent.js';
import type { AnyRecurrent } from '../../layers/recurrent.js';
import { Flatten, Reshape } from '../../layers/reshape.js';
import { SimpleRNN } from '../../layers/simpleRnn.js';
import { Input } from '../../layers/layer.js';
import { TimeDistributed } from '../../layers/timeDistributed.js';
import type { LayerFactory } from './factory.js';
import { damaged, listOf, numberOf, objectOf, textOf } from './json.js';
import type { Network } from '../graph/network.js';
import { buildNetwork, firstUses } from '../graph/network.js';

function recurrent(layer: AnyLayer): AnyRecurrent {
  if (isRecurrent(layer)) return layer;
  throw damaged('wrapped layer', 'a recurrent layer', layer.className);
}

/** The constructors check everything these do not. */
const factories: Readonly<Record<string, LayerFactory>> = {
  Activation: (o) => new Activation({ ...o, kind: o.kind as 'linear' }),
  Add: (o) => new Add(o),
  BatchNorm: (o) => new BatchNorm(o),
  Bidirectional: (o, inner) => new Bidirectional({
    ...o, layer: recurrent(inner(o.layer)), backwardLayer: o.backwardLayer === undefined ? undefined : recurrent(inner(o.backwardLayer)),
  }),
  Concatenate: (o) => new Concatenate(o),
  Dense: (o) => new Dense({ ...o, units: numberOf('units', o.units) }),
  Dropout: (o) => new Dropout({ ...o, rate: numberOf('rate', o.rate) }),
  Flatten: (o) => new Flatten(o),
  GRU: (o) => new GRU({ ...o, units: numberOf('units', o.units) }),
  LayerNorm: (o) => new LayerNorm(o),
  LSTM: (o) => new LSTM({ ...o, units: numberOf('units', o.units) }),
  Multiply: (o) => new Multiply(o),
  Reshape: (o) => new Reshape({ ...o, targetShape: o.targetShape as number[] }),
  SimpleRNN: (o) => new SimpleRNN({ ...o, units: numberOf('units', o.units) }),
  TimeDistributed: (o, inner) => new TimeDistributed({ ...o, layer: inner(o.layer) }),
};

/** `[node, output]`, or `[-1, i]` for input i of the model. */
type Reference = readonly [node: number, index: number];

/** @param frozen names of layers that are not trained. */
export function describeArchitecture(network: Network, frozen: ReadonlySet<string> = new Set()): JsonObject {
  const layers = firstUses(network);
  const references = new Map<number, Reference>();
  network.inputs.forEach(({ id }, i) => references.set(id, [-1, i]));
  network.nodes.forEach((node, n) => node.outputs.forEach((id, i) => references.set(id, [n, i])));
  const refer = (id: number): Reference => references.get(id) ?? [-1, 0];
  return {
    inputs: network.inputs.map(({ shape, name }) => (name === undefined ? shape : { shape, name })),
    layers: layers.map(({ layer, name }) => ({ className: layer.className, name, config: { ...layer.config(), ...(frozen.has(name) ? { trainable: false } : {}) } })),
    nodes: network.nodes.map((node) => ({ layer: layers.findIndex((use) => use.layer === node.layer), inputs: node.inputs.map(refer) })),
    outputs: network.outputs.map(({ id }) => refer(id)),
  };
}

/** Makers of the classes that a description names, besides `customLayers`; those over images are fetched only where one is named. */
export async function makersFor(description: JsonObject, customLayers: Readonly<Record<string, LayerFactory>> = {}): Promise<Readonly<Record<string, LayerFactory>>> {
  const known = { ...factories, ...customLayers };
  const missing = [...JSON.stringify(description).matchAll(/"className":"(\w+)"/g)].some(([, name = '']) => !Object.hasOwn(known, name));
  return missing ? { ...known, ...(await import('./imageLayers.js')).imageLayers, ...customLayers } : known;
}

/** @throws FileFormatError for an unknown class or a reference to nothing. */
export function rebuildArchitecture(description: JsonObject, known: Readonly<Record<string, LayerFactory>>): Network {
  const inputs = listOf('inputs', description.inputs).map((entry) => {
    const { shape, name } = Array.isArray(entry) ? { shape: entry as JsonValue, name: undefined } : objectOf('input', entry);
    return Input({ shape: listOf('input shape', shape).map((size) => numberOf('input size', size)), ...(name === undefined ? {} : { name: textOf('input name', name) }) });
  });
  const layerOf = (entry: JsonValue | undefined, name: string): AnyLayer => {
    const { className, config } = objectOf('layer', entry);
    const kind = textOf('layer class', className);
    const make = Object.hasOwn(known, kind) ? known[kind] : undefined;
    if (!make) {
      throw new FileFormatError({
        operation: 'loadModel', argument: 'layer class', expected: Object.keys(known).join(' | '), actual: kind,
        hint: 'Pass your own layers as customLayers.',
      });
    }
    return make({ ...objectOf('layer config', config), name }, (inner) => layerOf(inner, 'inner'));
  };
  const layers = listOf('layers', description.layers).map((entry) => layerOf(entry, textOf('layer name', objectOf('layer', entry).name)));
  const made: SymbolicTensor[][] = [];
  const resolve = (reference: JsonValue): SymbolicTensor => {
    const [node = NaN, index = NaN] = listOf('reference', reference).map((at) => numberOf('reference', at));
    const tensor = node === -1 ? inputs[index] : made[node]?.[index];
    if (!tensor) throw damaged('reference', 'an earlier tensor', reference);
    return tensor;
  };
  for (const entry of listOf('nodes', description.nodes)) {
    const { layer, inputs: from } = objectOf('node', entry);
    const found = layers[numberOf('node layer', layer)];
    if (!found) throw damaged('node layer', `below ${layers.length}`, layer);
    made.push(found.applyAll(listOf('node inputs', from).map(resolve)));
  }
  return buildNetwork(inputs, listOf('outputs', description.outputs).map(resolve));
}
