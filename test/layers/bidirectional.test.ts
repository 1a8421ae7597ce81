import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/errors.js';
import { Bidirectional } from '../../src/layers/bidirectional.js';
import type { MergeMode } from '../../src/layers/bidirectional.js';
import { LSTM } from '../../src/layers/lstm.js';
import { Input } from '../../src/layers/layer.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { Concat, ReverseTime, cellKinds, makeRecurrent, recurrentLayer } from '../support/recurrent.js';
import { lengthMask, randomTensor } from '../support/values.js';

const modes: readonly MergeMode[] = ['concat', 'sum', 'average'];

const cases = fc.record({
  sizes: distinctSizes(['B', 'T', 'D', 'H']), seed: anySeed, padded: fc.boolean(),
  rates: fc.record({ dropout: fc.constantFrom(0, 0.4), recurrentDropout: fc.constantFrom(0, 0.3) }),
});

for (const kind of cellKinds) {
  test(`${kind}: gradients in every mode, as a sequence and as its end`, async () => {
    for (const mergeMode of modes) {
      for (const returnSequences of [false, true]) {
        await forAll(cases, 2, async ({ sizes: { B, T, D, H }, seed, padded, rates }) => {
          const layer = new Bidirectional({ layer: makeRecurrent(kind, { units: H, returnSequences, ...rates }), mergeMode });
          const lengths = Array.from({ length: B }, (_, b) => 1 + ((seed + 2 * b) % T));
          await assertGradients(
            layer, { inputShape: [B, T, D], seed, ...(padded ? { lengths } : {}) }, `${kind} ${mergeMode} ${returnSequences} ${JSON.stringify(rates)}`,
            { mayBeZero: kind === 'rnn-relu' },
          );
        });
      }
    }
  });

  test(`${kind}: equals two layers, one of them reading backwards, joined in time order`, () => {
    const [B, T, D, H] = [2, 5, 3, 4];
    const x = randomTensor(2, 'x', [B, T, D]);
    const rates = { dropout: 0.5, recurrentDropout: 0.5 };
    const noise = [[B, D], [B, H], [B, D], [B, H]].map((shape, i) => randomTensor(i, 'mask', shape)); // each direction has its own
    for (const returnSequences of [false, true]) {
      for (const mask of [undefined, lengthMask([3, 5], T)]) {
        const wrapped = networkOf(new Bidirectional({ layer: makeRecurrent(kind, { units: H, returnSequences, ...rates }), name: 'both' }), [T, D]);
        const input = Input({ shape: [T, D] });
        const ahead = recurrentLayer(kind, { units: H, returnSequences, name: 'ahead', ...rates }).apply(input);
        const back = recurrentLayer(kind, { units: H, returnSequences, goBackwards: true, name: 'back', ...rates }).apply(input);
        const byHand = buildNetwork([input], [new Concat().apply([ahead, returnSequences ? new ReverseTime().apply(back) : back])]);

        const weights = randomWeights(wrapped, 4);
        const renamed = Object.fromEntries(
          Object.entries(weights).map(([key, value]) => [key.replace('both/forward', 'ahead').replace('both/backward', 'back'), value]),
        );
        const dOutputs = projections(wrapped, B, 5);
        const actual = runNetwork(wrapped, { weights, inputs: [x], dOutputs, mask, noise });
        const expected = runNetwork(byHand, { weights: renamed, inputs: [x], dOutputs, mask, noise });
        assertClose(actual.outputs[0] ?? [], expected.outputs[0] ?? [], 1e-14, 'output');
        assertClose(actual.inputGradients[0] ?? [], expected.inputGradients[0] ?? [], 1e-14, 'dx');
        for (const [key, gradient] of Object.entries(actual.gradients)) {
          const twin = key.replace('both/forward', 'ahead').replace('both/backward', 'back');
          assertClose(gradient, expected.gradients[twin] ?? [], 1e-14, key);
        }
      }
    }
  });
}

test('sum and average join the halves of concat', () => {
  const [B, T, D, H] = [2, 4, 3, 5];
  const x = randomTensor(2, 'x', [B, T, D]);
  const [concat = [], sum = [], average = []] = modes.map((mergeMode) => {
    const network = networkOf(new Bidirectional({ layer: new LSTM({ units: H }), mergeMode, name: 'both' }), [T, D]);
    return runNetwork(network, { weights: randomWeights(network, 3), inputs: [x] }).outputs[0];
  });
  for (let b = 0; b < B; b++) {
    for (let u = 0; u < H; u++) {
      const both = (concat[b * 2 * H + u] ?? NaN) + (concat[b * 2 * H + H + u] ?? NaN);
      assert.ok(Math.abs((sum[b * H + u] ?? NaN) - both) < 1e-15);
      assert.ok(Math.abs((average[b * H + u] ?? NaN) - both / 2) < 1e-15);
    }
  }
});

test('shapes, names of the weights, and what is refused', () => {
  const layer = new Bidirectional({ layer: new LSTM({ units: 4, returnSequences: true }) });
  assert.equal(layer.outputShapes([[5, 3]]), [[5, 8]]);
  assert.equal(new Bidirectional({ layer: new LSTM({ units: 4 }), mergeMode: 'sum' }).outputShapes([[5, 3]]), [[4]]);
  assert.equal(Object.keys(layer.parameters([[5, 3]])).sort(), [
    'backward/bias', 'backward/kernel', 'backward/recurrentKernel', 'forward/bias', 'forward/kernel', 'forward/recurrentKernel',
  ]);
  assert.match(thrown(ArgumentError, () => new Bidirectional({ layer: new LSTM({ units: 4, stateful: true }) })).message, /without returnState and stateful/);
  assert.throws(() => new Bidirectional({ layer: new LSTM({ units: 4, returnState: true }) }), /without returnState/);
  // @ts-expect-error a wrong name on purpose
  assert.throws(() => new Bidirectional({ layer: new LSTM({ units: 4 }), mergeMode: 'mul' }), /concat \| sum \| average/);
});

test('the twin keeps every option of the layer', () => {
  const options = { units: 2, dropout: 0.3, recurrentDropout: 0.2, peepholes: true, unitForgetBias: false, truncate: 3, returnSequences: true };
  const layer = new Bidirectional({ layer: new LSTM(options) });
  const specs = layer.parameters([[4, 3]]);
  assert.equal(Object.keys(specs).filter((key) => key.endsWith('peephole')), ['forward/peephole', 'backward/peephole']);
  assert.is(specs['backward/bias']?.initializer, 'zeros');
  assert.is(layer.noise([[4, 3]], 2).length, 4);
});

test.run();
