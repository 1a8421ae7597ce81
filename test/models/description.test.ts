/** What a model says of itself: counts, shapes, its architecture as JSON, and a model from that. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ArgumentError, BatchNorm, Bidirectional, Conv1D, Dense, FileFormatError, Flatten, GRU, Input, LSTM, Model, Sequential, cpu, modelFromJSON,
} from '../../src/index.js';
import type { JsonObject } from '../../src/index.js';
import { assertSame, thrown } from '../support/compare.js';
import { randomTensor } from '../support/values.js';

function twoSided(): Model {
  const [a, b] = [Input({ shape: [4, 2], name: 'left' }), Input({ shape: [3] })];
  const shared = new Dense({ units: 2, name: 'shared', trainable: false });
  const read = new Bidirectional({ layer: new LSTM({ units: 3, peepholes: true }), mergeMode: 'multiply' }).apply(new Conv1D({ filters: 2, kernelSize: 2 }).apply(shared.apply(a)));
  return new Model({ inputs: [a, b], outputs: [new Dense({ units: 2 }).apply(read), new BatchNorm().apply(shared.apply(new Dense({ units: 2 }).apply(b)))], seed: 5 });
}

test('countParams counts every number once, running statistics too', () => {
  const model = new Sequential([new LSTM({ units: 50 }), new BatchNorm(), new Dense({ units: 1 })], { inputShape: [60, 1] });
  assert.is(model.countParams(), 4 * 50 * (1 + 50 + 1) + 4 * 50 + 51);
  const shared = twoSided();
  assert.is(shared.countParams(), Object.values(shared.getWeights()).reduce((sum, { data }) => sum + data.length, 0));
  assert.match(shared.summary(), `${shared.countParams()} parameters`);
  assert.is(new Sequential([new Flatten()], { inputShape: [2, 2] }).countParams(), 0);
});

test('shapes, without the batch; of several only as a list', () => {
  const chain = new Sequential([new GRU({ units: 4, returnSequences: true })], { inputShape: [7, 2] });
  assert.equal([chain.inputShape, chain.outputShape, chain.inputShapes, chain.outputShapes], [[7, 2], [7, 4], [[7, 2]], [[7, 4]]]);
  const model = twoSided();
  assert.equal([model.inputShapes, model.outputShapes], [[[4, 2], [3]], [[2], [2]]]);
  assert.match(thrown(ArgumentError, () => model.inputShape).message, 'inputShape must be of a model with one, got 2. Use inputShapes.');
  assert.match(thrown(ArgumentError, () => model.outputShape).message, 'Use outputShapes.');
});

test('JSON of a model builds the same architecture, whose weights begin alike', async () => {
  const model = twoSided();
  const text = JSON.stringify(model);
  for (const json of [text, model.toJSON(), JSON.parse(text) as JsonObject]) {
    const again = modelFromJSON(json);
    assert.equal(again.toJSON(), model.toJSON());
    assert.is(again.summary(), model.summary());
    const [weights, expected] = [again.getWeights(), model.getWeights()];
    assert.equal(Object.keys(weights), Object.keys(expected));
    for (const [key, { data }] of Object.entries(weights)) assertSame(data, expected[key]?.data ?? [], key);
  }
  const [x, again] = [[randomTensor(1, 'a', [3, 4, 2]), randomTensor(1, 'b', [3, 3])], modelFromJSON(text)];
  again.compile({ loss: ['mse', 'mse'], backend: cpu() });
  await again.fit(x, [randomTensor(1, 'c', [3, 2]), randomTensor(1, 'd', [3, 2])]);
  assertSame(again.getWeights()['shared/kernel']?.data ?? [], model.getWeights()['shared/kernel']?.data ?? [], 'frozen as it was');
});

test('what JSON cannot hold is refused, as is what toJSON never said', () => {
  const model = new Sequential([new Bidirectional({ layer: new GRU({ units: 2, kernelInitializer: (shape) => new Float64Array(shape.reduce((a, b) => a * b, 1)) }) })], { inputShape: [3, 2] });
  assert.match(thrown(ArgumentError, () => JSON.stringify(model)).message, "toJSON: kernelInitializer of 'bidirectional' must be an initialiser by name, got a function");
  const json = twoSided().toJSON();
  const odd: (string | JsonObject)[] = [
    '', '[]', '{', '{"format":"bptt","format":"bptt"}', { ...json, version: 2 }, { ...json, format: 'keras' }, { ...json, seed: 'one' }, { ...json, architecture: [] },
    { ...json, architecture: { ...json.architecture, outputs: [[99, 0]] } }, JSON.stringify(json).replace('"units":3', '"units":0'), JSON.stringify(json).replace('"LSTM"', '"Lstm"'),
  ];
  for (const entry of odd) assert.match(thrown(FileFormatError, () => modelFromJSON(entry)).message, /^modelFromJSON: /, JSON.stringify(entry));
  assert.match(thrown(ArgumentError, () => modelFromJSON(json, { ...({ customLayer: {} } as object) })).message, "Did you mean 'customLayers'?");
});

test.run();
