import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goldenNames, parseGolden, readGolden } from './read.js';

const recurrent = [
  ...['rnn-tanh', 'rnn-relu', 'lstm', 'gru'].flatMap((cell) =>
    ['1layer', '3layer', 'bidirectional', 'bidirectional-2layer'].map((form) => `${cell}-${form}`),
  ),
  ...['lstm-lengths', 'gru-lengths', 'lstm-bidirectional-lengths', 'gru-reset-before', 'lstm-peephole'],
  ...['lstm-projection', 'lstm-without-bias', 'gru-without-bias', 'rnn-relu-without-bias', 'lstm-hard-sigmoid', 'gru-hard-sigmoid'],
];
const others = ['layernorm', 'batchnorm', 'losses', 'likelihoods', 'activations', 'optimizers', 'clipping', 'rules', 'conv2d', 'conv1d', 'pooling', 'residual', 'resnet', 'explain', 'rearranged', 'transposed', 'separable', 'embedding', 'rmsnorm', 'groupnorm', 'merging', 'attention', 'multihead'];

const gates: Record<string, number> = {
  'rnn-tanh': 1, 'rnn-relu': 1, lstm: 4, 'lstm-peephole': 4, gru: 3, 'gru-reset-before': 3, 'lstm-hard-sigmoid': 4, 'gru-hard-sigmoid': 3,
};

test('the folder holds the files that the tests know, no more and no less', () => {
  assert.equal(goldenNames(), [...recurrent, ...others].sort());
});

test('every file loads, with tensors that differ from zero and a gradient shaped as its tensor', () => {
  for (const name of goldenNames()) {
    const { tensors, metadata } = readGolden(name);
    assert.is(metadata.seed, '20240726', name);
    for (const [key, { shape, data }] of Object.entries(tensors)) {
      assert.ok(data.some((value) => value !== 0), `${name} ${key} is all zero`);
      const [, group = '', owner = ''] = /^(.*\/)?grad\/(.*)$/.exec(key) ?? [];
      const place = group.replace(/(train|inference|epsilon.*|groups\d)\/$/, '').replace(name === 'merging' ? /\w+\/$/ : '', '');
      if (owner !== '') assert.equal(shape, tensors[place + owner]?.shape, `${name} ${key}`);
      if (key.startsWith('R/')) assert.equal(shape, tensors[key.slice(2)]?.shape, `${name} ${key}`);
    }
  }
});

test('recurrent files have our layout, at every place the tensors of the cell', () => {
  const [B, T, D, H] = [3, 6, 4, 5];
  for (const name of recurrent) {
    const golden = readGolden(name);
    const cell = golden.metadata.cell ?? '';
    const G = gates[cell] ?? 0;
    const P = name === 'lstm-projection' ? 3 : H;
    const directions = golden.metadata.directions === '2' ? ['/forward', '/backward'] : [''];
    assert.equal(golden.get('x').shape, [B, T, D], name);
    assert.equal(golden.get('out').shape, [B, T, P * directions.length], name);
    let places = 0;
    for (let layer = 0; layer < Number(golden.metadata.layers); layer++) {
      for (const direction of directions) {
        const place = `layer${layer}${direction}`;
        const width = layer === 0 ? D : P * directions.length;
        assert.equal(golden.get(`${place}/kernel`).shape, [width, G * H], name);
        assert.equal(golden.get(`${place}/recurrentKernel`).shape, [P, G * H], name);
        if (golden.metadata.bias !== 'none') assert.equal(golden.get(`${place}/bias`).shape, [G * H], name);
        const states = cell.startsWith('lstm') ? ['h0', 'hn', 'c0', 'cn'] : ['h0', 'hn'];
        for (const state of states) assert.equal(golden.get(`${place}/${state}`).shape, [B, state.startsWith('h') ? P : H], name);
        assert.is(`${place}/recurrentBias` in golden.tensors, ['gru', 'gru-hard-sigmoid'].includes(cell) && golden.metadata.bias !== 'none', name);
        assert.is(`${place}/peephole` in golden.tensors, cell === 'lstm-peephole', name);
        places++;
      }
    }
    assert.is(Object.keys(golden.tensors).filter((key) => /^layer.*\/kernel$/.test(key)).length, places, name);
  }
});

test('the loss of a recurrent file is its projection of the outputs', () => {
  for (const name of recurrent) {
    const golden = readGolden(name);
    let sum = 0;
    for (const [key, { data }] of Object.entries(golden.tensors)) {
      if (key.startsWith('R/')) golden.get(key.slice(2)).data.forEach((value, i) => (sum += value * (data[i] ?? NaN)));
    }
    assert.ok(Math.abs(sum - golden.scalar('loss')) < 1e-12, `${name}: ${sum} for ${golden.scalar('loss')}`);
  }
});

test('random inputs are exact in float32 and distinct', () => {
  for (const name of recurrent) {
    const { get, tensors } = readGolden(name);
    const inputs = Object.keys(tensors).filter((key) => /^(x|R\/layer.*|(?!grad|R).*(kernel|Kernel|h0|c0))$/.test(key));
    assert.ok(inputs.length >= 5, name);
    for (const key of inputs) {
      const { data } = get(key);
      assert.is(new Set(data).size, data.length, `${name} ${key}`);
      assert.ok(data.every((value) => Math.fround(value) === value), `${name} ${key}`);
    }
  }
});

test('a damaged file and an unknown tensor are refused', () => {
  const file = (tensor: unknown): string => JSON.stringify({ metadata: {}, tensors: { a: tensor } });
  assert.equal(parseGolden('x', file({ shape: [1, 2], data: [3, 4] })).get('a').data, new Float64Array([3, 4]));
  assert.throws(() => parseGolden('x', file({ shape: [2, 2], data: [3, 4] })), /'x': a: shape \[2, 2\] needs 4/);
  assert.throws(() => parseGolden('x', file({ shape: [1], data: [null] })), /finite/);
  assert.throws(() => parseGolden('x', '{"tensors":{}}'), /metadata/);
  assert.throws(() => readGolden('clipping').get('nothing'), /'clipping' has no 'nothing'/);
  assert.throws(() => readGolden('clipping').scalar('value/c'), /no scalar/);
});

test.run();
