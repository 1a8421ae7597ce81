/** Against PyTorch: hooks for what is captured, its SVD, its resizing, and the papers' formulas as test/golden/explain.py writes them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { capture, classLogit, eigenCam, gradCam, gradCamPlusPlus, integratedGradients, layerCam, scoreCam } from '../../src/explain/index.js';
import { Activation, Conv2D, Dense, Flatten, Sequential } from '../../src/index.js';
import { readGolden } from '../golden/read.js';
import { assertClose } from '../support/compare.js';
import { float64 } from './support.js';

const golden = readGolden('explain');
const x = golden.get('x');
const target = classLogit(1);
const model = new Sequential([
  new Conv2D({ filters: 4, kernelSize: 3, padding: 'same', activation: 'tanh' }), new Conv2D({ filters: 5, kernelSize: [2, 3], stride: [2, 1], activation: 'relu' }),
  new Flatten(), new Dense({ units: 3 }), new Activation({ kind: 'softmax' }),
], { inputShape: [7, 6, 2] });
model.compile({ loss: 'mse', backend: float64 });
model.setWeights(Object.fromEntries(Object.keys(model.getWeights()).map((key) => [key, golden.get(key)])));

test('what is captured at the last convolution', async () => {
  const { activations, gradients, layer } = await capture(model, x, { target });
  assert.is(layer, 'conv2d_1');
  assertClose(activations.data, golden.get('activations').data, 1e-13, 'activations');
  assertClose(gradients.data, golden.get('gradients').data, 1e-13, 'gradients');
});

for (const method of [gradCam, gradCamPlusPlus, layerCam, eigenCam, scoreCam]) {
  test(method.name, async () => {
    const { maps, resized } = await method(model, x, { target });
    const expected = golden.get(`${method.name}/maps`);
    assert.equal(maps.shape, expected.shape);
    assertClose(maps.data, expected.data, method === scoreCam ? 1e-6 : 1e-11, 'maps'); // resizing is in float32
    assertClose(resized.data, golden.get(`${method.name}/resized`).data, 1e-6, 'resized');
  });
}

test('integrated gradients', async () => {
  const { attributions } = await integratedGradients(model, x, { target, steps: 20 });
  assertClose(attributions[0]?.data ?? [], golden.get('integratedGradients').data, 1e-12, 'attributions');
});

test.run();
