import { ShapeError, formatShape } from '../errors.js';
import type { Shape } from '../tensor.js';

/** @param label of the layer. @param input without the batch. @throws ShapeError */
export function requireRank(label: string, input: Shape, rank: number, expected: string): void {
  if (input.length !== rank) {
    throw new ShapeError({
      operation: label, argument: 'input', expected, actual: formatShape(['batch', ...input]),
      hint: 'Check inputShape and returnSequences of the layers before.',
    });
  }
}

/** The one input of a single-input layer. @throws ShapeError */
export function single<T>(label: string, inputs: readonly T[]): T {
  const [first] = inputs;
  if (first === undefined || inputs.length !== 1) {
    throw new ShapeError({ operation: label, argument: 'inputs', expected: 'one tensor', actual: `${inputs.length}` });
  }
  return first;
}
