/**
 * Learning-rate schedules: plain data, so that a saved model carries them, or a function of one's own; and one function that reads
 * them. A schedule counts epochs or steps, as it is told. Its time is that of the run: `fit` starts it anew unless it resumes, and
 * `trainOnBatch` moves it on by a step each time. With u the spans that have passed, whole ones alone in a staircase:
 *   F1  piecewise: rate·factor^n, n the boundaries that have passed
 *   F2  exponential: rate·decay^u
 *   F3  inverse time: rate/(1 + decay·u)
 *   F4  polynomial: floor + (rate − floor)·(1 − min(1, u))^power
 *   F5  cosine: floor + (rate − floor)·(1 + cos(π·min(1, u)))/2                     (Loshchilov & Hutter 2017)
 *   F6  restarts: span i is lengthFactor^i as long and begins at rateFactor^i; F5 within it
 *   F7  warm-up: a share for every step of a span, then another schedule
 * Derivations: docs/optimizers.md.
 */
import { checkOptions, requireNumber, requirePositive } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { copyEntries, givenEntries } from '../copies.js';
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
interface Span { readonly epochs?: number | undefined; readonly steps?: number | undefined }

/** rate × factor for every boundary that has passed: system 4's "× 0.2 after epoch 250". Boundaries in epochs or in steps. */
export interface PiecewiseSchedule {
  readonly kind: 'piecewise'; readonly rate: number; readonly factor: number; readonly afterEpochs?: readonly number[] | undefined; readonly afterSteps?: readonly number[] | undefined;
}
/** In steps of whole spans instead of continuously. Default false. */
interface Stairs { readonly staircase?: boolean | undefined }
/** rate × decay^(time / span). */
export interface ExponentialSchedule extends Span, Stairs { readonly kind: 'exponential'; readonly rate: number; readonly decay: number }
/** rate / (1 + decay × time / span). */
export interface InverseTimeSchedule extends Span, Stairs { readonly kind: 'inverseTime'; readonly rate: number; readonly decay: number }
/** From rate to floor over the span, as (1 − share)^power falls, then floor. */
export interface PolynomialSchedule extends Span { readonly kind: 'polynomial'; readonly rate: number; readonly floor: number; readonly power: number }
/** From rate to floor along half a cosine over the span, then floor (Loshchilov & Hutter 2017). */
export interface CosineSchedule extends Span { readonly kind: 'cosine'; readonly rate: number; readonly floor: number }
/** Half a cosine again and again: each span `lengthFactor` times as long as the one before, and from `rateFactor` times its height above the floor. */
export interface CosineRestartsSchedule extends Span {
  readonly kind: 'cosineRestarts'; readonly rate: number; readonly floor: number; readonly lengthFactor: number; readonly rateFactor: number;
}
/** Linear over the span, a share of it for every step, the first one included; then the schedule `then`, whose own time starts at 0. */
export interface WarmUpSchedule extends Span { readonly kind: 'warmUp'; readonly then: Schedule | number }
export type Schedule =
  | PiecewiseSchedule | ExponentialSchedule | InverseTimeSchedule | PolynomialSchedule | CosineSchedule | CosineRestartsSchedule | WarmUpSchedule;
/** The rate of a step, at least 0. Not saved with a model: `loadModel` is given it again. */
export type ScheduleFunction = (progress: Progress) => number;
export type LearningRate = number | Schedule | ScheduleFunction;

const piecewiseNames: OptionNames<PiecewiseSchedule> = { kind: true, rate: true, afterEpochs: true, afterSteps: true, factor: true };
const spanNames = { kind: true, rate: true, epochs: true, steps: true } as const;
const decayNames: OptionNames<Omit<ExponentialSchedule | InverseTimeSchedule, 'kind'> & { kind: string }> = { ...spanNames, decay: true, staircase: 'flag' };
const polynomialNames: OptionNames<PolynomialSchedule> = { ...spanNames, floor: true, power: true };
const cosineNames: OptionNames<CosineSchedule> = { ...spanNames, floor: true };
const restartNames: OptionNames<CosineRestartsSchedule> = { ...spanNames, floor: true, lengthFactor: true, rateFactor: true };
const warmUpNames: OptionNames<WarmUpSchedule> = { kind: true, epochs: true, steps: true, then: true };

export function piecewise(options: Omit<PiecewiseSchedule, 'kind'>): PiecewiseSchedule {
  const { afterEpochs, afterSteps } = options;
  return checked({ kind: 'piecewise', ...options, ...(afterEpochs ? { afterEpochs: [...afterEpochs] } : {}), ...(afterSteps ? { afterSteps: [...afterSteps] } : {}) });
}

/** @param options epochs (default 1) or steps over which the rate falls by `decay`; `staircase`: at once at their end. */
export function exponential(options: Omit<ExponentialSchedule, 'kind'>): ExponentialSchedule {
  return checked({ kind: 'exponential', ...(options.steps === undefined ? { epochs: 1 } : {}), ...givenEntries(options) });
}

/** @param options epochs (default 1) or steps; decay 1 halves the rate after one such span and takes it to a third after two. */
export function inverseTime(options: Omit<InverseTimeSchedule, 'kind'>): InverseTimeSchedule {
  return checked({ kind: 'inverseTime', ...(options.steps === undefined ? { epochs: 1 } : {}), ...givenEntries(options) });
}

/** @param options floor: default 0; power: default 1, a straight line. */
export function polynomial(options: Omit<PolynomialSchedule, 'kind' | 'floor' | 'power'> & { readonly floor?: number | undefined; readonly power?: number | undefined }): PolynomialSchedule {
  return checked({ kind: 'polynomial', floor: 0, power: 1, ...givenEntries(options) });
}

/** @param options epochs or steps of the first span; floor: default 0; lengthFactor: default 2; rateFactor: default 1. */
export function cosineRestarts(
  options: Omit<CosineRestartsSchedule, 'kind' | 'floor' | 'lengthFactor' | 'rateFactor'> & { readonly floor?: number | undefined; readonly lengthFactor?: number | undefined; readonly rateFactor?: number | undefined },
): CosineRestartsSchedule {
  return checked({ kind: 'cosineRestarts', floor: 0, lengthFactor: 2, rateFactor: 1, ...givenEntries(options) });
}

/** @param options floor: default 0. */
export function cosine(options: Omit<CosineSchedule, 'kind' | 'floor'> & { readonly floor?: number | undefined }): CosineSchedule {
  return checked({ kind: 'cosine', floor: 0, ...givenEntries(options) });
}

export function warmUp(options: Omit<WarmUpSchedule, 'kind'>): WarmUpSchedule {
  return checked({ kind: 'warmUp', ...copyEntries(options) });
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
  if (epochs !== undefined) requirePositive(operation, 'epochs', epochs);
  if (steps !== undefined) requirePositive(operation, 'steps', steps);
}

/** From a rate to a floor, over a span. */
function requireFall(schedule: PolynomialSchedule | CosineSchedule | CosineRestartsSchedule): void {
  const { kind, rate, floor } = schedule;
  requireSpan(kind, schedule);
  requirePositive(kind, 'rate', rate);
  requireNumber(kind, 'floor', floor, floor >= 0 && floor <= rate, `a number from 0 to the rate ${rate}`);
}

function checked<S extends Schedule>(schedule: S): S {
  checkLearningRate(schedule.kind, schedule);
  return schedule;
}

/** @throws ArgumentError for a rate that is not positive or a malformed schedule. */
export function checkLearningRate(operation: string, rate: LearningRate): void {
  if (typeof rate === 'function') return;
  if (typeof rate === 'number') return requirePositive(operation, 'learningRate', rate);
  switch (rate?.kind) {
    case 'piecewise':
      checkOptions('piecewise', rate, piecewiseNames);
      requirePositive('piecewise', 'rate', rate.rate);
      requirePositive('piecewise', 'factor', rate.factor);
      requireUnit('piecewise', { afterEpochs: rate.afterEpochs, afterSteps: rate.afterSteps });
      for (const epoch of rate.afterEpochs ?? []) requirePositive('piecewise', 'afterEpochs', epoch);
      for (const step of rate.afterSteps ?? []) requirePositive('piecewise', 'afterSteps', step);
      break;
    case 'exponential':
    case 'inverseTime':
      checkOptions(rate.kind, rate, decayNames);
      requireSpan(rate.kind, rate);
      requirePositive(rate.kind, 'rate', rate.rate);
      requirePositive(rate.kind, 'decay', rate.decay);
      break;
    case 'polynomial':
      checkOptions(rate.kind, rate, polynomialNames);
      requireFall(rate);
      requirePositive(rate.kind, 'power', rate.power);
      break;
    case 'cosine':
      checkOptions(rate.kind, rate, cosineNames);
      requireFall(rate);
      break;
    case 'cosineRestarts':
      checkOptions(rate.kind, rate, restartNames);
      requireFall(rate);
      requirePositive(rate.kind, 'rateFactor', rate.rateFactor);
      requireNumber(rate.kind, 'lengthFactor', rate.lengthFactor, rate.lengthFactor >= 1 && rate.lengthFactor < Infinity, 'a number of at least 1');
      break;
    case 'warmUp':
      checkOptions('warmUp', rate, warmUpNames);
      requireSpan('warmUp', rate);
      checkLearningRate('warmUp', rate.then);
      break;
    default:
      throw new ArgumentError({
        operation, argument: 'learningRate', expected: 'a number, piecewise | exponential | inverseTime | polynomial | cosine | cosineRestarts | warmUp, or a function of progress', actual: JSON.stringify(rate),
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
function passed({ epochs, steps, staircase = false }: Span & Stairs, progress: Progress): number {
  const spans = steps === undefined ? progress.epoch / (epochs ?? 1) : progress.step / steps;
  return staircase ? Math.floor(spans) : spans;
}

/** Half a wave from 1 to 0. */
function halfCosine(share: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * share)); // F5
}

function restarted({ lengthFactor, rateFactor }: CosineRestartsSchedule, spans: number): number {
  let [start, length, restarts] = lengthFactor === 1 ? [Math.floor(spans), 1, Math.floor(spans)] : [0, 1, 0];
  for (; spans >= start + length; restarts++) [start, length] = [start + length, length * lengthFactor]; // F6
  return rateFactor ** restarts * halfCosine((spans - start) / length); // F6
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
      return rate.rate * rate.factor ** boundaries.filter((n) => now >= n).length; // F1
    }
    case 'exponential':
      return rate.rate * rate.decay ** passed(rate, progress); // F2
    case 'inverseTime':
      return rate.rate / (1 + rate.decay * passed(rate, progress)); // F3
    case 'polynomial':
      return rate.floor + (rate.rate - rate.floor) * (1 - Math.min(1, passed(rate, progress))) ** rate.power; // F4
    case 'cosine':
      return rate.floor + (rate.rate - rate.floor) * halfCosine(Math.min(1, passed(rate, progress))); // F5
    case 'cosineRestarts':
      return rate.floor + (rate.rate - rate.floor) * restarted(rate, passed(rate, progress)); // F6
    case 'warmUp':
      return warmedUp(rate, progress); // F7
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
