/** Models of TensorFlow.js: what it wrote and predicted (test/golden/tensorflowjs.mjs), the way there and back, what has no counterpart. */
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs, importTensorFlowJs } from '../../../src/convert/index.js';
import {
  Activation, Attention, Bidirectional, ConversionError, Conv1D, Dense, Embedding, FileFormatError, GRU, Input, LSTM, LSTMCell, Masking, Model, RNN, Sequential, StackedCells, l2, maxNorm,
} from '../../../src/index.js';
import type { JsonObject } from '../../../src/json.js';

interface Tensor { readonly shape: number[]; readonly data: number[] }
interface Golden { readonly modelJson: JsonObject & { readonly modelTopology: JsonObject; readonly weightsManifest: readonly JsonObject[] }; readonly weights: string; readonly x: Tensor[]; readonly y: Tensor[] }

const folder = new URL('../../../../test/golden/data/tensorflowjs/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const golden = (name: string): Golden => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Golden;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

async function predictions(model: Model, x: readonly Tensor[]): Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]> {
  const inputs = x.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) }));
  return model.predictAll(inputs.length === 1 ? inputs[0]! : inputs);
}

/** The bits of all weights. */
function bits(model: Model): Record<string, number[]> {
  return Object.fromEntries(Object.entries(model.getWeights()).map(([key, { data }]) => [key, [...new Uint8Array(Float32Array.from(data).buffer)]]));
}

for (const name of names) {
  test(`${name}: predictions are those of TensorFlow.js`, async () => {
    const { modelJson, weights, x, y } = golden(name);
    const { model, notes } = await importTensorFlowJs(JSON.stringify(modelJson), bytesOf(weights));
    assert.equal(notes, []);
    const found = await predictions(model, x);
    assert.is(found.length, y.length);
    for (const [i, { shape, data }] of y.entries()) {
      assert.equal([...found[i]?.shape ?? []], shape);
      const scale = Math.max(...data.map(Math.abs));
      data.forEach((value, at) => { assert.ok(Math.abs(value - (found[i]?.data[at] ?? NaN)) <= 2e-6 * scale, `${found[i]?.data[at]}, not ${value}`); });
    }
  });

  test(`${name}: there and back are the same bits`, async () => {
    const { modelJson, weights, x } = golden(name);
    const { model } = await importTensorFlowJs(modelJson, bytesOf(weights));
    const files = await exportTensorFlowJs(model);
    assert.is(files.largestError, 0);
    const { model: again } = await importTensorFlowJs(JSON.stringify(files.modelJson), files.weights);
    assert.equal(bits(again), bits(model));
    assert.equal((await predictions(again, x)).map(({ data }) => [...Array.from(data)]), (await predictions(model, x)).map(({ data }) => [...Array.from(data)]));
  });
}

test('shards are read one behind the other; a byte too many or too few is refused', async () => {
  const { modelJson, weights, x, y } = golden('lstm');
  const bytes = bytesOf(weights);
  const { model } = await importTensorFlowJs(modelJson, [bytes.subarray(0, 5), bytes.subarray(5, 77), bytes.subarray(77)]);
  assert.ok(Math.abs(((await predictions(model, x))[0]?.data[0] ?? NaN) - (y[0]?.data[0] ?? NaN)) < 1e-6);
  for (const wrong of [bytes.subarray(1), Uint8Array.from([...bytes, 0])]) {
    const error = await importTensorFlowJs(modelJson, wrong).catch((cause: unknown) => cause);
    assert.ok(error instanceof FileFormatError && error.argument === 'weights', String(error));
  }
});

test('weights by names that are not those of the layers are taken in order; others are told', async () => {
  const { modelJson, weights } = golden('convolution');
  const group = modelJson.weightsManifest[0] as { weights: { name: string }[] };
  const renamed = (name: (given: string, i: number) => string): JsonObject => ({ ...modelJson, weightsManifest: [{ ...group, weights: group.weights.map((weight, i) => ({ ...weight, name: name(weight.name, i) })) }] });
  const { model } = await importTensorFlowJs(renamed((given) => given.replace(/^[^/]*/, 'other')), bytesOf(weights));
  assert.equal(bits(model), bits((await importTensorFlowJs(modelJson, bytesOf(weights))).model));
  const error = await importTensorFlowJs(renamed((given, i) => (i === 0 ? 'nobody/else' : given)), bytesOf(weights)).catch((cause: unknown) => cause);
  assert.ok(error instanceof ConversionError);
  assert.equal(error.problems, ["Conv1D 'conv1d_Conv1D1': its weights kernel, bias are not there", "'nobody/else' is left over: no layer has such a weight"]);
});

test('a graph model is refused', async () => {
  const error = await importTensorFlowJs({ format: 'graph-model', modelTopology: { node: [] } }, new Uint8Array(0)).catch((cause: unknown) => cause);
  assert.ok(error instanceof FileFormatError && error.actual.includes('graph model'), String(error));
});

test('a model of ours, through TensorFlow.js and back: layers, rules, freezing and weights', async () => {
  const input = Input({ shape: [6, 3], name: 'prices' });
  const shared = new Dense({ units: 4, activation: 'hardSigmoidFifth', kernelRegularizer: l2(0.01), biasConstraint: maxNorm({ maxValue: 3 }) });
  const encoded = new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true, goBackwards: false, recurrentActivation: 'hardSigmoidFifth' }), mergeMode: 'multiply' }).apply(shared.apply(input));
  const stack = new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: 2 }), new LSTMCell({ units: 3 })] }), returnSequences: true }).apply(encoded);
  const gru = new GRU({ units: 2, resetAfter: false, trainable: false }).apply(stack);
  const model = new Model({ inputs: input, outputs: [new Activation({ kind: 'leakyRelu', alpha: 0.1 }).apply(gru), new Dense({ units: 1, name: 'price' }).apply(gru)] });
  const { modelJson, weights } = await exportTensorFlowJs(model);
  const { model: again } = await importTensorFlowJs(modelJson, weights);
  assert.equal(bits(again), bits(model));
  assert.is(JSON.stringify(again), JSON.stringify(model));
});

test('half precision: half the bytes, and the largest error', async () => {
  const model = new Sequential([new LSTM({ units: 8 }), new Dense({ units: 2 })], { inputShape: [4, 3], seed: 3 });
  const whole = await exportTensorFlowJs(model);
  const half = await exportTensorFlowJs(model, { precision: 'float16' });
  assert.is(half.weights.length, whole.weights.length / 2);
  const { model: again } = await importTensorFlowJs(half.modelJson, half.weights);
  const [a, b] = [model.getWeights(), again.getWeights()];
  const differences = Object.keys(a).flatMap((key) => Array.from(a[key]?.data ?? [], (value, i) => Math.abs(value - (b[key]?.data[i] ?? NaN))));
  assert.ok(half.largestError > 0 && half.largestError < 2 ** -11);
  assert.is(half.largestError, Math.max(...differences));
});

test('what TensorFlow.js does not have is told, layer by layer', async () => {
  const input = Input({ shape: [6, 3] });
  const gru = new GRU({ units: 3, returnSequences: true, name: 'gru' }).apply(input);
  const conv = new Conv1D({ filters: 3, kernelSize: 2, padding: 'causal', activation: 'hardSigmoidSixth', name: 'conv' }).apply(gru);
  const model = new Model({ inputs: input, outputs: new Attention({ name: 'attention' }).apply([conv, conv]) });
  const error = await exportTensorFlowJs(model).catch((cause: unknown) => cause);
  assert.ok(error instanceof ConversionError);
  assert.equal(error.problems, [
    "GRU 'gru': resetAfter true is not computed by TensorFlow.js: train it with resetAfter: false", 'Conv1D \'conv\': padding "causal" has no counterpart, as TensorFlow.js does not compute it',
    'Conv1D \'conv\': activation "hardSigmoidSixth" has no counterpart', 'Attention \'attention\': "Attention" has no counterpart',
  ]);
});

test('a mask that comes to a layer of TensorFlow.js that throws for one is told', async () => {
  const masked = new Sequential([new Masking({ name: 'masking' }), new Conv1D({ filters: 2, kernelSize: 2, name: 'conv' })], { inputShape: [6, 3] });
  const zeros = new Sequential([new Embedding({ inputDim: 5, outputDim: 2, maskZero: true }), new LSTM({ units: 2, returnSequences: true, zeroOutputForMask: true, name: 'lstm' })], { inputShape: [6] });
  const problems = async (model: Model): Promise<unknown> => exportTensorFlowJs(model).catch((cause: unknown) => (cause as ConversionError).problems);
  assert.equal(await problems(masked), ["Conv1D 'conv': a mask comes here, which this layer of TensorFlow.js does not take"]);
  assert.equal(await problems(zeros), ["LSTM 'lstm': zeroOutputForMask has no counterpart, and a mask comes here"]);
});

test.run();
