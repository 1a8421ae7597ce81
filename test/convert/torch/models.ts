/** Models of ours for the files of test/golden/torch: the same layers, and PyTorch's own defaults where they differ. */
import {
  Activation, BatchNorm, Bidirectional, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Dense, DepthwiseConv1D, DepthwiseConv2D, Embedding, Flatten, GRU, GRUCell, GroupNorm, Input, LSTM,
  LSTMCell, LayerNorm, MaxPool1D, Model, MultiHeadAttention, RMSNorm, RNN, SeparableConv2D, Sequential, SimpleRNN, SimpleRNNCell, StackedCells, TimeDistributed,
} from '../../../src/index.js';
import type { AnyLayer } from '../../../src/index.js';

const units = 4;
const epsilon = 1e-5;

function chain(inputShape: number[], ...layers: AnyLayer[]): Model {
  return new Sequential(layers, { inputShape, seed: 5 });
}

function sequences(...layers: AnyLayer[]): Model {
  return chain([5, 3], ...layers);
}

function attention(useBias: boolean): Model {
  const x = Input({ shape: [5, 6] });
  return new Model({ inputs: x, outputs: new MultiHeadAttention({ numHeads: 2, keyDim: 3, useBias }).apply([x, x]) });
}

function attentionOfSizes(): Model {
  const [query, value, key] = [Input({ shape: [3, 6] }), Input({ shape: [5, 5] }), Input({ shape: [5, 4] })];
  return new Model({ inputs: [query, value, key], outputs: new MultiHeadAttention({ numHeads: 3, keyDim: 2 }).apply([query, value, key]) });
}

const all = { returnSequences: true };

export const torchModels: Readonly<Record<string, () => Model>> = {
  'lstm-1': () => sequences(new LSTM({ units, ...all })),
  'lstm-2-bidirectional': () => sequences(new Bidirectional({ layer: new LSTM({ units, ...all }) }), new Bidirectional({ layer: new LSTM({ units, ...all }) })),
  'lstm-3-no-bias': () => sequences(...[0, 1, 2].map(() => new LSTM({ units, ...all, useBias: false }))),
  'lstm-cell': () => sequences(new RNN({ cell: new LSTMCell({ units }), ...all })),
  'lstm-projection': () => sequences(...[0, 1].map(() => new Bidirectional({ layer: new LSTM({ units, ...all, projection: 2 }) }))),
  'gru-1': () => sequences(new GRU({ units, ...all })),
  'gru-2-bidirectional': () => sequences(new Bidirectional({ layer: new GRU({ units, ...all }) }), new Bidirectional({ layer: new GRU({ units, ...all }) })),
  'gru-3-no-bias': () => sequences(new RNN({ cell: new StackedCells({ cells: [0, 1, 2].map(() => new GRUCell({ units, useBias: false })) }), ...all })),
  'gru-cell': () => sequences(new GRU({ units, ...all })),
  'rnn-1': () => sequences(new SimpleRNN({ units, ...all })),
  'rnn-2-bidirectional': () => sequences(new Bidirectional({ layer: new SimpleRNN({ units, ...all }) }), new Bidirectional({ layer: new SimpleRNN({ units, ...all }) })),
  'rnn-3-no-bias': () => sequences(...[0, 1, 2].map(() => new SimpleRNN({ units, ...all, useBias: false }))),
  'rnn-cell': () => sequences(new RNN({ cell: new SimpleRNNCell({ units }), ...all })),
  'rnn-relu': () => sequences(new SimpleRNN({ units, ...all, activation: 'relu' })),
  tutorial: () => sequences(new LSTM({ units: 5, ...all }), new LSTM({ units: 5 }), new Dense({ units: 1 })),
  words: () => chain([4], new Embedding({ inputDim: 7, outputDim: 3 }), new LSTM({ units }), new Dense({ units: 2 })),
  conv1d: () => chain([9, 4], new Conv1D({ filters: 6, kernelSize: 3, stride: 2, padding: 1, dilation: 2, groups: 2 })),
  conv2d: () => chain([5, 6, 4], new Conv2D({ filters: 6, kernelSize: [3, 2], stride: [1, 2], padding: [[1, 1], [0, 0]], groups: 2 })),
  'conv2d-flatten': () => chain([5, 4, 2], new Conv2D({ filters: 3, kernelSize: 3, useBias: false }), new BatchNorm({ epsilon }), new Activation({ kind: 'relu' }), new Flatten(), new Dense({ units: 4 })),
  'conv2d-flatten-norm': () => chain([5, 4, 2], new Conv2D({ filters: 3, kernelSize: 3 }), new Flatten(), new BatchNorm({ epsilon }), new Dense({ units: 4 })),
  film: () => chain([3, 3, 4, 2], new TimeDistributed({ layer: new Conv2D({ filters: 3, kernelSize: 2, activation: 'relu' }) }), new TimeDistributed({ layer: new Flatten() }),
    new Bidirectional({ layer: new LSTM({ units, ...all }) }), new TimeDistributed({ layer: new Dense({ units: 2 }) })),
  'conv1d-flatten': () => chain([8, 2], new Conv1D({ filters: 3, kernelSize: 3 }), new MaxPool1D({ poolSize: 2 }), new Flatten(), new Dense({ units: 4 })),
  depthwise1d: () => chain([6, 3], new DepthwiseConv1D({ kernelSize: 3, depthMultiplier: 2 })),
  depthwise2d: () => chain([4, 5, 3], new DepthwiseConv2D({ kernelSize: [2, 3], depthMultiplier: 2 })),
  separable2d: () => chain([4, 5, 3], new SeparableConv2D({ filters: 4, kernelSize: 3, depthMultiplier: 2 })),
  transpose1d: () => chain([5, 4], new Conv1DTranspose({ filters: 6, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2 })),
  transpose2d: () => chain([3, 4, 4], new Conv2DTranspose({ filters: 6, kernelSize: [3, 2], stride: [2, 1], outputPadding: 0, groups: 2 })),
  batchnorm1d: () => chain([5, 4], new BatchNorm({ epsilon })),
  'batchnorm-plain': () => chain([5, 4], new BatchNorm({ epsilon, scale: false, center: false })),
  layernorm: () => chain([5, 4], new LayerNorm({ epsilon })),
  groupnorm: () => chain([5, 6], new GroupNorm({ epsilon, groups: 2 })),
  rmsnorm: () => chain([5, 4], new RMSNorm({ epsilon: 1e-6 })),
  linear: () => chain([4], new Dense({ units: 3, activation: 'tanh' }), new Dense({ units: 3, activation: 'tanh' }), new Dense({ units: 3, useBias: false })),
  'shared-module': () => {
    const [x, layer] = [Input({ shape: [3] }), new Dense({ units: 3 })];
    return new Model({ inputs: x, outputs: layer.apply(new Activation({ kind: 'tanh' }).apply(layer.apply(x))) });
  },
  attention: () => attention(true),
  'attention-sizes': attentionOfSizes,
  'attention-no-bias': () => attention(false),
};
