import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ActivationKind } from '../../src/backend.js';
import { erf } from '../../src/backends/cpu/activations.js';
import { ArgumentError } from '../../src/errors.js';
import { Activation } from '../../src/layers/activation.js';
import { activationDefaults } from '../../src/layers/activationKinds.js';
import { readGolden } from '../golden/read.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64 } from '../support/step.js';
import { host } from '../support/values.js';
import fc from 'fast-check';

const kinds: readonly (ActivationKind | 'softmax')[] = ['linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'gelu', 'softplus', 'hardSigmoidFifth', 'hardSigmoidSixth', 'softmax'];
const golden = readGolden('activations');

for (const kind of kinds) {
  test(`${kind}: gradients, with alpha where it has one`, async () => {
    await forAll(fc.record({ sizes: distinctSizes(['A', 'B', 'C'], 6, 2), seed: anySeed }), 4, async ({ sizes: { A, B, C }, seed }) => {
      await assertGradients(new Activation({ kind }), { inputShape: [A, B, C], seed }, kind, { count: A * B * C });
      if (kind === 'leakyRelu' || kind === 'elu') await assertGradients(new Activation({ kind, alpha: 0.7 }), { inputShape: [A, B], seed }, kind);
    });
  });
}

for (const [backend, tolerance] of [[float64, 1e-13], [float32, 1e-5]] as const) {
  for (const kind of kinds.filter((name) => name !== 'linear')) {
    test(`${kind} against PyTorch, ${backend.description}`, () => {
      const place = kind === 'softmax' ? 'softmax/' : '';
      const [x, R] = [golden.get(`${place}x`), golden.get(`${place}R`)];
      const batched = (shape: readonly number[]): number[] => (kind === 'softmax' ? [...shape] : [1, ...shape]);
      const network = networkOf(new Activation({ kind }), batched(x.shape).slice(1));
      const result = runNetwork(network, {
        weights: {}, inputs: [host(batched(x.shape), x.data)], dOutputs: [host(batched(R.shape), R.data)],
      }, backend);
      assertClose(result.outputs[0] ?? [], golden.get(`${kind}/out`).data, tolerance, 'out');
      assertClose(result.inputGradients[0] ?? [], golden.get(`${kind}/grad`).data, tolerance, 'grad');
    });
  }
}

test('the bare name of two functions is refused with both', () => {
  for (const kind of ['hardSigmoid', 'hard_sigmoid']) {
    // @ts-expect-error a name that says too little
    assert.match(thrown(ArgumentError, () => new Activation({ kind })).message, /Keras 3 and PyTorch is 'hardSigmoidSixth'/);
  }
});

test('erf against a table of 15 digits', () => {
  const table: readonly (readonly [number, number])[] = [
    [0, 0], [0.1, 0.112462916018285], [0.5, 0.520499877813047], [1, 0.842700792949715], [2, 0.995322265018953], [3, 0.999977909503001], [7, 1],
  ];
  for (const [x, expected] of table) {
    assert.ok(Math.abs(erf(x) - expected) < 1e-15 * 5, `erf(${x}) = ${erf(x)}`);
    assert.is(erf(-x) === -erf(x), true);
  }
});

test('extreme inputs give finite, saturated values; NaN stays NaN', () => {
  for (const kind of kinds.filter((name) => name !== 'softmax')) {
    const network = networkOf(new Activation({ kind }), [3]);
    const dOutputs = [host([1, 3], [1, 1, 1])];
    const { outputs: [y = []], inputGradients: [dx = []] } = runNetwork(network, { weights: {}, inputs: [host([1, 3], [-1e4, 1e4, NaN])], dOutputs });
    assert.ok(Number.isFinite(y[0]) && Number.isFinite(y[1]), `${kind} ${y.join()}`);
    assert.ok(Number.isFinite(dx[0]) && Number.isFinite(dx[1]), `${kind} ${dx.join()}`);
    assert.ok(Number.isNaN(y[2]), `${kind} hides a NaN`);
  }
});

test('softmax rows sum to one and do not change when a constant is added', () => {
  const network = networkOf(new Activation({ kind: 'softmax' }), [3]);
  const at = (shift: number): Float64Array =>
    runNetwork(network, { weights: {}, inputs: [host([2, 3], [1, 2, 4, -3, 0.5, 0].map((x) => x + shift))] }).outputs[0] ?? new Float64Array();
  const y = at(0);
  assertClose([(y[0] ?? 0) + (y[1] ?? 0) + (y[2] ?? 0), (y[3] ?? 0) + (y[4] ?? 0) + (y[5] ?? 0)], [1, 1], 1e-15, 'sums');
  assertClose(at(1000), y, 1e-12, 'shifted');
});

test('defaults and refusals', () => {
  assert.equal([activationDefaults('leakyRelu'), activationDefaults('elu'), activationDefaults('tanh')], [0.2, 1, 0]);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => new Activation({ kind: 'swish' })).message, /Activation: kind must be linear \| sigmoid/);
});

test.run();
