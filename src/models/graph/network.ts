/**
 * The structure of a model: applications of layers in an order in which every input comes before its use, names, and
 * the list of all weights. No numbers here.
 */
import { requireAddressable } from '../../checks.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import type { AnyLayer, Application, NoiseSpec, ParameterSpec, StateSpec, SymbolicTensor } from '../../layers/layer.js';
import { maskOfInput, maskOfValues, whereAllAreReal } from '../../layers/timeMask.js';
import type { TimeMask } from '../../layers/timeMask.js';
import { sizesMeet } from '../../openShapes.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import { shapesOf } from './shapes.js';

/** A value in the graph, by number. */
export type ValueId = number;

/** @typeParam L what its layers can do. */
export interface NetworkNode<L extends ForwardLayer = AnyLayer> {
  readonly layer: L;
  /** Name of the layer; the same for every use of it. */
  readonly name: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
}

export interface Network<L extends ForwardLayer = AnyLayer> {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  readonly nodes: readonly NetworkNode<L>[];
  /** Values whose first axis is a time axis that came from an input, with what its padding does to them. */
  readonly masks: ReadonlyMap<ValueId, TimeMask>;
}

export interface NetworkValue {
  readonly id: ValueId;
  /** Without the batch axis. */
  readonly shape: Shape;
}

export interface NetworkInput extends NetworkValue {
  /** What the user called it. */
  readonly name?: string;
  /** Its numbers are whole, from 0 to below this: what the layers that look them up have in common. */
  readonly indices?: number;
}

export interface NetworkOutput extends NetworkValue {
  /** By which losses, metrics and logs call it: what the user gave, or the name of the layer that makes it; unique in the model. */
  readonly name: string;
}

/** One tensor of a layer: `lstm_1/recurrentKernel`. */
export interface WeightSpec extends ParameterSpec {
  readonly key: string;
  readonly layer: string;
  readonly name: string;
}

/** An untrained tensor of a layer. */
export type StateTensorSpec = WeightSpec & StateSpec;

/** A tensor of a layer, trained or not, without how it starts. */
export type KeptTensor = Pick<WeightSpec, 'key' | 'layer' | 'name' | 'shape'>;
export type KeptState = KeptTensor & Pick<StateSpec, 'kind'>;

/**
 * Orders a graph from its outputs.
 * @param outputNames of all outputs; by default those of the layers that make them, `dense`, `dense_2`.
 * @throws ArgumentError for an input that is not among `inputs`, and for two layers of one name.
 */
export function buildNetwork(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[], outputNames?: readonly string[]): Network {
  const ids = new Map<SymbolicTensor, ValueId>();
  const outputsOf = new Map<Application, ValueId[]>();
  const names = layerNames(outputs);
  const nodes: NetworkNode[] = [];
  let count = 0;
  for (const input of inputs) {
    const { shape, source, name } = input;
    if (source || ids.has(input)) {
      throw new ArgumentError({ operation: 'Model', argument: 'inputs', expected: 'made by Input, each given once', actual: source ? "a layer's output" : 'one twice' });
    }
    if (!shape.every((size) => Number.isNaN(size) || (Number.isSafeInteger(size) && size > 0))) {
      throw new ShapeError({ operation: 'Model', argument: 'input shape', expected: 'whole numbers of at least 1, without the batch', actual: formatShape(shape) });
    }
    requireAddressable('Model', 'input shape', shape);
    if (name !== undefined && inputs.some((other) => other !== input && other.name === name)) {
      throw new ArgumentError({ operation: 'Model', argument: 'input name', expected: 'used by one input', actual: `'${name}' twice` });
    }
    ids.set(input, count++);
  }
  if (outputs.length === 0) throw new ArgumentError({ operation: 'Model', argument: 'outputs', expected: 'at least one tensor', actual: 'none' });

  function visit(tensor: SymbolicTensor): ValueId {
    const known = ids.get(tensor);
    if (known !== undefined) return known;
    const { source } = tensor;
    if (!source) {
      throw new ArgumentError({
        operation: 'Model', argument: 'inputs', expected: 'every Input that the outputs depend on', actual: 'one is missing',
        hint: 'Add it to inputs.',
      });
    }
    let made = outputsOf.get(source);
    if (!made) {
      const from = source.inputs.map(visit);
      const inputShapes = source.inputs.map((input) => input.shape);
      const outputShapes = shapesOf(source.layer, inputShapes);
      made = outputShapes.map(() => count++);
      outputsOf.set(source, made);
      nodes.push({ layer: source.layer, name: names.get(source.layer) ?? source.layer.kind, inputs: from, outputs: made, inputShapes, outputShapes });
    }
    const id = made[tensor.index] ?? 0;
    ids.set(tensor, id);
    return id;
  }

  const to = outputs.map((output) => ({ id: visit(output), shape: output.shape }));
  const bounds = indexBounds(inputs.length, nodes);
  const from = inputs.map(({ shape, name }, id) => ({ id, shape, ...(name === undefined ? {} : { name }), ...(bounds[id] === undefined ? {} : { indices: bounds[id] }) }));
  const called = outputNames ?? namesOfOutputs(from, nodes, to);
  return { inputs: from, outputs: to.map((output, i) => ({ ...output, name: called[i] ?? `output_${i}` })), nodes, masks: masksOf(from, nodes) };
}

/** Names of outputs that were given none: of the layer that makes each, numbered on where it makes several. */
export function namesOfOutputs(inputs: readonly NetworkInput[], nodes: readonly NetworkNode[], outputs: readonly NetworkValue[]): string[] {
  const names: string[] = [];
  for (const { id } of outputs) {
    const stem = nodes.find((node) => node.outputs.includes(id))?.name ?? inputs.find((input) => input.id === id)?.name ?? 'input';
    let name = stem;
    for (let n = 1; names.includes(name); n++) name = `${stem}_${n}`;
    names.push(name);
  }
  return names;
}

/** How far the indices of each input may go; values 0 to `inputs` − 1 are those of the inputs. @throws ArgumentError for a rule about what another layer makes. */
export function indexBounds(inputs: number, nodes: readonly NetworkNode<ForwardLayer>[]): readonly (number | undefined)[] {
  const bounds: (number | undefined)[] = [];
  for (const { layer, inputs: from, inputShapes } of nodes) {
    layer.inputRules(inputShapes).forEach((rule, i) => {
      const id = from[i] ?? -1;
      if (rule && id >= inputs) {
        throw new ArgumentError({
          operation: layer.label(), argument: 'input', expected: 'an input of the model itself, whose numbers are known before a step', actual: "another layer's output",
          hint: 'Apply it to Input, or let it come first in Sequential.',
        });
      }
      if (rule?.indices !== undefined) bounds[id] = Math.min(rule.indices, bounds[id] ?? Infinity);
    });
  }
  return bounds;
}

/** Steps of an input of the model; undefined where it has no time axis. */
export function stepsOf({ shape: [steps, ...rest], indices }: NetworkInput): number | undefined {
  return rest.length > 0 || indices !== undefined ? steps : undefined;
}

/** The mask of what a node reads: that of the value, and where it is an input of the model, what the layer says of its numbers. */
export function maskInto({ inputs, masks }: Pick<Network, 'inputs' | 'masks'>, node: NetworkNode<ForwardLayer>, input: number): TimeMask | undefined {
  const id = node.inputs[input] ?? -1;
  const own = masks.get(id);
  const rule = inputs[id] && node.layer.inputRules(node.inputShapes)[input];
  const [steps] = node.inputShapes[input] ?? [];
  if (!rule || steps === undefined) return own;
  const given = own ?? (rule.indices === undefined ? undefined : maskOfInput(id, steps));
  return rule.padding === undefined ? given : whereAllAreReal([given, maskOfValues(id, steps, rule.padding)]);
}

/** Follows the time axis of every input as far as layers keep it. @throws ShapeError for a layer that makes a mask of another length. */
export function masksOf(inputs: readonly NetworkInput[], nodes: readonly NetworkNode<ForwardLayer>[]): Map<ValueId, TimeMask> {
  const masks = new Map<ValueId, TimeMask>();
  inputs.forEach(({ id, shape: [steps = 0, ...rest] }, i) => {
    if (rest.length > 0) masks.set(id, maskOfInput(i, steps));
  });
  for (const node of nodes) {
    const { layer, outputs, inputShapes, outputShapes } = node;
    const made = layer.masks(node.inputs.map((_, i) => maskInto({ inputs, masks }, node, i)), inputShapes);
    outputs.forEach((id, i) => {
      const mask = made[i];
      const steps = outputShapes[i]?.[0];
      if (!mask) return;
      if (!sizesMeet(mask.steps, steps)) {
        throw new ShapeError({ operation: layer.label(), argument: 'masks()', expected: `of ${String(steps)} steps, as the output has`, actual: String(mask.steps) });
      }
      masks.set(id, mask);
    });
  }
  return masks;
}

/**
 * Names of all layers in order of first use: given ones as they are, others `lstm`, `lstm_1`, … Layers that came with an inner model
 * keep the names they have there where those are free; where not, they are numbered on.
 */
function layerNames(outputs: readonly SymbolicTensor[]): Map<AnyLayer, string> {
  const inner = new Map<AnyLayer, string | undefined>();
  const seen = new Set<Application>();
  const visit = (tensor: SymbolicTensor): void => {
    const { source } = tensor;
    if (!source || seen.has(source)) return;
    seen.add(source);
    source.inputs.forEach(visit);
    if (!inner.has(source.layer)) inner.set(source.layer, source.inner);
  };
  outputs.forEach(visit);

  const taken = new Set<string>();
  for (const [{ name }, wish] of inner) {
    if (name === undefined || wish !== undefined) continue;
    if (taken.has(name)) {
      throw new ArgumentError({ operation: 'Model', argument: 'layer name', expected: 'used by one layer', actual: `'${name}' twice` });
    }
    taken.add(name);
  }
  const names = new Map<AnyLayer, string>();
  for (const [layer, wish] of inner) {
    const stem = layer.name ?? layer.kind;
    const given = layer.name !== undefined && wish === undefined;
    let name = wish ?? stem;
    for (let n = 1; !given && taken.has(name); n++) name = `${stem}_${n}`;
    taken.add(name);
    names.set(layer, name);
  }
  return names;
}

/** Every layer once, at its first use. */
export function firstUses<L extends ForwardLayer>(network: Network<L>): NetworkNode<L>[] {
  const seen = new Set<L>();
  return network.nodes.filter((node) => !seen.has(node.layer) && seen.add(node.layer));
}

function specsOf<T extends { readonly shape: Shape }>(node: NetworkNode<ForwardLayer>, specs: { readonly [name: string]: T | undefined }): (T & KeptTensor)[] {
  return Object.entries(specs).flatMap(([name, spec]) => (spec ? [{ ...spec, name, layer: node.name, key: `${node.name}/${name}` }] : []));
}

/** Names of the layers that are frozen now. */
export function frozenLayers(network: Network): ReadonlySet<string> {
  return new Set(network.nodes.filter(({ layer }) => layer.frozen).map(({ name }) => name));
}

/** All tensors that can be trained, in order, frozen ones included. @throws ShapeError if a shared layer would need two shapes of one weight. */
export function trainableWeights(network: Network): WeightSpec[] {
  const specs = firstUses(network).flatMap((node) => specsOf<ParameterSpec>(node, node.layer.weightSpecs(node.inputShapes)));
  const shapes = new Map(specs.map((spec) => [spec.key, spec.shape.join()]));
  for (const node of network.nodes) {
    for (const spec of specsOf<ParameterSpec>(node, node.layer.parameters(node.inputShapes))) {
      if (shapes.get(spec.key) !== spec.shape.join()) {
        throw new ShapeError({
          operation: node.layer.label(), argument: 'input', expected: 'of one width wherever the layer is used', actual: `a second shape of ${spec.key}`,
        });
      }
    }
  }
  return specs;
}

/** The weights of all layers, in order, as who does not train them needs them. */
export function weightTensors(network: Network<ForwardLayer>): KeptTensor[] {
  return firstUses(network).flatMap((node) => specsOf(node, node.layer.parameters(node.inputShapes)));
}

/** All states in order; `batch` matters for carried ones only. */
export function stateTensors(network: Network, batch: number): StateTensorSpec[];
export function stateTensors(network: Network<ForwardLayer>, batch: number): KeptState[];
export function stateTensors(network: Network<ForwardLayer>, batch: number): KeptState[] {
  return firstUses(network).flatMap((node) => specsOf(node, node.layer.states(node.inputShapes, batch)));
}

/** Running statistics: the states that belong to the model, whatever the batch. */
export function lastingStates(network: Network): StateTensorSpec[] {
  return stateTensors(network, 1).filter((spec) => spec.kind === 'weight');
}

export function countNumbers(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** What lasts of a layer, trained or not: what every model over it shares. */
export interface LayerTensorSpecs {
  readonly layer: AnyLayer;
  /** Of the layer, in this model. */
  readonly name: string;
  readonly tensors: readonly WeightSpec[];
}

/** The weights and running statistics of every layer that has any. @throws ShapeError as `trainableWeights`. */
export function lastingTensors(network: Network): LayerTensorSpecs[] {
  const all = [...trainableWeights(network), ...lastingStates(network)];
  const layers = firstUses(network)
    .map(({ layer, name }) => ({ layer, name, tensors: all.filter((spec) => spec.layer === name) }))
    .filter(({ tensors }) => tensors.length > 0);
  for (const { layer, name } of layers) {
    const twin = layers.find((other) => other.layer !== layer && other.layer.weights === layer.weights);
    if (!twin) continue;
    throw new ArgumentError({
      operation: 'Model', argument: 'layer', expected: 'wrapped once, and that wrapper applied wherever it is needed', actual: `one layer in '${name}' and '${twin.name}'`,
      hint: 'Its weights would have two names in one model.',
    });
  }
  return layers;
}

/** The same graph over copies of its layers. */
export function copyNetwork(network: Network): Network {
  const copies = new Map(firstUses(network).map(({ layer }) => [layer, layer.copy()]));
  return { ...network, nodes: network.nodes.map((node) => ({ ...node, layer: copies.get(node.layer) ?? node.layer })) };
}

/** Random numbers that a training step wants, node by node. */
export function noiseOf(network: Network, batch: number): NoiseSpec[][] {
  return network.nodes.map((node) => node.layer.noise(node.inputShapes, batch));
}
