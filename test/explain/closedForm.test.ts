/** Values worked out by hand, for the networks of support.ts. Maps are written row by row: (0, 0), (0, 1), (1, 0), (1, 1). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { activationMap, capture, eigenCam, gradCam, gradCamPlusPlus, layerCam, linearCombination, scoreCam } from '../../src/explain/index.js';
import { Conv2D, Dense, GlobalAveragePool2D, Sequential } from '../../src/index.js';
import { assertClose } from '../support/compare.js';
import { averagedNetwork, float64, handImage, placedNetwork } from './support.js';

test('capture: activations, and the gradient before and after the relu', async () => {
  const model = averagedNetwork();
  const after = await capture(model, handImage, { layer: 'relu' });
  assert.equal(after.activations.shape, [1, 2, 2, 2]);
  assertClose(after.activations.data, [4, 5, 0, 4, 2, 1, 6, 6], 1e-14, 'A');
  assertClose(after.gradients.data, [0.5, -0.25, 0.5, -0.25, 0.5, -0.25, 0.5, -0.25], 1e-14, 'gradient');
  assertClose(after.scores, [2.5], 1e-14, 'score');
  assert.equal([after.layer, after.inputs], ['relu', [0]]);

  const before = await capture(model, handImage, { layer: 'conv' });
  assertClose(before.activations.data, [4, 5, -1, 4, 2, 1, 6, 6], 1e-14, 'z');
  assertClose(before.gradients.data, [0.5, -0.25, 0, -0.25, 0.5, -0.25, 0.5, -0.25], 1e-14, 'nothing passes where z₁ < 0');

  const { gradients, activations } = await capture(model, handImage, { layer: 'conv' }, false);
  assert.is(gradients.data.length, 0);
  assert.is(activations.data.length, 8);
});

test('Grad-CAM: ½·A₁ − ¼·A₂, negative places cut', async () => {
  const { maps, resized, layer, input, scores } = await gradCam(averagedNetwork(), handImage, { layer: 'relu' });
  assert.equal(maps.shape, [1, 2, 2]);
  assertClose(maps.data, [2 - 1.25, 0, 1 - 0.25, 3 - 1.5], 1e-14, 'map'); // at (0, 1): 0 − 1
  assert.equal([layer, input], ['relu', 0]);
  assertClose(scores, [2.5], 1e-14, 'score');
  // Middles of 3 cells of 2: −1/6 → 0, ½, 7/6 → 1. The map is 0.75 0 / 0.75 1.5.
  assert.equal(resized.shape, [1, 3, 3]);
  assertClose(resized.data, [0.75, 0.375, 0, 0.75, 0.75, 0.75, 0.75, 1.125, 1.5], 1e-6, 'resized');
});

test('Grad-CAM on the convolution itself, the default: means of the gradient over places, dead ones among them', async () => {
  // α₁ = (½ + 0 + ½ + ½)/4 = 3/8, α₂ = −1/4; ⅜·z₁ − ¼·z₂.
  const { maps, layer } = await gradCam(averagedNetwork(), handImage, { signed: true });
  assert.is(layer, 'conv');
  assertClose(maps.data, [1.5 - 1.25, -0.375 - 1, 0.75 - 0.25, 2.25 - 1.5], 1e-14, 'map');
});

test('Grad-CAM with a gradient for every place; for minus the score', async () => {
  // α₁ = (1 + 2 − 1 + ½)/4 = 5/8, α₂ = (−2 + ½ + 1 − 1)/4 = −3/8.
  const signed = [2.5 - 1.875, -1.5, 1.25 - 0.375, 3.75 - 2.25];
  const model = placedNetwork();
  assertClose((await gradCam(model, handImage, { layer: 'relu', signed: true })).maps.data, signed, 1e-14, 'signed');
  assertClose((await gradCam(model, handImage, { layer: 'relu' })).maps.data, signed.map((v) => Math.max(v, 0)), 1e-14, 'cut');
  const lowered = await gradCam(model, handImage, { layer: 'relu', target: linearCombination([-1]) });
  assertClose(lowered.maps.data, signed.map((v) => Math.max(-v, 0)), 1e-14, 'what lowers the score');
  assertClose(lowered.scores, [-(4 + 0 - 2 + 3 - 10 + 2 + 1 - 6)], 1e-14, 'minus the score');
});

test('Grad-CAM++: Σ relu(g)/(2 + g·ΣA)', async () => {
  // w₁ = 1/(2 + 12) + 2/(2 + 24) + ½/(2 + 6), w₂ = ½/(2 + 8) + 1/(2 + 16)
  const [w1, w2] = [1 / 14 + 2 / 26 + 0.5 / 8, 0.5 / 10 + 1 / 18];
  const { maps } = await gradCamPlusPlus(placedNetwork(), handImage, { layer: 'relu' });
  assertClose(maps.data, [4 * w1 + 5 * w2, 4 * w2, 2 * w1 + w2, 6 * w1 + 6 * w2], 1e-14, 'map');
  // The paper's form of α, g²/(2g² + g³·ΣA), at g = 2, ΣA = 12.
  assert.is(4 / (2 * 4 + 8 * 12), 1 / 26);
});

test('LayerCAM: Σ relu(g) ⊙ A', async () => {
  const { maps } = await layerCam(placedNetwork(), handImage, { layer: 'relu' });
  assertClose(maps.data, [1 * 4, 2 * 0 + 0.5 * 4, 1 * 1, 0.5 * 6], 1e-14, 'map');
});

test('EigenCAM: the larger root of a quadratic equation', async () => {
  // AᵀA = (56, 58; 58, 78): λ = 67 + √(11² + 58²), v ∝ (58, λ − 56).
  const root = 67 + Math.sqrt(121 + 58 ** 2);
  const length = Math.hypot(58, root - 56);
  const [v1, v2] = [58 / length, (root - 56) / length];
  const model = averagedNetwork();
  const { maps } = await eigenCam(model, handImage, { layer: 'relu' });
  assertClose(maps.data, [4 * v1 + 5 * v2, 4 * v2, 2 * v1 + v2, 6 * v1 + 6 * v2], 1e-12, 'map');
  assertClose([Math.hypot(...maps.data)], [Math.sqrt(root)], 1e-12, 'its length is the singular value');
  const other = await eigenCam(model, handImage, { layer: 'relu', target: linearCombination([-3]) });
  assertClose(other.maps.data, maps.data, 1e-14, 'whatever the target');
});

test('EigenCAM of activations that are mostly negative: the sign with a positive sum', async () => {
  const model = averagedNetwork();
  model.setWeights({ 'conv/kernel': [[[[-1, 0]], [[-2, -1]]], [[[0, 1]], [[1, -1]]]], 'conv/bias': [0, -2] }); // A = −z
  const { maps } = await eigenCam(model, handImage, { layer: 'conv', signed: true });
  assert.ok(Array.from(maps.data).reduce((a, b) => a + b, 0) > 0, String(maps.data));
});

test('Score-CAM: gains of the score under masks', async () => {
  // Filters x and 4 − x on x = (1, 3; 2, 0): A₂ = (3, 1; 2, 4). s = m₁ + ½·m₂ = 2 + m/2 with m the mean of x; s(0) = 2.
  // Masks A₁/3 and (A₂ − 1)/3 leave x = (⅓, 3; 4/3, 0), m = 7/6, and x = (⅔, 0; ⅔, 0), m = 1/3. Gains 7/12 and 1/6.
  const model = new Sequential([new Conv2D({ filters: 2, kernelSize: 1, activation: 'relu' }), new GlobalAveragePool2D(), new Dense({ units: 1 })], { inputShape: [2, 2, 1] });
  model.compile({ loss: 'mse', backend: float64 });
  model.setWeights({ 'conv2d/kernel': [[[[1, -1]]]], 'conv2d/bias': [0, 4], 'dense/kernel': [[1], [0.5]], 'dense/bias': [0] });
  const x = [[[[1], [3]], [[2], [0]]]];
  const [g1, g2] = [7 / 12, 1 / 6];
  const expected = (a: number, b: number): number[] => [a + 3 * b, 3 * a + b, 2 * a + 2 * b, 4 * b];
  assertClose((await scoreCam(model, x)).maps.data, expected(g1, g2), 1e-6, 'gains'); // masks are resized in float32
  const total = Math.exp(g1) + Math.exp(g2);
  assertClose((await scoreCam(model, x, { softmax: true })).maps.data, expected(Math.exp(g1) / total, Math.exp(g2) / total), 1e-6, 'softmax of gains');
  // On a baseline of 1: x′ + M(x − x′) = (1, 3; 5/3, 1) and (1, 1; 4/3, 0), means 5/3 and 5/6; s(1) = 2½.
  const on = await scoreCam(model, x, { baseline: 1 });
  assertClose(on.maps.data, expected(5 / 6 - 0.5, 5 / 12 - 0.5).map((v) => Math.max(v, 0)), 1e-6, 'baseline');
});

test('a weighting of one\'s own', async () => {
  const first = { gradients: false, map: ({ activations, places, channels }: { activations: ArrayLike<number>; places: number; channels: number }) => Float64Array.from({ length: places }, (_, p) => activations[p * channels] ?? NaN) };
  const { maps } = await activationMap(averagedNetwork(), handImage, first, { layer: 'relu' });
  assertClose(maps.data, [4, 0, 2, 6], 1e-14, 'first channel');
});

test.run();
