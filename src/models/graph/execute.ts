/** A model forward and backward, written with kernels: the chain rule over the graph. */
import type { Kernels, Tensor } from '../../backend.js';
import type { ForwardLayer } from '../../layers/forwardLayer.js';
import type { Run, Tensors } from '../../layers/layer.js';
import { masksOfNode } from './masks.js';
import type { Network, NetworkNode, ValueId } from './network.js';

/** Tensors of all layers: layer name → record. */
export type LayerTensors = Map<string, Tensors>;

/** Called with every tensor worth looking at, in the order it is computed. `node`: which use of the layer, by its place in the network. */
export type NetworkObserver = (layer: string, tensorName: string, tensor: Tensor, timeStep?: number, node?: number) => void;

export interface NetworkRun {
  readonly k: Kernels;
  readonly training: boolean;
  /** Dropout masks by node, as `noiseOf` lists them. */
  readonly noise: readonly (readonly Tensor[])[];
  /** Masks of padded sequences, by key. */
  readonly masks?: ReadonlyMap<string, Tensor>;
  readonly observe?: NetworkObserver;
  /** Names of layers whose weights are not trained. */
  readonly frozen?: ReadonlySet<string>;
  /** How much layers keep for the way back: see `Run.kept`. */
  readonly kept?: number | undefined;
  /** Whether ∂L/∂input of the model is wanted. Default true; training does without. */
  readonly inputGradients?: boolean;
  /** Values whose gradient is wanted, where that is not all: layers without one among their inputs do not run backward. */
  readonly wanted?: ReadonlySet<ValueId>;
}

export interface NetworkForward {
  readonly outputs: readonly Tensor[];
  readonly values: ReadonlyMap<ValueId, Tensor>;
  readonly caches: readonly unknown[];
  /** States after the pass, with those that did not change. */
  readonly states: LayerTensors;
}

function tensorsOf(all: LayerTensors, node: NetworkNode<ForwardLayer>): Tensors {
  return all.get(node.name) ?? {};
}

function runOf(network: Network<ForwardLayer>, run: NetworkRun, index: number, node: NetworkNode<ForwardLayer>, inputGradient?: boolean): Run {
  const { k, training, observe, kept } = run;
  const masks = run.masks?.size ? masksOfNode(network, node).map((mask) => mask && run.masks?.get(mask.key)) : [];
  return {
    k, training, kept, mask: masks[0], masks, inputGradient, frozen: run.frozen?.has(node.name), noise: run.noise[index] ?? [],
    observe: observe && ((name, tensor, timeStep) => { observe(node.name, name, tensor, timeStep, index); }),
  };
}

/** @throws Error where a pass has not come to it yet. */
export function valueOf(values: ReadonlyMap<ValueId, Tensor>, id: ValueId): Tensor {
  const value = values.get(id);
  if (!value) throw new Error(`value ${id} is used before it is computed`);
  return value;
}

export function forwardNetwork(
  network: Network<ForwardLayer>, run: NetworkRun, parameters: LayerTensors, states: LayerTensors, inputs: readonly Tensor[],
): NetworkForward {
  const values = new Map<ValueId, Tensor>();
  network.inputs.forEach(({ id }, i) => {
    const tensor = inputs[i];
    if (tensor) values.set(id, tensor);
  });
  const after: LayerTensors = new Map(states);
  const caches = network.nodes.map((node, index) => {
    const from = node.inputs.map((id) => valueOf(values, id));
    const result = node.layer.forward(runOf(network, run, index, node), tensorsOf(parameters, node), tensorsOf(after, node), from);
    result.outputs.forEach((tensor, i) => {
      values.set(node.outputs[i] ?? -1, tensor);
      run.observe?.(node.name, i === 0 ? 'output' : `output ${i}`, tensor, undefined, index);
    });
    if (result.states) after.set(node.name, { ...tensorsOf(after, node), ...result.states });
    return result.cache;
  });
  return { outputs: network.outputs.map(({ id }) => valueOf(values, id)), values, caches, states: after };
}

/**
 * Values whose gradient nobody asks for: the model's inputs and, unless somebody looks at what arrives on the way, what layers
 * without weights, or with frozen ones, make of them.
 */
function unasked({ inputGradients, observe }: NetworkRun, network: Network, gradients: LayerTensors): ReadonlySet<ValueId> {
  if (inputGradients !== false) return new Set();
  const values = new Set(network.inputs.map(({ id }) => id));
  for (const node of observe ? [] : network.nodes) {
    if (gradients.has(node.name) || !node.inputs.every((id) => values.has(id))) continue;
    for (const id of node.outputs) values.add(id);
  }
  return values;
}

/** Adds into `gradients`; returns ∂L/∂input of the model, undefined where nothing flowed back. */
export function backwardNetwork(
  network: Network, run: NetworkRun, parameters: LayerTensors, forward: NetworkForward, dOutputs: readonly Tensor[], gradients: LayerTensors,
): (Tensor | undefined)[] {
  const { k } = run;
  const flowing = new Map<ValueId, Tensor>();
  const unwanted = unasked(run, network, gradients);
  const receive = (id: ValueId, d: Tensor): void => {
    const before = flowing.get(id);
    flowing.set(id, before ? k.add(before, d) : d); // H2: a value used twice has two gradients
  };
  network.outputs.forEach(({ id }, i) => {
    const d = dOutputs[i];
    if (d) receive(id, d);
  });
  for (let index = network.nodes.length - 1; index >= 0; index--) {
    const node = network.nodes[index];
    if (!node?.outputs.some((id) => flowing.has(id) && !unwanted.has(id))) continue;
    const [arrived] = node.outputs.map((id) => flowing.get(id));
    if (arrived) run.observe?.(node.name, 'output gradient', arrived, undefined, index);
    if (run.wanted && !node.inputs.some((id) => run.wanted?.has(id))) continue;
    const own = gradients.get(node.name) ?? zerosLike(k, tensorsOf(parameters, node)); // frozen: nobody reads them
    const wanted = !node.inputs.every((id) => unwanted.has(id));
    const dInputs = node.layer.backward(
      runOf(network, run, index, node, wanted), tensorsOf(parameters, node), forward.caches[index], node.outputs.map((id) => flowing.get(id)), own,
    );
    dInputs.forEach((d, i) => {
      receive(node.inputs[i] ?? -1, d);
      run.observe?.(node.name, 'input gradient', d);
    });
  }
  return network.inputs.map(({ id }) => flowing.get(id));
}

function zerosLike(k: Kernels, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor && k.zeros(tensor.shape)]));
}

/** Groups tensors listed by `layer/name` keys. */
export function byLayer(specs: readonly { readonly layer: string; readonly name: string }[], tensors: readonly Tensor[]): LayerTensors {
  const all: LayerTensors = new Map();
  specs.forEach((spec, i) => {
    const record = all.get(spec.layer) ?? {};
    record[spec.name] = tensors[i];
    all.set(spec.layer, record);
  });
  return all;
}

/** The tensors of `byLayer`, back in the order of the specs. */
export function inOrder(specs: readonly { readonly layer: string; readonly name: string }[], all: LayerTensors): Tensor[] {
  return specs.map((spec) => {
    const tensor = all.get(spec.layer)?.[spec.name];
    if (!tensor) throw new Error(`no tensor ${spec.layer}/${spec.name}`);
    return tensor;
  });
}
