/** The pointwise halves of the LSTM. The ids are those of src/cells/lstm.ts. */
import type { LstmKernels } from '../../backend.js';
import { add } from './arrays.js';
import { gateOf, unitOf } from './gates.js';
import type { Recorder } from './recorder.js';
import { sections, total } from './source.js';
import { cut, requireSize, width } from './tensor.js';

export function lstmKernels(recorder: Recorder): LstmKernels {
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
  };
}
