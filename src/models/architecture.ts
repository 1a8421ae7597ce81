/** A network as JSON and back: layers by class name and options, and who feeds whom. */
import { FileFormatError } from '../errors.js';
import { Activation } from '../layers/activation.js';
import { BatchNorm } from '../layers/batchNorm.js';
import { Bidirectional } from '../layers/bidirectional.js';
import { Dense } from '../layers/dense.js';
import { Dropout } from '../layers/dropout.js';
import { GRU } from '../layers/gru.js';
import type { AnyLayer, JsonObject, JsonValue } from '../layers/layer.js';
import { LayerNorm } from '../layers/layerNorm.js';
import { LSTM } from '../layers/lstm.js';
import { Flatten, Reshape } from '../layers/reshape.js';
import { SimpleRNN } from '../layers/simpleRnn.js';
import { Input, applyLayer } from '../layers/symbolic.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { Network } from './network.js';
import { buildNetwork, firstUses } from './network.js';

/** Makes a layer from what its `config()` returned, plus its name. */
export type LayerFactory = (options: JsonObject & { readonly name: string }) => AnyLayer;

function numberOf(options: JsonObject, key: string): number {
  const value = options[key];
  if (typeof value !== 'number') throw damaged(`layer option '${key}'`, 'a number', JSON.stringify(value));
  return value;
}

function damaged(argument: string, expected: string, actual: string): FileFormatError {
  return new FileFormatError({ operation: 'loadModel', argument, expected, actual, hint: 'The file was not written by this library, or is damaged.' });
}

function recurrentLayer(value: JsonValue | undefined): LSTM | GRU | SimpleRNN {
  const { className, config } = objectOf('wrapped layer', value);
  const options = objectOf('wrapped layer', config);
  const units = numberOf(options, 'units');
  switch (className) {
    case 'LSTM': return new LSTM({ ...options, units });
    case 'GRU': return new GRU({ ...options, units });
    case 'SimpleRNN': return new SimpleRNN({ ...options, units });
    default: throw damaged('wrapped layer', 'LSTM, GRU or SimpleRNN', JSON.stringify(className));
  }
}

/** The constructors check everything these do not. */
const factories: Readonly<Record<string, LayerFactory>> = {
  Activation: (o) => new Activation({ ...o, kind: o['kind'] as 'linear' }) as AnyLayer,
  BatchNorm: (o) => new BatchNorm(o) as AnyLayer,
  Bidirectional: (o) => new Bidirectional({ ...o, layer: recurrentLayer(o['layer']) }) as AnyLayer,
  Dense: (o) => new Dense({ ...o, units: numberOf(o, 'units') }) as AnyLayer,
  Dropout: (o) => new Dropout({ ...o, rate: numberOf(o, 'rate') }) as AnyLayer,
  Flatten: (o) => new Flatten(o) as AnyLayer,
  GRU: (o) => new GRU({ ...o, units: numberOf(o, 'units') }) as AnyLayer,
  LayerNorm: (o) => new LayerNorm(o) as AnyLayer,
  LSTM: (o) => new LSTM({ ...o, units: numberOf(o, 'units') }) as AnyLayer,
  Reshape: (o) => new Reshape({ ...o, targetShape: o['targetShape'] as number[] }) as AnyLayer,
  SimpleRNN: (o) => new SimpleRNN({ ...o, units: numberOf(o, 'units') }) as AnyLayer,
};

/** `[node, output]`, or `[-1, i]` for input i of the model. */
type Reference = readonly [node: number, index: number];

export function describeArchitecture(network: Network): JsonObject {
  const layers = firstUses(network);
  const references = new Map<number, Reference>();
  network.inputs.forEach(({ id }, i) => references.set(id, [-1, i]));
  network.nodes.forEach((node, n) => node.outputs.forEach((id, i) => references.set(id, [n, i])));
  const refer = (id: number): Reference => references.get(id) ?? [-1, 0];
  return {
    inputs: network.inputs.map(({ shape }) => shape),
    layers: layers.map(({ layer, name }) => ({ className: layer.className, name, config: layer.config() })),
    nodes: network.nodes.map((node) => ({ layer: layers.findIndex((use) => use.layer === node.layer), inputs: node.inputs.map(refer) })),
    outputs: network.outputs.map(({ id }) => refer(id)),
  };
}

function objectOf(argument: string, value: JsonValue | undefined): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw damaged(argument, 'an object', JSON.stringify(value));
}

function listOf(argument: string, value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw damaged(argument, 'a list', JSON.stringify(value));
}

/** @throws FileFormatError for an unknown class or a reference to nothing. */
export function rebuildArchitecture(description: JsonObject, customLayers: Readonly<Record<string, LayerFactory>> = {}): Network {
  const known = { ...factories, ...customLayers };
  const inputs = listOf('inputs', description['inputs']).map((shape) => Input({ shape: listOf('input shape', shape).map(Number) }));
  const layers = listOf('layers', description['layers']).map((entry) => {
    const { className, name, config } = objectOf('layer', entry);
    const make = known[String(className)];
    if (!make) {
      throw new FileFormatError({
        operation: 'loadModel', argument: 'layer class', expected: Object.keys(known).join(' | '), actual: JSON.stringify(className),
        hint: 'Pass your own layers as customLayers.',
      });
    }
    return make({ ...objectOf('layer config', config), name: String(name) });
  });
  const made: SymbolicTensor[][] = [];
  const resolve = (reference: JsonValue): SymbolicTensor => {
    const [node = NaN, index = NaN] = listOf('reference', reference).map(Number);
    const tensor = node === -1 ? inputs[index] : made[node]?.[index];
    if (!tensor) throw damaged('reference', 'an earlier tensor', JSON.stringify(reference));
    return tensor;
  };
  for (const entry of listOf('nodes', description['nodes'])) {
    const { layer, inputs: from } = objectOf('node', entry);
    const found = layers[Number(layer)];
    if (!found) throw damaged('node layer', `below ${layers.length}`, JSON.stringify(layer));
    made.push(applyLayer(found, listOf('node inputs', from).map(resolve)));
  }
  return buildNetwork(inputs, listOf('outputs', description['outputs']).map(resolve));
}
