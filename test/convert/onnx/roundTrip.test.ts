/** What exportOnnx writes, importOnnx reads: the same layers, weights and outputs. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Bidirectional, Conv1DTranspose, Dense, Dropout, Embedding, GRU, Input, LSTM, Masking, Model, Sequential, l2, randomStream } from '../../../src/index.js';
import type { JsonValue } from '../../../src/index.js';
import { exportOnnx, importOnnx } from '../../../src/convert/index.js';
import type { ExportOnnxOptions, OnnxExport } from '../../../src/convert/index.js';
import type { OnnxModel } from '../../../src/convert/onnx/proto/graph.js';
import { readModel } from '../../../src/convert/onnx/proto/readModel.js';
import { writeModel } from '../../../src/convert/onnx/proto/writeModel.js';
import { makers } from '../../../src/models/files/makers.js';
import { sizeOf } from '../../../src/tensor.js';
import { forAll } from '../../support/property.js';
import { randomTensor } from '../../support/values.js';
import { randomModel, randomise } from './runtime/randomModels.js';

async function exported(model: Model, options: ExportOnnxOptions): Promise<OnnxExport> {
  try {
    return await exportOnnx(model, options);
  } catch (error) {
    if (!(error instanceof ArgumentError) || error.argument !== 'lengths') throw error;
    return exportOnnx(model, { ...options, lengths: false });
  }
}

/** The same weights to the bit. */
function sameWeights(a: Model, b: Model): void {
  const [x, y] = [a.getWeights(), b.getWeights()];
  assert.equal(Object.keys(y), Object.keys(x));
  for (const [key, { data }] of Object.entries(x)) assert.equal(Array.from(y[key]?.data ?? []), Array.from(data), key);
}

const architectureOf = (model: Model): unknown => (JSON.parse(JSON.stringify(model)) as { readonly architecture: unknown }).architecture;

test('random models of every layer, padded, stateful and with lengths, come back as they are', async () => {
  const cases = fc.record({ choices: fc.array(fc.nat(1e6), { minLength: 10, maxLength: 80 }), seed: fc.nat(1e6), opset: fc.constantFrom(17 as const, 22 as const), lengths: fc.boolean() });
  const kinds = new Set<string>();
  await forAll(cases, 300, async ({ choices, seed, opset, lengths }) => {
    const { model, shape, indices } = randomModel(choices, seed);
    const { bytes, inputs } = await exported(model, { opset, lengths });
    const { model: again, asWritten, lengths: named } = await importOnnx(bytes);
    assert.ok(asWritten, model.summary());
    assert.equal(named.length, inputs.length - 1);
    sameWeights(model, again);
    assert.equal(architectureOf(again), architectureOf(model));
    const drawn = randomTensor(seed, 'x', [3, ...shape]);
    const x = indices ? { data: drawn.data.map((value) => Math.floor(Math.abs(10 * value)) % 5), shape: drawn.shape } : drawn;
    for (let call = 0; call < 2; call++) assert.equal((await again.predict(x)).data, (await model.predict(x)).data); // the second goes on where the first has ended
    for (const { className } of model.layers) kinds.add(className);
  });
  assert.equal(Object.keys(makers).filter((kind) => !kinds.has(kind)), [], 'every layer has been among them');
});

function sequential(...layers: ConstructorParameters<typeof Sequential>[0]): Model {
  const model = new Sequential([...layers], { inputShape: [null, 2], seed: 4 });
  randomise(model, randomStream(4, 'weights'));
  return model;
}

test('both directions are one layer, a projection one cell, and what is frozen stays so', async () => {
  const model = sequential(
    new Bidirectional({ layer: new GRU({ units: 2, resetAfter: false, returnSequences: true, recurrentActivation: 'hardSigmoidFifth' }), mergeMode: 'sum' }), new Dropout({ rate: 0.25 }),
    new LSTM({ units: 4, projection: 2, peepholes: true, trainable: false }), new Dense({ units: 1, kernelRegularizer: l2(0.1) }),
  );
  const { model: again, asWritten, ...rest } = await importOnnx((await exportOnnx(model)).bytes);
  assert.equal(again.network.nodes.map(({ layer, name }) => [layer.className, name, layer.trainable]), model.network.nodes.map(({ layer, name }) => [layer.className, name, layer.trainable]));
  assert.equal(rest, { producer: 'bptt', opset: 17, inputs: [{ name: 'input', of: 'input', axes: [0, 1, 2] }], outputs: [{ name: 'dense', of: 'dense', axes: [0, 1] }], lengths: [] });
  assert.ok(asWritten);
  again.compile({ optimizer: 'adam', loss: 'mse' });
  await again.fit(randomTensor(1, 'x', [4, 3, 2]), randomTensor(2, 'y', [4, 1]), { epochs: 1 });
});

test('two inputs with lengths of their own', async () => {
  const [a, b] = [Input({ shape: [null], name: 'words' }), Input({ shape: [null, 2], name: 'prices' })];
  const model = new Model({
    inputs: [a, b], outputs: [new LSTM({ units: 2 }).apply(new Embedding({ inputDim: 5, outputDim: 2 }).apply(a)), new GRU({ units: 2 }).apply(new Masking({ maskValue: -1 }).apply(b))], seed: 2,
  });
  const { model: again, lengths, inputs } = await importOnnx((await exportOnnx(model, { lengths: true })).bytes);
  assert.equal(lengths, [{ name: 'words_lengths', of: 'words' }, { name: 'prices_lengths', of: 'prices' }]);
  assert.equal(inputs.map(({ name, of, axes }) => [name, of, axes.length]), [['words', 'words', 2], ['prices', 'prices', 3]]);
  const x = [{ data: Float32Array.of(1, 2, 0, 4), shape: [2, 2] }, randomTensor(3, 'x', [2, 4, 2])];
  const given = { lengths: { words: [1, 2], prices: [4, 2] } };
  assert.equal((await again.predictAll(x, given)).map(({ data }) => data), (await model.predictAll(x, given)).map(({ data }) => data));
});

test('half precision comes back as it was rounded', async () => {
  const model = sequential(new GRU({ units: 3, returnSequences: true }), new LSTM({ units: 2 }));
  const { bytes, rounding } = await exportOnnx(model, { weights: 'float16' });
  const { model: again, asWritten } = await importOnnx(bytes);
  assert.ok(asWritten);
  const [x, y] = [model.getWeights(), again.getWeights()];
  const largest = Math.max(...Object.entries(x).flatMap(([key, { data }]) => Array.from(data, (value, i) => Math.abs(value - (y[key]?.data[i] ?? NaN)))));
  assert.is(largest, rounding?.largest);
});

/** A file with one thing changed. */
function changed(bytes: Uint8Array, change: (file: OnnxModel) => Partial<OnnxModel>): Uint8Array {
  const file = readModel(bytes);
  return writeModel({ ...file, ...change(file) });
}

const described = (file: OnnxModel, change: (description: Record<string, JsonValue>) => void): Partial<OnnxModel> => {
  const description = JSON.parse(file.metadata.get('bptt') ?? '{}') as Record<string, JsonValue>;
  change(description);
  return { metadata: new Map([['bptt', JSON.stringify(description)]]) };
};

test('a graph that somebody has changed since is read by its operators', async () => {
  const model = sequential(new LSTM({ units: 3, returnSequences: true }), new Dense({ units: 2 }));
  const { bytes } = await exportOnnx(model);
  const x = randomTensor(7, 'x', [2, 4, 2]);
  const expected = (await model.predict(x)).data;
  const distance = async (other: Model): Promise<number> => {
    const { data } = await other.predict(x);
    return Math.max(...Array.from(data, (value, i) => Math.abs(value - (expected[i] ?? NaN))));
  };
  const plain = await importOnnx(changed(bytes, () => ({ metadata: new Map() })));
  assert.is(plain.asWritten, false);
  assert.ok(await distance(plain.model) < 1e-6);

  // The description says the same as before; the graph says another thing.
  const tanh = await importOnnx(changed(bytes, ({ graph }) => ({ graph: { ...graph, nodes: graph.nodes.map((node) => (node.opType === 'Add' ? { ...node, opType: 'Sub' } : node)) } })));
  assert.is(tanh.asWritten, false);
  assert.ok(await distance(tanh.model) > 1e-3);

  // And the other way round: the graph as before, a description that lies.
  for (const lie of [
    (d: Record<string, JsonValue>): void => { d.version = 2; },
    (d: Record<string, JsonValue>): void => { d.half = true; },
    (d: Record<string, JsonValue>): void => { d.lengths = true; },
    (d: Record<string, JsonValue>): void => { d.architecture = null; },
    (d: Record<string, JsonValue>): void => { d.architecture = JSON.parse(JSON.stringify(d.architecture).replace('"units":3', '"units":4')) as JsonValue; },
    (d: Record<string, JsonValue>): void => { d.architecture = JSON.parse(JSON.stringify(d.architecture).replace('"units":3', '"units":1e9')) as JsonValue; },
    (d: Record<string, JsonValue>): void => { d.architecture = JSON.parse(JSON.stringify(d.architecture).replace('LSTM', 'GRU')) as JsonValue; },
    (d: Record<string, JsonValue>): void => { d.architecture = JSON.parse(JSON.stringify(d.architecture).replace('"units":2', '"units":"2"')) as JsonValue; },
  ]) {
    const read = await importOnnx(changed(bytes, (file) => described(file, lie)));
    assert.is(read.asWritten, false, String(lie));
    assert.ok(await distance(read.model) < 1e-6);
  }
  const other = await importOnnx(changed(bytes, ({ graph }) => ({
    graph: { ...graph, initializers: graph.initializers.map((tensor) => (tensor.dims.length === 2 && tensor.name.endsWith('bias') ? { ...tensor, data: { field: 'raw', pieces: [new Uint8Array(4 * sizeOf(tensor.dims)).fill(0x3f)] } } : tensor)) },
  })));
  assert.is(other.asWritten, false, 'a second bias where the writer has zeros');
});

test('what a description claims is not made before the file has it', async () => {
  const { bytes } = await exportOnnx(new Sequential([new Conv1DTranspose({ filters: 1, kernelSize: 1, stride: 2 }), new GRU({ units: 1 })], { inputShape: [null, 1], seed: 1 }), { lengths: true });
  for (const [from, to] of [['"stride":2', '"stride":2e9'], ['"filters":1', '"filters":60000'], ['"units":1', '"units":60000']] as const) {
    const hostile = changed(bytes, (file) => described(file, (d) => {
      const text = JSON.stringify(d.architecture);
      assert.ok(text.includes(from), text);
      d.architecture = JSON.parse(text.replace(from, to)) as JsonValue;
    }));
    await importOnnx(hostile).then(({ asWritten }) => { assert.is(asWritten, false); }, () => undefined);
  }
});

test.run();
