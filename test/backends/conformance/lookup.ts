/** Rows of a table by number: repeated ones, the first and the last, rows of one number and of more than one vector. */
import type { Shape } from '../../../src/tensor.js';
import { given, kernelCase } from './case.js';
import type { ConformanceCase } from './case.js';

const samples: readonly (readonly [table: Shape, indices: Shape, numbers: readonly number[]])[] = [
  [[5, 3], [2, 4], [0, 4, 2, 2, 1, 2, 0, 4]],
  [[1, 7], [3], [0, 0, 0]],
  [[9, 1], [2, 1, 2], [8, 0, 3, 8]],
  [[4, 37], [6], [3, 3, 0, 1, 3, 0]],
];

export const lookupCases: readonly ConformanceCase[] = samples.map(([table, shape, numbers]) => {
  const [, n = 1] = table;
  return kernelCase(`gatherRows and scatterRowsTo ${table.join('×')}, ${shape.join('×')} indices`, [table, given(shape, numbers), [...shape, n], table], (k, t, indices, dy, target) => [
    k.gatherRows(t, indices), k.scatterRowsTo(k.scatterRowsTo(target, indices, dy), indices, dy), k.scatterRowsTo(k.zeros(table), indices, dy),
  ]);
});
