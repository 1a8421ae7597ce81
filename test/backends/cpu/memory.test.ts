/** A training step allocates nothing that lasts: neither in the arena nor on the JavaScript heap. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../../src/backend.js';
import { cpuFamilies, cpuKernels } from '../../../src/backends/cpu/device.js';
import { linearDevice } from '../../../src/backends/linear/device.js';
import { Memory } from '../../../src/backends/linear/memory.js';
import type { Storage } from '../../../src/backends/linear/memory.js';
import { LSTM } from '../../../src/layers/lstm.js';
import { backwardNetwork, byLayer, forwardNetwork, inOrder } from '../../../src/models/graph/execute.js';
import { trainableWeights } from '../../../src/models/graph/network.js';
import { assertSame } from '../../support/compare.js';
import { networkOf, randomWeights } from '../../support/network.js';
import { randomTensor } from '../../support/values.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Counted { readonly heap: { data: Float64Array }; readonly storage: Storage; grown: number }

/** The memory of the cpu backend, with a count of how often it grew. */
function countedStorage(elements: number): Counted {
  const heap = { data: new Float64Array(elements) };
  const counted: Counted = {
    heap, grown: 0,
    storage: {
      unit: 1,
      start: 1,
      capacity: () => heap.data.length,
      grow(needed) {
        counted.grown++;
        const larger = new Float64Array(Math.max(needed, Math.ceil(1.5 * heap.data.length)));
        larger.set(heap.data);
        heap.data = larger;
      },
      read: (at, n) => heap.data.slice(at, at + n),
      write: (at, values) => heap.data.set(values, at),
      readInto: (at, out) => out.set(heap.data.subarray(at, at + out.length)),
    },
  };
  return counted;
}

test('10,000 steps of an LSTM, forward, backward and update, leave the heap as it was', () => {
  const [B, T, D, H] = [2, 3, 2, 3];
  const network = networkOf(new LSTM({ units: H, name: 'cell' }), [T, D]);
  const trained = trainableWeights(network);
  const weights = randomWeights(network, 1);
  const memory = countedStorage(256);
  const device = linearDevice(cpuKernels(memory.heap), memory.storage, 'float64', cpuFamilies);
  const variables = trained.map(({ key, shape }) => device.variable(weights[key] ?? { shape, data: new Float64Array() }));
  const step: Step = (k, [x, target, learningRate, one], values) => {
    if (!x || !target || !learningRate || !one) throw new Error('an input is missing');
    const parameters = byLayer(trained, values);
    const run = { k, training: true, noise: [[]] };
    const forward = forwardNetwork(network, run, parameters, new Map(), [x]);
    const [y = x] = forward.outputs;
    const { loss, dPrediction } = k.loss('mse', y, target, undefined, 0);
    const gradients = byLayer(trained, trained.map(({ shape }) => k.zeros(shape)));
    backwardNetwork(network, run, parameters, forward, [dPrediction], gradients);
    const inputs = { learningRate, gradientScale: one, clipValue: 0, decay: 0, guard: loss };
    const updated = inOrder(trained, gradients).map((g, i) => k.sgd(values[i] ?? g, g, undefined, inputs, 0, false).p);
    return { outputs: [loss], variables: updated };
  };
  const program = device.compile(step, [[B, T, D], [B, H], [1], [1]], variables);
  const fed = [randomTensor(1, 'x', [B, T, D]).data, randomTensor(2, 'target', [B, H]).data.map(Math.tanh), Float64Array.of(0.05), Float64Array.of(1)];
  const lossNow = (): number => (program.run(fed) as Float64Array[])[0]?.[0] ?? NaN;

  const first = lossNow();
  for (let i = 0; i < 2000; i++) lossNow(); // warm-up: compilation, inline caches
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const capacity = memory.storage.capacity();
  const grown = memory.grown;
  const marks = [used()];
  for (let i = 1; i <= 10_000; i++) {
    lossNow();
    if (i % 2000 === 0) marks.push(used());
  }
  assert.ok(grown > 0, 'the arena started too small for the step, and grew');
  assert.is(memory.grown, grown, 'the arena grew after warm-up');
  assert.is(memory.storage.capacity(), capacity);
  // What a step keeps, it keeps in every stretch of 2000: the smallest object each would be 100 kB. The engine's own
  // compiled code and statistics come in jumps, which some stretches are without.
  const growth = marks.slice(1).map((mark, i) => mark - (marks[i] ?? NaN));
  assert.ok(Math.min(...growth) < 8 * 1024 && growth.reduce((sum, g) => sum + g, 0) < 2048 * 1024, `bytes per 2000 steps: ${growth.join()}`);
  assert.ok(lossNow() < first / 2, 'the steps did train');
});

test('the arena is rewound to the variables; growing keeps what is there', () => {
  const { storage, heap } = countedStorage(64);
  const memory = new Memory(storage);
  const first = memory.allocateVariable(5);
  assert.ok(first > 0, 'address 0 is none');
  storage.write(first, Float64Array.of(1, 2, 3, 4, 5));
  const scratch = memory.allocate(7);
  assert.ok(scratch >= first + 5, 'scratch lies above the variables');
  const far = memory.allocate(1000);
  assert.ok(heap.data.length >= far + 1000, 'grown');
  assertSame(storage.read(first, 5), [1, 2, 3, 4, 5], 'after growing');
  memory.rewind();
  assert.is(memory.allocate(7), scratch);
  memory.rewind();
  const second = memory.allocateVariable(3);
  memory.rewind();
  assert.ok(memory.allocate(1) >= second + 3, 'a new variable is out of reach of the scratch');
});

test('variables made in the middle of a life keep their values through steps', () => {
  const memory = countedStorage(64);
  const device = linearDevice(cpuKernels(memory.heap), memory.storage, 'float64', cpuFamilies);
  const a = device.variable(randomTensor(1, 'a', [40]));
  const program = device.compile((k, [x]) => ({ outputs: x ? [k.scale(x, 2)] : [], variables: [] }), [[500]], []);
  void program.run([new Float64Array(500).fill(9)]);
  const b = device.variable(randomTensor(2, 'b', [30]));
  void program.run([new Float64Array(500).fill(7)]);
  assertSame(device.read(a), randomTensor(1, 'a', [40]).data, 'a');
  assertSame(device.read(b), randomTensor(2, 'b', [30]).data, 'b');
});

test.run();
