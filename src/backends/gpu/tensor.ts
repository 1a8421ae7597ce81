/** A tensor of a plan: a view of a flat buffer that will exist when the plan runs. */
import type { Tensor } from '../../backend.js';
import { BackendError, ShapeError, formatShape } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import type { Handle } from './gpujs.js';
import { maxElements } from './source.js';

/** A flat float32 buffer. It is made when first asked for, so zeros that are only added to cost nothing. */
export interface FlatBuffer {
  handle(): Handle;
  readonly length: number;
  /** Known to hold only zeros. */
  readonly zero: boolean;
}

export class GpuTensor implements Tensor {
  readonly shape: Shape;
  readonly size: number;
  readonly buffer: FlatBuffer;
  /** First element. */
  readonly offset: number;
  /** Distance between rows of a matrix in elements; larger than the width only for `columns` views. */
  readonly rowStride: number;

  constructor(buffer: FlatBuffer, offset: number, shape: Shape, rowStride = shape[shape.length - 1] ?? 1) {
    if (buffer.length > maxElements) {
      throw new ShapeError({
        operation: 'gpu', argument: 'tensor', expected: `at most ${maxElements} elements`, actual: String(buffer.length), hint: 'Use smaller batches.',
      });
    }
    this.buffer = buffer;
    this.offset = offset;
    this.shape = shape;
    this.size = sizeOf(shape);
    this.rowStride = rowStride;
  }
}

/** Opens an opaque tensor. @throws BackendError for a tensor of another backend. */
export function open(tensor: Tensor): GpuTensor {
  if (tensor instanceof GpuTensor) return tensor;
  throw new BackendError({
    operation: 'kernel', argument: 'tensor', expected: 'a tensor of this backend', actual: 'a tensor of another backend',
    hint: 'Tensors cannot move between backends; read them to the host first.',
  });
}

/** A view that starts `from` elements further on. */
export function view(tensor: Tensor, from: number, shape: Shape): GpuTensor {
  const { buffer, offset } = open(tensor);
  return new GpuTensor(buffer, offset + from, shape);
}

/** Cuts a flat result into one view for each shape, in order. */
export function cut<S extends readonly Shape[]>(whole: Tensor, ...shapes: S): { [K in keyof S]: GpuTensor } {
  let at = 0;
  const views = shapes.map((shape) => {
    const part = view(whole, at, shape);
    at += part.size;
    return part;
  });
  return views as { [K in keyof S]: GpuTensor };
}

/** Width of the last axis. */
export function width(tensor: Tensor): number {
  return tensor.shape[tensor.shape.length - 1] ?? 1;
}

/** Number of rows when all leading axes are flattened. */
export function rowCount(tensor: Tensor): number {
  return tensor.size / width(tensor);
}

export function requireSize(operation: string, argument: string, tensor: Tensor, size: number): void {
  if (tensor.size !== size) {
    throw new ShapeError({ operation, argument, expected: `${size} elements`, actual: `shape ${formatShape(tensor.shape)}` });
  }
}
