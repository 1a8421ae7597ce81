/** Which layer is looked at, and on which input its maps lie. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { capture, eigenCam, gradCam, gradCamPlusPlus, layerCam, occlusion, scoreCam } from '../../src/explain/index.js';
import {
  Add, ArgumentError, BatchNorm, Concatenate, Conv1D, Conv2D, Dense, Flatten, GlobalAveragePool1D, GlobalAveragePool2D, Input, LSTM, Model, ResNet, Sequential,
  ShapeError, TimeDistributed,
} from '../../src/index.js';
import { rejected } from '../models/support.js';
import { assertClose, assertDifferent } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { float64 } from './support.js';

function compiled(model: Model): Model {
  model.compile({ loss: 'mse', backend: float64 });
  return model;
}

function resNet(): Model {
  const trunk = new ResNet({ blocks: [1, 2], widths: [3, 4], stem: { kernelSize: 3, stride: 1, pool: false } });
  return compiled(new Sequential([trunk, new GlobalAveragePool2D(), new Dense({ units: 1 })], { inputShape: [8, 6, 2], seed: 5 }));
}

/** Image and series; the image branch comes first or second in the model's inputs. */
function fused(imageFirst: boolean): Model {
  const image = Input({ shape: [6, 5, 2] });
  const series = Input({ shape: [7, 3] });
  const seen = new GlobalAveragePool2D().apply(new Conv2D({ filters: 4, kernelSize: 3, activation: 'relu', name: 'eye' }).apply(image));
  const read = new LSTM({ units: 3 }).apply(new Conv1D({ filters: 2, kernelSize: 2, name: 'ear' }).apply(series));
  const outputs = new Dense({ units: 1 }).apply(new Concatenate().apply([seen, read]));
  return compiled(new Model({ inputs: imageFirst ? [image, series] : [series, image], outputs, seed: 3 }));
}

test('inside residual blocks: any convolution by name, the last by default, before or after its normalisation', async () => {
  const model = resNet();
  const x = randomTensor(1, 'x', [2, 8, 6, 2]);
  const last = await gradCam(model, x);
  assert.equal([last.layer, last.maps.shape, last.resized.shape], ['stage2.block2.conv2', [2, 4, 3], [2, 8, 6]]);
  for (const [layer, shape] of [['stem.conv', [2, 8, 6]], ['stage1.block1.conv2', [2, 8, 6]], ['stage2.block1.shortcut', [2, 4, 3]], ['stage2.block1.relu2', [2, 4, 3]]] as const) {
    assert.equal((await gradCam(model, x, { layer })).maps.shape, [...shape], layer);
  }
});

test('the gradient that arrives is the slope of the score: shifting a channel everywhere, by finite differences', async () => {
  // The shift β of a batch normalisation moves its output at all places alike: ∂score/∂β = Σ_places gradient. In stage1.block1 the
  // output of norm2 goes on through an addition, and x takes two ways round the blocks.
  const model = resNet();
  const x = randomTensor(1, 'x', [1, 8, 6, 2]);
  for (const layer of ['stem.norm', 'stage1.block1.norm1', 'stage1.block1.norm2', 'stage2.block1.shortcutNorm', 'stage2.block2.norm2']) {
    const { gradients } = await capture(model, x, { layer });
    const [channels = 1] = gradients.shape.slice(-1);
    const sums = new Float64Array(channels);
    gradients.data.forEach((g, i) => { sums[i % channels] = (sums[i % channels] ?? 0) + g; });
    const beta = model.getWeights()[`${layer}/beta`];
    assert.ok(beta);
    const numeric: number[] = [];
    for (let c = 0; c < channels; c++) {
      const scoreAt = async (shift: number): Promise<number> => {
        const shifted = beta.data.map((value, i) => (i === c ? value + shift : value));
        model.setWeights({ [`${layer}/beta`]: { data: shifted, shape: beta.shape } });
        return (await model.predict(x)).data[0] ?? NaN;
      };
      numeric.push(((await scoreAt(1e-6)) - (await scoreAt(-1e-6))) / 2e-6);
    }
    model.setWeights({ [`${layer}/beta`]: beta });
    assertClose(sums, numeric, 1e-6, layer);
  }
});

test('a wrong name lists the convolutions; a layer without places is refused', async () => {
  const x = randomTensor(1, 'x', [1, 8, 6, 2]);
  const { message } = await rejected(ArgumentError, gradCam(resNet(), x, { layer: 'conv9' }));
  assert.match(message, 'layer must be stem.conv | stage1.block1.conv1 | stage1.block1.conv2 | stage2.block1.shortcut | stage2.block1.conv1 | ');
  assert.match(message, "got 'conv9'");
  assert.match((await rejected(ShapeError, gradCam(resNet(), x, { layer: 'dense' }))).message, "output of 'dense' must be [batch, height, width, channels]");
  const dense = compiled(new Sequential([new Dense({ units: 1 })], { inputShape: [3] }));
  assert.match((await rejected(ArgumentError, gradCam(dense, [[1, 2, 3]]))).message, 'the target depends on no convolution, got none');
});

test('two inputs: the map lies on the one that the convolution sees', async () => {
  const data = { image: randomTensor(1, 'image', [2, 6, 5, 2]), series: randomTensor(1, 'series', [2, 7, 3]) };
  for (const imageFirst of [true, false]) {
    const x = imageFirst ? [data.image, data.series] : [data.series, data.image];
    const image = imageFirst ? 0 : 1;
    for (const method of [gradCam, layerCam, scoreCam]) {
      const eye = await method(fused(imageFirst), x, { layer: 'eye' });
      assert.equal([eye.input, eye.maps.shape, eye.resized.shape], [image, [2, 4, 3], [2, 6, 5]]);
      const ear = await method(fused(imageFirst), x, { layer: 'ear', signed: true });
      assert.equal([ear.input, ear.maps.shape, ear.resized.shape], [1 - image, [2, 6], [2, 7]]);
      assert.ok(ear.maps.data.some((value) => value !== 0));
    }
  }
});

test('a shared convolution: each use by itself, each on its own input', async () => {
  const shared = new Conv2D({ filters: 2, kernelSize: 2, name: 'shared' });
  const inputs = [Input({ shape: [4, 3, 1] }), Input({ shape: [4, 3, 1] })];
  const seen = inputs.map((input) => new Flatten().apply(shared.apply(input)));
  const model = compiled(new Model({ inputs, outputs: new Dense({ units: 1 }).apply(new Concatenate().apply(seen)), seed: 6 }));
  const x = [randomTensor(1, 'left', [1, 4, 3, 1]), randomTensor(1, 'right', [1, 4, 3, 1])];
  const [left, right] = [await capture(model, x, { layer: 'shared' }), await capture(model, x, { layer: 'shared#1' })];
  assert.equal([left.inputs, right.inputs], [[0], [1]]);
  const { 'dense/kernel': kernel } = model.getWeights();
  assertClose(left.gradients.data, kernel?.data.slice(0, 12) ?? [], 1e-14, 'left');
  assertClose(right.gradients.data, kernel?.data.slice(12) ?? [], 1e-14, 'right');
  assertDifferent(left.activations.data, right.activations.data, 0.1, 'activations');
});

test('a target that does not depend on a layer knows nothing of it', async () => {
  const input = Input({ shape: [4, 4, 1] });
  const [a, b] = [new Conv2D({ filters: 2, kernelSize: 3, name: 'a' }).apply(input), new Conv2D({ filters: 2, kernelSize: 2, name: 'b' }).apply(input)];
  const outputs = [a, b].map((each) => new Dense({ units: 1 }).apply(new Flatten().apply(each)));
  const model = new Model({ inputs: input, outputs, seed: 6 });
  model.compile({ loss: ['mse', 'mse'], backend: float64 });
  const x = randomTensor(1, 'x', [1, 4, 4, 1]);
  const target = { output: 0, weights: () => [1] };
  assert.is((await gradCam(model, x, { target })).layer, 'a');
  assert.match((await rejected(ArgumentError, gradCam(model, x, { target, layer: 'b' }))).message, "layer must be a, got 'b'");
  assert.is((await gradCam(model, x, { target: { ...target, output: 1 } })).layer, 'b');
});

test('a value that goes two ways gets both gradients', async () => {
  const input = Input({ shape: [3, 3, 1] });
  const conv = new Conv2D({ filters: 2, kernelSize: 2, name: 'conv' }).apply(input);
  const both = new Add().apply([conv, new BatchNorm().apply(conv)]);
  const model = compiled(new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(new Flatten().apply(both)), seed: 6 }));
  const { gradients } = await capture(model, randomTensor(1, 'x', [1, 3, 3, 1]));
  const direct = model.getWeights()['dense/kernel']?.data ?? [];
  assertClose(gradients.data, Array.from(direct, (w) => w * (1 + 1 / Math.sqrt(1 + 1e-3))), 1e-14, 'direct and through the normalisation');
});

test('in one dimension, over time; one image a step; sizes that no input has', async () => {
  const line = compiled(new Sequential([new Conv1D({ filters: 3, kernelSize: 3, stride: 2, activation: 'relu' }), new GlobalAveragePool1D(), new Dense({ units: 1 })], { inputShape: [9, 2], seed: 4 }));
  const series = randomTensor(1, 'series', [2, 9, 2]);
  const maps = await gradCam(line, series, { signed: true });
  assert.equal([maps.maps.shape, maps.resized.shape], [[2, 4], [2, 9]]);
  // Four cells over nine steps: middles at 0.625 + 2.25·i, in steps; step 4 lies between the second and third.
  const [second = NaN, third = NaN] = maps.maps.data.subarray(1, 3);
  assertClose([maps.resized.get(0, 4)], [(second + third) / 2], 1e-6, 'the middle');

  const steps = compiled(new Sequential([new TimeDistributed({ layer: new Conv2D({ filters: 2, kernelSize: 2 }) }), new Flatten(), new Dense({ units: 1 })], { inputShape: [3, 4, 5, 1], seed: 4 }));
  const film = await gradCam(steps, randomTensor(1, 'film', [2, 3, 4, 5, 1]), { signed: true });
  assert.equal([film.layer, film.maps.shape, film.resized.shape], ['time_distributed', [2, 3, 3, 4], [2, 3, 4, 5]]);

  const x = randomTensor(1, 'x', [2, 9, 2]);
  const sequence = compiled(new Sequential([new LSTM({ units: 3, returnSequences: true }), new Flatten(), new Dense({ units: 1 })], { inputShape: [9, 2] }));
  assert.equal((await layerCam(sequence, x, { layer: 'lstm' })).resized.shape, [2, 9]);
  assert.equal((await layerCam(sequence, x, { layer: 'lstm', size: [18] })).resized.shape, [2, 18]);
  assert.match((await rejected(ArgumentError, layerCam(sequence, x, { layer: 'lstm', size: [3, 3] }))).message, 'size must be [steps], got [3, 3]');
  assert.match((await rejected(ArgumentError, occlusion(sequence, x, { window: 10 }))).message, 'window must be whole numbers of at least 1 for the axes [9], no longer than these, got 10');
});

test('a batch gives what its samples give alone, from a tensor or a source; nothing of the model changes', async () => {
  const model = resNet();
  const x = randomTensor(1, 'x', [5, 8, 6, 2]);
  await model.fit(x, randomTensor(1, 'y', [5, 1]), { epochs: 2, batchSize: 5 });
  const before = Buffer.from(model.toBytes());
  const size = x.data.length / 5;
  const source = { shape: x.shape, read: (i: number, out: { set(values: Float64Array): void }) => { out.set(x.data.subarray(i * size, (i + 1) * size)); } };
  for (const method of [gradCam, gradCamPlusPlus, layerCam, eigenCam, scoreCam]) {
    const together = await method(model, source, { batchSize: 3, signed: true });
    assertClose(together.scores, (await model.predict(x)).data, 1e-14, 'scores of the inference mode');
    for (let b = 0; b < 5; b++) {
      const alone = await method(model, { data: x.data.subarray(b * size, (b + 1) * size), shape: [1, 8, 6, 2] }, { signed: true });
      assertClose(together.maps.data.subarray(b * 12, (b + 1) * 12), alone.maps.data, 1e-12, `${method.name}, sample ${b}`);
    }
  }
  assert.ok(before.equals(Buffer.from(model.toBytes())), 'weights, statistics, optimiser and position');
});

test('a model that was never compiled can be explained', async () => {
  const model = new Sequential([new Conv2D({ filters: 2, kernelSize: 2 }), new Flatten(), new Dense({ units: 1 })], { inputShape: [4, 4, 1], seed: 2 });
  assert.equal((await gradCam(model, randomTensor(1, 'x', [1, 4, 4, 1]))).resized.shape, [1, 4, 4]);
});

test.run();
