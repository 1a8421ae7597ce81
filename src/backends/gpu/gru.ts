/** The pointwise halves of the GRU. The ids are those of src/cells/gru.ts. */
import type { GruKernels } from '../../backend.js';
import { gateOf, unitOf } from './gates.js';
import type { Recorder } from './recorder.js';
import { sections } from './source.js';
import { cut, requireSize } from './tensor.js';

export function gruKernels(recorder: Recorder): GruKernels {
  return {
    gruGates(xz, hz, hPrevious) {
      const [b = 1, h = 1] = hPrevious.shape;
      requireSize('gruGates', 'xz', xz, b * 3 * h);
      requireSize('gruGates', 'hz', hz, b * 3 * h);
      const r = 'sigmoid(xz[at] + hz[at])'; // G3
      const z = `sigmoid(xz[at + ${h}] + hz[at + ${h}])`; // G4
      const n = `tangent(xz[at + ${2 * h}] + ${r} * hz[at + ${2 * h}])`; // G5
      const whole = recorder.run([b * 4 * h], { xz, hz, hp: hPrevious }, sections(
        [b * 3 * h, `${gateOf(3, h)}
          if (gate < 0.5) { return ${r}; }
          if (gate < 1.5) { return ${z}; }
          return ${n};`],
        [b * h, `${unitOf(3, h)} const z = ${z}; return (1 - z) * ${n} + z * hp[e];`], // G6
      ));
      const [gates, next] = cut(whole, [b, 3 * h], [b, h]);
      return { gates, h: next };
    },
    gruGatesBackward(gates, hz, hPrevious, dh) {
      const [b = 1, h = 1] = hPrevious.shape;
      const common = `
        const r = gates[at]; const z = gates[at + ${h}]; const n = gates[at + ${2 * h}]; const d = dh[e];
        const dzn = d * (1 - z) * (1 - n * n);
        const dzz = d * (hp[e] - n) * z * (1 - z);
        const dzr = dzn * hz[at + ${2 * h}] * r * (1 - r);`; // G7, G8, G9
      const gradients = (last: string): string => `${gateOf(3, h)} ${common}
        if (gate < 0.5) { return dzr; }
        if (gate < 1.5) { return dzz; }
        return ${last};`;
      const whole = recorder.run([b * 7 * h], { gates, hz, hp: hPrevious, dh }, sections(
        [b * 3 * h, gradients('dzn')],
        [b * 3 * h, gradients('dzn * r')], // G10
        [b * h, `${unitOf(3, h)} return dh[e] * gates[at + ${h}];`], // G11, direct path
      ));
      const [dxz, dhz, dhPrevious] = cut(whole, [b, 3 * h], [b, 3 * h], [b, h]);
      return { dxz, dhz, dhPrevious };
    },
    gruReset(xz, hz, hRecurrent) {
      const [b = 1, h = 1] = hRecurrent.shape;
      requireSize('gruReset', 'hz', hz, b * 2 * h);
      const r = `sigmoid(xz[at] + hz[row * ${2 * h} + u])`; // G3
      const z = `sigmoid(xz[at + ${h}] + hz[row * ${2 * h} + ${h} + u])`; // G4
      const whole = recorder.run([b * 4 * h], { xz, hz, hr: hRecurrent }, sections(
        [b * 3 * h, `${gateOf(3, h)}
          if (gate < 0.5) { return ${r}; }
          if (gate < 1.5) { return ${z}; }
          return 0;`],
        [b * h, `${unitOf(3, h)} return ${r} * hr[e];`],
      ));
      const [gates, rh] = cut(whole, [b, 3 * h], [b, h]);
      return { gates, rh };
    },
    gruBlend(gates, xz, rhU, hPrevious) {
      const [b = 1, h = 1] = hPrevious.shape;
      const n = `tangent(xz[at + ${2 * h}] + rhU[e])`; // G14
      const whole = recorder.run([b * 4 * h], { gates, xz, rhU, hp: hPrevious }, sections(
        [b * 3 * h, `${gateOf(3, h)} if (gate < 1.5) { return gates[i]; } return ${n};`],
        [b * h, `${unitOf(3, h)} const z = gates[at + ${h}]; return (1 - z) * ${n} + z * hp[e];`], // G6
      ));
      const [filled, next] = cut(whole, [b, 3 * h], [b, h]);
      return { gates: filled, h: next };
    },
    gruBlendBackward(gates, hPrevious, dh) {
      const [b = 1, h = 1] = hPrevious.shape;
      const whole = recorder.run([b * 4 * h], { gates, hp: hPrevious, dh }, sections(
        [b * 3 * h, `${gateOf(3, h)}
          const z = gates[at + ${h}]; const n = gates[at + ${2 * h}];
          if (gate < 0.5) { return 0; }
          if (gate < 1.5) { return dh[e] * (hp[e] - n) * z * (1 - z); }
          return dh[e] * (1 - z) * (1 - n * n);`], // G8, G7
        [b * h, `${unitOf(3, h)} return dh[e] * gates[at + ${h}];`], // G11, direct path
      ));
      const [dxz, dhPrevious] = cut(whole, [b, 3 * h], [b, h]);
      return { dxz, dhPrevious };
    },
    gruResetBackward(dxz, gates, hRecurrent, drh) {
      const [b = 1, h = 1] = hRecurrent.shape;
      const whole = recorder.run([b * 4 * h], { dxz, gates, hr: hRecurrent, drh }, sections(
        [b * 3 * h, `${gateOf(3, h)} const r = gates[at];
          if (gate < 0.5) { return drh[e] * hr[e] * r * (1 - r); }
          return dxz[i];`], // G15
        [b * h, `${unitOf(3, h)} return drh[e] * gates[at];`], // G16
      ));
      const [filled, dhRecurrent] = cut(whole, [b, 3 * h], [b, h]);
      return { dxz: filled, dhRecurrent };
    },
  };
}
