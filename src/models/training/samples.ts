/** Samples that are made when a batch needs them, so that a data set need not lie in memory. */
import { isThenable } from '../../checks.js';
import { DataError } from '../../errors.js';
import type { FloatArray, HostTensor, Shape } from '../../tensor.js';
import { allocate, sizeOf } from '../../tensor.js';
import type { DType } from '../../tensor.js';

/** Images drawn or read one by one; goes wherever a tensor of samples does. */
export interface SampleSource {
  /** [samples, ...shape of one sample]. */
  readonly shape: Shape;
  /**
   * Writes sample `index` into `out`, row-major; the same numbers each time it is asked. Where it returns a promise, the sample is
   * there when that resolves; the samples of a batch are then asked for together.
   */
  read(index: number, out: FloatArray): void | PromiseLike<void>;
}

/** A tensor of samples, or where they come from. */
export type Samples = HostTensor | SampleSource;

export function isSource(value: unknown): value is SampleSource {
  return typeof value === 'object' && value !== null && 'read' in value && 'shape' in value;
}

/** What must be whole numbers, from 0 to below this: numbers of classes, or indices that a layer looks up. */
export interface WholeNumbers {
  readonly of: 'classes' | 'indices';
  readonly below: number;
}

/** A source whose numbers are checked as they are read, as {@link requireSound} does. */
export function checkedSource(operation: string, argument: string, source: SampleSource, whole?: WholeNumbers): SampleSource {
  const shape = [...source.shape];
  return {
    shape,
    read(index, out) {
      const check = (): void => { requireSound(operation, argument, out, shape.slice(1), whole, [index]); };
      const reading = source.read(index, out);
      if (isThenable(reading)) return reading.then(check);
      check();
    },
  };
}

/** @param before indices of the axes before those of `shape`. @throws DataError naming the first entry that is not finite. */
export function requireFinite(operation: string, argument: string, data: FloatArray, shape: Shape, before: readonly number[] = [], hint = 'Drop or fill missing values before training.'): void {
  const at = firstNotFinite(data);
  if (at < 0) return;
  throw new DataError({
    operation, argument: `${argument}[${[...before, ...position(at, shape)].join(', ')}]`, expected: 'a finite number', actual: String(data[at]),
    hint,
  });
}

/** @throws DataError naming the first entry that is not finite, or not one of the whole numbers there may be. */
export function requireSound(operation: string, argument: string, data: FloatArray, shape: Shape, whole: WholeNumbers | undefined, before: readonly number[] = []): void {
  requireFinite(operation, argument, data, shape, before);
  if (!whole) return;
  const { of, below } = whole;
  const at = data.findIndex((value) => !(value >= 0 && value < below && Number.isInteger(value)));
  if (at < 0) return;
  throw new DataError({
    operation, argument: `${argument}[${[...before, ...position(at, shape)].join(', ')}]`,
    expected: `${of === 'classes' ? 'the number of a class' : 'an index'}, a whole one from 0 to ${below - 1}`, actual: String(data[at]),
    hint: of === 'classes' ? 'The last axis of the output is as long as there are classes.' : "A layer looks these numbers up: Embedding's inputDim is their largest plus 1.",
  });
}

/** Index of the first entry that is NaN or infinite, or −1. */
function firstNotFinite(data: FloatArray): number {
  let doubt = 0; // x − x is 0 for every finite x and NaN for all others: no branch, no call
  for (let i = 0; i < data.length; i++) doubt += (data[i] ?? NaN) - (data[i] ?? NaN);
  return doubt === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}

/** The indices of a flat position, one for each axis. */
function position(flat: number, shape: Shape): number[] {
  const index: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] ?? 1;
    index.unshift(flat % n);
    flat = Math.floor(flat / n);
  }
  return index;
}

/** Samples start … end − 1. */
export function cut(samples: Samples, start: number, end: number): Samples {
  const shape = [end - start, ...samples.shape.slice(1)];
  if (isSource(samples)) return { shape, read: (index, out) => samples.read(start + index, out) };
  const row = sizeOf(shape.slice(1));
  return { data: samples.data.subarray(start * row, end * row), shape };
}

/** Samples order[from … from + count), contiguous; without an order as they lie, not copied. At once unless a source takes its time. */
export function gather(samples: Samples, order: Int32Array | undefined, from: number, count: number, dtype: DType): FloatArray | Promise<FloatArray> {
  const row = sizeOf(samples.shape.slice(1));
  if (!order && !isSource(samples)) return samples.data.subarray(from * row, (from + count) * row);
  const out = allocate(dtype, count * row);
  const waiting: PromiseLike<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const index = order?.[from + i] ?? from + i;
    if (isSource(samples)) {
      const reading = samples.read(index, out.subarray(i * row, (i + 1) * row));
      if (isThenable(reading)) waiting.push(reading);
    } else for (let j = 0; j < row; j++) out[i * row + j] = samples.data[index * row + j] ?? NaN;
  }
  return waiting.length > 0 ? Promise.all(waiting).then(() => out) : out;
}
