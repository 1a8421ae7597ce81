/** The training loop: epochs, batches, validation, callbacks, and where it stopped. */
import type { Logs, TrainingContext, Trainee } from '../../callbacks/callback.js';
import { NotFiniteError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { FloatArray } from '../../tensor.js';
import { drawNoise } from './batches.js';
import type { Batch } from './batches.js';
import type { BatchSource } from './batchSource.js';
import { diagnose } from './doctor.js';
import type { Hooks } from './hooks.js';
import { createYielder, evaluateBatches } from './passes.js';
import type { History, Position, TrainingEvent } from './position.js';
import { progressAt } from './progress.js';
import type { Session } from './session.js';
import type { StepForm } from './stepInputs.js';
import { Tally, loggedNames } from './tally.js';
import type { Scoring } from './tally.js';

export interface FitSettings {
  readonly epochs: number;
  readonly hooks: Hooks;
  readonly signal: AbortSignal | undefined;
  readonly validation: BatchSource | undefined;
  /** Batches between validations inside an epoch; infinite for none. */
  readonly validateEvery: number;
}

/** What the loop needs of a model. */
export interface Trainer {
  readonly model: Trainee;
  readonly session: Session;
  readonly optimizer: Optimizer;
  readonly scoring: Scoring;
  readonly seed: number;
  /** Moved on as training goes. */
  readonly position: Position;
}

/** What a step said about its batch, before it changed the weights. */
export interface StepOutcome {
  readonly losses: readonly number[];
  /** On the weights. */
  readonly penalty: number;
  readonly predictions: readonly FloatArray[] | undefined;
}

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
  const outputs = session.network.outputs.length;
  let next = position.step;
  const steps = batches.map(({ rows, inputs }, i) => {
    const counts = rows.some((n) => n > 0); // a batch of padding alone is no step
    const step = counts ? next++ : next;
    const scalars = optimizer.scalars(1 + step);
    const hold = form.mayHold ? [Float64Array.of(counts ? 0 : Infinity)] : [];
    const extras = [Float64Array.of(rates[i] ?? NaN), ...hold, ...(scalars.length > 0 ? [Float64Array.from(scalars)] : [])];
    return { counts, data: [...inputs, ...drawNoise(session.noise(form), seed, step, dtype)], extras };
  });
  for (const batch of batches) session.states.advance(batch.form.batch);
  const outcomes: StepOutcome[] = [];
  for (const [guard, ...results] of await stepAll(session, form, steps.map(({ data, extras }) => [...data, ...extras]))) {
    const losses = results.slice(0, outputs).map(([loss = NaN]) => loss);
    const index = outcomes.length;
    if (!Number.isFinite(guard?.[0])) {
      const loss = losses.reduce((sum, own, i) => sum + own * (trainer.scoring.outputs[i]?.weight ?? 1), session.penaltyIn(results));
      const error = await diagnose(session, form, steps[index]?.data ?? [], loss, position.epoch, firstIndex + index);
      session.variables.restoreLastGood();
      session.sharing.moved();
      throw error;
    }
    if (steps[index]?.counts === true) position.step++;
    position.runSteps++;
    outcomes.push({ losses, penalty: session.penaltyIn(results), predictions: trainer.scoring.metrics.length > 0 ? results.slice(outputs) : undefined });
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

export async function runFit(trainer: Trainer, source: BatchSource, settings: FitSettings, history: History): Promise<void> {
  const { session, optimizer, position } = trainer;
  const { epochs, hooks, signal, validation, validateEvery } = settings;
  const { batches } = source;
  const breathe = createYielder();
  const rateOf = (batch: number): number => {
    const progress = progressAt('fit', position.runSteps + batch - position.batch, position.epoch, batch, batches);
    return rateAt(optimizer.learningRate, progress) * position.learningRateFactor;
  };
  let learningRate = position.events[0]?.learningRate ?? rateOf(Math.max(0, position.batch - 1));
  let stop: string | undefined;
  const context: TrainingContext = {
    model: trainer.model, epochs, initialEpoch: position.epoch, batches, logged: loggedNames(trainer.scoring, validation !== undefined),
    get learningRateFactor() { return position.learningRateFactor; },
    set learningRateFactor(factor: number) { position.learningRateFactor = factor; },
    get learningRate() { return learningRate; },
    stop(reason) { stop ??= reason; },
  };

  /** How many batches from this one on share a plan: alike, up to the next validation, as many as the backend likes. */
  function groupSize(first: Batch, index: number): number {
    session.states.select(first.form.batch);
    return Math.min(session.trainer(first.form).batchesPerPlan, source.alike(index), validateEvery - (index % validateEvery));
  }

  async function validate(): Promise<Logs> {
    if (!validation) return {};
    return session.states.aside(() => evaluateBatches(session, validation, trainer.scoring, 'val_', signal));
  }

  /** The steps of one plan, then their callbacks. Whether there was a batch. */
  async function trainGroup(tally: Tally): Promise<boolean> {
    const start = position.batch;
    const group: Batch[] = [];
    const first = await source.take(start);
    if (!first) return false;
    const size = groupSize(first, start);
    for (let next: Batch | undefined = first; next; next = group.length < size ? await source.take(start + group.length) : undefined) group.push(next);
    const rates = group.map((_, i) => rateOf(start + i));
    const outcomes = await trainSteps(trainer, group, rates, start);
    learningRate = rates.at(-1) ?? learningRate;
    const events = outcomes.map(({ losses, penalty, predictions }, i): TrainingEvent => {
      tally.add(losses, penalty, group[i] ?? first, predictions);
      return { hook: 'onBatchEnd', at: start + i, logs: tally.logs(), learningRate };
    });
    // All of the plan's steps are done before the first callback hears of it: a checkpoint then holds them all.
    position.batch = start + group.length;
    position.tally = tally.toJSON();
    const last = events.at(-1);
    if (last && position.batch < batches && position.batch % validateEvery === 0) {
      const validated = await validate();
      history.validation ??= { step: [], history: {} };
      record(history.validation.step, history.validation.history, position.runSteps, validated);
      events[events.length - 1] = { ...last, logs: { ...last.logs, ...validated } };
    }
    await hooks.tell(events, context);
    return true;
  }

  async function trainEpoch(): Promise<void> {
    const tally = new Tally(trainer.scoring);
    if (position.batch > 0) tally.restore(position.tally);
    await hooks.epochBegin(position.epoch, context);
    await source.begin(position);
    let ended = position.batch >= batches;
    while (!ended && stop === undefined) {
      signal?.throwIfAborted();
      ended = !await trainGroup(tally) || position.batch >= batches;
      await breathe();
    }
    if (!ended) return; // stopped inside the epoch
    const logs: Logs = { ...tally.logs(), ...await validate(), learningRate };
    record(history.epoch, history.history, position.epoch, logs);
    const at = position.epoch++;
    position.totalEpochs++;
    position.batch = 0;
    position.tally = [];
    await hooks.tell([{ hook: 'onEpochEnd', at, logs, learningRate }, { hook: 'onCheckpoint', at, logs, learningRate }], context);
  }

  const failures: unknown[] = [];
  try {
    await hooks.begin(context);
    await hooks.finish(context);
    position.batchSize = source.batchSize;
    position.samples = source.samples;
    while (position.epoch < epochs && stop === undefined) await trainEpoch();
  } catch (error) {
    const quiet = error instanceof NotFiniteError && hooks.bearsNotFinite(error);
    if (quiet) stop = error.message;
    else failures.push(error);
  }
  if (stop !== undefined) history.stopped = stop;
  failures.push(...await hooks.end(context));
  if (failures.length > 0) throw failures[0];
}

function record(at: number[], history: Record<string, number[]>, now: number, logs: Logs): void {
  at.push(now);
  for (const [key, value] of Object.entries(logs)) (history[key] ??= []).push(value);
}
