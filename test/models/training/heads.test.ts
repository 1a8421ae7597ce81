/** Cross-entropies behind heads that end in a sigmoid or softmax: the numbers of the same model with a linear head. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../../src/backends/cpu/index.js';
import { ArgumentError } from '../../../src/errors.js';
import { classLogit } from '../../../src/explain/targets.js';
import { inputGradients } from '../../../src/explain/inputGradients.js';
import { Activation } from '../../../src/layers/activation.js';
import { Conv1D } from '../../../src/layers/conv2d.js';
import { Dense } from '../../../src/layers/dense.js';
import { Dropout } from '../../../src/layers/dropout.js';
import { GRU } from '../../../src/layers/gru.js';
import { Input } from '../../../src/layers/layer.js';
import type { AnyLayer, SymbolicTensor } from '../../../src/layers/layer.js';
import { LSTM } from '../../../src/layers/lstm.js';
import { Add, Concatenate, Multiply } from '../../../src/layers/merge.js';
import { GlobalAveragePool1D } from '../../../src/layers/pooling.js';
import { Flatten, Reshape } from '../../../src/layers/reshape.js';
import { SimpleRNN } from '../../../src/layers/simpleRnn.js';
import { TimeDistributed } from '../../../src/layers/timeDistributed.js';
import type { Loss } from '../../../src/losses/losses.js';
import { loadModel } from '../../../src/models/load.js';
import { Model } from '../../../src/models/model.js';
import { Sequential } from '../../../src/models/sequential.js';
import { Adam } from '../../../src/optimizers/adam.js';
import type { Shape } from '../../../src/tensor.js';
import { assertClose, thrown } from '../../support/compare.js';
import { randomData } from '../support.js';

type Kind = 'sigmoid' | 'softmax';
const losses: Record<Kind, Loss> = { sigmoid: 'binaryCrossentropy', softmax: 'categoricalCrossentropy' };
const activation = (kind: Kind | 'linear'): Activation => new Activation({ kind });
/** Dense knows a sigmoid of its own; a softmax stands behind it. */
const dense = (units: number, kind: Kind | 'linear'): AnyLayer[] =>
  kind === 'softmax' ? [new Dense({ units }), activation(kind)] : [new Dense({ units, activation: kind })];

/** Heads by what stands at the end, each made with its activation or without. */
const chains: Record<string, { kinds: readonly Kind[]; input: Shape; layers: (kind: Kind | 'linear') => AnyLayer[] }> = {
  'dense': { kinds: ['sigmoid', 'softmax'], input: [3], layers: (kind) => dense(4, kind) },
  'activation': { kinds: ['sigmoid', 'softmax'], input: [3], layers: (kind) => [new Dense({ units: 4 }), activation(kind)] },
  'reshape': { kinds: ['sigmoid'], input: [3], layers: (kind) => [...dense(4, kind), new Reshape({ targetShape: [2, 2] })] },
  'flatten': { kinds: ['sigmoid'], input: [5, 3], layers: (kind) => [...dense(2, kind), new Flatten()] },
  'two reshapes': { kinds: ['softmax'], input: [4, 3], layers: (kind) => [...dense(2, kind), new Reshape({ targetShape: [2, 2, 2] }), new Reshape({ targetShape: [4, 2] })] },
  'over time': { kinds: ['sigmoid', 'softmax'], input: [5, 3], layers: (kind) => [new LSTM({ units: 4, returnSequences: true }), ...dense(2, kind)] },
  'time distributed': {
    kinds: ['sigmoid', 'softmax'], input: [5, 3],
    layers: (kind) => [new TimeDistributed({ layer: new Dense({ units: 2 }) }), new TimeDistributed({ layer: activation(kind) })],
  },
  'time distributed dense': { kinds: ['sigmoid'], input: [5, 3], layers: (kind) => [new TimeDistributed({ layer: new Dense({ units: 2, activation: kind as 'sigmoid' }) })] },
  'convolution': { kinds: ['sigmoid'], input: [5, 3], layers: (kind) => [new Conv1D({ filters: 2, kernelSize: 2, activation: kind as 'sigmoid' })] },
  'linear activation last': { kinds: ['sigmoid'], input: [3], layers: (kind) => [...dense(2, kind), new Reshape({ targetShape: [-1] })] },
};

const float64 = (): ReturnType<typeof cpu> => cpu({ dtype: 'float64' });

function targets(kind: Kind, samples: number, shape: Shape): { data: Float64Array; shape: Shape } {
  const { y } = randomData(samples, [1], shape, 11);
  const width = shape.at(-1) ?? 1;
  const data = Float64Array.from(y.data, (value, i) => (kind === 'sigmoid' ? Number(value > 0) : Number(i % width === Math.floor(i / width) % width)));
  return { data, shape: [samples, ...shape] };
}

const squash: Record<Kind, (z: ArrayLike<number>, width: number) => Float64Array> = {
  sigmoid: (z) => Float64Array.from(z, (v) => 1 / (1 + Math.exp(-v))),
  softmax: (z, width) => Float64Array.from(z, (v, i) => {
    const from = Math.floor(i / width) * width;
    let sum = 0;
    for (let j = from; j < from + width; j++) sum += Math.exp(z[j] ?? 0);
    return Math.exp(v) / sum;
  }),
};

for (const [name, { kinds, input, layers }] of Object.entries(chains)) {
  for (const kind of kinds) {
    test(`${name}, ${kind}: loss, gradients and steps are those of the linear head, the output is a probability`, async () => {
      const [headed, linear] = (['with', 'without'] as const).map((which) => {
        const model = new Sequential(layers(which === 'with' ? kind : 'linear'), { inputShape: input, seed: 3 });
        model.compile({ loss: losses[kind], backend: float64(), optimizer: 'sgd' });
        return model;
      }) as [Sequential, Sequential];
      const shape = headed.network.outputs[0]?.shape ?? [];
      const { x } = randomData(6, input, [1]);
      const y = targets(kind, 6, shape);
      const [a, b] = [await headed.lossAndGradients(x, y), await linear.lossAndGradients(x, y)];
      assertClose([a.loss], [b.loss], 1e-13, 'loss');
      assert.equal(Object.keys(a.gradients), Object.keys(b.gradients));
      for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-13, key);
      assertClose(a.inputGradients[0]?.data ?? [], b.inputGradients[0]?.data ?? [], 1e-13, 'input gradient');
      const logits = await linear.predict(x);
      assertClose((await headed.predict(x)).data, squash[kind](logits.data, shape.at(-1) ?? 1), 1e-13, 'prediction');
      for (const model of [headed, linear]) await model.fit(x, y, { epochs: 3, batchSize: 4 });
      for (const [key, { data }] of Object.entries(linear.getWeights())) assertClose(headed.getWeights()[key]?.data ?? [], data, 1e-12, key);
      assertClose([(await headed.evaluate(x, y)).loss ?? NaN], [(await linear.evaluate(x, y)).loss ?? 0], 1e-12, 'loss after training');
    });
  }
}

test('a saturated sigmoid keeps the digits of its logit', async () => {
  const model = new Sequential([new Dense({ units: 1, activation: 'sigmoid' })], { inputShape: [1] });
  model.compile({ loss: 'binaryCrossentropy' });
  model.setWeights({ 'dense/kernel': [[1]], 'dense/bias': [0] });
  const { loss, gradients } = await model.lossAndGradients([[80], [-80]], [[0], [1]]);
  assertClose([loss], [80], 1e-6, 'loss'); // a logarithm of the rounded sigmoid would be infinite, or cut at 16
  assertClose(gradients['dense/kernel']?.data ?? [], [80], 1e-6, 'gradient');
});

test('trains where it was stuck: a sigmoid head reaches what a linear one reaches', async () => {
  const { x } = randomData(200, [2], [1], 4);
  const y = { data: Float64Array.from({ length: 200 }, (_, i) => Number((x.data[2 * i] ?? 0) > (x.data[2 * i + 1] ?? 0))), shape: [200, 1] };
  const model = new Sequential([new Dense({ units: 1, activation: 'sigmoid' })], { inputShape: [2], seed: 1 });
  model.compile({ loss: 'binaryCrossentropy', optimizer: new Adam({ learningRate: 0.05 }), metrics: ['binaryAccuracy'] });
  await model.fit(x, y, { epochs: 40, batchSize: 20 });
  const { loss = 1, binaryAccuracy = 0 } = await model.evaluate(x, y);
  assert.ok(loss < 0.2 && binaryAccuracy > 0.97, `${loss} ${binaryAccuracy}`);
});

test('padding counts behind a head as it does behind none', async () => {
  const build = (kind: 'sigmoid' | 'linear'): Sequential => {
    const model = new Sequential([new LSTM({ units: 3, returnSequences: true }), new TimeDistributed({ layer: new Dense({ units: 2, activation: kind }) })], { inputShape: [5, 3], seed: 3 });
    model.compile({ loss: 'binaryCrossentropy', metrics: ['binaryAccuracy'], backend: float64() });
    return model;
  };
  const { x } = randomData(4, [5, 3], [1]);
  const y = targets('sigmoid', 4, [5, 2]);
  const lengths = [5, 2, 1, 3];
  const [a, b] = [await build('sigmoid').lossAndGradients(x, y, { lengths }), await build('linear').lossAndGradients(x, y, { lengths })];
  assertClose([a.loss], [b.loss], 1e-13, 'loss');
  for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-13, key);
  const scores = await Promise.all((['sigmoid', 'linear'] as const).map((kind) => build(kind).evaluate(x, y, { lengths, batchSize: 3 })));
  assertClose(Object.values(scores[0] ?? {}), Object.values(scores[1] ?? {}), 1e-13, 'evaluate');
});

test('several outputs: each loss looks behind its own head; probabilities may go elsewhere too', async () => {
  const build = (kind: 'sigmoid' | 'linear'): Model => {
    const x = Input({ shape: [3] });
    const p = new Dense({ units: 2, activation: kind, name: 'p' }).apply(x);
    const probability = kind === 'linear' ? new Activation({ kind: 'sigmoid' }).apply(p) : p;
    const value = new Dense({ units: 1, name: 'value' }).apply(probability);
    const both = new Concatenate().apply([p, new Dense({ units: 2, activation: kind, name: 'q' }).apply(x)]);
    const model = new Model({ inputs: x, outputs: [value, p, both], seed: 2 });
    model.compile({ loss: ['mse', 'binaryCrossentropy', 'binaryCrossentropy'], backend: float64() });
    return model;
  };
  const { x } = randomData(5, [3], [1]);
  const y = [randomData(5, [1], [1]).y, targets('sigmoid', 5, [2]), targets('sigmoid', 5, [4])];
  const [a, b] = [await build('sigmoid').lossAndGradients(x, y), await build('linear').lossAndGradients(x, y)];
  assertClose([a.loss], [b.loss], 1e-13, 'loss');
  for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-13, key);
});

test('one tensor as two outputs: a cross-entropy looks behind it, a squared error does not', async () => {
  const x = Input({ shape: [1] });
  const p = new Dense({ units: 1, activation: 'sigmoid' }).apply(x);
  const model = new Model({ inputs: x, outputs: [p, p] });
  model.compile({ loss: ['binaryCrossentropy', 'mse'], backend: float64() });
  model.setWeights({ 'dense/kernel': [[1]], 'dense/bias': [0] });
  const { loss } = await model.lossAndGradients([[2]], [[[1]], [[1]]]);
  const sigmoid = 1 / (1 + Math.exp(-2));
  assertClose([loss], [-Math.log(sigmoid) + (1 - sigmoid) ** 2], 1e-13, 'loss');
});

test('binaryAccuracy asks for the sign of logits and for one half of everything else', async () => {
  const score = async (head: 'sigmoid' | 'linear' | 'blended', loss: Loss, x: number): Promise<number | undefined> => {
    const layers = [new Dense({ units: 1, activation: head === 'sigmoid' ? 'sigmoid' : 'linear' }), ...(head === 'blended' ? [new Dropout({ rate: 0.5 })] : [])];
    const model = new Sequential(layers, { inputShape: [1] });
    model.compile({ loss, metrics: ['binaryAccuracy'] });
    model.setWeights({ 'dense/kernel': [[1]], 'dense/bias': [0] });
    return (await model.evaluate([[x]], [[1]])).binaryAccuracy;
  };
  assert.equal([await score('linear', 'binaryCrossentropy', 0.3), await score('linear', 'binaryCrossentropy', -0.3)], [1, 0]);
  assert.equal([await score('sigmoid', 'binaryCrossentropy', 0.3), await score('sigmoid', 'binaryCrossentropy', -0.3)], [1, 0]);
  assert.equal([await score('linear', 'mse', 0.3), await score('linear', 'mse', 0.7)], [0, 1]);
  assert.equal([await score('sigmoid', 'mse', 0.3), await score('sigmoid', 'mse', -0.3)], [1, 0]);
  assert.equal([await score('blended', 'mse', 0.3), await score('blended', 'mse', 0.7)], [0, 1]);
});

test('combinations that cannot be right are refused by compile, which changes nothing', () => {
  const last = (layers: AnyLayer[], inputShape: Shape, loss: Loss): string => {
    const model = new Sequential(layers, { inputShape });
    return thrown(ArgumentError, () => { model.compile({ loss }); }).message;
  };
  const sigmoid = (): Dense => new Dense({ units: 4, activation: 'sigmoid' });
  assert.match(last([sigmoid()], [3], 'categoricalCrossentropy'), /loss 'categoricalCrossentropy' must be behind an output that is linear \(logits\) or ends in softmax, got one that ends in sigmoid.*'binaryCrossentropy'/);
  assert.match(last([new Dense({ units: 4 }), activation('softmax')], [3], 'binaryCrossentropy'), /ends in softmax.*'categoricalCrossentropy'/);
  for (const kind of ['tanh', 'relu', 'softplus', 'elu', 'gelu', 'leakyRelu', 'hardSigmoidSixth'] as const) assert.match(last([new Dense({ units: 2, activation: kind })], [3], 'binaryCrossentropy'), `ends in ${kind}`);
  for (const layer of [new LSTM({ units: 1 }), new GRU({ units: 1 }), new SimpleRNN({ units: 1 })]) assert.match(last([layer], [4, 2], 'binaryCrossentropy'), 'ends in tanh');
  assert.match(last([new SimpleRNN({ units: 1, activation: 'relu' })], [4, 2], 'binaryCrossentropy'), 'ends in relu');
  assert.match(last([sigmoid(), new Dropout({ rate: 0.1 })], [3], 'binaryCrossentropy'), 'probabilities that were changed afterwards');
  assert.match(last([sigmoid(), new GlobalAveragePool1D()], [5, 3], 'binaryCrossentropy'), 'probabilities that were changed afterwards');
  assert.match(last([new Dense({ units: 1 })], [3], 'categoricalCrossentropy'), 'two or more classes');
  assert.match(last([new Dense({ units: 2 }), activation('softmax'), new Flatten()], [5, 3], 'categoricalCrossentropy'), 'a softmax over 2 in an output over 10');

  const merged = (merge: (a: SymbolicTensor, b: SymbolicTensor) => SymbolicTensor, second: 'sigmoid' | 'linear'): Model => {
    const x = Input({ shape: [3] });
    return new Model({ inputs: x, outputs: merge(sigmoid().apply(x), new Dense({ units: 4, activation: second }).apply(x)) });
  };
  const compile = (model: Model) => () => { model.compile({ loss: 'binaryCrossentropy' }); };
  assert.match(thrown(ArgumentError, compile(merged((a, b) => new Add().apply([a, b]), 'sigmoid'))).message, 'changed afterwards');
  assert.match(thrown(ArgumentError, compile(merged((a, b) => new Concatenate().apply([a, b]), 'linear'))).message, 'changed afterwards');
  compile(merged((a, b) => new Multiply().apply([a, b]), 'linear'))(); // a gate: its output is no probability

  const kept = new Sequential([sigmoid()], { inputShape: [3] });
  kept.compile({ loss: 'mse' });
  thrown(ArgumentError, () => { kept.compile({ loss: 'categoricalCrossentropy' }); });
  assert.match(kept.summary(), 'loss mse');
  assert.match(thrown(ArgumentError, () => { new Sequential([new Dense({ units: 1 })], { inputShape: [3] }).compile({ loss: 'mse', metrics: ['categoricalAccuracy'] }); }).message, 'an output of width 1');
});

test('saved, loaded and trained on bit for bit', async () => {
  const { x } = randomData(8, [3], [1]);
  const y = targets('sigmoid', 8, [2, 2]);
  const model = new Sequential([new Dense({ units: 4, activation: 'sigmoid' }), new Reshape({ targetShape: [2, 2] })], { inputShape: [3] });
  model.compile({ loss: 'binaryCrossentropy', metrics: ['binaryAccuracy'] });
  await model.fit(x, y, { epochs: 2 });
  const again = await loadModel(model.toBytes());
  for (const one of [model, again]) await one.fit(x, y, { epochs: 4, resume: true });
  assert.equal([...again.toBytes()], [...model.toBytes()]);
  assert.equal(await again.evaluate(x, y), await model.evaluate(x, y));
});

test('classLogit finds the softmax behind a Reshape', async () => {
  const flat = new Sequential([new Dense({ units: 3 }), activation('softmax'), new Reshape({ targetShape: [3] })], { inputShape: [2], seed: 5 });
  const plain = new Sequential([new Dense({ units: 3 })], { inputShape: [2], seed: 5 });
  const x = [[0.3, -1]];
  const [a, b] = [await inputGradients(flat, x, { target: classLogit(1) }), await inputGradients(plain, x, { target: classLogit(1) })];
  assertClose(a.gradients[0]?.data ?? [], b.gradients[0]?.data ?? [1], 1e-7, 'gradient');
});

test.run();
