/**
 * Learning-rate schedules: plain data, so that a saved model carries them, or a function of one's own; and one function that reads
 * them. A schedule counts epochs or steps, as it is told. Its time is that of the run: `fit` starts it anew unless it resumes, and
 * `trainOnBatch` moves it on by a step each time.
 */
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { copyEntries } from '../copies.js';
import { ArgumentError } from '../errors.js';

/** Where a run of training stands before a step. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** Epochs done, with the fraction of the current one: 2.5 is the middle of the third epoch. */
  readonly epoch: number;
  /** What one step is of an epoch: 1 / steps per epoch. */
  readonly stepOfEpoch: number;
}

/** The unit a schedule counts in: one of the two. */
interface Span { readonly epochs?: number; readonly steps?: number }

/** rate × factor for every boundary that has passed: system 4's "× 0.2 after epoch 250". Boundaries in epochs or in steps. */
export interface PiecewiseSchedule {
  readonly kind: 'piecewise'; readonly rate: number; readonly factor: number; readonly afterEpochs?: readonly number[]; readonly afterSteps?: readonly number[];
}
/** rate × decay^(time / span). */
export interface ExponentialSchedule extends Span { readonly kind: 'exponential'; readonly rate: number; readonly decay: number }
/** From rate to floor along half a cosine over the span, then floor (Loshchilov & Hutter 2017). */
export interface CosineSchedule extends Span { readonly kind: 'cosine'; readonly rate: number; readonly floor: number }
/** Linear over the span, a share of it for every step, the first one included; then the schedule `then`, whose own time starts at 0. */
export interface WarmUpSchedule extends Span { readonly kind: 'warmUp'; readonly then: Schedule | number }
export type Schedule = PiecewiseSchedule | ExponentialSchedule | CosineSchedule | WarmUpSchedule;
/** The rate of a step, at least 0. Not saved with a model: `loadModel` is given it again. */
export type ScheduleFunction = (progress: Progress) => number;
export type LearningRate = number | Schedule | ScheduleFunction;

const piecewiseNames: OptionNames<PiecewiseSchedule> = { kind: true, rate: true, afterEpochs: true, afterSteps: true, factor: true };
const exponentialNames: OptionNames<ExponentialSchedule> = { kind: true, rate: true, decay: true, epochs: true, steps: true };
const cosineNames: OptionNames<CosineSchedule> = { kind: true, rate: true, epochs: true, steps: true, floor: true };
const warmUpNames: OptionNames<WarmUpSchedule> = { kind: true, epochs: true, steps: true, then: true };

export function piecewise(options: Omit<PiecewiseSchedule, 'kind'>): PiecewiseSchedule {
  const { afterEpochs, afterSteps } = options;
  return checked({ kind: 'piecewise', ...options, ...(afterEpochs ? { afterEpochs: [...afterEpochs] } : {}), ...(afterSteps ? { afterSteps: [...afterSteps] } : {}) });
}

/** @param options epochs (default 1) or steps over which the rate falls by `decay`. */
export function exponential(options: Omit<ExponentialSchedule, 'kind'>): ExponentialSchedule {
  return checked({ kind: 'exponential', ...(options.steps === undefined ? { epochs: 1 } : {}), ...options });
}

/** @param options floor: default 0. */
export function cosine(options: Omit<CosineSchedule, 'kind' | 'floor'> & { readonly floor?: number }): CosineSchedule {
  return checked({ kind: 'cosine', floor: 0, ...options });
}

export function warmUp(options: Omit<WarmUpSchedule, 'kind'>): WarmUpSchedule {
  return checked({ kind: 'warmUp', ...copyEntries(options) });
}

function positive(operation: string, argument: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ArgumentError({ operation, argument, expected: 'a positive number', actual: String(value) });
  }
}

/** One unit, and only one. */
function requireUnit(operation: string, units: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(units).filter((name) => units[name] !== undefined);
  if (given.length !== 1) {
    throw new ArgumentError({ operation, argument: 'time', expected: `counted in ${Object.keys(units).join(' or ')}`, actual: given.length === 0 ? 'neither' : 'both' });
  }
}

function requireSpan(operation: string, { epochs, steps }: Span): void {
  requireUnit(operation, { epochs, steps });
  if (epochs !== undefined) positive(operation, 'epochs', epochs);
  if (steps !== undefined) positive(operation, 'steps', steps);
}

function checked<S extends Schedule>(schedule: S): S {
  checkLearningRate(schedule.kind, schedule);
  return schedule;
}

/** @throws ArgumentError for a rate that is not positive or a malformed schedule. */
export function checkLearningRate(operation: string, rate: LearningRate): void {
  if (typeof rate === 'function') return;
  if (typeof rate === 'number') return positive(operation, 'learningRate', rate);
  switch (rate?.kind) {
    case 'piecewise':
      checkOptions('piecewise', rate, piecewiseNames);
      positive('piecewise', 'rate', rate.rate);
      positive('piecewise', 'factor', rate.factor);
      requireUnit('piecewise', { afterEpochs: rate.afterEpochs, afterSteps: rate.afterSteps });
      for (const epoch of rate.afterEpochs ?? []) positive('piecewise', 'afterEpochs', epoch);
      for (const step of rate.afterSteps ?? []) positive('piecewise', 'afterSteps', step);
      break;
    case 'exponential':
      checkOptions('exponential', rate, exponentialNames);
      positive('exponential', 'rate', rate.rate);
      positive('exponential', 'decay', rate.decay);
      requireSpan('exponential', rate);
      break;
    case 'cosine':
      checkOptions('cosine', rate, cosineNames);
      positive('cosine', 'rate', rate.rate);
      requireSpan('cosine', rate);
      if (!(rate.floor >= 0 && rate.floor <= rate.rate)) {
        throw new ArgumentError({ operation: 'cosine', argument: 'floor', expected: `a number from 0 to the rate ${rate.rate}`, actual: String(rate.floor) });
      }
      break;
    case 'warmUp':
      checkOptions('warmUp', rate, warmUpNames);
      requireSpan('warmUp', rate);
      checkLearningRate('warmUp', rate.then);
      break;
    default:
      throw new ArgumentError({
        operation, argument: 'learningRate', expected: 'a number, piecewise | exponential | cosine | warmUp, or a function of progress', actual: JSON.stringify(rate),
      });
  }
}

/** Whether a schedule asks for epochs, now or later; of a function only a call tells. */
export function countsEpochs(rate: LearningRate): boolean {
  if (typeof rate !== 'object') return false;
  switch (rate.kind) {
    case 'piecewise': return rate.afterSteps === undefined;
    case 'warmUp': return rate.steps === undefined || countsEpochs(rate.then);
    default: return rate.steps === undefined;
  }
}

/** Spans that have passed. */
function passed({ epochs, steps }: Span, progress: Progress): number {
  return steps === undefined ? progress.epoch / (epochs ?? 1) : progress.step / steps;
}

/**
 * The learning rate of the step that follows.
 * @throws ArgumentError where a function gives no finite number of at least 0.
 */
export function rateAt(rate: LearningRate, progress: Progress): number {
  if (typeof rate === 'number') return rate;
  if (typeof rate === 'function') {
    const value = rate(progress);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new ArgumentError({ operation: 'learningRate', argument: `its value at step ${progress.step}`, expected: 'a finite number of at least 0', actual: String(value) });
  }
  switch (rate.kind) {
    case 'piecewise': {
      const boundaries = rate.afterSteps ?? rate.afterEpochs ?? [];
      const now = rate.afterSteps ? progress.step : progress.epoch;
      return rate.rate * rate.factor ** boundaries.filter((n) => now >= n).length;
    }
    case 'exponential':
      return rate.rate * rate.decay ** passed(rate, progress);
    case 'cosine':
      return rate.floor + 0.5 * (rate.rate - rate.floor) * (1 + Math.cos(Math.PI * Math.min(1, passed(rate, progress))));
    case 'warmUp':
      return warmedUp(rate, progress);
  }
}

function warmedUp({ epochs, steps, then }: WarmUpSchedule, progress: Progress): number {
  if (steps !== undefined) {
    const { step } = progress;
    return step < steps
      ? (rateAt(then, startOf(progress)) * Math.min(step + 1, steps)) / steps
      : rateAt(then, after(progress, steps, () => steps * progress.stepOfEpoch));
  }
  const span = epochs ?? 1;
  const { epoch, stepOfEpoch } = progress;
  return epoch < span
    ? (rateAt(then, startOf(progress)) * Math.min(epoch + stepOfEpoch, span)) / span
    : rateAt(then, after(progress, Math.ceil(span / stepOfEpoch - 1e-9), () => span));
}

function startOf(progress: Progress): Progress {
  return { step: 0, epoch: 0, get stepOfEpoch() { return progress.stepOfEpoch; } };
}

/** A clock that started later. Epochs are asked for only where a schedule counts them: a loop of one's own may not know them. */
function after(progress: Progress, steps: number, epochs: () => number): Progress {
  return {
    step: progress.step - steps,
    get epoch() { return progress.epoch - epochs(); },
    get stepOfEpoch() { return progress.stepOfEpoch; },
  };
}
