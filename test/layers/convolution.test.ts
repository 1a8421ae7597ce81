/** Conv2D and Conv1D: gradients over random windows, shapes, options, refusals. PyTorch's numbers: convolutionGolden.test.ts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Conv1D, Conv2D } from '../../src/layers/conv2d.js';
import type { Conv1DOptions, Conv2DOptions } from '../../src/layers/conv2d.js';
import type { Shape } from '../../src/tensor.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { host, randomTensor } from '../support/values.js';

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
const pair = (most: number): fc.Arbitrary<[number, number]> => fc.tuple(upTo(most), upTo(most));
const sides = fc.tuple(upTo(2, 0), upTo(2, 0));

test('Conv2D: gradients over random windows', async () => {
  const cases = fc.record({
    image: distinctSizes(['H', 'W'], 7, 5), batch: upTo(3, 2), kernelSize: pair(3), stride: pair(2), dilation: pair(2),
    padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.tuple(sides, sides)),
    groups: upTo(3), channels: upTo(2), filters: upTo(2), useBias: fc.boolean(), activation: fc.constantFrom('linear' as const, 'tanh' as const), seed: anySeed,
  });
  await forAll(cases, 8, async ({ image: { H, W }, batch, groups, channels, filters, seed, ...options }) => {
    const layer = new Conv2D({ ...options, groups, filters: groups * filters });
    const inputShape = [batch, H, W, groups * channels];
    const [kh, kw] = options.kernelSize;
    const weights = kh * kw * channels * groups * filters + (options.useBias ? groups * filters : 0);
    await assertGradients(layer, { inputShape, seed }, JSON.stringify(layer.config()), { count: weights + batch * H * W * groups * channels });
  });
});

test('Conv1D: gradients over random windows', async () => {
  const cases = fc.record({
    T: upTo(9, 5), kernelSize: upTo(3), stride: upTo(3), dilation: upTo(2), groups: upTo(3),
    padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const, 'causal' as const), sides), seed: anySeed,
  });
  await forAll(cases, 8, async ({ T, groups, seed, ...options }) => {
    const layer = new Conv1D({ ...options, groups, filters: 2 * groups });
    await assertGradients(layer, { inputShape: [3, T, groups], seed }, JSON.stringify(layer.config()), { count: 2 * groups * (options.kernelSize + 1) + 3 * T * groups });
  });
});

test('a 1×1 convolution over time is the convolution of a sequence; a kernel of one row too', () => {
  const [x, kernel, bias] = [randomTensor(1, 'x', [2, 7, 3]), randomTensor(1, 'k', [4, 3, 5]), randomTensor(1, 'b', [5])];
  const time = new Conv1D({ filters: 5, kernelSize: 4, stride: 2, padding: [3, 1], name: 'c' });
  const image = new Conv2D({ filters: 5, kernelSize: [1, 4], stride: [1, 2], padding: [[0, 0], [3, 1]], name: 'c' });
  const [y = []] = runNetwork(networkOf(time, [7, 3]), { weights: { 'c/kernel': kernel, 'c/bias': bias }, inputs: [x] }).outputs;
  const wide = { ...x, shape: [2, 1, 7, 3] };
  const weights = { 'c/kernel': { ...kernel, shape: [1, 4, 3, 5] }, 'c/bias': bias };
  assertSame(y, runNetwork(networkOf(image, [1, 7, 3]), { weights, inputs: [wide] }).outputs[0] ?? [], 'y');
});

test('causal: no output sees a later step', () => {
  const layer = new Conv1D({ filters: 2, kernelSize: 3, padding: 'causal', dilation: 2, name: 'c' });
  const network = networkOf(layer, [9, 2]);
  const weights = randomWeights(network, 4);
  const x = randomTensor(1, 'x', [1, 9, 2]);
  const [before = new Float64Array()] = runNetwork(network, { weights, inputs: [x] }).outputs;
  assert.is(before.length, 18);
  for (let t = 0; t < 9; t++) {
    const changed = { ...x, data: x.data.map((v, i) => (i >= 2 * t ? v + 1 : v)) };
    const [after = new Float64Array()] = runNetwork(network, { weights, inputs: [changed] }).outputs;
    assertSame(after.subarray(0, 2 * t), before.subarray(0, 2 * t), `before ${t}`);
    assert.is.not(after[2 * t], before[2 * t]);
  }
});

test('by hand: 2×2 over 3×3, rows before columns, taps not turned', () => {
  const x = host([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const weights = { 'c/kernel': host([2, 2, 1, 1], [1, 10, 100, 1000]), 'c/bias': host([1], [0.5]) };
  const { outputs: [y = []] } = runNetwork(networkOf(new Conv2D({ filters: 1, kernelSize: 2, name: 'c' }), [3, 3, 1]), { weights, inputs: [x] });
  assertClose(y, [5421.5, 6532.5, 8754.5, 9865.5], 1e-15, 'y');
});

const shapes: readonly (readonly [string, Conv2DOptions, Shape, Shape])[] = [
  ['valid', { filters: 4, kernelSize: [3, 2] }, [7, 9, 3], [5, 8, 4]],
  ["same, stride 2 halves, rounded up", { filters: 4, kernelSize: 3, stride: 2, padding: 'same' }, [7, 10, 3], [4, 5, 4]],
  ["the stem of a residual network", { filters: 64, kernelSize: 7, stride: 2, padding: 3 }, [350, 224, 3], [175, 112, 64]],
  ['dilation widens the window', { filters: 1, kernelSize: 3, dilation: [3, 1] }, [7, 7, 2], [1, 5, 1]],
  ['uneven padding', { filters: 1, kernelSize: 2, padding: [[0, 1], [2, 3]] }, [4, 4, 2], [4, 8, 1]],
];

for (const [name, options, input, output] of shapes) {
  test(`shapes: ${name}`, () => {
    const layer = new Conv2D({ ...options, name: 'c' });
    assert.equal(layer.outputShapes([input]), [output]);
    const { outputs: [y = []] } = runNetwork(networkOf(layer, input), { weights: randomWeights(networkOf(layer, input), 1), inputs: [randomTensor(1, 'x', [1, ...input])] });
    assert.is(y.length, output.reduce((a, b) => a * b, 1));
  });
}

test('weights and configuration', () => {
  const layer = new Conv2D({ filters: 6, kernelSize: [3, 2], groups: 2, padding: [[0, 1], [2, 3]], kernelInitializer: 'heNormal' });
  assert.equal(layer.parameters([[5, 5, 4]]), {
    kernel: { shape: [3, 2, 2, 6], initializer: 'heNormal' }, bias: { shape: [6], initializer: 'zeros' },
  });
  assert.equal(Object.keys(new Conv1D({ filters: 2, kernelSize: 3, useBias: false }).parameters([[5, 4]])), ['kernel']);
  assert.equal(new Conv1D({ filters: 2, kernelSize: 3 }).parameters([[5, 4]]).kernel, { shape: [3, 4, 2], initializer: 'glorotUniform' });
  assert.equal(new Conv2D(layer.config() as unknown as Conv2DOptions).config(), layer.config());
});

test('refusals say what to do', () => {
  const message = (type: typeof ArgumentError | typeof ShapeError, run: () => unknown): string => thrown(type, run).message;
  const conv = (options: Partial<Conv2DOptions>): Conv2D => new Conv2D({ filters: 4, kernelSize: 3, name: 'c', ...options });
  assert.is(message(ShapeError, () => conv({ dilation: [1, 4] }).outputShapes([[5, 7, 3]])),
    "Conv2D 'c': input must be at least as large as the window, 3×9, got [batch, 5, 7, 3]. Use a smaller window, fewer strides before it, or padding 'same'.");
  assert.match(message(ShapeError, () => conv({ groups: 2 }).outputShapes([[5, 7, 3]])), /groups must be a divisor of the 3 channels that come in and of the 4 filters, got 2/);
  assert.match(message(ShapeError, () => conv({ groups: 3 }).outputShapes([[5, 7, 3]])), /got 3\. Filters of one channel each are those of DepthwiseConv2D/);
  assert.match(message(ShapeError, () => conv({}).outputShapes([[5, 7]])), /input must be \[batch, height, width, channels\], got \[batch, 5, 7\].*\[height, width, 1\]/);
  assert.match(message(ShapeError, () => new Conv1D({ filters: 1, kernelSize: 2 }).outputShapes([[5]])), /input must be \[batch, time, channels\]/);
  assert.match(message(ArgumentError, () => conv({ kernelSize: 0 })), /kernelSize must be a whole number from 1 to 2\^30 − 1, or \[vertical, horizontal\], got 0/);
  assert.match(message(ArgumentError, () => conv({ stride: [1, 1.5] })), /stride must be .* got \[1,1\.5\]/);
  assert.match(message(ArgumentError, () => conv({ filters: 0 })), /filters must be a whole number/);
  assert.match(message(ArgumentError, () => conv({ groups: -1 })), /groups must be a whole number/);
  assert.match(message(ArgumentError, () => conv({ padding: -1 })), /padding must be 'valid', 'same', a number or \[\[top, bottom\], \[left, right\]\], got -1/);
  // @ts-expect-error images have no causal order
  assert.match(message(ArgumentError, () => conv({ padding: 'causal' })), /'valid', 'same', a number/);
  // @ts-expect-error a pair of sides belongs to sequences
  assert.match(message(ArgumentError, () => conv({ padding: [1, 2] })), /got \[1,2\]/);
  assert.match(message(ArgumentError, () => new Conv1D({ filters: 1, kernelSize: 2, padding: 'full' } as unknown as Conv1DOptions)), /'valid', 'same', 'causal', a number or \[before, after\], got "full"/);
});

test.run();
