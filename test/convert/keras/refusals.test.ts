/** What has no counterpart: every layer, class and reason at once; weights that are not those of the model; damaged files. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras } from '../../../src/convert/index.js';
import { ArgumentError, ConversionError, Dense, FileFormatError, LSTM, Sequential } from '../../../src/index.js';
import type { JsonObject } from '../../../src/json.js';
import { archive, archiveWeights, legacy, legacyWeights, sequential } from './kerasFiles.js';
import type { KerasLayer } from './kerasFiles.js';

const numbers = (...shape: number[]): { shape: number[]; data: Float32Array } => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8) });
const layer = (className: string, config: JsonObject & { readonly name: string }): KerasLayer => ({ className, config, variables: [] });
const lstm: KerasLayer = {
  className: 'LSTM', config: { name: 'lstm', units: 2 }, variables: [{ folder: 'cell', variables: [{ name: 'kernel', ...numbers(3, 8) }, { name: 'recurrent_kernel', ...numbers(2, 8) }, { name: 'bias', ...numbers(8) }] }],
};
const dense: KerasLayer = { className: 'Dense', config: { name: 'dense', units: 1 }, variables: [{ folder: '', variables: [{ name: 'kernel', ...numbers(2, 1) }, { name: 'bias', ...numbers(1) }] }] };
const input = layer('InputLayer', { name: 'input', batch_shape: [null, 4, 3] });
const model = sequential([input, lstm, dense]);

async function problemsOf(bytes: Uint8Array): Promise<readonly string[]> {
  const error = await importKeras(bytes).then(() => undefined, (cause: unknown) => cause);
  assert.ok(error instanceof ConversionError, String(error));
  return error.problems;
}

test('all that has no counterpart is told at once, by layer, class and reason', async () => {
  const layers = [
    layer('Lambda', { name: 'code', function: '4wEAAAA=' }), layer('ConvLSTM2D', { name: 'conv_lstm', filters: 2 }), layer('LSTM', { name: 'lstm', units: 2, activation: 'selu', time_major: true }),
    layer('Dense', { name: 'dense', units: 'two', activity_regularizer: { class_name: 'L2', config: { l2: 0.01 } }, future_option: 3 }), layer('Conv1D', { name: 'conv', filters: 2, kernel_size: [2], data_format: 'channels_first' }),
    layer('TimeDistributed', { name: 'timed', layer: { class_name: 'Sequential', config: { name: 'inner', layers: [] } } }),
  ];
  const described = sequential([input, ...layers]);
  assert.equal(await problemsOf(await archive(described, [])), [
    "Lambda 'code': runs code of Python: write it as a Layer of your own", "ConvLSTM2D 'conv_lstm': has no counterpart", "LSTM 'lstm': activation \"selu\" has no counterpart", "LSTM 'lstm': time_major true has no counterpart",
    "Dense 'dense': units has to be a number, not \"two\"", "Dense 'dense': activity_regularizer {\"class_name\":\"L2\",\"config\":{\"l2\":0.01}} has no counterpart", "Dense 'dense': future_option 3 has no counterpart",
    "Conv1D 'conv': data_format \"channels_first\" has no counterpart", "Sequential 'inner': a whole model within 'timed' has no counterpart",
  ]);
});

test('classes of one\'s own and operations are told apart', async () => {
  const entry = (className: string, more: JsonObject): JsonObject => ({ class_name: className, config: { name: className.toLowerCase() }, ...more });
  const described: JsonObject = { class_name: 'Sequential', config: { name: 'm', layers: [{ class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, 2] } }, entry('Mine', { module: 'mine', registered_name: 'mine>Mine' }), entry('Add', { module: 'keras.src.ops.numpy' }), entry('TFOpLambda', {})] } };
  assert.equal(await problemsOf(await archive(described, [])), [
    "Mine 'mine': is a class of its own, whose code is not in the file", "Add 'add': is an operation on tensors, not a layer", "TFOpLambda 'tfoplambda': is an operation on tensors, not a layer",
  ]);
});

test('shapes that do not fit, and an axis that is not the last one, name the layer', async () => {
  const one = sequential([layer('InputLayer', { name: 'input', batch_shape: [null, 4, 3] }), layer('BatchNormalization', { name: 'norm', axis: 1 })]);
  assert.equal(await problemsOf(await archive(one, [])), ["BatchNormalization 'norm': axis 1 of [batch, 4, 3] is not the last one"]);
  const other = sequential([layer('InputLayer', { name: 'input', batch_shape: [null, 4] }), layer('LSTM', { name: 'lstm', units: 2 })]);
  const [problem = ''] = await problemsOf(await archive(other, []));
  assert.ok(problem.startsWith("LSTM 'lstm': LSTM 'lstm': input must be [batch, time, features]"), problem);
  assert.equal(await problemsOf(await archive(sequential([lstm]), [lstm])), ["input 'of the model': its shape nothing is not known"]);
});

test('weights that are missing, of another shape, or left over are told, all of them', async () => {
  const wrong: KerasLayer = { ...lstm, variables: [{ folder: 'cell', variables: [{ name: 'kernel', ...numbers(3, 8) }, { name: 'recurrent_kernel', ...numbers(2, 6) }] }] };
  const extra: KerasLayer = { className: 'GRU', config: { name: 'gru' }, variables: [{ folder: 'cell', variables: [{ name: 'kernel', ...numbers(1) }] }] };
  assert.equal(await problemsOf(await archive(model, [wrong, dense, extra])), [
    "LSTM 'lstm': recurrent_kernel has to be [2, 8], and 'layers/lstm/cell/vars/1' is [2, 6]", "LSTM 'lstm': bias is missing", "'layers/gru/cell/vars/0' is left over: no layer has such a variable",
  ]);
  assert.equal(await problemsOf(await legacy(model, [wrong], { version: '2.15.0' })), [
    "layer 'lstm': its variables 'lstm/cell/kernel:0', 'lstm/cell/recurrent_kernel:0' are not those of LSTM 'lstm' with kernel, recurrent_kernel, bias", "Dense 'dense': its weights are missing",
  ]);
});

test('weights alone want a model, and go into one', async () => {
  for (const bytes of [await archiveWeights([lstm, dense]), await legacyWeights([lstm, dense], '2.15.0')]) {
    const error = await importKeras(bytes).then(() => undefined, (cause: unknown) => cause);
    assert.ok(error instanceof FileFormatError && error.actual === 'weights alone', String(error));
    const own = new Sequential([new LSTM({ units: 2, name: 'mine' }), new Dense({ units: 1 })], { inputShape: [4, 3] });
    await importKeras(bytes, own);
    assert.equal([...own.getWeights()['mine/recurrentKernel']?.data ?? []], [...numbers(2, 8).data]);
    assert.equal([...own.getWeights()['dense/kernel']?.data ?? []], [0, 0.125]);
    const before = own.getWeights()['mine/kernel']?.data;
    const peepholes = new Sequential([new LSTM({ units: 2, peepholes: true }), new Dense({ units: 1 })], { inputShape: [4, 3] });
    const refused = await importKeras(bytes, peepholes).then(() => undefined, (cause: unknown) => cause);
    assert.ok(refused instanceof ConversionError);
    assert.equal(refused.problems, ["LSTM 'lstm': Keras has no peephole"]);
    assert.equal(own.getWeights()['mine/kernel']?.data, before);
  }
});

test('models that multiply, a cycle, an input from nowhere', async () => {
  const call = (name: string, node = 0): JsonObject => ({ args: [{ class_name: '__keras_tensor__', config: { keras_history: [name, node, 0] } }], kwargs: {} });
  const graph = (...layers: JsonObject[]): JsonObject => ({ class_name: 'Functional', config: { name: 'm', layers, input_layers: ['x', 0, 0], output_layers: ['a', 0, 0] } });
  const x: JsonObject = { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [null, 2] }, inbound_nodes: [] };
  const a = (from: string): JsonObject => ({ class_name: 'Activation', name: 'a', config: { name: 'a', activation: 'relu' }, inbound_nodes: [call(from)] });
  assert.equal(await problemsOf(await archive(graph(x, a('b'), { ...a('a'), name: 'b' }), [])), ["model 'm': output 'a' depends on what no layer gives"]);
  assert.equal(await problemsOf(await archive(graph(x, a('nobody')), [])), ["model 'm': output 'a' depends on what no layer gives"]);
  let within: JsonObject = { class_name: 'Sequential', config: { name: 's', layers: [{ class_name: 'Activation', config: { name: 'act', activation: 'relu' } }] } };
  for (let depth = 0; depth < 18; depth++) within = { class_name: 'Functional', config: {
    name: `f${depth}`, input_layers: ['x', 0, 0], output_layers: ['s', 2, 0], layers: [x, { ...within, name: 's', inbound_nodes: [call('x'), call('s', 1)] }],
  } };
  const problems = await problemsOf(await archive(within, []));
  assert.equal(problems, ["Activation 'act': is applied more often than any model needs"]);
});

test('what is no Keras file, and a model that is none', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(2000), new TextEncoder().encode('{"class_name":"Sequential"}')]) {
    const error = await importKeras(bytes).then(() => undefined, (cause: unknown) => cause);
    assert.ok(error instanceof FileFormatError, String(error));
  }
  const noModel = 'model' as unknown;
  const error = await importKeras(new Uint8Array(0), noModel as Sequential).then(() => undefined, (cause: unknown) => cause);
  assert.ok(error instanceof ArgumentError);
});

test.run();
