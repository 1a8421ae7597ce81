/** Faults in the cells and their fused gate kernels. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

const lstmKernels = 'backends/cpu/lstm';
const gruKernels = 'backends/cpu/gru';
const golden = ['layers/recurrentGolden', 'layers/recurrentGradients'];

const lstm: readonly Fault[] = [
  {
    name: 'LSTM gates i and o change places in both passes: every gradient stays right', file: lstmKernels, tests: ['layers/recurrentGolden'],
    edits: [
      { find: 'const zi = gates + row * 4 * h + u, zf = zi + h, zg = zf + h, zo = zg + h;', replace: 'const zo = gates + row * 4 * h + u, zf = zo + h, zg = zf + h, zi = zg + h;' },
      {
        find: 'const i = x[gates + at], f = x[gates + at + h], g = x[gates + at + 2 * h], o = x[gates + at + 3 * h];',
        replace: 'const o = x[gates + at], f = x[gates + at + h], g = x[gates + at + 2 * h], i = x[gates + at + 3 * h];',
      },
      { find: 'x[dz + at] = dzi;', replace: 'x[dz + at] = dzo;' },
      { find: 'x[dz + at + 3 * h] = dzo;', replace: 'x[dz + at + 3 * h] = dzi;' },
    ],
  },
  ...faultsIn(lstmKernels, golden,
    ['LSTM gates i and f change places on the way back', 'x[dz + at] = dzi;\n                    x[dz + at + h] = dzf;', 'x[dz + at] = dzf;\n                    x[dz + at + h] = dzi;'],
    ['L3 forget gate without its peephole', 'sigmoid(x[zf] + pf)', 'sigmoid(x[zf])'],
    ['L5 no cell state: the forget term is dropped', 'f * cp + i * g', 'i * g'],
    ['L6 output peephole sees c of the step before', 'x[peephole + 2 * h + u] * cell : 0', 'x[peephole + 2 * h + u] * cp : 0'],
    ['L7 h without tanh of c', 'x[hOut + e] = o * tc;', 'x[hOut + e] = o * cell;'],
    ['L8 output gate slope', 'dhe * tc * o * (1 - o)', 'dhe * tc * (1 - o * o)'],
    ['L9 dc of the step after is dropped', '(dc ? x[dc + e] : 0) + dhe', 'dhe'],
    ['L9 without 1 − tanh²', 'dhe * o * (1 - tc * tc)', 'dhe * o'],
    ['L9 peephole term dropped', 'dce += dzo * x[peephole + 2 * h + u];', ';'],
    ['L10 multiplies by i in place of g', 'dce * g * i * (1 - i)', 'dce * i * i * (1 - i)'],
    ['L11 off by one in time: c in place of c of the step before', 'dce * x[cPrevious + e] * f * (1 - f)', 'dce * x[c + e] * f * (1 - f)'],
    ['L12 slope of tanh', 'dce * i * (1 - g * g)', 'dce * i * g * (1 - g)'],
    ['L13 the forget gate does not carry dc back', 'let dcp = dce * f;', 'let dcp = dce;'],
    ['L13 peephole term of the forget gate dropped', 'dcp += dzi * x[peephole + u] + dzf * x[peephole + h + u];', 'dcp += dzi * x[peephole + u];'],
    ['L17 assigns where it must add', 'x[target + u] = x[target + u] + x[at] * x[cPrevious + e];', 'x[target + u] = x[at] * x[cPrevious + e];'],
    ['L17 output peephole takes c of the step before', 'x[at + 3 * h] * x[c + e]', 'x[at + 3 * h] * x[cPrevious + e]'],
  ),
  ...faultsIn('cells/lstm', golden, ['L18 the bias gets no gradient', 'grads.bias = k.sumRowsTo(grads.bias, dz); // L18', ';']),
  ...faultsIn('cells/lstmCell', golden,
    ['L16 off by one in time: h_t in place of h of the step before', 'multiplied(k, caches.map((s) => s.hIn)', 'multiplied(k, caches.map((s) => s.m)'],
    ['recurrent dropout mask not applied on the way back', 'hMask ? k.mul(past.dh, hMask) : past.dh', 'past.dh'],
  ),
  ...faultsIn('cells/lstm', ['cells/writtenOut'],
    ['written out, L2: the input gate sees the peephole of the forget gate', 'peep(0, cPrevious, zi)', 'peep(1, cPrevious, zi)'],
    ['written out, L9: dc of the step after is dropped', 'k.mul(dm, o)), dcAfter)', 'k.mul(dm, o)), undefined)'],
    ['written out, L10 multiplies by i', 'throughSigma(i, k.mul(dc, g)); // L10', 'throughSigma(i, k.mul(dc, i)); // L10'],
    ['written out, L13: the peephole of the forget gate is dropped', ', peep(1, dzf)); // L13', ', undefined); // L13'],
    ['written out, L17: the output peephole takes c of the step before', 'sum(dzo, c)])', 'sum(dzo, cPrevious)])'],
  ),
  ...faultsIn('cells/lstm', ['layers/recurrentOptions'],
    ['L8 has the slope of the candidate', 'throughSigma(o, k.mul(dm, phiC))', 'squashBackward(k, activation, o, k.mul(dm, phiC))'],
    ['L21 the projection sends dh on as it is', "k.matmul('nt', dh, p.projection)", "k.matmul('nt', dh, k.scale(p.projection, 2))"],
  ),
  ...faultsIn('cells/lstmCell', ['layers/recurrentGolden'], ['L22 takes h of the step before for m', 'rows((s) => s.m), asRows(k, dhs)', 'rows((s) => s.c), asRows(k, dhs)']),
  ...faultsIn('cells/lstm', ['layers/reuse'],
    ['L15 = for +=: a layer used twice loses a gradient', "grads.kernel = k.matmulTo('tn', grads.kernel, x, dz)", "grads.kernel = k.matmul('tn', x, dz)"],
    ['L16 doubled where it must be added', 'grads.recurrentKernel = addProducts(k, grads.recurrentKernel, hIn, dz)', 'grads.recurrentKernel = k.scale(addProducts(k, grads.recurrentKernel, hIn, dz), 2)'],
  ),
  ...faultsIn('cells/lstmCell', ['layers/recurrent'], ['the unit forget bias goes to the input gate', 'fill(1, units, 2 * units)', 'fill(1, 0, units)']),
];

const gru: readonly Fault[] = [
  {
    name: 'GRU keeps 1 − z of the old state in both passes: every gradient stays right', file: gruKernels, tests: ['layers/recurrentGolden'],
    edits: [
      { after: 'gruForward(', find: '(1 - z) * n + z * x[hPrevious + e]', replace: 'z * n + (1 - z) * x[hPrevious + e]' },
      { after: 'gruBackward(', find: 'dhe * (1 - z) * (1 - n * n)', replace: 'dhe * z * (1 - n * n)' },
      { after: 'gruBackward(', find: '(x[hPrevious + e] - n)', replace: '(n - x[hPrevious + e])' },
      { after: 'gruBackward(', find: 'dhe * z; // G11', replace: 'dhe * (1 - z); // G11' },
    ],
  },
  ...faultsIn(gruKernels, golden,
    ['G3 and G4: r and z change places', 'const r = sigmoid(x[xz + at] + x[hz + at]); // G3', 'const r = sigmoid(x[xz + at + h] + x[hz + at + h]); // G3', 'gruForward('],
    ['G5 without h·U', 'x[xz + at + 2 * h] + r * x[hz + at + 2 * h]', 'x[xz + at + 2 * h]'],
    ['G5 the reset gate does nothing', 'x[xz + at + 2 * h] + r * x[hz + at + 2 * h]', 'x[xz + at + 2 * h] + x[hz + at + 2 * h]'],
    ['G7 slope of tanh dropped', 'dhe * (1 - z) * (1 - n * n)', 'dhe * (1 - z)', 'gruBackward('],
    ['G8 without the candidate', '(x[hPrevious + e] - n) * z', 'x[hPrevious + e] * z', 'gruBackward('],
    ['G9 without q_n', 'dzn * x[hz + at + 2 * h] * r * (1 - r)', 'dzn * r * (1 - r)'],
    ['G10 without r', 'dzn * r; // G10', 'dzn; // G10'],
    ['G11 the direct path is dropped', 'x[dhPrevious + e] = dhe * z;', 'x[dhPrevious + e] = 0;', 'gruBackward('],
    ['G14 the reset state is not reset', 'r * x[hRecurrent + e]', 'x[hRecurrent + e]', 'gruReset('],
    ['G15 without h of the step before', 'x[drh + e] * x[hRecurrent + e] * r * (1 - r)', 'x[drh + e] * r * (1 - r)'],
    ['G16 without r', 'x[drh + e] * r; // G16', 'x[drh + e]; // G16'],
  ),
  ...faultsIn('cells/gru', golden,
    ['G12 the recurrent bias takes da for dq', 'k.sumRowsTo(grads.recurrentBias, dhz)', 'k.sumRowsTo(grads.recurrentBias, dxz)'],
    ['G12 dU takes da for dq', 'addProducts(k, grads.recurrentKernel, hIn, dhz)', 'addProducts(k, grads.recurrentKernel, hIn, dxz)'],
    ['G16 the product of r and z sends nothing back', 'k.columns(reset.dxz, 0, 2 * units)', 'k.zeros([dh.shape[0], 2 * units])'],
    ['G17 dU_n takes h for r⊙h', "k.matmul('tn', rh, k.columns(dxz, 2 * units, units))", "k.matmul('tn', hIn, k.columns(dxz, 2 * units, units))"],
  ),
  ...faultsIn('cells/gru', ['cells/writtenOut'],
    ['written out, G6: z keeps the candidate', 'k.add(k.sub(n, k.mul(z, n)), k.mul(z, h), out.h); // G6', 'k.add(k.sub(h, k.mul(z, h)), k.mul(z, n), out.h); // G6', 'const writtenOutAfterForward'],
    ['written out, G9 without q_n', 'k.mul(dan, qn)); // G9', 'dan); // G9'],
    ['written out, G16 without r', "k.matmulTo('nt', k.mul(drh, r)", "k.matmulTo('nt', k.mul(drh, drh)"],
  ),
  ...faultsIn('cells/gru', ['layers/recurrentGolden'], ['relu for tanh keeps the slope of tanh', 'squashBackward(k, activation, n, k.sub(dh, k.mul(dh, z))); // G7', "squashBackward(k, 'tanh', n, k.sub(dh, k.mul(dh, z))); // G7", 'const writtenOutAfterBackward']),
  ...faultsIn('cells/gru', golden, ['recurrent dropout masks the carry too', 'k.row(xz, t), h, hIn, cell', 'k.row(xz, t), hIn ?? h, hIn, cell']),
  ...faultsIn('cells/gruCell', golden,
    ['recurrent dropout mask not applied on the way back', 'hMask ? k.mul(past.dhProduct, hMask) : past.dhProduct', 'past.dhProduct'],
  ),
];

const rnn: readonly Fault[] = faultsIn('cells/rnn', [...golden, 'layers/reuse'],
  ['V1 without h·U', "k.matmulTo('nn', xz, h, p.recurrentKernel)", 'xz'],
  ['V3 slope taken at h of the step before', 'squashBackward(k, activation, cache.h, dh, dzOut)', 'squashBackward(k, activation, cache.hIn, dh, dzOut)'],
  ['V4 U in place of its transpose', "k.matmul('nt', dz, p.recurrentKernel)", "k.matmul('nn', dz, p.recurrentKernel)"],
  ['V6 transposed', "addProducts(k, grads.recurrentKernel, hIn, dz)", "k.matmulTo('tn', grads.recurrentKernel, k.rows(dz, dz.shape[0] - hIn.shape[0], hIn.shape[0]), hIn)"],
  ['V7 = for +=', 'grads.bias = k.sumRowsTo(grads.bias, dz)', 'grads.bias = k.sumRowsTo(k.zeros(grads.bias.shape), dz)'],
);

const steps: readonly Fault[] = [
  ...faultsIn('cells/cell', ['layers/fresh', 'layers/recurrentGolden'],
    ['states that were given are left out', 'return fresh && t === 0', 'return t === 0'],
    ['dU takes the first rows of dz where h has fewer', 'k.rows(dz, all - rows, rows)', 'k.rows(dz, 0, rows)'],
    ['dU leaves out a step that multiplied', 'fresh ? hIn.slice(1) : hIn', 'hIn.slice(1)'],
  ),
  ...faultsIn('layers/segments', ['layers/segments'], ['every segment begins at no states', 'fresh: fresh && i === 0', 'fresh']),
];

export const cellFaults: readonly Fault[] = [...lstm, ...gru, ...rnn, ...steps];
