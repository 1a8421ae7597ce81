/** Models of normalising, merging, attending and noisy layers come back from bytes as they were. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Attention, Average, BatchNorm, Dense, GaussianNoise, GroupNorm, Input, LayerNorm, Maximum, Minimum, Model, MultiHeadAttention, RMSNorm, SpatialDropout1D, Subtract, cpu, loadModel,
} from '../../../src/index.js';
import { assertSame } from '../../support/compare.js';
import { randomTensor } from '../../support/values.js';

test('norms, merges and noise: saved, loaded, the same numbers, options and training step', async () => {
  const backend = cpu({ dtype: 'float64' });
  const x = Input({ shape: [5, 4] });
  const normed = [
    new LayerNorm({ center: false }).apply(x), new BatchNorm({ scale: false }).apply(x), new GroupNorm({ groups: 2, epsilon: 0.1 }).apply(x),
    new RMSNorm({ epsilon: 0.1 }).apply(x), new RMSNorm({ scale: false }).apply(x), new Dense({ units: 1 }).apply(x),
    new Attention({ score: 'additive', units: 3, causal: true, dropout: 0.5 }).apply(x), new MultiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 2, useBias: false }).apply([x, x]),
  ];
  const merged = [new Average().apply(normed), new Maximum().apply(normed), new Minimum().apply(normed)];
  const noisy = new GaussianNoise({ stddev: 0.3 }).apply(new SpatialDropout1D({ rate: 0.5 }).apply(new Average().apply(merged)));
  const model = new Model({ inputs: x, outputs: new Subtract().apply([new Dense({ units: 4 }).apply(noisy), x]), seed: 3 });
  model.compile({ loss: 'mse', optimizer: 'sgd', backend });
  const [data, y] = [randomTensor(1, 'x', [3, 5, 4]), randomTensor(2, 'y', [3, 5, 4])];
  const loaded = await loadModel(model.toBytes(), { backend });
  assert.equal(loaded.network.nodes.map(({ layer }) => [layer.className, layer.config()]), model.network.nodes.map(({ layer }) => [layer.className, layer.config()]));
  assertSame((await loaded.predict(data, { lengths: [5, 2, 3] })).data, (await model.predict(data, { lengths: [5, 2, 3] })).data, 'prediction');
  assert.equal(await loaded.trainOnBatch(data, y), await model.trainOnBatch(data, y));
});

test.run();
