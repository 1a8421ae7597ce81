/** Training does without ∂L/∂input of the model; nothing else may be missing for it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend, Kernels, Tensor } from '../../src/backend.js';
import {
  AveragePool2D, Bidirectional, Conv1D, Conv2D, Dense, Dropout, Flatten, GRU, GlobalAveragePool1D, GlobalAveragePool2D, Input, LSTM, MaxPool1D, MaxPool2D, Model,
  ResNet, SGD, Sequential, SimpleRNN, ZeroPad2D, cpu,
} from '../../src/index.js';
import { randomData } from './support.js';

const float64 = cpu({ dtype: 'float64' });
const shared = new Dense({ units: 3, activation: 'tanh' });
const input = Input({ shape: [4, 2] });
const twice = shared.apply(new Dense({ units: 3 }).apply(shared.apply(new Dense({ units: 3 }).apply(input))));

const models: [string, () => Model][] = [
  ['LSTM under LSTM', () => new Sequential([new LSTM({ units: 3, returnSequences: true }), new LSTM({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 1 })],
  ['GRU under dropout-free SimpleRNN', () => new Sequential([new GRU({ units: 3, returnSequences: true }), new SimpleRNN({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 2 })],
  ['Bidirectional first and second', () => new Sequential([
    new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }) }), new Bidirectional({ layer: new GRU({ units: 2 }) }), new Dense({ units: 1 }),
  ], { inputShape: [4, 2], seed: 3 })],
  ['Conv2D', () => new Sequential([new Conv2D({ filters: 2, kernelSize: 3 }), new Flatten(), new Dense({ units: 1 })], { inputShape: [5, 4, 2], seed: 1 })],
  ['pooling, padding and dropout before the first weights', () => new Sequential([
    new ZeroPad2D(), new MaxPool2D(), new Dropout({ rate: 0 }), new Conv2D({ filters: 2, kernelSize: 2 }), new Flatten(), new Dense({ units: 1 }),
  ], { inputShape: [5, 4, 2], seed: 1 })],
  ['Conv1D, shared later', () => {
    const again = new Conv1D({ filters: 2, kernelSize: 2, padding: 'same' });
    return new Sequential([again, new MaxPool1D({ poolSize: 2, stride: 1 }), again, new GlobalAveragePool1D(), new Dense({ units: 1 })], { inputShape: [6, 2], seed: 1 });
  }],
  ['a residual network', () => new Sequential([
    new ResNet({ blocks: [1], widths: [2], stem: { kernelSize: 3 } }), new GlobalAveragePool2D(), new Dense({ units: 1 }),
  ], { inputShape: [7, 9, 1], seed: 1 })],
  ['Dense first, and a layer used twice', () => new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(new Flatten().apply(twice)), seed: 4 })],
];

for (const [name, make] of models) {
  test(`one step of gradient descent moves by the gradient, bit for bit: ${name}`, async () => {
    const model = make();
    const { x, y } = randomData(6, model.network.inputs[0]?.shape ?? [], [1]);
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1 }), backend: float64 });
    const { gradients } = await model.lossAndGradients(x, y, { training: true });
    const before = model.getWeights();
    await model.trainOnBatch(x, y);
    const after = model.getWeights();
    for (const [key, gradient] of Object.entries(gradients)) {
      assert.ok(gradient.data.some((g) => g !== 0), `${key}: all zero`);
      gradient.data.forEach((g, i) => assert.is(after[key]?.data[i], (before[key]?.data[i] ?? NaN) - g, `${key}[${i}]`));
    }
  });
}

test('kernels that nobody needs are not called: no input gradient below the first weights', async () => {
  const calls: string[] = [];
  const count = (name: string, result: Tensor): Tensor => {
    calls.push(name);
    return result;
  };
  const counting = (k: Kernels): Kernels => ({
    ...k,
    conv2dBackward: (...given) => count('conv2d', k.conv2dBackward(...given)),
    maxPool2dBackward: (...given) => count('max', k.maxPool2dBackward(...given)),
    averagePool2dBackward: (...given) => count('average', k.averagePool2dBackward(...given)),
  });
  const spied: Backend = {
    ...float64,
    open() {
      const device = float64.open();
      return {
        dtype: device.dtype, variable: (value) => device.variable(value), read: (variable) => device.read(variable),
        write: (variable, values) => { device.write(variable, values); }, dispose: () => { device.dispose(); },
        compile: (step, shapes, variables) => device.compile((k, inputs, state) => step(counting(k), inputs, state), shapes, variables),
      };
    },
  };
  const model = new Sequential([
    new ZeroPad2D(), new MaxPool2D(), new Conv2D({ filters: 2, kernelSize: 2 }), new AveragePool2D(), new Flatten(), new Dense({ units: 1 }),
  ], { inputShape: [7, 8, 1] });
  model.compile({ loss: 'mse', backend: spied });
  const { x, y } = randomData(2, [7, 8, 1], [1]);
  await model.trainOnBatch(x, y);
  assert.equal(calls, ['average'], 'training');
  calls.length = 0;
  const { inputGradients } = await model.lossAndGradients(x, y);
  assert.equal(calls, ['average', 'conv2d', 'max', 'average'], 'on demand');
  assert.ok(inputGradients[0]?.data.some((d) => d !== 0));
});

test.run();
