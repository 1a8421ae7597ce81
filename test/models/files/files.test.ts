/** Saved models: what is in them, and that nothing else gets in. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Activation, Adam, ArgumentError, BatchNorm, Bidirectional, DataError, Dense, Dropout, EarlyStopping, FileFormatError, Flatten, GRU, Input, LSTM, LayerNorm,
  Model, RMSprop, Reshape, Sequential, SimpleRNN, cpu, loadModel, warmUp, cosine,
} from '../../../src/index.js';
import type { Forward, JsonObject, JsonValue, Metric, NoTensors, Run, Tensor } from '../../../src/index.js';
import { Layer } from '../../../src/layers/layer.js';
import { decodeTensorFile, encodeTensorFile } from '../../../src/models/files/safetensors.js';
import { decodeModel } from '../../../src/models/files/persist.js';
import { randomStream, uniform } from '../../../src/random.js';
import type { HostTensor } from '../../../src/tensor.js';
import { assertSame, thrown } from '../../support/compare.js';
import { randomTensor } from '../../support/values.js';
import { assertSameState, assertSameWeights, randomData, range, rejected } from '../support.js';

const { x, y } = randomData(7, [4, 2], [1]);

async function trained(): Promise<Sequential> {
  const model = new Sequential([new Bidirectional({ layer: new LSTM({ units: 2 }) }), new BatchNorm(), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 6 });
  model.compile({ loss: { kind: 'quantile', quantile: 0.8 }, optimizer: new Adam({ amsgrad: true }), metrics: ['mae'] });
  await model.fit(x, y, { epochs: 2, batchSize: 4, validationSplit: 0.3, callbacks: [new EarlyStopping({ patience: 3 })] });
  model.metadata = { scaler: { kind: 'standard', mean: [1.5, -2], columns: ['open', 'clöse'] }, note: null };
  return model;
}

/** A reader of the published format that shares no code with ours. */
function independent(bytes: Uint8Array): Record<string, { dtype: string; shape: number[]; values: number[] }> {
  const buffer = Buffer.from(bytes);
  const length = Number(buffer.readBigUInt64LE(0));
  const { __metadata__: _, ...header } = JSON.parse(buffer.toString('utf8', 8, 8 + length)) as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
  return Object.fromEntries(Object.entries(header).map(([name, { dtype, shape, data_offsets: [begin, end] }]) => {
    const size = dtype === 'F32' ? 4 : 8;
    assert.is((8 + length + begin) % size, 0, 'aligned');
    const values = range(0, (end - begin) / size).map((i) => (size === 4 ? buffer.readFloatLE(8 + length + begin + 4 * i) : buffer.readDoubleLE(8 + length + begin + 8 * i)));
    return [name, { dtype, shape, values }];
  }));
}

test('bytes hold all: weights, slots, position, metadata; and any reader finds the weights', async () => {
  const model = await trained();
  const bytes = model.toBytes();
  const again = await loadModel(bytes);
  assertSameState(again, model, 'loaded');
  assertSame(again.toBytes(), bytes, 'saved again');
  assert.equal(again.metadata, model.metadata);
  assert.is(again.summary(), model.summary());
  assert.equal(await again.evaluate(x, y), await model.evaluate(x, y));
  const read = independent(bytes);
  for (const [key, { data, shape }] of Object.entries(model.getWeights())) {
    assert.equal([read[key]?.dtype, read[key]?.shape], ['F32', [...shape]], key);
    assertSame(read[key]?.values ?? [], data, key);
  }
  assert.ok(read['optimizer:vMax/dense/kernel'] && read['callback:0/best/dense/bias']);
  // The same bytes somewhere inside a larger buffer.
  const inside = new Uint8Array(bytes.length + 9);
  inside.set(bytes, 3);
  assertSameState(await loadModel(inside.subarray(3, 3 + bytes.length)), model, 'a view');
});

test('every layer, graph and option comes back', async () => {
  const [a, b] = [Input({ shape: [4, 2] }), Input({ shape: [3] })];
  const [, h, c] = new LSTM({ units: 3, returnState: true, peepholes: true, unitForgetBias: false, goBackwards: true }).applyAll(a);
  assert.ok(h && c);
  const shared = new Dense({ units: 3, activation: 'tanh', useBias: false });
  const mid = new LayerNorm({ epsilon: 1e-2 }).apply(new GRU({ units: 3, returnSequences: true, resetAfter: false, truncate: 2 }).apply([a, shared.apply(b)]));
  const flat = new Flatten().apply(new Bidirectional({ layer: new SimpleRNN({ units: 2, activation: 'relu', returnSequences: true }), mergeMode: 'sum' }).apply(mid));
  const out = new Activation({ kind: 'leakyRelu', alpha: 0.2 }).apply(new Reshape({ targetShape: [2, 4] }).apply(new Dropout({ rate: 0.25 }).apply(flat)));
  const model = new Model({ inputs: [a, b], outputs: [out, shared.apply(h)], seed: 9 });
  model.compile({
    optimizer: new RMSprop({ learningRate: warmUp({ epochs: 2, then: cosine({ rate: 0.01, epochs: 9, floor: 1e-4 }) }), rho: 0.8, clipValue: 2 }),
    loss: [{ kind: 'huber', delta: 0.3 }, 'logCosh'], backend: cpu({ dtype: 'float64' }),
  });
  const inputs = [randomTensor(1, 'a', [5, 4, 2]), randomTensor(1, 'b', [5, 3])];
  const targets = [randomTensor(1, 'y0', [5, 2, 4]), randomTensor(1, 'y1', [5, 3])];
  await model.fit(inputs, targets, { epochs: 2, batchSize: 2 });
  const again = await loadModel(model.toBytes(), { backend: cpu({ dtype: 'float64' }) });
  assertSameState(again, model, 'loaded');
  assertSame(again.toBytes(), model.toBytes(), 'bytes');
  for (const one of [model, again]) await one.fit(inputs, targets, { epochs: 4, batchSize: 2, resume: true });
  assertSameState(again, model, 'trained on');
});

test('an uncompiled model, and one that was loaded on another backend', async () => {
  const model = new Sequential([new GRU({ units: 3 })], { inputShape: [4, 2], seed: 2 });
  const again = await loadModel(model.toBytes());
  assertSameWeights(again, model, 'uncompiled');
  assertSame((await again.predict(x)).data, (await model.predict(x)).data, 'prediction');
  const half = await trained();
  const whole = await loadModel(half.toBytes(), { backend: cpu({ dtype: 'float64' }) });
  assert.instance(whole.getWeights()['dense/kernel']?.data, Float64Array);
  assertSameWeights(whole, half, 'float32 values in float64');
});

class Scale extends Layer<NoTensors, NoTensors, null> {
  override readonly kind = 'scale';
  override readonly className = 'Scale';
  readonly by: number;
  constructor(options: { by: number; name?: string; trainable?: boolean }) {
    super(options);
    this.by = options.by;
  }
  override config(): JsonObject { return { by: this.by }; }
  override outputShapes([shape = []]: readonly (readonly number[])[]): (readonly number[])[] { return [shape]; }
  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, [input]: readonly Tensor[]): Forward<NoTensors, null> {
    return { outputs: input ? [k.scale(input, this.by)] : [], cache: null };
  }
  override backward({ k }: Run, _p: NoTensors, _c: null, [dy]: readonly (Tensor | undefined)[]): Tensor[] {
    return dy ? [k.scale(dy, this.by)] : [];
  }
}

test('layers and metrics of your own', async () => {
  const bias: Metric = { name: 'bias', size: 1, add(sums, { prediction, target, at, targetAt }) { sums[0] = (sums[0] ?? 0) + (prediction[at] ?? 0) - (target[targetAt] ?? 0); }, result: ([sum = 0]) => sum };
  const model = new Sequential([new GRU({ units: 1 }), new Scale({ by: 3 })], { inputShape: [4, 2] });
  model.compile({ loss: 'mse', metrics: [bias] });
  const bytes = model.toBytes();
  const customLayers = { Scale: (options: JsonObject & { readonly name: string }): Scale => new Scale({ name: options.name, by: Number(options.by) }) };
  const again = await loadModel(bytes, { customLayers, customMetrics: [bias] });
  assert.equal(await again.evaluate(x, y), await model.evaluate(x, y));
  assert.match((await rejected(FileFormatError, loadModel(bytes))).message, 'customLayers');
  const metric = await rejected(FileFormatError, loadModel(bytes, { customLayers }));
  assert.match(metric.message, 'customMetrics');
  assert.match(metric.message, "'bias'".slice(1, -1));
});

/** A model file with its description or tensors changed, and a checksum that is right again. */
function changed(bytes: Uint8Array, change: (description: Record<string, JsonValue>, tensors: Map<string, HostTensor>) => void): Uint8Array {
  const { tensors, metadata } = decodeTensorFile(bytes);
  const description = JSON.parse(metadata.bptt ?? '') as Record<string, JsonValue>;
  const all = new Map(tensors);
  change(description, all);
  return encodeTensorFile({ tensors: all, metadata: { ...metadata, bptt: JSON.stringify(description) } });
}

/** The header of a safetensors file rewritten as text, without the checksum. */
function withHeader(bytes: Uint8Array, edit: (header: Record<string, Record<string, unknown>>) => void): Uint8Array {
  const buffer = Buffer.from(bytes);
  const length = Number(buffer.readBigUInt64LE(0));
  const header = JSON.parse(buffer.toString('utf8', 8, 8 + length)) as Record<string, Record<string, unknown>>;
  delete header.__metadata__?.checksum;
  edit(header);
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, buffer.subarray(8 + length)]);
}

test('a file cut off anywhere, or longer than it says, is refused', async () => {
  const bytes = (await trained()).toBytes();
  for (const length of [0, 1, 7, 8, 9, 100, ...range(1, 40).map((i) => Math.floor((i * bytes.length) / 40)), bytes.length - 1]) {
    await rejected(FileFormatError, loadModel(bytes.slice(0, length)));
  }
  await rejected(FileFormatError, loadModel(Uint8Array.from([...bytes, 0])));
  await rejected(FileFormatError, loadModel(new Uint8Array(1000)));
  await rejected(FileFormatError, loadModel(Buffer.from('PK\u0003\u0004 this is a zip file, or so it says')));
});

test('a header that lies is refused', async () => {
  const bytes = (await trained()).toBytes();
  const huge = Uint8Array.from(bytes);
  for (const length of [0n, 3n, BigInt(bytes.length), 1n << 40n, (1n << 64n) - 1n]) {
    new DataView(huge.buffer).setBigUint64(0, length, true);
    await rejected(FileFormatError, loadModel(huge));
  }
  const kernel = 'dense/kernel';
  const edits: [string, (header: Record<string, Record<string, unknown>>) => void][] = [
    ['dtype', (h) => { Object.assign(h[kernel] ?? {}, { dtype: 'F16' }); }],
    ['dtype wider', (h) => { Object.assign(h[kernel] ?? {}, { dtype: 'F64' }); }],
    ['dtype missing', (h) => { delete h[kernel]?.dtype; }],
    ['shape', (h) => { Object.assign(h[kernel] ?? {}, { shape: [1, 4] }); }],
    ['shape of other size', (h) => { Object.assign(h[kernel] ?? {}, { shape: [5, 1] }); }],
    ['negative shape', (h) => { Object.assign(h[kernel] ?? {}, { shape: [-4, -1] }); }],
    ['shape no list', (h) => { Object.assign(h[kernel] ?? {}, { shape: 4 }); }],
    ['offsets beyond', (h) => { Object.assign(h[kernel] ?? {}, { data_offsets: [1e6, 1e6 + 16] }); }],
    ['offsets turned', (h) => { Object.assign(h[kernel] ?? {}, { data_offsets: [16, 0] }); }],
    ['offsets overlap', (h) => { Object.assign(h[kernel] ?? {}, { data_offsets: [0, 16] }); }],
    ['offsets missing', (h) => { delete h[kernel]?.data_offsets; }],
    ['entry null', (h) => { Object.assign(h, { [kernel]: null }); }],
    ['unknown tensor', (h) => { Object.assign(h, { extra: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }); }],
    ['renamed tensor', (h) => { const entry = h[kernel]; delete h[kernel]; Object.assign(h, { 'dense/kernal': entry }); }],
    ['metadata no strings', (h) => { Object.assign(h.__metadata__ ?? {}, { format: 1 }); }],
    ['metadata missing', (h) => { delete h.__metadata__; }],
    ['description no JSON', (h) => { Object.assign(h.__metadata__ ?? {}, { bptt: '{' }); }],
    ['description a list', (h) => { Object.assign(h.__metadata__ ?? {}, { bptt: '[]' }); }],
  ];
  await loadModel(withHeader(bytes, () => undefined)); // without a checksum it is still a file
  await rejected(FileFormatError, loadModel(Buffer.concat([withHeader(bytes, () => undefined), Buffer.alloc(4)])));
  for (const [what, edit] of edits) {
    const error = await loadModel(withHeader(bytes, edit)).then(() => undefined, (caught: unknown) => caught);
    assert.instance(error, FileFormatError, `${what}: ${String(error)}`);
  }
});

test('a description that lies is refused, before any weight is made', async () => {
  const bytes = (await trained()).toBytes();
  const set = (path: string, value: JsonValue | undefined) => (description: Record<string, JsonValue>): void => {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const at = keys.reduce<Record<string, JsonValue | undefined>>((o, key) => o[key] as Record<string, JsonValue>, description);
    at[last] = value;
  };
  const bad: [string, JsonValue | undefined][] = [
    ['version', 2], ['seed', 1.5], ['seed', '1'], ['seed', undefined], ['architecture', null], ['architecture.layers', {}], ['architecture.inputs', []],
    ['architecture.inputs.0', [4, 0]], ['architecture.inputs.0', [4, 'x']], ['architecture.inputs.0', [1e300, 2]], ['architecture.inputs.0', [4, 3]],
    ['architecture.layers.0.className', 'toString'], ['architecture.layers.0.className', 7], ['architecture.layers.0.name', 'a/b'], ['architecture.layers.0.name', null],
    ['architecture.layers.0.config', null], ['architecture.layers.0.config.layer', null], ['architecture.layers.0.config.mergeMode', 'multiply'],
    ['architecture.layers.0.config.layer.config.units', 1e9], ['architecture.layers.0.config.layer.config.units', -1], ['architecture.layers.2.config.units', null],
    ['architecture.layers.2.name', 'batch_norm'], ['architecture.nodes.0.layer', 9], ['architecture.nodes.0.inputs', [[5, 0]]], ['architecture.nodes.1.inputs', [[1, 0]]],
    ['architecture.nodes.0.inputs', [3]], ['architecture.outputs', []], ['architecture.outputs', [[0, 4]]], ['architecture.outputs', [[0, 0]]],
    ['compiled.optimizer', null], ['compiled.optimizer.className', 'Adagrad'], ['compiled.optimizer.config.learningRate', -1], ['compiled.optimizer.config.amsgrad', false],
    ['compiled.losses', []], ['compiled.losses.0.kind', 'unknown'], ['compiled.losses', ['mse']], ['compiled.metrics.0', 'constructor'], ['compiled.metrics', 'mae'], ['compiled', 3],
    ['compiled', null], ['position', null], ['position.epoch', null], ['position.tally', null], ['position.tally', ['a']], ['position.callbacks', null], ['position.callbacks', []],
    ['position.callbacks.0.name', 1], ['position.callbacks.0.state', null], ['metadata', 3],
  ];
  for (const [path, value] of bad) {
    const error = await loadModel(changed(bytes, set(path, value))).then(() => undefined, (caught: unknown) => caught);
    assert.instance(error, FileFormatError, `${path} ${JSON.stringify(value)}: ${String(error)}`);
  }
  const inherited = await rejected(FileFormatError, loadModel(changed(bytes, set('architecture.layers.0.className', 'toString'))));
  assert.match(inherited.message, 'Activation | Add | ');
  for (const name of ['dense/kernel', 'optimizer:m/dense/bias', 'batch_norm/movingMean']) {
    assert.match((await rejected(FileFormatError, loadModel(changed(bytes, (_, tensors) => { tensors.delete(name); })))).message, `'${name}'`);
  }
  for (const name of ['other/kernel', 'state:dense/h', 'optimizer:q/dense/bias', 'callback:1/best/dense/bias']) {
    await rejected(FileFormatError, loadModel(changed(bytes, (_, tensors) => { tensors.set(name, { data: new Float32Array(1), shape: [1] }); })));
  }
});

test('flipped bits: refused, or the very same model', async () => {
  const model = await trained();
  const bytes = model.toBytes();
  const random = randomStream(1, 'test flips');
  const pick = (n: number): number => Math.floor(uniform(random) * n);
  const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const damaged = Uint8Array.from(bytes);
    const within = round % 2 === 0 ? headerEnd : bytes.length;
    for (let flips = 1 + pick(3); flips > 0; flips--) {
      const at = pick(within);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << pick(8));
    }
    try {
      const again = await loadModel(damaged);
      assertSame(again.toBytes(), bytes, `round ${round}`);
    } catch (error) {
      assert.instance(error, FileFormatError, `round ${round}: ${String(error)}`);
      refused++;
    }
  }
  assert.ok(refused > 1400, `${refused} refused`);
  const { tensors, metadata } = decodeTensorFile(bytes);
  const renamed = encodeTensorFile({ tensors, metadata: { ...metadata, checksul: 'e431ab2f' } });
  assert.match((await rejected(FileFormatError, loadModel(renamed))).message, /metadata must be format, bptt and checksum, got 'checksul'/);
  // Flips in values alone, with a reader that knows no better: the checksum finds each.
  for (let round = 0; round < 200; round++) {
    const damaged = Uint8Array.from(bytes);
    const at = headerEnd + pick(bytes.length - headerEnd);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << pick(8));
    assert.match(thrown(FileFormatError, () => decodeModel(damaged)).message, 'checksum');
  }
});

test('files: written whole or not at all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-model-'));
  try {
    const model = await trained();
    const path = join(folder, 'model.safetensors');
    await model.save(path);
    assertSameState(await loadModel(path), model, 'from a file');
    await model.fit(x, y);
    await model.save(path);
    assertSame(readFileSync(path), model.toBytes(), 'replaced');
    await rejected(DataError, model.save(join(folder, 'no', 'model')));
    assert.equal(readdirSync(folder), ['model.safetensors']);
    writeFileSync(path, model.toBytes().subarray(0, 500));
    await rejected(FileFormatError, loadModel(path));
    assert.is(readFileSync(path).length, 500, 'left as it is');
    assert.match((await rejected(DataError, loadModel(join(folder, 'none')))).message, 'readable file');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('safetensors of other programs: no checksum, no metadata, unordered, spaced', () => {
  const json = '  {"b":{"dtype":"F64","shape":[],"data_offsets":[4,12]}, "a":{"data_offsets":[0,4],"shape":[1,1],"dtype":"F32"},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}}   ';
  const bytes = Buffer.alloc(8 + json.length + 12);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.write(json, 8);
  bytes.writeFloatLE(1.5, 8 + json.length);
  bytes.writeDoubleLE(-2.25, 12 + json.length);
  const { tensors, metadata } = decodeTensorFile(bytes);
  assert.equal(Object.fromEntries([...tensors].map(([name, { data, shape }]) => [name, { data: [...data], shape }])), {
    a: { data: [1.5], shape: [1, 1] }, empty: { data: [], shape: [0, 3] }, b: { data: [-2.25], shape: [] },
  });
  assert.equal(metadata, {});
});

test('numbers that are not finite: sums of an epoch in progress survive, metadata and states of callbacks are refused by key', async () => {
  const model = await trained();
  const sums = [NaN, Infinity, -Infinity, -0, 0.1, 1e-310, 1.7e308];
  model.position.tally = sums;
  assert.equal(decodeModel(model.toBytes()).position.tally, sums);
  model.position.tally = [];
  for (const value of [NaN, Infinity, -Infinity]) {
    model.metadata = { scores: { r2: value } };
    assert.match(thrown(ArgumentError, () => model.toBytes()).message, `${value} in 'r2', which JSON would turn into null`);
    model.metadata = {};
    model.position.callbacks = [{ name: 'own', state: { json: { seen: [1, value] } } }];
    assert.match(thrown(ArgumentError, () => model.toBytes()).message, `${value} in '1'`);
    model.position.callbacks = [];
  }
});

test.run();
