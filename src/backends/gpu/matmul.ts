import type { MatmulKernels, MatmulMode, Tensor } from '../../backend.js';
import { ShapeError, formatShape } from '../../errors.js';
import type { Recorder } from './recorder.js';
import { rowColumn } from './source.js';
import { open } from './tensor.js';

/** Products per turn of the inner loop; 4 is 1.7 times as fast as 1 in WebGPU. */
const unroll = 4;

export function matmulKernels(recorder: Recorder): MatmulKernels {
  /** One thread walks one row of op(a) and one column of op(b); the modes differ in start and stride alone. */
  function product(mode: MatmulMode, a: Tensor, b: Tensor, target?: Tensor): Tensor {
    const [aRows = 1, aColumns = 1] = a.shape;
    const [bRows = 1, bColumns = 1] = b.shape;
    const m = mode === 'tn' ? aColumns : aRows;
    const k = mode === 'tn' ? aRows : aColumns;
    const n = mode === 'nt' ? bRows : bColumns;
    const kOfB = mode === 'nt' ? bColumns : bRows;
    if (a.shape.length !== 2 || b.shape.length !== 2 || k !== kOfB) {
      throw new ShapeError({
        operation: `matmul ${mode}`, argument: 'b', expected: `a matrix with an inner size of ${k}, as a ${formatShape(a.shape)} has`, actual: formatShape(b.shape),
      });
    }
    if (target && (target.shape[0] !== m || target.shape[1] !== n)) {
      throw new ShapeError({ operation: `matmul ${mode}`, argument: 'target', expected: formatShape([m, n]), actual: formatShape(target.shape) });
    }
    const lda = open(a).rowStride;
    const ldb = open(b).rowStride;
    const [aRow, aStep] = mode === 'tn' ? [1, lda] as const : [lda, 1] as const;
    const [bColumn, bStep] = mode === 'nt' ? [ldb, 1] as const : [1, ldb] as const;
    const terms = (count: number): string =>
      Array.from({ length: count }, (_, j) => `a.all[p + ${j * aStep}] * b.all[q + ${j * bStep}]`).join(' + ');
    const added = target && !open(target).buffer.zero ? target : undefined;
    return recorder.run([m, n], added ? { a, b, target: added } : { a, b }, `
      ${rowColumn('row', 'column', 'i', n)}
      let p = a_ + row * ${aRow}; let q = b_ + column * ${bColumn};
      let sum = ${added ? 'target[i]' : '0'};
      for (let j = 0; j < ${Math.floor(k / unroll)}; j++) { sum += ${terms(unroll)}; p += ${unroll * aStep}; q += ${unroll * bStep}; }
      ${k % unroll > 0 ? `sum += ${terms(k % unroll)};` : ''}
      return sum;`);
  }

  return {
    matmul: (mode, a, b) => product(mode, a, b),
    matmulTo: (mode, target, a, b) => product(mode, a, b, target),
    pack: (_mode, b) => b,
  };
}
