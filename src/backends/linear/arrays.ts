import type { ArrayKernels, Tensor } from '../../backend.js';
import { ShapeError, formatShape } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { Shape } from '../../tensor.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { LinearTensor, open, rowCount, width } from './tensor.js';

/** What predictions call. */
export function forwardArrayKernels(context: Context): Omit<ArrayKernels, 'sumRowsTo' | 'sumSquares'> {
  const { raw, memory, make } = context;
  const unit = memory.storage.unit;

  function zeros(shape: Shape, out?: Tensor): LinearTensor {
    const to = make(shape, out);
    raw.fill(to.address, to.size, 0);
    return to;
  }

  function pointwise(name: 'add' | 'sub' | 'mul', a: Tensor, b: Tensor, out?: Tensor): LinearTensor {
    requireSize(name, 'b', b, a.size);
    const to = make(a.shape, out);
    raw[name](to.address, open(a).address, open(b).address, a.size);
    return to;
  }

  return {
    zeros,
    full(shape, value) {
      const to = make(shape);
      raw.fill(to.address, to.size, value);
      return to;
    },
    copy(x, out) {
      const to = make(x.shape, out);
      if (to.address !== open(x).address) raw.copy(to.address, open(x).address, x.size);
      return to;
    },
    reshape(x, shape) {
      requireSize('reshape', 'x', x, sizeOf(shape));
      return new LinearTensor(open(x).address, shape, x.size);
    },
    row(x, i) {
      const shape = x.shape.slice(1);
      const size = sizeOf(shape);
      return new LinearTensor(open(x).address + i * size * unit, shape, size);
    },
    rows(x, from, count) {
      const size = sizeOf(x.shape.slice(1));
      return new LinearTensor(open(x).address + from * size * unit, [count, ...x.shape.slice(1)], count * size);
    },
    columns(x, from, count) {
      const { address, rowStride } = open(x);
      const rows = rowCount(x);
      return new LinearTensor(address + from * unit, [rows, count], rows * count, rowStride);
    },
    series(steps, shape) {
      const all = make([steps, ...shape]);
      const size = sizeOf(shape);
      return Array.from({ length: steps }, (_, t) => new LinearTensor(all.address + t * size * unit, shape, size));
    },
    stack(parts) {
      const first = parts[0];
      if (!first) throw new ShapeError({ operation: 'stack', argument: 'parts', expected: 'at least one tensor', actual: 'none' });
      const shape = [parts.length, ...first.shape];
      const start = open(first).address;
      const step = first.size * unit;
      if (parts.every((part, i) => open(part).address === start + i * step)) {
        return new LinearTensor(start, shape, parts.length * first.size);
      }
      const all = make(shape);
      parts.forEach((part, i) => {
        requireSize('stack', `part ${i}`, part, first.size);
        raw.copy(all.address + i * step, open(part).address, part.size);
      });
      return all;
    },
    swapLeading(x, kept = 0) {
      const front = x.shape.slice(0, kept);
      const [p = 1, q = 1, ...rest] = x.shape.slice(kept);
      const out = make([...front, q, p, ...rest]);
      raw.swapLeading(out.address, open(x).address, sizeOf(front), p, q, sizeOf(rest));
      return out;
    },
    concat(parts) {
      const first = parts[0];
      if (!first) throw new ShapeError({ operation: 'concat', argument: 'parts', expected: 'at least one tensor', actual: 'none' });
      const rows = rowCount(first);
      const total = parts.reduce((sum, part) => sum + width(part), 0);
      const out = make([...first.shape.slice(0, -1), total]);
      let column = 0;
      for (const part of parts) {
        if (rowCount(part) !== rows) {
          throw new ShapeError({
            operation: 'concat', argument: 'part', expected: `${formatShape([...first.shape.slice(0, -1), 'any'])}`, actual: formatShape(part.shape),
          });
        }
        raw.copyRows(out.address + column * unit, total, open(part).address, width(part), rows, width(part));
        column += width(part);
      }
      return out;
    },
    split(x, widths) {
      const rows = rowCount(x);
      let column = 0;
      return widths.map((count) => {
        const out = make([...x.shape.slice(0, -1), count]);
        raw.copyRows(out.address, count, open(x).address + column * unit, width(x), rows, count);
        column += count;
        return out;
      });
    },
    add: (a, b, out) => pointwise('add', a, b, out),
    sub: (a, b) => pointwise('sub', a, b),
    mul: (a, b, out) => pointwise('mul', a, b, out),
    scale(a, factor) {
      const out = make(a.shape);
      raw.scale(out.address, open(a).address, a.size, factor);
      return out;
    },
    addTo: (target, x) => pointwise('add', target, x, target),
    addRow(x, row) {
      requireSize('addRow', 'row', row, width(x));
      raw.addRow(open(x).address, open(row).address, rowCount(x), row.size);
      return x;
    },
    mulTiled(x, tile) {
      const tiles = x.size / tile.size;
      if (!Number.isInteger(tiles)) requireSize('mulTiled', 'tile', tile, x.size);
      const out = make(x.shape);
      raw.mulTiled(out.address, open(x).address, open(tile).address, tiles, tile.size);
      return out;
    },
    mulRows(x, m, complement = false) {
      requireSize('mulRows', 'm', m, x.shape[0] ?? 1);
      const out = make(x.shape);
      raw.mulRows(out.address, open(x).address, open(m).address, m.size, x.size / m.size, complement ? 1 : 0);
      return out;
    },
    divRows(x, m) {
      requireSize('divRows', 'm', m, x.shape[0] ?? 1);
      const out = make(x.shape);
      raw.divRows(out.address, open(x).address, open(m).address, m.size, x.size / m.size);
      return out;
    },
    blendRows(m, a, b, out) {
      requireSize('blendRows', 'm', m, a.shape[0] ?? 1);
      requireSize('blendRows', 'b', b, a.size);
      const to = make(a.shape, out);
      raw.blendRows(to.address, open(m).address, open(a).address, open(b).address, m.size, a.size / m.size);
      return to;
    },
  };
}

export function arrayKernels(context: Context): ArrayKernels {
  const { raw, make } = context;
  return {
    ...forwardArrayKernels(context),
    sumRowsTo(target, x) {
      requireSize('sumRowsTo', 'target', target, width(x));
      raw.sumRows(open(target).address, open(x).address, rowCount(x), target.size);
      return target;
    },
    sumSquares(parts) {
      const out = make([1]);
      raw.fill(out.address, 1, 0);
      for (const part of parts) raw.sumSquares(out.address, open(part).address, part.size);
      return out;
    },
  };
}
