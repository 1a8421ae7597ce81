/** Every explanation on every backend, against float64 on the cpu. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { capture, deletionInsertion, eigenCam, gradCam, gradCamPlusPlus, inputGradients, integratedGradients, layerCam, occlusion, scoreCam } from '../../src/explain/index.js';
import { Add, BatchNorm, Concatenate, Conv2D, Dense, GlobalAveragePool2D, Input, LSTM, Model, ResidualBlock, cpu, wasm } from '../../src/index.js';
import type { Backend } from '../../src/index.js';
import { testModes, withVulkan } from '../backends/gpuModes.js';
import { assertClose } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { float64 } from './support.js';

const x = [randomTensor(1, 'image', [2, 7, 6, 2]), randomTensor(1, 'series', [2, 5, 2])];

/** Image and series fused; a value with two consumers in front of the convolution that is looked at. */
function model(backend: Backend): Model {
  const [image, series] = [Input({ shape: [7, 6, 2] }), Input({ shape: [5, 2] })];
  const blocks = new ResidualBlock({ filters: 4, stride: 2, name: 'block' }).apply(image);
  const extra = new Conv2D({ filters: 3, kernelSize: 2, name: 'extra' }).apply(blocks);
  const twice = new Add().apply([extra, new BatchNorm().apply(extra)]);
  const read = new LSTM({ units: 3 }).apply(series);
  const outputs = new Dense({ units: 1 }).apply(new Concatenate().apply([new GlobalAveragePool2D().apply(twice), read]));
  const made = new Model({ inputs: [image, series], outputs, seed: 3 });
  made.compile({ loss: 'mse', backend });
  return made;
}

async function everything(backend: Backend): Promise<Map<string, ArrayLike<number>>> {
  const subject = model(backend);
  const options = { batchSize: 2 };
  const results = new Map<string, ArrayLike<number>>();
  for (const layer of ['extra', 'block.conv1']) {
    const { activations, gradients, scores } = await capture(subject, x, { ...options, layer });
    results.set(`${layer} activations`, activations.data).set(`${layer} gradients`, gradients.data).set('scores', scores);
    for (const method of [gradCam, gradCamPlusPlus, layerCam, eigenCam, scoreCam]) {
      results.set(`${layer} ${method.name}`, (await method(subject, x, { ...options, layer, signed: true })).resized.data);
    }
  }
  const maps = (await occlusion(subject, x, { ...options, window: 3 })).resized;
  results.set('occlusion', maps.data);
  results.set('occlusion of steps', (await occlusion(subject, x, { ...options, input: 1, window: 2 })).maps.data);
  (await inputGradients(subject, x, options)).gradients.forEach(({ data }, i) => results.set(`gradients ${i}`, data));
  (await integratedGradients(subject, x, { ...options, steps: 3 })).attributions.forEach(({ data }, i) => results.set(`attributions ${i}`, data));
  results.set('insertion', (await deletionInsertion(subject, x, { data: x[0]?.data.filter((_, i) => i % 2 === 0) ?? [], shape: [2, 7, 6] }, { ...options, steps: 3 })).insertion.data);
  subject.dispose();
  return results;
}

const expected = everything(float64);

async function compare(backend: Backend): Promise<void> {
  const [actual, exact] = [await everything(backend), await expected];
  assert.equal([...actual.keys()], [...exact.keys()]);
  for (const [name, values] of exact) {
    assert.ok(Array.from(values).some((value) => value !== 0), `${name}: nothing but zeros`);
    assertClose(actual.get(name) ?? [], values, 1e-4, name);
  }
}

if (withVulkan()) {
  test('cpu', async () => { await compare(cpu()); });
  test('wasm', async () => { await compare(await wasm()); });
  testModes('every explanation', compare);
  test.run();
}
