/** Which dropout masks are shared and which are new: one for all time steps of a layer, another for each layer, place and training step. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bidirectional, Dense, Dropout, GRU, LSTM, SGD, Sequential, SimpleRNN, cpu } from '../../../src/index.js';
import type { Backend } from '../../../src/backend.js';
import type { AnyLayer } from '../../../src/layers/layer.js';
import { drawNoise } from '../../../src/models/training/batches.js';
import { randomTensor } from '../../support/values.js';

const [B, T, D, H] = [4, 6, 5, 7];
const x = randomTensor(1, 'x', [B, T, D]);

/** Losses of training steps whose update changes nothing: they differ by their masks alone. */
async function losses(layers: readonly AnyLayer[], steps: number, seed = 3): Promise<number[]> {
  const model = new Sequential([...layers, new Dense({ units: 1 })], { inputShape: [T, D], seed });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1e-300 }), backend: cpu({ dtype: 'float64' }) });
  const values: number[] = [];
  for (let step = 0; step < steps; step++) values.push((await model.trainOnBatch(x, randomTensor(2, 'y', [B, 1]))).loss ?? NaN);
  return values;
}

const layers: Readonly<Record<string, () => AnyLayer[]>> = {
  Dropout: () => [new Dropout({ rate: 0.5 }), new SimpleRNN({ units: H })],
  'dropout of an LSTM': () => [new LSTM({ units: H, dropout: 0.5 })],
  'recurrentDropout of a GRU': () => [new GRU({ units: H, recurrentDropout: 0.5 })],
  'dropout within Bidirectional': () => [new Bidirectional({ layer: new SimpleRNN({ units: H, dropout: 0.5 }) })],
};

for (const [what, make] of Object.entries(layers)) {
  test(`${what}: every training step draws a mask of its own, the same again for the same seed`, async () => {
    const first = await losses(make(), 8);
    assert.is(new Set(first).size, 8, `losses ${first.join(', ')}`);
    assert.equal(await losses(make(), 8), first);
    assert.ok((await losses(make(), 8, 4)).every((loss, i) => loss !== first[i]), 'another seed');
  });
}

test('masks of one step differ from each other, and from those of the next step', () => {
  const specs = Array.from({ length: 4 }, () => ({ kind: 'dropout', shape: [B, 16], rate: 0.5 }) as const);
  const masks = [0, 1, 2].flatMap((step) => drawNoise(specs, 9, step, 'float32').map((mask) => mask.join()));
  assert.is(new Set(masks).size, 12);
  assert.equal(drawNoise(specs, 9, 1, 'float32').map((mask) => mask.join()), masks.slice(4, 8));
  assert.is(new Set([...masks, ...drawNoise(specs, 10, 1, 'float32').map((mask) => mask.join())]).size, 16, 'of another seed');
});

/** The cpu backend, asking for several steps a call, as WebGPU does. */
const severalAtOnce: Backend = {
  ...cpu(),
  open() {
    const device = cpu().open();
    return { ...device, compile: (step, shapes, variables) => ({ ...device.compile(step, shapes, variables), batchesPerPlan: 3 }) };
  },
};

test('a step of fit draws what a step of trainOnBatch draws, though several run together', async () => {
  const results = [];
  const targets = randomTensor(2, 'y', [B, 1]);
  for (const how of ['fit', 'trainOnBatch'] as const) {
    const model = new Sequential([new LSTM({ units: H, dropout: 0.3, recurrentDropout: 0.3 }), new Dense({ units: 1 })], { inputShape: [T, D], seed: 5 });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.01 }), backend: severalAtOnce });
    if (how === 'fit') await model.fit(x, targets, { epochs: 2, batchSize: 1, shuffle: false });
    else {
      for (let step = 0; step < 2 * B; step++) {
        const row = step % B;
        await model.trainOnBatch({ data: x.data.slice(row * T * D, (row + 1) * T * D), shape: [1, T, D] }, { data: targets.data.slice(row, row + 1), shape: [1, 1] });
      }
    }
    results.push(Array.from(model.getWeights()['lstm/kernel']?.data ?? []));
    model.dispose();
  }
  assert.equal(results[1], results[0]);
});

test.run();
