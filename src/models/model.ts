/** A trainable model: what users hold. */
import { ArgumentError, StateError } from '../errors.js';
import { writeAtomically } from '../files.js';
import type { AnyLayer, JsonValue, SymbolicTensor } from '../layers/layer.js';
import { lossConfig, resolveLoss } from '../losses/losses.js';
import type { Loss, ResolvedLoss } from '../losses/losses.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { resolveOptimizer } from '../optimizers/resolve.js';
import { rateAt } from '../optimizers/schedules.js';
import { allocate, fromHost } from '../tensor.js';
import type { DType, FloatArray, HostTensor, NdArray, Shape, TensorLike } from '../tensor.js';
import { BackendChoice } from './backendChoice.js';
import { drawNoise, inSequence, takeBatch } from './training/batches.js';
import { prepareData, splitDataset } from './training/data.js';
import type { DataOptions, Dataset, ModelData } from './training/data.js';
import { observeStep } from './training/doctor.js';
import { requireCounts, requireSameBatches, requireWholeBatches, runFit, startPosition, trainSteps } from './training/fit.js';
import type { History, Position } from './training/fit.js';
import { Tally, resolveMetric } from './training/metrics.js';
import type { Metric } from './training/metrics.js';
import { buildNetwork, firstUses, stateTensors } from './graph/network.js';
import type { Network } from './graph/network.js';
import { evaluateDataset, predictDataset } from './training/passes.js';
import type { CompileOptions, FitOptions, ModelOptions, PredictOptions, Weights } from './training/options.js';
import { encodeModel } from './files/persist.js';
import type { Observation, Session } from './training/session.js';
import type { StepForm } from './training/stepInputs.js';
import { WeightStore } from './training/store.js';
import { describeNetwork } from './summary.js';

interface Compiled {
  readonly backend: BackendChoice;
  readonly optimizer: Optimizer;
  readonly losses: readonly ResolvedLoss[];
  readonly metrics: readonly Metric[];
}

/** A graph of layers with its weights. `new Model({ inputs, outputs })`, or `Sequential` for a chain. */
export class Model {
  readonly network: Network;
  readonly seed: number;
  /** Anything JSON that should travel with the saved model: scalers, column names. */
  metadata: Record<string, JsonValue> = {};
  /** Of the last call of fit. */
  history: History = { epoch: [], history: {} };
  /** Where training stands; saved with the model. */
  position: Position = startPosition();
  private readonly store: WeightStore;
  private compiled: Compiled | undefined;
  /** Before `compile`. */
  private readonly usual = new BackendChoice();
  private fitting = false;

  constructor(options: ModelOptions | { network: Network; seed?: number }) {
    this.network = 'network' in options ? options.network : buildNetwork(listOf(options.inputs), listOf(options.outputs));
    this.seed = options.seed ?? 0;
    this.store = new WeightStore(this.network, this.seed);
  }

  /** The layers in order of first use. */
  get layers(): readonly AnyLayer[] {
    return firstUses(this.network).map((node) => node.layer);
  }

  private get outputShapes(): Shape[] {
    return this.network.outputs.map((output) => output.shape);
  }

  /**
   * Chooses optimiser, loss, metrics and backend. Weights stay; optimiser state and position start anew.
   * @throws ArgumentError for an unknown name.
   */
  compile(options: CompileOptions): void {
    const losses = (Array.isArray(options.loss) ? (options.loss as readonly Loss[]) : [options.loss as Loss]).map(resolveLoss);
    if (losses.length !== this.network.outputs.length) {
      throw new ArgumentError({ operation: 'compile', argument: 'loss', expected: `${this.network.outputs.length} losses, one for each output`, actual: `${losses.length}` });
    }
    const compiled = {
      losses,
      optimizer: resolveOptimizer(options.optimizer ?? 'adam'),
      metrics: (options.metrics ?? []).map(resolveMetric),
      backend: new BackendChoice(options.backend),
    };
    this.requireIdle('compile');
    this.store.close();
    this.position = startPosition();
    this.compiled = compiled;
  }

  /**
   * Trains. Resolves to the history; `history.stopped` says why if it ended early.
   *
   * @throws ShapeError, DataError for data that do not fit or are not finite, before the first step.
   * @throws NotFiniteError where loss or gradients blow up: first layer, time step and tensor; the last good weights are kept.
   * @throws the signal's reason when aborted.
   */
  async fit(x: ModelData, y: ModelData, options: FitOptions = {}): Promise<History> {
    const { optimizer, metrics } = this.requireCompiled('fit');
    await this.choose(options.batchSize);
    const { epochs = 1, batchSize = 32, callbacks = [], signal, resume = false, validationData, validationSplit = 0 } = options;
    requireCounts('fit', { epochs, batchSize });
    this.requireIdle('fit');
    if (validationData && validationSplit !== 0) {
      throw new ArgumentError({ operation: 'fit', argument: 'validationSplit', expected: 'given without validationData', actual: 'both' });
    }
    let data = this.prepare('fit', x, y, options);
    let validation = validationData && this.prepare('fit, validationData', validationData[0], validationData[1], validationData[2] ?? {});
    if (validationSplit !== 0) [data, validation] = splitDataset(data, validationSplit);
    if (resume) requireSameBatches(this.position, data.samples, batchSize);

    const session = this.open();
    const stateful = stateTensors(this.network, 1).some((spec) => spec.kind === 'carried');
    if (stateful) {
      requireWholeBatches('x', data.samples, batchSize);
      requireWholeBatches('validation data', validation?.samples ?? 0, batchSize);
      session.states.select(Math.min(batchSize, data.samples));
    }
    this.history = { epoch: [], history: {} };
    if (!resume) this.position = { ...this.position, epoch: 0, batch: 0, tally: [], callbacks: [] };
    const { seed, position, outputShapes } = this;
    this.fitting = true;
    try {
      const settings = { epochs, batchSize, callbacks, signal, resume, validation, shuffle: (options.shuffle ?? true) && !stateful };
      await runFit({ model: this, session, optimizer, metrics, outputShapes, seed, position }, data, settings, this.history);
    } finally {
      this.fitting = false;
    }
    return this.history;
  }

  /**
   * One optimiser step on exactly these samples, for training loops of your own. Returns loss and metrics of the batch,
   * as they were before the step.
   */
  async trainOnBatch(x: ModelData, y: ModelData, options: DataOptions = {}): Promise<Record<string, number>> {
    const { optimizer, metrics } = this.requireCompiled('trainOnBatch');
    await this.choose();
    this.requireIdle('trainOnBatch');
    const { seed, position, outputShapes } = this;
    const data = this.prepare('trainOnBatch', x, y, options);
    const batch = takeBatch(data, inSequence(data.samples), 0, data.samples, outputShapes, true, this.dtype);
    const rate = rateAt(optimizer.learningRate, { epoch: position.epoch }) * position.learningRateFactor;
    const trainer = { model: this, session: this.open(), optimizer, metrics, outputShapes, seed, position };
    const [{ loss, prediction } = { loss: NaN, prediction: undefined }] = await trainSteps(trainer, [batch], [rate], position.batch);
    const tally = new Tally(metrics);
    tally.add(loss, batch, prediction);
    return tally.logs();
  }

  /** Loss and metrics, `{ loss, mae }`, without training. */
  async evaluate(x: ModelData, y: ModelData, options: DataOptions & { batchSize?: number; signal?: AbortSignal } = {}): Promise<Record<string, number>> {
    const { metrics } = this.requireCompiled('evaluate');
    const { batchSize = 32, signal } = options;
    requireCounts('evaluate', { batchSize });
    await this.choose(batchSize);
    const data = this.prepare('evaluate', x, y, options);
    return evaluateDataset(this.open(), data, metrics, this.outputShapes, batchSize, '', signal);
  }

  /** The prediction, batch first; float32 unless the backend is float64. @throws ArgumentError for several outputs: use predictAll. */
  async predict(x: ModelData, options: PredictOptions = {}): Promise<NdArray<FloatArray>> {
    const [first, ...others] = await this.predictAll(x, options);
    if (!first || others.length > 0) {
      throw new ArgumentError({ operation: 'predict', argument: 'model', expected: 'of one output', actual: `${others.length + 1} outputs`, hint: 'Use predictAll.' });
    }
    return first;
  }

  /** All outputs. */
  async predictAll(x: ModelData, options: PredictOptions = {}): Promise<NdArray<FloatArray>[]> {
    const { batchSize = 32, signal } = options;
    requireCounts('predict', { batchSize });
    await this.choose(batchSize);
    const session = this.open();
    const data = prepareData('predict', x, undefined, this.network.inputs.map((i) => i.shape), [], session.device.dtype, options);
    const results = await predictDataset(session, data, this.outputShapes, batchSize, signal);
    return results.map(({ data: values, shape }) => fromHost(values, shape));
  }

  /**
   * Loss and its gradients over the data as one batch: of every trained weight, keyed as weights are, and of the inputs.
   * @param options training: dropout (mask of step 0) and batch statistics. Default false.
   */
  async lossAndGradients(
    x: ModelData, y: ModelData, options: DataOptions & { training?: boolean } = {},
  ): Promise<{ loss: number; gradients: Weights; inputGradients: NdArray<FloatArray>[] }> {
    const { session, form, inputs } = await this.oneBatch('lossAndGradients', x, y, options);
    const [loss, ...all] = await session.differentiator(form).run(inputs);
    const gradients = Object.fromEntries(session.trained.map((spec, i) => [spec.key, fromHost(all[i] ?? allocate('float32', 0), spec.shape)]));
    const inputGradients = this.network.inputs.map(({ shape }, i) =>
      fromHost(all[session.trained.length + i] ?? allocate('float32', 0), [form.batch, ...shape]));
    return { loss: loss?.[0] ?? NaN, gradients, inputGradients };
  }

  /** Every tensor on the way forward and back, in order: outputs, h and c, dh and dc at each time step, gradients. */
  async observe(x: ModelData, y: ModelData, options: DataOptions & { training?: boolean } = {}): Promise<Observation[]> {
    const { session, form, inputs } = await this.oneBatch('observe', x, y, options);
    return observeStep(session, form, inputs);
  }

  /** The model on its device, and samples as its steps take them: what `bptt/explain` works with. @internal */
  async inspect(x: ModelData, options: DataOptions = {}): Promise<{ session: Session; data: Dataset }> {
    await this.choose();
    const session = this.open();
    return { session, data: prepareData('explain', x, undefined, this.network.inputs.map((i) => i.shape), [], session.device.dtype, options) };
  }

  /** The layers as a table, with what they run on. */
  summary(): string {
    const { compiled } = this;
    return describeNetwork(this.network, {
      backend: compiled?.backend.description ?? 'none', optimizer: compiled?.optimizer.className, loss: compiled?.losses.map((l) => l.kind).join(' + '),
    });
  }

  /** Copies of all weights, running statistics included. */
  getWeights(): Weights {
    return Object.fromEntries([...this.store.snapshot(this.dtype)].map(([key, { data, shape }]) => [key, fromHost(data, shape)]));
  }

  /**
   * Sets some or all weights; nothing changes if one does not fit.
   * @throws ArgumentError for an unknown key, ShapeError for a wrong shape.
   */
  setWeights(weights: Readonly<Record<string, TensorLike>>): void {
    this.store.set(weights);
  }

  /** Forgets the states that stateful layers carry from batch to batch. */
  resetStates(): void {
    this.store.session?.states.reset();
  }

  /** The whole model as the bytes of a .safetensors file: architecture, weights, optimiser state, position, metadata. */
  toBytes(): Uint8Array {
    const { compiled } = this;
    if (compiled) this.open(); // so that the optimiser's slots exist
    return encodeModel({
      network: this.network, seed: this.seed, position: this.position, metadata: this.metadata, tensors: this.store.everything(),
      compiled: compiled && {
        optimizer: { className: compiled.optimizer.className, config: compiled.optimizer.config() },
        losses: compiled.losses.map(lossConfig), metrics: compiled.metrics.map((metric) => metric.name),
      },
    });
  }

  /** Writes {@link toBytes} to a file, all or nothing. Node only. */
  async save(path: string): Promise<void> {
    await writeAtomically('save', path, this.toBytes());
  }

  /** Puts back what a saved file holds; used by `loadModel`. @internal */
  restore(tensors: ReadonlyMap<string, HostTensor>, position: Position, metadata: Record<string, JsonValue>): void {
    if (this.compiled) this.open();
    this.store.restore(tensors);
    this.position = position;
    this.metadata = metadata;
  }

  /** Frees the memory of the backend. Weights are kept and the model may be used again; optimiser state is not. */
  dispose(): void {
    this.requireIdle('dispose');
    this.store.close();
  }

  private requireIdle(operation: string): void {
    if (!this.fitting) return;
    throw new StateError({ operation, argument: 'model', expected: 'idle', actual: 'training', hint: 'Await the promise of fit first.' });
  }

  private prepare(operation: string, x: ModelData, y: ModelData, options: DataOptions): Dataset {
    this.requireCompiled(operation);
    return prepareData(operation, x, y, this.network.inputs.map((input) => input.shape), this.outputShapes, this.dtype, options);
  }

  private requireCompiled(operation: string): Compiled {
    if (this.compiled) return this.compiled;
    throw new StateError({ operation, argument: 'model', expected: 'compiled', actual: 'not compiled', hint: "Call model.compile({ loss: 'mse' }) first." });
  }

  private async choose(batch = 32): Promise<void> {
    await (this.compiled?.backend ?? this.usual).settle(this.network, batch);
  }

  private get dtype(): DType {
    return this.compiled?.backend.dtype ?? 'float32';
  }

  private open(): Session {
    const { backend, losses, optimizer } = this.compiled ?? { backend: this.usual, losses: [], optimizer: undefined };
    return this.store.open(backend.backend, losses, optimizer);
  }

  private async oneBatch(
    operation: string, x: ModelData, y: ModelData, options: DataOptions & { training?: boolean },
  ): Promise<{ session: Session; form: StepForm; inputs: FloatArray[] }> {
    this.requireCompiled(operation);
    await this.choose();
    const session = this.open();
    const { dtype } = session.device;
    const data = this.prepare(operation, x, y, options);
    const { form, inputs } = takeBatch(data, inSequence(data.samples), 0, data.samples, this.outputShapes, options.training ?? false, dtype);
    session.states.select(data.samples);
    return { session, form, inputs: [...inputs, ...drawNoise(session.noise(form), this.seed, 0, dtype)] };
  }
}

function listOf(value: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  return 'shape' in value ? [value] : value;
}
