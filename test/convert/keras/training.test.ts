/** What training goes on from: a model of ours that was trained is written as Keras would write it, read, and trained on beside the first. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras } from '../../../src/convert/index.js';
import { Adagrad, Adam, AdamW, Dense, GRU, Nadam, RMSprop, SGD, Sequential, loadModel } from '../../../src/index.js';
import type { Model } from '../../../src/index.js';
import type { Optimizer } from '../../../src/optimizers/optimizer.js';
import type { JsonObject } from '../../../src/json.js';
import { swapGates } from '../../../src/convert/keras/variables.js';
import { decodeTensorFile } from '../../../src/models/files/safetensors.js';
import { randomData } from '../../models/support.js';
import { archive, legacy, sequential } from './kerasFiles.js';
import type { KerasLayer, Variable } from './kerasFiles.js';

const units = 2;
const { x, y } = randomData(12, [4, 3], [1]);

const keys = ['gru/kernel', 'gru/recurrentKernel', 'gru/bias', 'gru/recurrentBias', 'dense/kernel', 'dense/bias'] as const;

/** Variables of Keras from tensors under our keys: gates z, r, h, and GRU's biases as one. */
function variablesOf(at: (key: string) => Float32Array): Variable[] {
  const gru = (key: string): Float32Array => swapGates(at(key), units) as Float32Array;
  return [
    { name: 'kernel', shape: [3, 3 * units], data: gru(keys[0]) }, { name: 'recurrent_kernel', shape: [units, 3 * units], data: gru(keys[1]) },
    { name: 'bias', shape: [2, 3 * units], data: Float32Array.from([...gru(keys[2]), ...gru(keys[3])]) }, { name: 'kernel', shape: [units, 1], data: at(keys[4]) }, { name: 'bias', shape: [1], data: at(keys[5]) },
  ];
}

const layersOf = (variables: readonly Variable[]): KerasLayer[] => [
  { className: 'GRU', config: { name: 'gru', units, reset_after: true, batch_input_shape: [null, 4, 3] }, variables: [{ folder: 'cell', variables: variables.slice(0, 3) }] },
  { className: 'Dense', config: { name: 'dense', units: 1 }, variables: [{ folder: '', variables: variables.slice(3) }] },
];

interface Case {
  readonly optimizer: Optimizer;
  readonly config: JsonObject;
  /** Keras's slots in its order from ours; `pairs`: m, v, m, v, … */
  readonly slots: readonly { readonly ours: string; readonly theirs: (value: number, at: (slot: string) => number) => number }[];
  readonly pairs?: boolean;
  /** Behind all others: Nadam's product. */
  readonly last?: boolean;
}

const plain = (ours: string): Case['slots'][number] => ({ ours, theirs: (value) => value });

const cases: Readonly<Record<string, Case>> = {
  SGD: { optimizer: new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true }), config: { learning_rate: 0.1, momentum: 0.9, nesterov: true }, slots: [plain('velocity')] },
  'SGD without momentum': { optimizer: new SGD({ learningRate: 0.1, globalClipNorm: 1 }), config: { learning_rate: 0.1, momentum: 0, nesterov: false, global_clipnorm: 1 }, slots: [] },
  RMSprop: {
    optimizer: new RMSprop({ learningRate: 0.01, momentum: 0.5, centered: true }), config: { learning_rate: 0.01, rho: 0.9, momentum: 0.5, centered: true, epsilon: 1e-7 },
    slots: [{ ours: 'v', theirs: (value, at) => value + at('mean') ** 2 }, plain('velocity'), plain('mean')],
  },
  Adam: { optimizer: new Adam({ learningRate: 0.01, amsgrad: true }), config: { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: true, weight_decay: null }, slots: [plain('m'), plain('v'), plain('vMax')], pairs: true },
  AdamW: { optimizer: new AdamW({ learningRate: 0.01, weightDecay: 0.004 }), config: { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false, weight_decay: 0.004, use_ema: false, ema_momentum: 0.99 }, slots: [plain('m'), plain('v')], pairs: true },
  Nadam: { optimizer: new Nadam({ learningRate: 0.01 }), config: { learning_rate: 0.01, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }, slots: [plain('m'), plain('v')], pairs: true, last: true },
  Adagrad: { optimizer: new Adagrad({ learningRate: 0.1 }), config: { learning_rate: 0.1, initial_accumulator_value: 0.1, epsilon: 1e-7 }, slots: [{ ours: 'v', theirs: (value) => value + 0.1 }] },
};

interface Written { readonly layers: KerasLayer[]; readonly model: JsonObject; readonly state: readonly Variable[][]; readonly steps: Variable; readonly first: Sequential }

async function trained({ optimizer, slots }: Case): Promise<Written> {
  const first = new Sequential([new GRU({ units }), new Dense({ units: 1 })], { inputShape: [4, 3], seed: 4 });
  first.compile({ loss: 'mse', optimizer, metrics: ['mae'] });
  await first.fit(x, y, { epochs: 2, batchSize: 4, shuffle: false });
  const { tensors } = decodeTensorFile(first.toBytes());
  const tensor = (name: string): Float32Array => (tensors.get(name)?.data ?? new Float32Array(0)) as Float32Array;
  const state = slots.map(({ ours, theirs }) => variablesOf((key) => tensor(`optimizer:${ours}/${key}`).map((value, i) => theirs(value, (slot) => tensor(`optimizer:${slot}/${key}`)[i] ?? NaN))));
  const layers = layersOf(variablesOf(tensor));
  return { layers, model: sequential(layers), state, steps: { name: 'iteration', shape: [], data: Float32Array.of(6) }, first };
}

/** The largest difference of a weight. */
function difference(a: Sequential, b: Model): number {
  const [left, right] = [a.getWeights(), b.getWeights()];
  return Math.max(...keys.flatMap((key) => Array.from(left[key]?.data ?? [NaN], (value, i) => Math.abs(value - (right[key]?.data[i] ?? NaN)))));
}

for (const [name, each] of Object.entries(cases)) {
  test(`${name}: training goes on from a .keras file`, async () => {
    const { first, layers, model, state, steps } = await trained(each);
    const [one = [], two = [], ...rest] = state;
    const arranged = each.pairs ? [...one.flatMap((variable, i) => [variable, two[i] ?? variable]), ...rest.flat()] : state.flat();
    const variables = [steps, { name: 'learning_rate', shape: [], data: Float32Array.of(0.5) }, ...arranged, ...(each.last ? [{ name: 'product', shape: [], data: Float32Array.of(0.3) }] : [])];
    const config = { optimizer: { class_name: name.split(' ')[0] ?? '', config: { name: 'optimizer', ...each.config } }, loss: 'mse', loss_weights: null, metrics: ['mae'], weighted_metrics: null };
    const { model: second, notes } = await importKeras(await archive(model, layers, { trained: { config, variables } }));
    assert.equal(notes, []);
    assert.is(second.position.step, 6);
    const again = await loadModel(second.toBytes()); // what was taken goes into our own files, too
    for (const trainee of [first, second, again]) await trainee.fit(x, y, { epochs: 1, batchSize: 4, shuffle: false });
    assert.ok(difference(first, second) <= 1e-6, `${difference(first, second)}`);
    assert.ok(difference(first, again) <= 1e-6);
    const untrained = await importKeras(await archive(model, layers, { trained: { config, variables: [] } }));
    await untrained.model.fit(x, y, { epochs: 1, batchSize: 4, shuffle: false });
    if (each.slots.length > 0) assert.ok(difference(first, untrained.model) > 1e-5, 'without the state it is another training');
  });
}

test('Adam of .h5 files: all m, then all v, as Keras had it before 2.11; and with v̂ of no use', async () => {
  const each: Case = { optimizer: new Adam({ learningRate: 0.01 }), config: { lr: 0.01, beta_1: 0.9, beta_2: 0.999, decay: 0, epsilon: 1e-7, amsgrad: false }, slots: [plain('m'), plain('v')] };
  for (const dummies of [false, true]) {
    const { first, layers, model, state, steps } = await trained(each);
    const unused = dummies ? Array.from({ length: 5 }, (_, i) => ({ name: `vhat_${i}`, shape: [1], data: Float32Array.of(0) })) : [];
    const variables = [steps, ...state.flat(), ...unused];
    const names = variables.map((_, i) => (i === 0 ? 'Adam/iterations:0' : `training/Adam/Variable_${i}:0`));
    const config = { optimizer_config: { class_name: 'Adam', config: each.config }, loss: 'mean_squared_error', metrics: [], loss_weights: null, sample_weight_mode: null };
    const { model: second, notes } = await importKeras(await legacy(model, layers, { version: '2.2.4-tf', trained: { config, variables, names } }));
    assert.equal(notes, []);
    for (const trainee of [first, second]) await trainee.fit(x, y, { epochs: 1, batchSize: 4, shuffle: false });
    assert.ok(difference(first, second) <= 1e-6);
  }
});

test('what has no counterpart leaves the model as it is, with a note', async () => {
  const { layers, model } = await trained({ optimizer: new SGD(), config: {}, slots: [] });
  const note = async (config: JsonObject): Promise<readonly string[]> => (await importKeras(await archive(model, layers, { trained: { config: { optimizer: { class_name: 'SGD', config: { learning_rate: 0.1 } }, ...config }, variables: [] } }))).notes;
  assert.equal(await note({ loss: 'hinge' }), ['not compiled: loss "hinge" has no counterpart']);
  assert.equal(await note({ loss: { class_name: 'BinaryCrossentropy', config: { from_logits: false } } }), ['not compiled: loss binary_crossentropy: from_logits false does not go with what the output ends in']);
  assert.equal(await note({ loss: { class_name: 'BinaryCrossentropy', config: { from_logits: true, label_smoothing: 0.1 } } }), []);
  assert.equal(await note({ loss: 'mse', metrics: ['mae', 'cosine_similarity', { class_name: 'RootMeanSquaredError', config: {} }] }), ['metric "cosine_similarity" has no counterpart']);
  assert.equal(await note({ loss: 'mse', optimizer: { class_name: 'Lion', config: {} } }), ["not compiled: optimizer Lion: loadModel: optimizer must be SGD | RMSprop | Adagrad | Adam | AdamW | Nadam, got Lion. Pass your own optimisers as customOptimizers."]);
  assert.equal(await note({ loss: 'mse', optimizer: { class_name: 'SGD', config: { learning_rate: { class_name: 'ExponentialDecay', config: {} } } } }), ['not compiled: optimizer SGD: learning_rate {"class_name":"ExponentialDecay","config":{}} has no counterpart']);
  assert.equal(await note({ loss: ['mse', 'mae'] }), ['not compiled: loss ["mse","mae"] is not one for each output']);
});

test.run();
