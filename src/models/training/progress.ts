/** The clock of schedules, as those who train tell it. */
import { ArgumentError } from '../../errors.js';
import { countsEpochs } from '../../optimizers/schedules.js';
import type { LearningRate, Progress } from '../../optimizers/schedules.js';

function noLength(operation: string): ArgumentError {
  return new ArgumentError({
    operation, argument: 'stepsPerEpoch', expected: 'given, as the learning rate counts epochs', actual: 'none', hint: 'Or count steps: warmUp({ steps: 100, then }).',
  });
}

/** @throws ArgumentError for a schedule in epochs where nobody knows how long one is: `length` is then infinite. */
export function requireLength(operation: string, rate: LearningRate, length: number): void {
  if (length === Infinity && countsEpochs(rate)) throw noLength(operation);
}

/** A class, since an object with getters of its own costs two microseconds, and every step has one. */
class StepProgress implements Progress {
  readonly step: number;
  private readonly operation: string;
  private readonly epochs: number;
  private readonly steps: number;
  private readonly length: number;

  constructor(operation: string, step: number, epochs: number, steps: number, length: number) {
    this.operation = operation;
    this.step = step;
    this.epochs = epochs;
    this.steps = steps;
    this.length = length;
  }

  get epoch(): number {
    return this.epochs + this.share(this.steps);
  }

  get stepOfEpoch(): number {
    return this.share(1);
  }

  private share(count: number): number {
    if (this.length === Infinity) throw noLength(this.operation);
    return count / this.length;
  }
}

/**
 * After `epochs` and `steps` more, of `length` that make one; a function of one's own that asks for epochs meets the error of
 * `requireLength` where the length is infinite.
 */
export function progressAt(operation: string, step: number, epochs: number, steps: number, length: number): Progress {
  return new StepProgress(operation, step, epochs, steps, length);
}
