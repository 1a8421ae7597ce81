/** Losses, clipping, and optimisers whose state lives on the device over several runs. */
import { maxNorm, nonNegative, unitNorm } from '../../../src/constraints.js';
import { l1, l1l2, l2 } from '../../../src/regularizers.js';
import { Adagrad } from '../../../src/optimizers/adagrad.js';
import { Adam, AdamW } from '../../../src/optimizers/adam.js';
import { Nadam } from '../../../src/optimizers/nadam.js';
import type { Optimizer } from '../../../src/optimizers/optimizer.js';
import { RMSprop } from '../../../src/optimizers/rmsprop.js';
import { SGD } from '../../../src/optimizers/sgd.js';
import type { LossKind, Tensor } from '../../../src/backend.js';
import { lossCodes } from '../../../src/backends/linear/raw.js';
import { gaussian, poisson, quantiles, smoothed, sparse, studentT, written } from '../../../src/losses/composed.js';
import type { Judge } from '../../../src/losses/loss.js';
import { sizeOf } from '../../../src/tensor.js';
import type { FloatArray, HostTensor, Shape } from '../../../src/tensor.js';
import { given, kernelCase, kernelTolerance, positive, random } from './case.js';
import type { ConformanceCase } from './case.js';

/** Targets a loss is meant for: 0 or 1, rows that sum to 1, or any numbers. */
function target(kind: string, shape: Shape): HostTensor {
  const plain = random(`${kind} target`, shape);
  if (kind === 'binaryCrossentropy') return given(shape, Array.from(plain.data, (x) => (x > 0 ? 1 : 0)));
  if (kind !== 'categoricalCrossentropy') return plain;
  const n = shape.at(-1) ?? 1;
  const weights = Array.from(plain.data, Math.abs);
  const sumOfRow = (i: number): number => weights.slice(i - (i % n), i - (i % n) + n).reduce((a, b) => a + b, 0);
  return given(shape, weights.map((w, i) => w / sumOfRow(i)));
}

const losses: ConformanceCase[] = (Object.keys(lossCodes) as LossKind[]).flatMap((kind) => [[7, 3], [5, 1], [2, 3, 4]].flatMap((shape) => [false, true].map((weighted) =>
  kernelCase(
    `loss ${kind} ${shape.join('×')}${weighted ? ', weighted' : ''}`,
    [random(`${kind} prediction`, shape, 2), target(kind, shape), positive('row weights', [sizeOf(shape.slice(0, -1))])],
    (k, prediction, wanted, weights) => {
      const { loss, dPrediction } = k.loss(kind, prediction, wanted, weighted ? weights : undefined, 0.7);
      return [loss, dPrediction];
    },
  ))));

/** By the kernel, without a parameter. */
const fused = (kind: LossKind): Judge => (k, p, t, weights) => k.loss(kind, p, t, weights, 0);

/** Composed of pointwise kernels; the target has 1 in its last axis, but for the last two. */
const composed: ConformanceCase[] = ([
  ['sparse', 5, sparse(0.1, fused('categoricalCrossentropy'))], ['gaussian', 2, written(gaussian(1e-3))], ['studentT', 3, written(studentT(1e-3))],
  ['quantiles', 3, quantiles([0.1, 0.5, 0.9])], ['poisson', 4, written(poisson)], ['smoothed', 4, smoothed('binaryCrossentropy', 0.2, fused('binaryCrossentropy'))],
] as const).flatMap(([name, n, judge]) => [[7, n], [2, 3, n]].flatMap((shape) => [false, true].map((weighted) => {
  const wanted = name === 'poisson' || name === 'smoothed' ? shape : [...shape.slice(0, -1), 1];
  const t = random(`${name} target`, wanted);
  return kernelCase(
    `loss ${name} ${shape.join('×')}${weighted ? ', weighted' : ''}`,
    [random(`${name} prediction`, shape), name === 'sparse' ? given(wanted, Array.from(t.data, (x) => Math.min(4, Math.floor(Math.abs(3 * x))))) : t, positive('row weights', [sizeOf(shape.slice(0, -1))])],
    (k, p, y, weights): Tensor[] => {
      const { loss, dPrediction } = judge(k, p, y, weighted ? weights : undefined);
      return [loss, dPrediction];
    },
  );
})));

const clipping: ConformanceCase[] = [
  ...[0, 0.25, 9, 1e12].map((squares) => kernelCase(`clipScale of ${squares}`, [given([1], [squares])], (k, s) => [k.clipScale(s, 1.5), k.clipScale(s, Infinity)])),
  ...[1, NaN, Infinity].map((guard) => kernelCase(`keepIfFinite, guard ${guard}`, [given([1], [guard]), [3, 5], [3, 5]], (k, g, kept, candidate) =>
    k.keepIfFinite(g, kept, candidate))),
];

/** Three updates with gradients of their own; the state stays on the device in between. */
function optimizerCase(name: string, optimizer: Optimizer, options: { guards?: readonly number[]; shape?: Shape } = {}): ConformanceCase {
  const { guards = [1, 2, 3], shape = [13, 5] } = options;
  const slots = optimizer.slotNames;
  const scalars = optimizer.scalars(1).length;
  const { globalClipNorm = Infinity, clipValue = 0 } = optimizer;
  const runs = guards.map((guard, i): FloatArray[] => [
    random(`${name} gradient ${i}`, shape).data, Float32Array.of(0.01 * (i + 1)), Float32Array.of(guard),
    ...(scalars > 0 ? [Float32Array.from(optimizer.scalars(i + 1))] : []),
  ]);
  return {
    name: `optimiser ${name}`, tolerance: kernelTolerance, runs,
    inputShapes: [shape, [1], [1], ...(scalars > 0 ? [[scalars]] : [])],
    variables: [random('parameter', shape), ...slots.map(() => ({ shape, data: new Float32Array(sizeOf(shape)) }))],
    step(k, [gradient, learningRate, guard, corrections], [p, ...state]) {
      if (!gradient || !learningRate || !guard || !p) throw new Error('a tensor is missing');
      const gradientScale = k.clipScale(k.sumSquares([gradient]), globalClipNorm);
      const before = Object.fromEntries(slots.map((slot, i) => [slot, state[i] ?? p]));
      const after = optimizer.update(k, p, gradient, before, corrections, { learningRate, gradientScale, clipValue, decay: optimizer.weightDecay, guard });
      return { outputs: [gradientScale], variables: [after.p, ...slots.map((slot) => after.slots[slot] ?? p)] };
    },
  };
}

type Clipping = { globalClipNorm?: number; clipValue?: number; weightDecay?: number };
const makers: Readonly<Record<string, (clip: Clipping) => Optimizer>> = {
  sgd: (clip) => new SGD({ ...clip }),
  momentum: (clip) => new SGD({ ...clip, momentum: 0.9 }),
  nesterov: (clip) => new SGD({ ...clip, momentum: 0.9, nesterov: true }),
  rmsprop: (clip) => new RMSprop({ ...clip, rho: 0.8 }),
  'rmsprop, momentum': (clip) => new RMSprop({ ...clip, momentum: 0.7 }),
  'rmsprop, centred': (clip) => new RMSprop({ ...clip, centered: true, epsilon: 1e-3 }),
  'rmsprop, centred with momentum': (clip) => new RMSprop({ ...clip, centered: true, momentum: 0.7, epsilon: 1e-3 }),
  adagrad: (clip) => new Adagrad({ ...clip, initialAccumulator: 0.01 }),
  nadam: (clip) => new Nadam({ ...clip, beta2: 0.9 }),
  adam: (clip) => new Adam(clip),
  amsgrad: (clip) => new Adam({ ...clip, amsgrad: true, beta1: 0.8, beta2: 0.9 }),
  adamw: (clip) => new AdamW({ weightDecay: 0.1, ...clip }),
};

const optimizers: ConformanceCase[] = Object.entries(makers).flatMap(([name, make]) => [
  optimizerCase(name, make({})),
  optimizerCase(`${name}, global norm and value clipped`, make({ globalClipNorm: 2, clipValue: 0.15 })),
  optimizerCase(`${name}, a step that is not finite`, make({}), { guards: [1, NaN, 3] }),
  optimizerCase(`${name}, one element, decaying`, make({ weightDecay: 2 }), { shape: [1] }),
]);

const ruleCases: ConformanceCase[] = Object.entries({
  l1: l1(0.3), l2: l2(0.2), l1l2: l1l2({ l1: 0.1, l2: 0.2 }), 'max norm of rows': maxNorm({ axis: -1, maxValue: 0.7 }), 'max norm of columns': maxNorm({ maxValue: 0.7 }),
  'unit norm within': unitNorm({ axis: [1, 2] }), 'non-negative': nonNegative(),
}).flatMap(([name, rule]) => [[5, 3, 2, 4], [70, 3, 1]].map((shape) => kernelCase(`${name} ${shape.join('×')}`, [shape, shape], (k, w, gradient) =>
  ('penalty' in rule ? [rule.penalty(k, w), rule.gradientTo(k, gradient, w)] : [rule.apply(k, w)]))));

export const trainingCases: readonly ConformanceCase[] = [...ruleCases, ...losses, ...composed, ...clipping, ...optimizers];
