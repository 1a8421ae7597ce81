/**
 * All other layers of the library, as they stand in training: what a predictor is told of each. One that is told of them carries their way back as
 * well (docs/decisions/prediction.md).
 */
import type { AnyCell } from '../cells/cell.js';
import { GRUCell as WholeGRUCell } from '../cells/gruCell.js';
import { LSTMCell as WholeLSTMCell } from '../cells/lstmCell.js';
import { SimpleRNNCell as WholeSimpleRNNCell } from '../cells/rnnCell.js';
import { StackedCells as WholeStackedCells } from '../cells/stackedCells.js';
import type { JsonObject } from '../json.js';
import { Attention as WholeAttention } from '../layers/attention/attention.js';
import { MultiHeadAttention as WholeMultiHeadAttention } from '../layers/attention/multiHeadAttention.js';
import { BatchNorm as WholeBatchNorm } from '../layers/batchNorm.js';
import { Conv1D as WholeConv1D, Conv2D as WholeConv2D } from '../layers/conv2d.js';
import { Conv1DTranspose as WholeConv1DTranspose, Conv2DTranspose as WholeConv2DTranspose } from '../layers/conv2dTranspose.js';
import { Cropping1D as WholeCropping1D } from '../layers/cropping.js';
import {
  DepthwiseConv1D as WholeDepthwiseConv1D, DepthwiseConv2D as WholeDepthwiseConv2D, SeparableConv1D as WholeSeparableConv1D, SeparableConv2D as WholeSeparableConv2D,
} from '../layers/depthwiseConv2d.js';
import { Embedding as WholeEmbedding } from '../layers/embedding.js';
import { GroupNorm as WholeGroupNorm } from '../layers/groupNorm.js';
import type { AnyLayer } from '../layers/layer.js';
import { LayerNorm as WholeLayerNorm } from '../layers/layerNorm.js';
import { Masking as WholeMasking } from '../layers/masking.js';
import {
  Add as WholeAdd, Average as WholeAverage, Concatenate as WholeConcatenate, Maximum as WholeMaximum, Minimum as WholeMinimum, Multiply as WholeMultiply, Subtract as WholeSubtract,
} from '../layers/merge.js';
import { Permute as WholePermute } from '../layers/permute.js';
import {
  AveragePool1D as WholeAveragePool1D, AveragePool2D as WholeAveragePool2D, GlobalAveragePool1D as WholeGlobalAveragePool1D, GlobalAveragePool2D as WholeGlobalAveragePool2D, GlobalMaxPool1D as WholeGlobalMaxPool1D, GlobalMaxPool2D as WholeGlobalMaxPool2D, MaxPool1D as WholeMaxPool1D, MaxPool2D as WholeMaxPool2D,
} from '../layers/pooling.js';
import { RepeatVector as WholeRepeatVector, UpSampling1D as WholeUpSampling1D, UpSampling2D as WholeUpSampling2D } from '../layers/repeat.js';
import { Flatten as WholeFlatten, Reshape as WholeReshape } from '../layers/reshape.js';
import { RMSNorm as WholeRMSNorm } from '../layers/rmsNorm.js';
import { RNN as WholeRNN } from '../layers/rnn.js';
import { ZeroPad1D as WholeZeroPad1D, ZeroPad2D as WholeZeroPad2D } from '../layers/zeroPad.js';
import { listOf } from '../models/files/json.js';
import { attention, broadcast, convolution, gru, lookup, lstm, norms, pointwise } from './kernels.js';
import type { PredictionCell, PredictionLayer, Surroundings } from './layer.js';

/** The constructors check what the file says. */
function whole<O extends object>(Class: new (options: O) => AnyLayer, config: JsonObject, { name }: Surroundings): AnyLayer {
  return new Class({ ...config, name } as O);
}

function wholeCell<O extends object>(Class: new (options: O) => AnyCell, config: JsonObject): AnyCell {
  return new Class({ ...config } as O);
}

export const Add: PredictionLayer = { className: 'Add', kernels: [broadcast], make: (config, around) => whole(WholeAdd, config, around) };
export const Attention: PredictionLayer = { className: 'Attention', kernels: [attention], make: (config, around) => whole(WholeAttention, config, around) };
export const Average: PredictionLayer = { className: 'Average', kernels: [broadcast], make: (config, around) => whole(WholeAverage, config, around) };
export const AveragePool1D: PredictionLayer = { className: 'AveragePool1D', kernels: [convolution], make: (config, around) => whole(WholeAveragePool1D, config, around) };
export const AveragePool2D: PredictionLayer = { className: 'AveragePool2D', kernels: [convolution], make: (config, around) => whole(WholeAveragePool2D, config, around) };
export const BatchNorm: PredictionLayer = { className: 'BatchNorm', kernels: [norms], make: (config, around) => whole(WholeBatchNorm, config, around) };
export const Concatenate: PredictionLayer = { className: 'Concatenate', make: (config, around) => whole(WholeConcatenate, config, around) };
export const Conv1D: PredictionLayer = { className: 'Conv1D', kernels: [convolution], make: (config, around) => whole(WholeConv1D, config, around) };
export const Conv1DTranspose: PredictionLayer = { className: 'Conv1DTranspose', kernels: [convolution], make: (config, around) => whole(WholeConv1DTranspose, config, around) };
export const Conv2D: PredictionLayer = { className: 'Conv2D', kernels: [convolution], make: (config, around) => whole(WholeConv2D, config, around) };
export const Conv2DTranspose: PredictionLayer = { className: 'Conv2DTranspose', kernels: [convolution], make: (config, around) => whole(WholeConv2DTranspose, config, around) };
export const Cropping1D: PredictionLayer = { className: 'Cropping1D', make: (config, around) => whole(WholeCropping1D, config, around) };
export const DepthwiseConv1D: PredictionLayer = { className: 'DepthwiseConv1D', kernels: [convolution], make: (config, around) => whole(WholeDepthwiseConv1D, config, around) };
export const DepthwiseConv2D: PredictionLayer = { className: 'DepthwiseConv2D', kernels: [convolution], make: (config, around) => whole(WholeDepthwiseConv2D, config, around) };
export const Embedding: PredictionLayer = { className: 'Embedding', kernels: [lookup], make: (config, around) => whole(WholeEmbedding, config, around) };
export const Flatten: PredictionLayer = { className: 'Flatten', make: (config, around) => whole(WholeFlatten, config, around) };
export const GlobalAveragePool1D: PredictionLayer = { className: 'GlobalAveragePool1D', kernels: [convolution], make: (config, around) => whole(WholeGlobalAveragePool1D, config, around) };
export const GlobalAveragePool2D: PredictionLayer = { className: 'GlobalAveragePool2D', kernels: [convolution], make: (config, around) => whole(WholeGlobalAveragePool2D, config, around) };
export const GlobalMaxPool1D: PredictionLayer = { className: 'GlobalMaxPool1D', kernels: [convolution], make: (config, around) => whole(WholeGlobalMaxPool1D, config, around) };
export const GlobalMaxPool2D: PredictionLayer = { className: 'GlobalMaxPool2D', kernels: [convolution], make: (config, around) => whole(WholeGlobalMaxPool2D, config, around) };
export const GroupNorm: PredictionLayer = { className: 'GroupNorm', kernels: [broadcast, pointwise], make: (config, around) => whole(WholeGroupNorm, config, around) };
export const LayerNorm: PredictionLayer = { className: 'LayerNorm', kernels: [norms], make: (config, around) => whole(WholeLayerNorm, config, around) };
export const Masking: PredictionLayer = { className: 'Masking', make: (config, around) => whole(WholeMasking, config, around) };
export const MaxPool1D: PredictionLayer = { className: 'MaxPool1D', kernels: [convolution], make: (config, around) => whole(WholeMaxPool1D, config, around) };
export const MaxPool2D: PredictionLayer = { className: 'MaxPool2D', kernels: [convolution], make: (config, around) => whole(WholeMaxPool2D, config, around) };
export const Maximum: PredictionLayer = { className: 'Maximum', kernels: [broadcast, pointwise], make: (config, around) => whole(WholeMaximum, config, around) };
export const Minimum: PredictionLayer = { className: 'Minimum', kernels: [broadcast, pointwise], make: (config, around) => whole(WholeMinimum, config, around) };
export const MultiHeadAttention: PredictionLayer = { className: 'MultiHeadAttention', kernels: [attention], make: (config, around) => whole(WholeMultiHeadAttention, config, around) };
export const Multiply: PredictionLayer = { className: 'Multiply', kernels: [broadcast], make: (config, around) => whole(WholeMultiply, config, around) };
export const Permute: PredictionLayer = { className: 'Permute', make: (config, around) => whole(WholePermute, config, around) };
export const RMSNorm: PredictionLayer = { className: 'RMSNorm', kernels: [norms], make: (config, around) => whole(WholeRMSNorm, config, around) };
export const RNN: PredictionLayer = { className: 'RNN', make: ({ cell, ...config }, { name, cell: make }) => new WholeRNN({ ...config, cell: make(cell), name }) };
export const RepeatVector: PredictionLayer = { className: 'RepeatVector', make: (config, around) => whole(WholeRepeatVector, config, around) };
export const Reshape: PredictionLayer = { className: 'Reshape', make: (config, around) => whole(WholeReshape, config, around) };
export const SeparableConv1D: PredictionLayer = { className: 'SeparableConv1D', kernels: [convolution], make: (config, around) => whole(WholeSeparableConv1D, config, around) };
export const SeparableConv2D: PredictionLayer = { className: 'SeparableConv2D', kernels: [convolution], make: (config, around) => whole(WholeSeparableConv2D, config, around) };
export const Subtract: PredictionLayer = { className: 'Subtract', kernels: [broadcast], make: (config, around) => whole(WholeSubtract, config, around) };
export const UpSampling1D: PredictionLayer = { className: 'UpSampling1D', make: (config, around) => whole(WholeUpSampling1D, config, around) };
export const UpSampling2D: PredictionLayer = { className: 'UpSampling2D', make: (config, around) => whole(WholeUpSampling2D, config, around) };
export const ZeroPad1D: PredictionLayer = { className: 'ZeroPad1D', kernels: [convolution], make: (config, around) => whole(WholeZeroPad1D, config, around) };
export const ZeroPad2D: PredictionLayer = { className: 'ZeroPad2D', kernels: [convolution], make: (config, around) => whole(WholeZeroPad2D, config, around) };

export const GRUCell: PredictionCell = { className: 'GRUCell', kernels: [gru], make: (config) => wholeCell(WholeGRUCell, config) };
export const LSTMCell: PredictionCell = { className: 'LSTMCell', kernels: [lstm], make: (config) => wholeCell(WholeLSTMCell, config) };
export const SimpleRNNCell: PredictionCell = { className: 'SimpleRNNCell', make: (config) => wholeCell(WholeSimpleRNNCell, config) };
export const StackedCells: PredictionCell = { className: 'StackedCells', make: (config, cell) => new WholeStackedCells({ ...config, cells: listOf('cells', config.cells).map(cell) }) };
