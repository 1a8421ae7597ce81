import type { LookupKernels, Tensor } from '../../backend.js';
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
    // A thread writes one number, so each number of the table follows the places of its row: the first, and from each the next, in order.
    scatterRowsTo(target, indices, x) {
      const n = width(target);
      const places = indices.size;
      requireSize('scatterRowsTo', 'x', x, places * n);
      const earliest = (rows: number, wanted: string, after: string): Tensor => recorder.run([rows], { m: indices }, `
        const wanted = ${wanted}; let found = ${places};
        for (let j = 0; j < ${places}; j++) { const at = ${places - 1} - j; if (at > ${after}) { if (m[at] === wanted) { found = at; } } } return found;`);
      const first = earliest(rowCount(target), 'i', '-1');
      const next = earliest(places, 'm[i]', 'i');
      const sums = recorder.run(target.shape, { x, f: first, s: next }, `
        ${rowColumn('row', 'column', 'i', n)}
        let sum = 0; let at = f[row];
        for (let j = 0; j < ${places}; j++) { if (at >= ${places}) { break; } sum += x[at * ${n} + column]; at = s[at]; } return sum;`);
      return add(recorder, target, sums);
    },
  };
}
