import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { BatchNorm } from '../../src/layers/batchNorm.js';
import { GroupNorm } from '../../src/layers/groupNorm.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { LayerNorm } from '../../src/layers/layerNorm.js';
import { RMSNorm } from '../../src/layers/rmsNorm.js';
import { TimeDistributed } from '../../src/layers/timeDistributed.js';
import { readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64 } from '../support/step.js';
import { host, randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

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

test('RMSNorm and GroupNorm: gradients on [B, N], [B, T, N] and images, over masked steps', async () => {
  await forAll(cases, 8, async ({ sizes: { B, T, N }, seed, epsilon }) => {
    const lengths = Array.from({ length: B }, (_, b) => 1 + ((seed + 3 * b) % T));
    await assertGradients(new RMSNorm({ epsilon }), { inputShape: [B, T, N], seed }, 'RMSNorm', { count: N + B * T * N });
    await assertGradients(new GroupNorm({ groups: 1, epsilon }), { inputShape: [B, N], seed }, 'vectors', { count: 2 * N + B * N });
    await assertGradients(new GroupNorm({ groups: N, epsilon }), { inputShape: [B, T + 1, 2 * N], seed }, 'sequences', { count: 4 * N + 2 * B * (T + 1) * N });
    await assertGradients(new GroupNorm({ groups: 2, epsilon }), { inputShape: [B, T, 3, 2 * N], seed }, 'images', { count: 4 * N + 6 * B * T * N });
    await assertGradients(new GroupNorm({ groups: 2, epsilon }), { inputShape: [B, T, 2 * N], seed, lengths }, 'masked', { count: 4 * N + 2 * B * T * N });
    await assertGradients(new GroupNorm({ groups: 2, epsilon }), { inputShape: [B, T, 2, 2 * N], seed, lengths }, 'masked, two places a step', { count: 4 * N + 4 * B * T * N });
  });
});

const plain: readonly (readonly [string, (options: { scale?: boolean; center?: boolean }) => AnyLayer])[] = [
  ['LayerNorm', (options) => new LayerNorm(options)], ['BatchNorm', (options) => new BatchNorm(options)], ['GroupNorm', (options) => new GroupNorm({ groups: 2, ...options })],
];
test('without scale, centre or both: fewer weights, the same gradients', async () => {
  for (const [name, make] of plain) {
    for (const [scale, center] of [[false, true], [true, false], [false, false]] as const) {
      for (const training of [true, false]) {
        await assertGradients(make({ scale, center }), { inputShape: [3, 5, 4], seed: 5, training }, `${name} ${scale} ${center}`, { count: 60 + 4 * (Number(scale) + Number(center)) });
      }
      await assertGradients(make({ scale, center }), { inputShape: [3, 5, 4], seed: 5, lengths: [2, 5, 1] }, `${name} masked`, { count: 60 + 4 * (Number(scale) + Number(center)) });
      const [both, fewer] = [networkOf(make({}), [5, 4]), networkOf(make({ scale, center }), [5, 4])];
      const weights = { gamma: host([4], [1, 1, 1, 1]), beta: host([4], [0, 0, 0, 0]), movingMean: host([4], [1, 2, 3, 4]), movingVariance: host([4], [1, 2, 3, 4]) };
      const named = Object.fromEntries(Object.entries(weights).map(([key, value]) => [`${both.nodes[0]?.name}/${key}`, value]));
      const data = { weights: named, inputs: [randomTensor(3, 'x', [3, 5, 4])], dOutputs: [randomTensor(3, 'dy', [3, 5, 4])] };
      const [expected, actual] = [runNetwork(both, data), runNetwork(fewer, data)];
      assertClose(actual.outputs[0] ?? [], expected.outputs[0] ?? [], 1e-15, `${name} y`);
      assertClose(actual.inputGradients[0] ?? [], expected.inputGradients[0] ?? [], 1e-14, `${name} dx`);
    }
  }
  await assertGradients(new RMSNorm({ scale: false }), { inputShape: [3, 4], seed: 1 }, 'RMSNorm', { count: 12 });
});

test('GroupNorm: a padded sequence has the statistics of its real steps, forward and backward', () => {
  const network = (T: number): ReturnType<typeof networkOf> => networkOf(new GroupNorm({ groups: 2, name: 'norm' }), [T, 4]);
  const weights = { 'norm/gamma': host([4], [1, 2, 3, 4]), 'norm/beta': host([4], [4, 3, 2, 1]) };
  const [x, dy] = [randomTensor(3, 'x', [1, 5, 4]), randomTensor(4, 'dy', [1, 5, 4])];
  dy.data.fill(0, 12);
  const padded = runNetwork(network(5), { weights, inputs: [x], mask: host([1, 5], [1, 1, 1, 0, 0]), dOutputs: [dy] });
  const alone = runNetwork(network(3), { weights, inputs: [host([1, 3, 4], x.data.slice(0, 12))], dOutputs: [host([1, 3, 4], dy.data.slice(0, 12))] });
  assertClose((padded.outputs[0] ?? new Float64Array()).slice(0, 12), alone.outputs[0] ?? [], 1e-14, 'y');
  assertClose(padded.inputGradients[0] ?? [], [...alone.inputGradients[0] ?? [], ...new Float64Array(8)], 1e-14, 'dx');
  const nothing = runNetwork(network(5), { weights, inputs: [x], mask: host([1, 5], new Float64Array(5)), dOutputs: [dy] });
  for (const values of [...nothing.outputs, ...nothing.inputGradients]) assert.ok(values.every(Number.isFinite));
});

for (const [backend, tolerance] of precisions) {
  test(`RMSNorm and GroupNorm against PyTorch, ${backend.description}`, () => {
    const compare = (file: string, from: string, into: string, layer: AnyLayer, names: readonly string[]): void => {
      const golden = readGolden(file);
      const result = runNetwork(networkOf(layer, golden.get(`${from}x`).shape.slice(1)), {
        weights: Object.fromEntries(names.map((name) => [`norm/${name}`, golden.get(`${from}${name}`)])), inputs: [golden.get(`${from}x`)], dOutputs: [golden.get(`${from}R`)],
      }, backend);
      assertClose(result.outputs[0] ?? [], golden.get(`${into}/out`).data, tolerance, `${into}/out`);
      assertClose(result.inputGradients[0] ?? [], golden.get(`${into}/grad/x`).data, tolerance, `${into}/grad/x`);
      for (const name of names) assertClose(result.gradients[`norm/${name}`] ?? [], golden.get(`${into}/grad/${name}`).data, tolerance, `${into}/${name}`);
    };
    for (const epsilon of ['1e-6', '1e-2']) compare('rmsnorm', '', `epsilon${epsilon}`, new RMSNorm({ epsilon: Number(epsilon), name: 'norm' }), ['gamma']);
    for (const [form, groups] of [['vector', [1, 2]], ['sequence', [1, 2, 6]], ['image', [1, 2, 6]]] as const) {
      for (const count of groups) compare('groupnorm', `${form}/`, `${form}/groups${count}`, new GroupNorm({ groups: count, name: 'norm' }), ['gamma', 'beta']);
    }
  });

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

test('BatchNorm over masked steps: gradients, also inside TimeDistributed and over images', async () => {
  await forAll(cases, 6, async ({ sizes: { B, T, N }, seed, epsilon }) => {
    const lengths = Array.from({ length: B }, (_, b) => 1 + ((seed + 3 * b) % T));
    for (const training of [true, false]) {
      await assertGradients(new BatchNorm({ epsilon }), { inputShape: [B, T, N], seed, training, lengths }, 'masked', { count: 2 * N + B * T * N });
      await assertGradients(new BatchNorm({ epsilon }), { inputShape: [B, T, 2, N], seed, training, lengths }, 'several rows a step', { count: 2 * N + 2 * B * T * N });
      await assertGradients(new TimeDistributed({ layer: new BatchNorm({ epsilon }) }), { inputShape: [B, T, 2, N], seed, training, lengths }, 'inside', { count: 2 * N + 2 * B * T * N });
    }
  });
});

/** One pass in training with a mask [B, T]; momentum 0 unless given. */
function maskedPass(x: Host, mask: Host, momentum = 0, inside = false): ReturnType<typeof runNetwork> {
  const norm = new BatchNorm({ momentum, name: 'norm' });
  const n = x.shape.at(-1) ?? 1;
  const network = networkOf(inside ? new TimeDistributed({ layer: norm, name: 'norm' }) : norm, x.shape.slice(1));
  const weights = { 'norm/gamma': host([n], [2, 3, 4].slice(0, n)), 'norm/beta': host([n], [1, 2, 3].slice(0, n)), 'norm/movingMean': host([n], [7, 7, 7].slice(0, n)), 'norm/movingVariance': host([n], [9, 9, 9].slice(0, n)) };
  return runNetwork(network, { weights, inputs: [x], mask, dOutputs: [randomTensor(1, 'dy', x.shape)] });
}

test("padded steps are in no statistic: Keras 3's example", () => {
  const x = host([2, 2, 2], [1, 5, 100, -100, 2, 5, 1e6, 30]);
  const { states } = maskedPass(x, host([2, 2], [1, 0, 1, 0]));
  assertClose(states['norm/movingMean'] ?? [], [1.5, 5], 1e-15, 'mean');
  assertClose(states['norm/movingVariance'] ?? [], [0.25, 0], 1e-15, 'variance');
  assertSame(maskedPass(x, host([2, 2], [1, 0, 1, 0]), 0, true).states['norm/movingMean'] ?? [], states['norm/movingMean'] ?? [], 'inside TimeDistributed');
});

test('the rows that count are normalised, and have gradients, as if they were alone', () => {
  const x = randomTensor(3, 'x', [3, 4, 2]);
  const mask = host([3, 4], [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0]);
  const rows = [...mask.data.keys()].filter((row) => mask.data[row] === 1);
  const chosen = (data: ArrayLike<number>): number[] => rows.flatMap((row) => [data[2 * row] ?? NaN, data[2 * row + 1] ?? NaN]);
  const dy = randomTensor(1, 'dy', [3, 4, 2]).data.map((d, i) => d * (mask.data[Math.floor(i / 2)] ?? 0));
  const network = (shape: readonly number[]): ReturnType<typeof networkOf> => networkOf(new BatchNorm({ momentum: 0.6, name: 'norm' }), shape);
  const weights = { 'norm/gamma': host([2], [2, 3]), 'norm/beta': host([2], [1, 2]), 'norm/movingMean': host([2], [7, 7]), 'norm/movingVariance': host([2], [9, 9]) };
  const masked = runNetwork(network([4, 2]), { weights, inputs: [x], mask, dOutputs: [host([3, 4, 2], dy)] });
  const alone = runNetwork(network([2]), { weights, inputs: [host([5, 2], chosen(x.data))], dOutputs: [host([5, 2], chosen(dy))] });
  assertClose(chosen(masked.outputs[0] ?? []), alone.outputs[0] ?? [], 1e-13, 'y');
  assertClose(chosen(masked.inputGradients[0] ?? []), alone.inputGradients[0] ?? [], 1e-12, 'dx');
  for (const key of ['norm/gamma', 'norm/beta']) assertClose(masked.gradients[key] ?? [], alone.gradients[key] ?? [], 1e-12, key);
  for (const key of ['norm/movingMean', 'norm/movingVariance']) assertClose(masked.states[key] ?? [], alone.states[key] ?? [], 1e-13, key);
});

test('where no step counts, running statistics stay and nothing is divided by zero', () => {
  const { states, outputs, inputGradients, gradients } = maskedPass(randomTensor(3, 'x', [2, 3, 2]), host([2, 3], new Float64Array(6)), 0.5);
  assertSame(states['norm/movingMean'] ?? [], [7, 7], 'mean');
  assertSame(states['norm/movingVariance'] ?? [], [9, 9], 'variance');
  for (const values of [...outputs, ...inputGradients, ...Object.values(gradients)]) assert.ok(values.every(Number.isFinite));
});

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
  assert.match(thrown(ArgumentError, () => new RMSNorm({ epsilon: -1 })).message, /RMSNorm: epsilon must be a positive number/);
  assert.match(thrown(ArgumentError, () => new GroupNorm({ groups: 0 })).message, /GroupNorm: groups must be a whole number of at least 1, got 0/);
  assert.match(thrown(ShapeError, () => new GroupNorm({ groups: 3 }).outputShapes([[2, 4]])).message, /channels must be a multiple of the 3 groups, got 4. Set groups/);
  assert.match(thrown(ArgumentError, () => new BatchNorm({ momentum: 1.1 })).message, /momentum must be a number in \[0, 1\], got 1.1/);
});

test.run();
