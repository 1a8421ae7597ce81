/** The training loop: epochs, batches, validation, callbacks, and where it stopped. */
import type { Callback, CallbackState, Logs, TrainingContext, Trainee } from '../callbacks/callback.js';
import { ArgumentError, NotFiniteError } from '../errors.js';
import { rateAt } from '../optimizers/schedules.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { permutation, randomStream } from '../random.js';
import type { FloatArray, Shape } from '../tensor.js';
import { drawNoise, inSequence, takeBatch } from './batches.js';
import type { Batch } from './batches.js';
import type { Dataset } from './data.js';
import { diagnose } from './doctor.js';
import { Tally } from './metrics.js';
import type { Metric } from './metrics.js';
import type { Session } from './session.js';

/** Logged values of every epoch, in the form Keras users know. */
export interface History {
  /** Epoch numbers, from 0. */
  readonly epoch: number[];
  /** Each logged value over the epochs: loss, mae, val_loss, learningRate, … */
  readonly history: Record<string, number[]>;
  /** Why training ended before its last epoch; undefined if it did not. */
  stopped?: string;
}

/** Where training stands; saved with the model. */
export interface Position {
  /** Epochs done in the current run of fit. */
  epoch: number;
  /** Batches done in the current epoch. */
  batch: number;
  /** Optimiser steps done since the model was made; drives dropout masks and Adam's corrections. */
  step: number;
  /** Epochs done since the model was made; drives shuffling. */
  totalEpochs: number;
  learningRateFactor: number;
  /** Sums of the epoch in progress; empty between epochs. */
  tally: number[];
  /** States of the callbacks, by order and name. */
  callbacks: { name: string; state: CallbackState }[];
}

export function startPosition(): Position {
  return { epoch: 0, batch: 0, step: 0, totalEpochs: 0, learningRateFactor: 1, tally: [], callbacks: [] };
}

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
  readonly outputShapes: readonly Shape[];
  readonly seed: number;
  /** Moved on as training goes. */
  readonly position: Position;
}

/** Lets timers, I/O and rendering run; cheap enough between batches because it acts only every 30 ms. */
export function createYielder(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 30) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    last = performance.now();
  };
}

/** One pass without training. */
export async function evaluateDataset(
  session: Session, data: Dataset, metrics: readonly Metric[], outputShapes: readonly Shape[], batchSize: number, prefix: string, signal?: AbortSignal,
): Promise<Record<string, number>> {
  const tally = new Tally(metrics);
  const order = inSequence(data.samples);
  const breathe = createYielder();
  for (let from = 0; from < data.samples; from += batchSize) {
    signal?.throwIfAborted();
    const count = Math.min(batchSize, data.samples - from);
    const batch = takeBatch(data, order, from, count, outputShapes, false, session.device.dtype);
    session.prepareBatch(count);
    const [loss, prediction] = await session.evaluator(batch.form).run(batch.inputs);
    tally.add(loss?.[0] ?? NaN, count, prediction, batch.y[0], outputShapes[0]?.at(-1) ?? 1, batch.counted[0]);
    await breathe();
  }
  return tally.logs(prefix);
}

/**
 * One optimiser step on one batch.
 * @throws NotFiniteError; the weights are then those of the last step whose loss was finite.
 */
export async function trainStep(
  trainer: Trainer, batch: Batch, learningRate: number, index: number,
): Promise<{ loss: number; prediction: FloatArray | undefined }> {
  const { session, optimizer, position } = trainer;
  const { dtype } = session.device;
  session.prepareBatch(batch.form.batch);
  const data = [...batch.inputs, ...drawNoise(session.noise(batch.form), trainer.seed, position.step, dtype)];
  const scalars = optimizer.scalars(position.step + 1);
  const settings = [Float64Array.of(learningRate), ...(scalars.length > 0 ? [Float64Array.from(scalars)] : [])];
  const [losses, guard, prediction] = await session.trainer(batch.form).run([...data, ...settings]);
  const loss = losses?.[0] ?? NaN;
  if (!Number.isFinite(guard?.[0])) {
    const error = await diagnose(session, batch.form, data, loss, position.epoch, index);
    session.restoreLastGood();
    throw error;
  }
  position.step++;
  return { loss, prediction: trainer.metrics.length > 0 ? prediction : undefined };
}

export async function runFit(trainer: Trainer, data: Dataset, settings: FitSettings, history: History): Promise<void> {
  const { session, optimizer, position } = trainer;
  const { epochs, batchSize, callbacks, signal } = settings;
  if (settings.resume) restoreCallbacks(callbacks, position);

  const batches = Math.ceil(data.samples / batchSize);
  const breathe = createYielder();
  let stop: string | undefined;
  let learningRate = 0;
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

  async function trainBatch(order: Int32Array, index: number, tally: Tally): Promise<void> {
    const count = Math.min(batchSize, data.samples - index * batchSize);
    const batch = takeBatch(data, order, index * batchSize, count, trainer.outputShapes, true, session.device.dtype);
    learningRate = rateAt(optimizer.learningRate, { epoch: position.epoch + index / batches }) * position.learningRateFactor;
    const { loss, prediction } = await trainStep(trainer, batch, learningRate, index);
    tally.add(loss, count, prediction, batch.y[0], trainer.outputShapes[0]?.at(-1) ?? 1, batch.counted[0]);
  }

  async function trainEpoch(): Promise<void> {
    const order = settings.shuffle ? permutation(randomStream(trainer.seed, 'shuffle', position.totalEpochs), data.samples) : inSequence(data.samples);
    const tally = new Tally(trainer.metrics);
    if (position.batch > 0) tally.restore(position.tally);
    for (const callback of callbacks) await callback.onEpochBegin?.(position.epoch, context);
    while (position.batch < batches && stop === undefined) {
      signal?.throwIfAborted();
      await trainBatch(order, position.batch, tally);
      position.batch++;
      position.tally = tally.toJSON();
      const logs = tally.logs();
      for (const callback of callbacks) await callback.onBatchEnd?.(position.batch - 1, logs, context);
      await breathe();
    }
    if (position.batch < batches) return; // stopped inside the epoch
    const validation = settings.validation
      ? await evaluateDataset(session, settings.validation, trainer.metrics, trainer.outputShapes, batchSize, 'val_', signal)
      : {};
    const logs: Logs = { ...tally.logs(), ...validation, learningRate };
    record(history, position.epoch, logs);
    const epoch = position.epoch++;
    position.totalEpochs++;
    position.batch = 0;
    position.tally = [];
    for (const callback of callbacks) {
      remember();
      await callback.onEpochEnd?.(epoch, logs, context);
    }
    remember();
  }

  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(context);
    while (position.epoch < epochs && stop === undefined) await trainEpoch();
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    const quiet = callbacks.filter((callback) => callback.onNotFinite?.(error)).length > 0;
    if (!quiet) throw error;
    stop = error.message;
  } finally {
    if (stop !== undefined) history.stopped = stop;
    for (const callback of callbacks) await callback.onTrainEnd?.(context);
  }
}

function record(history: History, epoch: number, logs: Logs): void {
  history.epoch.push(epoch);
  for (const [key, value] of Object.entries(logs)) (history.history[key] ??= []).push(value);
}

function restoreCallbacks(callbacks: readonly Callback[], position: Position): void {
  const saved = [...position.callbacks];
  for (const callback of callbacks) {
    const at = saved.findIndex((entry) => entry.name === callback.name);
    const [found] = at < 0 ? [] : saved.splice(at, 1);
    if (found) callback.setState?.(found.state);
  }
}

/** @throws ArgumentError for counts that are not whole or positive. */
export function requireCounts(epochs: number, batchSize: number): void {
  for (const [argument, value] of [['epochs', epochs], ['batchSize', batchSize]] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ArgumentError({ operation: 'fit', argument, expected: 'a whole number of at least 1', actual: String(value) });
    }
  }
}
