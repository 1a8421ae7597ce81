/** `recompute` of compile: the same training in less memory, where there is something to make again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Adam, ArgumentError, Bidirectional, Dense, FileFormatError, GRU, LSTM, RNN, Sequential, SimpleRNN, TimeDistributed, cpu, loadModel, wasm } from '../../src/index.js';
import type { AnyLayer, Backend, CompileOptions } from '../../src/index.js';
import { cpuFamilies, cpuKernels } from '../../src/backends/cpu/device.js';
import { linearDevice } from '../../src/backends/linear/device.js';
import { segmentSteps } from '../../src/layers/segments.js';
import { spoilingBackend } from '../support/brief.js';
import { assertSame, thrown } from '../support/compare.js';
import { MinimalGatedUnit } from '../support/ownCells.js';
import { assertSameWeights, randomData, rejected } from './support.js';

const T = 2 * segmentSteps + 4;

const nets: Readonly<Record<string, () => AnyLayer[]>> = {
  'LSTM': () => [new LSTM({ units: 5 })],
  'GRU, stacked, with dropout': () => [new GRU({ units: 4, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 }), new GRU({ units: 3, resetAfter: false })],
  'both directions': () => [new Bidirectional({ layer: new LSTM({ units: 3, peepholes: true }), backwardLayer: new GRU({ units: 2, goBackwards: true }) })],
  'all outputs': () => [new SimpleRNN({ units: 4, returnSequences: true }), new TimeDistributed({ layer: new Dense({ units: 3 }) }), new LSTM({ units: 3, truncate: 20, projection: 2 })],
  'a cell of one\'s own beside gradients by age': () => [new RNN({ cell: new MinimalGatedUnit(3), returnSequences: true }), new GRU({ units: 3, truncate: { stepsBack: 2 } })],
};

function compiled(layers: AnyLayer[], options: Partial<CompileOptions>, steps = T): Sequential {
  const model = new Sequential([...layers, new Dense({ units: 1 })], { inputShape: [steps, 2], seed: 3 });
  model.compile({ loss: 'mse', optimizer: new Adam({ learningRate: 0.01, globalClipNorm: 1 }), ...options });
  return model;
}

const backends: readonly Backend[] = [spoilingBackend(cpu()), spoilingBackend(cpu({ dtype: 'float64' })), await wasm({ threads: 1 }), await wasm({ threads: 2 })];

for (const [name, layers] of Object.entries(nets)) {
  test(`${name}: training, gradients and predictions to the bit`, async () => {
    const { x, y } = randomData(10, [T, 2], [1]);
    const lengths = Array.from({ length: 10 }, (_, i) => 1 + ((i * 37) % T));
    for (const backend of backends) {
      const [plain, again] = [compiled(layers(), { backend }), compiled(layers(), { backend, recompute: true })];
      for (const options of [{}, { lengths }]) {
        const histories = [];
        for (const model of [plain, again]) histories.push((await model.fit(x, y, { epochs: 2, batchSize: 4, ...options })).history);
        assert.equal(histories[1], histories[0], backend.description);
        assertSameWeights(again, plain, backend.description);
        const [a, b] = [await plain.lossAndGradients(x, y, options), await again.lossAndGradients(x, y, options)];
        assert.is(b.loss, a.loss);
        for (const [key, { data }] of Object.entries(a.gradients)) assertSame(b.gradients[key]?.data ?? [], data, `${backend.description} ${key}`);
        a.inputGradients.forEach(({ data }, i) => assertSame(b.inputGradients[i]?.data ?? [], data, `${backend.description} input ${i}`));
        assertSame((await again.predict(x, options)).data, (await plain.predict(x, options)).data, `${backend.description} prediction`);
      }
      const seen = await Promise.all([plain, again].map((model) => model.observe(x, y)));
      assert.is(seen[1]?.length, seen[0]?.length);
      seen[0]?.forEach(({ tensor, data }, i) => assertSame(seen[1]?.[i]?.data ?? [], data, tensor));
      plain.dispose();
      again.dispose();
    }
  });
}

test('a stateful stream, batches that make one step together, shorter sequences', async () => {
  const { x, y } = randomData(8, [T, 2], [1]);
  const stream = (recompute: boolean): Sequential => compiled([new LSTM({ units: 4, stateful: true })], { backend: cpu(), recompute });
  const [one, other] = [stream(false), stream(true)];
  for (const model of [one, other]) await model.fit(x, y, { epochs: 2, batchSize: 4 });
  assertSameWeights(other, one, 'stateful');
  const open = (recompute: boolean): Sequential => {
    const model = new Sequential([new GRU({ units: 4 }), new Dense({ units: 1 })], { inputShape: [null, 2], seed: 1 });
    model.compile({ loss: 'mse', backend: cpu(), recompute });
    return model;
  };
  const [long, short] = [open(false), open(true)];
  for (const model of [long, short]) {
    await model.fit(x, y, { batchSize: 3, gradientAccumulationSteps: 2 });
    for (const steps of [1, 2, segmentSteps, segmentSteps + 1]) await model.trainOnBatch(randomData(3, [steps, 2], [1]).x, randomData(3, [1], [1]).y);
  }
  assertSameWeights(short, long, 'open');
});

/** The cpu backend, and how many numbers its memory came to. */
function counting(): { readonly backend: Backend; readonly numbers: () => number } {
  const heap = { data: new Float32Array(1) };
  let most = 0;
  const storage = {
    unit: 1, start: 1, capacity: () => heap.data.length,
    grow(elements: number) {
      most = elements;
      const larger = new Float32Array(elements + 1024);
      larger.set(heap.data);
      heap.data = larger;
    },
    read: (at: number, n: number) => heap.data.slice(at, at + n),
    write: (at: number, values: ArrayLike<number>) => { heap.data.set(values, at); },
    readInto: (at: number, out: Float32Array | Float64Array) => { out.set(heap.data.subarray(at, at + out.length)); },
  };
  return { numbers: () => most, backend: { name: 'cpu', dtype: 'float32', description: 'counted', open: () => linearDevice(cpuKernels(heap), storage, 'float32', cpuFamilies, true) } };
}

test('the memory of a long sequence', async () => {
  const [batch, units, steps] = [4, 8, 1280];
  const { x, y } = randomData(batch, [steps, 2], [1]);
  const taken = async (layer: AnyLayer, recompute: boolean): Promise<number> => {
    const { backend, numbers } = counting();
    await compiled([layer], { backend, recompute }, steps).trainOnBatch(x, y);
    return numbers() / (batch * units * steps);
  };
  // In tensors [B, T, H]. LSTM keeps four gates, c, tanh c and h; GRU three gates, three products and the three of x·W, and h; SimpleRNN z and h.
  for (const [layer, all] of [[new LSTM({ units }), 7], [new GRU({ units }), 10], [new SimpleRNN({ units }), 2]] as const) {
    const [whole, again] = [await taken(layer.copy(), false), await taken(layer.copy(), true)];
    assert.ok(whole > all && whole < all + 1.5, `${layer.className} ${whole}`);
    assert.ok(again > all / 4 && again < all / 3 + 1.2, `${layer.className} ${again}`);
  }
  const { backend, numbers } = counting();
  await compiled([new LSTM({ units, returnSequences: true }), new LSTM({ units })], { backend }, steps).predict(x);
  assert.ok(numbers() / (batch * units * steps) < 4, `a prediction keeps nothing for a way back: ${numbers() / (batch * units * steps)}`);
});

test('where nothing would come of it, it is refused', () => {
  const { argument, expected, actual } = thrown(ArgumentError, () => { compiled([new Dense({ units: 2 })], { recompute: true }); });
  assert.equal([argument, actual], ['recompute', 'true without one']);
  assert.match(expected, 'without a recurrent layer');
  thrown(ArgumentError, () => { compiled([new LSTM({ units: 2, truncate: { stepsBack: 3 } })], { recompute: true }); });
  const gpu = { ...cpu(), name: 'gpu' as const };
  assert.match(thrown(ArgumentError, () => { compiled([new LSTM({ units: 2 })], { backend: gpu, recompute: true }); }).message, 'on the GPU');
  assert.match(thrown(ArgumentError, () => { compiled([new LSTM({ units: 2 })], { backend: 'auto', recompute: true }); }).message, "'auto'");
  for (const odd of ['yes', 1, null] as unknown[]) {
    assert.match(thrown(ArgumentError, () => { compiled([new LSTM({ units: 2 })], { recompute: odd as boolean }); }).message, 'recompute');
  }
  compiled([new LSTM({ units: 2 })], { backend: 'auto', recompute: false });
  assert.ok(new TimeDistributed({ layer: new Bidirectional({ layer: new LSTM({ units: 2 }) }) }).recomputes);
});

test('it stays behind when a model is saved, and can be asked for when it is loaded', async () => {
  const { x, y } = randomData(6, [T, 2], [1]);
  const [plain, again] = [false, true].map((recompute) => compiled([new LSTM({ units: 3 })], { backend: cpu(), recompute })) as [Sequential, Sequential];
  for (const model of [plain, again]) await model.fit(x, y, { batchSize: 3 });
  assert.equal(again.toBytes(), plain.toBytes());
  const loaded = await loadModel(again.toBytes(), { backend: cpu(), recompute: true });
  await loaded.fit(x, y, { batchSize: 3, epochs: 2, resume: true });
  await plain.fit(x, y, { batchSize: 3, epochs: 2, resume: true });
  assertSameWeights(loaded, plain, 'resumed');
  const dense = compiled([new Dense({ units: 2 })], {}).toBytes();
  const error = await rejected(ArgumentError, loadModel(dense, { recompute: true }));
  assert.not.instance(error, FileFormatError);
});

test.run();
