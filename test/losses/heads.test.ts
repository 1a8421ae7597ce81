/** Losses whose target is not of the output's shape, likelihoods, label smoothing, and losses of one's own. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Tensor } from '../../src/backend.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { checkLossGradients } from '../../src/gradcheck.js';
import type { LossFunction } from '../../src/losses/loss.js';
import { resolveLoss } from '../../src/losses/losses.js';
import type { Loss } from '../../src/losses/losses.js';
import { readGolden } from '../golden/read.js';
import { rejected } from '../models/support.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertPassed } from '../support/gradients.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64, runStep } from '../support/step.js';
import { host, randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

/** Cauchy's: log(1 + (e/c)²), of each number. */
const cauchy = (c: number): LossFunction => ({
  name: 'cauchy', per: 'number', config: () => ({ c }),
  compare(k, p, t) {
    const e = k.scale(k.sub(p, t), 1 / c);
    const whole = k.affine(k.mul(e, e), 1, 1);
    return { losses: k.log(whole), dPrediction: k.scale(k.div(e, whole), 2 / c) };
  },
});

/** Minus the cosine of the angle between prediction and target, of each row. */
const cosine: LossFunction = {
  name: 'cosine', per: 'row',
  compare(k, p, t) {
    const dot = (a: Tensor, b: Tensor): Tensor => k.sumLast(k.mul(a, b));
    const inverse = k.reciprocal(k.sqrt(k.mul(dot(p, p), dot(t, t))));
    const cos = k.mul(dot(p, t), inverse);
    return { losses: k.scale(cos, -1), dPrediction: k.sub(k.mulRows(p, k.div(cos, dot(p, p))), k.mulRows(t, inverse)) };
  },
};

const losses: readonly (readonly [Loss, width: number | undefined])[] = [
  ['sparseCategoricalCrossentropy', undefined], [{ kind: 'sparseCategoricalCrossentropy', labelSmoothing: 0.1 }, undefined],
  ['poisson', undefined], ['gaussian', 2], [{ kind: 'gaussian', minScale: 0.5 }, 2], ['studentT', 3], [{ kind: 'studentT', minScale: 0.1 }, 3],
  [{ kind: 'quantile', quantile: [0.1, 0.5, 0.75, 0.9] }, 4], [cauchy(0.7), undefined], [cosine, undefined],
];

for (const [loss, fixed] of losses) {
  const { name, config } = resolveLoss(loss);
  test(`${name} ${JSON.stringify(config)}: gradients, plain and weighted, of any rank`, async () => {
    await forAll(fc.record({ sizes: distinctSizes(['A', 'B', 'N'], 6), seed: anySeed }), 5, async ({ sizes: { A, B, N }, seed }) => {
      for (const weighted of [false, true]) {
        for (const shape of [[A, fixed ?? N + 1], [A, B, fixed ?? N + 1]]) {
          const epsilon = name === 'quantile' ? 1e-6 : 1e-5;
          assertPassed(await checkLossGradients(loss, { shape, seed, weighted, epsilon }), `${name} ${shape.join()} ${weighted} ${seed}`);
        }
      }
    });
  });
}

async function evaluate(loss: Loss, prediction: Host, target: Host, weights?: Host, backend = float64): Promise<{ value: number; grad: ArrayLike<number> }> {
  const { judge, load } = resolveLoss(loss);
  await load?.();
  const [value, grad = []] = runStep([prediction, target, ...(weights ? [weights] : [])], (k, [p, t, w]) => {
    if (!p || !t) throw new Error('no input');
    const result = judge(k, p, t, w);
    return [result.loss, result.dPrediction];
  }, backend);
  return { value: value?.[0] ?? NaN, grad };
}

const golden = readGolden('likelihoods');
const smoothing = { labelSmoothing: 0.2 };
const cases: readonly (readonly [string, Loss, string, string])[] = [
  ['sparse', 'sparseCategoricalCrossentropy', 'logits', 'classes'],
  ['sparseSmoothed', { kind: 'sparseCategoricalCrossentropy', ...smoothing }, 'logits', 'classes'],
  ['categoricalSmoothed', { kind: 'categoricalCrossentropy', ...smoothing }, 'logits', 'oneHot'],
  ['binarySmoothed', { kind: 'binaryCrossentropy', ...smoothing }, 'logits', 'binary'],
  ['poisson', 'poisson', 'logits', 'counts'],
  ['gaussian', 'gaussian', 'gaussian', 'target'],
  ['studentT', 'studentT', 'studentT', 'target'],
  ['quantiles', { kind: 'quantile', quantile: [0.1, 0.5, 0.9] }, 'logits', 'target'],
];

for (const [backend, tolerance] of [[float64, 1e-10], [float32, 2e-5]] as const) {
  for (const [name, loss, prediction, target] of cases) {
    test(`${name} against PyTorch, ${backend.description}`, async () => {
      for (const path of [name, `${name}/weighted`]) {
        const weights = path.endsWith('weighted') ? golden.get('sampleWeight') : undefined;
        const { value, grad } = await evaluate(loss, golden.get(prediction), golden.get(target), weights, backend);
        assertClose([value], [golden.scalar(`${path}/value`)], tolerance, `${path}/value`);
        assertClose(grad, golden.get(`${path}/grad`).data, tolerance, `${path}/grad`);
      }
    });
  }
}

test('every case of the golden file is compared; class weights with the model, in classWeight.test.ts', () => {
  const names = Object.keys(golden.metadata).filter((key) => key.startsWith('case ')).map((key) => key.slice('case '.length));
  assert.equal([...cases.map(([name]) => name), 'sparseClassWeight'].sort(), names.sort());
});

test('far out, in float32: likelihoods are finite, and Student\'s pull weakens where the Gaussian one grows', async () => {
  for (const backend of [float32, float64]) {
    const t = host([3, 1], [1e6, -1e6, 0]);
    const gaussian = await evaluate('gaussian', host([3, 2], [0, 0, 0, -80, 3, 80]), t, undefined, backend);
    const student = await evaluate('studentT', host([3, 3], [0, 0, 0, 0, -80, -80, 3, 80, 80]), t, undefined, backend);
    for (const { value, grad } of [gaussian, student]) assert.ok(Number.isFinite(value) && Array.from(grad).every(Number.isFinite), `${value} ${Array.from(grad).join()}`);
    assert.ok(Math.abs(gaussian.grad[0] ?? 0) > 1e5 && Math.abs(student.grad[0] ?? 1) < 1e-5);
  }
});

test('many degrees of freedom are a Gaussian, in float32 too', async () => {
  const [mean, raw, t] = [0.3, 0.4, 2.5];
  const gaussian = await evaluate('gaussian', host([1, 2], [mean, raw]), host([1, 1], [t]));
  for (const degrees of [1e4, 1e6, 1e8]) {
    const student = await evaluate('studentT', host([1, 3], [mean, raw, degrees]), host([1, 1], [t]), undefined, float32);
    assertClose([student.value], [gaussian.value], 10 / degrees + 1e-6, `${degrees}`);
    assertClose(Array.from(student.grad).slice(0, 2), gaussian.grad, 10 / degrees + 2e-6, `gradients, ${degrees}`);
  }
});

test('several quantiles are the mean of one alone', async () => {
  const [p, t, w] = [randomTensor(1, 'p', [5, 2]), randomTensor(2, 't', [5, 1]), host([5], [1, 0, 2, 0.5, 3])];
  const both = await evaluate({ kind: 'quantile', quantile: [0.2, 0.7] }, p, t, w);
  const alone = await Promise.all([0.2, 0.7].map((quantile, j) => evaluate({ kind: 'quantile', quantile }, host([5, 1], p.data.filter((_, i) => i % 2 === j)), t, w)));
  assertClose([both.value], [(alone[0]!.value + alone[1]!.value) / 2], 1e-15, 'value');
  assertClose(both.grad, Array.from({ length: 10 }, (_, i) => (alone[i % 2]?.grad[Math.floor(i / 2)] ?? NaN) / 2), 1e-15, 'gradient');
});

test('a weight for each number of a loss of one\'s own, as of the kernel\'s', async () => {
  const squared: LossFunction = {
    name: 'squared', per: 'number',
    compare(k, p, t) {
      const e = k.sub(p, t);
      return { losses: k.mul(e, e), dPrediction: k.scale(e, 2) };
    },
  };
  const [p, t] = [randomTensor(1, 'p', [3, 2]), randomTensor(2, 't', [3, 2])];
  for (const weights of [undefined, randomTensor(3, 'rows', [3]), randomTensor(3, 'numbers', [6])]) {
    const [own, mse] = [await evaluate(squared, p, t, weights), await evaluate('mse', p, t, weights)];
    assertClose([own.value], [mse.value], 1e-14, 'value');
    assertClose(own.grad, mse.grad, 1e-14, 'gradient');
  }
});

test('options are for the losses that have them, and in their range', async () => {
  assert.match(thrown(ArgumentError, () => resolveLoss({ kind: 'mse', labelSmoothing: 0.1 })).message, /labelSmoothing must be absent: only binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy/);
  for (const labelSmoothing of [-0.1, 1, NaN]) assert.match(thrown(ArgumentError, () => resolveLoss({ kind: 'binaryCrossentropy', labelSmoothing })).message, 'a share in [0, 1)');
  for (const minScale of [0, -1, Infinity]) assert.match(thrown(ArgumentError, () => resolveLoss({ kind: 'gaussian', minScale })).message, 'a positive number');
  for (const quantile of [[], [0.5, 0.1], [0.1, 0.1], [0, 0.5]]) assert.match(thrown(ArgumentError, () => resolveLoss({ kind: 'quantile', quantile })).message, 'rising levels in (0, 1)');
  const own = (fields: object): Loss => ({ ...cosine, ...fields });
  assert.match(thrown(ArgumentError, () => resolveLoss(own({ name: 'mse' }))).message, "a name of its own, got 'mse'");
  assert.match(thrown(ArgumentError, () => resolveLoss(own({ per: 'batch' }))).message, 'per must be row | number');
  assert.match(thrown(ArgumentError, () => resolveLoss(own({ per: 'number', parameters: 2 }))).message, "'row' beside parameters");
  assert.match(thrown(ArgumentError, () => resolveLoss(own({ compare: undefined }))).message, 'compare must be a function');
  const short = own({ compare: (k: Parameters<LossFunction['compare']>[0], p: Tensor) => ({ losses: k.zeros([1]), dPrediction: p }) });
  assert.match((await rejected(ShapeError, evaluate(short, randomTensor(1, 'p', [3, 2]), randomTensor(2, 't', [3, 2])))).message, /loss 'cosine': losses must be 3 numbers, got \[1\]/);
});

test('a wrong gradient of a loss of one\'s own is found', async () => {
  const wrong: LossFunction = { ...cosine, compare: (k, p, t) => ({ ...cosine.compare(k, p, t), dPrediction: t }) };
  assert.is((await checkLossGradients(wrong, { shape: [3, 4] })).passed, false);
  const t = randomTensor(2, 't', [3, 4]);
  assert.is((await checkLossGradients(cosine, { shape: [3, 4], target: t, prediction: randomTensor(1, 'p', [3, 4]) })).passed, true);
  assert.match((await rejected(ShapeError, checkLossGradients('gaussian', { shape: [3, 2], target: t }))).message, 'target must be [3, 1]');
});

test.run();
