/** A model on a device: its variables, and the programs that use them, made once for each kind of step and batch size. */
import type { Backend, Device, Kernels, Program, Step, Tensor } from '../../backend.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { NoiseSpec } from '../../layers/layer.js';
import { Recent } from '../../recent.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { byLayer, forwardNetwork, inOrder } from '../graph/execute.js';
import type { LayerTensors, NetworkObserver } from '../graph/execute.js';
import { stateName } from '../graph/names.js';
import { OpenNetwork } from '../graph/lengths.js';
import type { StateVariable } from '../graph/states.js';
import { lastingTensors, noiseOf } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import { Judging } from './judging.js';
import type { Parts } from './judging.js';
import type { Objective } from './objective.js';
import { Sharing } from './sharing.js';
import { stepLayout } from './stepInputs.js';
import type { StepForm } from './stepInputs.js';
import { TROUBLE, Variables, goodName, sumName } from './variables.js';
import type { Held } from './variables.js';
import { optimizerStep } from './weightUpdate.js';

/** One tensor seen on the way. */
export interface Observation {
  readonly layer: string;
  readonly tensor: string;
  readonly timeStep?: number;
  readonly shape: Shape;
  readonly data: FloatArray;
}

type Described = Omit<Observation, 'data'>;

interface Observer { readonly program: Program; readonly seen: readonly Described[] }

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

/** Where a batch stands among those that make one optimiser step together: it is all of them, or the first, one between, the last. */
export type Place = 'whole' | 'first' | 'middle' | 'last';

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
  private readonly judging: Judging;
  private readonly optimizer: Optimizer | undefined;
  private readonly frozen: ReadonlySet<string>;
  private readonly kept: number;
  /** The network at the sizes of a step. */
  private readonly shapes: OpenNetwork;
  private readonly programs = new Recent<Program>(programsKept);
  private readonly observers = new WeakMap<Program, Observer>();
  private readonly penalised: boolean;

  /** @param frozen names of layers that are not trained. @param kept what layers keep for the way back: see `Run.kept`. */
  constructor(
    network: Network, backend: Backend, initial: ReadonlyMap<string, HostTensor>, objective?: Objective, optimizer?: Optimizer,
    frozen: ReadonlySet<string> = new Set(), kept = 1,
  ) {
    this.network = network;
    this.objective = objective;
    this.shapes = new OpenNetwork(network);
    this.optimizer = optimizer;
    this.device = backend.open();
    this.variables = new Variables(network, this.device, initial, optimizer, frozen);
    this.frozen = frozen;
    this.kept = kept;
    this.judging = new Judging(objective, this.trained);
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
    return this.program('predict', form, false, [], prediction);
  }

  /** As `predictor`, over carried states of its own. */
  streamer(form: StepForm): { readonly program: Program; readonly carried: readonly StateVariable[] } {
    const carried = this.states.borrow(form.batch);
    return { carried, program: this.made(form, false, [], prediction, { sums: false, updates: false, states: this.states.with(carried) }) };
  }

  /** Inputs: x, y, row weights, masks. Outputs: the loss of each output, predictions, the penalty where there is one. */
  evaluator(form: StepForm): Program {
    return this.program('evaluate', form, true, [], (k, parts) => {
      const { losses, predictions, penalty, states } = this.judging.forward(k, { ...parts, run: { ...parts.run, kept: 0 } });
      return { outputs: [...losses, ...predictions, ...(penalty ? [penalty] : [])], states };
    });
  }

  /** Inputs as `evaluator`, noise. Outputs: loss, every trained gradient, every input gradient. */
  differentiator(form: StepForm): Program {
    return this.program('gradients', form, true, [], (k, parts) => {
      const { loss, gradients, dInputs } = this.judging.backward(k, parts);
      return { outputs: [loss, ...gradients.values(), ...dInputs] };
    });
  }

  /** As `differentiator`; outputs every observed tensor instead, in the order of `seen`, which a run describes. */
  observer(form: StepForm): Observer {
    const seen: Described[] = [];
    const program = this.program('observe', form, true, [], (k, parts) => {
      seen.length = 0;
      const tensors: Tensor[] = [];
      const observe: NetworkObserver = (layer, tensor, value, timeStep) => {
        seen.push({ layer, tensor, shape: value.shape, ...(timeStep === undefined ? {} : { timeStep }) });
        tensors.push(value);
      };
      for (const { layer, name, key } of this.variables.trainable) observe(layer, `weight ${name}`, parts.before(key));
      const { gradients } = this.judging.backward(k, { ...parts, run: { ...parts.run, observe } }, { observe });
      for (const { layer, name, key } of this.trained) observe(layer, `gradient ${name}`, named(gradients, key));
      return { outputs: tensors };
    });
    const known = this.observers.get(program) ?? { program, seen };
    this.observers.set(program, known);
    return known;
  }

  /**
   * One optimiser step, or a part of one, of which the last changes the weights and the others add up gradients. Inputs as `differentiator`;
   * then, of a part, for each output [1], what its gradients count; then, of the whole or the last part, learningRate [1], with masks `hold`
   * [1], and the optimiser's scalars. Where `hold` is not finite, weights and slots stay: no row counts, so there is nothing to learn.
   * Outputs: guard (finite if loss and gradients are), the loss of each output, predictions, the penalty where there is one.
   */
  trainer(form: StepForm, place: Place = 'whole'): Program {
    const optimizer = this.requireOptimizer();
    const sums = place !== 'whole';
    const updates = place === 'whole' || place === 'last';
    const shares = sums ? this.network.outputs.map(() => [1]) : [];
    const extra = [...shares, ...(updates ? [[1], ...(form.mayHold ? [[1]] : []), ...scalarShapes(optimizer)] : [])];
    return this.program(sums ? `train, ${place}` : 'train', form, true, extra, (k, parts) => {
      const { before } = parts;
      const options = { shares: parts.extras.slice(0, shares.length), penalties: updates };
      const { loss, losses, predictions, penalty, states, gradients } = this.judging.backward(k, { ...parts, run: { ...parts.run, inputGradients: false } }, options);
      if (place === 'middle' || place === 'last') for (const [key, gradient] of gradients) gradients.set(key, k.add(before(sumName(key)), gradient));
      const { trained } = this;
      const sumOfSquares = k.sumSquares([...gradients.values()]);
      const guard = k.add(k.add(loss, sumOfSquares), before(TROUBLE));
      const after = new Map([[TROUBLE, k.keepIfFinite(guard, k.copy(guard), k.zeros([1]))]]);
      if (updates) {
        const [learningRate, ...others] = parts.extras.slice(shares.length);
        const hold = form.mayHold ? others.shift() : undefined;
        const updated = optimizerStep(k, optimizer, trained, gradients, { learningRate, guard, hold, sumOfSquares, scalars: others[0], before });
        for (const [name, value] of updated) after.set(name, value);
      } else for (const { key } of trained) after.set(sumName(key), named(gradients, key));
      return { outputs: [guard, ...losses, ...predictions, ...(penalty ? [penalty] : [])], states, after, guard };
    }, { sums, updates });
  }

  /**
   * One optimiser step with gradients that come in, in the order of the trained weights, then learningRate [1] and the optimiser's
   * scalars. Output: guard (finite if the gradients are, and their squares).
   */
  applier(): Program {
    const { trained } = this;
    const optimizer = this.requireOptimizer();
    const shapes = [...trained.map(({ shape }) => shape), [1], ...scalarShapes(optimizer)];
    return this.programs.get('apply', () => this.compiled(shapes, { sums: false, updates: true }, (k, inputs, before) => {
      const gradients = new Map(trained.map(({ key }, i) => [key, inputs[i] ?? k.zeros([1])]));
      const [learningRate, scalars] = inputs.slice(trained.length);
      const sumOfSquares = k.sumSquares([...gradients.values()]);
      const guard = k.add(sumOfSquares, before(TROUBLE));
      const after = optimizerStep(k, optimizer, trained, gradients, { learningRate, guard, sumOfSquares, scalars, before });
      for (const { key } of trained) after.set(goodName(key), k.keepIfFinite(guard, before(goodName(key)), named(after, key))); // no loss tells of them
      return { outputs: [guard], after };
    }));
  }

  private requireOptimizer(): Optimizer {
    if (this.optimizer) return this.optimizer;
    throw new Error('a training step without an optimizer');
  }

  private key(kind: string, form: StepForm): string {
    return [kind, form.batch, form.x.join(';'), form.masked, form.rowWeights, form.training].join('/');
  }

  /** Compiles once per kind and form: lays out inputs and variables, and puts new values where they belong. */
  program(kind: string, form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body, held: Held = { sums: false, updates: false }): Program {
    return this.programs.get(this.key(kind, form), () => this.made(form, targets, extraShapes, body, held));
  }

  private made(form: StepForm, targets: boolean, extraShapes: readonly Shape[], body: Body, held: Held): Program {
    const network = this.shapes.at(form.x);
    const layout = stepLayout(network, form, targets ? this.objective?.targets ?? [] : undefined, extraShapes);
    const { frozen, kept } = this;
    const { trainable } = this.variables;
    const stateSpecs = (held.states ?? this.states.all).map(({ spec }) => spec);
    const stateNames = stateSpecs.map(stateName);
    return this.compiled(layout.shapes, held, (k, inputs, before) => {
      const taken = layout.read(inputs);
      const run = { k, training: form.training, noise: taken.noise, masks: taken.masks, frozen, kept };
      const weights = byLayer(trainable, trainable.map(({ key }) => before(key)));
      const states = byLayer(stateSpecs, stateNames.map(before));
      const { outputs, states: next, after, guard } = body(k, { ...taken, network, run, weights, states, before });
      const moved = (next ? inOrder(stateSpecs, next) : []).map((tensor, i) => {
        const name = stateNames[i] ?? '';
        return [name, guard ? k.keepIfFinite(guard, before(name), tensor) : tensor] as const;
      });
      return { outputs, after: new Map([...after ?? [], ...moved]) };
    });
  }

  /** A program over the variables that it holds. @param body knows them by name, and says which have new values. */
  private compiled(
    shapes: readonly Shape[], held: Held, body: (k: Kernels, inputs: readonly Tensor[], before: (name: string) => Tensor) => Pick<BodyResult, 'outputs' | 'after'>,
  ): Program {
    const variables = this.variables.held(held);
    const names = [...variables.keys()];
    const step: Step = (k, inputs, list) => {
      const values = new Map(list.map((tensor, i) => [names[i] ?? '', tensor]));
      const before = (name: string): Tensor => named(values, name);
      const { outputs, after } = body(k, inputs, before);
      return { outputs, variables: names.map((name) => after?.get(name) ?? before(name)) };
    };
    return this.device.compile(step, shapes, [...variables.values()], this.variables.fixed(held));
  }
}

const prediction: Body = (_, { network, run, weights, states, x }) => {
  const { outputs, states: next } = forwardNetwork(network, { ...run, kept: 0 }, weights, states, x);
  return { outputs, states: next };
};

/** What an optimiser's update takes besides the rate. */
function scalarShapes(optimizer: Optimizer): Shape[] {
  const count = optimizer.scalars(1).length;
  return count > 0 ? [[count]] : [];
}

function named(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`no tensor ${name}`);
  return tensor;
}
