/** The LSTM: L1–L19 of docs/lstm.md. */
import { LSTM, lstmGateOrder, lstmProject, lstmStepBackward, lstmStepForward, lstmWeightGradients } from 'bptt';
import type { LstmCache } from 'bptt';
import { stateGradients } from './cell.js';
import type { At, CellKind, Quantity } from './cell.js';
import { oneMinus, oneMinusSquare, plus, sigma, tanh, times } from './expression.js';
import type { Expression } from './expression.js';

const gates = [...lstmGateOrder];

function preActivation(gate: string): Quantity {
  return {
    name: `z${gate}`, symbol: ['z', gate], meaning: 'pre-activation', pass: 'forward', id: 'L1',
    equation: ({ q, w, u, bias, t, unit, units }) => plus(times(q('x'), w(gate, unit)), ...units.map((j) => times(q('h', { t: t - 1, unit: j }), u(j, gate, unit))), bias(gate, unit)),
  };
}

/** x · (1 − x), the slope of σ as a function of its value. */
const slope = (gate: Expression): Expression[] => [gate, oneMinus(gate)];

const overGates = (at: At, t: number, weight: (gate: string, unit: number) => Expression): Expression =>
  plus(...gates.flatMap((gate) => at.units.map((j) => times(at.q(`dz${gate}`, { t, unit: j }), weight(gate, j)))));

export const lstm: CellKind<LstmCache> = {
  title: 'LSTM',
  gates,
  hasMemory: true,
  layer: (options) => new LSTM({ name: 'cell', ...options }),
  forward(k, p, x, { h, c = h }) {
    const widths = gates.map(() => h.shape[1] ?? 1);
    const [zi = x, zf = x, zg = x, zo = x] = k.split(k.matmulTo('nn', lstmProject(k, p, x), h, p.recurrentKernel), widths);
    const next = lstmStepForward(k, p, lstmProject(k, p, x), h, c);
    const values = {
      zi, zf, zg, zo, i: k.activate('sigmoid', zi, 0), f: k.activate('sigmoid', zf, 0), g: k.activate('tanh', zg, 0), o: k.activate('sigmoid', zo, 0), c: next.c, h: next.h,
    };
    return { values, state: { h: next.h, c: next.c }, cache: next.cache };
  },
  backward(k, p, { cache, values }, { h: dh, c: dcNext }) {
    const { dz, dh: before, dc: dcBefore } = lstmStepBackward(k, p, cache, dh, dcNext);
    const [dzi = dz, dzf = dz, dzg = dz, dzo = dz] = k.split(dz, gates.map(() => dh.shape[1] ?? 1));
    const phiC = k.activate('tanh', values.c ?? dh, 0);
    const throughOutput = k.activateBackward('tanh', phiC, phiC, k.mul(dh, values.o ?? dh), 0);
    return {
      values: { dzi, dzf, dzg, dzo, dc: dcNext ? k.add(throughOutput, dcNext) : throughOutput, dx: k.matmul('nt', dz, p.kernel) },
      state: { h: before, c: dcBefore },
      addGradients: (grads, x, h) => lstmWeightGradients(k, grads, x, h, dz),
    };
  },
  quantities: [
    { name: 'x', symbol: ['x'], meaning: 'the input', pass: 'forward', ofInput: true },
    ...gates.map(preActivation),
    { name: 'i', symbol: ['i'], meaning: 'input gate: how much of the candidate is written', pass: 'forward', id: 'L2', equation: ({ q }) => sigma(q('zi')) },
    { name: 'f', symbol: ['f'], meaning: 'forget gate: how much of the memory is kept', pass: 'forward', id: 'L3', equation: ({ q }) => sigma(q('zf')) },
    { name: 'g', symbol: ['g'], meaning: 'candidate', pass: 'forward', id: 'L4', equation: ({ q }) => tanh(q('zg')) },
    { name: 'o', symbol: ['o'], meaning: 'output gate: how much of the memory is shown', pass: 'forward', id: 'L6', equation: ({ q }) => sigma(q('zo')) },
    { name: 'c', symbol: ['c'], meaning: 'the memory', pass: 'forward', id: 'L5', equation: ({ q, t }) => plus(times(q('f'), q('c', { t: t - 1 })), times(q('i'), q('g'))) },
    { name: 'h', symbol: ['h'], meaning: 'the state that is shown', pass: 'forward', id: 'L7', equation: ({ q }) => times(q('o'), tanh(q('c'))) },
    ...stateGradients('L14', (at) => overGates(at, at.t + 1, (gate, j) => at.u(at.unit, gate, j))),
    { name: 'dcNext', symbol: ['dc', 'from t+1'], meaning: 'what the memory of the step after sends back: past a gate, not through a matrix', pass: 'backward', id: 'L13', equation: ({ q, t }) => times(q('dc', { t: t + 1 }), q('f', { t: t + 1 })) },
    { name: 'dzo', symbol: ['dz', 'o'], meaning: 'of the output gate', pass: 'backward', id: 'L8', equation: ({ q }) => times(q('dh'), tanh(q('c')), ...slope(q('o'))) },
    {
      name: 'dc', symbol: ['dc'], meaning: 'the whole gradient of the memory', pass: 'backward', id: 'L9',
      equation: ({ q }) => plus(q('dcNext'), times(q('dh'), q('o'), oneMinusSquare(tanh(q('c'))))),
    },
    { name: 'dzi', symbol: ['dz', 'i'], meaning: 'of the input gate', pass: 'backward', id: 'L10', equation: ({ q }) => times(q('dc'), q('g'), ...slope(q('i'))) },
    { name: 'dzf', symbol: ['dz', 'f'], meaning: 'of the forget gate', pass: 'backward', id: 'L11', equation: ({ q, t }) => times(q('dc'), q('c', { t: t - 1 }), ...slope(q('f'))) },
    { name: 'dzg', symbol: ['dz', 'g'], meaning: 'of the candidate', pass: 'backward', id: 'L12', equation: ({ q }) => times(q('dc'), q('i'), oneMinusSquare(q('g'))) },
    { name: 'dx', symbol: ['dx'], meaning: 'for a layer below', pass: 'backward', id: 'L19', ofInput: true, equation: (at) => overGates(at, at.t, at.w) },
  ],
};
