/** Training does without ∂L/∂input of the model; nothing else may be missing for it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bidirectional, Dense, Flatten, GRU, Input, LSTM, Model, SGD, Sequential, SimpleRNN, cpu } from '../../src/index.js';
import { randomData } from './support.js';

const shared = new Dense({ units: 3, activation: 'tanh' });
const input = Input({ shape: [4, 2] });
const twice = shared.apply(new Dense({ units: 3 }).apply(shared.apply(new Dense({ units: 3 }).apply(input))));

const models: [string, () => Model][] = [
  ['LSTM under LSTM', () => new Sequential([new LSTM({ units: 3, returnSequences: true }), new LSTM({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 1 })],
  ['GRU under dropout-free SimpleRNN', () => new Sequential([new GRU({ units: 3, returnSequences: true }), new SimpleRNN({ units: 2 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 2 })],
  ['Bidirectional first and second', () => new Sequential([
    new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }) }), new Bidirectional({ layer: new GRU({ units: 2 }) }), new Dense({ units: 1 }),
  ], { inputShape: [4, 2], seed: 3 })],
  ['Dense first, and a layer used twice', () => new Model({ inputs: input, outputs: new Dense({ units: 1 }).apply(new Flatten().apply(twice)), seed: 4 })],
];

for (const [name, make] of models) {
  test(`one step of gradient descent moves by the gradient, bit for bit: ${name}`, async () => {
    const { x, y } = randomData(6, [4, 2], [1]);
    const model = make();
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1 }), backend: cpu({ dtype: 'float64' }) });
    const { gradients } = await model.lossAndGradients(x, y);
    const before = model.getWeights();
    await model.trainOnBatch(x, y);
    const after = model.getWeights();
    for (const [key, gradient] of Object.entries(gradients)) {
      assert.ok(gradient.data.some((g) => g !== 0), `${key}: all zero`);
      gradient.data.forEach((g, i) => assert.is(after[key]?.data[i], (before[key]?.data[i] ?? NaN) - g, `${key}[${i}]`));
    }
  });
}

test.run();
