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

/**
 * After `epochs` and `steps` more, of `length` that make one; a function of one's own that asks for epochs meets the error of
 * `requireLength` where the length is infinite.
 */
export function progressAt(operation: string, step: number, epochs: number, steps: number, length: number): Progress {
  const share = (count: number): number => {
    if (length === Infinity) throw noLength(operation);
    return count / length;
  };
  return { step, get epoch() { return epochs + share(steps); }, get stepOfEpoch() { return share(1); } };
}
