/** Graphs of Keras: models within models, shared layers, states, several outputs, attention; in the words of Keras 3 and of Keras 2. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras } from '../../../src/convert/index.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { randomStream, uniform } from '../../../src/random.js';
import { variable } from './chains.js';
import { makeZip } from '../bytes/makeZip.js';
import { h5File } from './h5File.js';
import { archive, legacy } from './kerasFiles.js';
import type { KerasLayer, Variable } from './kerasFiles.js';
import { activate, predictChain } from './reference.js';

const random = randomStream(20261129, 'graphs');
const numbers = (...shape: number[]): number[] => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.floor(uniform(random) * 128) / 64 - 1);

/** A tensor as an argument of Keras 3. */
const tensorOf = (layer: string, node = 0, tensor = 0): JsonObject => ({ class_name: '__keras_tensor__', config: { shape: [null, 3], dtype: 'float32', keras_history: [layer, node, tensor] } });
const call = (...args: JsonValue[]): JsonObject => ({ args, kwargs: {} });

function entry(className: string, config: JsonObject & { readonly name: string }, inbound: readonly JsonValue[]): JsonObject {
  return { module: 'keras.layers', class_name: className, config, registered_name: null, name: config.name, inbound_nodes: inbound };
}

const input = (name: string, ...shape: (number | null)[]): JsonObject => entry('InputLayer', { name, batch_shape: [null, ...shape], dtype: 'float32', sparse: false }, []);

function functional(name: string, layers: readonly JsonObject[], inputs: JsonValue, outputs: JsonValue): JsonObject {
  return { module: 'keras', class_name: 'Functional', config: { name, trainable: true, layers, input_layers: inputs, output_layers: outputs }, registered_name: 'Functional' };
}

const dense = (name: string, width: number, units: number): { layer: KerasLayer; kernel: Variable; bias: Variable } => {
  const [kernel, bias] = [variable(random, 'kernel', width, units), variable(random, 'bias', units)];
  return { kernel, bias, layer: { className: 'Dense', config: { name, units }, variables: [{ folder: '', variables: [kernel, bias] }] } };
};

function apply({ bias, kernel }: { kernel: Variable; bias: Variable }, x: readonly number[]): number[] {
  return predictChain([{ className: 'Dense', config: { units: bias.data.length }, variables: [kernel, bias] }], 3, [[x]])[0]?.[0] as number[];
}

function assertClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  assert.is(actual.length, expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => { assert.ok(Math.abs(value - (actual[i] ?? NaN)) <= tolerance * scale, `${actual[i]}, not ${value}`); });
}

const [a, b, c] = [dense('dense', 3, 4), dense('dense', 4, 3), dense('out', 3, 2)];
const normOf = (x: readonly number[]): number[] => x.map((v, i) => ((v - (mean.data[i] ?? 0)) / Math.sqrt((variance.data[i] ?? 0) + 0.001)) * (gamma.data[i] ?? 0) + (beta.data[i] ?? 0));
const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => variable(random, name, 4)) as [Variable, Variable, Variable, Variable];
const norm: KerasLayer = { className: 'BatchNormalization', config: { name: 'norm' }, variables: [{ folder: '', variables: [gamma, beta, mean, variance] }] };
/** An encoder within, used twice, with a name that the outer model has as well; two outputs. */
const expected = (x: readonly number[], z: readonly number[]): { sum: number[]; out: number[] } => {
  const encode = (v: readonly number[]): number[] => apply(b, normOf(apply(a, v)));
  const outer = apply(c, encode(x).map((v, i) => v + (encode(z)[i] ?? 0)));
  return { sum: encode(x).map((v, i) => v + (encode(z)[i] ?? 0)), out: activate('softmax', 3, outer) };
};
const [x, z] = [numbers(3), numbers(3)];

async function assertEncoders(bytes: Uint8Array): Promise<void> {
  const { model } = await importKeras(bytes);
  assert.equal(model.layers.map(({ name }) => name).sort(), ['add', 'dense', 'dense_1', 'norm', 'out', 'out.softmax']);
  const [sum, out] = await model.predictAll([[x], [z]]);
  const { out: wantedOut, sum: wantedSum } = expected(x, z);
  assertClose(sum?.data ?? [], wantedSum);
  assertClose(out?.data ?? [], wantedOut);
}

const second: KerasLayer = { ...b.layer, config: { ...b.layer.config, name: 'dense_1' } };

test('Keras 3: a model within, called twice, whose calls are counted from 1; outputs by names', async () => {
  const encoder = functional('encoder', [
    input('inner', 3), entry('Dense', a.layer.config, [call(tensorOf('inner'))]), entry('BatchNormalization', norm.config, [call(tensorOf('dense'))]), entry('Dense', second.config, [call(tensorOf('norm'))]),
  ], ['inner', 0, 0], ['dense_1', 0, 0]);
  const model = functional('model', [
    input('x', 3), input('z', 3), { ...encoder, name: 'encoder', inbound_nodes: [call(tensorOf('x')), call(tensorOf('z'))] }, entry('Add', { name: 'add' }, [call([tensorOf('encoder', 1), tensorOf('encoder', 2)])]),
    entry('Dense', { ...c.layer.config, activation: { module: 'builtins', class_name: 'function', config: 'softmax', registered_name: 'function' } }, [call(tensorOf('add'))]),
  ], [['x', 0, 0], ['z', 0, 0]], { sum: ['add', 0, 0], out: ['out', 0, 0] });
  const folders = await h5File((root) => {
    const put = (path: string, layer: KerasLayer): void => {
      const group = path.split('/').reduce((at, name) => (at.keys().includes(name) ? at.get(name) as typeof root : at.create_group(name) as typeof root), root);
      layer.variables[0]?.variables.forEach(({ data, shape }, i) => { group.create_dataset({ name: String(i), data, shape: [...shape] }); });
    };
    put('layers/functional/layers/dense/vars', a.layer);
    put('layers/functional/layers/batch_normalization/vars', norm);
    put('layers/functional/layers/dense_1/vars', b.layer);
    put('layers/dense/vars', c.layer);
  });
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const whole = makeZip([{ name: 'config.json', data: text(model) }, { name: 'metadata.json', data: text({ keras_version: '3.9.2' }) }, { name: 'model.weights.h5', data: folders }]);
  await assertEncoders(whole);
  assert.equal((await importKeras(whole)).model.network.outputs.map(({ name }) => name), ['sum', 'out']);
});

test('Keras 2: the same; of a model within all trained weights come first', async () => {
  const at = (layer: string, node = 0): JsonValue => [layer, node, 0, {}];
  const old = (className: string, config: JsonObject & { readonly name: string }, ...calls: JsonValue[]): JsonObject => ({ class_name: className, config, name: config.name, inbound_nodes: calls });
  const oldInput = (name: string): JsonObject => old('InputLayer', { name, batch_input_shape: [null, 3], dtype: 'float32', sparse: false, ragged: false });
  const encoder: JsonObject = { class_name: 'Functional', config: {
    name: 'encoder', layers: [oldInput('inner'), old('Dense', a.layer.config, [at('inner')]), old('BatchNormalization', norm.config, [at('dense')]), old('Dense', second.config, [at('norm')])],
    input_layers: [['inner', 0, 0]], output_layers: [['dense_1', 0, 0]],
  } };
  const model: JsonObject = { class_name: 'Functional', config: {
    name: 'model', layers: [
      oldInput('x'), oldInput('z'), { ...encoder, name: 'encoder', inbound_nodes: [[at('x')], [at('z')]] }, old('Add', { name: 'add' }, [at('encoder', 1), at('encoder', 2)]),
      old('Dense', { ...c.layer.config, activation: 'softmax' }, [at('add')]),
    ], input_layers: [['x', 0, 0], ['z', 0, 0]], output_layers: [['add', 0, 0], ['out', 0, 0]],
  } };
  const own = [a.kernel, a.bias, gamma, beta, b.kernel, b.bias, mean, variance];
  const file = (order: readonly Variable[]): Promise<Uint8Array> => legacy(model, [{ className: 'Functional', config: { name: 'encoder' }, variables: [{ folder: '', variables: order.map((each, i) => ({ ...each, name: `layer${i}/${each.name}` })) }] }, c.layer], { version: '2.15.0' });
  await assertEncoders(await file(own));
  await assertEncoders(await file([a.kernel, a.bias, gamma, beta, mean, variance, b.kernel, b.bias])); // as tf.keras 2.0 had it
});

test('an encoder hands its states to a decoder', async () => {
  const cell = (name: string, width: number): KerasLayer => ({
    className: 'LSTM', config: { name, units: 2, return_state: name === 'encoder', return_sequences: true }, variables: [{ folder: 'cell', variables: [variable(random, 'kernel', width, 8), variable(random, 'recurrent_kernel', 2, 8), variable(random, 'bias', 8)] }],
  });
  const [encoder, decoder] = [cell('encoder', 2), cell('decoder', 2)];
  const states: JsonObject = { args: [tensorOf('y')], kwargs: { initial_state: [tensorOf('encoder', 0, 1), tensorOf('encoder', 0, 2)], training: null, mask: null } };
  const model = functional('model', [input('x', 3, 2), input('y', null, 2), entry('LSTM', encoder.config, [call(tensorOf('x'))]), entry('LSTM', decoder.config, [states])], [['x', 0, 0], ['y', 0, 0]], ['decoder', 0, 0]);
  const { model: found } = await importKeras(await archive(model, [encoder, decoder]));
  // One sequence after another through the encoder's weights, then the decoder's, is what states make of it: both weights equal, it is one sequence.
  const { model: twin } = await importKeras(await archive(model, [encoder, { ...decoder, variables: encoder.variables }]));
  const [first, then] = [[numbers(2), numbers(2), numbers(2)], [numbers(2), numbers(2)]];
  const together = predictChain([{ className: 'LSTM', config: { units: 2, return_sequences: true }, variables: encoder.variables[0]?.variables ?? [] }], 3, [[...first, ...then]])[0] ?? [];
  assertClose((await twin.predict([[first], [then]])).data, together.slice(3).flat());
  assert.not.equal((await found.predict([[first], [then]])).data, (await twin.predict([[first], [then]])).data);
});

test('heads: widths of one head side by side, the bias of the keys without a word; causal by the call', async () => {
  const [T, heads, d, v] = [3, 2, 2, 3];
  const of = (folder: string, ...shapes: number[][]): { folder: string; variables: Variable[] } => ({ folder, variables: shapes.map((shape, i) => variable(random, i === 0 ? 'kernel' : 'bias', ...shape)) });
  const parts = [of('query_dense', [4, heads, d], [heads, d]), of('key_dense', [4, heads, d], [heads, d]), of('value_dense', [4, heads, v], [heads, v]), of('output_dense', [heads, v, 4], [4])];
  const layer: KerasLayer = { className: 'MultiHeadAttention', config: { name: 'heads', num_heads: heads, key_dim: d, value_dim: v, use_bias: true, output_shape: null, attention_axes: [1], dropout: 0 }, variables: parts };
  const model = functional('model', [input('x', T, 4), entry('MultiHeadAttention', layer.config, [{ args: [tensorOf('x'), tensorOf('x')], kwargs: { use_causal_mask: true, training: null } }])], ['x', 0, 0], ['heads', 0, 0]);
  const x3 = Array.from({ length: T }, () => numbers(4));
  const project = (which: number, size: number, row: readonly number[], head: number): number[] => {
    const [kernel, bias] = parts[which]?.variables ?? [];
    return Array.from({ length: size }, (_, k) => row.reduce((sum, value, i) => sum + value * (kernel?.data[(i * heads + head) * size + k] ?? NaN), bias?.data[head * size + k] ?? NaN));
  };
  const [output, outputBias] = parts[3]?.variables ?? [];
  const wanted = x3.flatMap((row, t) => {
    const y = [...outputBias?.data ?? []];
    for (let head = 0; head < heads; head++) {
      const q = project(0, d, row, head);
      const scores = x3.slice(0, t + 1).map((other) => project(1, d, other, head).reduce((sum, value, i) => sum + value * (q[i] ?? NaN), 0) / Math.sqrt(d));
      const weights = activate('softmax', 3, scores);
      const mixed = Array.from({ length: v }, (_, k) => weights.reduce((sum, weight, s) => sum + weight * (project(2, v, x3[s] ?? [], head)[k] ?? NaN), 0));
      for (let o = 0; o < 4; o++) mixed.forEach((value, k) => { y[o] = (y[o] ?? NaN) + value * (output?.data[(head * v + k) * 4 + o] ?? NaN); });
    }
    return y;
  });
  for (const prefix of ['', '_']) { // names of the folders, by version
    const { model: found } = await importKeras(await archive(model, [{ ...layer, variables: parts.map((part) => ({ ...part, folder: prefix + part.folder })) }]));
    assertClose((await found.predict([x3])).data, wanted);
  }
});

test('additive attention: Σ scale·tanh(q + k), its kernels identities', async () => {
  const scale = variable(random, 'scale', 3);
  const [queries, values] = [[numbers(3), numbers(3)], [numbers(3), numbers(3), numbers(3)]];
  const wanted = (weightOf: (i: number) => number): number[] => queries.flatMap((q) => {
    const weights = activate('softmax', 3, values.map((k) => k.reduce((sum, value, i) => sum + weightOf(i) * Math.tanh(value + (q[i] ?? NaN)), 0)));
    return Array.from({ length: 3 }, (_, i) => weights.reduce((sum, weight, s) => sum + weight * (values[s]?.[i] ?? NaN), 0));
  });
  for (const scaled of [true, false]) {
    const layer: KerasLayer = { className: 'AdditiveAttention', config: { name: 'attention', use_scale: scaled, dropout: 0 }, variables: scaled ? [{ folder: '', variables: [scale] }] : [] };
    const model = functional('model', [input('q', 2, 3), input('v', 3, 3), entry('AdditiveAttention', layer.config, [call([tensorOf('q'), tensorOf('v')])])], [['q', 0, 0], ['v', 0, 0]], ['attention', 0, 0]);
    const { model: found } = await importKeras(await archive(model, [layer]));
    assertClose((await found.predict([[queries], [values]])).data, wanted((i) => (scaled ? scale.data[i] ?? NaN : 1)));
  }
});

test('biases of cuDNN: of LSTM added, of GRU apart', async () => {
  const [kernel, recurrent] = [variable(random, 'kernel', 3, 8), variable(random, 'recurrent_kernel', 2, 8)];
  const bias = variable(random, 'bias', 16);
  const added = { name: 'bias', shape: [8], data: bias.data.slice(0, 8).map((value, i) => value + (bias.data[8 + i] ?? NaN)) };
  const [gruKernel, gruRecurrent, gruBias] = [variable(random, 'kernel', 2, 6), variable(random, 'recurrent_kernel', 2, 6), variable(random, 'bias', 12)];
  const layers: KerasLayer[] = [
    { className: 'CuDNNLSTM', config: { name: 'cu_dnnlstm', units: 2, return_sequences: true, batch_input_shape: [null, 4, 3] }, variables: [{ folder: '', variables: [kernel, recurrent, bias] }] },
    { className: 'CuDNNGRU', config: { name: 'cu_dnngru', units: 2 }, variables: [{ folder: '', variables: [gruKernel, gruRecurrent, gruBias] }] },
  ];
  const model: JsonObject = { class_name: 'Sequential', config: layers.map(({ className, config }) => ({ class_name: className, config })) };
  const { model: found } = await importKeras(await legacy(model, layers, { version: '2.2.4' }));
  const x4 = Array.from({ length: 4 }, () => numbers(3));
  assertClose((await found.predict([x4])).data, predictChain([
    { className: 'LSTM', config: { units: 2, return_sequences: true }, variables: [kernel, recurrent, added] }, { className: 'GRU', config: { units: 2, reset_after: true }, variables: [gruKernel, gruRecurrent, { ...gruBias, shape: [2, 6] }] },
  ], 2, [x4]).flat(2));
});

test.run();
