import type { BroadcastKernels, Tensor } from '../../backend.js';
import { repeatedSpans } from '../broadcastAxes.js';
import type { Recorder } from './recorder.js';
import { rowColumn, total } from './source.js';

export function broadcastKernels(recorder: Recorder): BroadcastKernels {
  return {
    broadcast: (x, shape) => repeatedSpans('broadcast', x.shape, shape).reduceRight<Tensor>((from, { n, inner, wide }) => recorder.run(wide, { a: from }, `
      ${rowColumn('row', 'column', 'i', inner)} ${rowColumn('outer', 'turn', 'row', n)} return a[outer * ${inner} + column];`), x),
    sumAxes: (x, shape) => repeatedSpans('sumAxes', shape, x.shape).reduce<Tensor>((from, { n, inner, narrow }) => recorder.run(narrow, { a: from }, `
      ${rowColumn('row', 'column', 'i', inner)} ${total('sum', n, `a[(row * ${n} + j) * ${inner} + column]`)} return sum;`), x),
  };
}
