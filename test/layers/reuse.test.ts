/** Layers hold nothing: used twice, run twice, stepped twice. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '../../src/backend.js';
import { Attention } from '../../src/layers/attention/attention.js';
import { MultiHeadAttention } from '../../src/layers/attention/multiHeadAttention.js';
import { Bidirectional } from '../../src/layers/bidirectional.js';
import { BatchNorm } from '../../src/layers/batchNorm.js';
import { Conv1D, Conv2D } from '../../src/layers/conv2d.js';
import { Conv2DTranspose } from '../../src/layers/conv2dTranspose.js';
import { Dense } from '../../src/layers/dense.js';
import { DepthwiseConv2D, SeparableConv2D } from '../../src/layers/depthwiseConv2d.js';
import { GroupNorm } from '../../src/layers/groupNorm.js';
import { GRU } from '../../src/layers/gru.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { LayerNorm } from '../../src/layers/layerNorm.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Permute } from '../../src/layers/permute.js';
import { AveragePool1D, MaxPool2D } from '../../src/layers/pooling.js';
import { UpSampling2D } from '../../src/layers/repeat.js';
import { Input } from '../../src/layers/layer.js';
import { RMSNorm } from '../../src/layers/rmsNorm.js';
import { SimpleRNN } from '../../src/layers/simpleRnn.js';
import { TimeDistributed } from '../../src/layers/timeDistributed.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from '../../src/models/graph/execute.js';
import { buildNetwork, stateTensors, trainableWeights } from '../../src/models/graph/network.js';
import type { Shape } from '../../src/tensor.js';
import { assertClose, assertSame } from '../support/compare.js';
import { networkOf, networkRunner, projections, randomWeights, runNetwork } from '../support/network.js';
import { recurrentLayer } from '../support/recurrent.js';
import { runStep } from '../support/step.js';
import { dot, numericGradient, randomTensor, sum } from '../support/values.js';

const [B, T, D] = [2, 3, 4];
const image: Shape = [3, 2, 4];

/** All of one shape in and out, [T, D] unless said, so that they can follow themselves. */
const layers: readonly (readonly [string, () => AnyLayer, shape?: Shape])[] = [
  ['SimpleRNN', () => new SimpleRNN({ units: D, returnSequences: true, name: 'it' })],
  ['LSTM', () => new LSTM({ units: D, returnSequences: true, peepholes: true, name: 'it' })],
  ['GRU', () => new GRU({ units: D, returnSequences: true, name: 'it' })],
  ['GRU, reset before', () => new GRU({ units: D, returnSequences: true, resetAfter: false, name: 'it' })],
  ['Bidirectional', () => new Bidirectional({ layer: new LSTM({ units: D, returnSequences: true }), mergeMode: 'sum', name: 'it' })],
  ['Dense', () => new Dense({ units: D, activation: 'tanh', name: 'it' })],
  ['LayerNorm', () => new LayerNorm({ name: 'it' })],
  ['Attention', () => new Attention({ score: 'additive', name: 'it' })],
  ['MultiHeadAttention', () => new MultiHeadAttention({ numHeads: 2, keyDim: 3, name: 'it' })],
  ['RMSNorm', () => new RMSNorm({ name: 'it' })],
  ['GroupNorm', () => new GroupNorm({ groups: 2, name: 'it' })],
  ['BatchNorm', () => new BatchNorm({ name: 'it' })],
  ['BatchNorm over the channels of images', () => new BatchNorm({ name: 'it' }), image],
  ['Conv1D', () => new Conv1D({ filters: D, kernelSize: 2, padding: 'causal', activation: 'tanh', name: 'it' })],
  ['Conv2D', () => new Conv2D({ filters: D, kernelSize: [2, 3], padding: 'same', groups: 2, name: 'it' }), image],
  ['Conv2DTranspose', () => new Conv2DTranspose({ filters: D, kernelSize: [2, 3], padding: 'same', groups: 2, name: 'it' }), image],
  ['DepthwiseConv2D', () => new DepthwiseConv2D({ kernelSize: [2, 3], padding: 'same', name: 'it' }), image],
  ['SeparableConv2D', () => new SeparableConv2D({ filters: D, kernelSize: 2, padding: 'same', depthMultiplier: 2, activation: 'tanh', name: 'it' }), image],
  ['Permute', () => new Permute({ dims: [2, 1, 3], name: 'it' }), [3, 3, 4]],
  ['UpSampling2D', () => new UpSampling2D({ size: 1, name: 'it' }), image],
  ['MaxPool2D', () => new MaxPool2D({ poolSize: 2, stride: 1, padding: 'same', name: 'it' }), image],
  ['AveragePool1D', () => new AveragePool1D({ poolSize: 2, stride: 1, padding: [1, 0], name: 'it' })],
  ['TimeDistributed', () => new TimeDistributed({ layer: new Dense({ units: D, activation: 'tanh' }), name: 'it' })],
];

for (const [name, make, shape = [T, D]] of layers) {
  test(`${name} used twice, one after the other: its gradients add up to the true ones`, () => {
    const layer = make();
    const input = Input({ shape });
    const network = buildNetwork([input], [layer.apply(layer.apply(input))]);
    const weights = randomWeights(network, 3);
    const inputs = [randomTensor(3, 'x', [B, ...shape])];
    const dOutputs = projections(network, B, 4);
    assert.is(trainableWeights(network).length, trainableWeights(networkOf(make(), shape)).length, 'one set of weights');
    const actual = runNetwork(network, { weights, inputs, dOutputs });
    const forward = networkRunner(network, { weights, inputs });
    const loss = (): number => dot(forward().outputs, dOutputs.map((d) => d.data));
    for (const [key, gradient] of Object.entries(actual.gradients)) {
      assertClose(gradient, numericGradient(loss, weights[key]?.data ?? new Float64Array()), 1e-7, key);
    }
    assertClose(actual.inputGradients[0] ?? [], numericGradient(loss, inputs[0]?.data ?? new Float64Array()), 1e-7, 'dx');
  });

  test(`${name} used on two inputs: the gradients are the sums of two single uses`, () => {
    const layer = make();
    const [a, b] = [Input({ shape }), Input({ shape })];
    const network = buildNetwork([a, b], [layer.apply(a), layer.apply(b)]);
    const weights = randomWeights(network, 3);
    const [xa, xb] = [randomTensor(3, 'a', [B, ...shape]), randomTensor(3, 'b', [B, ...shape])];
    const dOutputs = projections(network, B, 4);
    const both = runNetwork(network, { weights, inputs: [xa, xb], dOutputs });
    const single = networkOf(make(), shape);
    const parts = [xa, xb].map((x, i) => runNetwork(single, { weights, inputs: [x], dOutputs: dOutputs.slice(i, i + 1) }));
    for (const [key, gradient] of Object.entries(both.gradients)) {
      assertClose(gradient, sum(parts.map((part) => part.gradients[key] ?? new Float64Array())), 1e-13, key);
    }
    parts.forEach((part, i) => assertClose(both.inputGradients[i] ?? [], part.inputGradients[0] ?? [], 1e-14, `dx ${i}`));
  });

  test(`${name}: forward twice before either backward`, () => {
    const network = networkOf(make(), shape);
    const trained = trainableWeights(network);
    const states = stateTensors(network, B);
    const weights = randomWeights(network, 5);
    const inputs = [randomTensor(3, 'a', [B, ...shape]), randomTensor(3, 'b', [B, ...shape])];
    const [dy] = projections(network, B, 6);
    if (!dy) throw new Error('no output');
    const specs = [...trained, ...states];
    const fed = [...specs.map(({ key }) => weights[key] ?? dy), ...inputs, dy];
    const separate = inputs.map((x) => runNetwork(network, { weights, inputs: [x], dOutputs: [dy] }));
    const passes = (order: readonly number[]) => (k: Kernels, tensors: Parameters<Parameters<typeof runStep>[1]>[1]) => {
      const parameters = byLayer(trained, tensors.slice(0, trained.length));
      const before = byLayer(states, tensors.slice(trained.length, specs.length));
      const run = { k, training: true, noise: [[]] };
      const forwards = [0, 1].map((i) => forwardNetwork(network, run, parameters, before, tensors.slice(specs.length + i, specs.length + i + 1)));
      const gradients = byLayer(trained, trained.map(({ shape }) => k.zeros(shape)));
      const dx = order.flatMap((i) => {
        const forward = forwards[i];
        return forward ? backwardNetwork(network, run, parameters, forward, tensors.slice(-1), gradients) : [];
      });
      return [...inOrder(trained, gradients), ...dx.map((d) => d ?? k.zeros([1]))];
    };
    for (const order of [[0, 1], [1, 0]]) {
      const results = runStep(fed, passes(order));
      trained.forEach(({ key }, i) => {
        assertClose(results[i] ?? [], sum(separate.map((part) => part.gradients[key] ?? new Float64Array())), 1e-13, key);
      });
      order.forEach((which, at) => {
        assertClose(results[trained.length + at] ?? [], separate[which]?.inputGradients[0] ?? [], 1e-14, `dx ${which}`);
      });
    }
  });

  test(`${name}: the second step on the same device is the first again`, () => {
    const network = networkOf(make(), shape);
    const step = networkRunner(network, {
      weights: randomWeights(network, 5), inputs: [randomTensor(1, 'x', [B, ...shape])], dOutputs: projections(network, B, 6),
    });
    const first = step();
    for (let i = 0; i < 2; i++) {
      const again = step();
      first.outputs.forEach((y, j) => assertSame(again.outputs[j] ?? [], y, `output ${j}`));
      for (const [key, gradient] of Object.entries(first.gradients)) assertSame(again.gradients[key] ?? [], gradient, key);
      first.inputGradients.forEach((d, j) => assertSame(again.inputGradients[j] ?? [], d, `dx ${j}`));
    }
  });
}

test('one value feeding two layers gets both gradients', () => {
  const input = Input({ shape: [T, D] });
  const y = new Dense({ units: D, name: 'below', activation: 'tanh' }).apply(input);
  const up = recurrentLayer('gru', { units: 3, name: 'up' }).apply(y);
  const beside = recurrentLayer('lstm', { units: 2, name: 'beside' }).apply(y);
  const network = buildNetwork([input], [up, beside]);
  const weights = randomWeights(network, 2);
  const inputs = [randomTensor(3, 'x', [B, T, D])];
  const dOutputs = projections(network, B, 4);
  const forward = networkRunner(network, { weights, inputs });
  const loss = (): number => dot(forward().outputs, dOutputs.map((d) => d.data));
  const { gradients, inputGradients } = runNetwork(network, { weights, inputs, dOutputs });
  for (const [key, gradient] of Object.entries(gradients)) assertClose(gradient, numericGradient(loss, weights[key]?.data ?? new Float64Array()), 1e-7, key);
  assertClose(inputGradients[0] ?? [], numericGradient(loss, inputs[0]?.data ?? new Float64Array()), 1e-7, 'dx');
});

test.run();
