import type { PointwiseKernels, Tensor } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { binaryCodes, unaryCodes } from './raw.js';
import type { LinearTensor} from './tensor.js';
import { open, rowCount, width } from './tensor.js';

export function pointwiseKernels({ raw, make }: Context): PointwiseKernels {
  const unary = (kind: keyof typeof unaryCodes) => (x: Tensor): LinearTensor => {
    const out = make(x.shape);
    raw.unary(out.address, open(x).address, x.size, unaryCodes[kind]);
    return out;
  };
  const binary = (kind: keyof typeof binaryCodes) => (a: Tensor, b: Tensor): LinearTensor => {
    requireSize(kind, 'b', b, a.size);
    const out = make(a.shape);
    raw.binary(out.address, open(a).address, open(b).address, a.size, binaryCodes[kind]);
    return out;
  };
  return {
    exp: unary('exp'), log: unary('log'), sqrt: unary('sqrt'), abs: unary('abs'), sign: unary('sign'), reciprocal: unary('reciprocal'),
    div: binary('div'), maximum: binary('maximum'), minimum: binary('minimum'), greater: binary('greater'),
    select(condition, a, b) {
      requireSize('select', 'condition', condition, a.size);
      requireSize('select', 'b', b, a.size);
      const out = make(a.shape);
      raw.select(out.address, open(condition).address, open(a).address, open(b).address, a.size);
      return out;
    },
    affine(x, factor, shift) {
      const out = make(x.shape);
      raw.affine(out.address, open(x).address, x.size, factor, shift);
      return out;
    },
    sumLast(x) {
      const out = make(x.shape.slice(0, -1));
      raw.sumLast(out.address, open(x).address, rowCount(x), width(x));
      return out;
    },
    oneHot(x, classes) {
      const out = make([...x.shape, classes]);
      raw.oneHot(out.address, open(x).address, x.size, classes);
      return out;
    },
  };
}
