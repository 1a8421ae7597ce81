import type { MatmulKernels, MatmulMode, Tensor } from '../../backend.js';
import { productSizes } from '../productSizes.js';
import type { Recorder } from './recorder.js';
import { dot, rowColumn } from './source.js';
import { open } from './tensor.js';

export function matmulKernels(recorder: Recorder): MatmulKernels {
  /** One thread walks one row of op(a) and one column of op(b); the modes differ in start and stride alone. */
  function product(mode: MatmulMode, a: Tensor, b: Tensor, target?: Tensor): Tensor {
    const { m, n, k } = productSizes(mode, a, b, target);
    const lda = open(a).rowStride;
    const ldb = open(b).rowStride;
    const [aRow, aStep] = mode === 'tn' ? [1, lda] as const : [lda, 1] as const;
    const [bColumn, bStep] = mode === 'nt' ? [ldb, 1] as const : [1, ldb] as const;
    const added = target && !open(target).buffer.zero ? target : undefined;
    return recorder.run([m, n], added ? { a, b, target: added } : { a, b }, `
      ${rowColumn('row', 'column', 'i', n)}
      let p = a_ + row * ${aRow}; let q = b_ + column * ${bColumn};
      let sum = ${added ? 'target[i]' : '0'};
      ${dot('sum', k, ['a', 'p', aStep], ['b', 'q', bStep])}
      return sum;`);
  }

  return {
    matmul: (mode, a, b) => product(mode, a, b),
    matmulTo: (mode, target, a, b) => product(mode, a, b, target),
    pack: (_mode, b) => b,
  };
}
