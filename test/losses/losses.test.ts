import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LossKind } from '../../src/backend.js';
import { lossCodes } from '../../src/backends/linear/raw.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { checkLossGradients } from '../../src/gradcheck.js';
import { lossFromConfig, resolveLoss } from '../../src/losses/losses.js';
import type { Loss } from '../../src/losses/losses.js';
import { readGolden } from '../golden/read.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertPassed } from '../support/gradients.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64, runStep } from '../support/step.js';
import { host, randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

const lossKinds = Object.keys(lossCodes) as LossKind[];

const losses: readonly Loss[] = [
  ...lossKinds, { kind: 'huber', delta: 0.4 }, { kind: 'quantile', quantile: 0.1 }, { kind: 'quantile', quantile: 0.9 },
  { kind: 'binaryCrossentropy', labelSmoothing: 0.2 }, { kind: 'categoricalCrossentropy', labelSmoothing: 0.3 },
];

/** Straight pieces have no truncation error; a short step keeps clear of their kinks. */
const epsilonOf = (loss: Loss): number => (loss === 'mae' || resolveLoss(loss).name === 'quantile' ? 1e-7 : 1e-5);

for (const loss of losses) {
  test(`${JSON.stringify(loss)}: gradients, plain and weighted, of any rank`, async () => {
    await forAll(fc.record({ sizes: distinctSizes(['A', 'B', 'N'], 6), seed: anySeed }), 5, async ({ sizes: { A, B, N }, seed }) => {
      for (const weighted of [false, true]) {
        for (const shape of [[A, N + 1], [A, B, N + 1]]) { // one class alone has no gradient
          assertPassed(await checkLossGradients(loss, { shape, seed, weighted, epsilon: epsilonOf(loss) }), `${JSON.stringify(loss)} ${shape.join()} ${weighted} ${seed}`);
        }
      }
    });
  });
}

function evaluate(loss: Loss, prediction: Host, target: Host, weights: Host | undefined, backend = float64): { value: number; grad: Float64Array } {
  const { judge } = resolveLoss(loss);
  const [value, grad = new Float64Array()] = runStep([prediction, target, ...(weights ? [weights] : [])], (k, [p, t, w]) => {
    if (!p || !t) throw new Error('no input');
    const result = judge(k, p, t, w);
    return [result.loss, result.dPrediction];
  }, backend);
  return { value: value?.[0] ?? NaN, grad };
}

const golden = readGolden('losses');
const cases: readonly (readonly [string, Loss, string, string])[] = [
  ['mse', 'mse', 'prediction', 'target'],
  ['mae', 'mae', 'prediction', 'target'],
  ['huber1', 'huber', 'prediction', 'target'],
  ['huber0.7', { kind: 'huber', delta: 0.7 }, 'prediction', 'target'],
  ['logCosh', 'logCosh', 'prediction', 'target'],
  ['logCoshLarge', 'logCosh', 'largeError', 'largeErrorTarget'],
  ['quantile0.1', { kind: 'quantile', quantile: 0.1 }, 'prediction', 'target'],
  ['quantile0.9', { kind: 'quantile', quantile: 0.9 }, 'prediction', 'target'],
  ['binaryCrossEntropy', 'binaryCrossentropy', 'logits', 'binaryTarget'],
  ['binaryCrossEntropySoft', 'binaryCrossentropy', 'logits', 'softBinaryTarget'],
  ['categoricalCrossEntropyOneHot', 'categoricalCrossentropy', 'logits', 'oneHotTarget'],
  ['categoricalCrossEntropySoft', 'categoricalCrossentropy', 'logits', 'softTarget'],
];

for (const [backend, tolerance] of [[float64, 1e-12], [float32, 1e-5]] as const) {
  for (const [name, loss, prediction, target] of cases) {
    test(`${name} against PyTorch, ${backend.description}`, () => {
      for (const path of name === 'logCoshLarge' ? [name] : [name, `${name}/weighted`]) {
        const weights = path.endsWith('weighted') ? golden.get('sampleWeight') : undefined;
        const { value, grad } = evaluate(loss, golden.get(prediction), golden.get(target), weights, backend);
        assertClose([value], [golden.scalar(`${path}/value`)], tolerance, `${path}/value`);
        assertClose(grad, golden.get(`${path}/grad`).data, tolerance, `${path}/grad`);
      }
    });
  }
}

test('every case of the golden file is compared', () => {
  const names = Object.keys(golden.metadata).filter((key) => key.startsWith('case ')).map((key) => key.slice('case '.length));
  assert.equal(cases.map(([name]) => name).sort(), names.sort());
});

test('the value is a mean: repeating the rows changes nothing, weight 0 removes a row from the sum', () => {
  const [p, t] = [randomTensor(1, 'p', [2, 3]), randomTensor(2, 't', [2, 3])];
  const twice = (x: Host): Host => host([4, 3], [...x.data, ...x.data]);
  for (const loss of lossKinds) {
    const once = evaluate(loss, p, t, undefined).value;
    assertClose([evaluate(loss, twice(p), twice(t), undefined).value], [once], 1e-14, loss);
    const parts = [[2, 0], [0, 2]].map((weights) => evaluate(loss, p, t, host([2], weights)));
    assertClose([parts.reduce((sum, part) => sum + part.value, 0) / 2], [once], 1e-14, loss);
    assert.ok(parts[0]?.grad.subarray(3).every((d) => d === 0) && parts[1]?.grad.subarray(0, 3).every((d) => d === 0), loss);
  }
});

test('cross-entropies of extreme logits stay finite', () => {
  const logits = host([2, 2], [800, -800, -800, 800]);
  for (const loss of ['binaryCrossentropy', 'categoricalCrossentropy'] as const) {
    const { value, grad } = evaluate(loss, logits, host([2, 2], [1, 0, 1, 0]), undefined);
    assert.ok(Number.isFinite(value) && grad.every(Number.isFinite), `${loss} ${value}`);
    assert.is(Math.round(value), loss === 'binaryCrossentropy' ? 400 : 800);
  }
});

test('at zero error the slopes are zero, but for the kinks of quantile and mae, where they are taken as zero', () => {
  const x = randomTensor(1, 'x', [2, 3]);
  for (const loss of ['mse', 'mae', 'huber', 'logCosh', 'quantile'] as const) {
    const { value, grad } = evaluate(loss, x, x, undefined);
    assert.ok(Math.abs(value) < 1e-16 && grad.every((d) => d === 0), loss);
  }
});

test('names, parameters and shapes are checked', () => {
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => resolveLoss('hinge')).message, /compile: loss must be mse \| mae \| .*, got hinge/);
  for (const delta of [0, -1, NaN]) assert.throws(() => resolveLoss({ kind: 'huber', delta }), /delta must be a positive number/);
  for (const quantile of [0, 1, NaN]) assert.throws(() => resolveLoss({ kind: 'quantile', quantile }), /a level in \(0, 1\)/);
  for (const loss of losses) assert.equal(resolveLoss(lossFromConfig(resolveLoss(loss).config, {})).config, resolveLoss(loss).config);
  const [p, t] = [randomTensor(1, 'p', [2, 3]), randomTensor(2, 't', [2, 2])];
  assert.match(thrown(ShapeError, () => evaluate('mse', p, t, undefined)).message, /loss mse: target must be 6 elements, got shape \[2, 2\]/);
  assert.match(thrown(ShapeError, () => evaluate('mse', p, p, host([3], [1, 1, 1]))).message, /loss mse: weights must be 2 elements/);
});

test.run();
