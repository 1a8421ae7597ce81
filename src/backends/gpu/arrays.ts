import type { ArrayKernels, Tensor } from '../../backend.js';
import { ShapeError, formatShape } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { Recorder } from './recorder.js';
import { columnSum, join, sumOf } from './reduce.js';
import { literal, rowColumn } from './source.js';
import { GpuTensor, open, requireSize, rowCount, view, width } from './tensor.js';

/** a + b, where zeros cost nothing: handles never change, so the other operand itself is the sum. */
export function add(recorder: Recorder, a: Tensor, b: Tensor): Tensor {
  requireSize('add', 'b', b, a.size);
  if (open(b).buffer.zero) return a;
  if (open(a).buffer.zero) return view(b, 0, a.shape);
  return recorder.run(a.shape, { a, b }, 'return a[i] + b[i];');
}

export function arrayKernels(recorder: Recorder): ArrayKernels {
  function pointwise(name: 'sub' | 'mul', operator: '-' | '*', a: Tensor, b: Tensor): Tensor {
    requireSize(name, 'b', b, a.size);
    return recorder.run(a.shape, { a, b }, `return a[i] ${operator} b[i];`);
  }

  /** Views at equal distances in one buffer, as the rows of a tensor in either direction are. */
  function spacing(parts: readonly GpuTensor[]): number | undefined {
    const [first, second] = parts;
    if (!first || !second) return first?.size;
    const step = second.offset - first.offset;
    const even = parts.every((part, i) => part.buffer === first.buffer && part.offset === first.offset + i * step);
    return even ? step : undefined;
  }

  return {
    zeros: (shape) => recorder.zeros(shape),
    full: (shape, value) => recorder.run(shape, {}, `return ${literal(value)};`),
    copy: (x) => x,
    reshape(x, shape) {
      requireSize('reshape', 'x', x, sizeOf(shape));
      return view(x, 0, shape);
    },
    row(x, i) {
      const shape = x.shape.slice(1);
      return view(x, i * sizeOf(shape), shape);
    },
    rows(x, from, count) {
      const rest = x.shape.slice(1);
      return view(x, from * sizeOf(rest), [count, ...rest]);
    },
    columns(x, from, count) {
      const { buffer, offset, rowStride } = open(x);
      return new GpuTensor(buffer, offset + from, [rowCount(x), count], rowStride);
    },
    series: (steps, shape) => Array.from({ length: steps }, () => recorder.zeros(shape)),
    stack(parts) {
      const [first] = parts;
      if (!first) throw new ShapeError({ operation: 'stack', argument: 'parts', expected: 'at least one tensor', actual: 'none' });
      parts.forEach((part, i) => requireSize('stack', `part ${i}`, part, first.size));
      const shape = [parts.length, ...first.shape];
      const step = spacing(parts.map(open));
      if (step === first.size) return view(first, 0, shape);
      if (step === undefined) return view(join(recorder, parts), 0, shape);
      return recorder.run(shape, { a: first }, `${rowColumn('row', 'column', 'i', first.size)} return a[column + row * ${literal(step)}];`);
    },
    swapLeading(x, kept = 0) {
      const front = x.shape.slice(0, kept);
      const [p = 1, q = 1, ...rest] = x.shape.slice(kept);
      const n = sizeOf(rest);
      return recorder.run([...front, q, p, ...rest], { a: x }, `
        ${rowColumn('at', 'e', 'i', n)} ${rowColumn('line', 'column', 'at', p)} ${rowColumn('block', 'row', 'line', q)}
        return a[((block * ${p} + column) * ${q} + row) * ${n} + e];`);
    },
    concat(parts) {
      const [first] = parts;
      if (!first) throw new ShapeError({ operation: 'concat', argument: 'parts', expected: 'at least one tensor', actual: 'none' });
      const rows = rowCount(first);
      const lead = first.shape.slice(0, -1);
      for (const part of parts) {
        if (rowCount(part) !== rows) {
          throw new ShapeError({ operation: 'concat', argument: 'part', expected: formatShape([...lead, 'any']), actual: formatShape(part.shape) });
        }
      }
      const pair = (a: Tensor, b: Tensor): Tensor => {
        const [wa, wb] = [width(a), width(b)];
        return recorder.run([...lead, wa + wb], { a, b }, `
          ${rowColumn('row', 'column', 'i', wa + wb)}
          if (column < ${wa}) { return a[row * ${wa} + column]; }
          return b[row * ${wb} + column - ${wa}];`);
      };
      return parts.slice(1).reduce(pair, first);
    },
    split(x, widths) {
      let from = 0;
      return widths.map((count) => {
        const start = from;
        from += count;
        return recorder.run([...x.shape.slice(0, -1), count], { a: x }, `
          ${rowColumn('row', 'column', 'i', count)} return a[row * ${width(x)} + column + ${start}];`);
      });
    },
    add: (a, b) => add(recorder, a, b),
    sub: (a, b) => pointwise('sub', '-', a, b),
    mul: (a, b) => pointwise('mul', '*', a, b),
    scale: (a, factor) => recorder.run(a.shape, { a }, `return a[i] * ${literal(factor)};`),
    addTo: (target, x) => add(recorder, target, x),
    addRow(x, row) {
      requireSize('addRow', 'row', row, width(x));
      return recorder.run(x.shape, { a: x, b: row }, `${rowColumn('row', 'column', 'i', row.size)} return a[i] + b[column];`);
    },
    mulTiled(x, tile) {
      if (x.size % tile.size !== 0) requireSize('mulTiled', 'tile', tile, x.size);
      return recorder.run(x.shape, { a: x, b: tile }, `${rowColumn('row', 'column', 'i', tile.size)} return a[i] * b[column];`);
    },
    mulRows(x, m, complement = false) {
      requireSize('mulRows', 'm', m, x.shape[0] ?? 1);
      return recorder.run(x.shape, { a: x, m }, `
        ${rowColumn('row', 'column', 'i', x.size / m.size)} return a[i] * ${complement ? '(1 - m[row])' : 'm[row]'};`);
    },
    divRows(x, m) {
      requireSize('divRows', 'm', m, x.shape[0] ?? 1);
      return recorder.run(x.shape, { a: x, m }, `
        ${rowColumn('row', 'column', 'i', x.size / m.size)}
        const divisor = m[row]; let ratio = 0; if (divisor !== 0) { ratio = a[i] / divisor; } return ratio;`);
    },
    blendRows(m, a, b) {
      requireSize('blendRows', 'm', m, a.shape[0] ?? 1);
      requireSize('blendRows', 'b', b, a.size);
      return recorder.run(a.shape, { m, a, b }, `
        ${rowColumn('row', 'column', 'i', a.size / m.size)}
        const share = m[row]; return share * a[i] + (1 - share) * b[i];`);
    },
    sumRowsTo(target, x) {
      requireSize('sumRowsTo', 'target', target, width(x));
      const sums = columnSum(recorder, { a: x }, rowCount(x), width(x), `a[j * ${width(x)} + column]`);
      return add(recorder, target, sums);
    },
    sumSquares: (parts) => sumOf(recorder, parts, (x) => `${x} * ${x}`),
  };
}
