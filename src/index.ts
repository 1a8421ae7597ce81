/** bptt: recurrent networks and their training, written by hand. */
export { BackendError, ArgumentError, BpttError, DataError, FileFormatError, NotFiniteError, ShapeError, StateError } from './errors.js';
export type { ErrorDetails, NotFiniteSite } from './errors.js';
export { tensor, zeros } from './tensor.js';
export type { DType, FloatArray, NdArray, NestedArray, Shape, TensorLike } from './tensor.js';
export { randomStream } from './random.js';
export type { RandomGenerator } from './random.js';
export { initializerNames } from './initializers.js';
export type { Initializer, InitializerFunction, InitializerName } from './initializers.js';

export type { ActivationKind, Backend, Device, Kernels, LossKind, Program, Step, StepResult, Tensor, UpdateInputs, Variable } from './backend.js';
export { cpu } from './backends/cpu/index.js';
export { wasm } from './backends/wasm/index.js';
export type { WasmOptions } from './backends/wasm/index.js';

export { lstmGateOrder, lstmProject, lstmStepBackward, lstmStepForward, lstmWeightGradients } from './cells/lstm.js';
export type { LstmCache, LstmParams } from './cells/lstm.js';
export { gruGateOrder, gruProject, gruStepBackward, gruStepForward, gruWeightGradients } from './cells/gru.js';
export type { GruCache, GruParams } from './cells/gru.js';
export { rnnProject, rnnStepBackward, rnnStepForward, rnnWeightGradients } from './cells/rnn.js';
export type { RnnActivation, RnnCache, RnnParams } from './cells/rnn.js';

export { Input, Layer } from './layers/layer.js';
export type { AnyLayer, Application, CommonOptions, Forward, InputOptions, JsonObject, JsonValue, LayerHead, NoiseSpec, Observer, NoTensors, ParameterSpec, Run, StateSpec, SymbolicTensor, Tensors } from './layers/layer.js';
export type { LayerFactory } from './models/files/factory.js';
export type { GivenMasks, TimeMask } from './layers/timeMask.js';
export { LSTM } from './layers/lstm.js';
export type { LSTMOptions } from './layers/lstm.js';
export { GRU } from './layers/gru.js';
export type { GRUOptions } from './layers/gru.js';
export { SimpleRNN } from './layers/simpleRnn.js';
export type { SimpleRNNOptions } from './layers/simpleRnn.js';
export { Bidirectional } from './layers/bidirectional.js';
export type { BidirectionalOptions, MergeMode } from './layers/bidirectional.js';
export type { RecurrentOptions } from './layers/recurrent.js';
export { Dense } from './layers/dense.js';
export type { DenseOptions } from './layers/dense.js';
export { Activation } from './layers/activation.js';
export type { ActivationOptions } from './layers/activation.js';
export { Dropout } from './layers/dropout.js';
export type { DropoutOptions } from './layers/dropout.js';
export { Flatten, Reshape } from './layers/reshape.js';
export type { ReshapeOptions } from './layers/reshape.js';
export { LayerNorm } from './layers/layerNorm.js';
export type { LayerNormOptions } from './layers/layerNorm.js';
export { BatchNorm } from './layers/batchNorm.js';
export type { BatchNormOptions } from './layers/batchNorm.js';
export { Conv1D, Conv2D } from './layers/conv2d.js';
export type { Conv1DOptions, Conv2DOptions } from './layers/conv2d.js';
export type { Padding1D, Padding2D, Pair, Sides } from './layers/window.js';
export {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, MaxPool1D, MaxPool2D,
} from './layers/pooling.js';
export type { Pool1DOptions, Pool2DOptions } from './layers/pooling.js';
export { ZeroPad1D, ZeroPad2D } from './layers/zeroPad.js';
export type { ZeroPad1DOptions, ZeroPad2DOptions } from './layers/zeroPad.js';
export { TimeDistributed } from './layers/timeDistributed.js';
export type { TimeDistributedOptions } from './layers/timeDistributed.js';
export { Add, Concatenate, Multiply } from './layers/merge.js';
export type { MergeOptions } from './layers/merge.js';
export { Block } from './blocks/block.js';
export { ResidualBlock } from './blocks/residual.js';
export type { ConvolutionStyle, ResidualBlockOptions } from './blocks/residual.js';
export { ResNet, resnet34 } from './blocks/resnet.js';
export type { ResNetOptions, ResNetStem } from './blocks/resnet.js';

export type { Loss, LossOptions } from './losses/losses.js';
export { Optimizer } from './optimizers/optimizer.js';
export type { OptimizerOptions, Slots } from './optimizers/optimizer.js';
export type { OptimizerFactory, OptimizerName } from './optimizers/resolve.js';
export { SGD } from './optimizers/sgd.js';
export type { SGDOptions } from './optimizers/sgd.js';
export { RMSprop } from './optimizers/rmsprop.js';
export type { RMSpropOptions } from './optimizers/rmsprop.js';
export { Adam, AdamW } from './optimizers/adam.js';
export type { AdamOptions, AdamWOptions } from './optimizers/adam.js';
export { cosine, exponential, piecewise, rateAt, warmUp } from './optimizers/schedules.js';
export type { LearningRate, Progress, Schedule, ScheduleFunction } from './optimizers/schedules.js';

export { Model } from './models/model.js';
export type { CompileOptions, EvaluateBatchesOptions, EvaluateOptions, FitBatchesOptions, FitOptions, ModelOptions, PredictOptions, TrainOnBatchOptions, Weights } from './models/training/options.js';
export { Sequential } from './models/sequential.js';
export type { SequentialOptions } from './models/sequential.js';
export { loadModel } from './models/load.js';
export type { LoadOptions } from './models/load.js';
export type { DataOptions, ModelData } from './models/training/data.js';
export type { MaskOptions, PerInput } from './models/training/givenMasks.js';
export type { BatchFunction, BatchStream, Batches, GivenBatch } from './models/training/givenBatches.js';
export type { SampleSource } from './models/training/samples.js';
export type { History, Position } from './models/training/position.js';
export type { Metric, MetricName } from './models/training/metrics.js';
export type { Observation } from './models/training/session.js';

export { LambdaCallback, TerminateOnNaN } from './callbacks/callback.js';
export type { Callback, CallbackState, LambdaHooks, Logs, Trainee, TrainingContext } from './callbacks/callback.js';
export { EarlyStopping } from './callbacks/earlyStopping.js';
export type { EarlyStoppingOptions } from './callbacks/earlyStopping.js';
export { ReduceLROnPlateau } from './callbacks/reduceLROnPlateau.js';
export type { ReduceLROnPlateauOptions } from './callbacks/reduceLROnPlateau.js';
export { ModelCheckpoint } from './callbacks/modelCheckpoint.js';
export type { ModelCheckpointOptions } from './callbacks/modelCheckpoint.js';
export { CSVLogger } from './callbacks/csvLogger.js';
export { ProgressBar, formatDuration } from './callbacks/progressBar.js';
export type { TextStream } from './callbacks/progressBar.js';

export { checkGradients, checkLossGradients } from './gradcheck.js';
export type { CheckOptions, CheckReport, CheckedEntry, LossCheckOptions } from './gradcheck.js';
