/** Models of ours in PyTorch: the text is run by Python with PyTorch and gives the outputs that we have. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportTorch, importTorch, readTorch } from '../../../src/convert/index.js';
import {
  Activation, Add, Attention, AveragePool1D, AveragePool2D, Average, BatchNorm, Bidirectional, Concatenate, ConversionError, Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Cropping1D, Dense, DepthwiseConv2D, Dropout, Embedding, Flatten, GRU, GaussianNoise,
  GlobalAveragePool2D, GlobalMaxPool1D, GroupNorm, Input, LSTM, LSTMCell, LayerNorm, Masking, MaxPool1D, MaxPool2D, Maximum, Minimum, Model, MultiHeadAttention, Multiply, Permute, RMSNorm, RNN, RepeatVector, Reshape, SeparableConv1D, Sequential,
  SimpleRNN, SimpleRNNCell, SpatialDropout1D, StackedCells, Subtract, TimeDistributed, UpSampling1D, UpSampling2D, ZeroPad1D, ZeroPad2D, cpu,
} from '../../../src/index.js';
import type { AnyLayer } from '../../../src/index.js';
import { uniform, randomStream } from '../../../src/random.js';
import type { HostTensor } from '../../../src/tensor.js';
import { encodeTensorFile } from '../../../src/models/files/safetensors.js';
import { torchFile } from '../../golden/torchFiles.js';
import { rejected } from '../../models/support.js';
import { torchModels } from './models.js';
import { runTorch } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'bptt-torch-'));
test.after(() => { rmSync(folder, { recursive: true, force: true }); });

const chain = (inputShape: number[], ...layers: AnyLayer[]): (() => Model) => () => new Sequential(layers, { inputShape, seed: 3 });

function graph(): Model {
  const [x, h0, c0] = [Input({ shape: [5, 3] }), Input({ shape: [4] }), Input({ shape: [4] })];
  const [y, h, c] = new LSTM({ units: 4, returnSequences: true, returnState: true }).applyAll([x, h0, c0]);
  const shared = new Dense({ units: 4, activation: 'tanh', name: 'train' });
  const a = shared.apply(y!);
  const b = shared.apply(a);
  const both = new Concatenate().apply([new Add().apply([a, b]), new Subtract().apply([a, b]), new Multiply().apply([a, h!]), new Average().apply([a, b, y!]), new Maximum().apply([a, b, y!]), new Minimum().apply([a, b])]);
  return new Model({ inputs: [x, h0, c0], outputs: { both, c: c! } });
}

function directions(mergeMode: 'sum' | 'average' | 'multiply' | 'none'): () => Model {
  return () => {
    const x = Input({ shape: [5, 3] });
    const layer = mergeMode === 'sum' ? new GRU({ units: 4 }) : new LSTM({ units: 4, returnState: true, returnSequences: mergeMode === 'multiply', useBias: mergeMode !== 'none' });
    const outputs = new Bidirectional({ layer, mergeMode }).applyAll(x);
    return new Model({ inputs: x, outputs });
  };
}

function causal(): Model {
  const x = Input({ shape: [5, 6] });
  const outputs = new MultiHeadAttention({ numHeads: 2, keyDim: 3, causal: true, returnAttentionScores: true }).applyAll(x);
  return new Model({ inputs: x, outputs });
}

function looking(score: 'dot' | 'scaledDot' | 'additive', causal: boolean): () => Model {
  return () => {
    const [query, value] = [Input({ shape: [4, 3] }), Input({ shape: [5, 3] })];
    return new Model({ inputs: [query, value], outputs: new Attention({ score, causal, returnAttentionScores: true, ...(score === 'additive' && { units: 2 }) }).applyAll([query, value]) });
  };
}

/** Padded steps at the end, in between and in front. */
function padded(): Model {
  const [x, h, c] = [Input({ shape: [5, 3] }), Input({ shape: [4] }), Input({ shape: [4] })];
  const real = new Masking({ maskValue: 0.5 }).apply(x);
  const [first] = new LSTM({ units: 4, returnSequences: true, zeroOutputForMask: true }).applyAll([real, h, c]);
  const back = new GRU({ units: 3, goBackwards: true, returnSequences: true }).apply(new Dense({ units: 3 }).apply(first!));
  return new Model({ inputs: [x, h, c], outputs: { last: new SimpleRNN({ units: 2 }).apply(back), all: new BatchNorm().apply(back), every: new LSTM({ units: 4, projection: 2, returnSequences: true }).apply(real) } });
}

const models: Readonly<Record<string, () => Model>> = {
  ...torchModels, padded, looking: looking('dot', false), 'looking scaled': looking('scaledDot', true), 'looking additive': looking('additive', true),
  'padded words': chain([6], new Embedding({ inputDim: 7, outputDim: 3, maskZero: true }), new GRU({ units: 4, returnSequences: true }), new LSTM({ units: 2 })),
  graph, causal, sum: directions('sum'), average: directions('average'), multiply: directions('multiply'), none: directions('none'),
  backwards: chain([5, 3], new GRU({ units: 4, goBackwards: true, returnSequences: true }), new SimpleRNN({ units: 3, activation: 'relu' })),
  stack: chain([5, 3], new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: 4, projection: 2 }), new SimpleRNNCell({ units: 3 })] }) })),
  encoder: chain([5, 3], new LSTM({ units: 4, dropout: 0.2 }), new RepeatVector({ n: 3 }), new LSTM({ units: 4, returnSequences: true }), new TimeDistributed({ layer: new Dense({ units: 2, activation: 'softplus' }) }), new Activation({ kind: 'softmax' })),
  sequence: chain([12, 4], new ZeroPad1D({ padding: [2, 1] }), new Conv1D({ filters: 6, kernelSize: 3, padding: 'causal', dilation: 2, activation: 'gelu' }), new SpatialDropout1D({ rate: 0.2 }), new MaxPool1D({ poolSize: 3, stride: 2, padding: 'same' }),
    new AveragePool1D({ poolSize: 2, stride: 1, padding: [1, 0] }), new SeparableConv1D({ filters: 4, kernelSize: 2, padding: 'same', activation: 'leakyRelu' }), new Cropping1D({ cropping: [1, 2] }), new UpSampling1D({ size: 2 }),
    new Conv1DTranspose({ filters: 3, kernelSize: 4, stride: 3, padding: 'same' }), new Conv1DTranspose({ filters: 3, kernelSize: 2, stride: 3 }), new Conv1DTranspose({ filters: 2, kernelSize: 5, stride: 2, padding: [3, 1], dilation: 2 }), new GlobalMaxPool1D(), new GaussianNoise({ stddev: 0.1 }), new Dense({ units: 2 })),
  image: chain([7, 8, 2], new ZeroPad2D({ padding: [[1, 0], [2, 1]] }), new Conv2D({ filters: 4, kernelSize: [3, 2], stride: [2, 1], padding: 'same', activation: 'elu' }), new GroupNorm({ groups: 2, epsilon: 1e-4 }), new DepthwiseConv2D({ kernelSize: 2, activation: 'hardSigmoidSixth' }),
    new MaxPool2D({ poolSize: 2, stride: 1, padding: [[1, 0], [0, 1]] }), new AveragePool2D({ poolSize: 3, padding: 'same' }), new UpSampling2D({ size: [2, 3] }), new UpSampling2D({ size: 2, interpolation: 'bilinear' }), new Conv2DTranspose({ filters: 3, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1, activation: 'hardSigmoidFifth' }),
    new GlobalAveragePool2D(), new Dropout({ rate: 0.3 }), new Dense({ units: 3, activation: 'sigmoid' })),
  shapes: chain([4, 6], new Permute({ dims: [2, 1] }), new LayerNorm({ scale: false, center: false }), new Reshape({ targetShape: [3, -1] }), new RMSNorm({ scale: false }), new Flatten(), new BatchNorm({ momentum: 0.9 }), new Dense({ units: 2, activation: 'relu' })),
  peepholes: chain([5, 3], new LSTM({ units: 4, peepholes: true, returnSequences: true }), new LSTM({ units: 4, peepholes: true, projection: 2, goBackwards: true, useBias: false })),
  'reset before': chain([5, 3], new GRU({ units: 4, resetAfter: false, returnSequences: true }), new GRU({ units: 3, resetAfter: false, useBias: false, goBackwards: true, returnSequences: true }), new GRU({ units: 2, activation: 'relu' })),
  ...Object.fromEntries((['hardSigmoidFifth', 'hardSigmoidSixth', 'linear', 'leakyRelu', 'elu', 'relu', 'sigmoid', 'tanh'] as const).map((kind) => [
    `cells with ${kind}`, chain([4, 3], new LSTM({ units: 4, recurrentActivation: kind, returnSequences: true }), new GRU({ units: 3, activation: kind, recurrentActivation: 'hardSigmoidFifth', returnSequences: true }), new SimpleRNN({ units: 2, activation: kind })),
  ])),
  'own both ways': () => {
    const x = Input({ shape: [5, 3] });
    const [y, ...states] = new Bidirectional({ layer: new LSTM({ units: 4, peepholes: true, recurrentActivation: 'hardSigmoidSixth', returnSequences: true, returnState: true }) }).applyAll(x);
    const z = new Bidirectional({ layer: new GRU({ units: 4, resetAfter: false, returnSequences: true }), mergeMode: 'sum' }).apply([y!, states[0]!, states[2]!]);
    return new Model({ inputs: x, outputs: [z, ...states] });
  },
  'own stack': chain([5, 3], new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: 4, peepholes: true }), new SimpleRNNCell({ units: 3, activation: 'sigmoid' })] }), returnSequences: true })),
  'padded, own': () => {
    const [x, h, c] = [Input({ shape: [5, 3] }), Input({ shape: [4] }), Input({ shape: [4] })];
    const real = new Masking({ maskValue: 0.5 }).apply(x);
    const [first] = new LSTM({ units: 4, peepholes: true, returnSequences: true }).applyAll([real, h, c]);
    return new Model({ inputs: [x, h, c], outputs: new GRU({ units: 3, resetAfter: false, goBackwards: true }).apply(first!) });
  },
  'odd names': chain([3], new Dense({ units: 2, name: '1st.layer-a' }), new Dense({ units: 2, name: 'class' }), new Dense({ units: 2, name: '1st_layer_a' })),
};

/** Weights that differ everywhere, running statistics too. */
function shuffled(model: Model, name: string): Model {
  const random = randomStream(8, name);
  model.setWeights(Object.fromEntries(Object.entries(model.getWeights()).map(([key, { shape, size }]) => [
    key, { shape: [...shape], data: Float64Array.from({ length: size }, () => (key.endsWith('Variance') ? 0.5 + uniform(random) : 0.9 * (uniform(random) - 0.5))) },
  ])));
  return model;
}

function inputsOf(model: Model, name: string): HostTensor[] {
  const random = randomStream(9, name);
  return model.inputShapes.map((open) => {
    const shape = [2, ...open.map((size) => size ?? 3)];
    const words = name.endsWith('words');
    const hole = (data: Float64Array): Float64Array => (name.startsWith('padded') && !words && shape.length === 3 ? data.fill(0.5, 3, 6).fill(0.5, 12, 18) : data);
    return { shape, data: hole(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (words ? Math.floor(uniform(random) * 7) % 4 : uniform(random) * 2 - 1))) };
  });
}

/** Runs each module in one Python. */
const script = `
import importlib.util, json, sys, torch
torch.set_num_threads(1)
for name in sys.argv[2:]:
    spec = importlib.util.spec_from_file_location('m', f'{sys.argv[1]}/{name}.py')
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    model = m.load(f'{sys.argv[1]}/{name}.safetensors')
    given = m.read_safetensors(f'{sys.argv[1]}/{name}.inputs')
    with torch.set_grad_enabled(True):
        y = model(*[given[f'x{i}'] for i in range(len(given))])
    y = y if isinstance(y, tuple) else (y,)
    print(json.dumps({'name': name, 'y': [[list(t.shape), t.detach().reshape(-1).tolist()] for t in y]}))
`;

test('every model that we write gives the same outputs in PyTorch', async () => {
  const wanted = new Map<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }[]>();
  const fileOf = (name: string): string => name.replace(/\W/g, '_');
  for (const [name, make] of Object.entries(models)) {
    const model = shuffled(make(), name);
    model.compile({ loss: model.outputShapes.length > 1 ? model.outputShapes.map(() => 'mse' as const) : 'mse', backend: cpu({ dtype: 'float64' }) });
    model.setWeights(shuffled(make(), name).getWeights());
    const inputs = inputsOf(model, name);
    wanted.set(fileOf(name), await model.predictAll(inputs.length === 1 ? inputs[0]! : inputs));
    const { python: text, weights } = await exportTorch(model, { weights: 'float64' });
    writeFileSync(join(folder, `${fileOf(name)}.py`), text);
    writeFileSync(join(folder, `${fileOf(name)}.safetensors`), weights);
    writeFileSync(join(folder, `${fileOf(name)}.inputs`), encodeTensorFile({ tensors: new Map(inputs.map((x, i) => [`x${i}`, x])), metadata: {} }));
  }
  const lines = runTorch(script, folder, ...wanted.keys()).trim().split('\n').map((text) => JSON.parse(text) as { name: string; y: [number[], number[]][] });
  assert.is(lines.length, wanted.size);
  for (const { name, y } of lines) {
    const ours = wanted.get(name) ?? [];
    assert.is(y.length, ours.length, name);
    y.forEach(([shape, data], i) => {
      assert.equal(shape, [...ours[i]!.shape], name);
      const most = data.reduce((worst, value, j) => Math.max(worst, Math.abs(value - (ours[i]!.data[j] ?? NaN))), 0);
      assert.ok(most < 1e-10, `${name}, output ${i}: ${most} off`);
    });
  }
});

test('what is exported is imported as it was', async () => {
  for (const [name, make] of Object.entries(models)) {
    const model = shuffled(make(), name);
    const { weights } = await exportTorch(model, { weights: 'float64' });
    const again = make();
    const { unused } = await importTorch(weights, again, { flattened: 'channelsLast' });
    assert.equal(unused, [], name);
    const after = again.getWeights();
    for (const [key, { data }] of Object.entries(model.getWeights())) assert.equal([...after[key]!.data], [...data], `${name}: ${key}`);
  }
});

test('names are those of PyTorch', async () => {
  for (const name of ['lstm-projection', 'attention', 'attention-sizes', 'conv2d', 'batchnorm1d', 'lstm-1']) {
    const { tensors } = await readTorch((await exportTorch(torchModels[name]!())).weights);
    const there = [...(await readTorch(torchFile(name))).tensors].filter(([key]) => key.startsWith('state_dict.') && !key.endsWith('num_batches_tracked'));
    const leaf = (key: string): string => key.replace(/^state_dict\.\w+\.|^\w+\./, '');
    // Layers here are one each, so of several there the first is compared.
    const [ours, theirs] = [[...tensors].filter(([key]) => !/^\w+_1\./.test(key)), there.filter(([key]) => !key.includes('_l1'))].map((list) => list.map(([key, { shape }]) => `${leaf(key)} ${shape.join('×')}`).sort());
    assert.equal(ours, theirs, name);
  }
});

test('every type says what it costs, and refuses what it cannot hold', async () => {
  const model = shuffled(torchModels.tutorial!(), 'half');
  const { weights, rounding, python: text } = await exportTorch(model, { weights: 'float16', fileName: 'half.safetensors' });
  assert.ok((await exportTorch(model)).weights.length - weights.length > 2 * model.countParams(), 'two bytes a number');
  assert.ok(rounding.largest > 1e-6 && rounding.largest < 2.5e-4 && rounding.relative < 2 ** -11, JSON.stringify(rounding));
  const wide = torchModels.tutorial!();
  wide.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  shuffled(wide, 'half');
  const [single, double] = [await exportTorch(wide), await exportTorch(wide, { weights: 'float64' })];
  assert.ok(single.rounding.largest > 0 && single.rounding.relative < 2 ** -24 && double.rounding.largest === 0);
  assert.not.match(single.python, 'double()');
  assert.match(double.python, 'Model().double()');
  assert.match(text, /half\.safetensors/);
  const { tensors } = await readTorch(weights);
  assert.is(tensors.get('dense.weight')?.dtype, 'float16');
  const own = model.getWeights()['dense/kernel']!;
  assert.ok(own.data.every((value, i) => Math.abs(value - (tensors.get('dense.weight')?.data[i] ?? NaN)) <= rounding.largest));
  model.setWeights({ 'dense/bias': [70_000] });
  try {
    await exportTorch(model, { weights: 'float16' });
    assert.unreachable('exported');
  } catch (error) {
    assert.instance(error, ConversionError);
    assert.match(String(error), /'dense\.bias' holds 70000/);
  }
});

test('all that PyTorch does not have is said at once', async () => {
  const model = new Sequential([new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }), backwardLayer: new GRU({ units: 2, returnSequences: true, goBackwards: true }) }), new BatchNorm({ scale: false }), new Dense({ units: 1 })], { inputShape: [3, 2] });
  try {
    await exportTorch(model);
    assert.unreachable('exported');
  } catch (error) {
    assert.instance(error, ConversionError);
    const { problems } = error as ConversionError;
    assert.ok(['two directions of different kinds', 'scale and center'].every((word) => problems.some((problem) => problem.includes(word))), problems.join('\n'));
  }
});

test('padding that a module cannot leave out is refused, layer by layer', async () => {
  const model = new Sequential([
    new Embedding({ inputDim: 5, outputDim: 3, maskZero: true }), new Bidirectional({ layer: new LSTM({ units: 2, returnSequences: true }), name: 'ways' }), new Conv1D({ filters: 2, kernelSize: 3, padding: 'same', name: 'window' }),
    new LSTM({ units: 2, name: 'behind' }),
  ], { inputShape: [6] });
  const error = await rejected(ConversionError, exportTorch(model));
  assert.equal(error.problems.map((problem) => /^'(\w+)'.*padding comes here/.exec(problem)?.[1]), ['ways', 'window', 'behind'], error.problems.join('\n'));
});

test('what the module leaves out is in its notes', async () => {
  const { notes } = await exportTorch(new Sequential([new LSTM({ units: 2, stateful: true, dropout: 0.1 })], { inputShape: [3, 2] }));
  assert.match(notes.join('\n'), /'lstm' is stateful.*\n.*its dropout is not in the module/);
});

test.run();
