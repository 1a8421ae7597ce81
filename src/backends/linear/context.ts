/** What the kernel families of the linear backends share: the raw table, the memory, and shape errors. */
import type { Tensor } from '../../backend.js';
import { ShapeError, formatShape } from '../../errors.js';
import type { DType, Shape } from '../../tensor.js';
import { sizeOf } from '../../tensor.js';
import type { Memory } from './memory.js';
import type { Packs } from './packs.js';
import type { RawKernels } from './raw.js';
import { LinearTensor, open } from './tensor.js';

export interface Context {
  readonly raw: RawKernels;
  readonly memory: Memory;
  readonly dtype: DType;
  readonly packs: Packs;
  /** A fresh tensor in the arena, or `out` if it is given and fits. */
  make(shape: Shape, out?: Tensor): LinearTensor;
}

export function createContext(raw: RawKernels, memory: Memory, dtype: DType, packs: Packs): Context {
  return {
    raw, memory, dtype, packs,
    make(shape, out) {
      const size = sizeOf(shape);
      if (out) {
        requireSize('kernel', 'out', out, size);
        return open(out);
      }
      return new LinearTensor(memory.allocate(size), shape, size);
    },
  };
}

export function requireSize(operation: string, argument: string, tensor: Tensor, size: number): void {
  if (tensor.size !== size) {
    throw new ShapeError({ operation, argument, expected: `${size} elements`, actual: `shape ${formatShape(tensor.shape)}` });
  }
}
