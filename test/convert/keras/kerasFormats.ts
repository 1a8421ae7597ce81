/** Keras files and models of TensorFlow.js with one thing changed: what `formats.ts` lists of them. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { exportTensorFlowJs, importKeras, importTensorFlowJs } from '../../../src/convert/index.js';
import { entryBytes, readZip } from '../../../src/convert/bytes/zip.js';
import { Hdf5Group, openHdf5 } from '../../../src/convert/keras/hdf5/objects.js';
import { BatchNorm, Bidirectional, Dense, LSTM, Sequential } from '../../../src/index.js';
import { randomStream, uniform } from '../../../src/random.js';
import type { RandomGenerator } from '../../../src/random.js';
import { makeZip } from '../bytes/makeZip.js';
import { changeBytes, pick, wholeModel } from '../mutations.js';
import type { MutatedFormat, Mutation } from '../mutations.js';
import { makeChain } from './chains.js';
import type { Spec } from './chains.js';
import { archive, legacy, sequential } from './kerasFiles.js';
import type { KerasLayer } from './kerasFiles.js';

const spec: Spec = { kind: 'GRU', inner: 'LSTM', units: 3, activation: 'tanh', recurrent: 'hard_sigmoid', bias: true, flag: true, mode: 'concat', padding: 'same', taps: 2, softmax: false };
const chain = makeChain(randomStream(1, 'mutated'), [{ ...spec, kind: 'Conv1D' }, { ...spec, kind: 'Bidirectional' }, { ...spec, kind: 'BatchNormalization' }, { ...spec, flag: false }, { ...spec, kind: 'TimeDistributed', softmax: true }], false, true);
const model = sequential([{ className: 'InputLayer', config: { name: 'input', batch_shape: [null, chain.steps, chain.features] }, variables: [] }, ...chain.layers]);
const trained = { config: { loss: 'mse', optimizer: { class_name: 'Adam', config: { learning_rate: 0.01 } }, metrics: ['mae'] }, variables: [{ name: 'iteration', shape: [], data: Float32Array.of(3) }] };

/** More than 1 MB of weights, against which the limit on memory says something. */
const [features, units] = [512, 600];
const wide: KerasLayer[] = [
  { className: 'InputLayer', config: { name: 'input', batch_shape: [null, features] }, variables: [] },
  { className: 'Dense', config: { name: 'wide', units }, variables: [{ folder: '', variables: [
    { name: 'kernel', shape: [features, units], data: Float32Array.from({ length: features * units }, (_, i) => Math.sin(i)) }, { name: 'bias', shape: [units], data: new Float32Array(units) },
  ] }] },
];

/** What no configuration has where a value was. */
const strange = ['-1', '0', '1', '2', '1.5', '1e9', '2147483648', '9007199254740993', '1e300', 'null', 'true', '""', '"x"', '"LSTM"', '"Lambda"', '[]', '{}', '[[]]', '[null,4,3]', '{"class_name":"Dense","config":{}}'];

/** Another value in place of one of a JSON text. */
function changeValue(text: string, random: RandomGenerator): { what: string; text: string } {
  const found = pick([...text.matchAll(/(?<=[:,[])(?:-?\d[\d.e+-]*|null|true|false|"[^"\\]*")(?=[,\]}])/g)], random);
  const other = pick(strange, random);
  return { what: `${found[0]} at ${found.index} → ${other}`, text: text.slice(0, found.index) + other + text.slice(found.index + found[0].length) };
}

/** A file of the archive changed, its checksum with it. */
async function insideArchive(bytes: Uint8Array, random: RandomGenerator): Promise<Mutation> {
  const entries = await Promise.all([...readZip('test', bytes).values()].map(async (entry) => ({ name: entry.name, data: await entryBytes('test', entry, 2 ** 24) })));
  const chosen = pick(entries, random);
  const json = chosen.name.endsWith('.json') && uniform(random) < 0.8;
  const changed = json ? changeValue(Buffer.from(chosen.data).toString(), random) : undefined;
  const { what, bytes: data } = changed ? { what: changed.what, bytes: new Uint8Array(Buffer.from(changed.text)) } : changeBytes(chosen.data, random);
  return { what: `${chosen.name}: ${what}`, bytes: makeZip(entries.map((entry) => (entry === chosen ? { name: entry.name, data } : entry))) };
}

/** Objects of an HDF5 file with all their attributes; of groups of more than a hundred the first few, as what is read of them is garbage that counts. */
async function readEverything(bytes: Uint8Array): Promise<() => void> {
  const visit = async (group: Hdf5Group, depth: number): Promise<void> => {
    assert.ok([...group.attributes.keys()].every((name) => typeof name === 'string'));
    for (const name of depth > 20 ? [] : group.names.length > 100 ? group.names.slice(0, 10) : group.names) {
      if (name === 'pages') continue;
      const child = group.get(name);
      if (child instanceof Hdf5Group) await visit(child, depth + 1);
      else if (child) {
        const { data, shape } = await child.read();
        assert.is(data.length, shape.reduce((size, n) => size * n, 1), child.path);
      }
    }
  };
  await visit(openHdf5('test', bytes), 0);
  return () => undefined;
}

const golden = (version: string): Uint8Array => new Uint8Array(readFileSync(new URL(`../../../../test/golden/data/hdf5/${version}.h5`, import.meta.url)));

/** Both files as one: the length of the first, the first, the second. */
async function tensorFlowJsFile(): Promise<Uint8Array> {
  const small = new Sequential([new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }) }), new BatchNorm(), new Dense({ units: 1 })], { inputShape: [4, 3] });
  const { modelJson, weights } = await exportTensorFlowJs(small, { precision: 'float16' });
  return joined(Buffer.from(JSON.stringify(modelJson)), weights);
}

async function wideTensorFlowJsFile(): Promise<Uint8Array> {
  const { modelJson, weights } = await exportTensorFlowJs(new Sequential([new Dense({ units })], { inputShape: [features] }));
  return joined(Buffer.from(JSON.stringify(modelJson)), weights);
}

function joined(json: Uint8Array, weights: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  return new Uint8Array(Buffer.concat([size, json, weights]));
}

function parted(bytes: Uint8Array): { json: string; weights: Uint8Array } {
  const length = bytes.length < 4 ? 0 : Buffer.from(bytes).readUInt32LE(0);
  return { json: Buffer.from(bytes.subarray(4, 4 + length)).toString(), weights: bytes.subarray(4 + length) };
}

export const kerasFormats: readonly MutatedFormat[] = [
  {
    name: 'keras', files: async () => [await archive(model, chain.layers, { trained }), await archive(model, chain.layers, { version: '2.15.0' }), await archive(sequential(wide), wide, {})],
    read: async (bytes) => wholeModel((await importKeras(bytes)).model), inside: insideArchive,
  },
  {
    name: 'keras-h5', files: async () => [await legacy(model, chain.layers.map((layer) => ({ ...layer, variables: layer.variables.filter(({ folder }) => folder !== 'seed_generator') })), { version: '2.15.0' }), await legacy(sequential(wide), wide, { version: '2.15.0' })],
    read: async (bytes) => wholeModel((await importKeras(bytes)).model),
  },
  { name: 'hdf5', files: async () => [...['earliest', 'v110', 'latest'].map(golden), await legacy(sequential(wide), wide, { version: '2.15.0' })], read: readEverything },
  {
    name: 'tensorflowjs', files: async () => [await tensorFlowJsFile(), await wideTensorFlowJsFile()],
    read: async (bytes) => {
      const { json, weights } = parted(bytes);
      return wholeModel((await importTensorFlowJs(json, weights)).model);
    },
    inside: (bytes, random) => {
      const { json, weights } = parted(bytes);
      const { text, what } = changeValue(json, random);
      return { what, bytes: joined(Buffer.from(text), weights) };
    },
  },
];
