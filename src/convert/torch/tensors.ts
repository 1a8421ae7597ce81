/** Tensors from views of storages: contiguous ones are views of the file's bytes, the others are gathered. */
import { FileFormatError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import { asNumbers, bytesPer, bytesToRead, gathered, isAligned, rawNumbers } from './numbers.js';
import type { TorchTensor } from './types.js';
import type { StridedTensor, TorchStorage } from './values.js';

/** Memory for what cannot be a view of the file, at most twice its size: float32 from float16 takes that; a stride of 0 could ask for any. */
export class Allowance {
  private left: number;

  constructor(private readonly operation: string, fileBytes: number) {
    this.left = 2 * fileBytes + 2 ** 16;
  }

  take(name: string, bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new FileFormatError({
      operation: this.operation, argument: `tensor '${name}'`, expected: 'together with the others at most twice as large as the file', actual: `${bytes} bytes more`,
      hint: 'It repeats its numbers, or shares them with other tensors. In Python: save tensor.contiguous().clone().',
    });
  }
}

/** Makes tensors out of storages whose bytes are known. Tensors that are the same view become one. */
export class TensorMaker {
  private readonly made = new Map<string, TorchTensor>();

  constructor(private readonly operation: string, private readonly bytesOf: (storage: TorchStorage) => Uint8Array, private readonly allowance: Allowance) {}

  /** @param name for messages. @throws FileFormatError */
  make(name: string, view: StridedTensor): TorchTensor {
    const { storage, offset, shape, strides } = view;
    const key = `${offset}|${shape.join()}|${strides.join()}|${storage.key}`;
    const known = this.made.get(key);
    if (known) return known;
    const { dtype } = storage;
    const tensor = { dtype, shape: [...shape], data: this.read(name, view) };
    this.made.set(key, tensor);
    return tensor;
  }

  private read(name: string, view: StridedTensor): TorchTensor['data'] {
    const { storage: { dtype }, offset, shape, strides } = view;
    const count = sizeOf(shape);
    const whole = this.bytesOf(view.storage);
    const from = offset * bytesPer(dtype);
    const contiguous = isContiguous(view);
    const bytes = contiguous && count > 0 ? whole.subarray(from, from + count * bytesPer(dtype)) : whole.subarray(0, 0);
    this.allowance.take(name, bytesToRead(dtype, count, contiguous && isAligned(dtype, bytes)));
    // A storage that is not aligned is moved as a whole for a strided tensor: no more than the storage itself, once a tensor.
    if (!contiguous && !isAligned(dtype, whole)) this.allowance.take(name, whole.length);
    try {
      return asNumbers(dtype, contiguous ? rawNumbers(dtype, bytes) : gathered(rawNumbers(dtype, whole), offset, shape, strides, count));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new FileFormatError({
        operation: this.operation, argument: `tensor '${name}'`, expected: 'of whole numbers up to 2^53, which float64 holds', actual: cause.message, hint: 'Leave it out of what is saved.',
      }, { cause });
    }
  }
}

/** Row-major without gaps; strides of axes of one entry do not matter. */
function isContiguous({ shape, strides }: StridedTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 0) return true;
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis] ?? 1;
  }
  return true;
}
