/** The simple cell: V1–V8 of docs/bptt.md. */
import { SimpleRNN, rnnProject, rnnStepBackward, rnnStepForward, rnnWeightGradients } from 'bptt';
import type { RnnCache } from 'bptt';
import { stateGradients } from './cell.js';
import type { CellKind } from './cell.js';
import { oneMinusSquare, plus, tanh, times } from './expression.js';

export const rnn: CellKind<RnnCache> = {
  title: 'Simple RNN',
  gates: [''],
  hasMemory: false,
  layer: (options) => new SimpleRNN({ name: 'cell', ...options }),
  forward(k, p, x, { h }) {
    const z = k.matmulTo('nn', rnnProject(k, p, x), h, p.recurrentKernel);
    const next = rnnStepForward(k, p, rnnProject(k, p, x), h, 'tanh');
    return { values: { z, h: next.h }, state: { h: next.h }, cache: next.cache };
  },
  backward(k, p, { cache }, { h: dh }) {
    const { dz, dh: before } = rnnStepBackward(k, p, cache, dh, 'tanh');
    return {
      values: { dz, dx: k.matmul('nt', dz, p.kernel) }, state: { h: before },
      addGradients: (grads, x, h) => rnnWeightGradients(k, grads, x, h, dz),
    };
  },
  quantities: [
    { name: 'x', symbol: ['x'], meaning: 'the input', pass: 'forward', ofInput: true },
    {
      name: 'z', symbol: ['z'], meaning: 'pre-activation', pass: 'forward', id: 'V1',
      equation: ({ q, w, u, bias, t, unit, units }) => plus(times(q('x'), w('', unit)), ...units.map((j) => times(q('h', { t: t - 1, unit: j }), u(j, '', unit))), bias('', unit)),
    },
    { name: 'h', symbol: ['h'], meaning: 'the state', pass: 'forward', id: 'V2', equation: ({ q }) => tanh(q('z')) },
    ...stateGradients('V4', ({ q, u, t, unit, units }) => plus(...units.map((j) => times(q('dz', { t: t + 1, unit: j }), u(unit, '', j))))),
    { name: 'dz', symbol: ['dz'], meaning: 'through tanh', pass: 'backward', id: 'V3', equation: ({ q }) => times(q('dh'), oneMinusSquare(q('h'))) },
    { name: 'dx', symbol: ['dx'], meaning: 'for a layer below', pass: 'backward', id: 'V8', ofInput: true, equation: ({ q, w, units }) => plus(...units.map((j) => times(q('dz', { unit: j }), w('', j)))) },
  ],
};
