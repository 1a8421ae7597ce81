/** Files that Keras itself has written, beside the project: outputs against Keras's formulas by hand, on weights that libhdf5 reads. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importKeras } from '../../../src/convert/index.js';
import { Hdf5Dataset, openHdf5 } from '../../../src/convert/keras/hdf5/objects.js';
import { ConversionError, Dense, Sequential } from '../../../src/index.js';
import type { JsonObject } from '../../../src/json.js';
import { sharedModel } from '../shared.js';
import { readByLibrary } from './h5File.js';
import { predictChain } from './reference.js';
import type { ReferenceLayer } from './reference.js';

/** Samples of a shape, quite like normalised prices. */
function samples(count: number, steps: number, features: number): number[][][] {
  return Array.from({ length: count }, (_, b) => Array.from({ length: steps }, (_t, t) => Array.from({ length: features }, (_f, f) => Math.fround(0.1 * Math.sin(0.3 * t + b + 2 * f) + 0.02 * t))));
}

/** With the variables of each layer by their paths. */
async function reference(bytes: Uint8Array, layers: readonly { className: string; config: JsonObject; paths: readonly string[] }[]): Promise<ReferenceLayer[]> {
  return Promise.all(layers.map(async ({ paths, ...layer }) => ({
    ...layer, variables: (await readByLibrary(bytes, paths)).map(({ shape, data }, i) => ({ name: paths[i] ?? '', shape, data: Float32Array.from(data) })),
  })));
}

const weights = (layer: string, ...names: string[]): string[] => names.map((name) => `model_weights/${layer}/${layer}/${name}:0`);

async function assertPredictions(bytes: Uint8Array, layers: readonly ReferenceLayer[], x: number[][][]): Promise<readonly string[]> {
  const { model, notes } = await importKeras(bytes);
  const y = await model.predict(x);
  const expected = predictChain(layers, 2, x).flat(2);
  const scale = Math.max(...expected.map(Math.abs));
  assert.is(y.data.length, expected.length);
  expected.forEach((value, i) => { assert.ok(Math.abs(value - (y.data[i] ?? NaN)) <= 1e-5 * scale, `${y.data[i]}, not ${value}`); });
  return notes;
}

/** Where the HDF5 file begins that is stored in a zip file. */
function hdf5Within(bytes: Uint8Array): number {
  return Buffer.from(bytes).indexOf(Buffer.from([0x89, 0x48, 0x44, 0x46]));
}

test('Keras 2.2.2: three LSTM with hard sigmoids on index windows, with the state of Adam', async () => {
  const bytes = sharedModel('keras2_lstm_sp500.h5');
  if (!bytes) return;
  const lstm = (name: string, sequences: boolean): { className: string; config: JsonObject; paths: string[] } => ({
    className: 'LSTM', config: { units: 100, recurrent_activation: 'hard_sigmoid', return_sequences: sequences }, paths: weights(name, 'kernel', 'recurrent_kernel', 'bias'),
  });
  const layers = await reference(bytes, [
    lstm('lstm_1', true), lstm('lstm_2', true), lstm('lstm_3', false), { className: 'Dense', config: { units: 1 }, paths: weights('dense_1', 'kernel', 'bias') },
  ]);
  const x = samples(3, 49, 2);
  assert.equal(await assertPredictions(bytes, layers, x), []);
  const { model } = await importKeras(bytes);
  assert.is(model.position.step, 248);
  assert.match(model.summary(), 'Adam, loss mse');
  const [first] = await model.fit(x, [[0.1], [0.2], [0.3]], { epochs: 1 }).then(({ history }) => history.loss ?? []);
  assert.ok(Number.isFinite(first));
});

test('tf.keras 2.2.4: strided convolutions and an LSTM; a loss of its own is said, not taken', async () => {
  const bytes = sharedModel('keras2_conv1d_lstm.h5');
  if (!bytes) return;
  const conv = (name: string): { className: string; config: JsonObject; paths: string[] } => ({
    className: 'Conv1D', config: { strides: [12], dilation_rate: [1], padding: 'same' }, paths: weights(name, 'kernel', 'bias'),
  });
  const layers = await reference(bytes, [
    conv('conv1d'), conv('conv1d_1'), { className: 'LSTM', config: { units: 36 }, paths: weights('lstm', 'kernel', 'recurrent_kernel', 'bias') },
    { className: 'Dense', config: { units: 1 }, paths: weights('dense', 'kernel', 'bias') },
  ]);
  assert.equal(await assertPredictions(bytes, layers, samples(3, 180, 1)), ['not compiled: loss "error_to_signal" has no counterpart']);
});

test('Keras 3.15: a class of its own is refused, its weights go into a model that is given', async () => {
  const bytes = sharedModel('keras3_nested_dense.keras');
  if (!bytes) return;
  const error = await importKeras(bytes).then(() => undefined, (cause: unknown) => cause);
  assert.ok(error instanceof ConversionError);
  assert.equal(error.problems, ['NestedDenseModel: a model that is a class of its own, whose code is not in the file']);
  const dense = (): Dense => new Dense({ units: 4, useBias: false });
  const model = new Sequential([dense(), dense(), dense(), new Dense({ units: 2 })], { inputShape: [4] });
  await importKeras(bytes, model);
  const [first, last] = await readByLibrary(bytes.slice(hdf5Within(bytes)), ['layers/dense/vars/0', 'layers/dense_3/vars/0']);
  assert.equal(Float64Array.from(model.getWeights()['dense/kernel']?.data ?? []), first?.data);
  assert.equal(Float64Array.from(model.getWeights()['dense_3/kernel']?.data ?? []), last?.data);
});

test('the newest layout with forty links, of the files beside the project', async () => {
  const bytes = sharedModel('hdf5_latest_layout.h5');
  if (!bytes) return;
  const root = openHdf5('test', bytes);
  assert.is(root.names.length, 40);
  const last = root.get('w39');
  assert.ok(last instanceof Hdf5Dataset);
  assert.equal([...(await last.read()).data], Array.from({ length: 40 }, (_, i) => i));
});

for (const [name, folder] of [['keras2_made_by_h5py.h5', 'model_weights'], ['keras3_made_by_h5py.keras', 'layers']] as const) {
  test(`${name}: in the shape of such files`, async () => {
    const whole = sharedModel(name);
    if (!whole) return;
    const bytes = whole.slice(hdf5Within(whole));
    const own = folder === 'layers'
      ? [['0', '1', '2'].map((i) => `layers/lstm/cell/vars/${i}`), ['0', '1'].map((i) => `layers/dense/vars/${i}`)]
      : [weights('lstm', 'lstm_cell/kernel', 'lstm_cell/recurrent_kernel', 'lstm_cell/bias'), weights('dense', 'kernel', 'bias')];
    const layers = await reference(bytes, [{ className: 'LSTM', config: { units: 5 }, paths: own[0] ?? [] }, { className: 'Dense', config: { units: 1 }, paths: own[1] ?? [] }]);
    assert.equal(await assertPredictions(whole, layers, samples(2, 7, 3)), []);
  });
}

test.run();
