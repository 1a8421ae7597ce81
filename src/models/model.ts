/** A trainable model: what users hold. */
import { checkOptions, isThenable, requireCount, typeName } from '../checks.js';
import { disposal } from '../disposal.js';
import { ArgumentError } from '../errors.js';
import { writeAtomically } from '../files.js';
import { checkedName, onlyOutput, tensorsOf } from '../layers/layer.js';
import type { AnyLayer, Applicable, JsonValue, SymbolicTensor } from '../layers/layer.js';
import { fromHost } from '../ndarrays.js';
import { openShape } from '../openShapes.js';
import type { OpenShape } from '../openShapes.js';
import type { FloatArray, HostTensor, NdArray, TensorLike } from '../tensor.js';
import { modelJson } from './files/modelJson.js';
import type { ModelJson } from './files/modelJson.js';
import { encodeModel } from './files/persist.js';
import { applyNetwork } from './graph/nested.js';
import { buildNetwork, copyNetwork, countNumbers, firstUses, lastingStates, trainableWeights } from './graph/network.js';
import type { Network } from './graph/network.js';
import { describeNetwork } from './summary.js';
import { isBatches } from './training/batchStream.js';
import type { Batches } from './training/batchStream.js';
import type { DataOptions, Dataset, ModelData } from './training/data.js';
import { Engine } from './training/engine.js';
import type { Feed } from './training/feed.js';
import { applyGradients, fitBatches, fitModel, running, trainOnBatch } from './training/fit.js';
import type { Gradients } from './training/gradients.js';
import { checkFitOptions, evaluateBatchesNames, evaluateNames, modelNames, passNames, predictNames } from './training/options.js';
import type { ApplyGradientsOptions, CompileOptions, EvaluateBatchesOptions, EvaluateOptions, FitBatchesOptions, FitOptions, ModelOptions, PassOptions, PredictOptions, TrainOnBatchOptions, Weights } from './training/options.js';
import type { History, Position } from './training/position.js';
import type { Observation, Session } from './training/session.js';
import type { Stream, StreamOptions } from './training/stream.js';

/** A network that stands already. `weights` are those that are at hand, by key and of the right shapes: others are made from the seed. */
export interface MadeNetwork {
  readonly network: Network;
  readonly seed?: number | undefined;
  readonly weights?: ReadonlyMap<string, HostTensor> | undefined;
}

/**
 * A graph of layers with its weights. `new Model({ inputs, outputs })`, or `Sequential` for a chain. Weights belong to the layers: the
 * first model over a layer makes them, from its seed, and every model over it has them; what one trains, the others predict with,
 * from their next call on. Optimiser state, position and the states that stateful layers carry are each model's own.
 */
export class Model implements Applicable {
  /** Anything JSON that should travel with the saved model: scalers, column names. */
  metadata: Record<string, JsonValue> = {};
  /** Of the last call of fit. */
  history: History = { epoch: [], history: {} };
  private readonly engine: Engine;

  constructor(options: ModelOptions | MadeNetwork) {
    const { network, seed = 0, weights }: MadeNetwork = typeof options === 'object' && 'network' in options ? options : { ...options, network: networkOf(options) };
    this.engine = new Engine(network, seed, weights);
  }

  get network(): Network {
    return this.engine.network;
  }

  get seed(): number {
    return this.engine.seed;
  }

  /** Of each input, without the batch; null for sizes that are left open. */
  get inputShapes(): readonly OpenShape[] {
    return this.network.inputs.map(({ shape }) => openShape(shape));
  }

  /** Of each output, without the batch; null for sizes that follow open ones. */
  get outputShapes(): readonly OpenShape[] {
    return this.network.outputs.map(({ shape }) => openShape(shape));
  }

  /** Of the only input, without the batch. @throws ArgumentError for several: use inputShapes. */
  get inputShape(): OpenShape {
    return only('inputShape', this.inputShapes);
  }

  /** Of the only output, without the batch. @throws ArgumentError for several: use outputShapes. */
  get outputShape(): OpenShape {
    return only('outputShape', this.outputShapes);
  }

  /** Where training stands; saved with the model. */
  get position(): Position {
    return this.engine.savedPosition();
  }

  /** The layers in order of first use. */
  get layers(): readonly AnyLayer[] {
    return firstUses(this.network).map((node) => node.layer);
  }

  /** Whether any layer is trained. Setting it sets `trainable` of all layers, as for a model that goes into another one; a model asks when it is compiled. */
  get trainable(): boolean {
    return this.layers.some((layer) => layer.trainable);
  }

  set trainable(value: boolean) {
    for (const layer of this.layers) layer.trainable = value;
  }

  /**
   * Chooses optimiser, loss, metrics and backend. Weights stay; optimiser state and position start anew.
   * @throws ArgumentError for an unknown name.
   */
  compile(options: CompileOptions): void {
    this.engine.compile(options);
  }

  /**
   * Trains. Resolves to the history; `history.stopped` says why if it ended early. Data are arrays, tensors or sources, cut into
   * batches here; or batches, `[x, y]` or `[x, y, { sampleWeight, mask, lengths }]`, of a generator or another iterable, sync or async,
   * or of a function that returns one for every epoch:
   *
   *     await model.fit(async function* (epoch) { for await (const rows of chunks(epoch)) yield [rows.x, rows.y]; }, { epochs: 5 });
   *
   * Whatever happens, iterators are closed (`return()`) when training ends. A function is resumed inside an epoch by calling it anew and
   * passing over the batches that are done; an iterable, which is read through once, cannot be resumed. An array is data, not batches.
   *
   * Arrays are read before it returns: it holds a copy of x, y, weights and masks, of validation data too, in the backend's precision until
   * the promise settles, so the peak of memory is that of the data twice; sources are read batch by batch (docs/decisions/read-at-once.md).
   *
   * @throws ShapeError, DataError for data that do not fit or are not finite, before the first step.
   * @throws NotFiniteError where loss or gradients blow up: first layer, time step and tensor; the last good weights are kept.
   * @throws the signal's reason when aborted.
   */
  fit(batches: Batches, options?: FitBatchesOptions): Promise<History>;
  fit(x: ModelData, y: ModelData, options?: FitOptions): Promise<History>;
  async fit(data: ModelData | Batches, second?: ModelData | FitBatchesOptions, options?: FitOptions): Promise<History> {
    const start = (history: History): void => { this.history = history; };
    if (!isBatches(data)) return fitModel(this.engine, this, data, targetOf('fit', second), options ?? {}, start);
    requireNoTarget('fit', options);
    return fitBatches(this.engine, this, data, (second ?? {}) as FitBatchesOptions, start);
  }

  /** What `fit` would say of these options, before there are data. @throws ArgumentError, as `operation` */
  checkFit(operation: string, options: FitOptions): void {
    checkFitOptions(operation, options);
  }

  /**
   * One optimiser step on exactly these samples, for training loops of your own. Returns loss and metrics of the batch,
   * as they were before the step. A schedule moves on by one step; `fit` without `resume` starts it anew.
   *
   * @throws ArgumentError for a schedule that counts epochs without `stepsPerEpoch`.
   */
  trainOnBatch(x: ModelData, y: ModelData, options: TrainOnBatchOptions = {}): Promise<Record<string, number>> {
    return trainOnBatch(this.engine, this, x, y, options);
  }

  /**
   * One optimiser step with gradients of your own, of every trained weight by its key, as `lossAndGradients` returns them: clipping, decay,
   * update, constraints and schedule as in a step of `fit`. Nothing is added to them: those of `lossAndGradients` hold the penalties.
   *
   * @throws ArgumentError for a key that is missing or unknown, DataError for values that are not finite.
   */
  applyGradients(gradients: Readonly<Record<string, TensorLike>>, options: ApplyGradientsOptions = {}): Promise<void> {
    return applyGradients(this.engine, gradients, options);
  }

  /** Loss and metrics, `{ loss, mae }`, without training: of data, or of batches as `fit` takes them. */
  evaluate(batches: Batches, options?: EvaluateBatchesOptions): Promise<Record<string, number>>;
  evaluate(x: ModelData, y: ModelData, options?: EvaluateOptions): Promise<Record<string, number>>;
  async evaluate(data: ModelData | Batches, second?: ModelData | EvaluateBatchesOptions, options?: EvaluateOptions): Promise<Record<string, number>> {
    const { engine } = this;
    const { scoring } = engine.requireCompiled('evaluate');
    if (isBatches(data)) {
      requireNoTarget('evaluate', options);
      const { steps, signal } = checkOptions('evaluate', (second ?? {}) as EvaluateBatchesOptions, evaluateBatchesNames);
      if (steps !== undefined) requireCount('evaluate', 'steps', steps);
      return evaluated({ batches: data, given: { operation: 'evaluate', steps, training: false, signal } }, signal);
    }
    const { batchSize = 32, signal } = checkOptions('evaluate', options ?? {}, evaluateNames);
    requireCount('evaluate', 'batchSize', batchSize);
    return evaluated({ data: engine.prepare('evaluate', data, targetOf('evaluate', second), options ?? {}), cut: { batchSize, training: false } }, signal, batchSize);

    async function evaluated(feed: Feed, abort: AbortSignal | undefined, batch?: number): Promise<Record<string, number>> {
      const { evaluateFeed } = await engine.begin(running, batch, 'data' in feed ? feed.data.network : undefined);
      return engine.aside((session) => evaluateFeed(engine, session, feed, scoring, abort));
    }
  }

  /**
   * The prediction, batch first; float32 unless the backend is float64. x is read before it returns, and copied until the promise settles.
   * @throws ArgumentError for several outputs: use predictAll.
   */
  async predict(x: ModelData, options: PredictOptions = {}): Promise<NdArray<FloatArray>> {
    const [first, ...others] = await this.predictAll(x, options);
    if (!first || others.length > 0) {
      throw new ArgumentError({ operation: 'predict', argument: 'model', expected: 'of one output', actual: `${others.length + 1} outputs`, hint: 'Use predictAll.' });
    }
    return first;
  }

  /** All outputs. */
  async predictAll(x: ModelData, options: PredictOptions = {}): Promise<NdArray<FloatArray>[]> {
    const { engine } = this;
    const { batchSize = 32, signal } = checkOptions('predict', options, predictNames);
    requireCount('predict', 'batchSize', batchSize);
    const data = engine.prepareInputs('predict', x, options);
    const { predictDataset } = await engine.begin(running, batchSize, data.network);
    const results = await engine.aside((session) => predictDataset(session, data, batchSize, signal));
    return results.map(({ data: values, shape }) => fromHost(values, shape));
  }

  /**
   * The model one time step at a time, for numbers as they come in: `step` of what it resolves to takes a step's numbers and returns the
   * prediction at once, without an allocation, in the bits that `predict` would give for the same steps one by one. For a stateful model of one
   * input [1, D] and one output, on wasm or cpu; each stream has states of its own.
   *
   *     const stream = await model.stream();
   *     for await (const reading of sensor) if (stream.step(reading)[0]! > limit) ring();
   *
   * @throws ArgumentError for a model that carries no states, ShapeError for one that takes more than a step.
   */
  async stream(options: StreamOptions = {}): Promise<Stream> {
    const { engine } = this;
    const { batch = 1 } = checkOptions('stream', options, { batch: true });
    const [made] = await Promise.all([import('./training/stream.js'), engine.begin(running)]);
    return new made.Stream(engine, batch);
  }

  /** Loss and its gradients over the data as one batch: of every trained weight, keyed as weights are, and of the inputs. */
  async lossAndGradients(x: ModelData, y: ModelData, options: PassOptions = {}): Promise<Gradients> {
    const { data, training } = this.readPass('lossAndGradients', x, y, options);
    const { lossAndGradients } = await this.engine.begin(running, undefined, data.network);
    return lossAndGradients(this.engine, data, training);
  }

  /**
   * Every tensor on the way forward and back, in order: outputs, h and c, dh and dc at each time step, gradients.
   *
   * `timeStep` counts from 0 in the order in which the layer reads. With L the loss and the later steps as functions of (h_t, c_t):
   * `dh` [B, H] is ∂L/∂h_t, what the loss says of y_t and what step t+1 sends back together (B3 of docs/bptt.md); `dc` [B, H], LSTM only,
   * is ∂L/∂c_t by way of step t+1 alone, before what h_t owes to c_t is added (L9 of docs/lstm.md); at the last step there is none unless
   * the final c is used. Where a step is masked, both are those of the state that it passes on.
   */
  async observe(x: ModelData, y: ModelData, options: PassOptions = {}): Promise<Observation[]> {
    const { data, training } = this.readPass('observe', x, y, options);
    const { observe } = await this.engine.begin(running, undefined, data.network);
    return observe(this.engine, data, training);
  }

  private readPass(operation: string, x: ModelData, y: ModelData, options: PassOptions): { data: Dataset; training: boolean } {
    const { training = false } = checkOptions(operation, options, passNames);
    return { data: this.engine.prepare(operation, x, y, options), training };
  }

  /** The model on its device, and samples as its steps take them: what `bptt/explain` works with. @internal */
  async inspect(x: ModelData, options: DataOptions = {}): Promise<{ session: Session; data: Dataset }> {
    const data = this.engine.prepareInputs('explain', x, options);
    await this.engine.begin(running, undefined, data.network);
    return { session: this.engine.open(), data };
  }

  /** The layers as a table, with what they run on. */
  summary(): string {
    const { compiled } = this.engine;
    return describeNetwork(this.network, this.engine.frozen, {
      backend: compiled?.backend.description ?? 'none', optimizer: compiled?.optimizer.className, loss: compiled?.objective.losses.map(({ name }) => name).join(' + '),
    });
  }

  /** Numbers in all weights, running statistics included. */
  countParams(): number {
    return countNumbers([...trainableWeights(this.network), ...lastingStates(this.network)]);
  }

  /**
   * Layers, their options and how they are wired, as JSON without the weights: `JSON.stringify(model)`, and `modelFromJSON` builds the same
   * architecture from it. The seed goes along, so that the weights begin alike. `toBytes` saves a whole model.
   *
   * @throws ArgumentError for an initialiser that is a function, of which JSON would leave nothing.
   */
  toJSON(): ModelJson {
    return modelJson(this.network, this.engine.frozen, this.seed);
  }

  /** Copies of all weights, running statistics included. */
  getWeights(): Weights {
    const { store, dtype } = this.engine;
    return Object.fromEntries([...store.snapshot(dtype)].map(([key, { data, shape }]) => [key, fromHost(data, shape)]));
  }

  /**
   * Sets some or all weights; nothing changes if one does not fit.
   * @throws ArgumentError for an unknown key, ShapeError for a wrong shape.
   */
  setWeights(weights: Readonly<Record<string, TensorLike>>): void {
    this.engine.store.set(weights);
  }

  /** Forgets the states that stateful layers carry from batch to batch. */
  resetStates(): void {
    this.engine.store.session?.states.reset();
  }

  /** The whole model as the bytes of a .safetensors file: architecture, weights, optimiser state, position, metadata. */
  toBytes(): Uint8Array {
    const { compiled, network, seed, store } = this.engine;
    return encodeModel({
      frozen: this.engine.frozen, network, seed, position: this.position, metadata: this.metadata, tensors: store.everything(compiled && { optimizer: compiled.optimizer, dtype: this.engine.dtype }),
      compiled: compiled && {
        optimizer: { className: compiled.optimizer.className, config: compiled.optimizer.config() },
        losses: compiled.objective.losses.map(({ config }) => config), lossWeights: compiled.objective.weights,
        metrics: compiled.metrics.map(({ name, output, weighted }) => ({ name, output, weighted })),
      },
    });
  }

  /** Writes {@link toBytes} to a file, all or nothing. Node only. */
  async save(path: string): Promise<void> {
    await writeAtomically('save', path, this.toBytes());
  }

  /** Puts back what a saved file holds; used by `loadModel`. @internal */
  async restore(tensors: ReadonlyMap<string, HostTensor>, position: Position, metadata: Record<string, JsonValue>): Promise<void> {
    if (this.engine.compiled) {
      await this.engine.begin(running);
      this.engine.open();
    }
    this.engine.store.restore(tensors);
    this.engine.position = position;
    this.metadata = metadata;
  }

  /**
   * Uses the model as a layer: `encoder.apply(x)`, or in a Sequential. Its layers become layers of the outer graph, with the weights they
   * have; they keep their names where those are free (else `dense_1`, as unnamed layers are numbered), so `gradCam` finds them.
   * @throws ShapeError if the inputs do not fit, or the model has several outputs (use `applyAll`).
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    return onlyOutput('model', this.applyAll(inputs));
  }

  /** As `apply`, with all outputs. */
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor[] {
    return applyNetwork(this.network, tensorsOf('Model', 'inputs', inputs));
  }

  /** The same architecture over layers of its own, with copies of the weights; not compiled. */
  clone(): Model {
    const copy = new Model({ network: copyNetwork(this.network), seed: this.seed, weights: this.engine.store.snapshot() });
    copy.metadata = structuredClone(this.metadata);
    return copy;
  }

  /** A clone that is compiled alike and has learnt nothing since, with its engine: what `findLearningRate` works with. @internal */
  twin(operation: string): { copy: Model; engine: Engine } {
    const copy = this.clone();
    const { engine } = copy;
    engine.compileAs(this.engine, operation);
    return { copy, engine };
  }

  /** Frees the memory of the backend. Weights are kept and the model may be used again; optimiser state is not. */
  dispose(): void {
    this.engine.requireIdle('dispose');
    this.engine.store.close();
  }

  /** `using model = new Sequential(…)` disposes of it at the end of the block. */
  [disposal](): void {
    this.dispose();
  }
}

/** Options in its place say that x was meant for batches. */
function targetOf(operation: string, y: unknown): ModelData {
  const options = typeof y === 'object' && y !== null && !Array.isArray(y) && !ArrayBuffer.isView(y) && !('shape' in y) && !isThenable(y);
  if (y !== undefined && !options) return y as ModelData;
  throw new ArgumentError({
    operation, argument: 'y', expected: 'the targets of x', actual: typeName(y), hint: 'Batches come from a function, an iterable or a generator, not an array: () => batches.',
  });
}

/** Batches bring their targets: `fit(batches, options)`. */
function requireNoTarget(operation: string, third: unknown): void {
  if (third !== undefined) throw new ArgumentError({ operation, argument: 'y', expected: 'left off: each batch is [x, y]', actual: 'given' });
}

function only(property: string, shapes: readonly OpenShape[]): OpenShape {
  const [shape = [], ...others] = shapes;
  if (others.length === 0) return shape;
  throw new ArgumentError({ operation: 'model', argument: property, expected: 'of a model with one', actual: `${shapes.length}`, hint: `Use ${property}s.` });
}

function networkOf(options: ModelOptions): Network {
  const { inputs, outputs } = checkOptions('Model', options, modelNames);
  const from = tensorsOf('Model', 'inputs', inputs);
  const given: unknown = outputs;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || 'source' in given) return buildNetwork(from, tensorsOf('Model', 'outputs', outputs as SymbolicTensor));
  const named = outputs as Readonly<Record<string, SymbolicTensor>>;
  const names = Object.keys(named).map((name) => checkedName('Model, outputs', name));
  const whole = names.find((name) => /^\d+$/.test(name));
  if (whole !== undefined) throw new ArgumentError({ operation: 'Model', argument: 'outputs', expected: 'names that are no numbers, whose order JavaScript does not keep', actual: `'${whole}'` });
  return buildNetwork(from, tensorsOf('Model', 'outputs', Object.values(named)), names);
}
