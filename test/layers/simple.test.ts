/** Dropout, Flatten, Reshape, and what every layer shares. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Dense } from '../../src/layers/dense.js';
import { Dropout } from '../../src/layers/dropout.js';
import { GaussianNoise } from '../../src/layers/gaussianNoise.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Flatten, Reshape } from '../../src/layers/reshape.js';
import { SpatialDropout1D } from '../../src/layers/spatialDropout.js';
import { noiseFrom } from '../../src/models/graph/noise.js';
import { randomStream } from '../../src/random.js';
import { Input } from '../../src/layers/layer.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { host, randomTensor } from '../support/values.js';

const cases = fc.record({ sizes: distinctSizes(['A', 'B', 'C'], 6), seed: anySeed, rate: fc.constantFrom(0, 0.2, 0.7) });

test('Dropout with a fixed mask, Flatten, Reshape: gradients', async () => {
  await forAll(cases, 8, async ({ sizes: { A, B, C }, seed, rate }) => {
    // The gradient of a wholly dropped tensor is zero; enough elements keep some.
    await assertGradients(new Dropout({ rate }), { inputShape: [A, 4 * B, 3 * C], seed }, 'Dropout', { count: 12 * A * B * C });
    await assertGradients(new SpatialDropout1D({ rate }), { inputShape: [8 * A, B, 3 * C], seed }, 'SpatialDropout1D', { count: 24 * A * B * C });
    await assertGradients(new GaussianNoise({ stddev: rate }), { inputShape: [A, B, C], seed }, 'GaussianNoise', { count: A * B * C });
    await assertGradients(new Flatten(), { inputShape: [A, B, C], seed }, 'Flatten', { count: A * B * C });
    await assertGradients(new Reshape({ targetShape: [-1, B] }), { inputShape: [A, B, C], seed }, 'Reshape', { count: A * B * C });
  });
});

test('Dropout multiplies by its mask, forward and backward; at inference it passes everything', () => {
  const network = networkOf(new Dropout({ rate: 0.25 }), [3]);
  const x = randomTensor(1, 'x', [2, 3]);
  const dy = randomTensor(2, 'dy', [2, 3]);
  const mask = host([2, 3], [0, 4 / 3, 4 / 3, 4 / 3, 0, 4 / 3]);
  const masked = (t: typeof x): number[] => Array.from(t.data, (v, i) => v * (mask.data[i] ?? NaN));
  const training = runNetwork(network, { weights: {}, inputs: [x], dOutputs: [dy], noise: [mask] });
  assertClose(training.outputs[0] ?? [], masked(x), 0, 'y');
  assertClose(training.inputGradients[0] ?? [], masked(dy), 0, 'dx');
  const inference = runNetwork(network, { weights: {}, inputs: [x], dOutputs: [dy], training: false });
  assertSame(inference.outputs[0] ?? [], x.data, 'y');
  assertSame(inference.inputGradients[0] ?? [], dy.data, 'dx');
  assert.equal(new Dropout({ rate: 0.25 }).noise([[3]], 2), [{ kind: 'dropout', shape: [2, 3], rate: 0.25 }]);
  assert.equal(new Dropout({ rate: 0 }).noise([[3]], 2), []);
});

test('SpatialDropout1D drops a feature of a sample at every step', () => {
  const layer = new SpatialDropout1D({ rate: 0.5 });
  assert.equal(layer.noise([[3, 2]], 2), [{ kind: 'dropout', shape: [2, 1, 2], rate: 0.5 }]);
  const x = randomTensor(1, 'x', [2, 3, 2]);
  const mask = [0, 2, 2, 0];
  const training = runNetwork(networkOf(layer, [3, 2]), { weights: {}, inputs: [x], dOutputs: [x], noise: [host([2, 1, 2], mask)] });
  const expected = x.data.map((v, i) => v * (mask[2 * Math.floor(i / 6) + (i % 2)] ?? NaN));
  assertSame(training.outputs[0] ?? [], expected, 'y');
  assertSame(training.inputGradients[0] ?? [], expected, 'dx');
  assert.match(thrown(ShapeError, () => layer.outputShapes([[3]])).message, /\[batch, time, features\]/);
});

test('GaussianNoise adds normal numbers of its deviation in training, and nothing at inference', () => {
  const layer = new GaussianNoise({ stddev: 0.5 });
  const [spec] = layer.noise([[10000]], 2);
  assert.equal(spec, { kind: 'normal', shape: [2, 10000], stddev: 0.5 });
  if (!spec) throw new Error('no noise');
  const noise = Array.from(noiseFrom(randomStream(1, 'noise'), spec, 'float64'));
  const moment = (power: number): number => noise.reduce((sum, v) => sum + v ** power / noise.length, 0);
  assertClose([moment(1), moment(2), moment(3), moment(4)], [0, 0.25, 0, 3 * 0.5 ** 4], 0.05, 'moments');
  const x = randomTensor(1, 'x', [2, 3]);
  const run = (training: boolean): ReturnType<typeof runNetwork> =>
    runNetwork(networkOf(layer, [3]), { weights: {}, inputs: [x], dOutputs: [x], training, noise: training ? [host([2, 3], [1, 2, 3, 4, 5, 6])] : [] });
  assertClose(run(true).outputs[0] ?? [], x.data.map((v, i) => v + i + 1), 1e-15, 'y');
  assertSame(run(true).inputGradients[0] ?? [], x.data, 'dx');
  assertSame(run(false).outputs[0] ?? [], x.data, 'inference');
  assert.equal(new GaussianNoise({ stddev: 0 }).noise([[3]], 2), []);
  for (const stddev of [-1, NaN, Infinity]) assert.match(thrown(ArgumentError, () => new GaussianNoise({ stddev })).message, /stddev must be a number of at least 0/);
});

test('Flatten and Reshape keep the order of the elements', () => {
  const x = randomTensor(1, 'x', [2, 3, 4]);
  for (const layer of [new Flatten(), new Reshape({ targetShape: [6, -1] }), new Reshape({ targetShape: [4, 3] })]) {
    assertSame(runNetwork(networkOf(layer, [3, 4]), { weights: {}, inputs: [x] }).outputs[0] ?? [], x.data, layer.className);
  }
  assert.equal(new Flatten().outputShapes([[3, 4]]), [[12]]);
  assert.equal(new Reshape({ targetShape: [6, -1] }).outputShapes([[3, 4]]), [[6, 2]]);
});

test('refusals', () => {
  for (const rate of [-0.1, 1, NaN]) assert.match(thrown(ArgumentError, () => new Dropout({ rate })).message, /Dropout: rate must be a rate in \[0, 1\)/);
  for (const targetShape of [[-1, -1], [0], [1.5], [-2]]) assert.match(thrown(ArgumentError, () => new Reshape({ targetShape })).message, /at most one of them −1/);
  assert.match(thrown(ShapeError, () => new Reshape({ targetShape: [5, -1] }).outputShapes([[3, 4]])).message, /a shape of 12 elements, got \[5, -1\]/);
  assert.match(thrown(ShapeError, () => new Reshape({ targetShape: [5, 2] }).outputShapes([[3, 4]])).message, /a shape of 12 elements/);
});

test('names: letters, digits, _ . and -; labels for messages', () => {
  assert.is(new Flatten({ name: 'a_1.b-c' }).label(), "Flatten 'a_1.b-c'");
  assert.is(new Flatten().label(), 'Flatten');
  for (const name of ['', 'a b', 'a/b']) assert.match(thrown(ArgumentError, () => new Flatten({ name })).message, /name must be letters/);
});

test('apply gives the one output, applyAll all of them', () => {
  const x = Input({ shape: [5, 2] });
  assert.equal(new Dense({ units: 3 }).apply(x).shape, [5, 3]);
  const lstm = new LSTM({ units: 4, returnState: true });
  assert.equal(lstm.applyAll(x).map((y) => y.shape), [[4], [4], [4]]);
  assert.match(thrown(ShapeError, () => lstm.apply(x)).message, /outputs must be one tensor, got 3. Use applyAll/);
});

test.run();
