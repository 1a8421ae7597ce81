/** `model.stream()`: the same bits as `predict` of the stateful model, one step after the other. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, Dense, GRU, LSTM, LayerNorm, SGD, Sequential, ShapeError, SimpleRNN, StateError, cpu, tensor, wasm } from '../../src/index.js';
import type { AnyLayer, Backend } from '../../src/index.js';
import { randomTensor } from '../support/values.js';

const [D, steps] = [3, 7];
const stateful = { stateful: true } as const;
const nets: Readonly<Record<string, () => AnyLayer[]>> = {
  'LSTM 5': () => [new LSTM({ units: 5, ...stateful }), new Dense({ units: 2 })],
  'LSTM with peepholes → GRU': () => [new LSTM({ units: 4, peepholes: true, returnSequences: true, ...stateful }), new GRU({ units: 6, ...stateful }), new Dense({ units: 1 })],
  'GRU, reset before → RNN → norm': () => [
    new GRU({ units: 5, resetAfter: false, returnSequences: true, ...stateful }), new SimpleRNN({ units: 9, returnSequences: true, ...stateful }), new LayerNorm(), new Dense({ units: 2, activation: 'tanh' }),
  ],
  'SimpleRNN': () => [new SimpleRNN({ units: 33, ...stateful }), new Dense({ units: 1 })],
};

function built(layers: AnyLayer[], backend?: Backend, time: number | null = 1): Sequential {
  const model = new Sequential(layers, { inputShape: [time, D], seed: 3 });
  if (backend) model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }), backend });
  return model;
}

/** Numbers of one step of `batch` samples. */
const reading = (t: number, batch = 1): Float32Array => Float32Array.from(randomTensor(100 + t, 'reading', [batch, D]).data);

const backends: readonly [string, () => Promise<Backend>][] = [
  ['wasm', () => wasm()], ['wasm, 2 threads', () => wasm({ threads: 2 })], ['cpu', () => Promise.resolve(cpu())], ['cpu float64', () => Promise.resolve(cpu({ dtype: 'float64' }))],
];

for (const [name, backend] of backends) {
  test(`${name}: the bits of predict, with weights that training changes, over several streams and batch sizes`, async () => {
    for (const [net, layers] of Object.entries(nets)) {
      for (const batch of [1, 3]) {
        const model = built(layers(), await backend(), batch === 3 ? null : 1);
        const [stream, other] = [await model.stream({ batch }), await model.stream({ batch })];
        for (let t = 0; t < steps; t++) {
          const expected = await model.predict(tensor(reading(t, batch), { shape: [batch, 1, D] }));
          assert.equal([...stream.step(reading(t, batch))], [...expected.data], `${net}, ${batch} samples, step ${t}`);
          other.step(reading(50 - t, batch));
          if (t === 3) { // the state of training is another stream
            model.resetStates();
            await model.trainOnBatch(tensor(reading(t, batch), { shape: [batch, 1, D] }), randomTensor(t, 'target', [batch, ...stream.outputShape.slice(1)]));
            model.resetStates();
            stream.reset();
            assert.is(stream.steps, 0);
          }
        }
        model.dispose();
      }
    }
  });
}

test('the output is one array; a stream that ends leaves its states to the next, which begins at zero', async () => {
  const model = built([new LSTM({ units: 4, stateful: true }), new Dense({ units: 2 })]);
  const first = await model.stream();
  assert.equal([first.inputShape, first.outputShape], [[1, 1, D], [1, 2]]);
  const output = first.step([1, 2, 3]);
  const kept = [...output];
  assert.is(first.step([3, 2, 1]), output);
  assert.not.equal([...output], kept);
  first.dispose();
  first.dispose();
  assert.throws(() => first.step([1, 2, 3]), (error: unknown) => error instanceof StateError && error.message.includes('disposed'));
  using next = await model.stream();
  assert.equal([...next.step([1, 2, 3])], kept);
  const weights = model.getWeights();
  model.setWeights(Object.fromEntries(Object.entries(weights).map(([key, value]) => [key, tensor(value.data.map(() => 0), { shape: value.shape })])));
  assert.equal([...next.step([1, 2, 3])], [0, 0]);
});

test('what no stream can be is said at once', async () => {
  const model = built([new LSTM({ units: 4, stateful: true }), new Dense({ units: 2 })]);
  const stream = await model.stream();
  assert.throws(() => stream.step([1, 2]), (error: unknown) => error instanceof ShapeError && error.message.includes('3 numbers'));
  assert.throws(() => stream.step([1, NaN, 2]), (error: unknown) => error instanceof DataError && error.message.includes('NaN at 1'));
  const refused = async (made: Sequential, kind: typeof ArgumentError | typeof ShapeError, words: RegExp, options = {}): Promise<void> => {
    try {
      await made.stream(options);
    } catch (error) {
      assert.ok(error instanceof kind && words.test(error.message), String(error));
      return;
    }
    assert.unreachable(String(words));
  };
  await refused(built([new LSTM({ units: 4 }), new Dense({ units: 2 })]), ArgumentError, /stateful: true/);
  await refused(built([new LSTM({ units: 4, stateful: true })], undefined, 5), ShapeError, /one time step/);
  await refused(model, ArgumentError, /batch/, { batch: 0 });
  model.compile({ loss: 'mse' });
  assert.throws(() => stream.step([1, 2, 3]), (error: unknown) => error instanceof StateError && error.message.includes('compiled anew'));
});

test.run();
