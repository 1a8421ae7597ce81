import type { PointwiseKernels, Tensor } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { sumOf } from './reduce.js';
import { literal, rowColumn, total } from './source.js';
import { requireSize, rowCount, view, width } from './tensor.js';

export function pointwiseKernels(recorder: Recorder): PointwiseKernels {
  const unary = (expression: string) => (x: Tensor): Tensor => recorder.run(x.shape, { a: x }, `const x = a[i]; ${expression}`);
  const binary = (name: string, expression: string) => (a: Tensor, b: Tensor): Tensor => {
    requireSize(name, 'b', b, a.size);
    return recorder.run(a.shape, { a, b }, `const x = a[i]; const y = b[i]; ${expression}`);
  };
  return {
    exp: unary('return exponential(x);'),
    log: unary('return logarithm(x);'),
    sqrt: unary('return Math.sqrt(x);'),
    abs: unary('return Math.abs(x);'),
    sign: unary('return signOf(x);'),
    reciprocal: unary('return 1 / x;'),
    div: binary('div', 'return x / y;'),
    // NaN fails both comparisons and comes back in the sum.
    maximum: binary('maximum', 'if (x > y) { return x; } if (y >= x) { return y; } return x + y;'),
    minimum: binary('minimum', 'if (x < y) { return x; } if (y <= x) { return y; } return x + y;'),
    greater: binary('greater', 'if (x > y) { return 1; } return 0;'),
    select(condition, a, b) {
      requireSize('select', 'condition', condition, a.size);
      requireSize('select', 'b', b, a.size);
      return recorder.run(a.shape, { c: condition, a, b }, 'const x = a[i]; const y = b[i]; if (c[i] === 0) { return y; } return x;');
    },
    affine: (x, factor, shift) => recorder.run(x.shape, { a: x }, `return a[i] * ${literal(factor)} + ${literal(shift)};`),
    sumLast(x) {
      const n = width(x);
      const shape = x.shape.slice(0, -1);
      if (rowCount(x) === 1) return view(sumOf(recorder, [x]), 0, shape);
      return recorder.run(shape, { a: x }, `${total('sum', n, `a[i * ${n} + j]`)} return sum;`);
    },
    oneHot: (x, classes) => recorder.run([...x.shape, classes], { a: x }, `
      ${rowColumn('row', 'column', 'i', classes)} if (Math.abs(a[row] - column) < 0.5) { return 1; } return 0;`),
  };
}
