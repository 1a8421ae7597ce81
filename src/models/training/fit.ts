/** Training as a model starts it: data are prepared, options checked, then the loop runs. */
import { checkOptions, requireCount } from '../../checks.js';
import type { Trainee } from '../../callbacks/callback.js';
import { ArgumentError, ShapeError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import { stateTensors } from '../graph/network.js';
import { inSequence, takeBatch } from './batches.js';
import { DatasetBatches, closing } from './batchSource.js';
import type { BatchSource } from './batchSource.js';
import { requireCountedRows, splitDataset } from './data.js';
import type { Dataset, ModelData } from './data.js';
import type { Engine } from './engine.js';
import { GivenBatches } from './givenBatches.js';
import type { Batches } from './givenBatches.js';
import { Hooks } from './hooks.js';
import { runFit, trainSteps } from './loop.js';
import type { Trainer } from './loop.js';
import { checkFitBatchesOptions, checkFitOptions, trainOnBatchNames } from './options.js';
import type { FitBatchesOptions, FitOptions, TrainOnBatchOptions } from './options.js';
import { requireSameBatches } from './position.js';
import type { History } from './position.js';
import { progressAt, requireLength } from './progress.js';
import { Tally } from './tally.js';

function trainerOf(engine: Engine, model: Trainee, operation: string): Trainer {
  const { seed, position } = engine;
  const { optimizer, scoring } = engine.requireCompiled(operation);
  return { model, session: engine.open(), optimizer, scoring, seed, position };
}

/** @param start told the history once training begins, so that it can be watched. */
export async function fitModel(
  engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: FitOptions, start: (history: History) => void,
): Promise<History> {
  engine.requireCompiled('fit');
  const { batchSize = 32, validationSplit = 0, shuffle } = checkFitOptions('fit', options);
  const stateful = isStateful(engine);
  engine.requireTrainable('fit');
  if (stateful && shuffle) {
    throw new ArgumentError({ operation: 'fit', argument: 'shuffle', expected: 'left off: the model is stateful', actual: 'true' });
  }
  let data: Dataset = { ...engine.prepare('fit', x, y, options), rowsByClass: engine.byClass('fit', options.classWeight) };
  let validation = validationSource(engine, options, batchSize);
  if (validationSplit !== 0) {
    let held: Dataset;
    [data, held] = splitDataset(data, validationSplit);
    for (const part of [data, held]) requireCountedRows('fit, validationSplit', engine.network, part);
    validation = cutForValidation(engine, held, batchSize);
  }
  if (stateful) requireWholeBatches('x', data.samples, batchSize);
  const source = new DatasetBatches(engine, data, { batchSize, training: true, shuffle: (shuffle ?? true) && !stateful ? engine.seed : undefined });
  return train(engine, model, source, validation, options, start, Math.min(batchSize, data.samples));
}

/** As `fitModel`, over batches that are read one by one. */
export async function fitBatches(engine: Engine, model: Trainee, batches: Batches, options: FitBatchesOptions, start: (history: History) => void): Promise<History> {
  const { optimizer } = engine.requireCompiled('fit');
  const { epochs = 1, stepsPerEpoch, resume, signal, classWeight } = checkFitBatchesOptions('fit', options);
  engine.requireTrainable('fit');
  if (typeof batches !== 'function') {
    const refuse = (argument: string, expected: string, actual: string): ArgumentError => new ArgumentError({
      operation: 'fit', argument, expected, actual, hint: 'Or pass a function that makes the batches anew for every epoch: () => batches().',
    });
    if (resume) throw refuse('resume', 'left off: an iterable is read through once, and nobody knows where it stands', 'true');
    if (stepsPerEpoch === undefined && epochs > 1) throw refuse('stepsPerEpoch', `given, as ${epochs} epochs share one iterable, which is read through once`, 'none');
  }
  requireLength('fit', optimizer.learningRate, stepsPerEpoch ?? Infinity);
  const source = new GivenBatches(engine, batches, { operation: 'fit', steps: stepsPerEpoch, training: true, signal, rowsByClass: engine.byClass('fit', classWeight) });
  return train(engine, model, source, validationSource(engine, options, 32), options, start);
}

/** @param batch samples of a batch, where that is known. */
async function train(
  engine: Engine, model: Trainee, source: BatchSource, validation: BatchSource | undefined, options: FitBatchesOptions, start: (history: History) => void, batch?: number,
): Promise<History> {
  const { epochs = 1, signal, resume = false, validateEvery = Infinity } = options;
  const callbacks = [...options.callbacks ?? []];
  if (options.validateEvery !== undefined && !validation) {
    throw new ArgumentError({ operation: 'fit', argument: 'validateEvery', expected: 'given with validationData or validationSplit', actual: 'without' });
  }
  if (resume) requireSameBatches(engine.position, source.samples, source.batchSize);

  await engine.choose(batch); // everything that is read at once has been read by now
  engine.requireTrainable('fit');
  const session = engine.open();
  if (batch !== undefined && isStateful(engine)) session.states.select(batch);
  const history: History = { epoch: [], history: {} };
  start(history);
  if (!resume) engine.position = { ...engine.position, epoch: 0, batch: 0, runSteps: 0, tally: [], callbacks: [], events: [] };
  const hooks = new Hooks(callbacks, engine.position);
  const run = (): Promise<void> => runFit(trainerOf(engine, model, 'fit'), source, { epochs, hooks, signal, validation, validateEvery }, history);
  await engine.whileTraining('fit', () => closing(source, run), () => hooks.states());
  return history;
}

function isStateful({ network }: Engine): boolean {
  return stateTensors(network, 1).some((spec) => spec.kind === 'carried');
}

function validationSource(engine: Engine, { validationData, signal }: Pick<FitOptions, 'validationData' | 'signal'>, batchSize: number): BatchSource | undefined {
  if (!validationData) return undefined;
  const operation = 'fit, validationData';
  if (typeof validationData === 'function') return new GivenBatches(engine, validationData, { operation, steps: undefined, training: false, signal });
  const [x, y, options = {}] = validationData;
  return cutForValidation(engine, engine.prepare(operation, x, y, options), batchSize);
}

function cutForValidation(engine: Engine, data: Dataset, batchSize: number): BatchSource {
  if (isStateful(engine)) requireWholeBatches('validation data', data.samples, batchSize);
  return new DatasetBatches(engine, data, { batchSize, training: false });
}

/** One optimiser step on exactly these samples. Returns loss and metrics of the batch, as they were before the step. */
export async function trainOnBatch(engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: TrainOnBatchOptions): Promise<Record<string, number>> {
  const { optimizer, scoring } = engine.requireCompiled('trainOnBatch');
  const { stepsPerEpoch } = checkOptions('trainOnBatch', options, trainOnBatchNames);
  if (stepsPerEpoch !== undefined) requireCount('trainOnBatch', 'stepsPerEpoch', stepsPerEpoch);
  const length = stepsPerEpoch ?? Infinity;
  requireLength('trainOnBatch', optimizer.learningRate, length);
  engine.requireTrainable('trainOnBatch');
  const data = { ...engine.prepare('trainOnBatch', x, y, options), rowsByClass: engine.byClass('trainOnBatch', options.classWeight) };
  await engine.choose();
  engine.requireTrainable('trainOnBatch');
  const { position } = engine;
  const batch = await takeBatch(engine.network, data, inSequence(data.samples), 0, data.samples, true, engine.dtype);
  const rate = rateAt(optimizer.learningRate, progressAt('trainOnBatch', position.runSteps, 0, position.runSteps, length)) * position.learningRateFactor;
  const [{ losses, predictions } = { losses: [], predictions: undefined }] = await engine.changingWeights('trainOnBatch', () =>
    trainSteps(trainerOf(engine, model, 'trainOnBatch'), [batch], [rate], position.batch));
  const tally = new Tally(scoring);
  tally.add(losses, batch, predictions);
  return tally.logs();
}

/** @throws ShapeError if a stateful model would meet a smaller last batch. */
function requireWholeBatches(argument: string, samples: number, batchSize: number): void {
  if (samples <= batchSize || samples % batchSize === 0) return;
  throw new ShapeError({
    operation: 'fit', argument, expected: `a multiple of batchSize ${batchSize}, as the model is stateful`, actual: `${samples} samples`,
    hint: 'Drop samples or choose another batchSize.',
  });
}
