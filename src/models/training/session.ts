/**
 * A model on a device: its weights, states and optimiser slots as variables, and the programs that use them, made once
 * for each kind of step and batch size.
 */
import type { Backend, Device, Kernels, Program, Step, Tensor, Variable } from '../../backend.js';
import type { ResolvedLoss } from '../../losses/losses.js';
import { slot } from '../../optimizers/optimizer.js';
import type { Optimizer, Slots } from '../../optimizers/optimizer.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { allocate, sizeOf } from '../../tensor.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from '../graph/execute.js';
import type { LayerTensors, NetworkForward, NetworkObserver, NetworkRun } from '../graph/execute.js';
import { noiseOf, trainedWeights } from '../graph/network.js';
import type { Network, WeightSpec } from '../graph/network.js';
import { StateVariables } from '../graph/states.js';
import { stepLayout } from './stepInputs.js';
import type { StepForm, StepInputs } from './stepInputs.js';

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
  readonly run: NetworkRun;
  readonly weights: readonly Tensor[];
  readonly states: LayerTensors;
}

export class Session {
  readonly device: Device;
  readonly trained: readonly WeightSpec[];
  private readonly network: Network;
  private readonly losses: readonly ResolvedLoss[];
  private readonly optimizer: Optimizer | undefined;
  private readonly weights: readonly Variable[];
  private readonly lastGood: readonly Variable[];
  /** [1]: not finite once a step has failed; the steps after it in the same plan then change nothing. */
  private readonly trouble: readonly Variable[];
  private readonly slots: ReadonlyMap<string, readonly Variable[]>;
  readonly states: StateVariables;
  private readonly programs = new Map<string, Program>();

  constructor(network: Network, backend: Backend, initial: ReadonlyMap<string, HostTensor>, losses: readonly ResolvedLoss[], optimizer?: Optimizer) {
    this.network = network;
    this.losses = losses;
    this.optimizer = optimizer;
    this.device = backend.open();
    this.trained = trainedWeights(network);
    this.states = new StateVariables(network, this.device, initial);
    const variable = (spec: WeightSpec): Variable => this.device.variable(initial.get(spec.key) ?? this.zeros(spec.shape));
    this.weights = this.trained.map(variable);
    this.lastGood = optimizer ? this.trained.map(variable) : [];
    this.trouble = optimizer ? [this.device.variable(this.zeros([1]))] : [];
    this.slots = new Map(
      (optimizer?.slotNames ?? []).map((name) => [name, this.trained.map((spec) => this.device.variable(this.zeros(spec.shape)))]),
    );
  }

  private zeros(shape: Shape): HostTensor {
    return { data: allocate(this.device.dtype, sizeOf(shape)), shape };
  }

  /** Every named variable: weights and running statistics by key, carried states `state:…`, slots `optimizer:…`. */
  variables(): Map<string, Variable> {
    const all = new Map<string, Variable>();
    this.trained.forEach((spec, i) => setIf(all, spec.key, this.weights[i]));
    for (const [name, variable] of this.states.named()) all.set(name, variable);
    for (const [name, list] of this.slots) this.trained.forEach((spec, i) => setIf(all, `optimizer:${name}/${spec.key}`, list[i]));
    return all;
  }

  /** Takes the present weights for good ones: they did not come from a step. */
  trustWeights(): void {
    this.copyAll(this.weights, this.lastGood);
  }

  /** Puts back the weights of the last step whose loss was finite. */
  restoreLastGood(): void {
    this.copyAll(this.lastGood, this.weights);
    for (const variable of this.trouble) this.device.write(variable, allocate(this.device.dtype, 1));
  }

  private copyAll(from: readonly Variable[], to: readonly Variable[]): void {
    from.forEach((source, i) => {
      const target = to[i];
      if (target) this.device.write(target, this.device.read(source));
    });
  }

  /** Shapes and rates of the dropout masks of a training step, in the order the step takes them. */
  noise(form: StepForm): { shape: Shape; rate: number }[] {
    return form.training ? noiseOf(this.network, form.batch).flat() : [];
  }

  /** Inputs: x. Outputs: predictions. States move on. */
  predictor(form: StepForm): Program {
    return this.program('predict', form, false, [], (k, parts) => {
      const forward = this.forward(parts);
      return { outputs: forward.outputs, states: forward.states };
    });
  }

  /** Inputs: x, y, row weights, mask. Outputs: loss, predictions. */
  evaluator(form: StepForm): Program {
    return this.program('evaluate', form, true, [], (k, parts) => {
      const forward = this.forward(parts);
      return { outputs: [this.loss(k, parts, forward).loss, ...forward.outputs], states: forward.states };
    });
  }

  /** Inputs as `evaluator`, noise. Outputs: loss, every trained gradient, every input gradient. */
  differentiator(form: StepForm): Program {
    return this.program('gradients', form, true, [], (k, parts) => {
      const { loss, gradients, dInputs } = this.backward(k, parts);
      return { outputs: [loss, ...gradients, ...dInputs] };
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
      this.trained.forEach((spec, i) => {
        const p = parts.weights[i];
        if (p) observe(spec.layer, `weight ${spec.name}`, p);
      });
      const { gradients } = this.backward(k, { ...parts, run: { ...parts.run, observe } }, observe);
      this.trained.forEach((spec, i) => {
        const gradient = gradients[i];
        if (gradient) observe(spec.layer, `gradient ${spec.name}`, gradient);
      });
      return { outputs: tensors };
    });
  }

  /**
   * One optimiser step. Inputs as `differentiator`, then learningRate [1] and the optimiser's scalars.
   * Outputs: loss, guard (finite if loss and gradients are), predictions.
   */
  trainer(form: StepForm): Program {
    const { optimizer } = this;
    if (!optimizer) throw new Error('trainer without an optimizer');
    const scalarCount = optimizer.scalars(1).length;
    const extra = [[1], ...(scalarCount > 0 ? [[scalarCount]] : [])];
    return this.program('train', form, true, extra, (k, parts, variables) => {
      const [learningRate, scalars] = parts.extras;
      if (!learningRate) throw new Error('no learning rate');
      const { loss, gradients, forward } = this.backward(k, { ...parts, run: { ...parts.run, inputGradients: false } });
      const sumOfSquares = k.sumSquares(gradients);
      const guard = k.add(k.add(loss, sumOfSquares), variables.trouble ?? loss);
      const trouble = k.keepIfFinite(guard, k.copy(guard), k.zeros([1]));
      const inputs = {
        learningRate, guard, gradientScale: k.clipScale(sumOfSquares, optimizer.globalClipNorm ?? Infinity), clipValue: optimizer.clipValue ?? 0,
      };
      const lastGood = variables.lastGood.map((good, i) => k.keepIfFinite(guard, good, tensorAt(parts.weights, i)));
      const updates = this.trained.map((_, i) =>
        optimizer.update(k, tensorAt(parts.weights, i), tensorAt(gradients, i), variables.slots[i] ?? {}, scalars, inputs));
      return {
        outputs: [loss, guard, ...forward.outputs], states: forward.states, guard,
        update: { weights: updates.map((u) => u.p), slots: updates.map((u) => u.slots), lastGood, trouble },
      };
    });
  }

  private key(kind: string, form: StepForm): string {
    return [kind, form.batch, form.mask, form.rowWeights, form.training].join('/');
  }

  private named(weights: readonly Tensor[]): LayerTensors {
    return byLayer(this.trained, weights);
  }

  private forward({ run, weights, states, x }: Parts): NetworkForward {
    return forwardNetwork(this.network, run, this.named(weights), states, x);
  }

  private loss(k: Kernels, parts: Parts, forward: NetworkForward): { loss: Tensor; dOutputs: Tensor[] } {
    const results = forward.outputs.map((prediction, i) => {
      const { kind, parameter } = this.losses[i] ?? { kind: 'mse', parameter: 0 };
      return k.loss(kind, prediction, parts.y[i] ?? prediction, parts.rowWeights[i], parameter);
    });
    const [first, ...others] = results.map((r) => r.loss);
    const loss = others.reduce((sum, l) => k.add(sum, l), first ?? k.zeros([1]));
    return { loss, dOutputs: results.map((r) => r.dPrediction) };
  }

  private backward(
    k: Kernels, parts: Parts, observe?: NetworkObserver,
  ): { loss: Tensor; gradients: Tensor[]; dInputs: Tensor[]; forward: NetworkForward } {
    const forward = this.forward(parts);
    const { loss, dOutputs } = this.loss(k, parts, forward);
    observe?.('loss', 'loss', loss);
    const gradients = byLayer(this.trained, this.trained.map((spec) => k.zeros(spec.shape)));
    const dInputs = backwardNetwork(this.network, parts.run, this.named(parts.weights), forward, dOutputs, gradients);
    return {
      loss, forward, gradients: inOrder(this.trained, gradients),
      dInputs: dInputs.map((d, i) => d ?? k.zeros(parts.x[i]?.shape ?? [])),
    };
  }

  /** Compiles once per kind and form: lays out inputs and variables, and puts new values where they belong. */
  program(kind: string, form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body): Program {
    const key = this.key(kind, form);
    const known = this.programs.get(key);
    if (known) return known;

    const layout = stepLayout(this.network, form, targets, extraShapes);
    const { trained } = this;
    const stateSpecs = this.states.all.map(({ spec }) => spec);
    const withOptimizer = kind === 'train';
    const slotNames = withOptimizer ? [...this.slots.keys()] : [];
    const lists = [this.weights, this.states.all.map(({ variable }) => variable), ...slotNames.map((name) => this.slots.get(name) ?? []), ...(withOptimizer ? [this.lastGood, this.trouble] : [])];

    const step: Step = (k, inputs, variables) => {
      const rest = [...variables];
      const [weights = [], states = [], ...more] = lists.map((list) => rest.splice(0, list.length));
      const [trouble] = withOptimizer ? (more.pop() ?? []) : [];
      const lastGood = withOptimizer ? (more.pop() ?? []) : [];
      const slots = trained.map((_, i) => Object.fromEntries(slotNames.map((name, s) => [name, tensorAt(more[s], i)])));
      const taken = layout.read(inputs);
      const run = { k, training: form.training, noise: taken.noise, mask: taken.mask };
      const result = body(k, { ...taken, run, weights, states: byLayer(stateSpecs, states) }, { slots, lastGood, trouble });
      const after = result.states ? inOrder(stateSpecs, result.states) : states;
      const { guard, update } = result;
      const kept = guard ? states.map((state, i) => k.keepIfFinite(guard, state, tensorAt(after, i))) : after;
      const updated = update && [...slotNames.flatMap((name) => update.slots.map((s) => slot(s, name))), ...update.lastGood, update.trouble];
      return { outputs: result.outputs, variables: [...(update?.weights ?? weights), ...kept, ...(updated ?? [])] };
    };
    const program = this.device.compile(step, layout.shapes, lists.flat());
    this.programs.set(key, program);
    return program;
  }
}

interface BodyResult {
  readonly outputs: readonly Tensor[];
  readonly states?: LayerTensors;
  readonly guard?: Tensor;
  readonly update?: { readonly weights: readonly Tensor[]; readonly slots: readonly Slots[]; readonly lastGood: readonly Tensor[]; readonly trouble: Tensor };
}

type Body = (
  k: Kernels, parts: Parts, variables: { readonly slots: readonly Slots[]; readonly lastGood: readonly Tensor[]; readonly trouble: Tensor | undefined },
) => BodyResult;

function tensorAt(list: readonly Tensor[] | undefined, i: number): Tensor {
  const tensor = list?.[i];
  if (!tensor) throw new Error(`no tensor ${i}`);
  return tensor;
}

function setIf(map: Map<string, Variable>, key: string, variable: Variable | undefined): void {
  if (variable) map.set(key, variable);
}
