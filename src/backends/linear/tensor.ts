/** A tensor of the linear backends: an address and a shape. */
import type { Tensor } from '../../backend.js';
import { BackendError } from '../../errors.js';
import type { Shape } from '../../tensor.js';
import { sizeOf } from '../../tensor.js';
import type { Address } from './raw.js';

export class LinearTensor implements Tensor {
  readonly shape: Shape;
  readonly size: number;
  readonly address: Address;
  /** Distance between rows of a matrix in elements; larger than the width only for `columns` views. */
  readonly rowStride: number;
  /** Set on the packed form of a right operand: the one mode of products that may read it. */
  readonly packedFor: 'nn' | 'nt' | undefined;

  constructor(address: Address, shape: Shape, size = sizeOf(shape), rowStride = shape[shape.length - 1] ?? 1, packedFor?: 'nn' | 'nt') {
    this.address = address;
    this.shape = shape;
    this.size = size;
    this.rowStride = rowStride;
    this.packedFor = packedFor;
  }
}

/** Opens an opaque tensor. @throws BackendError for a tensor of another backend. */
export function open(tensor: Tensor): LinearTensor {
  if (tensor instanceof LinearTensor) return tensor;
  throw new BackendError({
    operation: 'kernel', argument: 'tensor', expected: 'a tensor of this backend', actual: 'a tensor of another backend',
    hint: 'Tensors cannot move between backends; read them to the host first.',
  });
}

/** The address of an optional tensor. */
export function addressOf(tensor: Tensor | undefined): Address {
  return tensor ? open(tensor).address : 0;
}

/** Width of the last axis. */
export function width(tensor: Tensor): number {
  return tensor.shape[tensor.shape.length - 1] ?? 1;
}

/** Number of rows when all leading axes are flattened. */
export function rowCount(tensor: Tensor): number {
  return tensor.size / width(tensor);
}
