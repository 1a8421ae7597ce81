import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { BatchNorm } from '../../src/layers/batchNorm.js';
import { LayerNorm } from '../../src/layers/layerNorm.js';
import { readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64 } from '../support/step.js';

const precisions = [[float64, 1e-12], [float32, 1e-5]] as const;
const cases = fc.record({ sizes: distinctSizes(['B', 'T', 'N'], 7, 3), seed: anySeed, epsilon: fc.constantFrom(1e-3, 0.2) });

test('LayerNorm: gradients on [B, N] and [B, T, N]', async () => {
  await forAll(cases, 10, async ({ sizes: { B, T, N }, seed, epsilon }) => {
    await assertGradients(new LayerNorm({ epsilon }), { inputShape: [B, N], seed }, 'LayerNorm', { count: 2 * N + B * N });
    await assertGradients(new LayerNorm({ epsilon }), { inputShape: [B, T, N], seed }, 'LayerNorm', { count: 2 * N + B * T * N });
  });
});

test('BatchNorm: gradients on [B, N] and [B, T, N], in training and at inference', async () => {
  await forAll(cases, 10, async ({ sizes: { B, T, N }, seed, epsilon }) => {
    for (const training of [true, false]) {
      await assertGradients(new BatchNorm({ epsilon }), { inputShape: [B, N], seed, training }, 'BatchNorm', { count: 2 * N + B * N });
      await assertGradients(new BatchNorm({ epsilon }), { inputShape: [B, T, N], seed, training }, 'BatchNorm', { count: 2 * N + B * T * N });
    }
  });
});

for (const [backend, tolerance] of precisions) {
  test(`LayerNorm against PyTorch, ${backend.description}`, () => {
    const golden = readGolden('layernorm');
    for (const epsilon of ['1e-3', '1e-5']) {
      const layer = new LayerNorm({ epsilon: Number(epsilon), name: 'norm' });
      const result = runNetwork(networkOf(layer, [4, 5]), {
        weights: { 'norm/gamma': golden.get('gamma'), 'norm/beta': golden.get('beta') }, inputs: [golden.get('x')], dOutputs: [golden.get('R')],
      }, backend);
      const compare = (actual: ArrayLike<number> | undefined, key: string): void => {
        assertClose(actual ?? [], golden.get(`epsilon${epsilon}/${key}`).data, tolerance, key);
      };
      compare(result.outputs[0], 'out');
      compare(result.inputGradients[0], 'grad/x');
      compare(result.gradients['norm/gamma'], 'grad/gamma');
      compare(result.gradients['norm/beta'], 'grad/beta');
    }
  });

  for (const form of ['2d', '3d']) {
    test(`BatchNorm ${form} against PyTorch, ${backend.description}`, () => {
      const golden = readGolden('batchnorm');
      const get = (key: string): ReturnType<typeof golden.get> => golden.get(`${form}/${key}`);
      const network = networkOf(new BatchNorm({ name: 'norm' }), get('x').shape.slice(1));
      const weights = {
        'norm/gamma': get('gamma'), 'norm/beta': get('beta'), 'norm/movingMean': get('runningMean'), 'norm/movingVariance': get('runningVar'),
      };
      for (const mode of ['train', 'inference']) {
        const result = runNetwork(network, { weights, inputs: [get('x')], dOutputs: [get('R')], training: mode === 'train' }, backend);
        const compare = (actual: ArrayLike<number> | undefined, key: string): void => {
          assertClose(actual ?? [], get(`${mode}/${key}`).data, tolerance, `${mode}/${key}`);
        };
        compare(result.outputs[0], 'out');
        compare(result.inputGradients[0], 'grad/x');
        compare(result.gradients['norm/gamma'], 'grad/gamma');
        compare(result.gradients['norm/beta'], 'grad/beta');
        if (mode === 'train') { // the variance as Keras keeps it: biased
          compare(result.states['norm/movingMean'], 'runningMean');
          compare(result.states['norm/movingVariance'], 'runningVar');
        } else {
          const exact = (key: string): Float64Array => (backend === float64 ? get(key).data : Float64Array.from(Float32Array.from(get(key).data)));
          assertSame(result.states['norm/movingMean'] ?? [], exact('runningMean'), 'inference leaves the mean alone');
          assertSame(result.states['norm/movingVariance'] ?? [], exact('runningVar'), 'inference leaves the variance alone');
        }
      }
    });
  }
}

test('momentum is the share kept: 1 keeps all, 0 forgets all', () => {
  const golden = readGolden('batchnorm');
  const get = (key: string): ReturnType<typeof golden.get> => golden.get(`2d/${key}`);
  const weights = {
    'norm/gamma': get('gamma'), 'norm/beta': get('beta'), 'norm/movingMean': get('runningMean'), 'norm/movingVariance': get('runningVar'),
  };
  const meanAfter = (momentum: number): Float64Array =>
    runNetwork(networkOf(new BatchNorm({ momentum, name: 'norm' }), [4]), { weights, inputs: [get('x')] }).states['norm/movingMean'] ?? new Float64Array();
  assertSame(meanAfter(1), get('runningMean').data, 'kept');
  const batchMean = [0, 1, 2, 3].map((j) => [0, 1, 2, 3, 4, 5, 6].reduce((sum, r) => sum + (get('x').data[r * 4 + j] ?? NaN), 0) / 7);
  assertClose(meanAfter(0), batchMean, 1e-13, 'forgotten');
});

test('refusals name the option', () => {
  assert.match(thrown(ArgumentError, () => new LayerNorm({ epsilon: 0 })).message, /LayerNorm: epsilon must be a positive number, got 0/);
  assert.match(thrown(ArgumentError, () => new BatchNorm({ epsilon: NaN })).message, /epsilon/);
  assert.match(thrown(ArgumentError, () => new BatchNorm({ momentum: 1.1 })).message, /momentum must be a number in \[0, 1\], got 1.1/);
});

test.run();
