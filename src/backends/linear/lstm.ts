import type { LstmKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { addressOf, open, width } from './tensor.js';

/** What predictions call. */
export function forwardLstmKernels({ raw, make }: Context): Pick<LstmKernels, 'lstmGates'> {
  return {
    lstmGates(z, cPrevious, peephole, out) {
      const [b = 1, h = 1] = cPrevious.shape;
      requireSize('lstmGates', 'z', z, b * 4 * h);
      const c = make([b, h], out?.c);
      const tanhC = make([b, h], out?.tanhC);
      const hOut = make([b, h], out?.h);
      raw.lstmForward(open(z).address, c.address, tanhC.address, hOut.address, open(cPrevious).address, addressOf(peephole), b, h);
      return { gates: z, c, tanhC, h: hOut };
    },
  };
}

export function lstmKernels(context: Context): LstmKernels {
  const { raw, make } = context;
  return {
    ...forwardLstmKernels(context),
    lstmGatesBackward(forward, cPrevious, dh, dc, peephole, dzOut) {
      const [b = 1, h = 1] = cPrevious.shape;
      requireSize('lstmGatesBackward', 'dh', dh, b * h);
      const dz = make([b, 4 * h], dzOut);
      const dcPrevious = make([b, h]);
      raw.lstmBackward(
        dz.address, dcPrevious.address, open(forward.gates).address, open(forward.tanhC).address, open(forward.c).address,
        open(cPrevious).address, open(dh).address, addressOf(dc), addressOf(peephole), b, h,
      );
      return { dz, dcPrevious };
    },
    lstmPeepholeTo(target, dz, cPrevious, c) {
      const h = width(c);
      raw.lstmPeephole(open(target).address, open(dz).address, open(cPrevious).address, open(c).address, c.size / h, h);
      return target;
    },
  };
}
