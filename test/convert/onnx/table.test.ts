/** The table of docs/convert-onnx.md, each cell derived from what becomes of a file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importOnnx } from '../../../src/convert/index.js';
import type { OnnxImport } from '../../../src/convert/index.js';
import { Activation, BatchNorm, Conv2D, Conv2DTranspose, GRU, LSTM, LayerNorm } from '../../../src/index.js';
import { floatTensor, int, texts } from '../../../src/convert/onnx/write/graphBuilder.js';
import type { OnnxTensor } from '../../../src/convert/onnx/proto/graph.js';
import { root } from '../../docs/pages.js';
import { randomTensor } from '../../support/values.js';
import { handmade } from './handmade.js';
import type { Step } from './handmade.js';

const page = readFileSync(join(root, 'docs', 'convert-onnx.md'), 'utf8').split('## Orders, biases, defaults')[1]?.split('\n## ')[0] ?? '';
const cells = new Map(page.split('\n').flatMap((line): [string, [theirs: string, ours: string]][] => {
  const [, name = '', theirs = '', ours = ''] = /^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$/.exec(line) ?? [];
  return name === '' ? [] : [[name, [theirs, ours]]];
}));

const [H, D] = [2, 3];

/** Of which every entry of block g along the second axis is g + 1. */
function byBlock(name: string, blocks: number, width: number): OnnxTensor {
  const rows = blocks * H;
  return floatTensor(name, Array.from({ length: rows * width }, (_, i) => Math.floor(i / width / H) + 1), width === 1 ? [1, rows] : [1, rows, width]);
}

async function read(step: Step, constants: readonly OnnxTensor[], shape: readonly (number | string)[] = ['t', 'b', D]): Promise<OnnxImport> {
  return importOnnx(handmade({ inputs: { x: shape }, constants, steps: [step] }));
}

const gated = (op: 'LSTM' | 'GRU', gates: number, attributes = {}, bias = true): Promise<OnnxImport> => read(
  [op, ['x', 'W', 'R', bias ? 'B' : '', ...(op === 'LSTM' ? ['', '', '', 'P'] : [])], 'y', { hidden_size: int(H), ...attributes }],
  [byBlock('W', gates, D), byBlock('R', gates, H), byBlock('B', 2 * gates, 1), byBlock('P', 3, 1)],
);

/** Weights by their short names. */
function weightsOf({ model }: OnnxImport): Map<string, { readonly data: readonly number[]; readonly shape: readonly number[] }> {
  return new Map(Object.entries(model.getWeights()).map(([key, { data, shape }]) => [key.replace(/^.*\//, ''), { data: Array.from(data), shape: [...shape] }]));
}

const named = (shape: readonly number[]): string => `[${shape.map((size) => ({ [D]: 'D', [H]: 'H' })[size] ?? (size % H === 0 && size > D ? `${size / H}H` : String(size))).join(', ')}]`;

/** The letters of ours, where those of theirs are in their order: each block here is the block of that number there. */
function order(theirs: string, blocks: readonly number[]): string {
  const letters = theirs.split(', ');
  return blocks.map((block) => letters[block - 1]).join(', ');
}

type Row = (theirs: string) => Promise<readonly [theirs: string, ours: string]>;

const kernelBlocks = (found: OnnxImport, gates: number): number[] => Array.from({ length: gates }, (_, gate) => weightsOf(found).get('kernel')?.data[gate * H] ?? NaN);
const layerOf = <T>({ model }: OnnxImport, kind: abstract new (...args: never[]) => T): T => model.layers.find((layer): layer is typeof layer & T => layer instanceof kind) ?? assert.unreachable('no such layer') as never;

/** What a function of ours makes of numbers, beside one. */
async function sameFunction(op: string, expected: (x: number) => number): Promise<Activation> {
  const found = await read([op, ['x'], 'y'], [], ['b', 9]);
  const x = Float32Array.of(-4, -2.5, -1, -0.3, 0, 0.3, 1, 2.5, 4);
  const { data } = await found.model.predict({ data: x, shape: [1, 9] });
  x.forEach((value, i) => { assert.ok(Math.abs((data[i] ?? NaN) - expected(value)) < 1e-6, `${op} of ${value}`); });
  return layerOf(found, Activation);
}

/** What our own layer of that kind has where nothing is said. */
const ours = (kind: 'leakyRelu' | 'elu'): string => String(new Activation({ kind }).alpha);

const rows: Readonly<Record<string, Row>> = {
  'gates of LSTM': async (theirs) => [theirs, order(theirs, kernelBlocks(await gated('LSTM', 4), 4))],
  'gates of GRU': async (theirs) => [theirs, order(theirs, kernelBlocks(await gated('GRU', 3), 3))],
  'peepholes of LSTM': async (theirs) => [theirs, order(theirs, (weightsOf(await gated('LSTM', 4)).get('peephole')?.data ?? []).filter((_, i) => i % H === 0))],
  'weights of LSTM': async () => {
    const found = weightsOf(await gated('LSTM', 4));
    return ['[1, 4H, D], [1, 4H, H]', ['kernel', 'recurrentKernel'].map((name) => named(found.get(name)?.shape ?? [])).join(', ')];
  },
  'bias of LSTM': async () => {
    const { data = [], shape = [] } = weightsOf(await gated('LSTM', 4)).get('bias') ?? {};
    assert.equal(data.filter((_, i) => i % H === 0), [1 + 5, 3 + 7, 4 + 8, 2 + 6], 'both halves, added');
    return ['[1, 8H]', named(shape)];
  },
  'bias of GRU, reset after': async () => {
    const found = weightsOf(await gated('GRU', 3, { linear_before_reset: int(1) }));
    assert.equal([...found.get('bias')?.data ?? [], ...found.get('recurrentBias')?.data ?? []].filter((_, i) => i % H === 0), [2, 1, 3, 5, 4, 6]);
    return ['[1, 6H]', ['bias', 'recurrentBias'].map((name) => named(found.get(name)?.shape ?? [])).join(', ')];
  },
  'bias of GRU, reset before': async () => {
    const found = weightsOf(await gated('GRU', 3));
    assert.equal(found.get('bias')?.data.filter((_, i) => i % H === 0), [2 + 5, 1 + 4, 3 + 6]);
    assert.not.ok(found.has('recurrentBias'));
    return ['[1, 6H]', named(found.get('bias')?.shape ?? [])];
  },
  'GRU that does not say': async () => [(layerOf(await gated('GRU', 3), GRU).cell.resetAfter ? 'after' : 'before'), new GRU({ units: 1 }).cell.resetAfter ? 'after' : 'before'],
  'gates that do not say': async () => {
    const { recurrentActivation } = layerOf(await gated('LSTM', 4), LSTM).cell;
    assert.is(layerOf(await gated('LSTM', 4, { activations: texts(['Sigmoid', 'Relu', 'Relu']) }), LSTM).cell.recurrentActivation, recurrentActivation);
    return ['Sigmoid', new LSTM({ units: 1 }).cell.recurrentActivation];
  },
  'new values that do not say': async () => {
    const { activation } = layerOf(await gated('LSTM', 4), LSTM).cell;
    assert.is(layerOf(await gated('LSTM', 4, { activations: texts(['Relu', 'Tanh', 'Tanh']) }), LSTM).cell.activation, activation);
    return ['Tanh', new LSTM({ units: 1 }).cell.activation];
  },
  'HardSigmoid that does not say': async () => ['clip(x/5 + ½)', (await sameFunction('HardSigmoid', (x) => Math.min(1, Math.max(0, x / 5 + 0.5)))).function],
  sequences: async () => {
    const { inputs: [input], model } = await gated('LSTM', 4);
    const letters = ['T', 'B', 'D'];
    assert.equal(model.inputShape, [null, D]);
    return [`[${letters.join(', ')}]`, `[${(input?.axes ?? []).map((axis) => letters[axis]).join(', ')}]`];
  },
  Conv: async () => {
    const found = await read(['Conv', ['x', 'W'], 'y', { group: int(2) }], [floatTensor('W', randomTensor(1, 'W', [6, 2, 3, 5]).data, [6, 2, 3, 5])], ['b', 4, 7, 9]);
    layerOf(found, Conv2D);
    const letters: Readonly<Record<number, string>> = { 6: 'out', 2: 'in / groups', 3: 'h', 5: 'w' };
    return ['[out, in / groups, h, w]', `[${(weightsOf(found).get('kernel')?.shape ?? []).map((size) => letters[size]).join(', ')}]`];
  },
  ConvTranspose: async () => {
    const found = await read(['ConvTranspose', ['x', 'W'], 'y', { group: int(2) }], [floatTensor('W', randomTensor(1, 'W', [4, 6, 3, 5]).data, [4, 6, 3, 5])], ['b', 4, 7, 9]);
    layerOf(found, Conv2DTranspose);
    const letters: Readonly<Record<number, string>> = { 4: 'in', 6: 'out / groups', 3: 'h', 5: 'w' };
    return ['[in, out / groups, h, w]', `[${(weightsOf(found).get('kernel')?.shape ?? []).map((size) => letters[size]).join(', ')}]`];
  },
  'LeakyRelu that does not say': async (theirs) => {
    await sameFunction('LeakyRelu', (x) => (x < 0 ? Number(theirs) * x : x));
    return [theirs, ours('leakyRelu')];
  },
  'Elu that does not say': async (theirs) => {
    await sameFunction('Elu', (x) => (x < 0 ? Number(theirs) * Math.expm1(x) : x));
    return [theirs, ours('elu')];
  },
  'BatchNormalization ε': async () => {
    const vectors = ['g', 'b', 'm', 'v'].map((name) => floatTensor(name, [1, 2, 3], [3]));
    const found = await read(['BatchNormalization', ['x', 'g', 'b', 'm', 'v'], 'y'], vectors, ['b', 3]);
    return [shown(layerOf(found, BatchNorm).epsilon), shown(new BatchNorm().epsilon)];
  },
  'LayerNormalization ε': async () => {
    const found = await read(['LayerNormalization', ['x', 'g'], 'y'], [floatTensor('g', [1, 2, 3], [3])], ['b', 3]);
    return [shown(layerOf(found, LayerNorm).epsilon), shown(new LayerNorm().epsilon)];
  },
};

function shown(value: number): string {
  return String(Number(value.toPrecision(6))).replace('1e-5', '0.00001');
}

test('the table and the rows of this test are the same', () => {
  assert.equal([...cells.keys()], Object.keys(rows));
});

for (const [name, derive] of Object.entries(rows)) {
  test(name, async () => {
    const [theirs = '', here = ''] = cells.get(name) ?? [];
    assert.equal(await derive(theirs), [theirs, here]);
  });
}

test.run();

