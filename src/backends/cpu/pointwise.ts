import { binaryCodes, unaryCodes } from '../linear/raw.js';
import type { RawPointwiseKernels } from '../linear/raw.js';
import type { Heap } from './heap.js';

function unary(kind: number, x: number): number {
  switch (kind) {
    case unaryCodes.exp: return Math.exp(x);
    case unaryCodes.log: return Math.log(x);
    case unaryCodes.sqrt: return Math.sqrt(x);
    case unaryCodes.abs: return Math.abs(x);
    case unaryCodes.sign: return Math.sign(x);
    default: return 1 / x;
  }
}

function binary(kind: number, a: number, b: number): number {
  switch (kind) {
    case binaryCodes.div: return a / b;
    case binaryCodes.maximum: return Math.max(a, b);
    case binaryCodes.minimum: return Math.min(a, b);
    default: return a > b ? 1 : 0;
  }
}

export function pointwiseKernels(heap: Heap): RawPointwiseKernels {
  return {
    unary(out, x, n, kind) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = unary(kind, d[x + i]!);
    },
    binary(out, a, b, n, kind) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = binary(kind, d[a + i]!, d[b + i]!);
    },
    select(out, condition, a, b, n) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = d[condition + i] === 0 ? d[b + i]! : d[a + i]!;
    },
    affine(out, x, n, factor, shift) {
      const d = heap.data;
      for (let i = 0; i < n; i++) d[out + i] = factor * d[x + i]! + shift;
    },
    sumLast(out, x, rows, n) {
      const d = heap.data;
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        for (let i = x + r * n; i < x + (r + 1) * n; i++) sum += d[i]!;
        d[out + r] = sum;
      }
    },
    oneHot(out, x, rows, n) {
      const d = heap.data;
      d.fill(0, out, out + rows * n);
      for (let r = 0; r < rows; r++) {
        const at = Math.trunc(d[x + r]!);
        if (at >= 0 && at < n) d[out + r * n + at] = 1;
      }
    },
  };
}
