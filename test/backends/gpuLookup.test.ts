/** Rows of a table on the gpu backend, against the float64 cpu backend: rows that nobody names, rows that many do. */
import { test } from 'uvu';
import { compareKernels, testModes, withVulkan } from './gpuModes.js';

if (withVulkan()) {
  testModes('gatherRows and scatterRowsTo', async (backend) => {
    const indices = { shape: [3, 4], data: Float64Array.of(5, 0, 5, 2, 8, 5, 0, 5, 2, 2, 5, 8) };
    await compareKernels(backend, { table: [9, 3], indices, x: [3, 4, 3], target: [9, 3] }, (k, { table, indices: at, x, target }) => ({
      gather: k.gatherRows(table, at), gatherView: k.gatherRows(k.rows(table, 0, 9), k.row(at, 1)), scatter: k.scatterRowsTo(k.copy(target), at, x),
      scatterToZeros: k.scatterRowsTo(k.zeros([9, 3]), at, x), scatterView: k.scatterRowsTo(k.zeros([9, 3]), k.row(at, 2), k.row(x, 1)),
    }));
  });

  test.run();
}
