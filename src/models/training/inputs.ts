/** Samples as users pass them, checked and laid out: what training and prediction do alike. */
import { DataError, ShapeError, formatShape } from '../../errors.js';
import { shapesMeet } from '../../openShapes.js';
import type { DType, HostTensor, Shape, TensorLike } from '../../tensor.js';
import { toHost } from '../../tensor.js';
import { requireSound } from './samples.js';
import type { WholeNumbers } from './samples.js';

/** What x or y must be. */
export interface Wanted {
  /** Without the batch. */
  readonly shape: Shape;
  /** Numbers of so many classes. */
  readonly classes?: number | undefined;
  /** Whole numbers below this, which a layer looks up. */
  readonly indices?: number | undefined;
}

/** One value for each input or output; for a single one the value itself, or a list of it. @throws ShapeError for another count. */
export function listOf<T>(operation: string, argument: string, value: T | readonly T[] | undefined, count: number): T[] {
  if (count === 1) {
    const [only, ...others] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const wrapped = others.length === 0 && typeof only === 'object' && only !== null && 'shape' in only;
    return [(wrapped ? only : value) as T];
  }
  if (!Array.isArray(value) || value.length !== count) {
    throw new ShapeError({
      operation, argument, expected: `a list of ${count} tensors`, actual: Array.isArray(value) ? `${value.length}` : 'one tensor',
    });
  }
  return value as T[];
}

export function wholeNumbersOf({ indices, classes }: Wanted): WholeNumbers | undefined {
  if (indices !== undefined) return { of: 'indices', below: indices };
  return classes === undefined ? undefined : { of: 'classes', below: classes };
}

/** @param shape with the batch. @param hint what to do about one that does not fit. @throws DataError for no samples, ShapeError */
export function requireFit(
  operation: string, argument: string, shape: Shape, wanted: Wanted, hint: (shape: Shape) => string = () => 'Check inputShape.',
): void {
  if (shape[0] === 0) throw new DataError({ operation, argument, expected: 'at least one sample', actual: '0' });
  if (shapesMeet(shape.slice(1), wanted.shape) && !shape.includes(0)) return;
  throw new ShapeError({ operation, argument, expected: formatShape(['batch', ...wanted.shape]), actual: formatShape(shape), hint: hint(shape) });
}

/** A tensor of samples, contiguous and in this type. @throws as `requireFit`, and DataError for a number that is not finite or not one of those there may be. */
export function preparedTensor(
  operation: string, argument: string, value: TensorLike, wanted: Wanted, dtype: DType, hint?: (shape: Shape) => string,
): HostTensor {
  const { data, shape: given } = toHost(value, dtype, { operation, argument });
  // One feature or one target a step may come without its axis of width one.
  const shape = wanted.shape.at(-1) === 1 && shapesMeet(given.slice(1), wanted.shape.slice(0, -1)) ? [...given, 1] : given;
  requireFit(operation, argument, shape, wanted, hint);
  requireSound(operation, argument, data, shape, wholeNumbersOf(wanted));
  return { data, shape };
}

/** @throws ShapeError for a tensor of another number of samples. */
export function requireSamples(operation: string, argument: string, tensors: readonly { readonly shape: Shape }[], samples: number): void {
  const odd = tensors.find(({ shape }) => shape[0] !== samples);
  if (odd) throw new ShapeError({ operation, argument, expected: `${samples} samples, as x has`, actual: String(odd.shape[0]) });
}
