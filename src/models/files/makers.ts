/**
 * Makers of all layers, for `loadModel` alone: what it can read, its program holds. Not fetched one by one, since what a bundler finds behind
 * an `import()` it leaves in every program that imports the same file by the entry (docs/decisions/kernel-families.md).
 */
import { GRUCell } from '../../cells/gruCell.js';
import { LSTMCell } from '../../cells/lstmCell.js';
import { SimpleRNNCell } from '../../cells/rnnCell.js';
import { StackedCells } from '../../cells/stackedCells.js';
import { Activation } from '../../layers/activation.js';
import { Attention } from '../../layers/attention/attention.js';
import { MultiHeadAttention } from '../../layers/attention/multiHeadAttention.js';
import { BatchNorm } from '../../layers/batchNorm.js';
import { Bidirectional } from '../../layers/bidirectional.js';
import { Conv1D, Conv2D } from '../../layers/conv2d.js';
import { Conv1DTranspose, Conv2DTranspose } from '../../layers/conv2dTranspose.js';
import { Cropping1D } from '../../layers/cropping.js';
import { Dense } from '../../layers/dense.js';
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from '../../layers/depthwiseConv2d.js';
import { Dropout } from '../../layers/dropout.js';
import { Embedding } from '../../layers/embedding.js';
import { GaussianNoise } from '../../layers/gaussianNoise.js';
import { GroupNorm } from '../../layers/groupNorm.js';
import { GRU } from '../../layers/gru.js';
import type { AnyLayer } from '../../layers/layer.js';
import { LayerNorm } from '../../layers/layerNorm.js';
import { LSTM } from '../../layers/lstm.js';
import { Masking } from '../../layers/masking.js';
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from '../../layers/merge.js';
import { Permute } from '../../layers/permute.js';
import {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, MaxPool1D, MaxPool2D,
} from '../../layers/pooling.js';
import { isRecurrent } from '../../layers/recurrent.js';
import type { AnyRecurrent } from '../../layers/recurrent.js';
import { RNN } from '../../layers/rnn.js';
import { RepeatVector, UpSampling1D, UpSampling2D } from '../../layers/repeat.js';
import { Flatten, Reshape } from '../../layers/reshape.js';
import { RMSNorm } from '../../layers/rmsNorm.js';
import { SimpleRNN } from '../../layers/simpleRnn.js';
import { SpatialDropout1D } from '../../layers/spatialDropout.js';
import { TimeDistributed } from '../../layers/timeDistributed.js';
import { ZeroPad1D, ZeroPad2D } from '../../layers/zeroPad.js';
import type { CellFactory, LayerFactory, Makers } from './factory.js';
import { ruleMakers } from './ruleMakers.js';
import { damaged, listOf, numberOf } from './json.js';

function recurrent(layer: AnyLayer): AnyRecurrent {
  if (isRecurrent(layer)) return layer;
  throw damaged('wrapped layer', 'a recurrent layer', layer.className);
}

/** By class name; the constructors check everything these do not. */
export const makers: Readonly<Record<string, LayerFactory>> = {
  Activation: (o) => new Activation({ ...o, kind: o.kind as 'linear' }),
  Add: (o) => new Add(o),
  Attention: (o) => new Attention(o),
  Average: (o) => new Average(o),
  AveragePool1D: (o) => new AveragePool1D(o),
  AveragePool2D: (o) => new AveragePool2D(o),
  BatchNorm: (o) => new BatchNorm(o),
  Bidirectional: (o, inner) => new Bidirectional({
    ...o, layer: recurrent(inner(o.layer)), backwardLayer: o.backwardLayer === undefined ? undefined : recurrent(inner(o.backwardLayer)),
  }),
  Concatenate: (o) => new Concatenate(o),
  Conv1D: (o) => new Conv1D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  Conv2D: (o) => new Conv2D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  Conv1DTranspose: (o) => new Conv1DTranspose({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  Conv2DTranspose: (o) => new Conv2DTranspose({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  Cropping1D: (o) => new Cropping1D(o),
  Dense: (o) => new Dense({ ...o, units: numberOf('units', o.units) }),
  DepthwiseConv1D: (o) => new DepthwiseConv1D({ ...o, kernelSize: o.kernelSize as number }),
  DepthwiseConv2D: (o) => new DepthwiseConv2D({ ...o, kernelSize: o.kernelSize as number }),
  Dropout: (o) => new Dropout({ ...o, rate: numberOf('rate', o.rate) }),
  Embedding: (o) => new Embedding({ ...o, inputDim: numberOf('inputDim', o.inputDim), outputDim: numberOf('outputDim', o.outputDim) }),
  Flatten: (o) => new Flatten(o),
  GaussianNoise: (o) => new GaussianNoise({ ...o, stddev: numberOf('stddev', o.stddev) }),
  GlobalAveragePool1D: (o) => new GlobalAveragePool1D(o),
  GlobalAveragePool2D: (o) => new GlobalAveragePool2D(o),
  GroupNorm: (o) => new GroupNorm(o),
  GRU: (o) => new GRU({ ...o, units: numberOf('units', o.units) }),
  GlobalMaxPool1D: (o) => new GlobalMaxPool1D(o),
  GlobalMaxPool2D: (o) => new GlobalMaxPool2D(o),
  LayerNorm: (o) => new LayerNorm(o),
  LSTM: (o) => new LSTM({ ...o, units: numberOf('units', o.units) }),
  Masking: (o) => new Masking(o),
  MaxPool1D: (o) => new MaxPool1D(o),
  MaxPool2D: (o) => new MaxPool2D(o),
  Maximum: (o) => new Maximum(o),
  Minimum: (o) => new Minimum(o),
  MultiHeadAttention: (o) => new MultiHeadAttention({ ...o, numHeads: numberOf('numHeads', o.numHeads), keyDim: numberOf('keyDim', o.keyDim) }),
  Multiply: (o) => new Multiply(o),
  Permute: (o) => new Permute({ ...o, dims: o.dims as number[] }),
  RepeatVector: (o) => new RepeatVector({ ...o, n: numberOf('n', o.n) }),
  Reshape: (o) => new Reshape({ ...o, targetShape: o.targetShape as number[] }),
  SeparableConv1D: (o) => new SeparableConv1D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  SeparableConv2D: (o) => new SeparableConv2D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
RMSNorm: (o) => new RMSNorm(o),
  RNN: (o, _inner, cell) => new RNN({ ...o, cell: cell(o.cell) }),
  SimpleRNN: (o) => new SimpleRNN({ ...o, units: numberOf('units', o.units) }),
  SpatialDropout1D: (o) => new SpatialDropout1D({ ...o, rate: numberOf('rate', o.rate) }),
  Subtract: (o) => new Subtract(o),
  TimeDistributed: (o, inner) => new TimeDistributed({ ...o, layer: inner(o.layer) }),
  UpSampling1D: (o) => new UpSampling1D(o),
  UpSampling2D: (o) => new UpSampling2D(o),
  ZeroPad1D: (o) => new ZeroPad1D(o),
  ZeroPad2D: (o) => new ZeroPad2D(o),
};

export const cellMakers: Readonly<Record<string, CellFactory>> = {
  GRUCell: (o) => new GRUCell({ ...o, units: numberOf('units', o.units) }),
  LSTMCell: (o) => new LSTMCell({ ...o, units: numberOf('units', o.units) }),
  SimpleRNNCell: (o) => new SimpleRNNCell({ ...o, units: numberOf('units', o.units) }),
  StackedCells: (o, inner) => new StackedCells({ ...o, cells: listOf('cells', o.cells).map(inner) }),
};

/** Those of the library and the caller's own, as they are now. */
export function knownMakers({ customLayers, customCells, customRules }: {
  readonly customLayers?: Makers['layers'] | undefined; readonly customCells?: Makers['cells'] | undefined; readonly customRules?: Makers['rules'] | undefined;
}): Makers {
  return { layers: { ...makers, ...customLayers }, cells: { ...cellMakers, ...customCells }, rules: { ...ruleMakers, ...customRules } };
}
