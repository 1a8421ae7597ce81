/** `bptt/predict` gives the bits of the whole model, for every layer and option, told of nothing but what the file holds. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Activation, Add, Bidirectional, Conv1D, Dense, Dropout, EarlyStopping, Embedding, Flatten, GRU, Input, LSTM, LSTMCell, LayerNorm, Masking, Model, RNN, Sequential, SimpleRNN, StackedCells,
  TimeDistributed, l2, loadModel, maxNorm,
} from '../../src/index.js';
import type { AnyLayer, BidirectionalOptions, LSTMOptions } from '../../src/index.js';
import { makers } from '../../src/models/files/makers.js';
import { assertDifferent, assertSame } from '../support/compare.js';
import { everyLayer, modelOfOne } from '../support/everyLayer.js';
import { assertSameBits, drawn, known, predictorOf } from './support.js';

test('every layer that can be saved can be predicted with, by its own kernels', async () => {
  assert.equal([...known.keys()].filter((name) => !/Cells?$/.test(name)).sort(), Object.keys(makers).sort());
  for (const [name, { shape, inputs = 1, values }] of Object.entries(everyLayer)) {
    assert.is(known.get(name)?.className, name);
    const model = modelOfOne(name);
    const x = Array.from({ length: inputs }, () => {
      const tensor = drawn([5, ...shape]);
      return values === undefined ? tensor : { ...tensor, data: tensor.data.fill(values) };
    });
    await assertSameBits(name, model, predictorOf(model), x);
    model.dispose();
  }
});

const steps = { returnSequences: true };
const recurrent: Readonly<Record<string, () => AnyLayer>> = {
  'LSTM, last state': () => new LSTM({ units: 5 }),
  'LSTM, states returned': () => new LSTM({ units: 5, ...steps, returnState: true }),
  'LSTM, from the end': () => new LSTM({ units: 3, ...steps, goBackwards: true }),
  'LSTM with peepholes and projection': () => new LSTM({ units: 6, peepholes: true, projection: 4, ...steps }),
  'LSTM without bias': () => new LSTM({ units: 6, useBias: false }),
  'LSTM of other activations': () => new LSTM({ units: 4, activation: 'relu', recurrentActivation: 'hardSigmoidFifth', ...steps }),
  'LSTM with dropout': () => new LSTM({ units: 4, dropout: 0.5, recurrentDropout: 0.5 }),
  'LSTM, padding shown as 0': () => new LSTM({ units: 4, ...steps, zeroOutputForMask: true }),
  'LSTM, truncated': () => new LSTM({ units: 4, truncate: { stepsBack: 2 } }),
  GRU: () => new GRU({ units: 5 }),
  'GRU, reset before': () => new GRU({ units: 5, resetAfter: false, ...steps }),
  'GRU of other activations': () => new GRU({ units: 5, activation: 'elu', returnState: true }),
  'GRU without bias, of other activations, reset before': () => new GRU({ units: 5, useBias: false, recurrentActivation: 'hardSigmoidSixth', resetAfter: false }),
  SimpleRNN: () => new SimpleRNN({ units: 5, activation: 'leakyRelu', ...steps }),
  'RNN of stacked cells': () => new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: 3 }), new LSTMCell({ units: 4, peepholes: true })] }), ...steps }),
};

test('every option of recurrent layers, with masks and without', async () => {
  for (const [name, make] of Object.entries(recurrent)) {
    const input = Input({ shape: [6, 3] });
    const model = new Model({ inputs: input, outputs: make().applyAll(input) });
    const predictor = predictorOf(model);
    const x = drawn([5, 6, 3]);
    await assertSameBits(name, model, predictor, x);
    await assertSameBits(`${name}, masked`, model, predictor, x, { lengths: [6, 1, 3, 5, 2] });
    model.dispose();
  }
});

test('both directions in every way', async () => {
  const modes: readonly BidirectionalOptions['mergeMode'][] = ['concat', 'sum', 'average', 'multiply', 'none'];
  for (const mergeMode of modes) {
    const input = Input({ shape: [6, 3] });
    const layer = new Bidirectional({ layer: new LSTM({ units: 3, returnState: true, ...steps }), backwardLayer: new GRU({ units: 3, ...steps, returnState: true, goBackwards: true }), mergeMode });
    const model = new Model({ inputs: input, outputs: layer.applyAll(input) });
    await assertSameBits(`Bidirectional ${mergeMode}`, model, predictorOf(model), drawn([4, 6, 3]), { lengths: [6, 2, 4, 1] });
    model.dispose();
  }
});

test('wrappers of wrappers, a graph with two inputs and a shared layer, masks by name', async () => {
  const [a, b] = [Input({ shape: [5, 2], name: 'first' }), Input({ shape: [5, 2], name: 'second' })];
  const shared = new Bidirectional({ layer: new SimpleRNN({ units: 3, ...steps }) });
  const joined = new Add().apply([shared.apply(a), shared.apply(b)]);
  const each = new TimeDistributed({ layer: new Dense({ units: 2, activation: 'gelu' }) }).apply(joined);
  const last = new LSTM({ units: 2 }).apply(new TimeDistributed({ layer: new LayerNorm() }).apply(each));
  const model = new Model({ inputs: [a, b], outputs: { each, last: new Activation({ kind: 'softmax' }).apply(last) } });
  const predictor = predictorOf(model);
  assert.equal(predictor.inputShapes, model.inputShapes);
  assert.equal(predictor.outputShapes, model.outputShapes);
  const x = [drawn([4, 5, 2]), drawn([4, 5, 2])];
  await assertSameBits('graph', model, predictor, x);
  await assertSameBits('graph, masked', model, predictor, x, { lengths: { second: [5, 1, 2, 3] } });
  model.dispose();
});

test('any length, and masks made of values', async () => {
  const input = Input({ shape: [null, 2] });
  const model = new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(new GRU({ units: 4, ...steps }).apply(new Masking({ maskValue: -1 }).apply(input))) });
  const predictor = predictorOf(model);
  assert.equal(predictor.inputShapes, [[null, 2]]);
  for (const length of [3, 7, 1]) {
    const x = drawn([3, length, 2]);
    x.data.fill(-1, (length + 1) * 2, 2 * length * 2);
    await assertSameBits(`${length} steps`, model, predictor, x);
  }
  const words = new Sequential([new Embedding({ inputDim: 9, outputDim: 3, maskZero: true }), new LSTM({ units: 4 })], { inputShape: [5] });
  await assertSameBits('words', words, predictorOf(words), { data: Float32Array.of(1, 8, 3, 0, 0, 2, 2, 5, 1, 0), shape: [2, 5] });
  [model, words].forEach((each) => { each.dispose(); });
});

test('a long sequence: the same bits, and room for a part of its steps alone', async () => {
  const steps = 1000;
  const model = new Sequential([new LSTM({ units: 32 })], { inputShape: [steps, 1] });
  const x = drawn([16, steps, 1]);
  const { prototype } = WebAssembly.Memory;
  const grow: (this: WebAssembly.Memory, delta: number) => number = Reflect.get(prototype, 'grow');
  let pages = 0;
  prototype.grow = function (this: WebAssembly.Memory, delta: number): number {
    pages += delta;
    return grow.call(this, delta);
  };
  try {
    predictorOf(model).predict(x);
  } finally {
    prototype.grow = grow;
  }
  // The gates of all steps are 4 · 1000 · 16 · 32 numbers, which is 8 MB, and more is kept for a way back.
  assert.ok(pages * 65_536 < 8e6, `${pages} pages`);
  await assertSameBits('long', model, predictorOf(model), x);
});

test('a stateful network goes on where it was, and begins anew', async () => {
  const options: LSTMOptions = { units: 4, stateful: true, ...steps };
  const model = new Sequential([new LSTM(options), new Dense({ units: 1 })], { inputShape: [3, 2] });
  const [first, second] = [drawn([2, 3, 2]), drawn([2, 3, 2])];
  const predictor = predictorOf(model);
  const expected = [await model.predict(first), await model.predict(second)];
  const found = [predictor.predict(first), predictor.predict(second)];
  found.forEach(({ data }, i) => { assertSame(data, expected[i]?.data ?? [], `call ${i}`); });
  assertDifferent(predictor.predict(first).data, expected[0]?.data ?? [], 1e-4, 'the states that were carried');
  predictor.resetStates();
  assertSame(predictor.predict(first).data, expected[0]?.data ?? [], 'after the reset');
  const underWay = predictorOf(model); // its file holds the stream
  assertSame(underWay.predict(first).data, (await (await loadModel(model.toBytes())).predict(first)).data, 'a stream that goes on');
  model.dispose();
});

test('a trained model: optimiser, callbacks and rules stay outside', async () => {
  const model = new Sequential([
    new Conv1D({ filters: 3, kernelSize: 2, kernelRegularizer: l2(0.01) }), new LSTM({ units: 4, kernelRegularizer: l2(0.01), recurrentConstraint: maxNorm(), trainable: false, ...steps }),
    new Dropout({ rate: 0.3 }), new Flatten(), new Dense({ units: 1, kernelConstraint: maxNorm({ maxValue: 2 }) }),
  ], { inputShape: [6, 2], seed: 9 });
  model.compile({ loss: 'mse', optimizer: 'adam', metrics: ['mae'] });
  await model.fit(drawn([20, 6, 2]), drawn([20, 1]), { epochs: 2, batchSize: 5, validationSplit: 0.25, callbacks: [new EarlyStopping({ monitor: 'val_loss', restoreBestWeights: true })] });
  model.metadata = { column: 'Close' };
  const predictor = predictorOf(model);
  assert.equal(predictor.metadata, { column: 'Close' });
  await assertSameBits('trained', model, predictor, drawn([5, 6, 2]));
  model.dispose();
});

test.run();
