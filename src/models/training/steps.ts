/** Steps of the optimiser: one for each batch, or one for several together. */
import type { Trainee } from '../../callbacks/callback.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import type { FloatArray } from '../../tensor.js';
import { drawNoise } from './batches.js';
import type { Batch } from './batches.js';
import { diagnose } from './doctor.js';
import type { Position } from './position.js';
import type { Session } from './session.js';
import type { StepForm } from './stepInputs.js';
import type { Scoring } from './tally.js';

/** What steps need of a model. */
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
  const { session, position, seed } = trainer;
  const [{ form } = { form: undefined }] = batches;
  if (!form) return [];
  let next = position.step;
  const steps = batches.map(({ rows, inputs }, i) => {
    const counts = rows.some((n) => n > 0); // a batch of padding alone is no step
    const step = counts ? next++ : next;
    const data = [...inputs, ...drawNoise(session.noise(form), seed, step, session.device.dtype)];
    return { counts, data, extras: updateInputs(trainer, form, step, rates[i] ?? NaN, counts) };
  });
  for (const batch of batches) session.states.advance(batch.form.batch);
  const outcomes: StepOutcome[] = [];
  for (const results of await moving(session, () => session.trainer(form).runMany(steps.map(({ data, extras }) => [...data, ...extras])))) {
    const index = outcomes.length;
    outcomes.push(await outcomeOf(trainer, form, steps[index]?.data ?? [], results, firstIndex + index));
    if (steps[index]?.counts === true) position.step++;
    position.runSteps++;
  }
  return outcomes;
}

/**
 * One optimiser step for all batches together, which may differ in form: that of one batch that holds all their rows, one of its outputs as
 * much as another, as each batch's gradients count by the share that it has in the rows of each output.
 * @throws NotFiniteError as `trainSteps`.
 */
export async function trainTogether(trainer: Trainer, batches: readonly Batch[], rate: number, firstIndex: number): Promise<StepOutcome[]> {
  if (batches.length === 1) return trainSteps(trainer, batches, [rate], firstIndex);
  const { session, position, seed } = trainer;
  const rows = session.network.outputs.map((_, o) => batches.reduce((sum, batch) => sum + (batch.rows[o] ?? 0), 0));
  const counts = rows.some((n) => n > 0);
  const outcomes: StepOutcome[] = [];
  for (const [i, batch] of batches.entries()) {
    const { form } = batch;
    const place = i === 0 ? 'first' : i === batches.length - 1 ? 'last' : 'middle';
    session.states.advance(form.batch);
    const data = [...batch.inputs, ...drawNoise(session.noise(form), seed, position.step, session.device.dtype, i)];
    const shares = rows.map((all, o) => Float64Array.of((batch.rows[o] ?? 0) / Math.max(1, all))); // S5
    const extras = place === 'last' ? updateInputs(trainer, form, position.step, rate, counts) : [];
    const results = await moving(session, () => session.trainer(form, place).run([...data, ...shares, ...extras]));
    outcomes.push(await outcomeOf(trainer, form, data, results, firstIndex + i));
  }
  if (counts) position.step++;
  position.runSteps++;
  return outcomes;
}

/** What the optimiser's update takes. @param counts whether any row does. */
function updateInputs({ optimizer }: Trainer, form: StepForm, step: number, rate: number, counts: boolean): FloatArray[] {
  const scalars = optimizer.scalars(1 + step);
  const hold = form.mayHold ? [Float64Array.of(counts ? 0 : Infinity)] : [];
  return [Float64Array.of(rate), ...hold, ...(scalars.length > 0 ? [Float64Array.from(scalars)] : [])];
}

/** @param data what the step was given of its batch. @throws NotFiniteError where loss or gradients were not finite, with the last good weights put back. */
async function outcomeOf(
  { session, scoring, position }: Trainer, form: StepForm, data: readonly FloatArray[], [guard, ...results]: readonly FloatArray[], batch: number,
): Promise<StepOutcome> {
  const outputs = session.network.outputs.length;
  const losses = results.slice(0, outputs).map(([loss = NaN]) => loss);
  if (!Number.isFinite(guard?.[0])) {
    const loss = losses.reduce((sum, own, i) => sum + own * (scoring.outputs[i]?.weight ?? 1), session.penaltyIn(results));
    const error = await diagnose(session, form, data, loss, position.epoch, batch);
    session.variables.restoreLastGood();
    session.sharing.moved();
    throw error;
  }
  return { losses, penalty: session.penaltyIn(results), predictions: scoring.metrics.length > 0 ? results.slice(outputs) : undefined };
}

/** Whatever becomes of what changes the weights, other models over the same layers learn that something did. */
export async function moving<T>(session: Session, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    session.sharing.moved();
  }
}
