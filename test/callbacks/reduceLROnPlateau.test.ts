import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Dense, ReduceLROnPlateau, SGD, Sequential, loadModel } from '../../src/index.js';
import type { Callback, ReduceLROnPlateauOptions } from '../../src/index.js';
import { assertClose, thrown } from '../support/compare.js';
import { told } from './told.js';

/** The learning rate of each epoch, the monitored value being as told. */
async function rates(values: readonly number[], options: ReduceLROnPlateauOptions): Promise<number[]> {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1 / 1024 }) });
  const { history } = await model.fit([[1]], [1], { epochs: values.length, callbacks: [told(values), new ReduceLROnPlateau({ monitor: 'value', ...options })] });
  return (history.learningRate ?? []).map((rate) => rate * 1024);
}

// Expected sequences follow Keras's callback, epoch by epoch.
test('reduced after `patience` epochs without improvement, again and again', async () => {
  assert.equal(await rates([3, 3, 3, 3, 3, 3], { factor: 0.5, patience: 2 }), [1, 1, 1, 0.5, 0.5, 0.25]);
});

test('an improvement starts the count anew; less than minDelta is none', async () => {
  assert.equal(await rates([3, 3, 2, 2, 2, 2], { factor: 0.5, patience: 2 }), [1, 1, 1, 1, 1, 0.5]);
  assert.equal(await rates([3, 2.99995, 2.9999, 2.9998], { factor: 0.5, patience: 2 }), [1, 1, 1, 0.5]);
  assert.equal(await rates([3, 2.99, 2.98, 2.97], { factor: 0.5, patience: 2 }), [1, 1, 1, 1]);
});

test('cooldown: epochs that do not count', async () => {
  assert.equal(await rates([3, 3, 3, 3, 3, 3, 3], { factor: 0.5, patience: 1, cooldown: 2 }), [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125]);
});

test('a floor', async () => {
  assertClose(await rates([3, 3, 3, 3, 3], { factor: 0.5, patience: 1, minLearningRate: 0.3 / 1024 }), [1, 1, 0.5, 0.3, 0.3], 1e-12, 'rates');
});

test('mode max; NaN is no improvement', async () => {
  assert.equal(await rates([1, 2, 3, 4], { factor: 0.5, patience: 1, mode: 'max' }), [1, 1, 1, 1]);
  assert.equal(await rates([1, NaN, 3, 4], { factor: 0.5, patience: 1, mode: 'max' }), [1, 1, 0.5, 0.5]);
});

test('resumed from a file after any epoch, the same rates', async () => {
  const values = [3, 3, 3, 2, 2, 2, 2, 2];
  const options = { monitor: 'value', factor: 0.5, patience: 2, cooldown: 3 };
  const callbacks = (): Callback[] => [
    told(values), new ReduceLROnPlateau(options),
  ];
  const expected = await rates(values, options);
  assert.equal(expected, [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]);
  for (let n = 1; n < values.length; n++) {
    const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1 / 1024 }) });
    await model.fit([[1]], [1], { epochs: n, callbacks: callbacks() });
    const { history } = await (await loadModel(model.toBytes())).fit([[1]], [1], { epochs: values.length, resume: true, callbacks: callbacks() });
    assert.equal(history.learningRate?.map((rate) => rate * 1024), expected.slice(n), `from ${n}`);
  }
});

test('factor', () => {
  for (const factor of [0, 1, 10, NaN]) thrown(ArgumentError, () => new ReduceLROnPlateau({ factor }));
});

test.run();
