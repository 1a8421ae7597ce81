/** Transposed, depthwise and separable convolution: PyTorch's numbers, gradients, shapes, refusals. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Conv2D } from '../../src/layers/conv2d.js';
import { Conv1DTranspose, Conv2DTranspose } from '../../src/layers/conv2dTranspose.js';
import type { Conv2DTransposeOptions } from '../../src/layers/conv2dTranspose.js';
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from '../../src/layers/depthwiseConv2d.js';
import type { AnyLayer, JsonObject } from '../../src/layers/layer.js';
import { UpSampling2D } from '../../src/layers/repeat.js';
import { TimeDistributed } from '../../src/layers/timeDistributed.js';
import { readGolden } from '../golden/read.js';
import { assertClose, thrown } from '../support/compare.js';
import { casesOf, compareLayer } from '../support/goldenLayer.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { randomTensor } from '../support/values.js';

for (const [file, count] of [['transposed', 13], ['separable', 6]] as const) {
  const golden = readGolden(file);
  const cases = casesOf(golden);
  test(`${file}: all cases are here`, () => assert.is(cases.length, count));
  for (const [name, options] of cases) {
    test(`${file}, ${name}: ${JSON.stringify(options)}`, () => {
      const weights = ['kernel', 'depthwiseKernel', 'pointwiseKernel', 'bias'].filter((key) => golden.tensors[`${name}/${key}`]);
      const { shape } = golden.get(`${name}/${weights[0] ?? ''}`);
      const time = shape.length === 3;
      const o = { ...options, kernelSize: (time ? shape[0] : shape.slice(0, 2)) as number, filters: golden.get(`${name}/out`).shape.at(-1) ?? 0, name: 'it' };
      const { filters, ...rest } = o;
      const make = (): AnyLayer => {
        if (file === 'transposed') return time ? new Conv1DTranspose(o) : new Conv2DTranspose(o);
        if (name.startsWith('depthwise')) return time ? new DepthwiseConv1D(rest) : new DepthwiseConv2D(rest);
        return time ? new SeparableConv1D({ ...rest, filters }) : new SeparableConv2D({ ...rest, filters });
      };
      compareLayer(golden, name, make(), weights);
    });
  }
}

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
const sides = fc.tuple(upTo(1, 0), upTo(1, 0));

test('gradients on images', async () => {
  const cases = fc.record({
    sizes: distinctSizes(['B', 'H', 'W', 'C'], 6, 2), kernelSize: fc.tuple(upTo(3), upTo(3)), stride: fc.tuple(upTo(3), upTo(2)), dilation: fc.tuple(upTo(2), upTo(2)),
    padding: fc.oneof(fc.constantFrom('valid' as const, 'same' as const), fc.tuple(sides, sides)), depthMultiplier: upTo(2), seed: anySeed,
  });
  await forAll(cases, 6, async ({ sizes: { B, H, W, C }, depthMultiplier, seed, ...options }) => {
    const [kh, kw] = options.kernelSize;
    const room = { ...options, padding: [[2, 2], [2, 2]] as const }; // so that every window fits
    const layers: readonly [AnyLayer, number][] = [
      [new Conv2DTranspose({ ...options, filters: 2, activation: 'tanh' }), kh * kw * C * 2 + 2],
      [new DepthwiseConv2D({ ...room, depthMultiplier }), kh * kw * C * depthMultiplier + C * depthMultiplier],
      [new SeparableConv2D({ ...room, depthMultiplier, filters: 5, activation: 'softplus' }), kh * kw * C * depthMultiplier + C * depthMultiplier * 5 + 5],
    ];
    for (const [layer, weights] of layers) {
      const what = layer.className + JSON.stringify({ ...options, depthMultiplier });
      const [shape = []] = (() => { try { return layer.outputShapes([[H, W, C]]); } catch (error) { if (error instanceof ShapeError) return []; throw error; } })();
      if (shape.length > 0) await assertGradients(layer, { inputShape: [B, H, W, C], seed }, what, { count: B * H * W * C + weights });
    }
  });
});

test('gradients on sequences, masked and not', async () => {
  const cases = fc.record({ sizes: distinctSizes(['T', 'C', 'F'], 7, 2), kernelSize: upTo(3), stride: upTo(3), padding: fc.constantFrom('valid' as const, 'same' as const), seed: anySeed });
  await forAll(cases, 6, async ({ sizes: { T, C, F }, seed, padding, ...options }) => {
    for (const lengths of [undefined, [T, 1, 1 + (seed % T)]]) {
      const check = { inputShape: [3, T, C], seed, lengths };
      await assertGradients(new Conv1DTranspose({ ...options, padding, filters: F }), check, 'Conv1DTranspose');
      await assertGradients(new DepthwiseConv1D({ ...options, padding: 'causal' }), check, 'DepthwiseConv1D');
      await assertGradients(new SeparableConv1D({ ...options, padding: 'same', filters: F }), check, 'SeparableConv1D');
    }
  });
});

test('one layer at every time step', async () => {
  for (const layer of [new Conv2DTranspose({ filters: 2, kernelSize: 2, stride: 2 }), new SeparableConv2D({ filters: 3, kernelSize: 2 }), new UpSampling2D()]) {
    await assertGradients(new TimeDistributed({ layer }), { inputShape: [2, 3, 2, 4, 2], lengths: [3, 2] }, layer.className);
  }
});

test('what a transposed convolution does is the transpose of the convolution: ⟨conv(u), x⟩ = ⟨u, transposed(x)⟩', async () => {
  const cases = fc.record({ k: fc.tuple(upTo(4), upTo(4)), stride: fc.tuple(upTo(3), upTo(3)), dilation: fc.tuple(upTo(2), upTo(2)), padding: fc.constantFrom('valid' as const, 'same' as const), seed: anySeed });
  await forAll(cases, 12, ({ k: kernelSize, seed, ...options }) => {
    const up = new Conv2DTranspose({ ...options, kernelSize, filters: 3, useBias: false, name: 'it' });
    const [[height = 0, width = 0] = []] = up.outputShapes([[3, 4, 2]]);
    const down = new Conv2D({ ...options, kernelSize, filters: 2, useBias: false, name: 'it' });
    assert.equal(down.outputShapes([[height, width, 3]]), [[3, 4, 2]], JSON.stringify({ ...options, kernelSize }));
    const weights = { 'it/kernel': randomTensor(seed, 'kernel', [...kernelSize, 3, 2]) };
    const [u, x] = [randomTensor(seed, 'u', [1, height, width, 3]), randomTensor(seed, 'x', [1, 3, 4, 2])];
    const of = (layer: AnyLayer, input: typeof x): Float64Array => runNetwork(networkOf(layer, input.shape.slice(1)), { weights, inputs: [input] }).outputs[0] ?? new Float64Array();
    const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
    assertClose([inner(of(down, u), x.data)], [inner(u.data, of(up, x))], 1e-12, JSON.stringify({ ...options, kernelSize }));
  });
});

test("lengths are Keras's, with numbers PyTorch's", () => {
  const length = (options: Omit<Conv2DTransposeOptions, 'filters'>): number => new Conv2DTranspose({ filters: 1, ...options }).outputShapes([[5, 5, 1]])[0]?.[0] ?? NaN;
  assert.is(length({ kernelSize: 3, stride: 2 }), 11);
  assert.is(length({ kernelSize: 1, stride: 3 }), 15);
  assert.is(length({ kernelSize: 1, stride: 3, outputPadding: 0 }), 13);
  assert.is(length({ kernelSize: 3, stride: 2, padding: 'same' }), 10);
  assert.is(length({ kernelSize: 4, stride: 3, padding: 'same' }), 15);
  assert.is(length({ kernelSize: 3, stride: 2, padding: 'same', outputPadding: 0 }), 9);
  assert.is(length({ kernelSize: 4, stride: 2, padding: 'same', outputPadding: 1 }), 9);
  assert.is(length({ kernelSize: 3, stride: 2, padding: 1 }), 9);
  assert.is(length({ kernelSize: 3, stride: 2, padding: 1, outputPadding: 1 }), 10);
  assert.is(length({ kernelSize: 3, stride: 2, dilation: 2, padding: [[1, 0], [0, 0]] }), 12);
});

test('shapes, configuration and refusals', () => {
  const channels = (layer: AnyLayer): number | undefined => layer.outputShapes([[6, 6, 3]])[0]?.at(-1);
  assert.is(channels(new DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 4 })), 12);
  assert.is(channels(new SeparableConv2D({ kernelSize: 3, depthMultiplier: 4, filters: 5 })), 5);
  const spec = new SeparableConv2D({ kernelSize: [3, 2], depthMultiplier: 4, filters: 5 }).parameters([[6, 6, 3]]);
  assert.equal(Object.entries(spec).map(([key, { shape }]) => [key, shape]), [['depthwiseKernel', [3, 2, 3, 4]], ['pointwiseKernel', [1, 1, 12, 5]], ['bias', [5]]]);
  assert.equal(new SeparableConv1D({ kernelSize: 3, filters: 5, useBias: false }).parameters([[6, 3]]).pointwiseKernel.shape, [1, 3, 5]);
  const config: JsonObject = new Conv1DTranspose({ kernelSize: 3, filters: 4, stride: 2, outputPadding: 1, groups: 2 }).config();
  assert.equal([config.outputPadding, config.groups, config.filters], [1, 2, 4]);
  assert.is(new Conv1DTranspose({ kernelSize: 3, filters: 4 }).config().outputPadding, undefined);
  const tooMuch = (options: Partial<Conv2DTransposeOptions>): string => thrown(ArgumentError, () => new Conv2DTranspose({ kernelSize: 3, filters: 1, ...options })).message;
  assert.match(tooMuch({ stride: 2, outputPadding: 2 }), /outputPadding must be from 0 to 1, got 2/);
  assert.match(tooMuch({ outputPadding: 1 }), /outputPadding must be 0, got 1/);
  assert.match(tooMuch({ kernelSize: 4, stride: 2, padding: 'same', outputPadding: 0 }), /outputPadding must be from 1 to 2, got 0/);
  assert.match(tooMuch({ outputPadding: -1 }), /outputPadding must be a whole number from 0/);
  // @ts-expect-error nothing is causal about it
  assert.match(thrown(ArgumentError, () => new Conv1DTranspose({ kernelSize: 3, filters: 1, padding: 'causal' })).message, /padding must be 'valid', 'same', a number/);
  assert.match(thrown(ShapeError, () => new Conv2DTranspose({ kernelSize: 1, filters: 1, padding: 3 }).outputShapes([[5, 7, 2]])).message, /longer than what padding cuts off/);
  assert.match(thrown(ShapeError, () => new Conv2DTranspose({ kernelSize: 1, filters: 3, groups: 2 }).outputShapes([[5, 7, 2]])).message, /groups must be a divisor/);
  assert.match(thrown(ArgumentError, () => new DepthwiseConv2D({ kernelSize: 1, depthMultiplier: 0 })).message, /depthMultiplier must be a whole number/);
});

test.run();
