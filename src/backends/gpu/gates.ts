/**
 * The pointwise halves of the gated cells. One kernel writes all results of a step side by side and each thread computes
 * one of them: on a GPU a launch costs more than a gate computed twice. The ids are those of src/cells/lstm.ts and gru.ts.
 */
import type { GateKernels } from '../../backend.js';
import type { Recorder } from './recorder.js';
import { add } from './arrays.js';
import { rowColumn, sections, total } from './source.js';
import { cut, requireSize, width } from './tensor.js';

/** Declares which gate and unit of a row of `count` gates of h units element i is; `e`: the same unit in [B, H]. */
function gateOf(count: number, h: number): string {
  return `${rowColumn('row', 'column', 'i', count * h)} ${rowColumn('gate', 'u', 'column', h)} const at = row * ${count * h} + u; const e = row * ${h} + u;`;
}

/** The same for an element of [B, H]. */
function unitOf(count: number, h: number): string {
  return `${rowColumn('row', 'u', 'i', h)} const at = row * ${count * h} + u; const e = i;`;
}

export function gateKernels(recorder: Recorder): GateKernels {
  return {
    lstmGates(z, cPrevious, peephole) {
      const [b = 1, h = 1] = cPrevious.shape;
      requireSize('lstmGates', 'z', z, b * 4 * h);
      const peep = (gate: number, cell: string): string => (peephole ? ` + p[u + ${gate * h}] * ${cell}` : '');
      const gi = `sigmoid(z[at]${peep(0, 'cp[e]')})`; // L2
      const gf = `sigmoid(z[at + ${h}]${peep(1, 'cp[e]')})`; // L3
      const gg = `tangent(z[at + ${2 * h}])`; // L4
      const cell = `const cell = ${gf} * cp[e] + ${gi} * ${gg};`; // L5
      const go = `sigmoid(z[at + ${3 * h}]${peep(2, 'cell')})`; // L6
      const whole = recorder.run([b * 7 * h], { z, cp: cPrevious, ...(peephole ? { p: peephole } : {}) }, sections(
        [b * 4 * h, `${gateOf(4, h)}
          if (gate < 0.5) { return ${gi}; }
          if (gate < 1.5) { return ${gf}; }
          if (gate < 2.5) { return ${gg}; }
          ${peephole ? cell : ''} return ${go};`],
        [b * h, `${unitOf(4, h)} ${cell} return cell;`],
        [b * h, `${unitOf(4, h)} ${cell} return tangent(cell);`],
        [b * h, `${unitOf(4, h)} ${cell} return ${go} * tangent(cell);`], // L7
      ));
      const [gates, c, tanhC, next] = cut(whole, [b, 4 * h], [b, h], [b, h], [b, h]);
      return { gates, c, tanhC, h: next };
    },
    lstmGatesBackward(forward, cPrevious, dh, dc, peephole) {
      const [b = 1, h = 1] = cPrevious.shape;
      requireSize('lstmGatesBackward', 'dh', dh, b * h);
      const inputs = { gates: forward.gates, tc: forward.tanhC, cp: cPrevious, dh, ...(dc ? { dc } : {}), ...(peephole ? { p: peephole } : {}) };
      const common = `
        const gi = gates[at]; const gf = gates[at + ${h}]; const gg = gates[at + ${2 * h}]; const go = gates[at + ${3 * h}];
        const t = tc[e]; const d = dh[e];
        const dzo = d * t * go * (1 - go);
        const dCell = ${dc ? 'dc[e] + ' : ''}d * go * (1 - t * t)${peephole ? ` + dzo * p[u + ${2 * h}]` : ''};
        const dzi = dCell * gg * gi * (1 - gi);
        const dzf = dCell * cp[e] * gf * (1 - gf);`; // L8, L9, L10, L11
      const whole = recorder.run([b * 5 * h], inputs, sections(
        [b * 4 * h, `${gateOf(4, h)} ${common}
          if (gate < 0.5) { return dzi; }
          if (gate < 1.5) { return dzf; }
          if (gate < 2.5) { return dCell * gi * (1 - gg * gg); }
          return dzo;`], // L12
        [b * h, `${unitOf(4, h)} ${common} return dCell * gf${peephole ? ` + dzi * p[u] + dzf * p[u + ${h}]` : ''};`], // L13
      ));
      const [dz, dcPrevious] = cut(whole, [b, 4 * h], [b, h]);
      return { dz, dcPrevious };
    },
    lstmPeepholeTo(target, dz, cPrevious, c) {
      const h = width(c);
      const rows = c.size / h;
      const sum = (gate: number, cell: string): string => `${total('sum', rows, `dz[j * ${4 * h} + ${gate * h} + i] * ${cell}[j * ${h} + i]`)} return sum;`;
      const sums = recorder.run([3, h], { dz, cp: cPrevious, c }, sections([h, sum(0, 'cp')], [h, sum(1, 'cp')], [h, sum(3, 'c')])); // L17
      return add(recorder, target, sums);
    },
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
