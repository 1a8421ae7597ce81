/** Every class that exportTensorFlowJs writes comes back from importTensorFlowJs: options, weights, predictions. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs, importTensorFlowJs } from '../../../src/convert/index.js';
import { describers } from '../../../src/convert/tensorflowjs/describe.js';
import {
  Activation, Add, Average, AveragePool1D, AveragePool2D, BatchNorm, Bidirectional, Concatenate, Conv1D, Conv2D, Conv2DTranspose, Dense, DepthwiseConv2D, Dropout, Embedding, Flatten, GRU, GRUCell,
  GaussianNoise, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, Input, LSTM, LSTMCell, LayerNorm, Masking, MaxPool1D, MaxPool2D, Maximum, Minimum, Model, Multiply, Permute, RNN,
  RepeatVector, Reshape, SeparableConv2D, Sequential, SimpleRNN, SimpleRNNCell, SpatialDropout1D, StackedCells, TimeDistributed, UpSampling2D, ZeroPad2D, l2, maxNorm, randomStream,
} from '../../../src/index.js';
import type { AnyLayer, JsonObject, JsonValue } from '../../../src/index.js';
import { randomTensor } from '../../support/values.js';
import { randomise } from '../onnx/runtime/randomModels.js';

const sequence = [6, 3] as const;
const image = [6, 4, 3] as const;
const chain = (shape: readonly number[], ...layers: AnyLayer[]): Model => new Sequential(layers, { inputShape: shape, seed: 1 });
const merged = (make: () => AnyLayer): (() => Model) => () => {
  const x = Input({ shape: sequence });
  const layer = make();
  return new Model({ inputs: x, outputs: layer.apply([x, new Dense({ units: 3 }).apply(x)]), seed: 1 });
};
const words = (): Model => chain([5], new Embedding({ inputDim: 4, outputDim: 3, maskZero: true, embeddingsRegularizer: l2(0.1) }), new LSTM({ units: 2 }));

const models: Readonly<Record<string, () => Model>> = {
  Dense: () => chain(sequence, new Dense({ units: 2, activation: 'elu', kernelConstraint: maxNorm({ maxValue: 2 }) })), Activation: () => chain(sequence, new Activation({ kind: 'leakyRelu', alpha: 0.3 }), new Activation({ kind: 'softmax' })),
  Embedding: words, Masking: () => chain(sequence, new Masking({ maskValue: 0.5 }), new GRU({ units: 2, resetAfter: false })),
  LSTM: () => chain(sequence, new LSTM({ units: 2, returnSequences: true, goBackwards: true, dropout: 0.1 }), new LSTM({ units: 3, useBias: false, activation: 'relu', stateful: true })),
  GRU: () => chain(sequence, new GRU({ units: 2, resetAfter: false, recurrentActivation: 'hardSigmoidFifth' })), SimpleRNN: () => chain(sequence, new SimpleRNN({ units: 2, activation: 'linear', recurrentDropout: 0.1 })),
  RNN: () => chain(sequence, new RNN({ cell: new LSTMCell({ units: 2 }), returnSequences: true })), LSTMCell: () => chain(sequence, new RNN({ cell: new LSTMCell({ units: 3, useBias: false }) })),
  GRUCell: () => chain(sequence, new RNN({ cell: new GRUCell({ units: 3, resetAfter: false }) })), SimpleRNNCell: () => chain(sequence, new RNN({ cell: new SimpleRNNCell({ units: 3 }) })),
  StackedCells: () => chain(sequence, new RNN({ cell: new StackedCells({ cells: [new SimpleRNNCell({ units: 2 }), new GRUCell({ units: 3, resetAfter: false })] }) })),
  Bidirectional: () => chain(sequence, new Bidirectional({ layer: new SimpleRNN({ units: 2, returnSequences: true }), mergeMode: 'average' })), TimeDistributed: () => chain(image, new TimeDistributed({ layer: new Conv1D({ filters: 2, kernelSize: 2 }) })),
  Conv1D: () => chain(sequence, new Conv1D({ filters: 2, kernelSize: 3, stride: 2, padding: 'same', activation: 'tanh' })), Conv2D: () => chain(image, new Conv2D({ filters: 2, kernelSize: [3, 2], dilation: [2, 1], useBias: false })),
  Conv2DTranspose: () => chain(image, new Conv2DTranspose({ filters: 2, kernelSize: [3, 2], stride: 2 })), DepthwiseConv2D: () => chain(image, new DepthwiseConv2D({ kernelSize: 2, depthMultiplier: 2 })),
  SeparableConv2D: () => chain(image, new SeparableConv2D({ filters: 2, kernelSize: 2, padding: 'same' })), MaxPool1D: () => chain(sequence, new MaxPool1D({ poolSize: 3, stride: 2 })), MaxPool2D: () => chain(image, new MaxPool2D({ poolSize: [3, 2], padding: 'same' })),
  AveragePool1D: () => chain(sequence, new AveragePool1D({ poolSize: 2 })), AveragePool2D: () => chain(image, new AveragePool2D({ poolSize: 2, stride: 1 })), GlobalMaxPool1D: () => chain(sequence, new GlobalMaxPool1D()),
  GlobalAveragePool1D: () => chain(sequence, new GlobalAveragePool1D()), GlobalMaxPool2D: () => chain(image, new GlobalMaxPool2D()), GlobalAveragePool2D: () => chain(image, new GlobalAveragePool2D()),
  ZeroPad2D: () => chain(image, new ZeroPad2D({ padding: [[1, 0], [0, 2]] })), UpSampling2D: () => chain(image, new UpSampling2D({ size: [1, 2] })), Flatten: () => chain(image, new Flatten(), new Dense({ units: 2 })),
  Reshape: () => chain(sequence, new Reshape({ targetShape: [2, 9] })), Permute: () => chain(image, new Permute({ dims: [3, 1, 2] })), RepeatVector: () => chain([3], new RepeatVector({ n: 4 })),
  BatchNorm: () => chain(image, new BatchNorm({ epsilon: 0.01, momentum: 0.9, center: false })), LayerNorm: () => chain(sequence, new LayerNorm({ epsilon: 0.01, scale: false })), Dropout: () => chain(sequence, new Dropout({ rate: 0.2 })),
  SpatialDropout1D: () => chain(sequence, new SpatialDropout1D({ rate: 0.2 })), GaussianNoise: () => chain(sequence, new GaussianNoise({ stddev: 0.2 })), Add: merged(() => new Add()), Multiply: merged(() => new Multiply()), Average: merged(() => new Average()),
  Maximum: merged(() => new Maximum()), Minimum: merged(() => new Minimum()), Concatenate: merged(() => new Concatenate()),
};

/** Layers with all their options; what only training knows and TensorFlow.js has no word for is not compared. */
function described(model: Model): unknown {
  const plain = (value: JsonValue | undefined): JsonValue | undefined => {
    if (Array.isArray(value)) {
      const list = (value as readonly JsonValue[]).map((each) => plain(each) ?? null);
      return typeof list[0] === 'number' && list.length === 2 && list[0] === list[1] ? list[0] : list; // one number for both sides of a window
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value as JsonObject).filter(([key]) => !/[iI]nitializer$|^truncate$|^seed$/.test(key)).map(([key, each]) => [key, plain(each)]));
  };
  const { layers, nodes } = (JSON.parse(JSON.stringify(model)) as { readonly architecture: JsonObject }).architecture;
  return [plain(layers), nodes];
}

test('there is a model of every class that is written', () => {
  assert.equal(Object.keys(models).sort(), Object.keys(describers).sort());
});

for (const [name, make] of Object.entries(models)) {
  test(name, async () => {
    const model = make();
    randomise(model, randomStream(3, name));
    const { modelJson, weights, largestError } = await exportTensorFlowJs(model);
    const { model: again, notes } = await importTensorFlowJs(JSON.stringify(modelJson), weights);
    assert.equal(notes, []);
    assert.is(largestError, 0);
    assert.equal(described(again), described(model));
    const [before, after] = [model.getWeights(), again.getWeights()];
    assert.equal(Object.keys(after), Object.keys(before));
    for (const [key, { data }] of Object.entries(before)) assert.equal(Array.from(after[key]?.data ?? []), Array.from(data), key);
    const drawn = randomTensor(4, name, [2, ...model.inputShape.map((size) => size ?? 5)]);
    const x = name === 'Embedding' ? { ...drawn, data: drawn.data.map((value) => Math.floor(Math.abs(7 * value)) % 4) } : drawn;
    assert.equal((await again.predict(x)).data, (await model.predict(x)).data);
  });
}

test('what an optimiser of TensorFlow.js has gathered is left, with a note', async () => {
  const model = chain(sequence, new Dense({ units: 2 }));
  const { modelJson, weights } = await exportTensorFlowJs(model);
  const [group] = modelJson.weightsManifest as readonly { readonly weights: readonly JsonObject[] }[];
  const gathered = ['iter', 'dense_Dense1/kernel/m', 'dense_Dense1/kernel/v'].map((name): JsonObject => ({ name, shape: name === 'iter' ? [] : [3, 2], dtype: 'float32', group: 'optimizer' }));
  const whole: JsonObject = { ...modelJson, weightsManifest: [{ ...group, weights: [...group?.weights ?? [], ...gathered] }] };
  const bytes = new Uint8Array(weights.length + 4 * 13);
  bytes.set(weights);
  const { model: again, notes } = await importTensorFlowJs(whole, bytes);
  assert.match(notes.join(), /what the optimizer had gathered is not taken/);
  assert.equal(Array.from(again.getWeights()['dense/kernel']?.data ?? []), Array.from(model.getWeights()['dense/kernel']?.data ?? [1]));
});

test.run();
