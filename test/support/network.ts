/**
 * "Run this network with these named weights and inputs, give outputs and all gradients": the way goldens, equivalence
 * tests and reuse tests drive layers.
 */
import type { Backend, Kernels, Step, Tensor } from '../../src/backend.js';
import { resolveInitializer } from '../../src/initializers.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from '../../src/models/graph/execute.js';
import type { NetworkRun } from '../../src/models/graph/execute.js';
import { masksRead } from '../../src/models/graph/masks.js';
import { buildNetwork, noiseOf, stateTensors, trainableWeights } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import type { Block } from '../../src/blocks/block.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { Input } from '../../src/layers/layer.js';
import { randomStream, uniform } from '../../src/random.js';
import type { HostTensor, Shape } from '../../src/tensor.js';
import { float64 } from './step.js';
import { host, randomTensor } from './values.js';
import type { Host } from './values.js';

/** Tensors by `layer/name`, as `getWeights` has them. */
export type Named = Record<string, Host>;

export interface NetworkData {
  /** Every trained tensor and every state, by key. */
  readonly weights: Named;
  readonly inputs: readonly HostTensor[];
  /** ∂L/∂output, one for each output; without them only the forward pass runs. */
  readonly dOutputs?: readonly HostTensor[];
  /** Default true. */
  readonly training?: boolean;
  /** [B, T] 1 for valid steps of the first input. */
  readonly mask?: HostTensor;
  /** The same for each input, in place of `mask`. */
  readonly masks?: readonly (HostTensor | undefined)[];
  /** What layers keep for the way back: `Run.kept`. */
  readonly kept?: number;
  /** Dropout masks, node after node. */
  readonly noise?: readonly HostTensor[];
}

export interface NetworkResult {
  readonly outputs: Float64Array[];
  /** ∂L/∂weight by key. */
  readonly gradients: Record<string, Float64Array>;
  readonly inputGradients: Float64Array[];
  /** States after the pass, by key. */
  readonly states: Record<string, Float64Array>;
}

/** A network that is one layer or block applied to fresh inputs; shapes without the batch. */
export function networkOf(layer: AnyLayer | Block, ...shapes: Shape[]): Network {
  const inputs = shapes.map((shape) => Input({ shape }));
  return buildNetwork(inputs, layer.applyAll(inputs));
}

/** Initial values plus noise, so that no two weights are alike and biases and norms are away from 0 and 1. */
export function randomWeights(network: Network, seed: number, batch = 1): Named {
  const random = randomStream(seed, 'test weights');
  const weights: Named = {};
  for (const { key, shape, initializer } of trainableWeights(network)) {
    weights[key] = host(shape, resolveInitializer(initializer)(shape, random).map((w) => w + 0.3 * (2 * uniform(random) - 1)));
  }
  for (const { key, shape } of stateTensors(network, batch)) weights[key] = host(shape, randomTensor(seed, key, shape).data.map((x) => 0.2 + Math.abs(x)));
  return weights;
}

/** A random ∂L/∂output for each output. */
export function projections(network: Network, batch: number, seed: number): Host[] {
  return network.outputs.map(({ shape }, i) => randomTensor(seed, `projection ${i}`, [batch, ...shape]));
}

function need(weights: Named, key: string): Host {
  const value = weights[key];
  if (!value) throw new Error(`no weight '${key}', only ${Object.keys(weights).join(', ')}`);
  return value;
}

/**
 * Compiles once for these shapes; each call runs forward and, with dOutputs, backward, with the values that the
 * arrays hold at that moment.
 */
export function networkRunner(network: Network, data: NetworkData, backend: Backend = float64): () => NetworkResult {
  const { weights, inputs, dOutputs, training = true, mask, masks: ofInputs = [mask], noise = [], kept } = data;
  const batch = inputs[0]?.shape[0] ?? 1;
  const trained = trainableWeights(network);
  const states = stateTensors(network, batch);
  const wanted = noiseOf(network, batch).map((specs) => (training ? specs.length : 0));
  const masked = masksRead(network, ofInputs.map((each) => each !== undefined));
  const given = inputs.map(({ data: values }, i) => ({ mask: ofInputs[i] && Float64Array.from(ofInputs[i].data), values: Float64Array.from(values) }));
  const fed: HostTensor[] = [
    ...trained.map(({ key }) => need(weights, key)), ...states.map(({ key }) => need(weights, key)),
    ...inputs, ...masked.map((m) => ({ shape: [batch, m.steps], data: m.rows(given, batch) ?? new Float64Array() })), ...noise, ...(dOutputs ?? []),
  ];

  const step: Step = (k: Kernels, tensors) => {
    const rest: Tensor[] = [...tensors];
    const take = (count: number): Tensor[] => rest.splice(0, count);
    const parameters = byLayer(trained, take(trained.length));
    const before = byLayer(states, take(states.length));
    const x = take(inputs.length);
    const masks = new Map(take(masked.length).map((tensor, i) => [masked[i]?.key ?? '', tensor]));
    const run: NetworkRun = { k, training, kept, masks, noise: wanted.map(take) };
    const forward = forwardNetwork(network, run, parameters, before, x);
    const made = [...forward.outputs, ...inOrder(states, forward.states)];
    if (!dOutputs) return { outputs: made, variables: [] };
    const gradients = byLayer(trained, trained.map(({ shape }) => k.zeros(shape)));
    const dInputs = backwardNetwork(network, run, parameters, forward, take(dOutputs.length), gradients);
    return { outputs: [...made, ...inOrder(trained, gradients), ...dInputs.map((d, i) => d ?? k.zeros(inputs[i]?.shape ?? []))], variables: [] };
  };

  const program = backend.open().compile(step, fed.map(({ shape }) => shape), []);
  return () => {
    const answer = program.run(fed.map((tensor) => tensor.data));
    if (answer instanceof Promise) throw new Error(`${backend.description} does not answer at once`);
    const rest = answer.map((output) => Float64Array.from(output));
    const named = (specs: readonly { key: string }[]): Record<string, Float64Array> =>
      Object.fromEntries(specs.map(({ key }) => [key, rest.shift() ?? new Float64Array()]));
    return {
      outputs: rest.splice(0, network.outputs.length), states: named(states),
      gradients: dOutputs ? named(trained) : {}, inputGradients: rest,
    };
  };
}

/** Runs a network once; see {@link networkRunner}. */
export function runNetwork(network: Network, data: NetworkData, backend?: Backend): NetworkResult {
  return networkRunner(network, data, backend)();
}
