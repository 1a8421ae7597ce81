/**
 * Learning-rate schedules: plain data, so that a saved model carries them, and one function that reads them.
 * Time is measured in epochs; `progress.epoch` counts fractions of the running epoch too.
 */
import { ArgumentError } from '../errors.js';

export interface Progress {
  /** Epochs done, with the fraction of the current one: 2.5 is the middle of the third epoch. */
  readonly epoch: number;
}

/** rate × factor for every boundary that has passed: system 4's "× 0.2 after epoch 250". */
export interface PiecewiseSchedule { readonly kind: 'piecewise'; readonly rate: number; readonly afterEpochs: readonly number[]; readonly factor: number }
/** rate × decay^(epoch / epochs). */
export interface ExponentialSchedule { readonly kind: 'exponential'; readonly rate: number; readonly decay: number; readonly epochs: number }
/** From rate to floor along half a cosine over `epochs`, then floor (Loshchilov & Hutter 2017). */
export interface CosineSchedule { readonly kind: 'cosine'; readonly rate: number; readonly epochs: number; readonly floor: number }
/** Linear from 0 over `epochs`, then the schedule `then`, whose own time starts at 0. */
export interface WarmUpSchedule { readonly kind: 'warmUp'; readonly epochs: number; readonly then: Schedule | number }
export type Schedule = PiecewiseSchedule | ExponentialSchedule | CosineSchedule | WarmUpSchedule;
export type LearningRate = number | Schedule;

export function piecewise(options: { rate: number; afterEpochs: readonly number[]; factor: number }): PiecewiseSchedule {
  return checked({ kind: 'piecewise', ...options, afterEpochs: [...options.afterEpochs] });
}

export function exponential(options: { rate: number; decay: number; epochs?: number }): ExponentialSchedule {
  return checked({ kind: 'exponential', epochs: 1, ...options });
}

export function cosine(options: { rate: number; epochs: number; floor?: number }): CosineSchedule {
  return checked({ kind: 'cosine', floor: 0, ...options });
}

export function warmUp(options: { epochs: number; then: LearningRate }): WarmUpSchedule {
  return checked({ kind: 'warmUp', ...options });
}

function positive(operation: string, argument: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ArgumentError({ operation, argument, expected: 'a positive number', actual: String(value) });
  }
}

function checked<S extends Schedule>(schedule: S): S {
  checkLearningRate(schedule.kind, schedule);
  return schedule;
}

/** @throws ArgumentError for a rate that is not positive or a malformed schedule. */
export function checkLearningRate(operation: string, rate: LearningRate): void {
  if (typeof rate === 'number') return positive(operation, 'learningRate', rate);
  switch (rate.kind) {
    case 'piecewise':
      positive('piecewise', 'rate', rate.rate);
      positive('piecewise', 'factor', rate.factor);
      for (const epoch of rate.afterEpochs) positive('piecewise', 'afterEpochs', epoch);
      break;
    case 'exponential':
      positive('exponential', 'rate', rate.rate);
      positive('exponential', 'decay', rate.decay);
      positive('exponential', 'epochs', rate.epochs);
      break;
    case 'cosine':
      positive('cosine', 'rate', rate.rate);
      positive('cosine', 'epochs', rate.epochs);
      if (!(rate.floor >= 0 && rate.floor <= rate.rate)) {
        throw new ArgumentError({ operation: 'cosine', argument: 'floor', expected: `a number from 0 to the rate ${rate.rate}`, actual: String(rate.floor) });
      }
      break;
    case 'warmUp':
      positive('warmUp', 'epochs', rate.epochs);
      checkLearningRate('warmUp', rate.then);
      break;
    default:
      throw new ArgumentError({
        operation, argument: 'learningRate', expected: 'a number or piecewise | exponential | cosine | warmUp', actual: JSON.stringify(rate),
      });
  }
}

/** The learning rate at a point of training. */
export function rateAt(rate: LearningRate, { epoch }: Progress): number {
  if (typeof rate === 'number') return rate;
  switch (rate.kind) {
    case 'piecewise':
      return rate.rate * rate.factor ** rate.afterEpochs.filter((n) => epoch >= n).length;
    case 'exponential':
      return rate.rate * rate.decay ** (epoch / rate.epochs);
    case 'cosine':
      return rate.floor + 0.5 * (rate.rate - rate.floor) * (1 + Math.cos(Math.PI * Math.min(1, epoch / rate.epochs)));
    case 'warmUp':
      return epoch < rate.epochs
        ? (rateAt(rate.then, { epoch: 0 }) * epoch) / rate.epochs
        : rateAt(rate.then, { epoch: epoch - rate.epochs });
  }
}
