/** Frozen layers: nothing of them moves, nothing is kept for them, and nothing below them runs backward in vain. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AdamW, BatchNorm, Bidirectional, Conv2D, Dense, Dropout, GRU, GlobalAveragePool2D, LSTM, LayerNorm, ResidualBlock, Sequential, SimpleRNN, StateError, TimeDistributed, cpu, loadModel, modelFromJSON,
} from '../../src/index.js';
import type { Model } from '../../src/index.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { decodeModel } from '../../src/models/files/persist.js';
import { assertSame } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { rejected } from './support.js';

const float64 = cpu({ dtype: 'float64' });
const x = randomTensor(1, 'x', [10, 4, 3]);
const y = randomTensor(1, 'y', [10, 4, 2]);

function values(model: Model): Map<string, number[]> {
  return new Map(Object.entries(model.getWeights()).map(([key, { data }]) => [key, Array.from(data)]));
}

function compiled(layers: ConstructorParameters<typeof Sequential>[0], seed = 2): Sequential {
  const model = new Sequential(layers, { inputShape: [4, 3], seed });
  model.compile({ optimizer: new AdamW({ learningRate: 0.05, weightDecay: 0.1 }), loss: 'mse', backend: float64 });
  return model;
}

const kinds: Record<string, (trainable: boolean) => AnyLayer> = {
  Dense: (trainable) => new Dense({ units: 3, activation: 'tanh', trainable }),
  LSTM: (trainable) => new LSTM({ units: 3, returnSequences: true, trainable }),
  GRU: (trainable) => new GRU({ units: 3, returnSequences: true, recurrentDropout: 0.3, trainable }),
  LayerNorm: (trainable) => new LayerNorm({ trainable }),
  BatchNorm: (trainable) => new BatchNorm({ trainable }),
  'a layer in TimeDistributed': (trainable) => new TimeDistributed({ layer: new Dense({ units: 3, trainable }) }),
  TimeDistributed: (trainable) => new TimeDistributed({ layer: new BatchNorm(), trainable }),
  'a layer in Bidirectional': (trainable) => new Bidirectional({ layer: new SimpleRNN({ units: 2, returnSequences: true, trainable }) }),
  Bidirectional: (trainable) => new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }), trainable }),
};

for (const [name, make] of Object.entries(kinds)) {
  test(`${name}: frozen, its weights stand still; the gradients below are what they are when it is trained`, async () => {
    const layers = (trainable: boolean): AnyLayer[] => [new Dense({ units: 3, name: 'below' }), make(trainable), new Dense({ units: 2, name: 'above' })];
    const [frozen, free] = [compiled(layers(false)), compiled(layers(true))];
    const own = [...values(frozen).keys()].filter((key) => !/^(?:below|above)/.test(key));
    const [some, all] = [await frozen.lossAndGradients(x, y), await free.lossAndGradients(x, y)];
    assert.is(some.loss, all.loss);
    assert.equal(Object.keys(some.gradients), ['below/kernel', 'below/bias', 'above/kernel', 'above/bias']);
    for (const [key, { data }] of Object.entries(some.gradients)) assertSame(data, all.gradients[key]?.data ?? [], key);
    assertSame(some.inputGradients[0]?.data ?? [], all.inputGradients[0]?.data ?? [], 'input gradient');

    const before = values(frozen);
    await frozen.fit(x, y, { epochs: 2, batchSize: 4 });
    for (const [key, list] of values(frozen)) {
      if (own.includes(key)) assert.equal(list, before.get(key), key);
      else assert.not.equal(list, before.get(key), key);
    }
    const { tensors } = decodeModel(frozen.toBytes());
    assert.equal([...tensors.keys()].filter((key) => key.startsWith('optimizer:') && own.some((kept) => key.endsWith(`/${kept}`))), []);
    const again = await loadModel(frozen.toBytes(), { backend: float64 });
    assert.is(again.layers[1]?.frozen, true);
    assert.is(again.layers[0]?.frozen, false);
    await again.fit(x, y, { epochs: 3, batchSize: 4, resume: true });
    await frozen.fit(x, y, { epochs: 3, batchSize: 4, resume: true });
    for (const [key, list] of values(frozen)) assertSame(values(again).get(key) ?? [], list, key);
  });
}

test('a frozen BatchNorm normalises by its running statistics while others train', async () => {
  const model = compiled([new BatchNorm({ trainable: false }), new Dense({ units: 2 })]);
  const [training, inference] = [await model.lossAndGradients(x, y, { training: true }), await model.lossAndGradients(x, y)];
  assert.is(training.loss, inference.loss);
  const free = compiled([new BatchNorm(), new Dense({ units: 2 })]);
  assert.not.equal((await free.lossAndGradients(x, y, { training: true })).loss, (await free.lossAndGradients(x, y)).loss);
});

test('Dropout works on in a frozen part', async () => {
  const model = compiled([new Dropout({ rate: 0.5, trainable: false }), new Dense({ units: 2 })]);
  assert.not.equal((await model.lossAndGradients(x, y, { training: true })).loss, (await model.lossAndGradients(x, y)).loss);
});

test('below the lowest layer that is trained nothing runs backward', async () => {
  let backwards = 0;
  class Counted extends Dense {
    override backward(...parts: Parameters<Dense['backward']>): ReturnType<Dense['backward']> {
      backwards++;
      return super.backward(...parts);
    }
  }
  const model = compiled([new Counted({ units: 3, trainable: false }), new Counted({ units: 3, trainable: false }), new Dense({ units: 2 })]);
  await model.trainOnBatch(x, y);
  assert.is(backwards, 0);
});

test('trainable may be set later and counts from the next compile on', async () => {
  const encoder = new LSTM({ units: 3, returnSequences: true });
  const model = compiled([encoder, new Dense({ units: 2 })]);
  encoder.trainable = false;
  const before = values(model);
  await model.trainOnBatch(x, y);
  assert.not.equal(values(model).get('lstm/kernel'), before.get('lstm/kernel'), 'compiled before');
  assert.match(model.summary(), '92 parameters, 92 trained');
  assert.is((await loadModel(model.toBytes())).layers[0]?.frozen, false);
  const head = compiled([encoder, new Dense({ units: 2 })]);
  assert.match(head.summary(), '92 parameters, 8 trained');
  const trained = values(model);
  await head.fit(x, y, { epochs: 2 });
  assert.equal(values(model).get('lstm/kernel'), trained.get('lstm/kernel'), 'another model over the frozen layer');
});

test('all frozen: evaluated, never trained', async () => {
  const model = compiled([new Dense({ units: 2, trainable: false })]);
  assert.ok(Number.isFinite((await model.evaluate(x, y)).loss));
  assert.match((await rejected(StateError, model.fit(x, y))).message, 'model must be a layer to train');
  await rejected(StateError, model.trainOnBatch(x, y));
});

test('convolutions and blocks', async () => {
  const images = randomTensor(3, 'images', [4, 5, 5, 2]);
  const target = randomTensor(3, 'target', [4, 1]);
  const model = new Sequential([
    new Conv2D({ filters: 2, kernelSize: 3, padding: 'same', name: 'first' }), new ResidualBlock({ filters: 3, name: 'block', trainable: false }),
    new GlobalAveragePool2D(), new Dense({ units: 1, name: 'last' }),
  ], { inputShape: [5, 5, 2] });
  model.compile({ loss: 'mse', optimizer: new AdamW({ learningRate: 0.01 }) });
  const before = values(model);
  await model.fit(images, target, { epochs: 2, batchSize: 2 });
  for (const [key, list] of values(model)) {
    if (key.startsWith('block')) assert.equal(list, before.get(key), key);
    else assert.not.equal(list, before.get(key), key);
  }
});

test('a model frozen as a whole goes into another one frozen', async () => {
  const encoder = new Sequential([new LSTM({ units: 3, returnSequences: true }), new BatchNorm()], { inputShape: [4, 3] });
  encoder.trainable = false;
  assert.equal([encoder.trainable, ...encoder.layers.map((layer) => layer.trainable)], [false, false, false]);
  const model = compiled([encoder, new Dense({ units: 2, name: 'last' })]);
  const before = values(model);
  await model.fit(x, y, { epochs: 2, batchSize: 5 });
  for (const [key, list] of values(model)) assert.is(before.get(key)?.join() === list.join(), !key.startsWith('last'), key);
  encoder.trainable = true;
  assert.ok(encoder.trainable);
  await model.fit(x, y); // compiled before: goes on as it was
  assert.equal(values(model).get('lstm/kernel'), before.get('lstm/kernel'));
  model.compile({ loss: 'mse', backend: float64 });
  await model.fit(x, y);
  assert.not.equal(values(model).get('lstm/kernel'), before.get('lstm/kernel'));
});

test('a file keeps what is frozen within a wrapper where it is, as it was when the model was compiled', async () => {
  const within = (layer: AnyLayer | undefined): AnyLayer => {
    assert.ok(layer instanceof Bidirectional || layer instanceof TimeDistributed);
    return layer.layer;
  };
  for (const make of [
    (trainable: boolean) => new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true, trainable }) }),
    (trainable: boolean) => new TimeDistributed({ layer: new Dense({ units: 2, trainable }) }),
    (trainable: boolean) => new TimeDistributed({ layer: new TimeDistributed({ layer: new Dense({ units: 2, trainable }) }) }),
  ]) {
    const nested = make(true).layer instanceof TimeDistributed;
    const [wrapper, free] = [make(false), make(true)];
    const model = (layer: AnyLayer): Sequential => {
      const made = new Sequential([layer, new Dense({ units: 2 })], { inputShape: nested ? [4, 2, 3] : [4, 3] });
      made.compile({ loss: 'mse', backend: float64 });
      return made;
    };
    const [frozen, trained] = [model(wrapper), model(free)];
    for (const copy of [await loadModel(frozen.toBytes()), modelFromJSON(JSON.stringify(frozen))]) {
      const [layer] = copy.layers;
      assert.equal([layer?.frozen, layer?.trainable, within(layer).frozen], [true, true, true]);
      (nested ? within(within(layer)) : within(layer)).trainable = true;
      if (layer instanceof Bidirectional) layer.backwardLayer.trainable = true;
      assert.is(layer?.frozen, false, 'thawed where it was frozen');
    }
    (nested ? within(within(free)) : within(free)).trainable = false; // set after compile, which nobody has called since
    assert.is((await loadModel(trained.toBytes())).layers[0]?.frozen, false);
    (nested ? within(within(wrapper)) : within(wrapper)).trainable = true;
    if (wrapper instanceof Bidirectional) wrapper.backwardLayer.trainable = true;
    assert.is((await loadModel(frozen.toBytes())).layers[0]?.frozen, true);
  }
});

test('a copy is frozen by itself, within wrappers too', () => {
  for (const wrapper of [new Bidirectional({ layer: new LSTM({ units: 2 }) }), new TimeDistributed({ layer: new Dense({ units: 2 }) })]) {
    const copy = compiled([wrapper]).clone();
    const [layer] = copy.layers;
    assert.ok(layer instanceof Bidirectional || layer instanceof TimeDistributed);
    layer.layer.trainable = false;
    assert.equal([layer.frozen, wrapper.frozen], [true, false], wrapper.className);
  }
});

test.run();
