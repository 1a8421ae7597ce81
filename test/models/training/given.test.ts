/** What a model is given: options by name, data in every form that is documented, and a named error for everything else. */
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bidirectional, Conv1D, Dense, EarlyStopping, Flatten, Input, LSTM, Model, Optimizer, ResidualBlock, SGD, Sequential, cpu, loadModel, wasm } from '../../../src/index.js';
import type { Backend, FitOptions, FloatArray, Kernels, SampleSource, Slots, SymbolicTensor, Tensor, UpdateInputs } from '../../../src/index.js';
import { refusal } from '../support.js';
import { BpttError } from '../../../src/errors.js';
import { assertClose } from '../../support/compare.js';
import { modelForecaster } from '../../../src/forecast/index.js';

const N = 12;
const x = Array.from({ length: N }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a = 0, b = 0]) => [a - 2 * b]);

function network(): Sequential {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2], seed: 3 });
  model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 }) });
  return model;
}

function weightsOf(model: Model): number[] {
  return Object.values(model.getWeights()).flatMap(({ data }) => Array.from(data));
}

async function trained(give: (model: Sequential) => Promise<unknown>): Promise<number[]> {
  const model = network();
  await give(model);
  return weightsOf(model);
}

const odd = (options: object): object => options;

test('unknown options are refused by every method, before anything changes', async () => {
  const model = network();
  const before = weightsOf(model);
  const wrong = { epoch: 3 };
  const calls: Record<string, () => unknown> = {
    fit: () => model.fit(x, y, { ...odd(wrong) }),
    'fit, validationData': () => model.fit(x, y, { validationData: [x, y, { ...odd(wrong) }] }),
    evaluate: () => model.evaluate(x, y, { ...odd(wrong) }),
    predict: () => model.predict(x, { ...odd(wrong) }),
    trainOnBatch: () => model.trainOnBatch(x, y, { ...odd(wrong) }),
    lossAndGradients: () => model.lossAndGradients(x, y, { ...odd(wrong) }),
    observe: () => model.observe(x, y, { ...odd(wrong) }),
    compile: () => { model.compile({ loss: 'mse', ...odd(wrong) }); },
    Model: () => new Model({ inputs: Input({ shape: [1] }), outputs: Input({ shape: [1] }), ...odd(wrong) }),
    Sequential: () => new Sequential([new Dense({ units: 1 })], { inputShape: [1], ...odd(wrong) }),
    loadModel: () => loadModel(model.toBytes(), { ...odd(wrong) }),
    modelForecaster: () => modelForecaster(model, { ...odd(wrong) }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const said = await refusal(call);
    assert.match(said, new RegExp(`^${name}: option 'epoch' must be one of .*Did you mean '\\w+'\\?`), `${name}: ${said}`);
  }
  assert.match(await refusal(calls.fit!), "Did you mean 'epochs'?");
  assert.match(await refusal(() => { model.compile({ loss: 'mse', ...odd({ lossWeight: [1] }) }); }), "compile: option 'lossWeight'");
  assert.match(await refusal(() => model.predict(x, { ...odd({ sampleWeight: [1] }) })), "option 'sampleWeight'");
  assert.equal(weightsOf(model), before);
  assert.is(model.position.step, 0);
});

test('what cannot be right is refused by name: promises, functions, missing awaits', async () => {
  const model = network();
  const any = (value: unknown): never => value as never;
  const cases: [string, () => unknown, RegExp][] = [
    ['a promise of x', () => model.fit(any(Promise.resolve(x)), y), /^fit: x must be an ndarray, .*got a promise, which must be awaited first/],
    ['a promise of y', () => model.fit(x, any(Promise.resolve(y))), /^fit: y must be .*promise/],
    ['a function', () => model.predict(any(() => x)), /^predict: x must be .*got function/],
    ['null', () => model.predict(any(null)), /^predict: x must be .*got null/],
    ['a typed array of another shape', () => model.predict(new Float32Array(24)), /^predict: x must be \[batch, 2\], got \[24\]/],
    ['big integers', () => model.predict(any(new BigInt64Array(4))), /^predict: x must be/],
    ['nulls in data', () => model.predict({ data: any([1, null]), shape: [1, 2] }), /^predict: x.data must be numbers, got null/],
    ['sample weights of a promise', () => model.fit(x, y, { sampleWeight: any(Promise.resolve([1])) }), /^fit: sampleWeight must be .*promise/],
    ['a hook by another name', () => model.fit(x, y, { callbacks: any([{ name: 'mine', onEpochend: () => undefined }]) }), /callbacks\[0\] must be .*, got 'onEpochend'\. Did you mean 'onEpochEnd'\?/],
    ['a callback without hooks', () => model.fit(x, y, { callbacks: any([{ name: 'mine' }]) }), /callbacks\[0\] must be .*, got an object without one/],
    ['callbacks that are no list', () => model.fit(x, y, { callbacks: any(new EarlyStopping()) }), /^fit: callbacks must be a list of callbacks, got object/],
    ['validation data of x alone', () => model.fit(x, y, { validationData: any({ x, y }) }), /^fit: validationData must be \[x, y\]/],
    ['a backend that was not awaited', () => { model.compile({ loss: 'mse', backend: any(Promise.resolve(cpu())) }); }, /^compile: backend must be .*promise/],
    ['a loss of one\'s own', () => { model.compile({ loss: any(() => 0) }); }, /^loss: options must be .*got function/],
    ['no loss', () => { model.compile(any({})); }, /^loss: options must be .*got undefined/],
    ['an optimiser that is none', () => { model.compile({ loss: 'mse', optimizer: any({}) }); }, /^compile: optimizer must be an optimiser, or sgd/],
    ['a metric that is none', () => { model.compile({ loss: 'mse', metrics: [any(() => 0)] }); }, /^compile: metrics must be functions with a name/],
    ['a metric of another kind', () => { model.compile({ loss: 'mse', metrics: [any(7)] }); }, /^compile: metrics must be names/],
    ['sizes that are none', () => new Sequential([new Dense({ units: 1 })], { inputShape: any([undefined, 1]) }), /^Sequential: inputShape must be .*got \[undefined, 1\]/],
    ['no outputs', () => new Model(any({ inputs: Input({ shape: [1] }) })), /^Model: outputs must be/],
    ['no weights', () => { model.setWeights(any(null)); }, /^setWeights: weights must be/],
    ['a weight of null', () => { model.setWeights({ 'dense/bias': any(null) }); }, /^setWeights: 'dense\/bias' must be .*got null/],
    ['a weight that is not finite', () => { model.setWeights({ 'dense/bias': [NaN] }); }, /^setWeights: 'dense\/bias'\[0\] must be a finite number, got NaN/],
    ['a file that is no bytes', () => loadModel(any(3)), /^loadModel: source must be a path, or the bytes of a file, got number/],
    ['shuffle of a stateful model', () => {
      const stateful = new Sequential([new LSTM({ units: 1, stateful: true })], { inputShape: [2, 1] });
      stateful.compile({ loss: 'mse' });
      return stateful.fit(new Float32Array(4), [[0], [0]], { shuffle: true });
    }, /^fit: shuffle must be left off/],
  ];
  for (const [name, run, expected] of cases) assert.match(await refusal(run), expected, name);
});

/** Samples that come a little later, out of order. */
function later(rows: readonly (readonly number[])[]): SampleSource {
  return {
    shape: [rows.length, rows[0]?.length ?? 0],
    read(index: number, out: FloatArray) {
      return new Promise((resolve) => {
        setTimeout(() => {
          out.set(rows[index] ?? []);
          resolve();
        }, (index * 7) % 5);
      });
    },
  };
}

test('every form of data trains alike: nested, rows of typed arrays, flat, strided, stores, sources now and later', async () => {
  const options: FitOptions = { epochs: 3, batchSize: 5 };
  const flat = Float64Array.from(x.flat());
  const expected = await trained((model) => model.fit(x, y, options));
  const store = { length: flat.length, get: (i: number) => flat[i] ?? NaN, set: () => undefined };
  const forms: Record<string, [Parameters<Sequential['fit']>[0], Parameters<Sequential['fit']>[1]]> = {
    'rows of typed arrays': [x.map((row) => Float32Array.from(row)), y.map((row) => Float64Array.from(row))],
    'a flat typed array of targets': [x, Float32Array.from(y.flat())],
    'data with shape': [{ data: flat, shape: [N, 2] }, y.flat()],
    ndarray: [ndarray(flat, [N, 2]), y],
    'ndarray over a store': [ndarray(store as never, [N, 2]), y],
    'a source': [{ shape: [N, 2], read: (i, out) => { out.set(x[i] ?? []); } }, y],
    'a source that takes its time': [later(x), later(y)],
  };
  for (const [name, [xs, ys]] of Object.entries(forms)) {
    // Float32 of the forms in float32 is that of the model.
    assert.equal(await trained((model) => model.fit(xs, ys, options)), expected, name);
  }
  const model = network();
  const [direct, awaited] = [await model.predict(x), await model.predict(later(x))];
  assert.equal(Array.from(awaited.data), Array.from(direct.data));
  assert.equal(await model.evaluate(later(x), later(y), { batchSize: 5 }), await model.evaluate(x, y, { batchSize: 5 }));
});

test('a source that fails, or yields what is not finite, later is heard', async () => {
  const model = network();
  const bad: SampleSource = { shape: [N, 2], read: (i, out) => Promise.resolve().then(() => { out.set(i === 7 ? [0, NaN] : [0, 0]); }) };
  assert.match(await refusal(() => model.fit(bad, y)), /^fit: x\[7, 1\] must be a finite number, got NaN/);
  const failing: SampleSource = { shape: [N, 2], read: () => Promise.reject(new BpttError({ operation: 'disk', argument: 'read', expected: 'to work', actual: 'not' })) };
  assert.match(await refusal(() => model.predict(failing)), /^disk: read/);
});

test('sample weights: typed arrays, sources, nested', async () => {
  const weights = Array.from({ length: N }, (_, i) => (i % 3) / 2);
  const expected = await trained((model) => model.fit(x, y, { sampleWeight: weights }));
  for (const sampleWeight of [Float32Array.from(weights), { data: weights, shape: [N] }, { shape: [N], read: (i: number, out: FloatArray) => { out[0] = weights[i] ?? NaN; } }]) {
    assert.equal(await trained((model) => model.fit(x, y, { sampleWeight })), expected);
  }
});

test('a model loads from an ArrayBuffer, a view with an offset and a Buffer', async () => {
  const model = network();
  const bytes = model.toBytes();
  const padded = new Uint8Array(bytes.length + 9);
  padded.set(bytes, 5);
  const copy = bytes.slice().buffer;
  for (const source of [copy, padded.subarray(5, 5 + bytes.length), Buffer.from(bytes), new DataView(padded.buffer, 5, bytes.length)]) {
    assert.equal(weightsOf(await loadModel(source)), weightsOf(model));
  }
});

/** Steps of one size whatever the gradient: an optimiser of one's own, with a state. */
class SignSGD extends Optimizer {
  override readonly className = 'SignSGD';
  override readonly slotNames = ['velocity'];
  readonly momentum: number;

  constructor({ momentum, learningRate }: { momentum: number; learningRate?: number }) {
    super('SignSGD', { learningRate }, 0.01);
    this.momentum = momentum;
  }

  override update(k: Kernels, p: Tensor, g: Tensor, slots: Slots, _scalars: Tensor | undefined, inputs: UpdateInputs): { p: Tensor; slots: Slots } {
    const next = k.sgd(p, g, slots.velocity, inputs, this.momentum, false);
    return { p: next.p, slots: { velocity: next.velocity! } };
  }

  override config(): ReturnType<Optimizer['config']> {
    return { ...super.config(), momentum: this.momentum };
  }
}

test('an optimiser of one\'s own loads again with its state', async () => {
  const make = (): Sequential => {
    const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2], seed: 3 });
    model.compile({ loss: 'mse', optimizer: new SignSGD({ momentum: 0.5, learningRate: 0.05 }) });
    return model;
  };
  const whole = make();
  await whole.fit(x, y, { epochs: 4, batchSize: 5 });
  const half = make();
  await half.fit(x, y, { epochs: 2, batchSize: 5 });
  const again = await loadModel(half.toBytes(), {
    customOptimizers: { SignSGD: ({ momentum, learningRate }) => new SignSGD({ momentum: Number(momentum), learningRate: Number(learningRate) }) },
  });
  await again.fit(x, y, { epochs: 4, batchSize: 5, resume: true });
  assert.equal(weightsOf(again), weightsOf(whole));
  assert.match(await refusal(() => loadModel(half.toBytes())), 'customOptimizers');
  assert.match(await refusal(() => loadModel(half.toBytes(), { customOptimizers: { SignSGD: () => new SGD() } })), 'to make a SignSGD');
});

test('a network over images takes sources that take their time', async () => {
  const model = new Sequential([new Conv1D({ filters: 2, kernelSize: 1 }), new Flatten(), new Dense({ units: 1 })], { inputShape: [2, 1], seed: 1 });
  const source = later(x);
  const [a, b] = [await model.predict({ shape: [N, 2, 1], read: (i, out) => source.read(i, out) }), await model.predict(x.map((row) => row.map((v) => [v])))];
  assert.equal(Array.from(a.data), Array.from(b.data));
});

test('masks, lengths and signals of the wrong kind are refused by name, never passed over', async () => {
  const model = new Sequential([new LSTM({ units: 2, returnSequences: true })], { inputShape: [3, 2], seed: 1 });
  const windows = Array.from({ length: 2 }, () => [[1, 2], [3, 4], [5, 6]]);
  for (const wrong of [null, 3, '12', new Set([1, 2]), new Map(), ['1', '2'], ['a'], [null]]) {
    assert.match(await refusal(() => model.predict(windows, { ...odd({ lengths: wrong }) })), 'lengths');
    assert.not.match(await refusal(() => model.predict(windows, { ...odd({ mask: wrong }) })), 'nothing was thrown');
  }
  assert.match(await refusal(() => model.predict(windows, { ...odd({ signal: new AbortController() }) })), 'signal must be an AbortSignal, got object. Pass controller.signal');
  const one = network();
  assert.match(await refusal(() => one.fit(x, y, { ...odd({ signal: 3 }) })), 'an AbortSignal');
  for (const wrong of [[EarlyStopping], [null], [() => 1]]) assert.match(await refusal(() => one.fit(x, y, { ...odd({ callbacks: wrong }) })), 'callbacks');
  assert.match(await refusal(() => { one.compile({ loss: 'mse', ...odd({ metrics: 'mae' }) }); }), 'metrics must be a list');
});

test('what is no layer is refused where a layer is due, and what is no tensor where one is', async () => {
  const options = { inputShape: [2] };
  for (const wrong of [3, null, undefined, Dense, () => 1]) {
    assert.match(await refusal(() => Reflect.construct(Sequential, [[new Dense({ units: 1 }), wrong], options])), 'layer 1 must be a layer, a block or a model');
  }
  assert.match(await refusal(() => Reflect.construct(Sequential, [new Dense({ units: 1 }), options])), 'layers must be a list');
  assert.match(await refusal(() => Reflect.construct(Bidirectional, [{ layer: new Dense({ units: 1 }) }])), 'LSTM, GRU or SimpleRNN');
  const image = Input({ shape: [4, 4, 1] });
  for (const use of [new Dense({ units: 1 }), new ResidualBlock({ filters: 1 }), network()]) {
    for (const wrong of [3, undefined, null, [[1]], [image, 3], { shape: [2] }]) {
      assert.match(await refusal(() => Reflect.apply((inputs: SymbolicTensor) => use.applyAll(inputs), undefined, [wrong])), 'must be tensors of Input or of layers', `${use.constructor.name} ${JSON.stringify(wrong)}`);
    }
  }
});

test('sample weights of each step of a horizon', async () => {
  const target = x.map(([a = 0, b = 0]) => [a, b, a - b]);
  const w = x.map((_, i) => [1, (i % 3) / 2, i % 2]);
  const make = (loss: 'mse' | 'mae' | 'categoricalCrossentropy' = 'mse', backend: Backend = cpu({ dtype: 'float64' })): Sequential => {
    const model = new Sequential([new Dense({ units: 3 })], { inputShape: [2], seed: 3 });
    model.compile({ loss, optimizer: new SGD({ learningRate: 0.1 }), backend });
    return model;
  };
  for (const loss of ['mse', 'mae'] as const) {
    const model = make(loss);
    const p = (await model.predict(x)).data;
    const terms = target.flat().map((t, i) => (w.flat()[i] ?? NaN) * (loss === 'mse' ? ((p[i] ?? NaN) - t) ** 2 : Math.abs((p[i] ?? NaN) - t)));
    const expected = terms.reduce((sum, term) => sum + term, 0) / terms.length;
    for (const batchSize of [1, 5, N]) assertClose([(await model.evaluate(x, target, { sampleWeight: w, batchSize })).loss ?? NaN], [expected], 1e-12, `${loss}, ${batchSize}`);
  }
  // One output for each step, weighted by itself, trains the same way, but for the mean over one number instead of three.
  const whole = make();
  await whole.fit(x, target, { sampleWeight: w, epochs: 2, shuffle: false, batchSize: 5 });
  const { kernel, bias } = { kernel: whole.getWeights()['dense/kernel'], bias: whole.getWeights()['dense/bias'] };
  for (let step = 0; step < 3; step++) {
    const start = make().getWeights();
    const one = new Sequential([new Dense({ units: 1 })], { inputShape: [2] });
    one.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 0.1 / 3 }), backend: cpu({ dtype: 'float64' }) });
    one.setWeights({ 'dense/kernel': [0, 1].map((row) => [start['dense/kernel']?.get(row, step) ?? NaN]) });
    await one.fit(x, target.map((row) => [row[step] ?? NaN]), { sampleWeight: w.map((row) => row[step] ?? NaN), epochs: 2, shuffle: false, batchSize: 5 });
    assertClose(weightsOf(one), [kernel?.get(0, step) ?? NaN, kernel?.get(1, step) ?? NaN, bias?.get(step) ?? NaN], 1e-12, `step ${step}`);
  }
  const rounded = make('mse', await wasm());
  await rounded.fit(x, target, { sampleWeight: { shape: [N, 3], read: (i, out) => { out.set(w[i] ?? []); } }, epochs: 2, shuffle: false, batchSize: 5 });
  assertClose(weightsOf(rounded), weightsOf(whole), 1e-5, 'a source, in float32');
  assert.match(await refusal(() => make('categoricalCrossentropy').fit(x, target, { sampleWeight: w })), 'one loss for each row');
  assert.match(await refusal(() => make().fit(x, target, { sampleWeight: w.map((row) => row.slice(1)) })), 'sampleWeight must be [12] or [12, 1] or [12, 3], got [12, 2]');
});

test.run();
