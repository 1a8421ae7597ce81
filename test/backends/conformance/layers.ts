/** Every layer with every option, forward and backward: outputs, new states, gradients of weights and inputs. */
import type { Tensor } from '../../../src/backend.js';
import type { Block } from '../../../src/blocks/block.js';
import { ResidualBlock } from '../../../src/blocks/residual.js';
import { ResNet } from '../../../src/blocks/resnet.js';
import { Activation } from '../../../src/layers/activation.js';
import { Attention } from '../../../src/layers/attention/attention.js';
import { MultiHeadAttention } from '../../../src/layers/attention/multiHeadAttention.js';
import { BatchNorm } from '../../../src/layers/batchNorm.js';
import { Bidirectional } from '../../../src/layers/bidirectional.js';
import { Conv1D, Conv2D } from '../../../src/layers/conv2d.js';
import { Conv1DTranspose, Conv2DTranspose } from '../../../src/layers/conv2dTranspose.js';
import { Cropping1D } from '../../../src/layers/cropping.js';
import { Dense } from '../../../src/layers/dense.js';
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from '../../../src/layers/depthwiseConv2d.js';
import { GRU } from '../../../src/layers/gru.js';
import { Dropout } from '../../../src/layers/dropout.js';
import { Embedding } from '../../../src/layers/embedding.js';
import type { AnyLayer } from '../../../src/layers/layer.js';
import { GaussianNoise } from '../../../src/layers/gaussianNoise.js';
import { GroupNorm } from '../../../src/layers/groupNorm.js';
import { LSTM } from '../../../src/layers/lstm.js';
import { RNN } from '../../../src/layers/rnn.js';
import { SimpleRNN } from '../../../src/layers/simpleRnn.js';
import { GRUCell } from '../../../src/cells/gruCell.js';
import { LSTMCell } from '../../../src/cells/lstmCell.js';
import { StackedCells } from '../../../src/cells/stackedCells.js';
import { CoupledLSTM, MinimalGatedUnit, NormedLSTM } from '../../support/ownCells.js';
import { LayerNorm } from '../../../src/layers/layerNorm.js';
import { Masking } from '../../../src/layers/masking.js';
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from '../../../src/layers/merge.js';
import { Permute } from '../../../src/layers/permute.js';
import {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, MaxPool1D, MaxPool2D,
} from '../../../src/layers/pooling.js';
import type { RecurrentOptions } from '../../../src/layers/recurrent.js';
import { RepeatVector, UpSampling1D, UpSampling2D } from '../../../src/layers/repeat.js';
import { Flatten, Reshape } from '../../../src/layers/reshape.js';
import { RMSNorm } from '../../../src/layers/rmsNorm.js';
import { SpatialDropout1D } from '../../../src/layers/spatialDropout.js';
import { TimeDistributed } from '../../../src/layers/timeDistributed.js';
import { ZeroPad1D, ZeroPad2D } from '../../../src/layers/zeroPad.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from '../../../src/models/graph/execute.js';
import type { NetworkRun } from '../../../src/models/graph/execute.js';
import { masksRead } from '../../../src/models/graph/masks.js';
import { noiseOf, stateTensors, trainableWeights } from '../../../src/models/graph/network.js';
import { noiseFrom } from '../../../src/models/graph/noise.js';
import { randomStream } from '../../../src/random.js';
import { allocate, sizeOf } from '../../../src/tensor.js';
import type { HostTensor, Shape } from '../../../src/tensor.js';
import { networkOf, randomWeights } from '../../support/network.js';
import { cellKinds, makeRecurrent, recurrentLayer } from '../../support/recurrent.js';
import { lengthMask } from '../../support/values.js';
import { layerTolerance, random } from './case.js';
import { activationKinds } from './pointwise.js';
import type { ConformanceCase } from './case.js';

const batch = 5;

function single({ data, shape }: HostTensor): HostTensor {
  return { data: Float32Array.from(data), shape };
}


interface LayerOptions {
  /** Default true. */
  readonly training?: boolean;
  /** Valid steps of each of the five samples. */
  readonly lengths?: readonly number[];
}

/** @param inputs shapes without the batch: x, then initial states. */
function layerCase(name: string, layer: AnyLayer | Block, inputs: readonly Shape[], { training = true, lengths }: LayerOptions = {}): ConformanceCase {
  const network = networkOf(layer, ...inputs);
  const trained = trainableWeights(network);
  const states = stateTensors(network, batch);
  const weights = randomWeights(network, 5, batch);
  const masks = training ? noiseOf(network, batch).flat().map((spec, i) => ({ shape: spec.shape, data: noiseFrom(randomStream(3, `${name} ${i}`), spec, 'float32') })) : [];
  const x = network.inputs.map(({ shape, indices }, i) => {
    const drawn = random(`${name} input ${i}`, [batch, ...shape]);
    return indices === undefined ? drawn : { ...drawn, data: drawn.data.map((value) => Math.floor(Math.abs(value) * indices) % indices) };
  });
  const valid = lengths && single(lengthMask(lengths, inputs[0]?.[0] ?? 0)).data;
  const masksTaken = masksRead(network, [lengths !== undefined]);
  const valids = masksTaken.map((mask) => ({
    shape: [batch, mask.steps], data: Float32Array.from(mask.rows(x.map(({ data }, i) => ({ mask: i === 0 ? valid : undefined, values: data })), batch) ?? []),
  }));
  const dy = network.outputs.map(({ shape }, i) => random(`${name} dy ${i}`, [batch, ...shape]));
  const stored = [...trained, ...states].map(({ key, shape }) => single(weights[key] ?? { shape, data: allocate('float32', sizeOf(shape)) }));
  const fed = [...x, ...valids, ...masks, ...dy];
  return {
    name, tolerance: layerTolerance, variables: stored, inputShapes: fed.map(({ shape }) => shape),
    // Twice: a plan that is replayed, and states that were carried over.
    runs: [fed.map(({ data }) => data), fed.map(({ data }, i) => (network.inputs[i]?.indices === undefined ? data.map((value) => (value === 1 ? 1 : value * 0.75)) : data))],
    step(k, tensors, variables) {
      const rest: Tensor[] = [...tensors];
      const take = (count: number): Tensor[] => rest.splice(0, count);
      const given = take(x.length);
      const read = new Map(take(valids.length).map((mask, i) => [masksTaken[i]?.key ?? '', mask]));
      const run: NetworkRun = { k, training, masks: read, noise: noiseOf(network, batch).map((specs) => take(training ? specs.length : 0)) };
      const parameters = byLayer(trained, variables.slice(0, trained.length));
      const before = byLayer(states, variables.slice(trained.length));
      const forward = forwardNetwork(network, run, parameters, before, given);
      const gradients = byLayer(trained, trained.map(({ shape }) => k.zeros(shape)));
      const dInputs = backwardNetwork(network, run, parameters, forward, rest, gradients);
      return {
        outputs: [...forward.outputs, ...inOrder(trained, gradients), ...dInputs.flatMap((d) => d ?? [])],
        variables: [...variables.slice(0, trained.length), ...inOrder(states, forward.states)],
      };
    },
  };
}

const recurrentOptions: Readonly<Record<string, Partial<RecurrentOptions>>> = {
  'last step': {},
  returnSequences: { returnSequences: true },
  returnState: { returnState: true, returnSequences: true },
  stateful: { stateful: true },
  goBackwards: { goBackwards: true, returnSequences: true },
  'dropout and recurrentDropout': { dropout: 0.4, recurrentDropout: 0.3 },
  truncate: { truncate: 2, returnSequences: true },
  stepsBack: { truncate: { stepsBack: 2 }, returnSequences: true },
};

const recurrent: ConformanceCase[] = cellKinds.flatMap((kind) => {
  const [steps, width, units] = [6, 3, 7];
  const state = Array.from({ length: kind.startsWith('lstm') ? 2 : 1 }, () => [units]);
  return [
    ...Object.entries(recurrentOptions).map(([what, options]) => layerCase(`${kind}, ${what}`, recurrentLayer(kind, { units, ...options }), [[steps, width]])),
    layerCase(`${kind}, initial state`, recurrentLayer(kind, { units, returnState: true }), [[steps, width], ...state]),
    layerCase(`${kind}, lengths`, recurrentLayer(kind, { units, returnSequences: true }), [[steps, width]], { lengths: [6, 1, 4, 3, 5] }),
    layerCase(`${kind}, lengths backwards`, recurrentLayer(kind, { units, goBackwards: true }), [[steps, width]], { lengths: [2, 6, 4, 1, 5] }),
    layerCase(`${kind}, one step of one unit`, recurrentLayer(kind, { units: 1 }), [[1, 1]]),
    layerCase(`${kind}, inference`, recurrentLayer(kind, { units, dropout: 0.4, recurrentDropout: 0.3 }), [[steps, width]], { training: false }),
  ];
});

/** Where an option leaves what the fused kernels do, and cells of one's own. */
const cellOptions: ConformanceCase[] = [
  ...(['relu', 'linear', 'hardSigmoidFifth', 'hardSigmoidSixth'] as const).flatMap((activation) => [
    layerCase(`rnn ${activation}`, new SimpleRNN({ units: 5, activation }), [[4, 3]], { lengths: [4, 2, 1, 4, 3] }),
    layerCase(`lstm written out, ${activation}`, new LSTM({ units: 5, activation, recurrentActivation: 'hardSigmoidSixth', peepholes: true }), [[4, 3]]),
    layerCase(`gru written out, ${activation}`, new GRU({ units: 5, recurrentActivation: activation, returnSequences: true }), [[4, 3]], { lengths: [4, 2, 1, 4, 3] }),
    layerCase(`gru reset before written out, ${activation}`, new GRU({ units: 5, activation, resetAfter: false, recurrentDropout: 0.3 }), [[4, 3]]),
  ]),
  layerCase('lstm, projection', new LSTM({ units: 7, projection: 3, returnState: true }), [[4, 3]], { lengths: [4, 2, 1, 4, 3] }),
  layerCase('lstm, zeros at padded steps', new LSTM({ units: 7, zeroOutputForMask: true, returnSequences: true, goBackwards: true }), [[4, 3]], { lengths: [4, 2, 1, 4, 3] }),
  layerCase('lstm without bias', new LSTM({ units: 7, useBias: false }), [[4, 3]]),
  layerCase('gru without bias', new GRU({ units: 7, useBias: false }), [[4, 3]]),
  ...[new MinimalGatedUnit(5), new CoupledLSTM(5), new NormedLSTM(5), new StackedCells({ cells: [new LSTMCell({ units: 5, recurrentDropout: 0.3 }), new MinimalGatedUnit(4), new GRUCell({ units: 3 })] })]
    .map((cell) => layerCase(`cell ${cell.className}`, new RNN({ cell, returnSequences: true, dropout: 0.3, truncate: 3 }), [[4, 3]], { lengths: [4, 2, 1, 4, 3] })),
];

const bidirectional: ConformanceCase[] = [
  ...(['concat', 'sum', 'average', 'multiply', 'none'] as const).flatMap((mergeMode) => [false, true].map((returnSequences) => {
    const kind = mergeMode === 'concat' || mergeMode === 'none' ? 'lstm' : mergeMode === 'average' ? 'rnn-tanh' : 'gru';
    const layer = makeRecurrent(kind, { units: 4, returnSequences, dropout: 0.3 });
    return layerCase(`bidirectional ${kind}, ${mergeMode}${returnSequences ? ', sequences' : ''}`, new Bidirectional({ layer, mergeMode }), [[5, 3]], { lengths: [5, 2, 4, 1, 3] });
  })),
  layerCase('bidirectional, states in and out, two kinds', new Bidirectional({
    layer: makeRecurrent('lstm', { units: 4, returnState: true, returnSequences: true }), backwardLayer: makeRecurrent('gru', { units: 3, returnState: true, returnSequences: true, goBackwards: true }),
  }), [[5, 3], [4], [4], [3]]),
  layerCase('bidirectional, stateful', new Bidirectional({ layer: makeRecurrent('lstm', { units: 4, stateful: true }) }), [[5, 3]]),
];

const others: ConformanceCase[] = [
  ...activationKinds.map((activation) => layerCase(`dense ${activation}`, new Dense({ units: 9, activation }), [[7]])),
  layerCase('dense without bias', new Dense({ units: 1, useBias: false }), [[7]]),
  layerCase('dense over time', new Dense({ units: 3 }), [[4, 6]]),
  ...(['leakyRelu', 'elu', 'softmax'] as const).map((kind) => layerCase(`activation ${kind}`, new Activation({ kind, ...(kind === 'softmax' ? {} : { alpha: 0.4 }) }), [[3, 7]])),
  layerCase('dropout', new Dropout({ rate: 0.4 }), [[4, 3]]),
  layerCase('dropout at inference', new Dropout({ rate: 0.4 }), [[4, 3]], { training: false }),
  layerCase('embedding', new Embedding({ inputDim: 7, outputDim: 5 }), [[6]]),
  layerCase('embedding of one index, one number', new Embedding({ inputDim: 3, outputDim: 1 }), [[]]),
  layerCase('embedding of several indices a step, maskZero, lengths', new Embedding({ inputDim: 4, outputDim: 3, maskZero: true }), [[6, 2]], { lengths: [6, 1, 4, 3, 5] }),
  layerCase('masking', new Masking({ maskValue: -1 }), [[6, 2]], { lengths: [6, 1, 4, 3, 5] }),
  layerCase('flatten', new Flatten(), [[3, 4]]),
  layerCase('reshape layer', new Reshape({ targetShape: [6, -1] }), [[3, 4]]),
  layerCase('layer norm', new LayerNorm({ epsilon: 1e-2 }), [[4, 7]]),
  layerCase('layer norm, plain', new LayerNorm({ scale: false, center: false }), [[4, 7]]),
  layerCase('attention, dot', new Attention({ dropout: 0.3, returnAttentionScores: true }), [[4, 6], [5, 3], [5, 6]]),
  layerCase('attention, causal, lengths', new Attention({ score: 'scaledDot', causal: true }), [[5, 3]], { lengths: [5, 1, 3, 2, 4] }),
  layerCase('attention, additive', new Attention({ score: 'additive', units: 7 }), [[4, 6], [5, 3]]),
  layerCase('multi head attention', new MultiHeadAttention({ numHeads: 3, keyDim: 4, valueDim: 2, dropout: 0.3, returnAttentionScores: true }), [[4, 6], [5, 3], [5, 7]]),
  layerCase('multi head attention, causal, lengths', new MultiHeadAttention({ numHeads: 2, keyDim: 5, causal: true, useBias: false }), [[5, 3]], { lengths: [5, 1, 3, 2, 4] }),
  layerCase('rms norm', new RMSNorm({ epsilon: 1e-2 }), [[4, 7]]),
  layerCase('group norm', new GroupNorm({ groups: 3, epsilon: 1e-2 }), [[4, 6]]),
  layerCase('group norm, lengths', new GroupNorm({ groups: 2, epsilon: 1e-2, scale: false }), [[4, 6]], { lengths: [4, 1, 3, 2, 4] }),
  layerCase('spatial dropout', new SpatialDropout1D({ rate: 0.4 }), [[4, 7]]),
  layerCase('gaussian noise', new GaussianNoise({ stddev: 0.4 }), [[4, 7]]),
  layerCase('batch norm', new BatchNorm({ momentum: 0.7 }), [[4, 7]]),
  layerCase('batch norm, lengths', new BatchNorm({ momentum: 0.7 }), [[4, 7]], { lengths: [4, 1, 3, 2, 4] }),
  layerCase('batch norm at inference', new BatchNorm(), [[4, 7]], { training: false }),
];

/** Images of 5 × 6 with 4 channels, H ≠ W. */
const image: Shape = [5, 6, 4];
const images: ConformanceCase[] = [
  layerCase('conv2d', new Conv2D({ filters: 7, kernelSize: [3, 2], padding: [[1, 0], [0, 2]], activation: 'tanh' }), [image]),
  layerCase('conv2d, same, stride 2', new Conv2D({ filters: 8, kernelSize: 3, stride: 2, padding: 'same' }), [image]),
  layerCase('conv2d, groups, dilated', new Conv2D({ filters: 6, kernelSize: [2, 3], groups: 2, dilation: [3, 2], useBias: false }), [image]),
  layerCase('conv1d, causal', new Conv1D({ filters: 5, kernelSize: 3, padding: 'causal', dilation: 2 }), [[9, 3]]),
  layerCase('conv1d, stride 3, uneven', new Conv1D({ filters: 4, kernelSize: 4, stride: 3, padding: [2, 1], activation: 'relu' }), [[11, 2]]),
  layerCase('conv1d, lengths', new Conv1D({ filters: 5, kernelSize: 3, padding: 'same' }), [[9, 3]], { lengths: [9, 2, 1, 7, 4] }),
  layerCase('conv2dTranspose, stride 2', new Conv2DTranspose({ filters: 6, kernelSize: [3, 2], stride: 2, groups: 2, activation: 'tanh' }), [image]),
  layerCase('conv2dTranspose, same', new Conv2DTranspose({ filters: 5, kernelSize: 3, stride: [2, 1], padding: 'same' }), [image]),
  layerCase('conv1dTranspose, lengths', new Conv1DTranspose({ filters: 5, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1 }), [[9, 3]], { lengths: [9, 2, 1, 7, 4] }),
  layerCase('depthwiseConv2d', new DepthwiseConv2D({ kernelSize: [3, 2], depthMultiplier: 2, padding: 'same', activation: 'tanh' }), [image]),
  layerCase('depthwiseConv1d, lengths', new DepthwiseConv1D({ kernelSize: 3, stride: 2, padding: 'causal' }), [[9, 3]], { lengths: [9, 2, 1, 7, 4] }),
  layerCase('separableConv2d', new SeparableConv2D({ filters: 7, kernelSize: 3, stride: 2, depthMultiplier: 2, padding: 'same' }), [image]),
  layerCase('separableConv1d, lengths', new SeparableConv1D({ filters: 6, kernelSize: 2, activation: 'tanh' }), [[9, 3]], { lengths: [9, 2, 1, 7, 4] }),
  layerCase('max pool 1d, lengths', new MaxPool1D({ poolSize: 3, padding: 'same' }), [[8, 3]], { lengths: [8, 2, 1, 7, 4] }),
  layerCase('average pool 1d, lengths', new AveragePool1D({ poolSize: 3, padding: 'same' }), [[8, 3]], { lengths: [8, 2, 1, 7, 4] }),
  layerCase('global average pool 1d, lengths', new GlobalAveragePool1D(), [[7, 3]], { lengths: [7, 2, 1, 5, 4] }),
  layerCase('max pool 2d', new MaxPool2D({ poolSize: 3, stride: 2, padding: 1 }), [image]),
  layerCase('max pool 1d', new MaxPool1D({ poolSize: 3, padding: 'same' }), [[8, 3]]),
  layerCase('average pool 2d', new AveragePool2D({ poolSize: [2, 3], stride: 1, padding: [[1, 0], [2, 1]] }), [image]),
  layerCase('average pool 1d', new AveragePool1D({ poolSize: 3 }), [[8, 3]]),
  layerCase('global average pool 2d', new GlobalAveragePool2D(), [image]),
  layerCase('global average pool 1d', new GlobalAveragePool1D(), [[7, 3]]),
  layerCase('global max pool 2d', new GlobalMaxPool2D(), [image]),
  layerCase('global max pool 1d, lengths', new GlobalMaxPool1D(), [[7, 3]], { lengths: [7, 2, 1, 5, 4] }),
  layerCase('repeat vector', new RepeatVector({ n: 4 }), [[3]]),
  layerCase('up sampling 1d', new UpSampling1D({ size: 3 }), [[5, 3]]),
  layerCase('up sampling 2d', new UpSampling2D({ size: [2, 3] }), [image]),
  layerCase('up sampling 2d, bilinear', new UpSampling2D({ size: [2, 3], interpolation: 'bilinear' }), [image]),
  layerCase('permute', new Permute({ dims: [2, 1] }), [[5, 3]]),
  layerCase('permute, four axes', new Permute({ dims: [3, 2, 4, 1] }), [[2, 3, 4, 5]]),
  layerCase('zero pad 2d', new ZeroPad2D({ padding: [[1, 2], [0, 3]] }), [image]),
  layerCase('cropping 1d', new Cropping1D({ cropping: [2, 1] }), [[5, 3]]),
  layerCase('cropping 1d, lengths', new Cropping1D({ cropping: 1 }), [[5, 3]], { lengths: [5, 4, 2, 3, 1] }),
  layerCase('zero pad 1d', new ZeroPad1D({ padding: 2 }), [[5, 3]]),
  layerCase('batch norm over channels', new BatchNorm({ momentum: 0.7 }), [image]),
  layerCase('time distributed conv2d', new TimeDistributed({ layer: new Conv2D({ filters: 3, kernelSize: 2 }) }), [[3, 4, 5, 2]]),
  layerCase('time distributed batch norm, lengths', new TimeDistributed({ layer: new BatchNorm({ momentum: 0.7 }) }), [[4, 2, 3]], { lengths: [4, 1, 3, 2, 4] }),
  layerCase('time distributed batch norm', new TimeDistributed({ layer: new BatchNorm({ momentum: 0.7 }) }), [[4, 3]]),
  layerCase('add', new Add(), [image, image, image]),
  layerCase('multiply', new Multiply(), [image, image, image]),
  layerCase('multiply, broadcast', new Multiply(), [[5, 1, 4], [6, 1], [4]]),
  layerCase('subtract, broadcast', new Subtract(), [[5, 3], [5, 1]]),
  layerCase('average', new Average(), [[5, 3], [5, 3], [1, 3]]),
  layerCase('maximum', new Maximum(), [[5, 3], [5, 3], [3]]),
  layerCase('minimum', new Minimum(), [[5, 3], [5, 3]]),
  layerCase('concatenate', new Concatenate(), [[5, 3], [5, 1], [5, 4]]),
  layerCase('residual block', new ResidualBlock({ filters: 4 }), [image]),
  layerCase('residual block, projected, stride 2', new ResidualBlock({ filters: 6, stride: 2 }), [image]),
  layerCase('residual block at inference', new ResidualBlock({ filters: 6, stride: 2 }), [image], { training: false }),
  layerCase('residual block without batch norm', new ResidualBlock({ filters: 4, batchNorm: false }), [image]),
  layerCase('resnet', new ResNet({ blocks: [1, 1], widths: [4, 8] }), [[24, 20, 3]]),
];

export const layerCases: readonly ConformanceCase[] = [...recurrent, ...cellOptions, ...bidirectional, ...others, ...images];
