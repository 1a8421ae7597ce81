import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActivationKind } from '../../src/backend.js';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Dense } from '../../src/layers/dense.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { randomTensor } from '../support/values.js';
import fc from 'fast-check';

const kinds: readonly ActivationKind[] = ['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth'];

for (const activation of kinds) {
  test(`${activation}: gradients with and without bias, on vectors and on sequences`, async () => {
    const cases = fc.record({ sizes: distinctSizes(['B', 'T', 'D', 'N'], 6), seed: anySeed, useBias: fc.boolean() });
    await forAll(cases, 4, async ({ sizes: { B, T, D, N }, seed, useBias }) => {
      const weights = D * N + (useBias ? N : 0);
      const layer = new Dense({ units: N, activation, useBias });
      await assertGradients(layer, { inputShape: [B, D], seed }, `Dense ${activation} ${useBias}`, { count: weights + B * D });
      await assertGradients(layer, { inputShape: [B, T, D], seed }, `Dense ${activation} ${useBias}`, { count: weights + B * T * D });
    });
  });
}

test('y = x·W + b on the last axis, entry by entry', () => {
  const [B, T, D, N] = [2, 3, 4, 5];
  const network = networkOf(new Dense({ units: N, name: 'd' }), [T, D]);
  const weights = randomWeights(network, 1);
  const x = randomTensor(1, 'x', [B, T, D]);
  const [y = []] = runNetwork(network, { weights, inputs: [x] }).outputs;
  const [W, b] = [weights['d/kernel']?.data ?? [], weights['d/bias']?.data ?? []];
  const expected = Array.from({ length: B * T * N }, (_, i) => {
    const [row, n] = [Math.floor(i / N), i % N];
    let sum = b[n] ?? NaN;
    for (let d = 0; d < D; d++) sum += (x.data[row * D + d] ?? NaN) * (W[d * N + n] ?? NaN);
    return sum;
  });
  assertClose(y, expected, 1e-14, 'y');
});

test('shapes, weights and refusals', () => {
  const dense = new Dense({ units: 3, name: 'head' });
  assert.equal(dense.outputShapes([[7, 5]]), [[7, 3]]);
  assert.equal(dense.parameters([[7, 5]]).kernel.shape, [5, 3]);
  assert.equal(Object.keys(new Dense({ units: 3, useBias: false }).parameters([[5]])), ['kernel']);
  assert.match(thrown(ShapeError, () => dense.outputShapes([[]])).message, /^Dense 'head': input must be \[batch, …, features\], got \[batch\]/);
  assert.match(thrown(ShapeError, () => dense.outputShapes([[2], [3]])).message, /inputs must be one tensor, got 2/);
  assert.throws(() => new Dense({ units: 2.5 }), /units must be a whole number/);
  // @ts-expect-error softmax is no activation of Dense
  const error = thrown(ArgumentError, () => new Dense({ units: 2, activation: 'softmax' }));
  assert.match(error.hint ?? '', /new Activation\({ kind: 'softmax' }\)/);
});

test.run();
