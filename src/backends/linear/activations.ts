import type { ActivationKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { activationCodes } from './raw.js';
import { open, rowCount, width } from './tensor.js';

/** What predictions call. */
export function forwardActivationKernels({ raw, make }: Context): Pick<ActivationKernels, 'activate' | 'softmax'> {
  return {
    activate(kind, x, alpha, out) {
      const to = make(x.shape, out);
      raw.activate(to.address, open(x).address, x.size, activationCodes[kind], alpha);
      return to;
    },
    softmax(x) {
      const out = make(x.shape);
      raw.softmax(out.address, open(x).address, rowCount(x), width(x));
      return out;
    },
  };
}

export function activationKernels(context: Context): ActivationKernels {
  const { raw, make } = context;
  return {
    ...forwardActivationKernels(context),
    activateBackward(kind, x, y, dy, alpha, out) {
      requireSize('activateBackward', 'dy', dy, y.size);
      const to = make(dy.shape, out);
      raw.activateBackward(to.address, open(x).address, open(y).address, open(dy).address, dy.size, activationCodes[kind], alpha);
      return to;
    },
    softmaxBackward(y, dy) {
      requireSize('softmaxBackward', 'dy', dy, y.size);
      const out = make(y.shape);
      raw.softmaxBackward(out.address, open(y).address, open(dy).address, rowCount(y), width(y));
      return out;
    },
  };
}
