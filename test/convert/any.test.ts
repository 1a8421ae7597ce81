/** Files of any format, told apart by their bytes: what they hold, and the model they become. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Dense, FileFormatError, LSTM, Sequential } from '../../src/index.js';
import type { Model } from '../../src/index.js';
import { exportOnnx, exportTensorFlowJs, exportTorch, importModel, inspectModel } from '../../src/convert/index.js';
import { torchFile } from '../golden/torchFiles.js';
import { rejected } from '../models/support.js';

const make = (seed: number): Sequential => new Sequential([new LSTM({ units: 3, name: 'memory' }), new Dense({ units: 1, name: 'head' })], { inputShape: [null, 2], seed });
const model = make(1);
const json = (value: unknown): Uint8Array => new TextEncoder().encode(`\ufeff ${JSON.stringify(value)}`);
const weightsOf = (of: Model): string => Object.values(of.getWeights()).map(({ data }) => Array.from(data as Float32Array, Math.fround).join()).join(';');

test('each format comes back with its weights', async () => {
  const { modelJson, weights: shard } = await exportTensorFlowJs(model);
  for (const [format, bytes, options] of [
    ['bptt', model.toBytes(), {}], ['onnx', (await exportOnnx(model)).bytes, {}], ['tensorflowjs', json(modelJson), { weights: shard }],
    ['safetensors', (await exportTorch(model)).weights, { model: make(2) }],
  ] as const) {
    const { format: found, parameters, tensors } = await inspectModel(bytes);
    assert.is(found, format);
    assert.is(parameters >= model.countParams(), true, format);
    assert.is(tensors.filter(({ dtype }) => dtype.startsWith('float')).reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0), parameters, format);
    const read = await importModel(bytes, options);
    assert.equal([read.format, weightsOf(read.model)], [format, weightsOf(model)], format);
  }
});

test('a state dict says what its tensors look like', async () => {
  const { layers, about } = await inspectModel(torchFile('words'));
  assert.equal(layers.map(({ type }) => type).filter((type) => type !== ''), ['Linear or Embedding', 'LSTM', 'Linear']);
  assert.is(about.container, 'zip');
  const { layers: [layer] } = await inspectModel(torchFile('lstm-projection'));
  assert.match(layer?.type ?? '', 'LSTM, both directions, projected');
});

test('what is missing is asked for by name, and what is no model is refused', async () => {
  const { modelJson } = await exportTensorFlowJs(model);
  assert.match((await rejected(ArgumentError, importModel(json(modelJson)))).message, /weights must be the bytes of the files that model\.json names, got left out/);
  assert.match((await rejected(ArgumentError, importModel(torchFile('words')))).message, /model must be the model that the weights belong to/);
  assert.match((await rejected(ArgumentError, importModel(model.toBytes(), { model: make(2) }))).message, /model must be left out for a file of bptt/);
  assert.equal((await inspectModel(json(modelJson))).shards, ['weights.bin']);
  for (const bytes of [new Uint8Array(0), new TextEncoder().encode('Date,Close'), json({}), Uint8Array.of(8, 1, 2), Uint8Array.of(0x50, 0x4b, 3, 4)]) await rejected(FileFormatError, inspectModel(bytes));
});

test.run();
