/**
 * The pointwise halves of the LSTM, one unit of one sample at a time. The ids L… are those of src/cells/lstm.ts, where the
 * equations stand as the papers write them.
 */
import type { RawLstmKernels } from '../linear/raw.js';
import { sigmoid } from './activations.js';
import type { Heap } from './heap.js';

export function lstmKernels(heap: Heap): RawLstmKernels {
  return {
    lstmForward(gates, c, tanhC, hOut, cPrevious, peephole, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const zi = gates + row * 4 * h + u, zf = zi + h, zg = zf + h, zo = zg + h;
          const cp = x[cPrevious + e]!;
          const pi = peephole ? x[peephole + u]! * cp : 0;
          const pf = peephole ? x[peephole + h + u]! * cp : 0;
          const i = sigmoid(x[zi]! + pi); // L2
          const f = sigmoid(x[zf]! + pf); // L3
          const g = Math.tanh(x[zg]!); // L4
          const cell = f * cp + i * g; // L5
          const po = peephole ? x[peephole + 2 * h + u]! * cell : 0;
          const o = sigmoid(x[zo]! + po); // L6
          const tc = Math.tanh(cell);
          x[zi] = i;
          x[zf] = f;
          x[zg] = g;
          x[zo] = o;
          x[c + e] = cell;
          x[tanhC + e] = tc;
          x[hOut + e] = o * tc; // L7
        }
      }
    },
    lstmBackward(dz, dcPrevious, gates, tanhC, c, cPrevious, dh, dc, peephole, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 4 * h + u;
          const i = x[gates + at]!, f = x[gates + at + h]!, g = x[gates + at + 2 * h]!, o = x[gates + at + 3 * h]!;
          const tc = x[tanhC + e]!;
          const dhe = x[dh + e]!;
          const dzo = dhe * tc * o * (1 - o); // L8
          let dce = (dc ? x[dc + e]! : 0) + dhe * o * (1 - tc * tc); // L9
          if (peephole) dce += dzo * x[peephole + 2 * h + u]!;
          const dzi = dce * g * i * (1 - i); // L10
          const dzf = dce * x[cPrevious + e]! * f * (1 - f); // L11
          const dzg = dce * i * (1 - g * g); // L12
          let dcp = dce * f; // L13
          if (peephole) dcp += dzi * x[peephole + u]! + dzf * x[peephole + h + u]!;
          x[dz + at] = dzi;
          x[dz + at + h] = dzf;
          x[dz + at + 2 * h] = dzg;
          x[dz + at + 3 * h] = dzo;
          x[dcPrevious + e] = dcp;
        }
      }
    },
    lstmPeephole(target, dz, cPrevious, c, rows, h) {
      const x = heap.data;
      for (let row = 0; row < rows; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = dz + row * 4 * h + u;
          x[target + u] = x[target + u]! + x[at]! * x[cPrevious + e]!; // L17
          x[target + h + u] = x[target + h + u]! + x[at + h]! * x[cPrevious + e]!;
          x[target + 2 * h + u] = x[target + 2 * h + u]! + x[at + 3 * h]! * x[c + e]!;
        }
      }
    },
  };
}
