/**
 * Passes for explanations: some value of the graph is the score's, its gradient is given, and the outputs of chosen nodes are handed
 * out with the gradients that arrive there. Inference mode; weights and states stay as they are.
 */
import type { Tensor } from '../backend.js';
import { takeBatch } from '../models/training/batches.js';
import type { Batch } from '../models/training/batches.js';
import type { DataOptions, ModelData } from '../models/training/data.js';
import { backwardNetwork, byLayer, forwardNetwork } from '../models/graph/execute.js';
import type { NetworkObserver } from '../models/graph/execute.js';
import type { Model } from '../models/model.js';
import type { Network, ValueId } from '../models/graph/network.js';
import type { Session } from '../models/training/session.js';
import type { DType, FloatArray, HostTensor, Shape } from '../tensor.js';

/** Any model; its weights and states do not change. It need not be compiled, except to choose a backend. */
export type ExplainedModel = Pick<Model, 'inspect' | 'network'>;

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

/** The outputs of these nodes, and all values that depend on them: as far back as gradients have to run. */
function downstream({ nodes }: Network, places: readonly number[]): Set<ValueId> {
  const values = new Set<ValueId>();
  nodes.forEach((node, index) => {
    if (places.includes(index) || node.inputs.some((id) => values.has(id))) for (const id of node.outputs) values.add(id);
  });
  return values;
}

/** Samples, and passes over them. */
export class Probe {
  readonly network: Network;
  readonly samples: number;
  /** [B, ...] for each input of the model. */
  readonly x: readonly HostTensor[];
  /** Those that layers read; [B, T]. */
  readonly masks: readonly FloatArray[];
  private readonly masked: readonly boolean[];
  readonly dtype: DType;

  private constructor(network: Network, private readonly session: Session, samples: number, { form, inputs }: Batch) {
    this.network = network;
    this.samples = samples;
    this.dtype = session.device.dtype;
    this.x = network.inputs.map(({ shape }, i) => ({ data: inputs[i] ?? new Float32Array(), shape: [samples, ...shape] }));
    this.masks = inputs.slice(this.x.length);
    this.masked = form.masked;
  }

  static async open(model: ExplainedModel, x: ModelData, options: DataOptions): Promise<Probe> {
    const { session, data } = await model.inspect(x, options);
    const batch = await takeBatch(data, undefined, 0, data.samples, false, session.device.dtype);
    return new Probe(data.network, session, data.samples, batch);
  }

  /** @param inputs x, then the masks. @param seed ∂score/∂value, if any gradient is wanted. */
  run(plan: ProbePlan, batch: number, inputs: readonly FloatArray[], seed: FloatArray | undefined): Promise<ProbeResult> {
    const { session, network } = this;
    const { value, places, gradients, inputGradients } = plan;
    return session.states.aside(async () => {
      session.states.select(batch);
      const arrays = await this.program(plan, batch).run(seed ? [...inputs, seed] : inputs);
      const take = (shapes: readonly Shape[], wanted = true): HostTensor[] =>
        wanted ? arrays.splice(0, shapes.length).map((data, i) => ({ data, shape: [batch, ...(shapes[i] ?? [])] })) : [];
      const placeShapes = places.map((node) => network.nodes[node]?.outputShapes[0] ?? []);
      const [scored = { data: new Float32Array(), shape: [] }] = take([value.shape]);
      return {
        value: scored, activations: take(placeShapes), gradients: take(placeShapes, gradients),
        inputGradients: take(network.inputs.map(({ shape }) => shape), inputGradients),
      };
    });
  }

  /** Inputs and outputs as `run` has them. */
  private program(plan: ProbePlan, batch: number): ReturnType<Session['program']> {
    const { session } = this;
    const { value, places, gradients, inputGradients } = plan;
    const form = { batch, x: this.network.inputs.map(({ shape }) => shape), masked: this.masked, rowWeights: [], training: false, mayHold: false };
    const backward = gradients || inputGradients;
    const scored = { ...this.network, outputs: [{ ...value, name: 'probed' }] };
    return session.program(`probe ${JSON.stringify(plan)}`, form, false, backward ? [[batch, ...value.shape]] : [], (k, parts) => {
      const arrived = new Map<number, Tensor>();
      const observe: NetworkObserver = (_layer, name, tensor, _timeStep, node) => {
        if (name === 'output gradient' && node !== undefined) arrived.set(node, tensor);
      };
      const run = { ...parts.run, observe, inputGradients, wanted: inputGradients ? undefined : downstream(this.network, places) };
      const { weights } = parts;
      const forward = forwardNetwork(scored, run, weights, parts.states, parts.x);
      const activations = places.flatMap((node) => forward.values.get(scored.nodes[node]?.outputs[0] ?? -1) ?? []);
      const unused = byLayer(session.trained, session.trained.map((spec) => k.zeros(spec.shape))); // gradients of the weights
      const dInputs = backward ? backwardNetwork(scored, run, weights, forward, parts.extras, unused) : [];
      const outputs = [
        ...forward.outputs, ...activations,
        ...(gradients ? activations.map((tensor, i) => arrived.get(places[i] ?? -1) ?? k.zeros(tensor.shape)) : []),
        ...(inputGradients ? parts.x.map((input, i) => dInputs[i] ?? k.zeros(input.shape)) : []),
      ];
      return { outputs };
    });
  }
}
