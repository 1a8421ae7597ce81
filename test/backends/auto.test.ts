/** `backend: 'auto'`: the rule, the reasons, and a model that runs on what was chosen. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { autoBackend, explained } from '../../src/backends/auto.js';
import { cpu } from '../../src/backends/cpu/index.js';
import { decide } from '../../src/backends/gpu/choose.js';
import { measureCrossover } from '../../src/backends/gpu/crossover.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { Conv2D, Conv2DTranspose, Dense, Flatten, LSTM, Sequential } from '../../src/index.js';
import { largestProduct } from '../../src/models/graph/work.js';

const slow = explained(cpu(), 'stands in for a GPU');

test('the GPU from the crossover on, wasm below it, both with the figures', () => {
  const at = decide(3e6, 3e6, slow, wasmBackend());
  assert.is(at.name, 'cpu');
  assert.match(at.description, /cpu float32 .*auto: the largest product of a step is 3\.00 MFLOP, and the GPU is faster from 3\.00 MFLOP on/);
  const below = decide(2.9e6, 3e6, slow, wasmBackend());
  assert.is(below.name, 'wasm');
  assert.match(below.description, /^wasm simd128, .*auto: .*2\.90 MFLOP, and the GPU is faster only from 3\.00 MFLOP on/);
  assert.match(decide(1e12, Infinity, slow, wasmBackend()).description, /^wasm .*slower at every measured size/);
});

test('where one backend overtakes the other, if it does', async () => {
  assert.is(await measureCrossover(cpu(), wasmBackend(), [48, 96]), Infinity);
  assert.is(await measureCrossover(wasmBackend(), cpu(), [48, 96]), 2 * 48 ** 3);
});

test('the largest product of a model: its widest weight, once a step', () => {
  const model = new Sequential([new LSTM({ units: 6, returnSequences: true }), new LSTM({ units: 3 }), new Dense({ units: 2 })], { inputShape: [4, 5] });
  assert.is(largestProduct(model.network, 7), 2 * 7 * 6 * 24);
  const image = new Sequential([new Conv2D({ filters: 4, kernelSize: [3, 2] }), new Flatten(), new Dense({ units: 2 })], { inputShape: [6, 7, 5] });
  assert.is(largestProduct(image.network, 3), 2 * 3 * (4 * 6) * (3 * 2 * 5 * 4), 'a convolution: its window at every place');
  const larger = new Sequential([new Conv2DTranspose({ filters: 4, kernelSize: [3, 2], stride: 2 })], { inputShape: [6, 7, 5] });
  assert.is(largestProduct(larger.network, 3), 2 * 3 * (6 * 7) * (3 * 2 * 4 * 5), 'a transposed one: its places are on the input');
});

test('a model says what was chosen and why, and trains on it', async () => {
  const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 3 });
  model.compile({ loss: 'mse', backend: 'auto' });
  assert.match(model.summary(), /backend auto, chosen at the first run/);
  model.getWeights(); // looking at the weights settles nothing
  const x = { data: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)), shape: [5, 4, 2] };
  const y = [0.1, 0.2, -0.3, 0.4, 0.5];
  await model.fit(x, y, { epochs: 2 });
  assert.match(model.summary(), /backend (wasm|gpu).*\(auto: .+\)/);
  assert.ok(model.history.history.loss?.every(Number.isFinite));
});

test('without a GPU it is wasm, with the reason', async () => {
  const chosen = await autoBackend(1);
  assert.match(chosen.description, /\(auto: .+\)$/);
});

test.run();
