/** Weights are kept packed from run to run, never past a change of them; no bit tells whether they are. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend, Device, Step } from '../../src/backend.js';
import { linearDevice } from '../../src/backends/linear/device.js';
import { instantiate } from '../../src/backends/wasm/instance.js';
import {
  Adagrad, Adam, Bidirectional, Dense, GRU, LSTM, Masking, MultiHeadAttention, Nadam, NotFiniteError, RMSprop, SGD, Sequential, SimpleRNN, wasm,
} from '../../src/index.js';
import type { AnyLayer, Model, Optimizer } from '../../src/index.js';
import { randomTensor } from '../support/values.js';
import { everyFamily } from './everyFamily.js';

const packs = { made: 0 };

/** One thread, with what it packs counted. `replay` false: the step written anew for every run, nothing kept. */
function counting(replay = true): Backend {
  return {
    name: 'wasm', dtype: 'float32', description: 'counting',
    open() {
      const { kernels, storage } = instantiate(everyFamily.all);
      const { packing } = kernels;
      if (!packing) throw new Error('wasm packs');
      const counted = { ...packing, pack: (...values: Parameters<typeof packing.pack>) => { packs.made++; packing.pack(...values); } };
      return linearDevice({ ...kernels, packing: counted }, storage, 'float32', everyFamily.kernels, replay);
    },
  };
}

const asWritten = counting(false);
const keeping: readonly Backend[] = [counting(), await wasm(), await wasm({ threads: 2 })];

const bits = (values: ArrayLike<number>): string => Array.from(new Uint32Array(Float32Array.from(values).buffer)).join();

async function made(work: () => unknown): Promise<number> {
  packs.made = 0;
  await work();
  return packs.made;
}

const networks: Readonly<Record<string, { inputShape: [number, number]; layers: () => AnyLayer[] }>> = {
  ...Object.fromEntries([[1, 1, 1], [3, 5, 2], [8, 4, 32], [25, 33, 17]].map(([d = 1, h = 1, out = 1]) => [`LSTM ${d} ${h} ${out}`, {
    inputShape: [6, d], layers: () => [new LSTM({ units: h, returnSequences: true, peepholes: h % 2 === 1 }), new LSTM({ units: h + 1, recurrentDropout: 0.1 }), new Dense({ units: out })],
  }])),
  'one step': { inputShape: [1, 5], layers: () => [new LSTM({ units: 11 }), new Dense({ units: 3 })] },
  GRU: { inputShape: [5, 4], layers: () => [new GRU({ units: 9, returnSequences: true }), new GRU({ units: 10, resetAfter: false }), new Dense({ units: 1 })] },
  'with padding': { inputShape: [7, 2], layers: () => [new Masking(), new Bidirectional({ layer: new LSTM({ units: 6, returnSequences: true }) }), new SimpleRNN({ units: 5 }), new Dense({ units: 2 })] },
  attention: { inputShape: [6, 8], layers: () => [new MultiHeadAttention({ numHeads: 2, keyDim: 5 }), new Dense({ units: 5, activation: 'tanh' })] },
};

function network(name: string, backend: Backend, optimizer: Optimizer = new Adam({ learningRate: 0.05 })): Sequential {
  const { inputShape, layers } = networks[name] ?? { inputShape: [1, 1], layers: () => [] };
  const model = new Sequential(layers(), { inputShape, seed: 3 });
  model.compile({ loss: 'mse', optimizer, backend });
  return model;
}

for (const name of Object.keys(networks)) {
  test(`${name}: predictions, losses and gradients have the same bits, kept or not, in one run and in the next`, async () => {
    for (const batch of [1, 3, 26]) {
      const [steps, width] = networks[name]?.inputShape ?? [1, 1];
      const x = randomTensor(batch, 'x', [batch, steps, width]);
      if (name === 'with padding') x.data.fill(0, x.data.length - width);
      const seen = await Promise.all([asWritten, ...keeping].map(async (backend) => {
        const model = network(name, backend);
        const rounds: string[] = [];
        for (let round = 0; round < 3; round++) {
          const y = await model.predict(x, { batchSize: 26 });
          const { loss, gradients } = await model.lossAndGradients(x, { shape: y.shape, data: new Float32Array(y.size) });
          rounds.push([y.data, [loss], ...Object.values(gradients).map(({ data }) => data)].map(bits).join(';'));
        }
        assert.is(new Set(rounds).size, 1, backend.description);
        model.dispose();
        return rounds[0];
      }));
      assert.is(new Set(seen).size, 1, `batch ${batch}`);
    }
  });
}

const x = randomTensor(1, 'x', [4, 5, 4]);
const y = randomTensor(1, 'y', [4, 1]);

/** Predictions until what they read is kept, and what the next one has to pack: nothing. */
async function warm(model: Model): Promise<string> {
  const before = await model.predict(x);
  await model.predict(x);
  assert.is(await made(() => model.predict(x)), 0, 'kept');
  return bits(before.data);
}

/** What a fresh model with the same weights says, which has kept nothing. */
async function said(model: Model): Promise<string> {
  const fresh = network('GRU', asWritten);
  fresh.setWeights(model.getWeights());
  const { data } = await fresh.predict(x);
  fresh.dispose();
  return bits(data);
}

const optimizers: readonly (() => Optimizer)[] = [
  () => new SGD({ learningRate: 0.1 }), () => new Adam({ learningRate: 0.1, weightDecay: 0.1 }), () => new RMSprop({ learningRate: 0.1 }), () => new Nadam({ learningRate: 0.1 }), () => new Adagrad({ learningRate: 0.1 }),
];

const writers: Readonly<Record<string, (model: Sequential) => unknown>> = {
  trainOnBatch: (model) => model.trainOnBatch(x, y),
  fit: (model) => model.fit(x, y, { epochs: 1, batchSize: 3, validationData: [x, y] }),
  'fit, batches that make one step': (model) => model.fit(x, y, { epochs: 1, batchSize: 2, gradientAccumulationSteps: 2 }),
  'fit with callbacks that set weights': (model) => model.fit(x, y, { epochs: 1, callbacks: [{ name: 'shift', onEpochEnd: () => { model.setWeights(shifted(model)); } }] }),
  applyGradients: async (model) => model.applyGradients((await model.lossAndGradients(x, y)).gradients),
  setWeights: (model) => { model.setWeights(shifted(model)); },
  'setWeights of one': (model) => { model.setWeights(Object.fromEntries(Object.entries(shifted(model)).slice(0, 1))); },
  restore: (model) => model.restore(new Map(Object.entries(shifted(model))), model.position, {}),
  'another model that shares a layer': async (model) => {
    const other = new Sequential([...model.layers.slice(0, 1), new GRU({ units: 2 }), new Dense({ units: 1 })], { inputShape: [5, 4], seed: 9 });
    other.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.5 }), backend: counting() });
    await other.trainOnBatch(x, y);
  },
  'a step that is taken back': async (model) => {
    for (let step = 0; step < 2; step++) await model.trainOnBatch(x, y);
    await model.predict(x);
    try {
      await model.fit(x, { shape: y.shape, data: y.data.map(() => 1e38) }, { epochs: 1 });
      assert.unreachable('it is not finite');
    } catch (error) {
      assert.instance(error, NotFiniteError);
    }
  },
};

function shifted(model: Model): Record<string, { shape: readonly number[]; data: Float32Array }> {
  return Object.fromEntries(Object.entries(model.getWeights()).map(([key, { shape, data }]) => [key, { shape, data: Float32Array.from(data, (w, i) => w + 0.01 * (i + 1)) }]));
}

for (const [name, write] of Object.entries(writers)) {
  test(`what ${name} changes is packed anew`, async () => {
    const model = network('GRU', counting());
    const before = await warm(model);
    for (let round = 0; round < 3; round++) {
      await write(model);
      const after = bits((await model.predict(x)).data);
      assert.is(after, await said(model));
      assert.is.not(after, before);
      assert.is(bits((await model.predict(x)).data), after);
    }
    model.dispose();
  });
}

test('every optimiser', async () => {
  for (const optimizer of optimizers) {
    const model = network('GRU', counting(), optimizer());
    const before = await warm(model);
    await model.trainOnBatch(x, y);
    const after = bits((await model.predict(x)).data);
    assert.is(after, await said(model));
    assert.is.not(after, before);
    model.dispose();
  }
});

test('a stream computes with the weights of the moment', async () => {
  const build = (backend: Backend): Sequential => {
    const model = new Sequential([new LSTM({ units: 9, stateful: true }), new Dense({ units: 2 })], { inputShape: [1, 3], seed: 3 });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.3 }), backend });
    return model;
  };
  const steps = async (backend: Backend): Promise<string[]> => {
    const model = build(backend);
    const [stream, beside] = [await model.stream(), await model.stream()];
    const all: string[] = [];
    for (let round = 0; round < 4; round++) {
      for (let t = 0; t < 3; t++) all.push(bits(stream.step([0.1, t, -0.4])), bits(beside.step([t, 0.2, 0.3])));
      if (round === 1) await model.trainOnBatch(randomTensor(1, 'step', [1, 1, 3]), randomTensor(1, 'target', [1, 2]));
      if (round === 2) model.setWeights(shifted(model));
      if (round === 2) beside.reset();
    }
    assert.is(await made(() => stream.step([1, 1, 1])), 0);
    model.dispose();
    return all;
  };
  const expected = await steps(asWritten);
  for (const backend of keeping) assert.equal(await steps(backend), expected, backend.description);
});

test('programs share what they keep; of two sizes of batches the second packs nothing', async () => {
  const model = network('GRU', counting());
  await warm(model);
  assert.is(await made(() => model.predict(x, { batchSize: 3 })), 0);
  await model.trainOnBatch(x, y);
  assert.is(bits((await model.predict(x, { batchSize: 2 })).data), await said(model), 'a step that is written when they are stale');
  assert.is(bits((await model.predict(x)).data), await said(model));
  model.dispose();
});

/** A variable of 3 × 4, what reads it, and what writes it. */
function parts(): { device: Device; read: () => string; write: () => unknown; variable: ReturnType<Device['variable']> } {
  const device = counting().open();
  const variable = device.variable({ shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i) });
  const other = device.variable({ shape: [1], data: Float32Array.of(2) });
  const reading: Step = (k, [row = k.zeros([1, 3]), pair = row], [v = row, o = row]) => ({
    outputs: [
      k.matmul('nn', row, v), k.matmul('nn', row, k.columns(v, 1, 2)), k.matmul('nn', row, k.columns(v, 0, 2)), k.matmul('nn', row, k.rows(k.reshape(v, [6, 2]), 0, 3)),
      k.matmul('nn', pair, k.rows(v, 1, 2)), k.matmul('nt', k.matmul('nn', row, v), v), k.matmul('nt', row, k.reshape(v, [4, 3])),
    ],
    variables: [v, k.add(o, o)],
  });
  const reader = device.compile(reading, [[1, 3], [1, 2]], [variable, other], [variable]);
  const writer = device.compile((k, _, [v = k.zeros([1])]) => ({ outputs: [], variables: [k.addTo(v, k.full([3, 4], 1))] }), [], [variable]);
  return {
    device, variable,
    read: () => bits((reader.run([Float32Array.of(1, 10, 100), Float32Array.of(1, 1000)]) as Float32Array[]).flatMap((values) => [...values])),
    write: () => writer.run([]),
  };
}

/** What {@link parts} reads of the numbers from `first` on. */
function partsOf(first: number): string {
  const v = Array.from({ length: 12 }, (_, i) => i + first);
  const at = (i: number, j: number): number => v[4 * i + j] ?? NaN;
  const whole = [0, 1, 2, 3].map((j) => at(0, j) + 10 * at(1, j) + 100 * at(2, j));
  const back = [0, 1, 2].map((i) => whole.reduce((sum, value, j) => sum + value * at(i, j), 0));
  const turned = [0, 1, 2, 3].map((i) => (v[3 * i] ?? NaN) + 10 * (v[3 * i + 1] ?? NaN) + 100 * (v[3 * i + 2] ?? NaN));
  const narrow = [0, 1].map((j) => (v[j] ?? NaN) + 10 * (v[2 + j] ?? NaN) + 100 * (v[4 + j] ?? NaN));
  return bits([...whole, ...whole.slice(1, 3), ...whole.slice(0, 2), ...narrow, ...[0, 1, 2, 3].map((j) => at(1, j) + 1000 * at(2, j)), ...back, ...turned]);
}

test('parts of a weight, in both orders, are kept and made anew as it is', async () => {
  const { device, read, write, variable } = parts();
  assert.is(await made(() => [read(), read()]), 7);
  assert.is(await made(() => { assert.is(read(), partsOf(0)); }), 0);
  for (let run = 1; run < 4; run++) {
    write();
    assert.is(await made(() => { assert.is(read(), partsOf(run)); }), 7);
    assert.is(await made(() => { assert.is(read(), partsOf(run)); }), 0);
  }
  device.write(variable, Float32Array.from({ length: 12 }, (_, i) => i + 20));
  assert.is(read(), partsOf(20));
  device.variable({ shape: [7], data: new Float32Array(7) }); // the step is written anew
  assert.is(await made(() => { assert.is(read(), partsOf(20)); }), 0);
  device.dispose();
});

test('a program that fails once it has written leaves nothing stale', () => {
  const { device, read, variable } = parts();
  read();
  read();
  const fails = device.compile((k, _, [v = k.zeros([1])]) => {
    k.addTo(v, k.full([3, 4], 5));
    throw new Error('not now');
  }, [], [variable]);
  assert.throws(() => fails.run([]), 'not now');
  assert.is(read(), partsOf(5));
  device.dispose();
});

test('a step that changes what it was to leave as it is is refused', () => {
  const device = counting().open();
  const v = device.variable({ shape: [2], data: Float32Array.of(1, 2) });
  const program = device.compile((k, _, [w = k.zeros([2])]) => ({ outputs: [], variables: [k.scale(w, 2)] }), [], [v], [v]);
  assert.throws(() => program.run([]), 'leave as it is');
  assert.equal(device.read(v), Float32Array.of(1, 2));
  device.dispose();
});

test.run();
