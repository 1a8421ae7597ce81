/** Embedding and Masking by themselves: PyTorch's numbers, gradients, shapes, refusals. What their masks do: models/graph/valueMasks.test.ts. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { checkGradients } from '../../src/gradcheck.js';
import { Embedding } from '../../src/layers/embedding.js';
import { Masking } from '../../src/layers/masking.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { Input } from '../../src/layers/layer.js';
import { readGolden } from '../golden/read.js';
import { assertClose, thrown } from '../support/compare.js';
import { casesOf, compareLayer } from '../support/goldenLayer.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { host, sum } from '../support/values.js';

const golden = readGolden('embedding');
test('PyTorch: all cases are here', () => assert.is(casesOf(golden).length, 3));
for (const [name, options] of casesOf(golden)) {
  test(`PyTorch: ${name} ${JSON.stringify(options)}`, () => {
    compareLayer(golden, name, new Embedding({ inputDim: Number(options.inputDim), outputDim: Number(options.outputDim), name: 'it' }), ['embeddings']);
  });
}

test('gradients', async () => {
  const cases = fc.record({ sizes: distinctSizes(['B', 'T', 'S', 'D', 'V'], 6), seed: anySeed });
  await forAll(cases, 8, async ({ sizes: { B, T, S, D, V }, seed }) => {
    for (const inputShape of [[B], [B, T], [B, T, S]]) {
      await assertGradients(new Embedding({ inputDim: V, outputDim: D, maskZero: inputShape.length > 1 }), { inputShape, seed }, 'Embedding', { count: V * D });
    }
    await assertGradients(new Masking({ maskValue: 2 }), { inputShape: [B + 1, T + 1, D], seed }, 'Masking', { count: (B + 1) * (T + 1) * D });
  });
});

test('the checker varies no index, and draws steps of padding', async () => {
  const embedding = await checkGradients(new Embedding({ inputDim: 3, outputDim: 2 }), { inputShape: [2, 4] });
  assert.equal(embedding.worst.map(({ tensor }) => tensor), ['embeddings']);
  const masking = await checkGradients(new Masking(), { inputShape: [3, 4, 1], tolerance: 0 });
  assert.is(masking.compared, 12);
});

test('every place of an index adds to its row; used twice, both uses do', () => {
  const layer = new Embedding({ inputDim: 4, outputDim: 2, name: 'it' });
  const [a, b] = [Input({ shape: [3] }), Input({ shape: [2] })];
  const network = buildNetwork([a, b], [layer.apply(a), layer.apply(b)]);
  const inputs = [host([2, 3], [1, 1, 3, 1, 0, 3]), host([2, 2], [2, 3, 3, 3])];
  const weights = randomWeights(network, 3);
  const dOutputs = projections(network, 2, 4);
  const both = runNetwork(network, { weights, inputs, dOutputs });
  const alone = inputs.map((x, i) => runNetwork(networkOf(new Embedding({ inputDim: 4, outputDim: 2, name: 'it' }), x.shape.slice(1)), { weights, inputs: [x], dOutputs: dOutputs.slice(i, i + 1) }));
  assertClose(both.gradients['it/embeddings'] ?? [], sum(alone.map(({ gradients }) => gradients['it/embeddings'] ?? new Float64Array())), 1e-14, 'dW');
  const expected = new Float64Array(8);
  inputs.forEach(({ data }, i) => data.forEach((index, r) => [0, 1].forEach((j) => { expected[index * 2 + j]! += dOutputs[i]?.data[r * 2 + j] ?? NaN; })));
  assertClose(both.gradients['it/embeddings'] ?? [], expected, 1e-14, 'by hand');
});

test('Masking puts zeros where every number is its value, and lets nothing back there', () => {
  const x = host([1, 4, 2], [9, 9, 9, 1, 2, 3, 9, 9]);
  const dy = host([1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const { outputs: [y = []], inputGradients: [dx = []] } = runNetwork(networkOf(new Masking({ maskValue: 9 }), [4, 2]), { weights: {}, inputs: [x], dOutputs: [dy] });
  assertClose(y, [0, 0, 9, 1, 2, 3, 0, 0], 0, 'y');
  assertClose(dx, [0, 0, 3, 4, 5, 6, 0, 0], 0, 'dx');
});

test('shapes, configuration and refusals', () => {
  const layer = new Embedding({ inputDim: 9, outputDim: 4, maskZero: true });
  assert.equal(layer.outputShapes([[5]]), [[5, 4]]);
  assert.equal(layer.outputShapes([[5, 2]]), [[5, 2, 4]]);
  assert.equal(new Embedding({ inputDim: 9, outputDim: 4 }).outputShapes([[]]), [[4]]);
  assert.equal(layer.config(), { inputDim: 9, outputDim: 4, maskZero: true, embeddingsInitializer: 'randomUniform' });
  assert.match(thrown(ShapeError, () => layer.outputShapes([[]])).message, /input must be \[batch, time\]/);
  for (const inputDim of [0, 1.5, NaN]) assert.match(thrown(ArgumentError, () => new Embedding({ inputDim, outputDim: 1 })).message, /inputDim must be a whole number/);
  assert.match(thrown(ArgumentError, () => new Embedding({ inputDim: 2 ** 24 + 1, outputDim: 1 })).message, /at most 2\^24/);
  assert.match(thrown(ArgumentError, () => new Embedding({ inputDim: 1, outputDim: 0 })).message, /outputDim must be a whole number/);
  assert.match(thrown(ArgumentError, () => new Masking({ maskValue: NaN })).message, /maskValue must be a finite number/);
  assert.match(thrown(ShapeError, () => new Masking().outputShapes([[5]])).message, /\[batch, time, …\]/);
  assert.equal(new Masking({ maskValue: -1 }).config(), { maskValue: -1 });
});

test.run();
