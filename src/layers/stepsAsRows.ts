/** Steps of sequences laid side by side, as samples to a layer that knows of no time. */
import type { Kernels, Tensor } from '../backend.js';
import type { Run } from './layer.js';

/** Padded steps are samples to the layer, of which some do not count. */
export function asRowRun({ mask, masks: _, samples, ...run }: Run): Run {
  return { ...run, samples: mask ? run.k.reshape(mask, [mask.size]) : samples };
}

/** [B, T, …] → [B·T, …]. */
export function asRows(k: Kernels, x: Tensor): Tensor {
  const [batch = 1, steps = 1, ...rest] = x.shape;
  return k.reshape(x, [batch * steps, ...rest]);
}

/** [B·T, …] → [B, T, …], B and T those of x. */
export function asSteps(k: Kernels, y: Tensor, x: Tensor): Tensor {
  return k.reshape(y, [...x.shape.slice(0, 2), ...y.shape.slice(1)]);
}
