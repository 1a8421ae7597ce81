/**
 * A model on a device: its weights, states and optimiser slots as variables, and the programs that use them, made once
 * for each kind of step and batch size.
 */
import type { Backend, Device, Program, Step, Tensor, Variable } from '../backend.js';
import { ShapeError } from '../errors.js';
import type { ResolvedLoss } from '../losses/losses.js';
import type { Optimizer, Slots } from '../optimizers/optimizer.js';
import type { FloatArray, HostTensor, Shape } from '../tensor.js';
import { allocate, sizeOf } from '../tensor.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from './execute.js';
import type { LayerTensors, NetworkForward, NetworkObserver, NetworkRun } from './execute.js';
import { noiseOf, stateTensors, trainedWeights } from './network.js';
import type { Network, WeightSpec } from './network.js';

/** What decides the form of a step. */
export interface StepForm {
  readonly batch: number;
  readonly mask: boolean;
  /** For each output, whether row weights come in. */
  readonly rowWeights: readonly boolean[];
  readonly training: boolean;
}

/** One tensor seen on the way. */
export interface Observation {
  readonly layer: string;
  readonly tensor: string;
  readonly timeStep?: number;
  readonly shape: Shape;
  readonly data: FloatArray;
}

interface Parts {
  readonly x: readonly Tensor[];
  readonly y: readonly Tensor[];
  readonly rowWeights: readonly (Tensor | undefined)[];
  readonly run: NetworkRun;
  readonly rest: readonly Tensor[];
}

export class Session {
  readonly device: Device;
  readonly trained: readonly WeightSpec[];
  private readonly network: Network;
  private readonly losses: readonly ResolvedLoss[];
  private readonly optimizer: Optimizer | undefined;
  private readonly weights: readonly Variable[];
  private readonly lastGood: readonly Variable[];
  private readonly slots: ReadonlyMap<string, readonly Variable[]>;
  /** Untrained tensors; carried ones exist once a batch size is known. */
  private stateSpecs: readonly WeightSpec[];
  private states: readonly Variable[];
  private carriedBatch: number | undefined;
  private readonly programs = new Map<string, Program>();

  constructor(network: Network, backend: Backend, initial: ReadonlyMap<string, HostTensor>, losses: readonly ResolvedLoss[], optimizer?: Optimizer) {
    this.network = network;
    this.losses = losses;
    this.optimizer = optimizer;
    this.device = backend.open();
    this.trained = trainedWeights(network);
    this.stateSpecs = stateTensors(network, 1).filter((spec) => spec.kind === 'weight');
    const variable = (spec: WeightSpec): Variable => this.device.variable(initial.get(spec.key) ?? this.zeros(spec.shape));
    this.weights = this.trained.map(variable);
    this.states = this.stateSpecs.map(variable);
    this.lastGood = optimizer ? this.trained.map(variable) : [];
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
    this.stateSpecs.forEach((spec, i) => setIf(all, isCarried(spec) ? `state:${spec.key}` : spec.key, this.states[i]));
    for (const [slot, list] of this.slots) this.trained.forEach((spec, i) => setIf(all, `optimizer:${slot}/${spec.key}`, list[i]));
    return all;
  }

  /** Makes the carried states of stateful layers for this batch size. @throws ShapeError if it differs from the first one. */
  prepareBatch(batch: number): void {
    if (this.carriedBatch === batch) return;
    const carried = stateTensors(this.network, batch).filter((spec) => spec.kind === 'carried');
    if (carried.length === 0) {
      this.carriedBatch = undefined;
      return;
    }
    if (this.carriedBatch !== undefined) {
      throw new ShapeError({
        operation: 'stateful model', argument: 'batch', expected: `${this.carriedBatch} samples, as in the first batch`, actual: String(batch),
        hint: 'Choose a batchSize that divides the number of samples, or call resetStates().',
      });
    }
    this.carriedBatch = batch;
    this.stateSpecs = [...this.stateSpecs, ...carried];
    this.states = [...this.states, ...carried.map((spec) => this.device.variable(this.zeros(spec.shape)))];
    this.programs.clear();
  }

  /** Forgets carried states and with them the batch size. */
  resetStates(): void {
    const keep = this.stateSpecs.map((spec) => !isCarried(spec));
    this.states = this.states.filter((_, i) => keep[i]);
    this.stateSpecs = this.stateSpecs.filter((_, i) => keep[i]);
    this.carriedBatch = undefined;
    this.programs.clear();
  }

  /** Puts back the weights of the last step whose loss was finite. */
  restoreLastGood(): void {
    this.weights.forEach((variable, i) => {
      const good = this.lastGood[i];
      if (good) this.device.write(variable, this.device.read(good));
    });
  }

  /** Shapes and rates of the dropout masks of a training step, in the order the step takes them. */
  noise(form: StepForm): { shape: Shape; rate: number }[] {
    return form.training ? noiseOf(this.network, form.batch).flat() : [];
  }

  /** Inputs: x. Outputs: predictions. States move on. */
  predictor(form: StepForm): Program {
    return this.program('predict', form, false, [], (k, parts, states) => {
      const forward = forwardNetwork(this.network, parts.run, this.named(parts.rest), states, parts.x);
      return { outputs: forward.outputs, states: forward.states };
    });
  }

  /** Inputs: x, y, row weights, mask. Outputs: loss, predictions. */
  evaluator(form: StepForm): Program {
    return this.program('evaluate', form, true, [], (k, parts, states) => {
      const forward = forwardNetwork(this.network, parts.run, this.named(parts.rest), states, parts.x);
      return { outputs: [this.loss(k, parts, forward).loss, ...forward.outputs], states: forward.states };
    });
  }

  /** Inputs as `evaluator`, noise. Outputs: loss, every trained gradient, every input gradient. */
  differentiator(form: StepForm): Program {
    return this.program('gradients', form, true, [], (k, parts, states) => {
      const { loss, gradients, dInputs } = this.backward(k, parts, states);
      return { outputs: [loss, ...gradients, ...dInputs] };
    });
  }

  /** As `differentiator`; outputs every observed tensor instead, described in `seen` after the run. */
  observer(form: StepForm, seen: Omit<Observation, 'data'>[]): Program {
    this.programs.delete(this.key('observe', form));
    return this.program('observe', form, true, [], (k, parts, states) => {
      const tensors: Tensor[] = [];
      const observe: NetworkObserver = (layer, tensor, value, timeStep) => {
        seen.push({ layer, tensor, shape: value.shape, ...(timeStep === undefined ? {} : { timeStep }) });
        tensors.push(value);
      };
      this.trained.forEach((spec, i) => {
        const p = parts.rest[i];
        if (p) observe(spec.layer, `weight ${spec.name}`, p);
      });
      const { gradients } = this.backward(k, { ...parts, run: { ...parts.run, observe } }, states, observe);
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
    return this.program('train', form, true, extra, (k, parts, states, extras, variables) => {
      const [learningRate, scalars] = extras;
      if (!learningRate) throw new Error('no learning rate');
      const { loss, gradients, forward } = this.backward(k, parts, states);
      const sumOfSquares = k.sumSquares(gradients);
      const guard = k.add(loss, sumOfSquares);
      const inputs = {
        learningRate, guard, gradientScale: k.clipScale(sumOfSquares, optimizer.globalClipNorm ?? Infinity), clipValue: optimizer.clipValue ?? 0,
      };
      const lastGood = this.lastGood.map((_, i) => k.keepIfFinite(guard, variables.lastGood(i), variables.weight(i)));
      const updates = this.trained.map((_, i) =>
        optimizer.update(k, variables.weight(i), gradients[i] ?? loss, variables.slots(i), scalars, inputs));
      return {
        outputs: [loss, guard, ...forward.outputs], states: forward.states, guard,
        weights: updates.map((u) => u.p), slots: updates.map((u) => u.slots), lastGood,
      };
    });
  }

  private key(kind: string, form: StepForm): string {
    return [kind, form.batch, form.mask, form.rowWeights, form.training].join('/');
  }

  private named(weights: readonly Tensor[]): LayerTensors {
    return byLayer(this.trained, weights);
  }

  private loss(k: NetworkRun['k'], parts: Parts, forward: NetworkForward): { loss: Tensor; dOutputs: Tensor[] } {
    const results = forward.outputs.map((prediction, i) => {
      const { kind, parameter } = this.losses[i] ?? { kind: 'mse', parameter: 0 };
      return k.loss(kind, prediction, parts.y[i] ?? prediction, parts.rowWeights[i], parameter);
    });
    const [first, ...others] = results.map((r) => r.loss);
    const loss = others.reduce((sum, l) => k.add(sum, l), first ?? k.zeros([1]));
    return { loss, dOutputs: results.map((r) => r.dPrediction) };
  }

  private backward(
    k: NetworkRun['k'], parts: Parts, states: LayerTensors, observe?: NetworkObserver,
  ): { loss: Tensor; gradients: Tensor[]; dInputs: Tensor[]; forward: NetworkForward } {
    const weights = this.named(parts.rest);
    const forward = forwardNetwork(this.network, parts.run, weights, states, parts.x);
    const { loss, dOutputs } = this.loss(k, parts, forward);
    observe?.('loss', 'loss', loss);
    const gradients = byLayer(this.trained, this.trained.map((spec) => k.zeros(spec.shape)));
    const dInputs = backwardNetwork(this.network, parts.run, weights, forward, dOutputs, gradients);
    return {
      loss, forward, gradients: inOrder(this.trained, gradients),
      dInputs: dInputs.map((d, i) => d ?? k.zeros(parts.x[i]?.shape ?? [])),
    };
  }

  /** Compiles once per form: lays out inputs and variables, and puts new values where they belong. */
  private program(kind: string, form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body): Program {
    const key = this.key(kind, form);
    const known = this.programs.get(key);
    if (known) return known;

    const { network } = this;
    const withBatch = ({ shape }: { shape: Shape }): Shape => [form.batch, ...shape];
    const xShapes = network.inputs.map(withBatch);
    const yShapes = targets ? network.outputs.map(withBatch) : [];
    const weightShapes = targets
      ? network.outputs.flatMap(({ shape }, i) => (form.rowWeights[i] ? [[form.batch * sizeOf(shape.slice(0, -1))]] : []))
      : [];
    const maskShapes = form.mask ? [[form.batch, network.inputs[0]?.shape[0] ?? 0]] : [];
    const noise = form.training ? noiseOf(network, form.batch) : network.nodes.map(() => []);
    const shapes = [...xShapes, ...yShapes, ...weightShapes, ...maskShapes, ...noise.flat().map((n) => n.shape), ...extraShapes];

    const { trained, stateSpecs } = this;
    const slotNames = [...this.slots.keys()];
    const withOptimizer = kind === 'train';
    const slotVariables = withOptimizer ? slotNames.flatMap((name) => this.slots.get(name) ?? []) : [];
    const variables = [...this.weights, ...this.states, ...slotVariables, ...(withOptimizer ? this.lastGood : [])];

    const step: Step = (k, inputs, vars) => {
      let at = 0;
      const take = (count: number): readonly Tensor[] => inputs.slice(at, (at += count));
      const x = take(xShapes.length);
      const y = take(yShapes.length);
      const rowWeights = network.outputs.map((_, i) => (targets && form.rowWeights[i] ? take(1)[0] : undefined));
      const [mask] = take(maskShapes.length);
      const masks = noise.map((specs) => take(specs.length));
      const extras = take(extraShapes.length);
      const weights = vars.slice(0, trained.length);
      const states = vars.slice(trained.length, trained.length + stateSpecs.length);
      const slotsFrom = trained.length + stateSpecs.length;
      const parts = { x, y, rowWeights, rest: weights, run: { k, training: form.training, noise: masks, mask } };
      const result = body(k, parts, byLayer(stateSpecs, states), extras, {
        weight: (i) => tensorAt(vars, i),
        slots: (i) => Object.fromEntries(slotNames.map((name, s) => [name, tensorAt(vars, slotsFrom + s * trained.length + i)])),
        lastGood: (i) => tensorAt(vars, slotsFrom + slotNames.length * trained.length + i),
      });
      const after = result.states ? inOrder(stateSpecs, result.states) : states;
      const { guard } = result;
      const kept = guard ? states.map((state, i) => k.keepIfFinite(guard, state, after[i] ?? state)) : after;
      const updatedSlots = withOptimizer ? slotNames.flatMap((name) => (result.slots ?? []).map((s) => s[name] ?? tensorAt(vars, 0))) : [];
      return {
        outputs: result.outputs,
        variables: [...(result.weights ?? weights), ...kept, ...updatedSlots, ...(result.lastGood ?? [])],
      };
    };
    const program = this.device.compile(step, shapes, variables);
    this.programs.set(key, program);
    return program;
  }
}

interface BodyResult {
  readonly outputs: readonly Tensor[];
  readonly states?: LayerTensors;
  readonly guard?: Tensor;
  readonly weights?: readonly Tensor[];
  readonly slots?: readonly Slots[];
  readonly lastGood?: readonly Tensor[];
}

interface TrainVariables {
  weight(i: number): Tensor;
  slots(i: number): Slots;
  lastGood(i: number): Tensor;
}

type Body = (k: NetworkRun['k'], parts: Parts, states: LayerTensors, extras: readonly Tensor[], variables: TrainVariables) => BodyResult;

function tensorAt(list: readonly Tensor[], i: number): Tensor {
  const tensor = list[i];
  if (!tensor) throw new Error(`no variable ${i}`);
  return tensor;
}

function setIf(map: Map<string, Variable>, key: string, variable: Variable | undefined): void {
  if (variable) map.set(key, variable);
}

function isCarried(spec: WeightSpec): boolean {
  return 'kind' in spec && spec.kind === 'carried';
}
