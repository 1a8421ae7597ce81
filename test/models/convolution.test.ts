/** Networks with images: fit, save, load, summary; a graph of several inputs. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Add, AveragePool1D, AveragePool2D, Concatenate, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Dense, DepthwiseConv1D, DepthwiseConv2D, Flatten, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D,
  Input, LSTM, MaxPool1D, MaxPool2D, Model, Multiply, Permute, RepeatVector, ResidualBlock, SeparableConv1D, SeparableConv2D, Sequential, TimeDistributed, UpSampling1D, UpSampling2D, ZeroPad1D, ZeroPad2D, cpu, loadModel, resnet34,
} from '../../src/index.js';
import type { HostTensor } from '../../src/tensor.js';
import { assertClose, assertSame } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { assertSameWeights } from './support.js';

const float64 = cpu({ dtype: 'float64' });

/** An image and a window of prices, one price out; the convolution on two images of one sample is one layer. */
function fusion(): Model {
  const [image, other, prices] = [Input({ shape: [4, 5, 2] }), Input({ shape: [4, 5, 2] }), Input({ shape: [4, 3] })];
  const eye = new Conv2D({ filters: 2, kernelSize: 3, stride: [1, 2], padding: 'same', activation: 'tanh', name: 'eye' });
  const [left, right] = [eye.apply(image), eye.apply(other)];
  const seen = new ResidualBlock({ filters: 2, name: 'block' }).apply(new Add({ name: 'both' }).apply([left, right]));
  const gate = new Multiply().apply([seen, left]);
  const time = new Conv1D({ filters: 2, kernelSize: 2, padding: 'causal' }).apply(prices);
  const read = new LSTM({ units: 2 }).apply(time);
  const joined = new Concatenate().apply([new GlobalAveragePool2D().apply(gate), read, new Flatten().apply(new MaxPool1D().apply(time))]);
  return new Model({ inputs: [image, other, prices], outputs: new Dense({ units: 1 }).apply(joined), seed: 3 });
}

const data = (count: number): { x: HostTensor[]; y: HostTensor } => ({
  x: [randomTensor(1, 'image', [count, 4, 5, 2]), randomTensor(2, 'other', [count, 4, 5, 2]), randomTensor(3, 'prices', [count, 4, 3])],
  y: randomTensor(4, 'y', [count, 1]),
});

test('a graph of two images and a sequence: every gradient', async () => {
  const model = fusion();
  model.compile({ loss: 'mse', backend: float64 });
  const { x, y } = data(2);
  const options = { training: true };
  const { gradients, inputGradients } = await model.lossAndGradients(x, y, options);
  const differences = async (values: HostTensor['data'], changed: () => void): Promise<number[]> => {
    const numeric: number[] = [];
    for (const [i, at] of values.entries()) {
      const losses: number[] = [];
      for (const step of [1e-5, -1e-5]) {
        values[i] = at + step;
        changed();
        losses.push((await model.lossAndGradients(x, y, options)).loss);
      }
      values[i] = at;
      changed();
      numeric.push((losses[0]! - losses[1]!) / 2e-5);
    }
    return numeric;
  };
  for (const [key, { data: analytic }] of Object.entries(gradients)) {
    const weight = model.getWeights()[key]!;
    assertClose(analytic, await differences(weight.data, () => { model.setWeights({ [key]: weight }); }), 1e-6, key);
  }
  for (const [n, input] of x.entries()) assertClose(inputGradients[n]?.data ?? [], await differences(input.data, () => {}), 1e-6, `input ${n}`);
});

test('it trains, is saved and loaded, and goes on as if nothing had happened', async () => {
  const { x, y } = data(12);
  const make = (): Model => {
    const model = fusion();
    model.compile({ loss: 'mse', optimizer: 'adam', backend: cpu() });
    return model;
  };
  const model = make();
  await model.fit(x, y, { epochs: 4, batchSize: 5 });
  const { loss } = await model.evaluate(x, y);
  await model.fit(x, y, { epochs: 30, batchSize: 5, resume: true });
  assert.ok((await model.evaluate(x, y)).loss! < loss!, 'the loss falls');
  const half = make();
  await half.fit(x, y, { epochs: 2, batchSize: 5 });
  const again = await loadModel(half.toBytes(), { backend: cpu() });
  assertSame((await again.predict(x)).data, (await half.predict(x)).data, 'prediction');
  assert.is(again.summary(), half.summary());
  await half.fit(x, y, { epochs: 4, batchSize: 5, resume: true });
  await again.fit(x, y, { epochs: 4, batchSize: 5, resume: true });
  assertSameWeights(again, half, 'resumed');
});

test('every layer survives a file with its options', async () => {
  const image = Input({ shape: [9, 8, 4] });
  const series = Input({ shape: [12, 3] });
  let x = new ZeroPad2D({ padding: [[1, 0], [2, 3]] }).apply(image);
  x = new Conv2D({ filters: 6, kernelSize: [3, 2], stride: [2, 1], padding: [[1, 0], [0, 2]], dilation: [1, 2], groups: 2, activation: 'gelu', useBias: false }).apply(x);
  x = new MaxPool2D({ poolSize: [2, 3], stride: 1, padding: [[1, 1], [0, 1]] }).apply(x);
  x = new AveragePool2D({ poolSize: 2, padding: 'same' }).apply(x);
  x = new ResidualBlock({ filters: 6, name: 'block' }).apply(x);
  let t = new ZeroPad1D({ padding: [1, 2] }).apply(series);
  t = new Conv1D({ filters: 4, kernelSize: 3, padding: 'causal', dilation: 2 }).apply(t);
  t = new TimeDistributed({ layer: new Dense({ units: 6, activation: 'relu' }) }).apply(t);
  t = new AveragePool1D({ poolSize: 3, stride: 1 }).apply(new MaxPool1D({ poolSize: 2, padding: 1 }).apply(t));
  x = new Conv2DTranspose({ filters: 6, kernelSize: [2, 3], stride: [2, 1], padding: [[1, 0], [0, 1]], outputPadding: [1, 0], groups: 3, activation: 'tanh' }).apply(x);
  x = new SeparableConv2D({ filters: 6, kernelSize: 2, padding: 'same', activation: 'relu', depthMultiplier: 2, useBias: false }).apply(new DepthwiseConv2D({ kernelSize: [2, 1], dilation: 2, padding: 'same' }).apply(x));
  t = new Conv1DTranspose({ filters: 4, kernelSize: 3, stride: 2, padding: 'same' }).apply(t);
  t = new SeparableConv1D({ filters: 6, kernelSize: 3, padding: 'causal' }).apply(new DepthwiseConv1D({ kernelSize: 2, depthMultiplier: 2 }).apply(t));
  x = new Permute({ dims: [2, 1, 3] }).apply(new UpSampling2D({ size: [2, 1], interpolation: 'bilinear' }).apply(x));
  t = new UpSampling1D({ size: 3 }).apply(t);
  const repeated = new RepeatVector({ n: 2 }).apply(new Add().apply([new GlobalMaxPool2D().apply(x), new GlobalMaxPool1D().apply(t)]));
  const merged = [new GlobalAveragePool2D().apply(x), new GlobalAveragePool1D().apply(t), new Flatten().apply(new Dense({ units: 3 }).apply(repeated))];
  const outputs = new Concatenate().apply([new Add().apply(merged), new Multiply().apply(merged), ...merged]);
  const model = new Model({ inputs: [image, series], outputs, seed: 2 });
  const again = await loadModel(model.toBytes());
  const inputs = [randomTensor(1, 'image', [2, 9, 8, 4]), randomTensor(1, 'series', [2, 12, 3])];
  const prediction = await model.predict(inputs);
  assert.ok(new Set(prediction.data).size > 20, 'no two entries alike');
  assertSame((await again.predict(inputs)).data, prediction.data, 'prediction');
  assert.equal(again.layers.map((layer) => layer.config()), model.layers.map((layer) => layer.config()));
});

test('the summary of resnet34', () => {
  const model = new Sequential([resnet34(), new GlobalAveragePool2D(), new Dense({ units: 1 })], { inputShape: [350, 350, 3] });
  const lines = model.summary().split('\n');
  assert.ok(lines.some((line) => /^stem\.conv +Conv2D +\[batch, 175, 175, 64\] +9,408$/.test(line)));
  assert.ok(lines.some((line) => /^stage4\.block3\.relu2 +Activation +\[batch, 11, 11, 512\] +0$/.test(line)));
  assert.ok(lines.includes('21,302,209 parameters, 21,285,185 trained'), lines.at(-2));
});

test.run();
