/** bptt/predict: models that predict and do nothing else, in as few kilobytes as their layers allow. */
export * as kernels from './kernels.js';
export { loadPredictor } from './load.js';
export type { LoadPredictorOptions } from './load.js';
export type { Predictor, PredictorInput, PredictorOptions } from './predictor.js';
export type { PredictionCell, PredictionLayer, Surroundings } from './layer.js';
export type { PredictionKernels } from './kernels.js';
export { Activation, Dense, Dropout, GaussianNoise, SpatialDropout1D } from './plain.js';
export { GRU, LSTM, SimpleRNN } from './recurrent.js';
export { Bidirectional, TimeDistributed } from './wrappers.js';
export {
  Add, Attention, Average, AveragePool1D, AveragePool2D, BatchNorm, Concatenate, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Cropping1D, DepthwiseConv1D, DepthwiseConv2D, Embedding, Flatten, GRUCell, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, GroupNorm, LSTMCell, LayerNorm, Masking, MaxPool1D, MaxPool2D, Maximum, Minimum, MultiHeadAttention, Multiply, Permute, RMSNorm, RNN, RepeatVector, Reshape, SeparableConv1D, SeparableConv2D, SimpleRNNCell, StackedCells, Subtract, UpSampling1D, UpSampling2D, ZeroPad1D, ZeroPad2D,
} from './whole.js';
export { ArgumentError, BackendError, BpttError, DataError, FileFormatError, ShapeError } from '../errors.js';
export type { ErrorDetails } from '../errors.js';
export type { ByteSource } from '../byteSource.js';
export type { ForwardLayer } from '../layers/forwardLayer.js';
export type { JsonObject, JsonValue } from '../json.js';
export type { MaskOptions, PerInput } from '../models/training/givenMasks.js';
export type { OpenShape } from '../openShapes.js';
export type { HostTensor, NdArray, NestedArray, TensorLike } from '../tensor.js';
