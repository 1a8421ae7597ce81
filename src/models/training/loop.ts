/** The training loop: epochs, batches, validation, callbacks, and where it stopped. */
import type { Callback, Logs, TrainingContext, Trainee } from '../../callbacks/callback.js';
import { NotFiniteError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { permutation, randomStream } from '../../random.js';
import type { FloatArray } from '../../tensor.js';
import { drawNoise, inSequence, takeBatch } from './batches.js';
import type { Batch } from './batches.js';
import type { Dataset } from './data.js';
import { diagnose } from './doctor.js';
import { Tally } from './metrics.js';
import type { Metric } from './metrics.js';
import { createYielder, evaluateDataset } from './passes.js';
import type { History, Position } from './position.js';
import type { Session } from './session.js';
import type { StepForm } from './stepInputs.js';

export interface FitSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
  readonly resume: boolean;
  readonly validation: Dataset | undefined;
}

/** What the loop needs of a model. */
export interface Trainer {
  readonly model: Trainee;
  readonly session: Session;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
  readonly seed: number;
  /** Moved on as training goes. */
  readonly position: Position;
}

/** What a step said about its batch, before it changed the weights. */
export interface StepOutcome { readonly loss: number; readonly prediction: FloatArray | undefined }

/**
 * One optimiser step for each batch; the batches have one form.
 * @throws NotFiniteError for the first that fails; the weights are then those of the last step whose loss was finite.
 */
export async function trainSteps(
  trainer: Trainer, batches: readonly Batch[], rates: readonly number[], firstIndex: number,
): Promise<StepOutcome[]> {
  const { session, optimizer, position, seed } = trainer;
  const { dtype } = session.device;
  const [{ form } = { form: undefined }] = batches;
  if (!form) return [];
  const data = batches.map((batch, i) => [...batch.inputs, ...drawNoise(session.noise(form), seed, position.step + i, dtype)]);
  const inputs = data.map((own, i) => {
    const scalars = optimizer.scalars(position.step + 1 + i);
    return [...own, Float64Array.of(rates[i] ?? NaN), ...(scalars.length > 0 ? [Float64Array.from(scalars)] : [])];
  });
  for (const batch of batches) session.states.advance(batch.form.batch);
  const outcomes: StepOutcome[] = [];
  for (const [losses, guard, prediction] of await stepAll(session, form, inputs)) {
    const loss = losses?.[0] ?? NaN;
    if (!Number.isFinite(guard?.[0])) {
      const index = outcomes.length;
      const error = await diagnose(session, form, data[index] ?? [], loss, position.epoch, firstIndex + index);
      session.variables.restoreLastGood();
      session.sharing.moved();
      throw error;
    }
    position.step++;
    outcomes.push({ loss, prediction: trainer.metrics.length > 0 ? prediction : undefined });
  }
  return outcomes;
}

/** Whatever becomes of the steps, other models over the same layers learn that there were some. */
async function stepAll(session: Session, form: StepForm, inputs: readonly (readonly FloatArray[])[]): Promise<FloatArray[][]> {
  try {
    return await session.trainer(form).runMany(inputs);
  } finally {
    session.sharing.moved();
  }
}

export async function runFit(trainer: Trainer, data: Dataset, settings: FitSettings, history: History): Promise<void> {
  const { session, optimizer, position } = trainer;
  const { epochs, batchSize, callbacks, signal } = settings;
  const batches = Math.ceil(data.samples / batchSize);
  const breathe = createYielder();
  const rateOf = (batch: number): number => rateAt(optimizer.learningRate, { epoch: position.epoch + batch / batches }) * position.learningRateFactor;
  let learningRate = rateOf(Math.max(0, position.batch - 1));
  let stop: string | undefined;
  const context: TrainingContext = {
    model: trainer.model, epochs, initialEpoch: position.epoch, batches,
    get learningRateFactor() { return position.learningRateFactor; },
    set learningRateFactor(factor: number) { position.learningRateFactor = factor; },
    get learningRate() { return learningRate; },
    stop(reason) { stop ??= reason; },
  };
  const remember = (): void => {
    position.callbacks = callbacks.flatMap((callback) => (callback.getState ? [{ name: callback.name, state: callback.getState() }] : []));
  };

  /** How many batches from this one on share a plan: full ones, as many as the backend likes, and never fewer than one. */
  function groupSize(first: Batch, index: number): number {
    const full = Math.floor(data.samples / batchSize) - index;
    return Math.max(1, Math.min(session.trainer(first.form).batchesPerPlan, full));
  }

  /** The steps of one plan, then their callbacks. */
  async function trainGroup(order: Int32Array, tally: Tally): Promise<void> {
    const start = position.batch;
    const take = (index: number): Batch => {
      const count = Math.min(batchSize, data.samples - index * batchSize);
      return takeBatch(session.network, data, order, index * batchSize, count, true, session.device.dtype);
    };
    const first = take(start);
    const group = [first, ...Array.from({ length: groupSize(first, start) - 1 }, (_, i) => take(start + 1 + i))];
    const rates = group.map((_, i) => rateOf(start + i));
    const outcomes = await trainSteps(trainer, group, rates, start);
    const logs = outcomes.map(({ loss, prediction }, i) => {
      tally.add(loss, group[i] ?? first, prediction);
      return tally.logs();
    });
    // All of the plan's steps are done before the first callback hears of it: a checkpoint then holds them all.
    position.batch = start + group.length;
    position.tally = tally.toJSON();
    learningRate = rates.at(-1) ?? learningRate;
    for (const [i, entry] of logs.entries()) {
      for (const callback of callbacks) await callback.onBatchEnd?.(start + i, entry, context);
    }
  }

  async function trainEpoch(): Promise<void> {
    const order = settings.shuffle ? permutation(randomStream(trainer.seed, 'shuffle', position.totalEpochs), data.samples) : inSequence(data.samples);
    const tally = new Tally(trainer.metrics);
    if (position.batch > 0) tally.restore(position.tally);
    for (const callback of callbacks) await callback.onEpochBegin?.(position.epoch, context);
    while (position.batch < batches && stop === undefined) {
      signal?.throwIfAborted();
      await trainGroup(order, tally);
      await breathe();
    }
    if (position.batch < batches) return; // stopped inside the epoch
    const { validation } = settings;
    const validated = validation
      ? await session.states.aside(() => evaluateDataset(session, validation, trainer.metrics, batchSize, 'val_', signal))
      : {};
    const logs: Logs = { ...tally.logs(), ...validated, learningRate };
    record(history, position.epoch, logs);
    const epoch = position.epoch++;
    position.totalEpochs++;
    position.batch = 0;
    position.tally = [];
    for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, context);
    remember();
    for (const callback of callbacks) await callback.onCheckpoint?.(epoch, context);
  }

  const failures: unknown[] = [];
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(context);
    if (settings.resume) restoreCallbacks(callbacks, position, context);
    position.batchSize = batchSize;
    position.samples = data.samples;
    while (position.epoch < epochs && stop === undefined) await trainEpoch();
  } catch (error) {
    const quiet = error instanceof NotFiniteError && callbacks.filter((callback) => callback.onNotFinite?.(error)).length > 0;
    if (quiet) stop = error.message;
    else failures.push(error);
  }
  if (stop !== undefined) history.stopped = stop;
  // One failing callback must not keep the others from their last word.
  for (const callback of callbacks) {
    try {
      await callback.onTrainEnd?.(context);
    } catch (error) {
      failures.push(error);
    }
  }
  remember();
  if (failures.length > 0) throw failures[0];
}

function record(history: History, epoch: number, logs: Logs): void {
  history.epoch.push(epoch);
  for (const [key, value] of Object.entries(logs)) (history.history[key] ??= []).push(value);
}

function restoreCallbacks(callbacks: readonly Callback[], position: Position, context: TrainingContext): void {
  const saved = [...position.callbacks];
  for (const callback of callbacks) {
    const at = saved.findIndex((entry) => entry.name === callback.name);
    const [found] = at < 0 ? [] : saved.splice(at, 1);
    if (found) callback.setState?.(found.state, context);
  }
}
