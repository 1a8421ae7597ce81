/** Add, Multiply, Concatenate and TimeDistributed. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { BatchNorm } from '../../src/layers/batchNorm.js';
import { Conv2D } from '../../src/layers/conv2d.js';
import { Dense } from '../../src/layers/dense.js';
import { Dropout } from '../../src/layers/dropout.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract } from '../../src/layers/merge.js';
import { Input } from '../../src/layers/layer.js';
import { TimeDistributed } from '../../src/layers/timeDistributed.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64 } from '../support/step.js';
import { host, randomTensor, sum, timeSlice } from '../support/values.js';

const cases = fc.record({ sizes: distinctSizes(['B', 'T', 'C', 'D', 'E'], 6), seed: anySeed });

test('merging: gradients of every input', async () => {
  await forAll(cases, 8, async ({ sizes: { B, T, C, D, E }, seed }) => {
    const x = [B, T, C];
    await assertGradients(new Add(), { inputShape: [x, x, x], seed }, 'Add', { count: 3 * B * T * C });
    await assertGradients(new Multiply(), { inputShape: [x, x, x], seed }, 'Multiply', { count: 3 * B * T * C });
    for (const [other, size] of [[[B, T, 1], B * T], [[B, 1, C], B * C], [[B, C], B * C], [[B, 1], B], [x, B * T * C]] as const) {
      for (const layer of [new Add(), new Subtract(), new Multiply(), new Average(), new Maximum(), new Minimum()]) {
        await assertGradients(layer, { inputShape: [x, other], seed }, `${layer.className} ${String(other)}`, { count: B * T * C + size });
        await assertGradients(layer, { inputShape: [other, x], seed }, `${layer.className} ${String(other)} first`, { count: B * T * C + size });
      }
    }
    await assertGradients(new Multiply(), { inputShape: [[B, T, 1, D], [B, 1, C, 1], [B, 1, 1]], seed }, 'outer product', { count: B * (T * D + C + 1) });
    await assertGradients(new Concatenate(), { inputShape: [x, [B, T, D], [B, T, E]], seed }, 'Concatenate', { count: B * T * (C + D + E) });
    await assertGradients(new Concatenate(), { inputShape: [[B, D], [B, E]], seed }, 'Concatenate', { count: B * (D + E) });
  });
});

test('merging, by hand', () => {
  const [a, b] = [host([1, 2, 2], [1, 2, 3, 4]), host([1, 2, 2], [5, 6, 7, 8])];
  const y = (layer: AnyLayer): Float64Array =>
    runNetwork(networkOf(layer, [2, 2], [2, 2]), { weights: {}, inputs: [a, b] }).outputs[0] ?? new Float64Array();
  assertSame(y(new Add()), [6, 8, 10, 12], 'sum');
  assertSame(y(new Multiply()), [5, 12, 21, 32], 'product');
  assertSame(y(new Subtract()), [-4, -4, -4, -4], 'difference');
  assertSame(y(new Average()), [3, 4, 5, 6], 'mean');
  assertSame(y(new Maximum()), [5, 6, 7, 8], 'maximum');
  assertSame(y(new Minimum()), [1, 2, 3, 4], 'minimum');
  assertSame(y(new Concatenate()), [1, 2, 5, 6, 3, 4, 7, 8], 'side by side');
});

for (const [backend, tolerance] of [[float64, 1e-14], [float32, 1e-6]] as const) {
  test(`merging against PyTorch, with broadcasting and ties, ${backend.description}`, () => {
    const golden = readGolden('merging');
    for (const form of ['same', 'column', 'row', 'cross']) {
      for (const layer of [new Add(), new Subtract(), new Multiply(), new Maximum(), new Minimum(), new Average()]) {
        const [a, b, R] = ['a', 'b', 'R'].map((key) => golden.get(`${form}/${key}`));
        assert.ok(a && b && R);
        const result = runNetwork(networkOf(layer, a.shape.slice(1), b.shape.slice(1)), { weights: {}, inputs: [a, b], dOutputs: [R] }, backend);
        const compare = (actual: ArrayLike<number> | undefined, key: string): void => assertClose(actual ?? [], golden.get(`${form}/${layer.kind}/${key}`).data, tolerance, `${form} ${layer.kind} ${key}`);
        compare(result.outputs[0], 'out');
        compare(result.inputGradients[0], 'grad/a');
        compare(result.inputGradients[1], 'grad/b');
      }
    }
  });
}

test('Maximum: three equal entries have a third of the gradient each, whatever their order; NaN stays NaN', () => {
  const inputs = [host([1, 3], [1, 2, NaN]), host([1, 3], [1, 5, 1]), host([1, 3], [1, 5, 1])];
  const result = runNetwork(networkOf(new Maximum(), [3], [3], [3]), { weights: {}, inputs, dOutputs: [host([1, 3], [3, 4, 1])] });
  assertSame(result.outputs[0] ?? [], [1, 5, NaN], 'y');
  assertClose((result.inputGradients[0] ?? []).slice(0, 2), [1, 0], 1e-15, 'dx 0');
  assertClose((result.inputGradients[1] ?? []).slice(0, 2), [1, 2], 1e-15, 'dx 1');
  assertClose((result.inputGradients[2] ?? []).slice(0, 2), [1, 2], 1e-15, 'dx 2');
});

test('one tensor merged with itself gets the gradient of both places', () => {
  const x = Input({ shape: [3] });
  const [data, dy] = [randomTensor(1, 'x', [2, 3]), randomTensor(2, 'dy', [2, 3])];
  const dx = (layer: AnyLayer): Float64Array =>
    runNetwork(buildNetwork([x], [layer.apply([x, x])]), { weights: {}, inputs: [data], dOutputs: [dy] }).inputGradients[0] ?? new Float64Array();
  assertClose(dx(new Add()), dy.data.map((d) => 2 * d), 0, 'x + x');
  assertClose(dx(new Multiply()), dy.data.map((d, i) => 2 * d * (data.data[i] ?? NaN)), 0, 'x ⊙ x');
});

test('merging: shapes and refusals', () => {
  assert.equal(new Concatenate().outputShapes([[3, 4], [3, 1], [3, 2]]), [[3, 7]]);
  assert.equal(new Add().outputShapes([[3, 4], [3, 4]]), [[3, 4]]);
  assert.is(thrown(ShapeError, () => new Add({ name: 'a' }).outputShapes([[3, 4], [3, 4], [3, 5]])).message,
    "Add 'a': inputs must be of one shape, or of sizes 1 where they differ, with the others [batch, 3, 4], got [batch, 3, 5]. Axes are aligned at the end, as in Keras.");
  assert.equal(new Add().outputShapes([[6, 3], [6, 1]]), [[6, 3]]);
  assert.equal(new Multiply().outputShapes([[3], [6, 1], [2, 1, 1]]), [[2, 6, 3]]);
  assert.match(thrown(ShapeError, () => new Average().outputShapes([[6, 3], [6]])).message, /got \[batch, 6\]/);
  assert.match(thrown(ShapeError, () => new Subtract().outputShapes([[2], [2], [2]])).message, /inputs must be two tensors, got 3/);
  assert.is(thrown(ShapeError, () => new Concatenate().outputShapes([[3, 4], [2, 4]])).message, 'Concatenate: inputs must be all of shape [batch, 3, …], got [batch, 2, 4].');
  assert.match(thrown(ShapeError, () => new Concatenate().outputShapes([[3, 4], [4]])).message, /got \[batch, 4\]/);
  assert.match(thrown(ShapeError, () => new Multiply().apply(Input({ shape: [2] }))).message, /two or more tensors, got 1\. Pass a list/);
});

const wrapped: readonly (readonly [string, () => AnyLayer, readonly number[]])[] = [
  ['Dense', () => new Dense({ units: 2, activation: 'tanh' }), [3]],
  ['Conv2D', () => new Conv2D({ filters: 2, kernelSize: [2, 3], padding: 'same' }), [4, 3, 2]],
  ['BatchNorm', () => new BatchNorm(), [3]],
  ['Dropout', () => new Dropout({ rate: 0.4 }), [5]],
];

for (const [name, make, shape] of wrapped) {
  test(`TimeDistributed ${name}: gradients`, async () => {
    await assertGradients(new TimeDistributed({ layer: make() }), { inputShape: [2, 4, ...shape], seed: 3 }, name);
  });
}

test('TimeDistributed is the layer on each step; gradients of its weights are sums over the steps', () => {
  const [B, T] = [2, 3];
  const make = (): Conv2D => new Conv2D({ filters: 2, kernelSize: [2, 1], name: 'c' });
  const network = networkOf(new TimeDistributed({ layer: make(), name: 'c' }), [T, 3, 4, 2]);
  const weights = randomWeights(network, 1);
  const [x, [dy]] = [randomTensor(1, 'x', [B, T, 3, 4, 2]), projections(network, B, 2)];
  if (!dy) throw new Error('no output');
  const all = runNetwork(network, { weights, inputs: [x], dOutputs: [dy] });
  const rows = (from: typeof x, t: number): typeof x => timeSlice({ ...from, shape: [B, T, from.data.length / B / T] }, t, 1);
  const steps = Array.from({ length: T }, (_, t) => runNetwork(networkOf(make(), [3, 4, 2]), {
    weights, inputs: [{ ...rows(x, t), shape: [B, 3, 4, 2] }], dOutputs: [{ ...rows(dy, t), shape: [B, 2, 4, 2] }],
  }));
  const at = (data: Float64Array, t: number): Float64Array => rows({ data, shape: [B, T, data.length / B / T] }, t).data;
  steps.forEach((step, t) => {
    assertSame(at(all.outputs[0] ?? new Float64Array(), t), step.outputs[0] ?? [], `y ${t}`);
    assertClose(at(all.inputGradients[0] ?? new Float64Array(), t), step.inputGradients[0] ?? [], 1e-15, `dx ${t}`);
  });
  for (const key of ['c/kernel', 'c/bias']) {
    assertClose(all.gradients[key] ?? [], sum(steps.map(({ gradients }) => gradients[key] ?? new Float64Array())), 1e-13, key);
  }
});

test('TimeDistributed: running statistics, masks of every step, refusals', () => {
  const norm = networkOf(new TimeDistributed({ layer: new BatchNorm({ momentum: 0 }), name: 'n' }), [4, 3]);
  const x = randomTensor(1, 'x', [2, 4, 3]);
  const { states } = runNetwork(norm, { weights: randomWeights(norm, 1), inputs: [x] });
  assertClose(states['n/movingMean'] ?? [], [0, 1, 2].map((c) => x.data.reduce((total, v, i) => total + (i % 3 === c ? v / 8 : 0), 0)), 1e-13, 'mean over samples and steps');
  assert.equal(new TimeDistributed({ layer: new Dropout({ rate: 0.5 }) }).noise([[4, 3]], 2), [{ kind: 'dropout', shape: [8, 3], rate: 0.5 }]);
  assert.match(thrown(ShapeError, () => new TimeDistributed({ layer: new Dense({ units: 1 }) }).outputShapes([[4]])).message, /\[batch, time, …\]/);
  const stateful = new TimeDistributed({ layer: new LSTM({ units: 2, stateful: true }) });
  assert.match(thrown(ArgumentError, () => stateful.outputShapes([[3, 4, 5]])).message, /layer must be a layer that is not stateful, got LSTM/);
  const several = new TimeDistributed({ layer: new LSTM({ units: 2, returnState: true }) });
  assert.match(thrown(ShapeError, () => several.outputShapes([[3, 4, 5]])).message, /one tensor, got 3/);
});

test.run();
