/** What a model is made of: its network, where its weights lie, what it was compiled to, and where training stands. */
import { checkOptions } from '../../checks.js';
import { ShapeError, StateError, formatShape } from '../../errors.js';
import { requireExclusions } from '../../optimizers/decay.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { resolveOptimizer } from '../../optimizers/resolve.js';
import type { DType, HostTensor, Shape } from '../../tensor.js';
import { OpenNetwork } from '../graph/lengths.js';
import { frozenLayers, stateTensors, trainableWeights } from '../graph/network.js';
import type { Network } from '../graph/network.js';
import { BackendChoice } from './backendChoice.js';
import { rowsByClass } from './classWeight.js';
import type { ClassWeight, RowsByClass } from './classWeight.js';
import { prepareData, requireCountedRows } from './data.js';
import type { DataOptions, Dataset, ModelData, Target } from './data.js';
import { keptOf } from './kept.js';
import { objectiveOf } from './objective.js';
import type { Objective } from './objective.js';
import { compileNames } from './options.js';
import type { CompileOptions } from './options.js';
import { startPosition } from './position.js';
import type { CallbackStates, Position } from './position.js';
import { lossWeightsOf, lossesOf, metricsOf, requireDistinct } from './scoring.js';
import type { Session } from './session.js';
import { WeightStore } from './store.js';
import { loggedNames } from './tally.js';
import type { OutputMetric, Scoring } from './tally.js';

export interface Compiled {
  readonly backend: BackendChoice;
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  readonly metrics: readonly OutputMetric[];
  readonly scoring: Scoring;
  readonly targets: readonly Target[];
  /** What layers keep for the way back: see `Run.kept`. */
  readonly kept: number;
}

function targetsOf({ outputs }: Network, { losses, targets }: Objective, metrics: readonly OutputMetric[]): Target[] {
  return outputs.map(({ shape }, i) => {
    const loss = losses[i];
    const ofRows = metrics.some(({ output, weighted, per }) => output === i && weighted && per === 'row');
    return {
      shape: targets[i] ?? shape, perRow: (loss?.perRow ?? false) || ofRows,
      classes: loss?.parameters === 'classes' ? shape.at(-1) : undefined, output: shape, accuracy: loss?.accuracy,
    };
  });
}

/** What runs steps: running.ts, which knows of engines and is fetched. */
interface Runner { readonly Session: typeof Session }

/** A row of an output is its last axis: losses and metrics must know how wide. @throws ShapeError */
function requireKnownWidths(network: Network): void {
  const open = network.outputs.find(({ shape }) => Number.isNaN(shape.at(-1)));
  if (!open) return;
  throw new ShapeError({
    operation: 'compile', argument: 'output', expected: 'of a known last axis', actual: formatShape(['batch', ...open.shape]), hint: 'A number for each step is [batch, null, 1]: end in Reshape({ targetShape: [-1, 1] }).',
  });
}

export class Engine {
  readonly network: Network;
  /** The network at the sizes of data. */
  readonly shapes: OpenNetwork;
  readonly seed: number;
  readonly store: WeightStore;
  position: Position = startPosition();
  compiled: Compiled | undefined;
  /** Before `compile`. */
  private readonly usual = new BackendChoice();
  /** The choice for which all has been fetched that the model needs. */
  private ready: BackendChoice | undefined;
  private runner: Runner | undefined;
  /** The states of the callbacks, while `fit` runs. */
  private callbackStates: (() => CallbackStates) | undefined;

  /** @param weights that are at hand already, by key. */
  constructor(network: Network, seed: number, weights?: ReadonlyMap<string, HostTensor>) {
    this.network = network;
    this.shapes = new OpenNetwork(network);
    this.seed = seed;
    this.store = new WeightStore(network, seed, weights);
  }

  /** Names of the layers that are not trained: as they were when the model was compiled. */
  get frozen(): ReadonlySet<string> {
    return this.compiled ? this.store.frozen : frozenLayers(this.network);
  }

  get outputShapes(): Shape[] {
    return this.network.outputs.map(({ shape }) => shape);
  }

  /** Whether states go on from batch to batch. */
  get stateful(): boolean {
    return stateTensors(this.network, 1).some((spec) => spec.kind === 'carried');
  }

  /** What the compiled losses compare with. */
  get targets(): readonly Target[] {
    return this.compiled?.targets ?? [];
  }

  get dtype(): DType {
    return this.compiled?.backend.dtype ?? 'float32';
  }

  /** Weights stay; optimiser state and position start anew. */
  compile(options: CompileOptions): void {
    checkOptions('compile', options, compileNames);
    const { network } = this;
    requireKnownWidths(network);
    const losses = lossesOf(network, options.loss);
    const weights = lossWeightsOf(network, options.lossWeights);
    const metrics = [...metricsOf(network, losses, options.metrics, false), ...metricsOf(network, losses, options.weightedMetrics, true)];
    const scoring = { metrics, outputs: network.outputs.flatMap(({ name, shape }, i) => (losses[i] ? [{ name, shape, loss: losses[i], weight: weights[i] ?? 1 }] : [])) };
    requireDistinct(loggedNames(scoring, true));
    const objective = objectiveOf(network, losses, weights);
    const compiled = {
      objective, metrics, scoring,
      targets: targetsOf(network, objective, metrics),
      optimizer: resolveOptimizer(options.optimizer ?? 'adam'),
      backend: new BackendChoice(options.backend),
      kept: keptOf(network, options),
    };
    requireExclusions(compiled.optimizer, trainableWeights(this.network).map(({ key }) => key));
    this.requireIdle('compile');
    this.store.close();
    this.store.frozen = frozenLayers(this.network);
    this.position = startPosition();
    this.compiled = compiled;
  }

  /** For a model over copies of another's layers: the same objective, optimiser and backend, and nothing learnt yet. @throws StateError unless that one is compiled. */
  compileAs(other: Engine, operation: string): void {
    const compiled = other.requireCompiled(operation);
    const { losses, weights } = compiled.objective;
    this.compiled = { ...compiled, objective: objectiveOf(this.network, losses, weights) };
    this.store.frozen = other.frozen;
  }

  requireCompiled(operation: string): Compiled {
    if (this.compiled) return this.compiled;
    throw new StateError({ operation, argument: 'model', expected: 'compiled', actual: 'not compiled', hint: "Call model.compile({ loss: 'mse' }) first." });
  }

  /** Settles what computes and fetches what runs it, once what is read at once has been read. Before anything is asked of the session. @param network at the sizes of the data, where those are known. */
  async begin<R extends Runner>(fetch: () => Promise<R>, batch = 32, network = this.network): Promise<R> {
    const { backend, optimizer, objective, metrics } = this.compiled ?? { backend: this.usual, metrics: [] };
    if (this.ready === backend && this.runner) return this.runner as R;
    const rules = optimizer ? trainableWeights(this.network).flatMap(({ regularizer, constraint }) => [regularizer, constraint]) : [];
    const users = [...this.network.nodes.map(({ layer }) => layer), ...(optimizer ? [optimizer] : []), ...objective?.losses ?? [], ...rules];
    const [runner] = await Promise.all([
      fetch(), backend.settle(network, [...new Set(users.flatMap((user) => user?.families ?? []))], batch),
      ...[...objective?.losses ?? [], ...metrics].map(({ load }) => load?.()),
    ]);
    const plain = { ...runner }; // to look for `then` on a module, as every promise of one does, takes microseconds
    this.runner = plain;
    this.ready = backend;
    return plain;
  }

  /** The model on its device, once it has begun. */
  open(): Session {
    const { backend, objective, optimizer, kept } = this.compiled ?? { backend: this.usual, objective: undefined, optimizer: undefined, kept: 1 };
    const { runner, network } = this;
    if (!runner) throw new Error('opened before it has begun');
    return this.store.open((initial, frozen) => new runner.Session(network, backend.backend, initial, objective, optimizer, frozen, kept));
  }

  /** Samples with their targets. @throws StateError before `compile`, which says what the targets are for. */
  prepare(operation: string, x: ModelData, y: ModelData, options: DataOptions): Dataset {
    this.requireCompiled(operation);
    const data = prepareData(operation, x, y, this.shapes, this.targets, this.dtype, options);
    requireCountedRows(operation, data);
    return data;
  }

  /** The same, with what rows count by their class. */
  prepareToTrain(operation: string, x: ModelData, y: ModelData, options: DataOptions & { readonly classWeight?: ClassWeight | undefined }): Dataset {
    const data = this.prepare(operation, x, y, options);
    const rowsByClass = this.byClass(operation, options.classWeight);
    return rowsByClass ? { ...data, rowsByClass } : data;
  }

  /** What rows count by their class. @throws ArgumentError as `rowsByClass` */
  byClass(operation: string, classWeight: ClassWeight | undefined): RowsByClass | undefined {
    return classWeight === undefined ? undefined : rowsByClass(operation, classWeight, this.targets);
  }

  /** Samples alone. */
  prepareInputs(operation: string, x: ModelData, options: DataOptions): Dataset {
    return prepareData(operation, x, undefined, this.shapes, [], this.dtype, options);
  }

  /** @throws StateError if this model trains, or another one trains a layer of it. */
  requireTrainable(operation: string): void {
    this.requireIdle(operation);
    this.store.requireFree(operation);
    if (this.store.trains) return;
    throw new StateError({
      operation, argument: 'model', expected: 'a layer to train', actual: 'all were frozen when it was compiled', hint: 'Set trainable of some layer, then compile again.',
    });
  }

  requireIdle(operation: string): void {
    if (!this.callbackStates) return;
    throw new StateError({ operation, argument: 'model', expected: 'idle', actual: 'training', hint: 'Await the promise of fit first.' });
  }

  /** Refuses a second training, and what would pull the ground from under this one. @throws StateError if another model trains a layer of this one. */
  async whileTraining(operation: string, work: () => Promise<void>, callbackStates: () => CallbackStates): Promise<void> {
    await this.changingWeights(operation, async () => {
      this.callbackStates = callbackStates;
      try {
        await work();
      } finally {
        this.position.callbacks = callbackStates();
        this.callbackStates = undefined;
      }
    });
  }

  /** Meanwhile no other model may change the weights that both have. @throws StateError if one does now. */
  async changingWeights<T>(operation: string, work: () => Promise<T>): Promise<T> {
    this.store.beginTraining(operation);
    try {
      return await work();
    } finally {
      this.store.endTraining();
    }
  }

  /** Where training stands at this moment, in the middle of a hook too. */
  savedPosition(): Position {
    return this.callbackStates ? { ...this.position, callbacks: this.callbackStates() } : this.position;
  }

  /** A pass over other data. Inside a callback it leaves the stream of a stateful training as it was. */
  aside<T>(pass: (session: Session) => Promise<T>): Promise<T> {
    const session = this.open();
    return this.callbackStates ? session.states.aside(() => pass(session)) : pass(session);
  }
}
