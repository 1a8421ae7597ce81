/** A model is a layer: chained, applied in graphs, at depth, twice, frozen, explained, saved. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adam, Concatenate, Conv2D, Dense, GlobalAveragePool2D, Input, LSTM, Model, Sequential, ShapeError, cpu, loadModel } from '../../src/index.js';
import { gradCam } from '../../src/explain/index.js';
import { assertSame, thrown } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { assertSameWeights } from './support.js';

const x = randomTensor(1, 'x', [8, 4, 3]);
const y = randomTensor(1, 'y', [8, 2]);
const float64 = cpu({ dtype: 'float64' });

const encoderOf = (): Sequential => new Sequential([new LSTM({ units: 5, returnSequences: true }), new LSTM({ units: 4, name: 'code' })], { inputShape: [4, 3], seed: 3 });

test('a chain over a trained encoder has its weights and trains them', async () => {
  const encoder = encoderOf();
  const code = await encoder.predict(x);
  const head = new Dense({ units: 2 });
  const whole = new Sequential([encoder, head], { inputShape: [4, 3] });
  assert.equal(whole.network.nodes.map(({ name }) => name), ['lstm', 'code', 'dense']);
  const onCode = new Sequential([head], { inputShape: [4] });
  assertSame((await whole.predict(x)).data, (await onCode.predict(code)).data, 'one after the other');
  whole.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', backend: float64 });
  await whole.fit(x, y, { epochs: 2 });
  assert.equal(Array.from(whole.getWeights()['code/kernel']?.data ?? [], Math.fround), Array.from(encoder.getWeights()['code/kernel']?.data ?? []));
  assert.not.equal(Array.from((await encoder.predict(x)).data), Array.from(code.data));
});

test('in a graph, shared twice, with a frozen part, at depth; saved and loaded', async () => {
  const encoder = encoderOf();
  for (const layer of encoder.layers) layer.trainable = false;
  const deep = new Sequential([new Sequential([encoder, new Dense({ units: 3 })], { inputShape: [4, 3] }), new Dense({ units: 3 })], { inputShape: [4, 3] });
  const [a, b] = [Input({ shape: [4, 3] }), Input({ shape: [4, 3] })];
  const model = new Model({ inputs: [a, b], outputs: new Dense({ units: 2 }).apply(new Concatenate().apply([deep.apply(a), deep.apply(b)])) });
  assert.equal(model.layers.length, 6);
  assert.equal(model.network.nodes.filter(({ name }) => name === 'code').length, 2);
  model.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss: 'mse', backend: float64 });
  const before = encoder.getWeights();
  await model.fit([x, x], y, { epochs: 2 });
  assert.equal(encoder.getWeights(), before);
  const again = await loadModel(model.toBytes(), { backend: float64 });
  assertSameWeights(again, model, 'loaded');
  assertSame((await again.predict([x, x])).data, (await model.predict([x, x])).data, 'prediction');
  assert.equal(again.layers.map(({ frozen }) => frozen), model.layers.map(({ frozen }) => frozen));
});

test('names: two inner models with the same ones, loaded models too', async () => {
  const [one, two] = [encoderOf(), encoderOf()];
  const input = Input({ shape: [4, 3] });
  const both = new Model({ inputs: input, outputs: new Concatenate().apply([one.apply(input), two.apply(input)]) });
  assert.equal(both.network.nodes.map(({ name }) => name), ['lstm', 'code', 'lstm_1', 'code_1', 'concatenate']);
  const [left, right] = [await loadModel(both.toBytes()), await loadModel(both.toBytes())];
  const four = new Model({ inputs: input, outputs: new Concatenate().apply([left.apply(input), right.apply(input)]) });
  assert.is(new Set(four.network.nodes.map(({ name }) => name)).size, 11);
  assertSameWeights(await loadModel(four.toBytes()), four, 'loaded again');
});

test('an explanation finds the convolution of an inner model', async () => {
  const eye = new Sequential([new Conv2D({ filters: 2, kernelSize: 3, name: 'inner' })], { inputShape: [6, 6, 1] });
  const outer = new Sequential([eye, new GlobalAveragePool2D(), new Dense({ units: 1 })], { inputShape: [6, 6, 1] });
  const flat = new Sequential([...outer.layers], { inputShape: [6, 6, 1] });
  const images = randomTensor(2, 'images', [2, 6, 6, 1]);
  const maps = await gradCam(outer, images, { layer: 'inner' });
  assert.equal(maps, await gradCam(flat, images, { layer: 'inner' }));
});

test('what does not fit', () => {
  const encoder = encoderOf();
  const input = Input({ shape: [4, 3] });
  assert.match(thrown(ShapeError, () => encoder.apply([input, input])).message, 'inputs must be 1 tensors, got 2');
  assert.match(thrown(ShapeError, () => new Sequential([encoder], { inputShape: [4, 2] })).message, "LSTM 'lstm': weight 'kernel'");
  const two = new Model({ inputs: input, outputs: [encoder.apply(input), encoder.apply(input)] });
  assert.match(thrown(ShapeError, () => two.apply(input)).message, 'Use applyAll');
  assert.is(two.applyAll(input).length, 2);
});

test.run();
