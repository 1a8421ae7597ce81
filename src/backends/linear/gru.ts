import type { GruKernels } from '../../backend.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import { open } from './tensor.js';

/** What predictions call. */
export function forwardGruKernels({ raw, make }: Context): Pick<GruKernels, 'gruGates' | 'gruReset' | 'gruBlend'> {
  return {
    gruGates(xz, hz, hPrevious, gatesOut, hOut) {
      const [b = 1, h = 1] = hPrevious.shape;
      requireSize('gruGates', 'xz', xz, b * 3 * h);
      requireSize('gruGates', 'hz', hz, b * 3 * h);
      const gates = make([b, 3 * h], gatesOut);
      const next = make([b, h], hOut);
      raw.gruForward(gates.address, next.address, open(xz).address, open(hz).address, open(hPrevious).address, b, h);
      return { gates, h: next };
    },
    gruReset(xz, hz, hRecurrent, gatesOut, rhOut) {
      const [b = 1, h = 1] = hRecurrent.shape;
      requireSize('gruReset', 'hz', hz, b * 2 * h);
      const gates = make([b, 3 * h], gatesOut);
      const rh = make([b, h], rhOut);
      raw.gruReset(gates.address, rh.address, open(xz).address, open(hz).address, open(hRecurrent).address, b, h);
      return { gates, rh };
    },
    gruBlend(gates, xz, rhU, hPrevious, hOut) {
      const [b = 1, h = 1] = hPrevious.shape;
      const next = make([b, h], hOut);
      raw.gruBlend(open(gates).address, next.address, open(xz).address, open(rhU).address, open(hPrevious).address, b, h);
      return { gates, h: next };
    },
  };
}

export function gruKernels(context: Context): GruKernels {
  const { raw, make } = context;
  return {
    ...forwardGruKernels(context),
    gruGatesBackward(gates, hz, hPrevious, dh, dxzOut, dhzOut) {
      const [b = 1, h = 1] = hPrevious.shape;
      const dxz = make([b, 3 * h], dxzOut);
      const dhz = make([b, 3 * h], dhzOut);
      const dhPrevious = make([b, h]);
      raw.gruBackward(
        dxz.address, dhz.address, dhPrevious.address, open(gates).address, open(hz).address, open(hPrevious).address, open(dh).address, b, h,
      );
      return { dxz, dhz, dhPrevious };
    },
    gruBlendBackward(gates, hPrevious, dh, dxzOut) {
      const [b = 1, h = 1] = hPrevious.shape;
      const dxz = make([b, 3 * h], dxzOut);
      const dhPrevious = make([b, h]);
      raw.gruBlendBackward(dxz.address, dhPrevious.address, open(gates).address, open(hPrevious).address, open(dh).address, b, h);
      return { dxz, dhPrevious };
    },
    gruResetBackward(dxz, gates, hRecurrent, drh) {
      const [b = 1, h = 1] = hRecurrent.shape;
      const dhRecurrent = make([b, h]);
      raw.gruResetBackward(open(dxz).address, dhRecurrent.address, open(gates).address, open(hRecurrent).address, open(drh).address, b, h);
      return { dxz, dhRecurrent };
    },
  };
}
