/** A pass forward with what the losses say of it, and the pass back. */
import type { Kernels, Tensor } from '../../backend.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder, valueOf } from '../graph/execute.js';
import type { LayerTensors, NetworkForward, NetworkObserver, NetworkRun } from '../graph/execute.js';
import { OpenNetwork } from '../graph/lengths.js';
import type { Network, WeightSpec } from '../graph/network.js';
import { addPenaltyGradients, penaltyOn } from '../graph/penalties.js';
import type { Objective } from './objective.js';
import type { StepInputs } from './stepInputs.js';

/** What a step body works with. */
export interface Parts extends StepInputs {
  /** At the sizes of the step. */
  readonly network: Network;
  readonly run: NetworkRun;
  readonly weights: LayerTensors;
  readonly states: LayerTensors;
  /** The value of a variable before the step, by its name. */
  readonly before: (name: string) => Tensor;
}

/** A pass forward and what the losses say of it. */
interface Judged {
  /** Its outputs are what the losses compare. */
  readonly network: Network;
  readonly forward: NetworkForward;
  /** Of each output, [1]. */
  readonly losses: readonly Tensor[];
  /** Their sum, each times its weight, and the penalty. */
  readonly loss: Tensor;
  /** Of the weights, [1]; undefined where none has one. */
  readonly penalty: Tensor | undefined;
  /** Of what the losses compare. */
  readonly dOutputs: readonly Tensor[];
  readonly predictions: readonly Tensor[];
  readonly states: LayerTensors;
}

/** What a pass back is wanted for. */
export interface BackwardOptions {
  readonly observe?: NetworkObserver;
  /** For each output, [1]: what its gradients count, where the batch is a part of a larger one. */
  readonly shares?: readonly Tensor[];
  /** Whether the penalties on weights are in the gradients, as they are once in a step. Default true. */
  readonly penalties?: boolean;
}

export class Judging {
  private readonly objective: Objective | undefined;
  private readonly trained: readonly WeightSpec[];
  /** The network whose outputs losses compare, at the sizes of a step. */
  private readonly compared: OpenNetwork | undefined;

  constructor(objective: Objective | undefined, trained: readonly WeightSpec[]) {
    this.objective = objective;
    this.trained = trained;
    this.compared = objective && new OpenNetwork(objective.network);
  }

  /** Forward through the network that holds what the losses compare. */
  forward(k: Kernels, parts: Parts): Judged {
    const { objective, compared } = this;
    if (!objective || !compared) throw new Error('a loss without an objective');
    const network = compared.at(parts.network.inputs.map(({ shape }) => shape));
    const forward = forwardNetwork(network, parts.run, parts.weights, parts.states, parts.x);
    const results = forward.outputs.map((compared, i) => {
      const loss = objective.losses[i];
      if (!loss) throw new Error(`no loss for output ${i}`);
      return loss.judge(k, compared, parts.y[i] ?? compared, parts.rowWeights[i]);
    });
    const losses = results.map((r) => r.loss);
    const counting = (tensor: Tensor, i: number): Tensor => (objective.weights[i] === 1 ? tensor : k.scale(tensor, objective.weights[i] ?? 1));
    const penalty = penaltyOn(k, this.trained, parts.before);
    const [first, ...others] = [...losses.map(counting), ...(penalty ? [penalty] : [])];
    return {
      network, forward, states: forward.states, losses, penalty, loss: others.reduce((sum, l) => k.add(sum, l), first ?? k.zeros([1])),
      dOutputs: results.map((r, i) => counting(r.dPrediction, i)), predictions: objective.predictions.map((id) => valueOf(forward.values, id)),
    };
  }

  /** Gradients by key, in the order of the trained weights. */
  backward(k: Kernels, parts: Parts, { observe, shares, penalties = true }: BackwardOptions = {}): Judged & { gradients: Map<string, Tensor>; dInputs: Tensor[] } {
    const judged = this.forward(k, parts);
    observe?.('loss', 'loss', judged.loss);
    const grads = byLayer(this.trained, this.trained.map((spec) => k.zeros(spec.shape)));
    const dOutputs = judged.dOutputs.map((d, i) => (shares?.[i] ? k.reshape(k.mulRows(k.reshape(d, [1, d.size]), shares[i]), d.shape) : d));
    const dInputs = backwardNetwork(judged.network, parts.run, parts.weights, judged.forward, dOutputs, grads);
    const gradients = new Map(inOrder(this.trained, grads).map((gradient, i) => [this.trained[i]?.key ?? '', gradient]));
    if (penalties) addPenaltyGradients(k, this.trained, parts.before, gradients);
    return {
      ...judged, gradients,
      dInputs: dInputs.map((d, i) => d ?? k.zeros(parts.x[i]?.shape ?? [])),
    };
  }
}
