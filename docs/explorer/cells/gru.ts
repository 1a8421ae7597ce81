/** The GRU, reset after the product: G1–G13 of docs/gru.md. */
import { GRU, gruGateOrder, gruProject, gruStepBackward, gruStepForward, gruWeightGradients } from 'bptt';
import type { GruCache } from 'bptt';
import { stateGradients } from './cell.js';
import type { At, CellKind, Quantity } from './cell.js';
import { minus, oneMinus, oneMinusSquare, plus, sigma, tanh, times } from './expression.js';
import type { Expression } from './expression.js';

const gates = [...gruGateOrder];

const fromInput = (gate: string): Quantity => ({
  name: `a${gate}`, symbol: ['a', gate], meaning: 'what the input says', pass: 'forward', id: 'G1', equation: ({ q, w, bias, unit }) => plus(times(q('x'), w(gate, unit)), bias(gate, unit)),
});

const fromState = (gate: string): Quantity => ({
  name: `q${gate}`, symbol: ['q', gate], meaning: 'what the state says', pass: 'forward', id: 'G2',
  equation: ({ q, u, recurrentBias, t, unit, units }) => plus(...units.map((j) => times(q('h', { t: t - 1, unit: j }), u(j, gate, unit))), recurrentBias(gate, unit)),
});

/** dq of a gate: as da, but of the candidate (G10). */
const dq = (at: At, gate: string, unit: number): Expression => at.q(gate === 'n' ? 'dqn' : `da${gate}`, { t: at.t + 1, unit });

export const gru: CellKind<GruCache> = {
  title: 'GRU',
  gates,
  hasMemory: false,
  layer: (options) => new GRU({ name: 'cell', ...options }),
  forward(k, p, x, { h }) {
    const widths = gates.map(() => h.shape[1] ?? 1);
    const hU = k.matmul('nn', h, p.recurrentKernel);
    const [ar = x, az = x, an = x] = k.split(gruProject(k, p, x), widths);
    const [qr = x, qz = x, qn = x] = k.split(p.recurrentBias ? k.addRow(hU, p.recurrentBias) : hU, widths);
    const r = k.activate('sigmoid', k.add(ar, qr), 0);
    const z = k.activate('sigmoid', k.add(az, qz), 0);
    const n = k.activate('tanh', k.add(an, k.mul(r, qn)), 0);
    const next = gruStepForward(k, p, gruProject(k, p, x), h);
    return { values: { ar, az, an, qr, qz, qn, r, z, n, h: next.h }, state: { h: next.h }, cache: next.cache };
  },
  backward(k, p, { cache }, { h: dh }) {
    const widths = gates.map(() => dh.shape[1] ?? 1);
    const { dxz, dhz, dhCarry, dhProduct } = gruStepBackward(k, p, cache, dh);
    const [dar = dxz, daz = dxz, dan = dxz] = k.split(dxz, widths);
    const [, , dqn = dhz] = k.split(dhz, widths);
    return {
      values: { dar, daz, dan, dqn, dx: k.matmul('nt', dxz, p.kernel) }, state: { h: k.add(dhCarry, dhProduct) },
      addGradients: (grads, x, h) => gruWeightGradients(k, grads, x, h, dxz, dhz),
    };
  },
  quantities: [
    { name: 'x', symbol: ['x'], meaning: 'the input', pass: 'forward', ofInput: true },
    ...gates.map(fromInput),
    ...gates.map(fromState),
    { name: 'r', symbol: ['r'], meaning: 'reset gate: how much of the state the candidate sees', pass: 'forward', id: 'G3', equation: ({ q }) => sigma(plus(q('ar'), q('qr'))) },
    { name: 'z', symbol: ['z'], meaning: 'update gate: how much of the old state is kept', pass: 'forward', id: 'G4', equation: ({ q }) => sigma(plus(q('az'), q('qz'))) },
    { name: 'n', symbol: ['n'], meaning: 'candidate', pass: 'forward', id: 'G5', equation: ({ q }) => tanh(plus(q('an'), times(q('r'), q('qn')))) },
    { name: 'h', symbol: ['h'], meaning: 'the state: a mean of candidate and old state', pass: 'forward', id: 'G6', equation: ({ q, t }) => plus(times(oneMinus(q('z')), q('n')), times(q('z'), q('h', { t: t - 1 }))) },
    ...stateGradients('G11', (at) => plus(
      times(at.q('dh', { t: at.t + 1 }), at.q('z', { t: at.t + 1 })),
      ...gates.flatMap((gate) => at.units.map((j) => times(dq(at, gate, j), at.u(at.unit, gate, j)))),
    )),
    { name: 'dan', symbol: ['da', 'n'], meaning: 'of the candidate', pass: 'backward', id: 'G7', equation: ({ q }) => times(q('dh'), oneMinus(q('z')), oneMinusSquare(q('n'))) },
    { name: 'daz', symbol: ['da', 'z'], meaning: 'of the update gate', pass: 'backward', id: 'G8', equation: ({ q, t }) => times(q('dh'), minus(q('h', { t: t - 1 }), q('n')), q('z'), oneMinus(q('z'))) },
    { name: 'dar', symbol: ['da', 'r'], meaning: 'of the reset gate', pass: 'backward', id: 'G9', equation: ({ q }) => times(q('dan'), q('qn'), q('r'), oneMinus(q('r'))) },
    { name: 'dqn', symbol: ['dq', 'n'], meaning: 'of the product with the state, for the candidate', pass: 'backward', id: 'G10', equation: ({ q }) => times(q('dan'), q('r')) },
    { name: 'dx', symbol: ['dx'], meaning: 'for a layer below', pass: 'backward', id: 'G13', ofInput: true, equation: (at) => plus(...gates.flatMap((gate) => at.units.map((j) => times(at.q(`da${gate}`, { unit: j }), at.w(gate, j))))) },
  ],
};
