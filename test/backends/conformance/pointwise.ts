/** Activations, pointwise kernels, the fused gates of the cells, normalisation. */
import type { ActivationKind, NormForward, Tensor } from '../../../src/backend.js';
import { given, kernelCase, positive, random } from './case.js';
import type { ConformanceCase } from './case.js';

export const activationKinds: readonly ActivationKind[] = ['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth'];
/** The far ends of float32's exp, both signs, tiny numbers. Not 0, where some derivatives jump. */
const corners = given([16], [-100, -88, -30, -9, -2.5, -0.7, -1e-3, -1e-8, 1e-8, 1e-3, 0.6, 2.4, 9, 30, 88, 100]);

const activations: ConformanceCase[] = activationKinds.flatMap((kind) => [random(`${kind} x`, [7, 19], 2), corners].map((x) =>
  kernelCase(`activate ${kind} ${x === corners ? 'at the corners' : ''}`.trim(), [x, x.shape], (k, z, dy) => {
    const y = k.activate(kind, z, 0.3);
    const [slot] = k.series(1, x.shape);
    return [y, k.activateBackward(kind, z, y, dy, 0.3), k.activate(kind, z, 0.3, slot)];
  })));

const pairs = [[7, 3], [1, 1], [2, 3, 5]] as const;

const kernelsOfOne = ['exp', 'abs', 'sign', 'reciprocal'] as const;
const kernelsOfTwo = ['div', 'maximum', 'minimum', 'greater'] as const;

/** What losses and layers of one's own are written with. */
const elements: ConformanceCase[] = pairs.flatMap((shape) => {
  const size = shape.join('×');
  return [
    ...kernelsOfOne.map((name) => kernelCase(`${name} ${size}`, [random(`${name} x`, shape, 2)], (k, x) => k[name](x))),
    ...(['log', 'sqrt'] as const).map((name) => kernelCase(`${name} ${size}`, [positive(`${name} x`, shape, 1e-3)], (k, x) => k[name](x))),
    ...kernelsOfTwo.map((name) => kernelCase(`${name} ${size}`, [shape, positive(`${name} b`, shape)], (k, a, b) => k[name](a, b))),
    kernelCase(`select ${size}`, [random('condition', shape), shape, shape], (k, c, a, b) => k.select(k.greater(c, a), a, k.div(b, k.zeros(shape)))),
    kernelCase(`affine ${size}`, [shape], (k, x) => k.affine(x, -1.5, 0.25)),
    kernelCase(`sumLast ${size}`, [shape], (k, x) => [k.sumLast(x), k.sumLast(k.reshape(x, [x.size]))]),
  ];
});

const wide = [
  kernelCase('sumLast 3×517', [positive('wide', [3, 517])], (k, x) => [k.sumLast(x), k.sumLast(k.reshape(x, [1, x.size]))]),
  kernelCase('exp at the corners', [corners], (k, x) => k.exp(k.select(k.greater(x, k.affine(x, 0, 80)), k.scale(x, 0.5), x))),
  kernelCase('oneHot 6×5', [given([6], [0, 4, 2, 2, 1, 3])], (k, x) => k.oneHot(x, 5)),
  kernelCase('oneHot 2×3×1', [given([2, 3], [0, 0, 0, 1, -1, 0])], (k, x) => k.oneHot(x, 1)),
];

const softmax: ConformanceCase[] = [[7, 13], [2, 3, 5], [4, 1]].map((shape) =>
  kernelCase(`softmax ${shape.join('×')}`, [random('softmax', shape, 3), shape], (k, x, dy) => {
    const y = k.softmax(x);
    return [y, k.softmaxBackward(y, dy)];
  }));

// Not one by one: the tolerance is relative to the largest entry, and a single one may be a small difference.
const gateSizes = [[1, 3], [3, 5], [10, 50], [33, 7]] as const;

const gates: ConformanceCase[] = gateSizes.flatMap(([b, h]) => [
  ...[false, true].flatMap((peepholes) => [false, true].map((withDc) =>
    kernelCase(`lstmGates ${b}×${h}${peepholes ? ', peepholes' : ''}${withDc ? ', dc' : ''}`, [[b, 4 * h], [b, h], [b, h], [b, h], [3, h], [3, h]],
      (k, z, cPrevious, dh, dc, peephole, target) => {
        const weights = peepholes ? peephole : undefined;
        const forward = k.lstmGates(z, cPrevious, weights);
        const { dz, dcPrevious } = k.lstmGatesBackward(forward, cPrevious, dh, withDc ? dc : undefined, weights);
        return [forward.gates, forward.c, forward.tanhC, forward.h, dz, dcPrevious, k.lstmPeepholeTo(target, dz, cPrevious, forward.c)];
      }))),
  kernelCase(`lstmGates into slots ${b}×${h}`, [[2, b, 4 * h], [b, h], [b, h]], (k, z, c0, dh) => {
    const [c, tanhC, hs, dzs] = [k.series(2, [b, h]), k.series(2, [b, h]), k.series(2, [b, h]), k.series(2, [b, 4 * h])];
    const first = k.lstmGates(k.row(z, 0), c0, undefined, { c: c[0], tanhC: tanhC[0], h: hs[0] });
    const second = k.lstmGates(k.row(z, 1), first.c, undefined, { c: c[1], tanhC: tanhC[1], h: hs[1] });
    const later = k.lstmGatesBackward(second, first.c, dh, undefined, undefined, dzs[1]);
    const earlier = k.lstmGatesBackward(first, c0, dh, later.dcPrevious, undefined, dzs[0]);
    return [k.stack([first.h, second.h]), k.stack([first.c, second.c]), k.stack([earlier.dz, later.dz]), earlier.dcPrevious];
  }),
  kernelCase(`gruGates ${b}×${h}`, [[b, 3 * h], [b, 3 * h], [b, h], [b, h]], (k, xz, hz, hPrevious, dh) => {
    const { gates: made, h: next } = k.gruGates(xz, hz, hPrevious);
    const back = k.gruGatesBackward(made, hz, hPrevious, dh);
    return [made, next, back.dxz, back.dhz, back.dhPrevious];
  }),
  kernelCase(`gruReset and gruBlend ${b}×${h}`, [[b, 3 * h], [b, 2 * h], [b, h], [b, h], [b, h], [b, h], [b, h]],
    (k, xz, hz, hRecurrent, hPrevious, rhU, dh, drh) => {
      const reset = k.gruReset(xz, hz, hRecurrent);
      const next = k.gruBlend(reset.gates, xz, rhU, hPrevious);
      const blend = k.gruBlendBackward(next.gates, hPrevious, dh);
      const last = k.gruResetBackward(blend.dxz, next.gates, hRecurrent, drh);
      return [reset.rh, next.gates, next.h, blend.dhPrevious, last.dxz, last.dhRecurrent];
    }),
]);

const gruSlots = kernelCase('gru kernels into slots', [[5, 9], [5, 9], [5, 6], [5, 3], [5, 3]], (k, xz, hz, hz2, hPrevious, dh) => {
  const [wide, narrow] = [k.series(5, [5, 9]), k.series(3, [5, 3])];
  const after = k.gruGates(xz, hz, hPrevious, wide[0], narrow[0]);
  const back = k.gruGatesBackward(after.gates, hz, hPrevious, dh, wide[1], wide[2]);
  const reset = k.gruReset(xz, hz2, hPrevious, wide[3], narrow[1]);
  const blend = k.gruBlend(reset.gates, xz, dh, hPrevious, narrow[2]);
  const dBlend = k.gruBlendBackward(blend.gates, hPrevious, dh, wide[4]);
  const dReset = k.gruResetBackward(dBlend.dxz, blend.gates, hPrevious, dh);
  return [k.stack([after.gates, back.dxz, back.dhz, blend.gates, dReset.dxz]), k.stack([after.h, reset.rh, blend.h])];
});

function normResults(forward: NormForward, back: { dx: Tensor; dGamma: Tensor; dBeta: Tensor }): Tensor[] {
  return [forward.y, forward.mean, forward.inverseStd, back.dx, back.dGamma, back.dBeta];
}

const norms: ConformanceCase[] = [[9, 13], [2, 3, 5], [32, 1], [7, 70]].flatMap((shape) => {
  const n = shape.at(-1) ?? 1;
  const inputs = [shape, positive('gamma', [n]), [n], shape, [n], [n]] as const;
  const size = shape.join('×');
  return [
    // One column: layer norm divides rounding noise by √ε, so there only the mean would be compared.
    ...(n === 1 ? [] : [kernelCase(`layerNorm ${size}`, inputs, (k, x, gamma, beta, dy, dGamma, dBeta) => {
      const forward = k.layerNorm(x, gamma, beta, 1e-3);
      return normResults(forward, k.layerNormBackward(x, forward, gamma, dy, dGamma, dBeta));
    })]),
    kernelCase(`batchNorm ${size}`, inputs, (k, x, gamma, beta, dy, dGamma, dBeta) => {
      const forward = k.batchNorm(x, gamma, beta, 1e-3);
      return [forward.variance, ...normResults(forward, k.batchNormBackward(x, forward, gamma, dy, dGamma, dBeta))];
    }),
    kernelCase(`batchNormInference ${size}`, [...inputs, [n], positive('variance', [n])], (k, x, gamma, beta, dy, dGamma, dBeta, mean, variance) => {
      const forward = k.batchNormInference(x, gamma, beta, mean, variance, 1e-3);
      return normResults(forward, k.batchNormInferenceBackward(x, forward, gamma, dy, dGamma, dBeta));
    }),
    kernelCase(`movingAverage ${n}`, [[n], [n]], (k, running, observed) => k.movingAverage(running, observed, 0.9)),
  ];
});

export const pointwiseCases: readonly ConformanceCase[] = [...activations, ...elements, ...wide, ...softmax, ...gates, gruSlots, ...norms];
