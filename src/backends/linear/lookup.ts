import type { LookupKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { open, rowCount, width } from './tensor.js';

export function lookupKernels({ raw, make }: Context): LookupKernels {
  return {
    gatherRows(table, indices) {
      const out = make([...indices.shape, width(table)]);
      raw.gatherRows(out.address, open(table).address, open(indices).address, indices.size, rowCount(table), width(table));
      return out;
    },
    scatterRowsTo(target, indices, x) {
      requireSize('scatterRowsTo', 'x', x, indices.size * width(target));
      raw.scatterRows(open(target).address, open(indices).address, open(x).address, indices.size, rowCount(target), width(target));
      return target;
    },
  };
}
