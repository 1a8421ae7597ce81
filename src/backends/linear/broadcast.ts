import type { BroadcastKernels, Tensor } from '../../backend.js';
import { repeatedSpans } from '../broadcastAxes.js';
import type { Context } from './context.js';
import { open } from './tensor.js';

export function broadcastKernels({ raw, make }: Context): BroadcastKernels {
  return {
    broadcast: (x, shape) => repeatedSpans('broadcast', x.shape, shape).reduceRight<Tensor>((from, { outer, n, inner, wide }) => {
      const out = make(wide);
      raw.repeat(out.address, open(from).address, outer, n, inner);
      return out;
    }, x),
    sumAxes: (x, shape) => repeatedSpans('sumAxes', shape, x.shape).reduce<Tensor>((from, { outer, n, inner, narrow }) => {
      const out = make(narrow);
      raw.sumAxis(out.address, open(from).address, outer, n, inner);
      return out;
    }, x),
  };
}
