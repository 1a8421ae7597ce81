import type { LookupKernels } from '../../backend.js';
import { add } from './arrays.js';
import type { Recorder } from './recorder.js';
import { rowColumn } from './source.js';
import { requireSize, rowCount, width } from './tensor.js';

export function lookupKernels(recorder: Recorder): LookupKernels {
  return {
    gatherRows(table, indices) {
      const n = width(table);
      return recorder.run([...indices.shape, n], { t: table, m: indices }, `
        ${rowColumn('row', 'column', 'i', n)}
        const at = m[row]; if (at >= 0) { if (at < ${rowCount(table)}) { return t[at * ${n} + column]; } } return 0;`);
    },
    // One thread sums what arrives at one number of the table, in the order of the rows.
    scatterRowsTo(target, indices, x) {
      const n = width(target);
      requireSize('scatterRowsTo', 'x', x, indices.size * n);
      const sums = recorder.run(target.shape, { x, m: indices }, `
        ${rowColumn('row', 'column', 'i', n)}
        let sum = 0; for (let j = 0; j < ${indices.size}; j++) { if (m[j] === row) { sum += x[j * ${n} + column]; } } return sum;`);
      return add(recorder, target, sums);
    },
  };
}
