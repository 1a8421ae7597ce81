/**
 * The pointwise halves of the GRU, one unit of one sample at a time. The ids G… are those of src/cells/gru.ts, where the
 * equations stand as the papers write them.
 */
import type { RawGruKernels } from '../linear/raw.js';
import { sigmoid } from './activations.js';
import type { Heap } from './heap.js';

export function gruKernels(heap: Heap): RawGruKernels {
  return {
    gruForward(gates, hOut, xz, hz, hPrevious, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const r = sigmoid(x[xz + at]! + x[hz + at]!); // G3
          const z = sigmoid(x[xz + at + h]! + x[hz + at + h]!); // G4
          const n = Math.tanh(x[xz + at + 2 * h]! + r * x[hz + at + 2 * h]!); // G5
          x[gates + at] = r;
          x[gates + at + h] = z;
          x[gates + at + 2 * h] = n;
          x[hOut + e] = (1 - z) * n + z * x[hPrevious + e]!; // G6
        }
      }
    },
    gruBackward(dxz, dhz, dhPrevious, gates, hz, hPrevious, dh, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const r = x[gates + at]!, z = x[gates + at + h]!, n = x[gates + at + 2 * h]!;
          const dhe = x[dh + e]!;
          const dzn = dhe * (1 - z) * (1 - n * n); // G7
          const dzz = dhe * (x[hPrevious + e]! - n) * z * (1 - z); // G8
          const dzr = dzn * x[hz + at + 2 * h]! * r * (1 - r); // G9
          x[dxz + at] = dzr;
          x[dxz + at + h] = dzz;
          x[dxz + at + 2 * h] = dzn;
          x[dhz + at] = dzr;
          x[dhz + at + h] = dzz;
          x[dhz + at + 2 * h] = dzn * r; // G10
          x[dhPrevious + e] = dhe * z; // G11, direct path
        }
      }
    },
    gruReset(gates, rh, xz, hz, hRecurrent, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const r = sigmoid(x[xz + at]! + x[hz + row * 2 * h + u]!); // G3
          x[gates + at] = r;
          x[gates + at + h] = sigmoid(x[xz + at + h]! + x[hz + row * 2 * h + h + u]!); // G4
          x[rh + e] = r * x[hRecurrent + e]!;
        }
      }
    },
    gruBlend(gates, hOut, xz, rhU, hPrevious, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const z = x[gates + at + h]!;
          const n = Math.tanh(x[xz + at + 2 * h]! + x[rhU + e]!); // G14
          x[gates + at + 2 * h] = n;
          x[hOut + e] = (1 - z) * n + z * x[hPrevious + e]!; // G6
        }
      }
    },
    gruBlendBackward(dxz, dhPrevious, gates, hPrevious, dh, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const z = x[gates + at + h]!, n = x[gates + at + 2 * h]!;
          const dhe = x[dh + e]!;
          x[dxz + at + 2 * h] = dhe * (1 - z) * (1 - n * n); // G7
          x[dxz + at + h] = dhe * (x[hPrevious + e]! - n) * z * (1 - z); // G8
          x[dhPrevious + e] = dhe * z; // G11, direct path
        }
      }
    },
    gruResetBackward(dxz, dhRecurrent, gates, hRecurrent, drh, b, h) {
      const x = heap.data;
      for (let row = 0; row < b; row++) {
        for (let u = 0; u < h; u++) {
          const e = row * h + u;
          const at = row * 3 * h + u;
          const r = x[gates + at]!;
          x[dxz + at] = x[drh + e]! * x[hRecurrent + e]! * r * (1 - r); // G15
          x[dhRecurrent + e] = x[drh + e]! * r; // G16
        }
      }
    },
  };
}
