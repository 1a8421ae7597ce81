/** Training once data have been read and options checked. */
import type { Trainee } from '../../callbacks/callback.js';
import { ArgumentError, NotFiniteError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import type { FloatArray } from '../../tensor.js';
import { takeBatch } from './batches.js';
import { closing } from './batchSource.js';
import type { Dataset } from './data.js';
import type { Engine } from './engine.js';
import { sourceOf } from './feed.js';
import type { Feed } from './feed.js';
import { Hooks } from './hooks.js';
import { runFit } from './loop.js';
import type { FitBatchesOptions } from './options.js';
import { requireSameBatches } from './position.js';
import type { History } from './position.js';
import { progressAt } from './progress.js';
import { moving, trainSteps } from './steps.js';
import type { Trainer } from './steps.js';
import { Tally } from './tally.js';

/** @throws StateError before `compile`. */
export function trainerOf(engine: Engine, model: Trainee, operation: string): Trainer {
  const { seed, position } = engine;
  const { optimizer, scoring } = engine.requireCompiled(operation);
  return { model, session: engine.open(), optimizer, scoring, seed, position };
}

/**
 * @param start told the history once training begins, so that it can be watched.
 * @param batch samples of a batch, where that is known.
 */
export async function train(
  engine: Engine, model: Trainee, feed: Feed, validated: Feed | undefined, options: FitBatchesOptions, start: (history: History) => void, batch?: number,
): Promise<History> {
  const { epochs = 1, signal, resume = false, validateEvery = Infinity, initialEpoch = 0, gradientAccumulationSteps: together = 1 } = options;
  const [source, validation] = [sourceOf(engine, feed), validated && sourceOf(engine, validated)];
  if (options.validateEvery !== undefined && !validation) {
    throw new ArgumentError({ operation: 'fit', argument: 'validateEvery', expected: 'given with validationData or validationSplit', actual: 'without' });
  }
  if (resume) requireSameBatches(engine.position, source.samples, source.batchSize);

  const { learningRate } = engine.requireCompiled('fit').optimizer;
  if (initialEpoch > 0 && source.batches === Infinity && typeof learningRate !== 'number') {
    throw new ArgumentError({ operation: 'fit', argument: 'stepsPerEpoch', expected: 'given with initialEpoch, as the learning rate follows a schedule', actual: 'none' });
  }
  engine.requireTrainable('fit');
  const session = engine.open();
  if (batch !== undefined && engine.stateful) session.states.select(batch);
  const history: History = { epoch: [], history: {} };
  start(history);
  if (!resume) engine.position = { ...engine.position, epoch: initialEpoch, batch: 0, runSteps: source.batches === Infinity ? 0 : initialEpoch * Math.ceil(source.batches / together), tally: [], callbacks: [], events: [] };
  const hooks = new Hooks(options.callbacks ?? [], engine.position);
  const run = (): Promise<void> => runFit(trainerOf(engine, model, 'fit'), source, { epochs, hooks, signal, validation, validateEvery, together }, history);
  await engine.whileTraining('fit', () => closing(source, run), () => hooks.states());
  return history;
}

/** @param length steps that make an epoch, or Infinity. */
export async function trainOnData(engine: Engine, model: Trainee, data: Dataset, length: number): Promise<Record<string, number>> {
  const { optimizer, scoring } = engine.requireCompiled('trainOnBatch');
  engine.requireTrainable('trainOnBatch');
  const { position } = engine;
  const batch = await takeBatch(data, undefined, 0, data.samples, true, engine.dtype);
  const rate = rateAt(optimizer.learningRate, progressAt('trainOnBatch', position.runSteps, 0, position.runSteps, length)) * position.learningRateFactor;
  const [{ losses, penalty, predictions } = { losses: [], penalty: 0, predictions: undefined }] = await engine.changingWeights('trainOnBatch', () =>
    trainSteps(trainerOf(engine, model, 'trainOnBatch'), [batch], [rate], position.batch));
  const tally = new Tally(scoring);
  tally.add(losses, penalty, batch, predictions);
  return tally.logs();
}

/** @param gradients by key, of every trained weight. @param length steps that make an epoch, or Infinity. */
export async function applyGiven(engine: Engine, gradients: ReadonlyMap<string, FloatArray>, length: number): Promise<void> {
  const operation = 'applyGradients';
  const { optimizer } = engine.requireCompiled(operation);
  engine.requireTrainable(operation);
  const session = engine.open();
  const { position } = engine;
  const rate = rateAt(optimizer.learningRate, progressAt(operation, position.runSteps, 0, position.runSteps, length)) * position.learningRateFactor;
  const scalars = optimizer.scalars(1 + position.step);
  const inputs = [
    ...session.trained.map(({ key }) => gradients.get(key) ?? new Float64Array()), Float64Array.of(rate), ...(scalars.length > 0 ? [Float64Array.from(scalars)] : []),
  ];
  const [guard] = await engine.changingWeights(operation, () => moving(session, () => session.applier().run(inputs)));
  if (!Number.isFinite(guard?.[0])) {
    throw new NotFiniteError({
      operation, argument: 'the norm of the gradients', expected: 'finite', actual: String(guard?.[0]), hint: 'The weights are as they were.',
    }, { layer: 'optimizer', tensor: 'gradient norm', epoch: position.epoch, batch: position.batch });
  }
  position.step++;
  position.runSteps++;
}
