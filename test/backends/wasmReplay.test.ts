/** A wasm device writes a step once and repeats its calls from then on; nobody but the clock can tell. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend, Step } from '../../src/backend.js';
import { linearDevice } from '../../src/backends/linear/device.js';
import { instantiate } from '../../src/backends/wasm/instance.js';
import { ShapeError } from '../../src/errors.js';
import { Adam, BatchNorm, Bidirectional, Conv2D, Dense, Dropout, Flatten, GRU, LSTM, MaxPool2D, NotFiniteError, SGD, Sequential, cpu, exponential, wasm } from '../../src/index.js';
import type { Optimizer } from '../../src/index.js';
import { randomTensor } from '../support/values.js';
import { everyFamily } from './everyFamily.js';

/** The same kernels, the step written anew for every run. */
const asWritten: Backend = {
  ...(await wasm()),
  open() {
    const { kernels, storage } = instantiate(everyFamily.all);
    return linearDevice(kernels, storage, 'float32', everyFamily.kernels);
  },
};
const replaying: readonly Backend[] = [await wasm(), await wasm({ threads: 2 })];

/** v ← x·scale + v, and how often it was written. */
function counted(): { step: Step; written: () => number } {
  let written = 0;
  return {
    written: () => written,
    step: (k, [x = k.zeros([3]), scale = k.zeros([1])], [v = x]) => {
      written++;
      const next = k.add(k.mulTiled(x, scale), v);
      return { outputs: [k.scale(next, 2), k.copy(v)], variables: [next] };
    },
  };
}

const row = (...values: number[]): Float32Array => Float32Array.from(values);

test('a step is written once, and every run has its own inputs and the variables of the run before', async () => {
  for (const [backend, times] of [[asWritten, 3], [cpu(), 3], ...replaying.map((b) => [b, 1] as const)] as const) {
    const device = backend.open();
    const v = device.variable({ data: row(1, 2, 3), shape: [3] });
    const { step, written } = counted();
    const program = device.compile(step, [[3], [1]], [v]);
    assert.equal(await program.run([row(1, 1, 1), row(10)]), [row(22, 24, 26), row(1, 2, 3)]);
    assert.equal(await program.run([row(1, 0, -1), row(2)]), [row(26, 24, 22), row(11, 12, 13)]);
    device.write(v, row(0, 0, 5));
    assert.equal(await program.run([row(4, 0, 0), row(1)]), [row(8, 0, 10), row(0, 0, 5)]);
    assert.equal(device.read(v), row(4, 0, 5));
    assert.is(written(), times, backend.description);
    device.dispose();
  }
});

test('a variable added between two runs is not overwritten: the step is written anew', async () => {
  for (const backend of replaying) {
    const device = backend.open();
    const v = device.variable({ data: row(0, 0, 0), shape: [3] });
    const { step, written } = counted();
    const program = device.compile(step, [[3], [1]], [v]);
    await program.run([row(1, 2, 3), row(1)]);
    const large = Float32Array.from({ length: 1000 }, (_, i) => i);
    const late = device.variable({ data: large, shape: [1000] });
    assert.equal(await program.run([row(1, 2, 3), row(1)]), [row(4, 8, 12), row(1, 2, 3)]);
    await program.run([row(1, 2, 3), row(1)]);
    assert.equal(device.read(late), large);
    assert.equal(device.read(v), row(3, 6, 9));
    assert.is(written(), 2);
    device.dispose();
  }
});

test('programs of one device take turns, though the larger one makes the memory grow', async () => {
  for (const backend of replaying) {
    const device = backend.open();
    const v = device.variable({ data: row(1, 1, 1), shape: [3] });
    const small = device.compile(counted().step, [[3], [1]], [v]);
    const large = device.compile((k, [x = k.zeros([1])], [w = x]) => ({ outputs: [k.sumSquares([k.scale(x, 3), w])], variables: [w] }), [[400_000]], [v]);
    for (let run = 0; run < 3; run++) {
      assert.equal(await small.run([row(1, 0, 0), row(1)]), [row(2 * run + 4, 2, 2), row(run + 1, 1, 1)]);
      assert.equal(await large.run([new Float32Array(400_000).fill(run)]), [row(9 * 400_000 * run ** 2 + (run + 2) ** 2 + 2)]);
    }
    device.dispose();
  }
});

test('a run refused or failed leaves no trace', async () => {
  for (const backend of replaying) {
    const device = backend.open();
    const v = device.variable({ data: row(1, 2, 3), shape: [3] });
    const { step, written } = counted();
    let fails = true;
    const program = device.compile((k, inputs, variables) => {
      const result = step(k, inputs, variables);
      if (fails) throw new Error('not now');
      return result;
    }, [[3], [1]], [v]);
    assert.throws(() => program.run([row(1, 1, 1), row(10)]), 'not now');
    fails = false;
    for (const [times, first] of [[2, 4], [2, 6]] as const) {
      assert.throws(() => program.run([row(1, 1), row(10)]), (error: unknown) => error instanceof ShapeError && error.message.includes('input 0'));
      assert.equal(await program.run([row(1, 1, 1), row(1)]), [row(first, first + 2, first + 4), row(first / 2 - 1, first / 2, first / 2 + 1)]);
      assert.is(written(), times);
    }
    device.dispose();
    assert.throws(() => program.run([row(1, 1, 1), row(1)]), 'disposed');
  }
});

const sequences = { x: randomTensor(3, 'x', [23, 7, 4]), y: randomTensor(3, 'y', [23, 1]) };
const images = { x: randomTensor(3, 'images', [11, 9, 8, 16]), y: randomTensor(3, 'targets', [11, 1]) };

const networks: Readonly<Record<string, { data: typeof sequences; optimizer: () => Optimizer; build: () => Sequential }>> = {
  recurrent: {
    data: sequences,
    optimizer: () => new Adam({ learningRate: exponential({ rate: 0.02, decay: 0.7 }), globalClipNorm: 0.8 }),
    build: () => new Sequential([
      new LSTM({ units: 9, returnSequences: true, recurrentDropout: 0.2 }), new Dropout({ rate: 0.3 }), new Bidirectional({ layer: new GRU({ units: 6 }) }),
      new BatchNorm(), new Dense({ units: 1 }),
    ], { inputShape: [7, 4], seed: 5 }),
  },
  convolutional: {
    data: images,
    optimizer: () => new SGD({ learningRate: 0.01, momentum: 0.9 }),
    build: () => new Sequential([
      new Conv2D({ filters: 16, kernelSize: 3, padding: 'same' }), new Conv2D({ filters: 5, kernelSize: [2, 3], stride: 2 }), new MaxPool2D({ poolSize: 2 }),
      new Flatten(), new Dense({ units: 1 }),
    ], { inputShape: [9, 8, 16], seed: 5 }),
  },
};

/** Everything a user sees of training, prediction and evaluation in turn: batches of two sizes, rates and masks that change. */
async function trained(name: string, backend: Backend): Promise<string> {
  const network = networks[name];
  if (!network) throw new Error(`no network ${name}`);
  const { data: { x, y }, optimizer, build } = network;
  const model = build();
  model.compile({ optimizer: optimizer(), loss: 'mse', backend });
  const first = await model.fit(x, y, { epochs: 3, batchSize: 5, validationData: [x, y] });
  const before = await model.predict(x, { batchSize: 4 });
  const { loss, gradients } = await model.lossAndGradients(x, y);
  const second = await model.fit(x, y, { epochs: 2, batchSize: 5 });
  const after = await model.predict(x, { batchSize: 4 });
  const numbers = [first.history, second.history, [...before.data], loss, gradients, [...after.data], model.getWeights()];
  model.dispose();
  return JSON.stringify(numbers, (_, value: unknown) => (value instanceof Float32Array ? [...value] : value));
}

for (const name of Object.keys(networks)) {
  test(`a ${name} network trains and predicts to the same bytes as if every step were written`, async () => {
    const expected = await trained(name, asWritten);
    assert.match(expected, /\d\.\d/);
    for (const backend of replaying) assert.ok(await trained(name, backend) === expected, backend.description);
  });
}

test('what is not finite is found in the layer where it arose', async () => {
  for (const backend of [asWritten, ...replaying]) {
    const model = new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [7, 4], seed: 5 });
    model.compile({ optimizer: new SGD({ learningRate: 0.05 }), loss: 'mse', backend });
    const { x, y } = sequences;
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    const weights = model.getWeights();
    const kernel = weights['dense/kernel'];
    assert.ok(kernel);
    await model.restore(new Map([['dense/kernel', { data: kernel.data.map((w, i) => (i === 1 ? Infinity : w)), shape: [3, 1] }]]), model.position, {});
    try {
      await model.fit(x, y, { batchSize: 23, shuffle: false });
      assert.unreachable('it is not finite');
    } catch (error) {
      assert.instance(error, NotFiniteError);
      assert.match(String(error), 'dense');
    }
    model.dispose();
  }
});

test.run();
