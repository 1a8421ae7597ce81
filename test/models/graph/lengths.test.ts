/** Sizes that are left open: a model of inputShape [null, F] is, at every length, the model of that length, bit for bit. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Activation, Add, ArgumentError, Attention, Average, AveragePool1D, BatchNorm, Bidirectional, Concatenate, Conv1D, Conv1DTranspose, Conv2D, Cropping1D, Dense, DepthwiseConv1D, Dropout, Embedding, Flatten, GRU, GaussianNoise,
  GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GroupNorm, Input, LSTM, LayerNorm, Masking, MaxPool1D, MaxPool2D, Maximum, Minimum, Model, MultiHeadAttention, Multiply, Permute, RMSNorm, RepeatVector, ResNet, Reshape,
  SeparableConv1D, Sequential, ShapeError, SimpleRNN, SpatialDropout1D, Subtract, TimeDistributed, UpSampling1D, UpSampling2D, ZeroPad1D, cpu, loadModel, modelFromJSON, tensor, wasm,
} from '../../../src/index.js';
import type { AnyLayer, OpenShape, Shape, SymbolicTensor } from '../../../src/index.js';
import { gradCam, inputGradients, outputElement } from '../../../src/explain/index.js';
import { largestProduct } from '../../../src/models/graph/work.js';
import { Recent } from '../../../src/recent.js';
import { assertSame, thrown } from '../../support/compare.js';
import { anySeed, forAll } from '../../support/property.js';
import { randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });
type Part = (x: SymbolicTensor) => SymbolicTensor;
const of = (layer: () => AnyLayer): Part => (x) => layer().apply(x);

/** From [null, C] to [null, C′]. */
const steps: Readonly<Record<string, Part>> = {
  dense: of(() => new Dense({ units: 3, activation: 'tanh' })),
  softmax: of(() => new Activation({ kind: 'softmax' })),
  dropout: of(() => new Dropout({ rate: 0.3 })),
  layerNorm: of(() => new LayerNorm()),
  batchNorm: of(() => new BatchNorm()),
  lstm: of(() => new LSTM({ units: 2, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 })),
  gru: of(() => new GRU({ units: 3, returnSequences: true, truncate: 2 })),
  backwards: of(() => new SimpleRNN({ units: 3, returnSequences: true, goBackwards: true })),
  bidirectional: of(() => new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }), mergeMode: 'multiply' })),
  distributed: of(() => new TimeDistributed({ layer: new Dense({ units: 2 }) })),
  valid: of(() => new Conv1D({ filters: 2, kernelSize: 2 })),
  same: of(() => new Conv1D({ filters: 3, kernelSize: 3, padding: 'same', stride: 2 })),
  causal: of(() => new Conv1D({ filters: 2, kernelSize: 3, padding: 'causal', dilation: 2 })),
  depthwise: of(() => new DepthwiseConv1D({ kernelSize: 2, padding: 'same' })),
  separable: of(() => new SeparableConv1D({ filters: 2, kernelSize: 2, padding: [1, 0] })),
  transposed: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, stride: 2 })),
  transposedSame: of(() => new Conv1DTranspose({ filters: 2, kernelSize: 3, stride: 2, padding: 'same' })),
  max: of(() => new MaxPool1D()),
  maxSame: of(() => new MaxPool1D({ poolSize: 3, stride: 2, padding: 'same' })),
  average: of(() => new AveragePool1D({ poolSize: 3, stride: 1 })),
  zeros: of(() => new ZeroPad1D({ padding: [1, 2] })),
  cropped: of(() => new Cropping1D({ cropping: [1, 0] })),
  upSampled: of(() => new UpSampling1D({ size: 2 })),
  permuted: of(() => new Permute({ dims: [1, 2] })),
  turned: (x) => new Permute({ dims: [2, 1] }).apply(new Permute({ dims: [2, 1] }).apply(x)),
  reshaped: (x) => new TimeDistributed({ layer: new Flatten() }).apply(new Reshape({ targetShape: [-1, 2, 1] }).apply(new Dense({ units: 2 }).apply(x))),
  added: (x) => new Add().apply([new Dense({ units: 2 }).apply(x), new LSTM({ units: 2, returnSequences: true }).apply(x)]),
  multiplied: (x) => new Multiply().apply([new Dense({ units: 2 }).apply(x), new Conv1D({ filters: 2, kernelSize: 3, padding: 'same' }).apply(x)]),
  concatenated: (x) => new Concatenate().apply([x, new GRU({ units: 1, returnSequences: true }).apply(x)]),
  groups: of(() => new GroupNorm({ groups: 1 })),
  rms: of(() => new RMSNorm()),
  spatial: of(() => new SpatialDropout1D({ rate: 0.3 })),
  noisy: of(() => new GaussianNoise({ stddev: 0.2 })),
  subtracted: (x) => new Subtract().apply([new Dense({ units: 2 }).apply(x), new Dense({ units: 1 }).apply(x)]),
  averaged: (x) => new Average().apply([new Dense({ units: 2 }).apply(x), new GRU({ units: 2 }).apply(x)]),
  extremes: (x) => new Maximum().apply([new Dense({ units: 2 }).apply(x), new Minimum().apply([new Dense({ units: 2 }).apply(x), new Dense({ units: 2 }).apply(x)])]),
  attended: (x) => new Attention({ score: 'additive', units: 2 }).apply([new Dense({ units: 2 }).apply(x), new GRU({ units: 3, returnSequences: true }).apply(x)]),
  causalAttention: (x) => new Attention({ score: 'scaledDot', causal: true, dropout: 0.2 }).apply(x),
  heads: of(() => new MultiHeadAttention({ numHeads: 2, keyDim: 3, valueDim: 2, dropout: 0.2 })),
  nested: (x) => new Sequential([new Dense({ units: 2 }), new LSTM({ units: 2, returnSequences: true })], { inputShape: [null, x.shape[1] ?? 1] }).apply(x),
};
const endings: typeof steps = {
  sequence: of(() => new Dense({ units: 2 })),
  last: of(() => new LSTM({ units: 2 })),
  both: of(() => new Bidirectional({ layer: new SimpleRNN({ units: 1 }) })),
  mean: of(() => new GlobalAveragePool1D()),
  largest: of(() => new GlobalMaxPool1D()),
  lookedBack: (x) => new MultiHeadAttention({ numHeads: 1, keyDim: 2, causal: true }).apply([new Dense({ units: 2 }).apply(x), x]),
  repeated: (x) => new LSTM({ units: 2, returnSequences: true }).apply(new RepeatVector({ n: 3 }).apply(new GRU({ units: 2 }).apply(x))),
};

function build(plan: readonly string[], end: string, length: number | null, seed: number): Model {
  const x = Input({ shape: [length, 2] });
  const y = plan.reduce((tensor: SymbolicTensor, name) => steps[name]?.(tensor) ?? tensor, x);
  const model = new Model({ inputs: x, outputs: endings[end]?.(y) ?? y, seed });
  model.compile({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'], backend });
  return model;
}

/** Undefined where the sequence is too short for some window. */
function builtAt(plan: readonly string[], end: string, length: number, seed: number): Model | undefined {
  try {
    return build(plan, end, length, seed);
  } catch (error) {
    if (error instanceof ShapeError) return undefined;
    throw error;
  }
}

function sameWeights(actual: Model, expected: Model, what: string): void {
  const [a, e] = [actual.getWeights(), expected.getWeights()];
  assert.equal(Object.keys(a), Object.keys(e), what);
  for (const [key, { data }] of Object.entries(e)) assertSame(a[key]?.data ?? [], data, `${what}: ${key}`);
}

async function check(plan: readonly string[], end: string, seed: number, lengths: readonly number[]): Promise<number> {
  const open = build(plan, end, null, seed);
  let compared = 0;
  for (const T of lengths) {
    const what = `${plan.join(' ')} ${end}, ${T} steps, seed ${seed}`;
    const fixed = builtAt(plan, end, T, seed);
    const x = randomTensor(T, 'x', [3, T, 2]);
    if (!fixed) {
      await rejected(ShapeError, open.predict(x));
      continue;
    }
    fixed.setWeights(open.getWeights());
    assert.ok(open.outputShapes.every((shape, i) => shape.every((size, axis) => size === null || size === fixed.outputShapes[i]?.[axis])), what);
    const y = randomTensor(T, 'y', [3, ...fixed.outputShape.map((size) => size ?? 0)]);
    const options = seed % 2 === 0 ? {} : { lengths: [T, 1, 1 + (seed % T)] };
    assertSame((await open.predict(x, options)).data, (await fixed.predict(x, options)).data, what);
    const [a, e] = [await open.lossAndGradients(x, y, { ...options, training: true }), await fixed.lossAndGradients(x, y, { ...options, training: true })];
    assertSame([a.loss], [e.loss], what);
    assertSame(a.inputGradients[0]?.data ?? [], e.inputGradients[0]?.data ?? [], what);
    for (const [key, { data }] of Object.entries(e.gradients)) assertSame(a.gradients[key]?.data ?? [], data, `${what}: ${key}`);
    assert.equal(await open.evaluate(x, y, options), await fixed.evaluate(x, y, options), what);
    // A step of both, from one state of the stream of dropout masks.
    [open, fixed].forEach((model) => { model.compile({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'], backend }); });
    assert.equal((await open.fit(x, y, { ...options, epochs: 2, batchSize: 2 })).history, (await fixed.fit(x, y, { ...options, epochs: 2, batchSize: 2 })).history, what);
    sameWeights(open, fixed, what);
    compared++;
  }
  return compared;
}

test('every layer by itself, at two lengths', async () => {
  let compared = 0;
  for (const [i, name] of Object.keys(steps).entries()) compared += await check([name], Object.keys(endings)[i % Object.keys(endings).length] ?? '', i, [7, 4]);
  assert.is(compared, 2 * Object.keys(steps).length);
});

test('random stacks at random lengths', async () => {
  const plans = fc.record({
    plan: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 2, maxLength: 4 }), end: fc.constantFrom(...Object.keys(endings)), seed: anySeed,
    lengths: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 3 }),
  });
  await forAll(plans, 15, async ({ plan, end, seed, lengths }) => { await check(plan, end, seed, lengths); });
});

test('texts of any length, and padding told by its value', async () => {
  const kinds: Readonly<Record<string, (length: number | null) => Sequential>> = {
    Embedding: (length) => new Sequential([new Embedding({ inputDim: 5, outputDim: 3, maskZero: true }), new GRU({ units: 2, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [length], seed: 3 }),
    Masking: (length) => new Sequential([new Masking(), new GRU({ units: 2, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [length, 1], seed: 3 }),
  };
  for (const [name, make] of Object.entries(kinds)) {
    const open = make(null);
    open.compile({ loss: 'mse', optimizer: 'sgd', backend });
    for (const T of [6, 4]) {
      const fixed = make(T);
      fixed.setWeights(open.getWeights());
      const x = { data: Float64Array.from({ length: 3 * T }, (_, i) => (i % T < T - 2 ? 1 + (i % 4) : 0)), shape: [3, T, ...open.inputShape.slice(1).map(() => 1)] };
      const y = randomTensor(T, 'y', [3, T, 1]);
      for (const model of [open, fixed]) model.compile({ loss: 'mse', optimizer: 'sgd', backend });
      assertSame((await open.predict(x)).data, (await fixed.predict(x)).data, `${name} ${T}`);
      assert.equal((await open.fit(x, y)).history, (await fixed.fit(x, y)).history, `${name} ${T}`);
      sameWeights(open, fixed, `${name} ${T}`);
    }
  }
});

test('on wasm too, with one set of weights for all lengths', async () => {
  const make = (length: number | null): Sequential => {
    const model = new Sequential([new Conv1D({ filters: 3, kernelSize: 3, padding: 'same' }), new LSTM({ units: 4, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [length, 2], seed: 2 });
    return model;
  };
  const open = make(null);
  open.compile({ loss: 'mse', backend: await wasm() });
  for (const T of [5, 9, 5, 3]) {
    const fixed = make(T);
    fixed.compile({ loss: 'mse', backend: await wasm() });
    fixed.setWeights(open.getWeights());
    const [x, y] = [randomTensor(T, 'x', [4, T, 2]), randomTensor(T, 'y', [4, T, 1])];
    open.compile({ loss: 'mse', backend: await wasm() });
    assert.equal((await open.fit(x, y)).history, (await fixed.fit(x, y)).history);
    assertSame((await open.predict(x)).data, (await fixed.predict(x)).data, `${T}`);
  }
});

test('each batch may have a length of its own; a stateful model carries its state from length to length', async () => {
  const make = (length: number | null): Sequential => {
    const model = new Sequential([new GRU({ units: 3, stateful: true, returnSequences: true }), new Dense({ units: 1 })], { inputShape: [length, 2], seed: 4 });
    model.compile({ loss: 'mse', backend });
    return model;
  };
  const [open, whole] = [make(null), make(9)];
  const x = randomTensor(1, 'x', [2, 9, 2]);
  const part = (from: number, to: number): Host => ({ shape: [2, to - from, 2], data: Float64Array.from([0, 1].flatMap((b) => Array.from(x.data.slice((b * 9 + from) * 2, (b * 9 + to) * 2)))) });
  const cuts: [number, number][] = [[0, 4], [4, 5], [5, 9]];
  const expected = await whole.predict(x);
  for (const [from, to] of cuts) {
    const rows = await open.predict(part(from, to));
    assertSame(rows.data, [0, 1].flatMap((b) => Array.from(expected.data.slice(b * 9 + from, b * 9 + to))), `${from} to ${to}`);
  }
  open.resetStates();

  const batches = cuts.map(([from, to]) => [part(from, to), randomTensor(from, 'y', [2, to - from, 1])] as const);
  const { history } = await open.fit(() => batches, { epochs: 2, validationData: [part(0, 2), randomTensor(1, 'v', [2, 2, 1])] });
  assert.is(history.loss?.length, 2);
  assert.ok(history.val_loss?.every(Number.isFinite));
  const other = make(null);
  for (let epoch = 0; epoch < 2; epoch++) for (const [px, py] of batches) await other.trainOnBatch(px, py);
  sameWeights(open, other, 'fit and trainOnBatch');
  assert.ok(Number.isFinite((await open.evaluate(() => batches)).loss));
});

test('saved, copied, as JSON, shown: null stays null', async () => {
  const model = build(['same', 'bidirectional', 'max'], 'sequence', null, 3);
  const x = randomTensor(1, 'x', [2, 8, 2]);
  const expected = await model.predict(x);
  for (const again of [await loadModel(model.toBytes()), model.clone(), modelFromJSON(JSON.stringify(model))]) {
    assert.equal([again.inputShape, again.outputShape], [[null, 2], [null, 2]]);
    again.compile({ loss: 'mse', backend });
    assertSame((await again.predict(x)).data, expected.data, 'again');
  }
  assert.match(model.summary(), /^input \[batch, null, 2\]\n[^]*Conv1D +\[batch, null, 3\]/);
  assert.not.match(model.summary(), /NaN/);
  const shapes: [OpenShape, Shape][] = [[[null, 3], [NaN, 3]], [[null, null, 1], [NaN, NaN, 1]]];
  for (const [shape, inside] of shapes) assert.equal(Input({ shape }).shape, inside);
});

test('two inputs of open length: each has its own, unless a layer joins them', async () => {
  const [a, b] = [Input({ shape: [null, 2], name: 'a' }), Input({ shape: [null, 3], name: 'b' })];
  const joined = new Concatenate().apply([new LSTM({ units: 2 }).apply(a), new GRU({ units: 2 }).apply(b)]);
  const apart = new Model({ inputs: [a, b], outputs: joined });
  assert.equal((await apart.predict([randomTensor(1, 'a', [2, 5, 2]), randomTensor(1, 'b', [2, 3, 3])], { lengths: { a: [5, 2] } })).shape, [2, 4]);
  const added = new Model({ inputs: [a, b], outputs: new Add().apply([new Dense({ units: 2 }).apply(a), new Dense({ units: 2 }).apply(b)]) });
  assert.equal((await added.predict([randomTensor(1, 'a', [2, 4, 2]), randomTensor(1, 'b', [2, 4, 3])])).shape, [2, 4, 2]);
  const error = await rejected(ShapeError, added.predict([randomTensor(1, 'a', [2, 5, 2]), randomTensor(1, 'b', [2, 3, 3])]));
  assert.match(error.message, /Add: inputs must be of one shape, .*\[batch, 5, 2\], got \[batch, 3, 2\]/);
  // A length that one of them knows is that of the other.
  const known = Input({ shape: [4, 2] });
  assert.equal(new Model({ inputs: [a, known], outputs: new Add().apply([a, known]) }).outputShape, [4, 2]);
});

test('images of any height and width', async () => {
  const make = (shape: OpenShape): Sequential => {
    const model = new Sequential([
      new ResNet({ blocks: [1, 1], widths: [3, 4], stem: { kernelSize: 3 } }), new UpSampling2D(), new Conv2D({ filters: 2, kernelSize: 3, padding: 'same', name: 'look' }), new MaxPool2D(),
      new GlobalAveragePool2D(), new Dense({ units: 2 }),
    ], { inputShape: shape, seed: 1 });
    model.compile({ loss: 'mse', backend });
    return model;
  };
  const open = make([null, null, 2]);
  for (const [H, W] of [[16, 12], [9, 17]] as const) {
    const x = randomTensor(H, 'x', [2, H, W, 2]);
    const fixed = make([H, W, 2]);
    assertSame((await open.predict(x)).data, (await fixed.predict(x)).data, `${H} × ${W}`);
    const [a, e] = [await gradCam(open, x, { target: outputElement([1]), layer: 'look' }), await gradCam(fixed, x, { target: outputElement([1]), layer: 'look' })];
    assert.equal(a.maps.shape, e.maps.shape);
    assertSame(a.maps.data, e.maps.data, 'gradCam');
  }
});

test('explanations have the length that was given', async () => {
  const [open, fixed] = [build(['same', 'lstm'], 'mean', null, 5), build(['same', 'lstm'], 'mean', 6, 5)];
  const x = randomTensor(1, 'x', [2, 6, 2]);
  const target = outputElement([0]);
  const [a, e] = [await gradCam(open, x, { target }), await gradCam(fixed, x, { target })];
  assert.equal([a.maps.shape, e.maps.shape], [[2, 3], [2, 3]]);
  assertSame(a.maps.data, e.maps.data, 'gradCam');
  const [dx, expected] = [await inputGradients(open, x, { target }), await inputGradients(fixed, x, { target })];
  assert.equal(dx, expected);
});

test('samples that are read when their turn comes', async () => {
  const model = build(['lstm'], 'last', null, 5);
  const x = randomTensor(1, 'x', [3, 6, 2]);
  const source = { shape: x.shape, read: (index: number, out: Float32Array | Float64Array): void => { out.set(x.data.slice(index * 12, index * 12 + 12)); } };
  assertSame((await model.predict(source)).data, (await model.predict(x)).data, 'source');
});

test('where a size must be known, the layer says so and what to do', () => {
  const refused = (layers: AnyLayer[], inputShape: OpenShape = [null, 2]): string => thrown(ShapeError, () => new Sequential(layers, { inputShape })).message;
  assert.match(refused([new Flatten(), new Dense({ units: 1 })]), /Flatten: input must be of known sizes, got \[batch, null, 2\].*GlobalAveragePool1D.*without returnSequences/);
  assert.match(refused([new Reshape({ targetShape: [4] })]), 'with a −1, which takes up what is left open in [batch, null, 2], got [4]');
  assert.match(refused([new Dense({ units: 1 })], [null]), 'Dense: input must be of known sizes where kernel runs along it, got [batch, null]');
  assert.match(refused([new LSTM({ units: 1 })], [4, null]), 'the steps of a sequence, the height and width of an image');
  assert.match(refused([new Permute({ dims: [2, 1] }), new BatchNorm()]), 'BatchNorm: input must be of known sizes where movingMean runs along it, got [batch, 2, null]');
  assert.match(refused([new Conv1D({ filters: 1, kernelSize: 2 })], [4, null]), '[batch, time, channels], got [batch, 4, null]');
  for (const odd of [[NaN, 2], [undefined, 2], [0, 2], ['null', 2]]) {
    assert.match(thrown(ArgumentError, () => Input({ shape: odd as number[] })).message, 'null where any will do, else whole numbers of at least 1');
  }
  const last = new Sequential([new Reshape({ targetShape: [-1] })], { inputShape: [null, 1] });
  assert.equal(last.outputShape, [null]);
  assert.match(thrown(ShapeError, () => { last.compile({ loss: 'mse' }); }).message, 'compile: output must be of a known last axis, got [batch, null]');
});

test('data are held against what is open, and the targets against the length of x', async () => {
  const model = build(['max'], 'sequence', null, 1);
  const fit = async (x: Shape, y: Shape): Promise<string> => (await rejected(ShapeError, model.fit(randomTensor(1, 'x', x), randomTensor(1, 'y', y)))).message;
  assert.match(await fit([2, 6, 3], [2, 3, 2]), 'x must be [batch, null, 2], got [2, 6, 3]');
  assert.match(await fit([2, 0, 2], [2, 3, 2]), 'x must be [batch, null, 2], got [2, 0, 2]');
  assert.match(await fit([2, 6, 2], [2, 6, 2]), 'y must be [batch, 3, 2], got [2, 6, 2]');
  assert.match(await fit([2, 1, 2], [2, 1, 2]), /MaxPool1D.* input must be at least as large as the window/);
  assert.match((await rejected(ShapeError, model.predict(randomTensor(1, 'x', [2, 6, 2]), { mask: [[1, 1], [1, 1]] }))).message, 'mask must be [2, 6]');
  const scalars = build([], 'sequence', null, 1);
  assert.match((await rejected(ArgumentError, scalars.predict(tensor([[1, 2]], { shape: [1, 1, 2] }), { lengths: [2] }))).message, 'a whole number from 1 to 1');
});

test('a layer that changes its mind about a size is told', async () => {
  class Wavering extends Dense {
    override outputShapes(inputs: readonly Shape[]): Shape[] {
      return inputs.map((shape) => [shape[0] ?? 0, Number.isNaN(shape[0]) ? 2 : 3]);
    }
  }
  const model = new Sequential([new Wavering({ units: 2 })], { inputShape: [null, 2] });
  assert.match((await rejected(ShapeError, model.predict(randomTensor(1, 'x', [1, 3, 2])))).message, 'outputShapes() must be [null, 2], as before the sizes were known, got [3, 3]');
});

test('work is counted at the length that is known, or at a usual one', () => {
  const { network } = new Sequential([new Conv1D({ filters: 4, kernelSize: 3, padding: 'same' })], { inputShape: [null, 2] });
  const { network: at32 } = new Sequential([new Conv1D({ filters: 4, kernelSize: 3, padding: 'same' })], { inputShape: [32, 2] });
  assert.is(largestProduct(network, 8), largestProduct(at32, 8));
});

test('what was made for a length is kept as long as it is among those asked for last', () => {
  const recent = new Recent<number>(2);
  let made = 0;
  const get = (key: string): number => recent.get(key, () => ++made);
  assert.equal([get('a'), get('b'), get('a'), get('c'), get('a'), get('b')], [1, 2, 1, 3, 1, 4]);
});

test.run();
