/** Pooling and zero padding: gradients, shapes, refusals. PyTorch's numbers: convolutionGolden.test.ts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, MaxPool1D, MaxPool2D,
} from '../../src/layers/pooling.js';
import { ZeroPad1D, ZeroPad2D } from '../../src/layers/zeroPad.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { host } from '../support/values.js';

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
const sides = fc.tuple(upTo(1, 0), upTo(1, 0));

test('gradients on images', async () => {
  const cases = fc.record({
    sizes: distinctSizes(['B', 'H', 'W', 'C'], 7, 3), poolSize: fc.tuple(upTo(3, 2), upTo(3, 2)), stride: fc.tuple(upTo(3), upTo(3)),
    padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.tuple(sides, sides)), seed: anySeed,
  });
  await forAll(cases, 6, async ({ sizes: { B, H, W, C }, seed, ...options }) => {
    const inputShape = [B, H, W, C];
    const count = B * H * W * C;
    for (const layer of [new MaxPool2D(options), new AveragePool2D(options), new GlobalAveragePool2D(), new ZeroPad2D({ padding: [[1, 0], [2, 3]] })]) {
      await assertGradients(layer, { inputShape, seed }, layer.className + JSON.stringify(options), { count });
    }
  });
});

test('gradients on sequences', async () => {
  const cases = fc.record({
    sizes: distinctSizes(['B', 'T', 'C'], 8, 3), poolSize: upTo(3, 2), stride: upTo(3),
    padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const, 'causal' as const), sides), seed: anySeed,
  });
  await forAll(cases, 6, async ({ sizes: { B, T, C }, seed, ...options }) => {
    for (const layer of [new MaxPool1D(options), new AveragePool1D(options), new GlobalAveragePool1D(), new ZeroPad1D({ padding: [2, 1] })]) {
      await assertGradients(layer, { inputShape: [B, T, C], seed }, layer.className + JSON.stringify(options), { count: B * T * C });
    }
  });
});

const image = host([1, 3, 4, 1], [1, 9, 3, 3, 5, 2, 7, 8, 4, 6, 8, 0]);

test('by hand: windows beside each other, and at the rim', () => {
  const y = (layer: AnyLayer): Float64Array => runNetwork(networkOf(layer, [3, 4, 1]), { weights: {}, inputs: [image] }).outputs[0] ?? new Float64Array();
  assertClose(y(new MaxPool2D()), [9, 8], 0, 'the last row has no window');
  assertClose(y(new MaxPool2D({ padding: 'same' })), [9, 8, 6, 8], 0, 'same');
  assertClose(y(new AveragePool2D({ padding: 'same' })), [17 / 4, 21 / 4, 5, 4], 1e-15, 'padding does not count');
  assertClose(y(new MaxPool2D({ poolSize: [3, 1], stride: [3, 1] })), [5, 9, 8, 8], 0, 'columns');
  assertClose(y(new GlobalAveragePool2D()), [56 / 12], 1e-15, 'all');
});

test('of equals the first gets the gradient', () => {
  const dy = host([1, 1, 2, 1], [10, 20]);
  const dx = (x: readonly number[]): Float64Array =>
    runNetwork(networkOf(new MaxPool2D(), [2, 4, 1]), { weights: {}, inputs: [host([1, 2, 4, 1], x)], dOutputs: [dy] }).inputGradients[0] ?? new Float64Array();
  assertClose(dx([3, 3, 1, 2, 3, 3, 2, 2]), [10, 0, 0, 20, 0, 0, 0, 0], 0, 'dx');
  assertClose(dx([1, 1, 1, 2, 3, 3, 2, 3]), [0, 0, 0, 0, 10, 0, 0, 20], 0, 'dx');
});

test('zeros go around, and backward the frame is cut off', () => {
  const x = host([1, 1, 2, 1], [5, 6]);
  const dy = host([1, 3, 4, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const { outputs: [y = []], inputGradients: [dx = []] } =
    runNetwork(networkOf(new ZeroPad2D({ padding: [[1, 1], [2, 0]] }), [1, 2, 1]), { weights: {}, inputs: [x], dOutputs: [dy] });
  assertClose(y, [0, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0], 0, 'y');
  assertClose(dx, [7, 8], 0, 'dx');
  assert.equal(new ZeroPad2D().outputShapes([[3, 5, 2]]), [[5, 7, 2]]);
  assert.equal(new ZeroPad1D({ padding: [1, 3] }).outputShapes([[5, 2]]), [[9, 2]]);
});

test('shapes, configuration and refusals', () => {
  assert.equal(new MaxPool2D({ poolSize: 3, stride: 2, padding: 1 }).outputShapes([[175, 112, 64]]), [[88, 56, 64]]);
  assert.equal(new AveragePool1D({ poolSize: 4 }).outputShapes([[11, 3]]), [[2, 3]]);
  assert.equal(new GlobalAveragePool2D().outputShapes([[5, 7, 3]]), [[3]]);
  assert.equal(new MaxPool2D({ poolSize: [2, 3] }).config(), { poolSize: [2, 3], stride: [2, 3], padding: 'valid' });
  assert.match(thrown(ArgumentError, () => new MaxPool2D({ poolSize: [2, 3], padding: 2 })).message, /padding must be less than poolSize on every side, got 2/);
  assert.match(thrown(ShapeError, () => new MaxPool2D({ poolSize: 4 }).outputShapes([[3, 9, 1]])).message, /at least as large as the window, 4×4/);
  assert.match(thrown(ShapeError, () => new GlobalAveragePool2D({ name: 'g' }).outputShapes([[5, 7]])).message, /^GlobalAveragePool2D 'g': input must be \[batch, height, width, channels\]/);
  assert.match(thrown(ShapeError, () => new GlobalAveragePool1D().outputShapes([[5, 7, 2]])).message, /\[batch, time, channels\]/);
  // @ts-expect-error padding has no names here
  assert.match(thrown(ArgumentError, () => new ZeroPad2D({ padding: 'same' })).message, /padding must be a number or \[\[top, bottom\], \[left, right\]\], got "same"/);
});

test.run();
