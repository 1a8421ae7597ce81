/** The training loop: epochs, batches, validation, callbacks, and where it stopped. */
import type { Logs, TrainingContext } from '../../callbacks/callback.js';
import { NotFiniteError } from '../../errors.js';
import { rateAt } from '../../optimizers/schedules.js';
import type { Batch } from './batches.js';
import { takeGroup } from './batchSource.js';
import type { BatchSource } from './batchSource.js';
import type { Hooks } from './hooks.js';
import { createYielder, evaluateBatches } from './passes.js';
import type { History, TrainingEvent } from './position.js';
import { progressAt } from './progress.js';
import { trainSteps, trainTogether } from './steps.js';
import type { Trainer } from './steps.js';
import { Tally, loggedNames } from './tally.js';

export interface FitSettings {
  readonly epochs: number;
  readonly hooks: Hooks;
  readonly signal: AbortSignal | undefined;
  readonly validation: BatchSource | undefined;
  /** Batches between validations inside an epoch; infinite for none. */
  readonly validateEvery: number;
  /** Batches that make one optimiser step together; the last one of an epoch may have fewer. */
  readonly together: number;
}

export async function runFit(trainer: Trainer, source: BatchSource, settings: FitSettings, history: History): Promise<void> {
  const { session, optimizer, position } = trainer;
  const { epochs, hooks, signal, validation, validateEvery, together } = settings;
  const { batches } = source;
  const breathe = createYielder();
  /** Steps of the optimiser that so many batches of an epoch are. */
  const stepsOf = (count: number): number => Math.ceil(count / together);
  const rateOf = (batch: number): number => {
    const progress = progressAt('fit', position.runSteps + stepsOf(batch) - stepsOf(position.batch), position.epoch, batch / together, batches / together);
    return rateAt(optimizer.learningRate, progress) * position.learningRateFactor;
  };
  let learningRate = position.events[0]?.learningRate ?? rateOf(Math.max(0, stepsOf(position.batch) - 1) * together);
  let stop: string | undefined;
  const context: TrainingContext = {
    model: trainer.model, epochs, initialEpoch: position.epoch, batches, logged: loggedNames(trainer.scoring, validation !== undefined),
    get learningRateFactor() { return position.learningRateFactor; },
    set learningRateFactor(factor: number) { position.learningRateFactor = factor; },
    get learningRate() { return learningRate; },
    stop(reason) { stop ??= reason; },
  };

  /** How many batches from this one on make one step together, or share a plan: alike, up to the next validation, as many as the backend likes. */
  function groupSize(first: Batch, index: number): number {
    if (together > 1) return together - (index % together);
    session.states.select(first.form.batch);
    return Math.min(session.trainer(first.form).batchesPerPlan, source.alike(index), validateEvery - (index % validateEvery));
  }

  async function validate(): Promise<Logs> {
    if (!validation) return {};
    return session.states.aside(() => evaluateBatches(session, validation, trainer.scoring, 'val_', signal));
  }

  /** The steps of one plan, or one step over several batches, then their callbacks. Whether the pass may have more. */
  async function trainGroup(tally: Tally): Promise<boolean> {
    const start = position.batch;
    const first = await source.take(start);
    if (!first) return false;
    const size = groupSize(first, start);
    const group = await takeGroup(source, first, start, size);
    const rates = group.slice(0, together > 1 ? 1 : size).map((_, i) => rateOf(start + i));
    const outcomes = together > 1 ? await trainTogether(trainer, group, rates[0] ?? NaN, start) : await trainSteps(trainer, group, rates, start);
    learningRate = rates.at(-1) ?? learningRate;
    const events = outcomes.map(({ losses, penalty, predictions }, i): TrainingEvent => {
      tally.add(losses, penalty, group[i] ?? first, predictions);
      return { hook: 'onBatchEnd', at: start + i, logs: tally.logs(), learningRate };
    });
    // All of the group is done before the first callback hears of it: a checkpoint then holds it all.
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
    return group.length === size;
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
