/** Models of PyTorch, layer by layer: the same outputs in float64. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importTorch, readTorch } from '../../../src/convert/index.js';
import type { TorchFile } from '../../../src/convert/index.js';
import { BatchNorm, Bidirectional, ConversionError, Conv2D, Dense, Flatten, GRU, Input, LSTM, LayerNorm, Model, SeparableConv1D, Sequential, cpu } from '../../../src/index.js';
import { encodeTensorFile } from '../../../src/models/files/safetensors.js';
import type { HostTensor } from '../../../src/tensor.js';
import { torchFile } from '../../golden/torchFiles.js';
import { torchModels } from './models.js';

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length);
  return Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))).reduce((most, d) => (d <= most ? most : d), 0);
}

function hostOf({ tensors }: TorchFile, name: string): HostTensor {
  const found = tensors.get(name);
  assert.ok(found, name);
  return { data: Float64Array.from(found.data), shape: found.shape };
}

const inputsOf = (file: TorchFile): HostTensor[] => (file.tensors.has('x') ? ['x'] : ['x0', 'x1', 'x2']).map((name) => hostOf(file, name));

for (const [name, make] of Object.entries(torchModels)) {
  test(`${name}: outputs as in PyTorch`, async () => {
    const bytes = torchFile(name);
    const file = await readTorch(bytes);
    const model = make();
    model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
    const report = await importTorch(bytes, model, { prefix: 'state_dict' });
    const y = await model.predict(inputsOf(file).length === 1 ? inputsOf(file)[0]! : inputsOf(file));
    const wanted = hostOf(file, 'y');
    assert.equal(y.shape, wanted.shape);
    const difference = largestDifference(y.data, wanted.data);
    assert.ok(difference < 1e-12, `${difference} off`);
    assert.equal(report.unused, [...file.tensors.keys()].filter((key) => !key.startsWith('state_dict.')));
    assert.is(report.notes.length, name === 'rmsnorm' ? 1 : 0, 'the epsilon of rmsnorm is not PyTorch\'s default');
  });
}

test('every weight of the model is taken from the file, and every tensor of the file used', async () => {
  for (const [name, make] of Object.entries(torchModels)) {
    const model = make();
    const before = model.getWeights();
    const { layers } = await importTorch(torchFile(name), model);
    const after = model.getWeights();
    for (const key of Object.keys(before)) {
      assert.ok(largestDifference(before[key]!.data, after[key]!.data) > 1e-3, `${name}: ${key} is as it was`);
    }
    assert.is(new Set(layers.flatMap(({ tensors }) => tensors)).size, [...(await readTorch(torchFile(name))).tensors.keys()].filter((key) => key.startsWith('state_dict')).length, name);
  }
});

/** A file of float32 tensors. */
function fileOf(tensors: Readonly<Record<string, readonly number[]>>): Uint8Array {
  let seed = 0;
  return encodeTensorFile({
    metadata: {}, tensors: new Map(Object.entries(tensors).map(([name, shape]) => [name, { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.sin(++seed)) }])),
  });
}

async function problemsOf(bytes: Uint8Array, model: Model, options = {}): Promise<{ problems: readonly string[]; message: string }> {
  const before = model.getWeights();
  try {
    await importTorch(bytes, model, options);
  } catch (error) {
    assert.instance(error, ConversionError, String(error));
    assert.equal(model.getWeights(), before, 'nothing has changed');
    return { problems: (error as ConversionError).problems, message: (error as ConversionError).message };
  }
  throw new Error('imported');
}

test('all that is missing is said at once, with what was left over', async () => {
  const model = new Sequential([new LSTM({ units: 4 }), new Dense({ units: 3 }), new Dense({ units: 1, name: 'head' })], { inputShape: [5, 2] });
  const { problems, message } = await problemsOf(fileOf({ 'rnn.weight_ih_l0': [16, 3], 'rnn.weight_hh_l0': [16, 4], 'rnn.bias_ih_l0': [16], 'rnn.bias_hh_l0': [16], 'fc.weight': [2, 3], 'fc.bias': [2] }), model);
  assert.is(problems.length, 3);
  assert.match(problems[0] ?? '', /'lstm' \(nn\.LSTM\) needs weight_ih \[16, 2\].*the file has 'rnn, layer 0' with weight_ih \[16, 3\]/);
  assert.match(problems[1] ?? '', /'dense' \(nn\.Linear\) needs weight \[3, 4\], bias \[3\]; the file has 'fc' with weight \[2, 3\]/);
  assert.match(problems[2] ?? '', /'head'/);
  assert.match(message, /Left over in the file: rnn\.weight_ih_l0/);
});

const twins = { 'a.weight': [3, 3], 'a.bias': [3], 'b.weight': [3, 3], 'b.bias': [3] };
const one = (): Model => new Sequential([new Dense({ units: 3, name: 'dense' })], { inputShape: [3] });

test('where two modules would do, none is taken; names say which', async () => {
  const { problems } = await problemsOf(fileOf(twins), one());
  assert.match(problems[0] ?? '', /2 modules fit it: 'a', 'b'; say which by names/);
  const model = one();
  const report = await importTorch(fileOf(twins), model, { names: { dense: 'b' } });
  assert.equal(report.layers, [{ layer: 'dense', module: 'nn.Linear', from: 'b', tensors: ['b.weight', 'b.bias'] }]);
  assert.equal(report.unused, ['a.weight', 'a.bias']);
  const two = new Sequential([new Dense({ units: 3 }), new Dense({ units: 3 })], { inputShape: [3] });
  assert.equal((await importTorch(fileOf(twins), two)).layers.map(({ layer, from }) => [layer, from]), [['dense', 'a'], ['dense_1', 'b']]);
  const named = new Sequential([new Dense({ units: 3, name: 'b' }), new Dense({ units: 3, name: 'a' })], { inputShape: [3] });
  assert.equal((await importTorch(fileOf(twins), named)).layers.map(({ layer, from }) => [layer, from]), [['b', 'b'], ['a', 'a']]);
});

test('null leaves a layer as it is; unknown layers are refused', async () => {
  const model = new Sequential([new Dense({ units: 3, name: 'body' }), new Dense({ units: 2, name: 'head' })], { inputShape: [3] });
  const head = model.getWeights()['head/kernel'];
  await importTorch(fileOf({ 'x.weight': [3, 3], 'x.bias': [3] }), model, { names: { head: null } });
  assert.equal(model.getWeights()['head/kernel'], head);
  try {
    await importTorch(fileOf(twins), one(), { names: { dens: 'a' } });
    assert.unreachable('imported');
  } catch (error) {
    assert.match(String(error), /'dens'.*Did you mean 'dense'/);
  }
  assert.match((await problemsOf(fileOf(twins), one(), { names: { dense: 'c' } })).problems[0] ?? '', /and 'c' has nothing/);
});

test('layers that name one module take its layers in order', async () => {
  const make = (): Model => new Sequential([new GRU({ units: 3, returnSequences: true }), new GRU({ units: 3 })], { inputShape: [4, 3] });
  const gru = (name: string): Record<string, number[]> => Object.fromEntries([0, 1].flatMap((l) => [[`${name}.weight_ih_l${l}`, [9, 3]], [`${name}.weight_hh_l${l}`, [9, 3]], [`${name}.bias_ih_l${l}`, [9]], [`${name}.bias_hh_l${l}`, [9]]]));
  const { layers } = await importTorch(fileOf({ ...gru('encoder'), ...gru('decoder') }), make(), { names: { gru: 'decoder', gru_1: 'decoder' } });
  assert.equal(layers.map(({ layer, from }) => [layer, from]), [['gru', 'decoder, layer 0'], ['gru_1', 'decoder, layer 1']]);
});

test('what PyTorch cannot have is refused by layer', async () => {
  const cases = [
    [new LSTM({ units: 2, peepholes: true }), /peepholes/], [new GRU({ units: 2, resetAfter: false }), /resetAfter: false/], [new LSTM({ units: 2, activation: 'relu' }), /activations 'relu' and 'sigmoid'/],
    [new BatchNorm({ scale: false }), /only one of scale and center/], [new Bidirectional({ layer: new LSTM({ units: 2, goBackwards: true }) }), /reads from the end/],
  ] as const;
  for (const [layer, message] of cases) {
    const { problems } = await problemsOf(fileOf({}), new Sequential([layer], { inputShape: [3, 2] }));
    assert.match(problems[0] ?? '', message);
  }
});

test('what no file says is in the notes', async () => {
  const norm = new Sequential([new LayerNorm({ name: 'n' })], { inputShape: [4] });
  assert.match((await importTorch(fileOf({ 'n.weight': [4], 'n.bias': [4] }), norm)).notes[0] ?? '', /'n': epsilon is 0\.001 here; PyTorch's default is 0\.00001/);
  const x = Input({ shape: [3, 3, 1] });
  const flat = new Flatten().apply(new Conv2D({ filters: 2, kernelSize: 2 }).apply(x));
  const lost = new Model({ inputs: x, outputs: new Dense({ units: 1 }).apply(new (await import('../../../src/index.js')).Concatenate().apply([flat, flat])) });
  const { notes } = await importTorch(fileOf({ 'c.weight': [2, 1, 2, 2], 'c.bias': [2], 'd.weight': [1, 16], 'd.bias': [1] }), lost);
  assert.match(notes[0] ?? '', /Concatenate\): the order of features that were an image is not followed/);
});

test('a name may be that of a module that holds others', async () => {
  const make = (): Model => new Sequential([new SeparableConv1D({ filters: 2, kernelSize: 3, name: 'separable' })], { inputShape: [6, 3] });
  const block = (name: string): Record<string, number[]> => ({ [`${name}.depth.weight`]: [3, 1, 3], [`${name}.point.weight`]: [2, 3, 1], [`${name}.point.bias`]: [2] });
  const file = fileOf({ ...block('a'), ...block('b') });
  assert.is((await problemsOf(file, make())).problems.length, 2);
  const { layers } = await importTorch(file, make(), { names: { separable: 'b' } });
  assert.equal(layers.map(({ from }) => from), ['b.depth', 'b.point']);
});

test.run();
