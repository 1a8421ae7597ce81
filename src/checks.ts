/** Checks of arguments that every part of the library makes in the same words. */
import { ArgumentError } from './errors.js';

/** A whole number of at least `least`, or an ArgumentError. */
export function requireCount(operation: string, argument: string, value: number, least = 1): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ArgumentError({ operation, argument, expected: `a whole number of at least ${least}`, actual: String(value) });
  }
  return value;
}

export function requireRate(operation: string, argument: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new ArgumentError({ operation, argument, expected: 'a rate in [0, 1)', actual: String(value), hint: 'A rate is the share of units dropped.' });
  }
}
