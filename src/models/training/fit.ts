/** Training as a model starts it: data are prepared, options checked, then the loop runs. */
import { checkOptions, requireCount } from '../../checks.js';
import type { Trainee } from '../../callbacks/callback.js';
import { ArgumentError, ShapeError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import type { Progress } from '../../optimizers/schedules.js';
import { stateTensors } from '../graph/network.js';
import { inSequence, takeBatch } from './batches.js';
import { requireCountedRows, splitDataset } from './data.js';
import type { ModelData } from './data.js';
import type { Engine } from './engine.js';
import { Hooks } from './hooks.js';
import { runFit, trainSteps } from './loop.js';
import type { Trainer } from './loop.js';
import { Tally } from './metrics.js';
import { checkFitOptions, trainOnBatchNames } from './options.js';
import type { FitOptions, TrainOnBatchOptions } from './options.js';
import { requireSameBatches } from './position.js';
import type { History } from './position.js';

function trainerOf(engine: Engine, model: Trainee, operation: string): Trainer {
  const { seed, position } = engine;
  const { optimizer, metrics } = engine.requireCompiled(operation);
  return { model, session: engine.open(), optimizer, metrics, seed, position };
}

/** @param start told the history once training begins, so that it can be watched. */
export async function fitModel(
  engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: FitOptions, start: (history: History) => void,
): Promise<History> {
  engine.requireCompiled('fit');
  const { epochs = 1, batchSize = 32, signal, resume = false, validationData, validationSplit = 0, validateEvery = Infinity, shuffle } = checkFitOptions('fit', options);
  const callbacks = [...options.callbacks ?? []];
  const stateful = stateTensors(engine.network, 1).some((spec) => spec.kind === 'carried');
  engine.requireTrainable('fit');
  if (stateful && shuffle) {
    throw new ArgumentError({ operation: 'fit', argument: 'shuffle', expected: 'left off: the model is stateful', actual: 'true' });
  }
  let data = engine.prepare('fit', x, y, options);
  let validation = validationData && engine.prepare('fit, validationData', validationData[0], validationData[1], validationData[2] ?? {});
  if (validationSplit !== 0) {
    [data, validation] = splitDataset(data, validationSplit);
    for (const part of [data, validation]) requireCountedRows('fit, validationSplit', engine.network, part);
  }
  if (options.validateEvery !== undefined && !validation) {
    throw new ArgumentError({ operation: 'fit', argument: 'validateEvery', expected: 'given with validationData or validationSplit', actual: 'without' });
  }
  if (resume) requireSameBatches(engine.position, data.samples, batchSize);

  if (stateful) {
    requireWholeBatches('x', data.samples, batchSize);
    requireWholeBatches('validation data', validation?.samples ?? 0, batchSize);
  }

  await engine.choose(batchSize); // everything has been read by now
  engine.requireTrainable('fit');
  const session = engine.open();
  if (stateful) session.states.select(Math.min(batchSize, data.samples));
  const history: History = { epoch: [], history: {} };
  start(history);
  if (!resume) engine.position = { ...engine.position, epoch: 0, batch: 0, runSteps: 0, tally: [], callbacks: [], events: [] };
  const hooks = new Hooks(callbacks, engine.position);
  const settings = { epochs, batchSize, hooks, signal, validation, validateEvery, shuffle: (shuffle ?? true) && !stateful };
  await engine.whileTraining('fit', () => runFit(trainerOf(engine, model, 'fit'), data, settings, history), () => hooks.states());
  return history;
}

/** One optimiser step on exactly these samples. Returns loss and metrics of the batch, as they were before the step. */
export async function trainOnBatch(engine: Engine, model: Trainee, x: ModelData, y: ModelData, options: TrainOnBatchOptions): Promise<Record<string, number>> {
  const { optimizer, metrics } = engine.requireCompiled('trainOnBatch');
  const { stepsPerEpoch } = checkOptions('trainOnBatch', options, trainOnBatchNames);
  engine.requireTrainable('trainOnBatch');
  const data = engine.prepare('trainOnBatch', x, y, options);
  await engine.choose();
  engine.requireTrainable('trainOnBatch');
  const { position } = engine;
  const batch = await takeBatch(engine.network, data, inSequence(data.samples), 0, data.samples, true, engine.dtype);
  const rate = rateAt(optimizer.learningRate, progressOf(position.runSteps, stepsPerEpoch)) * position.learningRateFactor;
  const [{ losses, prediction } = { losses: [], prediction: undefined }] = await engine.changingWeights('trainOnBatch', () =>
    trainSteps(trainerOf(engine, model, 'trainOnBatch'), [batch], [rate], position.batch));
  const tally = new Tally(metrics, engine.network.outputs.length);
  tally.add(losses, batch, prediction);
  return tally.logs();
}

/** @throws ArgumentError where a schedule counts epochs and nobody has said how long one is. */
function progressOf(step: number, stepsPerEpoch: number | undefined): Progress {
  if (stepsPerEpoch !== undefined) requireCount('trainOnBatch', 'stepsPerEpoch', stepsPerEpoch);
  const length = (): number => {
    if (stepsPerEpoch !== undefined) return stepsPerEpoch;
    throw new ArgumentError({
      operation: 'trainOnBatch', argument: 'stepsPerEpoch', expected: 'given, as the learning rate counts epochs', actual: 'none',
      hint: 'Or count steps: warmUp({ steps: 100, then }).',
    });
  };
  return { step, get epoch() { return step / length(); }, get stepOfEpoch() { return 1 / length(); } };
}

/** @throws ShapeError if a stateful model would meet a smaller last batch. */
function requireWholeBatches(argument: string, samples: number, batchSize: number): void {
  if (samples <= batchSize || samples % batchSize === 0) return;
  throw new ShapeError({
    operation: 'fit', argument, expected: `a multiple of batchSize ${batchSize}, as the model is stateful`, actual: `${samples} samples`,
    hint: 'Drop samples or choose another batchSize.',
  });
}
