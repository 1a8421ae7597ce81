import type { MatmulKernels, MatmulMode, Tensor } from '../../backend.js';
import { BackendError } from '../../errors.js';
import { productSizes } from '../productSizes.js';
import type { Context } from './context.js';
import { matmulCodes } from './raw.js';
import { LinearTensor, open } from './tensor.js';

export function matmulKernels(context: Context): MatmulKernels {
  const { raw, memory, make } = context;

  /** The panels of a right operand in the arena, or the operand where the backend reads it as it is. */
  function pack(mode: 'nn' | 'nt', b: Tensor): Tensor {
    if (!raw.packing) return b;
    const [rows = 1, columns = 1] = b.shape;
    const n = mode === 'nt' ? rows : columns;
    const k = mode === 'nt' ? columns : rows;
    const { address, rowStride } = open(b);
    const packed = new LinearTensor(memory.allocate(raw.packing.size(n, k)), b.shape, b.size, rowStride, mode);
    raw.packing.pack(packed.address, matmulCodes[mode], n, k, address, rowStride);
    return packed;
  }

  function product(mode: MatmulMode, a: Tensor, b: Tensor, target: Tensor | undefined, accumulate: boolean): Tensor {
    const { m, n, k } = productSizes(mode, a, b, target);
    const A = open(a);
    const B = open(b);
    if (B.packedFor && B.packedFor !== mode) {
      throw new BackendError({ operation: `matmul ${mode}`, argument: 'b', expected: 'a plain matrix, or one packed for this mode', actual: `packed for ${B.packedFor}` });
    }
    const C = target ? open(target) : make([m, n]);
    raw.gemm(matmulCodes[B.packedFor ? 'packed' : mode], m, n, k, A.address, A.rowStride, B.address, B.rowStride, C.address, C.rowStride, accumulate ? 1 : 0);
    return C;
  }

  return {
    matmul: (mode, a, b, out) => product(mode, a, b, out, false),
    matmulTo: (mode, target, a, b) => product(mode, a, b, target, true),
    pack,
  };
}
