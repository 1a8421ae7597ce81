/**
 * Passes for explanations: some value of the graph is the score's, its gradient is given, and chosen places on the way are
 * handed out with the gradients that arrive there. Inference mode; weights and states stay as they are.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { DType, FloatArray, HostTensor, Shape } from '../tensor.js';
import { inSequence, takeBatch } from './batches.js';
import type { Dataset } from './data.js';
import { backwardNetwork, forwardNetwork } from './execute.js';
import type { LayerTensors, NetworkObserver, NetworkRun } from './execute.js';
import type { Network, ValueId } from './network.js';
import type { Session } from './session.js';

/** What a pass does; plain data, as programs are kept by it. */
export interface ProbePlan {
  /** The value that scores come from. */
  readonly value: { readonly id: ValueId; readonly shape: Shape };
  /** Nodes of the network whose first output is looked at. */
  readonly places: readonly number[];
  /** Whether the gradients at the places are wanted. */
  readonly gradients: boolean;
  readonly inputGradients: boolean;
}

export interface ProbeResult {
  /** [B, ...] */
  readonly value: HostTensor;
  /** At each place; [B, ...]. */
  readonly activations: readonly HostTensor[];
  /** ∂score/∂activation, if wanted; zeros where nothing arrives. */
  readonly gradients: readonly HostTensor[];
  /** ∂score/∂input, if wanted. */
  readonly inputGradients: readonly HostTensor[];
}

export interface Probe {
  readonly network: Network;
  readonly dtype: DType;
  readonly samples: number;
  /** [B, ...] for each input of the model. */
  readonly x: readonly HostTensor[];
  /** [B, T] */
  readonly mask: FloatArray | undefined;
  /** @param inputs x, then the mask if the samples have one. @param seed ∂score/∂value, if any gradient is wanted. */
  run(plan: ProbePlan, batch: number, inputs: readonly FloatArray[], seed: FloatArray | undefined): Promise<ProbeResult>;
}

export function openProbe(session: Session, network: Network, data: Dataset): Probe {
  const { dtype } = session.device;
  const { samples } = data;
  const { inputs } = takeBatch(data, inSequence(samples), 0, samples, [], false, dtype);
  const x = network.inputs.map(({ shape }, i) => ({ data: inputs[i] ?? new Float32Array(), shape: [samples, ...shape] }));
  const mask = inputs[x.length];
  return {
    network, dtype, samples, x, mask,
    run: (plan, batch, given, seed) => session.states.aside(async () => {
      session.states.select(batch);
      const form = { batch, mask: mask !== undefined, rowWeights: [], training: false };
      const { program, shapes } = session.prober(form, plan);
      const values = await program.run(seed ? [...given, seed] : given);
      const results = values.map((each, i) => ({ data: each, shape: shapes[i] ?? [] }));
      const take = (count: number): HostTensor[] => results.splice(0, count);
      const [value = { data: new Float32Array(), shape: [] }] = take(1);
      return { value, activations: take(plan.places.length), gradients: take(plan.gradients ? plan.places.length : 0), inputGradients: results };
    }),
  };
}

/** The outputs of a pass, in the order of {@link ProbeResult}. @param gradients of the weights, to be thrown away. */
export function probeNetwork(
  k: Kernels, network: Network, plan: ProbePlan, run: NetworkRun, weights: LayerTensors, states: LayerTensors, x: readonly Tensor[],
  seed: Tensor | undefined, gradients: LayerTensors,
): Tensor[] {
  const arrived = new Map<number, Tensor>();
  const observe: NetworkObserver = (_layer, name, tensor, _timeStep, node) => {
    if (name === 'output gradient' && node !== undefined) arrived.set(node, tensor);
  };
  const scored = { ...network, outputs: [plan.value] };
  const observed = { ...run, observe, inputGradients: plan.inputGradients };
  const forward = forwardNetwork(scored, observed, weights, states, x);
  const activations = plan.places.flatMap((node) => forward.values.get(network.nodes[node]?.outputs[0] ?? -1) ?? []);
  const dInputs = seed ? backwardNetwork(scored, observed, weights, forward, [seed], gradients) : [];
  return [
    ...forward.outputs, ...activations,
    ...(plan.gradients ? activations.map((tensor, i) => arrived.get(plan.places[i] ?? -1) ?? k.zeros(tensor.shape)) : []),
    ...(plan.inputGradients ? x.map((input, i) => dInputs[i] ?? k.zeros(input.shape)) : []),
  ];
}
