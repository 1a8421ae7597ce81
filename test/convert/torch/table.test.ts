/** The table of docs/convert-torch.md: every cell is computed with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importTorch, readTorch } from '../../../src/convert/index.js';
import { BatchNorm, GRU, GroupNorm, LayerNorm, SGD, Sequential, cpu } from '../../../src/index.js';
import { torchFile } from '../../golden/torchFiles.js';
import { root } from '../../docs/pages.js';
import { torchModels } from './models.js';
import { runTorch } from './python.js';

const page = readFileSync(join(root, 'docs', 'convert-torch.md'), 'utf8').split('## Orders, biases, defaults')[1] ?? '';
const rows = new Map(page.split('\n').flatMap((line): [string, { theirs: string; ours: string }][] => {
  const [, name = '', theirs = '', ours = ''] = /^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$/.exec(line) ?? [];
  return name === '' || theirs === 'PyTorch' || theirs === '---' ? [] : [[name, { theirs, ours }]];
}));

type Numbers = Record<string, { readonly data: ArrayLike<number>; readonly shape: readonly number[] }>;
interface Case { readonly theirs: Numbers; readonly ours: Numbers; readonly x: Numbers[string]; readonly y: Numbers[string] }

/** Weights there and here, by their short names, input and output of a golden file. */
async function caseOf(name: string): Promise<Case> {
  const { tensors } = await readTorch(torchFile(name));
  const model = torchModels[name]!();
  model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
  await importTorch(torchFile(name), model, { prefix: 'state_dict' });
  const short = (entries: Iterable<readonly [string, Numbers[string]]>): Numbers => Object.fromEntries([...entries].map(([key, value]) => [key.replace(/^.*[./]/, ''), value]));
  return { theirs: short([...tensors].filter(([key]) => key.startsWith('state_dict'))), ours: short(Object.entries(model.getWeights())), x: tensors.get('x')!, y: tensors.get('y')! };
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** What a step needs: sums of gate g for unit h over inputs and over states, with their biases. */
type Sums = (gate: number, unit: number, x: readonly number[], h: readonly number[]) => { readonly input: number; readonly state: number };

function sumsThere({ weight_ih_l0: w, weight_hh_l0: u, bias_ih_l0: b, bias_hh_l0: c }: Numbers, units: number): Sums {
  return (gate, unit, x, h) => {
    const row = gate * units + unit;
    return {
      input: (b?.data[row] ?? 0) + x.reduce((sum, v, d) => sum + v * w!.data[row * x.length + d]!, 0), state: (c?.data[row] ?? 0) + h.reduce((sum, v, k) => sum + v * u!.data[row * units + k]!, 0),
    };
  };
}

function sumsHere({ kernel, recurrentKernel, bias, recurrentBias }: Numbers, units: number): Sums {
  return (gate, unit, x, h) => {
    const width = kernel!.shape[1]!;
    const column = gate * units + unit;
    return {
      input: (bias?.data[column] ?? 0) + x.reduce((sum, v, d) => sum + v * kernel!.data[d * width + column]!, 0),
      state: (recurrentBias?.data[column] ?? 0) + h.reduce((sum, v, k) => sum + v * recurrentKernel!.data[k * width + column]!, 0),
    };
  };
}

type Step = (sums: (gate: string, unit: number) => { input: number; state: number }, unit: number, h: number, c: number) => { h: number; c: number };

const steps: Readonly<Record<'lstm' | 'gru' | 'rnn', Step>> = {
  lstm(sums, unit, _h, c) {
    const z = (gate: string): number => sums(gate, unit).input + sums(gate, unit).state;
    const next = sigmoid(z('f')) * c + sigmoid(z('i')) * Math.tanh(z('g'));
    return { h: sigmoid(z('o')) * Math.tanh(next), c: next };
  },
  gru(sums, unit, h) {
    const z = (gate: string): number => sigmoid(sums(gate, unit).input + sums(gate, unit).state);
    const n = Math.tanh(sums('n', unit).input + z('r') * sums('n', unit).state);
    return { h: (1 - z('z')) * n + z('z') * h, c: 0 };
  },
  rnn: (sums, unit) => ({ h: Math.tanh(sums('h', unit).input + sums('h', unit).state), c: 0 }),
};

/** Largest difference from the file's outputs of a network with these gates in this order. */
function off({ x, y }: Case, step: Step, gates: readonly string[], sums: Sums, units: number): number {
  const [batch = 0, time = 0, width = 0] = x.shape;
  let worst = 0;
  for (let b = 0; b < batch; b++) {
    let [h, c] = [new Array<number>(units).fill(0), new Array<number>(units).fill(0)];
    for (let t = 0; t < time; t++) {
      const row = Array.from({ length: width }, (_, d) => x.data[(b * time + t) * width + d]!);
      const now = h.map((_, unit) => step((gate, u) => sums(gates.indexOf(gate), u, row, h), unit, h[unit]!, c[unit]!));
      [h, c] = [now.map((s) => s.h), now.map((s) => s.c)];
      h.forEach((value, unit) => { worst = Math.max(worst, Math.abs(value - y.data[(b * time + t) * units + unit]!)); });
    }
  }
  return worst;
}

const letters = (cell: string): string[] => cell.split(', ');

function gatesTest(name: 'lstm' | 'gru'): RowTest {
  return async ({ theirs, ours }) => {
    const made = await caseOf(`${name}-1`);
    assert.ok(off(made, steps[name], letters(theirs), sumsThere(made.theirs, 4), 4) < 1e-12, 'there');
    assert.ok(off(made, steps[name], letters(ours), sumsHere(made.ours, 4), 4) < 1e-12, 'here');
  };
}

/** `[4H, D], [4H, H]` with sizes for letters. */
function shapesIn(cell: string, sizes: Readonly<Record<string, number>>): number[][] {
  return [...cell.matchAll(/\[([^\]]+)\]/g)].map(([, inner = '']) => inner.split(', ').map((size) => size.split(' / ').map((factor) => {
    const [, times = '', letter = ''] = /^(\d*)(\w+)$/.exec(factor) ?? [];
    return Number(times || 1) * (sizes[letter] ?? NaN);
  }).reduce((a, b) => a / b)));
}

function shapesTest(file: string, theirNames: readonly string[], ourNames: readonly string[], sizes: Readonly<Record<string, number>>): RowTest {
  return async ({ theirs, ours }) => {
    const made = await caseOf(file);
    assert.equal(shapesIn(theirs, sizes), theirNames.map((name) => [...made.theirs[name]!.shape]));
    assert.equal(shapesIn(ours, sizes), ourNames.map((name) => [...made.ours[name]!.shape]));
  };
}

function biasesTest(name: 'lstm' | 'gru' | 'rnn', gates: readonly string[]): RowTest {
  return async ({ theirs, ours }) => {
    const made = await caseOf(`${name}-1`);
    assert.match(theirs, /^two/);
    assert.equal(Object.keys(made.theirs).filter((key) => key.startsWith('bias')).length, 2);
    assert.is(Object.keys(made.ours).filter((key) => /bias/i.test(key)).length, ours === 'one' ? 1 : 2);
    assert.ok(off(made, steps[name], gates, sumsThere(made.theirs, 4), 4) < 1e-12);
    assert.ok(off(made, steps[name], gates, sumsHere(made.ours, 4), 4) < 1e-12);
    // Added to the other, as "added" says: equal for LSTM and RNN, another function for GRU.
    const { bias_ih_l0: b, bias_hh_l0: c, ...rest } = made.theirs;
    const added = { data: Array.from(b!.data, (value, i) => value + c!.data[i]!), shape: b!.shape };
    const difference = off(made, steps[name], gates, sumsThere({ ...rest, bias_ih_l0: added }, 4), 4);
    if (theirs === 'two, added') assert.ok(difference < 1e-12, String(difference));
    else assert.ok(difference > 1e-3, String(difference));
  };
}

/** What PyTorch's own modules say and do. */
const torch = JSON.parse(runTorch(`
import json, torch
from torch import nn
mean, variance = nn.BatchNorm1d(1), nn.BatchNorm1d(1, momentum=1.0)
mean(torch.ones(2, 1))
variance(torch.tensor([[0.], [2.]]))
print(json.dumps({'BatchNorm': mean.eps, 'LayerNorm': nn.LayerNorm(1).eps, 'GroupNorm': nn.GroupNorm(1, 1).eps, 'mean': float(mean.running_mean), 'variance': float(variance.running_var)}))
`)) as Readonly<Record<'BatchNorm' | 'LayerNorm' | 'GroupNorm' | 'mean' | 'variance', number>>;

function epsilonTest(name: 'BatchNorm' | 'LayerNorm' | 'GroupNorm', here: number): RowTest {
  return async ({ theirs, ours }) => { assert.equal([Number(theirs), Number(ours)], [torch[name], here]); };
}

type RowTest = (row: { readonly theirs: string; readonly ours: string }) => Promise<void>;

const tests: Readonly<Record<string, RowTest>> = {
  'LSTM gates': gatesTest('lstm'), 'GRU gates': gatesTest('gru'),
  'LSTM weights': shapesTest('lstm-1', ['weight_ih_l0', 'weight_hh_l0'], ['kernel', 'recurrentKernel'], { D: 3, H: 4 }),
  'GRU weights': shapesTest('gru-1', ['weight_ih_l0', 'weight_hh_l0'], ['kernel', 'recurrentKernel'], { D: 3, H: 4 }),
  'RNN weights': shapesTest('rnn-1', ['weight_ih_l0', 'weight_hh_l0'], ['kernel', 'recurrentKernel'], { D: 3, H: 4 }),
  'LSTM biases': biasesTest('lstm', ['i', 'f', 'g', 'o']), 'RNN biases': biasesTest('rnn', ['h']), 'GRU biases': biasesTest('gru', ['r', 'z', 'n']),
  'GRU reset': async ({ theirs, ours }) => {
    const made = await caseOf('gru-1');
    assert.equal([theirs, ours], ['after the product', 'after the product']);
    assert.ok(off(made, steps.gru, ['r', 'z', 'n'], sumsThere(made.theirs, 4), 4) < 1e-12);
    assert.is(new GRU({ units: 1 }).cell.resetAfter, true);
  },
  projection: shapesTest('lstm-projection', ['weight_hr_l0'], ['projection'], { P: 2, H: 4 }),
  Linear: shapesTest('conv2d-flatten', ['weight'], ['kernel'], { in: 18, out: 4 }),
  Conv2d: shapesTest('conv2d', ['weight'], ['kernel'], { in: 4, out: 6, groups: 2, h: 3, w: 2 }),
  ConvTranspose2d: shapesTest('transpose2d', ['weight'], ['kernel'], { in: 4, out: 6, groups: 2, h: 3, w: 2 }),
  'flattened images': async ({ theirs, ours }) => {
    const made = await caseOf('conv2d-flatten');
    const sizes = { channels: 3, height: 3, width: 2 } as const;
    type Axis = keyof typeof sizes;
    const index = (order: string, at: Readonly<Record<Axis, number>>): number => order.split(', ').reduce((sum, axis) => sum * sizes[axis as Axis] + at[axis as Axis], 0);
    for (let channels = 0; channels < 3; channels++) for (let height = 0; height < 3; height++) for (let width = 0; width < 2; width++) for (let unit = 0; unit < 4; unit++) {
      const at = { channels, height, width };
      assert.is(made.ours.kernel!.data[index(ours, at) * 4 + unit], made.theirs.weight!.data[unit * 18 + index(theirs, at)]);
    }
  },
  'BatchNorm ε': epsilonTest('BatchNorm', new BatchNorm().epsilon), 'LayerNorm ε': epsilonTest('LayerNorm', new LayerNorm().epsilon), 'GroupNorm ε': epsilonTest('GroupNorm', new GroupNorm().epsilon),
  'BatchNorm momentum': async ({ theirs, ours }) => {
    assert.is(ours, `${new BatchNorm().momentum} of the old`);
    // Of a running mean of 0 and a batch whose mean is 1.
    assert.is(theirs, `${Number(torch.mean.toFixed(6))} of the new`);
  },
  'running variance': async ({ theirs, ours }) => {
    const names: Readonly<Record<string, string>> = { 1: 'biased', 2: 'unbiased' }; // of the batch 0, 2
    const model = new Sequential([new BatchNorm({ momentum: 0 })], { inputShape: [1] });
    model.compile({ loss: 'mse', optimizer: new SGD({ learningRate: 1e-9 }) });
    await model.trainOnBatch([[0], [2]], [[0], [0]]);
    assert.is(ours, names[String(model.getWeights()['batch_norm/movingVariance']?.data[0])]);
    assert.is(theirs, names[String(torch.variance)]);
  },
};

test('every row has a test, and every test a row', () => {
  assert.equal([...rows.keys()], Object.keys(tests).sort((a, b) => [...rows.keys()].indexOf(a) - [...rows.keys()].indexOf(b)));
});

for (const [name, run] of Object.entries(tests)) {
  test(name, async () => {
    const row = rows.get(name);
    assert.ok(row, 'in the table');
    await run(row);
  });
}

test.run();
