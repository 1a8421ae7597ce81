/** The table of docs/convert-keras.md, each cell derived from what becomes of a file. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras, importTensorFlowJs } from '../../../src/convert/index.js';
import { Activation, BatchNorm, Bidirectional, GRU, LSTM, LayerNorm } from '../../../src/index.js';
import type { Model } from '../../../src/index.js';
import type { JsonObject } from '../../../src/json.js';
import type { KerasLayer, Variable } from './kerasFiles.js';
import { archive, legacy, sequential } from './kerasFiles.js';

type Writer = 'Keras 3' | 'Keras 2' | 'Keras up to 2.2' | 'TensorFlow.js';

const H = 2;
const D = 3;

/** A variable of which every column holds the number of its gate. */
function byGate(name: string, gates: number, ...rows: number[]): Variable {
  const shape = [...rows, gates * H];
  const size = shape.reduce((product, n) => product * n, 1);
  return { name, shape, data: Float32Array.from({ length: size }, (_, i) => Math.floor((i % (gates * H)) / H) + 1) };
}

async function read(writer: Writer, layers: readonly KerasLayer[], shape: readonly (number | null)[] = [null, 5, D]): Promise<Model> {
  const input: KerasLayer = { className: 'InputLayer', config: { name: 'input', batch_input_shape: shape }, variables: [] };
  const model = sequential([input, ...layers]);
  switch (writer) {
    case 'Keras 3': return (await importKeras(await archive(model, layers))).model;
    case 'Keras 2': return (await importKeras(await legacy(model, layers, { version: '2.15.0' }))).model;
    case 'Keras up to 2.2': return (await importKeras(await legacy(model, layers, { version: '2.2.4' }))).model;
    case 'TensorFlow.js': {
      const all = layers.flatMap(({ config, variables }) => variables.flatMap((each) => each.variables.map((variable) => ({ ...variable, name: `${config.name}/${variable.name}` }))));
      const bytes = new Uint8Array(Buffer.concat(all.map(({ data }) => Buffer.from(data.buffer))));
      const json: JsonObject = { modelTopology: { ...model, keras_version: 'tfjs-layers 4.22.0' }, weightsManifest: [{ paths: ['w'], weights: all.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) }] };
      return (await importTensorFlowJs(json, bytes)).model;
    }
  }
}

function cell(className: string, config: JsonObject, gates: number, biasRows: readonly number[] | undefined): KerasLayer {
  const bias = biasRows ? [byGate('bias', gates, ...biasRows)] : [];
  return {
    className, config: { name: 'cell', units: H, use_bias: bias.length > 0, ...config },
    variables: [{ folder: 'cell', variables: [byGate('kernel', gates, D), byGate('recurrent_kernel', gates, H), ...bias] }],
  };
}

/** Which of Keras's gates, counted from 1, lies in each place here. */
function gateOrder(model: Model, key: string, gates: number): number[] {
  const data = model.getWeights()[key]?.data ?? [];
  return Array.from({ length: gates }, (_, gate) => data[gate * H] ?? NaN);
}

/** Keras's order in its letters, from the places that its gates have here. */
function named(places: readonly number[], letters: readonly string[]): string {
  return places.map((_, theirs) => letters[places.indexOf(theirs + 1)] ?? '?').join(', ');
}

const rows: Readonly<Record<string, (writer: Writer) => Promise<string>>> = {
  'gates of LSTM (i, f, g, o here)': async (writer) => {
    const model = await read(writer, [cell('LSTM', {}, 4, [])]);
    for (const key of ['cell/kernel', 'cell/recurrentKernel', 'cell/bias']) assert.equal(gateOrder(model, key, 4), [1, 2, 3, 4], key);
    return named(gateOrder(model, 'cell/kernel', 4), ['i', 'f', 'c', 'o']);
  },
  'gates of GRU (r, z, n here)': async (writer) => {
    const model = await read(writer, [cell('GRU', { reset_after: true }, 3, [2])]);
    for (const key of ['cell/kernel', 'cell/recurrentKernel', 'cell/bias', 'cell/recurrentBias']) assert.equal(gateOrder(model, key, 3), [2, 1, 3], key);
    return named(gateOrder(model, 'cell/kernel', 3), ['r', 'z', 'h']);
  },
  'bias of LSTM': async (writer) => {
    const model = await read(writer, [cell('LSTM', {}, 4, [])]);
    assert.equal(model.getWeights()['cell/bias']?.shape, [4 * H]);
    return '[4H]';
  },
  'bias of GRU, reset after': async (writer) => {
    const model = await read(writer, [cell('GRU', { reset_after: true }, 3, [2])]);
    assert.equal([model.getWeights()['cell/bias']?.shape, model.getWeights()['cell/recurrentBias']?.shape], [[3 * H], [3 * H]]);
    return '[2, 3H]';
  },
  'bias of GRU, reset before': async (writer) => {
    const model = await read(writer, [cell('GRU', { reset_after: false }, 3, [])]);
    assert.equal([model.getWeights()['cell/bias']?.shape, model.getWeights()['cell/recurrentBias']], [[3 * H], undefined]);
    return '[3H]';
  },
  'GRU that does not say': async (writer) => {
    const [layer] = (await read(writer, [cell('GRU', {}, 3, undefined)])).layers;
    assert.ok(layer instanceof GRU);
    return layer.config().resetAfter === true ? 'after' : 'before';
  },
  'gates that do not say': async (writer) => {
    const [layer] = (await read(writer, [cell('LSTM', {}, 4, undefined)])).layers;
    assert.ok(layer instanceof LSTM);
    return layer.config().recurrentActivation === 'sigmoid' ? 'sigmoid' : 'hard_sigmoid';
  },
  hard_sigmoid: async (writer) => {
    const [layer] = (await read(writer, [cell('LSTM', { recurrent_activation: 'hard_sigmoid' }, 4, undefined)])).layers;
    return layer?.config().recurrentActivation === 'hardSigmoidSixth' ? 'clip(x/6 + ½)' : 'clip(x/5 + ½)';
  },
  'leaky_relu, LeakyReLU': async (writer) => {
    const layers = [{ className: 'Activation', config: { name: 'a', activation: 'leaky_relu' }, variables: [] }, { className: 'LeakyReLU', config: { name: 'b' }, variables: [] }];
    return (await read(writer, layers)).layers.map((layer) => (layer instanceof Activation ? layer.alpha : NaN)).join(', ');
  },
  'BatchNormalization ε, momentum': async (writer) => {
    const variables = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => ({ name, shape: [D], data: new Float32Array(D).fill(1) }));
    const [layer] = (await read(writer, [{ className: 'BatchNormalization', config: { name: 'norm' }, variables: [{ folder: '', variables }] }])).layers;
    assert.ok(layer instanceof BatchNorm);
    return `${layer.epsilon}, ${layer.momentum}`;
  },
  'LayerNormalization ε': async (writer) => {
    const variables = ['gamma', 'beta'].map((name) => ({ name, shape: [D], data: new Float32Array(D).fill(1) }));
    const [layer] = (await read(writer, [{ className: 'LayerNormalization', config: { name: 'norm' }, variables: [{ folder: '', variables }] }])).layers;
    assert.ok(layer instanceof LayerNorm);
    return String(layer.epsilon);
  },
  'padded steps of Bidirectional': async (writer) => {
    const inner = cell('LSTM', { return_sequences: true }, 4, undefined);
    const [{ variables = [] } = {}] = inner.variables;
    const layer: KerasLayer = {
      className: 'Bidirectional', config: { name: 'both', merge_mode: 'concat', layer: { class_name: 'LSTM', config: inner.config } }, variables: ['forward_layer/cell', 'backward_layer/cell'].map((folder) => ({ folder, variables })),
    };
    const masking: KerasLayer = { className: 'Masking', config: { name: 'mask', mask_value: 0 }, variables: [] };
    const model = await read(writer, [masking, layer]);
    assert.ok(model.layers[1] instanceof Bidirectional);
    const y = await model.predict([[[1, 2, 3], [0, 0, 0], [3, 2, 1], [1, 1, 1], [0, 0, 0]]]);
    const last = Array.from({ length: 2 * H }, (_, i) => y.get(0, 4, i));
    return last.every((value) => value === 0) ? 'zeros' : last.slice(0, H).every((value, i) => value === y.get(0, 3, i)) ? 'repeated' : 'else';
  },
  'a mask before Conv1D': async (writer) => {
    const conv: KerasLayer = {
      className: 'Conv1D', config: { name: 'conv1d', filters: 1, kernel_size: [2] }, variables: [{ folder: '', variables: [{ name: 'kernel', shape: [2, D, 1], data: new Float32Array(2 * D) }, { name: 'bias', shape: [1], data: new Float32Array(1) }] }],
    };
    const model = await read(writer, [{ className: 'Masking', config: { name: 'mask', mask_value: 0 }, variables: [] }, conv]);
    return model.layers.some(({ name }) => name === 'conv1d.unmasked') ? 'ends' : 'goes on';
  },
};

/** The cells of the table that stands below a heading. */
const page = readFileSync(new URL('../../../../docs/convert-keras.md', import.meta.url), 'utf8');
const [head = [], , ...body] = (/## Orders, biases, defaults\n[\s\S]*?\n(\|[\s\S]*?)\n\n/.exec(page)?.[1] ?? '').split('\n').map((line) => line.split('|').slice(1, -1).map((text) => text.trim()));

test('the table has these rows, and no others', () => {
  assert.equal(body.map(([label]) => label), Object.keys(rows));
  assert.equal(head.slice(1), ['Keras 3', 'Keras 2', 'Keras up to 2.2', 'TensorFlow.js']);
});

for (const [label = '', ...cells] of body) {
  test(label, async () => {
    for (const [i, text] of cells.entries()) assert.is(await rows[label]?.(head[i + 1] as Writer), text, `${label}, ${head[i + 1]}`);
  });
}

test.run();
