/** Training as a model starts it: options are checked and data read, then what trains is fetched (train.ts). */
import { checkOptions, requireCount } from '../../checks.js';
import type { Trainee } from '../../callbacks/callback.js';
import { ArgumentError, ShapeError, formatShape } from '../../errors.js';
import { sameShape, toHost } from '../../tensor.js';
import type { TensorLike } from '../../tensor.js';
import { trainableWeights } from '../graph/network.js';
import type { Batches } from './batchStream.js';
import { requireCountedRows, splitDataset } from './data.js';
import type { Dataset, ModelData } from './data.js';
import type { Engine } from './engine.js';
import type { DataFeed, Feed } from './feed.js';
import { applyGradientsNames, checkFitBatchesOptions, checkFitOptions, trainOnBatchNames } from './options.js';
import type { ApplyGradientsOptions, FitBatchesOptions, FitOptions, TrainOnBatchOptions } from './options.js';
import type { History } from './position.js';
import { requireLength } from './progress.js';
import { requireFinite } from './samples.js';
import type * as Running from './running.js';

/** @param start told the history once training begins, so that it can be watched. */
export async function fitModel(
  engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: FitOptions, start: (history: History) => void,
): Promise<History> {
  engine.requireCompiled('fit');
  const { batchSize = 32, validationSplit = 0, shuffle } = checkFitOptions('fit', options);
  const { stateful } = engine;
  engine.requireTrainable('fit');
  if (stateful && shuffle) {
    throw new ArgumentError({ operation: 'fit', argument: 'shuffle', expected: 'left off: the model is stateful', actual: 'true' });
  }
  let data = engine.prepareToTrain('fit', x, y, options);
  let validation = validationFeed(engine, options, batchSize);
  if (validationSplit !== 0) {
    let held: Dataset;
    [data, held] = splitDataset(data, validationSplit);
    for (const part of [data, held]) requireCountedRows('fit, validationSplit', part);
    validation = cutForValidation(engine, held, batchSize);
  }
  return trained(engine, model, cutForTraining('fit', engine, data, batchSize, shuffle), validation, options, start, Math.min(batchSize, data.samples));
}

/** In a new order each pass, where nobody says otherwise and the model is not stateful. */
export function cutForTraining(operation: string, engine: Engine, data: Dataset, batchSize: number, shuffle = true): DataFeed {
  if (engine.stateful) requireWholeBatches(operation, 'x', data.samples, batchSize);
  return { data, cut: { batchSize, training: true, shuffle: shuffle && !engine.stateful ? engine.seed : undefined } };
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
  const feed = { batches, given: { operation: 'fit', steps: stepsPerEpoch, training: true, signal, rowsByClass: engine.byClass('fit', classWeight) } };
  return trained(engine, model, feed, validationFeed(engine, options, 32), options, start);
}

/** What runs, fetched where something does. */
export const running = (): Promise<typeof Running> => import('./running.js');

/** What is read at once has been read by now. */
async function trained(
  engine: Engine, model: Trainee, feed: Feed, validation: Feed | undefined, options: FitBatchesOptions, start: (history: History) => void, batch?: number,
): Promise<History> {
  const own = { ...options, callbacks: [...options.callbacks ?? []] };
  const { train } = await engine.begin(running, batch, 'data' in feed ? feed.data.network : undefined);
  return train(engine, model, feed, validation, own, start, batch);
}

function validationFeed(engine: Engine, { validationData, signal }: Pick<FitOptions, 'validationData' | 'signal'>, batchSize: number): Feed | undefined {
  if (!validationData) return undefined;
  const operation = 'fit, validationData';
  if (typeof validationData === 'function') return { batches: validationData, given: { operation, steps: undefined, training: false, signal } };
  const [x, y, options = {}] = validationData;
  return cutForValidation(engine, engine.prepare(operation, x, y, options), batchSize);
}

function cutForValidation(engine: Engine, data: Dataset, batchSize: number): Feed {
  if (engine.stateful) requireWholeBatches('fit', 'validation data', data.samples, batchSize);
  return { data, cut: { batchSize, training: false } };
}

/** One optimiser step on exactly these samples. Returns loss and metrics of the batch, as they were before the step. */
export async function trainOnBatch(engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: TrainOnBatchOptions): Promise<Record<string, number>> {
  const { optimizer } = engine.requireCompiled('trainOnBatch');
  const { stepsPerEpoch } = checkOptions('trainOnBatch', options, trainOnBatchNames);
  if (stepsPerEpoch !== undefined) requireCount('trainOnBatch', 'stepsPerEpoch', stepsPerEpoch);
  const length = stepsPerEpoch ?? Infinity;
  requireLength('trainOnBatch', optimizer.learningRate, length);
  engine.requireTrainable('trainOnBatch');
  const data = engine.prepareToTrain('trainOnBatch', x, y, options);
  const { trainOnData } = await engine.begin(running, undefined, data.network);
  return await trainOnData(engine, model, data, length);
}

/** One optimiser step with these gradients. */
export async function applyGradients(engine: Engine, gradients: Readonly<Record<string, TensorLike>>, options: ApplyGradientsOptions): Promise<void> {
  const operation = 'applyGradients';
  const { optimizer } = engine.requireCompiled(operation);
  const { stepsPerEpoch } = checkOptions(operation, options, applyGradientsNames);
  if (stepsPerEpoch !== undefined) requireCount(operation, 'stepsPerEpoch', stepsPerEpoch);
  const length = stepsPerEpoch ?? Infinity;
  requireLength(operation, optimizer.learningRate, length);
  engine.requireTrainable(operation);
  const given: unknown = gradients;
  const trained = trainableWeights(engine.network).filter(({ layer }) => !engine.frozen.has(layer));
  const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  const odd = trained.find(({ key }) => !keys.includes(key))?.key ?? keys.find((own) => !trained.some(({ key }) => key === own));
  if (odd !== undefined) {
    throw new ArgumentError({
      operation, argument: 'gradients', expected: `of every trained weight: ${trained.map(({ key }) => key).join(', ')}`, actual: keys.includes(odd) ? `also '${odd}'` : `none of '${odd}'`,
      hint: 'As lossAndGradients returns them.',
    });
  }
  const values = new Map(trained.map(({ key, shape }) => {
    const host = toHost(gradients[key] ?? [], 'float64', { operation, argument: `'${key}'` });
    if (!sameShape(host.shape, shape)) throw new ShapeError({ operation, argument: `'${key}'`, expected: formatShape(shape), actual: formatShape(host.shape) });
    requireFinite(operation, `'${key}'`, host.data, host.shape, [], 'Look for where the loss overflows.');
    return [key, host.data] as const;
  }));
  const { applyGiven } = await engine.begin(running);
  return applyGiven(engine, values, length);
}

/** @throws ShapeError if a stateful model would meet a smaller last batch. */
function requireWholeBatches(operation: string, argument: string, samples: number, batchSize: number): void {
  if (samples <= batchSize || samples % batchSize === 0) return;
  throw new ShapeError({
    operation, argument, expected: `a multiple of batchSize ${batchSize}, as the model is stateful`, actual: `${samples} samples`,
    hint: 'Drop samples or choose another batchSize.',
  });
}
