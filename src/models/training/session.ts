/** A model on a device: its variables, and the programs that use them, made once for each kind of step and batch size. */
import type { Backend, Device, Kernels, Program, Step, Tensor } from '../../backend.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { NoiseSpec } from '../../layers/layer.js';
import { Recent } from '../../recent.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder, valueOf } from '../graph/execute.js';
import type { LayerTensors, NetworkForward, NetworkObserver, NetworkRun } from '../graph/execute.js';
import { stateName } from '../graph/names.js';
import { OpenNetwork } from '../graph/lengths.js';
import { lastingTensors, noiseOf } from '../graph/network.js';
import { addPenaltyGradients, penaltyOn } from '../graph/penalties.js';
import type { Network } from '../graph/network.js';
import type { Objective } from './objective.js';
import { Sharing } from './sharing.js';
import { stepLayout } from './stepInputs.js';
import type { StepForm, StepInputs } from './stepInputs.js';
import { TROUBLE, Variables, goodName } from './variables.js';
import { updateWeights } from './weightUpdate.js';

/** One tensor seen on the way. */
export interface Observation {
  readonly layer: string;
  readonly tensor: string;
  readonly timeStep?: number;
  readonly shape: Shape;
  readonly data: FloatArray;
}

/** What a step body works with. */
interface Parts extends StepInputs {
  /** At the sizes of the step. */
  readonly network: Network;
  readonly run: NetworkRun;
  readonly weights: LayerTensors;
  readonly states: LayerTensors;
  /** The value of a variable before the step, by its name. */
  readonly before: (name: string) => Tensor;
}

interface BodyResult {
  readonly outputs: readonly Tensor[];
  /** New states; absent ones stay. */
  readonly states?: LayerTensors;
  /** New values of other variables, by name; absent ones stay. */
  readonly after?: ReadonlyMap<string, Tensor>;
  /** States stay where this is not finite. */
  readonly guard?: Tensor;
}

type Body = (k: Kernels, parts: Parts) => BodyResult;

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

/**
 * One for each kind of step, batch size, sizes of the samples and form of masks and weights; a call that was kept holds a few hundred bytes,
 * so the one that nobody has asked for the longest goes, and is made anew when its turn comes again.
 */
const programsKept = 64;

export class Session {
  readonly device: Device;
  readonly variables: Variables;
  readonly sharing: Sharing;
  readonly network: Network;
  private readonly objective: Objective | undefined;
  private readonly optimizer: Optimizer | undefined;
  private readonly frozen: ReadonlySet<string>;
  /** The networks at the sizes of a step: the model's, and that whose outputs losses compare. */
  private readonly shapes: OpenNetwork;
  private readonly compared: OpenNetwork | undefined;
  private readonly programs = new Recent<Program>(programsKept);
  private readonly penalised: boolean;

  /** @param frozen names of layers that are not trained. */
  constructor(
    network: Network, backend: Backend, initial: ReadonlyMap<string, HostTensor>, objective?: Objective, optimizer?: Optimizer,
    frozen: ReadonlySet<string> = new Set(),
  ) {
    this.network = network;
    this.objective = objective;
    this.shapes = new OpenNetwork(network);
    this.compared = objective && new OpenNetwork(objective.network);
    this.optimizer = optimizer;
    this.device = backend.open();
    this.variables = new Variables(network, this.device, initial, optimizer, frozen);
    this.frozen = frozen;
    this.penalised = this.trained.some(({ regularizer }) => regularizer !== undefined);
    this.sharing = new Sharing(lastingTensors(network), this.variables, frozen);
  }

  get trained(): Variables['trained'] {
    return this.variables.trained;
  }

  /** What the results of a step say of the penalty on weights. */
  penaltyIn(results: readonly FloatArray[]): number {
    return this.penalised ? results.at(-1)?.[0] ?? NaN : 0;
  }

  get states(): Variables['states'] {
    return this.variables.states;
  }

  /** The random numbers of a training step, in the order the step takes them. */
  noise(form: StepForm): NoiseSpec[] {
    return form.training ? noiseOf(this.shapes.at(form.x), form.batch).flat() : [];
  }

  /** Inputs: x, masks. Outputs: predictions. States move on. */
  predictor(form: StepForm): Program {
    return this.program('predict', form, false, [], (_, parts) => {
      const { outputs, states } = forwardNetwork(parts.network, parts.run, parts.weights, parts.states, parts.x);
      return { outputs, states };
    });
  }

  /** Inputs: x, y, row weights, masks. Outputs: the loss of each output, predictions, the penalty where there is one. */
  evaluator(form: StepForm): Program {
    return this.program('evaluate', form, true, [], (k, parts) => {
      const { losses, predictions, penalty, states } = this.judge(k, parts);
      return { outputs: [...losses, ...predictions, ...(penalty ? [penalty] : [])], states };
    });
  }

  /** Inputs as `evaluator`, noise. Outputs: loss, every trained gradient, every input gradient. */
  differentiator(form: StepForm): Program {
    return this.program('gradients', form, true, [], (k, parts) => {
      const { loss, gradients, dInputs } = this.backward(k, parts);
      return { outputs: [loss, ...gradients.values(), ...dInputs] };
    });
  }

  /** As `differentiator`; outputs every observed tensor instead, described in `seen` after the run. */
  observer(form: StepForm, seen: Omit<Observation, 'data'>[]): Program {
    this.programs.delete(this.key('observe', form));
    return this.program('observe', form, true, [], (k, parts) => {
      const tensors: Tensor[] = [];
      const observe: NetworkObserver = (layer, tensor, value, timeStep) => {
        seen.push({ layer, tensor, shape: value.shape, ...(timeStep === undefined ? {} : { timeStep }) });
        tensors.push(value);
      };
      for (const { layer, name, key } of this.variables.trainable) observe(layer, `weight ${name}`, parts.before(key));
      const { gradients } = this.backward(k, { ...parts, run: { ...parts.run, observe } }, observe);
      for (const { layer, name, key } of this.trained) observe(layer, `gradient ${name}`, named(gradients, key));
      return { outputs: tensors };
    });
  }

  /**
   * One optimiser step. Inputs as `differentiator`, then learningRate [1], with masks `hold` [1], and the optimiser's scalars. Where
   * `hold` is not finite, weights and slots stay: no row of the batch counts, so there is nothing to learn.
   * Outputs: guard (finite if loss and gradients are), the loss of each output, predictions, the penalty where there is one.
   */
  trainer(form: StepForm): Program {
    const { optimizer } = this;
    if (!optimizer) throw new Error('trainer without an optimizer');
    const scalarCount = optimizer.scalars(1).length;
    const extra = [[1], ...(form.mayHold ? [[1]] : []), ...(scalarCount > 0 ? [[scalarCount]] : [])];
    return this.program('train', form, true, extra, (k, parts) => {
      const { before } = parts;
      const [learningRate, ...others] = parts.extras;
      const hold = form.mayHold ? others.shift() : undefined;
      const [scalars] = others;
      if (!learningRate) throw new Error('no learning rate');
      const { loss, losses, predictions, penalty, states, gradients } = this.backward(k, { ...parts, run: { ...parts.run, inputGradients: false } });
      const sumOfSquares = k.sumSquares([...gradients.values()]);
      const guard = k.add(k.add(loss, sumOfSquares), before(TROUBLE));
      const after = new Map([[TROUBLE, k.keepIfFinite(guard, k.copy(guard), k.zeros([1]))]]);
      for (const { key } of this.trained) after.set(goodName(key), k.keepIfFinite(guard, before(goodName(key)), before(key)));
      const updated = updateWeights(k, optimizer, this.trained, gradients, { learningRate, guard: hold ? k.add(guard, hold) : guard, sumOfSquares, scalars, before });
      for (const [name, value] of updated) after.set(name, value);
      return { outputs: [guard, ...losses, ...predictions, ...(penalty ? [penalty] : [])], states, after, guard };
    });
  }

  /**
   * One optimiser step with gradients that come in, in the order of the trained weights, then learningRate [1] and the optimiser's
   * scalars. Output: guard (finite if the gradients are, and their squares).
   */
  applier(): Program {
    const { optimizer, trained } = this;
    if (!optimizer) throw new Error('applier without an optimizer');
    const scalarCount = optimizer.scalars(1).length;
    const variables = this.variables.held(true);
    const names = [...variables.keys()];
    const step: Step = (k, inputs, list) => {
      const values = new Map(list.map((tensor, i) => [names[i] ?? '', tensor]));
      const before = (name: string): Tensor => named(values, name);
      const gradients = new Map(trained.map(({ key }, i) => [key, inputs[i] ?? k.zeros([1])]));
      const [learningRate, scalars] = inputs.slice(trained.length);
      if (!learningRate) throw new Error('no learning rate');
      const sumOfSquares = k.sumSquares([...gradients.values()]);
      const guard = k.add(sumOfSquares, before(TROUBLE));
      const updated = updateWeights(k, optimizer, trained, gradients, { learningRate, guard, sumOfSquares, scalars, before });
      for (const { key } of trained) values.set(goodName(key), k.keepIfFinite(guard, before(goodName(key)), named(updated, key)));
      for (const [name, value] of updated) values.set(name, value);
      return { outputs: [guard], variables: names.map(before) };
    };
    const shapes = [...trained.map(({ shape }) => shape), [1], ...(scalarCount > 0 ? [[scalarCount]] : [])];
    return this.programs.get('apply', () => this.device.compile(step, shapes, [...variables.values()]));
  }

  private key(kind: string, form: StepForm): string {
    return [kind, form.batch, form.x.join(';'), form.masked, form.rowWeights, form.training].join('/');
  }

  /** Forward through the network that holds what the losses compare. */
  private judge(k: Kernels, parts: Parts): Judged {
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
  private backward(k: Kernels, parts: Parts, observe?: NetworkObserver): Judged & { gradients: Map<string, Tensor>; dInputs: Tensor[] } {
    const judged = this.judge(k, parts);
    observe?.('loss', 'loss', judged.loss);
    const grads = byLayer(this.trained, this.trained.map((spec) => k.zeros(spec.shape)));
    const dInputs = backwardNetwork(judged.network, parts.run, parts.weights, judged.forward, judged.dOutputs, grads);
    const gradients = new Map(inOrder(this.trained, grads).map((gradient, i) => [this.trained[i]?.key ?? '', gradient]));
    addPenaltyGradients(k, this.trained, parts.before, gradients);
    return {
      ...judged, gradients,
      dInputs: dInputs.map((d, i) => d ?? k.zeros(parts.x[i]?.shape ?? [])),
    };
  }

  /** Compiles once per kind and form: lays out inputs and variables, and puts new values where they belong. */
  program(kind: string, form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body): Program {
    return this.programs.get(this.key(kind, form), () => this.made(kind, form, targets, extraShapes, body));
  }

  private made(kind: string, form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body): Program {
    const network = this.shapes.at(form.x);
    const layout = stepLayout(network, form, targets ? this.objective?.targets ?? [] : undefined, extraShapes);
    const { frozen } = this;
    const { trainable } = this.variables;
    const stateSpecs = this.states.all.map(({ spec }) => spec);
    const stateNames = stateSpecs.map(stateName);
    const variables = this.variables.held(kind === 'train');
    const names = [...variables.keys()];

    const step: Step = (k, inputs, list) => {
      const values = new Map(list.map((tensor, i) => [names[i] ?? '', tensor]));
      const before = (name: string): Tensor => named(values, name);
      const taken = layout.read(inputs);
      const run = { k, training: form.training, noise: taken.noise, masks: taken.masks, frozen };
      const weights = byLayer(trainable, trainable.map(({ key }) => before(key)));
      const states = byLayer(stateSpecs, stateNames.map(before));
      const { outputs, states: next, after, guard } = body(k, { ...taken, network, run, weights, states, before });
      for (const [name, tensor] of after ?? []) values.set(name, tensor);
      const moved = next ? inOrder(stateSpecs, next) : [];
      moved.forEach((tensor, i) => {
        const name = stateNames[i] ?? '';
        values.set(name, guard ? k.keepIfFinite(guard, before(name), tensor) : tensor);
      });
      return { outputs, variables: names.map(before) };
    };
    return this.device.compile(step, layout.shapes, [...variables.values()]);
  }
}

function named(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no tensor ${name}`);
  return tensor;
}
