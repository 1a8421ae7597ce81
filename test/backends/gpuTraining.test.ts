/**
 * Whole training runs on the gpu backend agree with the same runs on the cpu backend in float32: 20 optimiser steps through
 * `fit`, with shuffling, dropout masks and running statistics from the same seed.
 *
 * Tolerance: weights within 2e-5 of the largest weight of their tensor. Both sides round in float32 but in another order, and
 * Adam's first steps, m/√v ≈ ±1, enlarge what rounding did to near-zero gradients.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, AdamW, BatchNorm, Bidirectional, Dense, Dropout, GRU, LSTM, LayerNorm, NotFiniteError, RMSprop, SGD, Sequential, SimpleRNN, cpu,
} from '../../src/index.js';
import type { Backend } from '../../src/backend.js';
import type { Optimizer } from '../../src/optimizers/optimizer.js';
import { assertClose, assertDifferent } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import { testModes, withVulkan } from './gpuModes.js';

interface Case { readonly layers: () => ConstructorParameters<typeof Sequential>[0]; readonly optimizer: () => Optimizer }

const steps = 6;
const features = 3;

const cases: Record<string, Case> = {
  'LSTM and dense layers': {
    layers: () => [new LSTM({ units: 5 }), new Dense({ units: 4, activation: 'tanh' }), new Dense({ units: 1 })],
    optimizer: () => new Adam({ learningRate: 0.01 }),
  },
  'five LSTM layers': {
    layers: () => [...Array.from({ length: 4 }, () => new LSTM({ units: 3, returnSequences: true })), new LSTM({ units: 3 }), new Dense({ units: 1 })],
    optimizer: () => new Adam({ learningRate: 0.01, globalClipNorm: 1 }),
  },
  'GRU, reset after': {
    layers: () => [new GRU({ units: 5, returnSequences: true }), new GRU({ units: 4 }), new Dense({ units: 1 })],
    optimizer: () => new RMSprop({ learningRate: 0.01 }),
  },
  'GRU, reset before, with recurrent dropout': {
    layers: () => [new GRU({ units: 5, resetAfter: false, recurrentDropout: 0.25 }), new Dense({ units: 1 })],
    optimizer: () => new SGD({ learningRate: 0.05, momentum: 0.9, nesterov: true, clipValue: 0.5 }),
  },
  'bidirectional LSTM with peepholes': {
    layers: () => [new Bidirectional({ layer: new LSTM({ units: 3, peepholes: true, returnSequences: true }) }), new SimpleRNN({ units: 4 }), new Dense({ units: 1 })],
    optimizer: () => new AdamW({ learningRate: 0.01, amsgrad: true }),
  },
  'layer and batch norm with dropout': {
    layers: () => [
      new LSTM({ units: 6, returnSequences: true }), new LayerNorm(), new Dropout({ rate: 0.3 }), new LSTM({ units: 5 }), new BatchNorm(), new Dense({ units: 1 }),
    ],
    optimizer: () => new Adam({ learningRate: 0.01 }),
  },
};

interface Outcome { readonly weights: Record<string, ArrayLike<number>>; readonly loss: number[]; readonly predictions: ArrayLike<number> }

const samples = 22;
const x = randomTensor(1, 'x', [samples, steps, features]);
const y = randomTensor(2, 'y', [samples, 1]);

/** 5 epochs of 4 batches, the last one smaller, unless told otherwise. */
async function train({ layers, optimizer }: Case, backend: Backend, epochs = 5, batchSize = 6): Promise<Outcome & { readonly before: Record<string, ArrayLike<number>> }> {
  const model = new Sequential(layers(), { inputShape: [steps, features], seed: 5 });
  model.compile({ optimizer: optimizer(), loss: 'mse', backend });
  const weights = (): Record<string, ArrayLike<number>> =>
    Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data }]) => [key, Float64Array.from(data)]));
  const before = weights();
  const { history } = await model.fit(x, y, { epochs, batchSize });
  const predicted = await model.predict(x);
  const result = { before, weights: weights(), loss: history.loss ?? [], predictions: Float64Array.from(predicted.data) };
  model.dispose();
  return result;
}

const [plain] = Object.values(cases);

if (withVulkan() && plain) {
  testModes('eleven batches an epoch: a plan of eight where the backend makes plans, then single ones', async (backend) => {
    const actual = await train(plain, backend, 2, 2);
    const expected = await train(plain, cpu(), 2, 2);
    assertClose(actual.loss, expected.loss, 1e-5, 'loss');
    for (const [key, values] of Object.entries(expected.weights)) assertClose(actual.weights[key] ?? [], values, 2e-5, key);
  });

  testModes('eleven batches of an evaluation and of a prediction: in plans too', async (backend) => {
    const outcome = async (on: Backend): Promise<ArrayLike<number>[]> => {
      const model = new Sequential([new LSTM({ units: 3, stateful: true }), new Dense({ units: 1 })], { inputShape: [steps, features], seed: 5 });
      model.compile({ optimizer: new Adam(), loss: 'mse', metrics: ['mae'], backend: on });
      const scores = Object.values(await model.evaluate(x, y, { batchSize: 2 }));
      const { data } = await model.predict(x, { batchSize: 2 });
      model.dispose();
      return [scores, Float64Array.from(data)];
    };
    const [actual, expected] = [await outcome(backend), await outcome(cpu())];
    expected.forEach((values, i) => { assertClose(actual[i] ?? [], values, 1e-5, i === 0 ? 'scores' : 'predictions'); });
  });

  testModes('a batch that overflows inside a plan is named; the weights are those before it', async (backend) => {
    const outcome = async (on: Backend): Promise<{ batch: number; weights: Record<string, ArrayLike<number>> }> => {
      const model = new Sequential(plain.layers(), { inputShape: [steps, features], seed: 5 });
      model.compile({ optimizer: plain.optimizer(), loss: 'mse', backend: on });
      const huge = { shape: y.shape, data: y.data.map((v, i) => (i === 7 ? 1e30 : v)) };
      let batch = NaN;
      try {
        await model.fit(x, huge, { epochs: 1, batchSize: 2, shuffle: false });
      } catch (error) {
        assert.instance(error, NotFiniteError);
        batch = (error as NotFiniteError).site.batch;
      }
      const weights = Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data }]) => [key, Float64Array.from(data)]));
      model.dispose();
      return { batch, weights };
    };
    const [actual, expected] = [await outcome(backend), await outcome(cpu())];
    assert.is(actual.batch, 3);
    assert.is(expected.batch, 3);
    for (const [key, values] of Object.entries(expected.weights)) assertClose(actual.weights[key] ?? [], values, 2e-5, key);
  });

  for (const [name, run] of Object.entries(cases)) {
    testModes(`20 steps: ${name}`, async (backend) => {
      const actual = await train(run, backend);
      const expected = await train(run, cpu());
      assert.is(actual.loss.length, 5);
      assertClose(actual.loss, expected.loss, 1e-5, 'loss');
      assertClose(actual.predictions, expected.predictions, 2e-5, 'predictions');
      for (const [key, values] of Object.entries(expected.weights)) {
        assertClose(actual.weights[key] ?? [], values, 2e-5, key);
        assertDifferent(values, expected.before[key] ?? [], 1e-4, `${key} has been trained`);
      }
    });
  }

  test.run();
}
