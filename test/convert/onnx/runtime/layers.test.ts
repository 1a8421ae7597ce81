/** Layers by themselves, with the options that matter to their operators, in onnxruntime. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AveragePool1D, AveragePool2D, Bidirectional, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Embedding, GRU, GlobalAveragePool1D, GlobalMaxPool1D, GroupNorm, LSTM, MaxPool1D, MaxPool2D, Sequential, SimpleRNN,
  UpSampling2D, ZeroPad1D, randomStream,
} from '../../../../src/index.js';
import type { AnyLayer, CellActivation, OpenShape, Shape } from '../../../../src/index.js';
import { randomTensor } from '../../../support/values.js';
import { judge } from './agreement.js';
import { randomise } from './randomModels.js';

interface Case { readonly layers: readonly AnyLayer[]; readonly shape?: Shape; readonly open?: OpenShape; readonly lengths?: readonly number[] }

const activations: readonly CellActivation[] = ['tanh', 'sigmoid', 'relu', 'linear', 'hardSigmoidFifth', 'hardSigmoidSixth', 'leakyRelu', 'elu'];

const cases: Readonly<Record<string, Case>> = {
  'LSTM with peepholes': { layers: [new LSTM({ units: 4, peepholes: true, returnSequences: true })] },
  'LSTM with a projection, padded, backwards': { layers: [new LSTM({ units: 4, projection: 2, peepholes: true, returnSequences: true, goBackwards: true })], lengths: [7, 3] },
  'GRU, reset before': { layers: [new GRU({ units: 3, resetAfter: false })] },
  'GRU without a bias, padded': { layers: [new GRU({ units: 3, useBias: false, returnSequences: true })], lengths: [2, 7] },
  'RNN both ways, padded': { layers: [new Bidirectional({ layer: new SimpleRNN({ units: 3, returnSequences: true, returnState: true }) })], lengths: [2, 7] },
  'two directions, two widths': { layers: [new Bidirectional({ layer: new LSTM({ units: 2 }), backwardLayer: new GRU({ units: 3, goBackwards: true }) })] },
  'backwards on padding that lies in front': { layers: [new GRU({ units: 3, returnSequences: true, goBackwards: true }), new LSTM({ units: 2, returnSequences: true })], lengths: [4, 7] },
  'zeros for padded steps': { layers: [new GRU({ units: 3, returnSequences: true, zeroOutputForMask: true })], lengths: [4, 7] },
  ...Object.fromEntries(activations.map((activation, i): [string, Case] => [
    `LSTM and GRU with ${activation}`, { layers: [new LSTM({ units: 3, activation, returnSequences: true }), new GRU({ units: 3, activation: 'tanh', recurrentActivation: activations[(i + 4) % 8] })] },
  ])),
  'Conv1D causal, dilated, with a stride, open': { layers: [new Conv1D({ filters: 2, kernelSize: 3, padding: 'same', dilation: 2, stride: 2 })], open: [null, 3] },
  'Conv1D same with a stride, open': { layers: [new Conv1D({ filters: 2, kernelSize: 4, padding: 'same', stride: 3 })], open: [null, 3] },
  'mask under a window': { layers: [new Conv1D({ filters: 2, kernelSize: 3 }), new GRU({ units: 2, returnSequences: true })], lengths: [4, 6] },
  'mask under a window with zeros before': { layers: [new Conv1D({ filters: 2, kernelSize: 2, padding: [2, 1] }), new GRU({ units: 2, returnSequences: true })], lengths: [4, 6] },
  'mask stretched': { layers: [new Conv1DTranspose({ filters: 2, kernelSize: 3, stride: 2 }), new GRU({ units: 2, returnSequences: true })], lengths: [2, 6] },
  'mask stretched with gaps': { layers: [new Conv1DTranspose({ filters: 2, kernelSize: 1, stride: 3, outputPadding: 0 }), new GRU({ units: 2, returnSequences: true })], lengths: [2, 6] },
  'pooling of padded sequences': { layers: [new MaxPool1D({ poolSize: 3, stride: 2, padding: 'same' }), new AveragePool1D({ poolSize: 2, stride: 1, padding: [1, 1] })], lengths: [3, 7] },
  'means and maxima over real steps': { layers: [new Conv1D({ filters: 2, kernelSize: 1 }), new GlobalAveragePool1D()], lengths: [3, 7] },
  'maxima over real steps': { layers: [new GlobalMaxPool1D()], lengths: [1, 7] },
  'group statistics of real steps': { layers: [new GroupNorm({ groups: 3 })], lengths: [2, 7] },
  'zeros, then the largest': { layers: [new ZeroPad1D({ padding: [1, 2] }), new MaxPool1D({ poolSize: 2, stride: 1 })] },
  'Embedding whose zeros are padding': { layers: [new Embedding({ inputDim: 4, outputDim: 2, maskZero: true }), new LSTM({ units: 2, returnSequences: true })], shape: [7] },
  'Conv2D in groups, uneven frame': { layers: [new Conv2D({ filters: 6, kernelSize: [2, 3], groups: 3, stride: [1, 2], padding: [[1, 0], [0, 2]], dilation: [2, 1], activation: 'relu' })], shape: [5, 6, 3] },
  'Conv2DTranspose, uneven frame': { layers: [new Conv2DTranspose({ filters: 2, kernelSize: 3, stride: 2, padding: [[1, 0], [0, 2]], outputPadding: 1 })], shape: [3, 4, 2] },
  'pooling of images, odd sizes': { layers: [new MaxPool2D({ poolSize: 3, stride: 2, padding: 'same' }), new AveragePool2D({ poolSize: 2, stride: 1, padding: 'same' })], shape: [6, 5, 2] },
  'bilinear up-sampling': { layers: [new UpSampling2D({ size: [2, 3], interpolation: 'bilinear' })], shape: [3, 4, 2] },
};

for (const [name, { layers, shape = [7, 3], open, lengths }] of Object.entries(cases)) {
  test(name, async () => {
    const model = new Sequential(layers, { inputShape: open ?? shape, seed: 5 });
    randomise(model, randomStream(5, name));
    const whole = shape.length === 1;
    const { data, shape: sizes } = randomTensor(3, name, [2, ...shape]);
    const x = { data: Float32Array.from(data, (value) => (whole ? Math.abs(Math.trunc(2 * value)) % 4 : value)), shape: sizes };
    for (const opset of [17, 22] as const) {
      const difference = await judge(model, x, { opset }, lengths);
      assert.ok(difference <= 1e-5, `opset ${opset}: ${difference} of the largest output`);
    }
  });
}

test.run();
