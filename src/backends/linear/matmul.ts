import type { MatmulKernels, MatmulMode, Tensor } from '../../backend.js';
import { BackendError } from '../../errors.js';
import { productSizes } from '../productSizes.js';
import type { Context } from './context.js';
import { packed } from './packs.js';
import { matmulCodes } from './raw.js';
import { open } from './tensor.js';

export function matmulKernels(context: Context): MatmulKernels {
  const { raw, memory, make, packs } = context;

  /** The panels of a right operand, kept or in the arena, or the operand where the backend reads it as it is. */
  function pack(mode: 'nn' | 'nt', b: Tensor): Tensor {
    if (!raw.packing) return b;
    const operand = open(b);
    return packs.of(mode, operand) ?? packed(raw.packing, mode, operand, (elements) => memory.allocate(elements));
  }

  function product(mode: MatmulMode, a: Tensor, b: Tensor, target: Tensor | undefined, accumulate: boolean): Tensor {
    const { m, n, k } = productSizes(mode, a, b, target);
    const A = open(a);
    const plain = open(b);
    const B = plain.packedFor || mode === 'tn' ? plain : packs.of(mode, plain) ?? plain;
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
