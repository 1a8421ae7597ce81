/** Cells of one's own, and the library's as cells: gradients, the loop's options, stacks, files. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Adam, ArgumentError, Bidirectional, Dense, FileFormatError, GRU, GRUCell, LSTM, LSTMCell, RNN, Sequential, SimpleRNN, SimpleRNNCell, StackedCells, cpu, loadModel,
} from '../../src/index.js';
import type { AnyCell, AnyLayer, CellFactory, LoopOptions } from '../../src/index.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import { Input } from '../../src/layers/layer.js';
import { rejected } from '../models/support.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import type { Named, NetworkResult } from '../support/network.js';
import { CoupledLSTM, MinimalGatedUnit, NormedLSTM } from '../support/ownCells.js';
import { randomTensor } from '../support/values.js';

const cells: Readonly<Record<string, () => AnyCell>> = {
  'minimal gated unit': () => new MinimalGatedUnit(3), 'coupled LSTM': () => new CoupledLSTM(3), 'layer-normalised LSTM': () => new NormedLSTM(3),
  LSTMCell: () => new LSTMCell({ units: 3, recurrentDropout: 0.3, projection: 2 }),
  'a stack of all': () => new StackedCells({
    cells: [new GRUCell({ units: 2, recurrentDropout: 0.2 }), new MinimalGatedUnit(3), new LSTMCell({ units: 2, recurrentDropout: 0.4, peepholes: true }), new SimpleRNNCell({ units: 3 })],
  }),
};

for (const [name, make] of Object.entries(cells)) {
  test(`${name}: gradients of weights, inputs and initial states, masked or not, either way`, async () => {
    const forms: LoopOptions[] = [{}, { returnSequences: true, returnState: true, dropout: 0.3 }, { goBackwards: true, returnSequences: true }];
    for (const form of forms) {
      await assertGradients(new RNN({ cell: make(), ...form }), { inputShape: [3, 4, 2], seed: 3 }, name);
      await assertGradients(new RNN({ cell: make(), ...form }), { inputShape: [3, 4, 2], seed: 4, lengths: [4, 1, 3] }, `${name}, masked`);
    }
  });

  test(`${name}: in both directions`, async () => {
    const layer = new RNN({ cell: make(), returnSequences: true });
    await assertGradients(new Bidirectional({ layer }), { inputShape: [2, 3, 2], seed: 5, lengths: [3, 2] }, name);
  });

  test(`${name}: the state lasts from batch to batch where it is asked to`, async () => {
    const whole = new Sequential([new RNN({ cell: make(), returnSequences: true, name: 'cell' })], { inputShape: [6, 2], seed: 2 });
    const half = new Sequential([new RNN({ cell: make(), returnSequences: true, stateful: true, name: 'cell' })], { inputShape: [3, 2], seed: 3 });
    for (const model of [whole, half]) model.compile({ loss: 'mse', backend: cpu({ dtype: 'float64' }) });
    half.setWeights({ ...half.getWeights(), ...whole.getWeights() });
    const x = randomTensor(1, 'x', [2, 6, 2]);
    const cut = (from: number): { data: Float64Array; shape: number[] } => ({
      shape: [2, 3, 2], data: Float64Array.from({ length: 12 }, (_, i) => x.data[Math.floor(i / 6) * 12 + from * 2 + (i % 6)] ?? NaN),
    });
    const flat = async (model: Sequential, input: { data: Float64Array; shape: readonly number[] }): Promise<number[]> => {
      const { data } = await model.predict(input, { batchSize: 2 });
      return Array.from(data);
    };
    const expected = await flat(whole, x);
    const [first, second] = [await flat(half, cut(0)), await flat(half, cut(3))];
    const row = expected.length / 2;
    for (const sample of [0, 1]) {
      assertClose(first.slice(sample * row / 2, (sample + 1) * row / 2), expected.slice(sample * row, sample * row + row / 2), 1e-14, 'first half');
      assertClose(second.slice(sample * row / 2, (sample + 1) * row / 2), expected.slice(sample * row + row / 2, (sample + 1) * row), 1e-14, 'second half');
    }
  });
}

const x = randomTensor(2, 'x', [3, 5, 2]);

function run(network: Network, weights: Named): NetworkResult {
  return runNetwork(network, { weights, inputs: [x], dOutputs: projections(network, 3, 4) });
}

/** The weights of one network under the names of another, in their order. */
function renamed(weights: Named, network: Network): Named {
  const names = Object.keys(randomWeights(network, 0, 3));
  return Object.fromEntries(Object.values(weights).map((value, i) => [names[i] ?? '', value]));
}

function assertAlike(what: string, a: Network, b: Network, tolerance: number): void {
  const weights = randomWeights(a, 6, 3);
  const [one, other] = [run(a, weights), run(b, renamed(weights, b))];
  one.outputs.forEach((y, i) => assertClose(other.outputs[i] ?? [], y, tolerance, `${what}: output ${i}`));
  assertClose(other.inputGradients[0] ?? [], one.inputGradients[0] ?? [], tolerance, `${what}: dx`);
  const gradients = Object.values(other.gradients);
  Object.entries(one.gradients).forEach(([key, d], i) => assertClose(gradients[i] ?? [], d, tolerance, `${what}: ${key}`));
}

test('LSTM is RNN of LSTMCell, GRU of GRUCell, SimpleRNN of SimpleRNNCell, to the last bit; step by step all but the rounding', () => {
  const loop: LoopOptions = { returnSequences: true, returnState: true, truncate: 2 };
  const pairs: readonly (readonly [AnyLayer, () => AnyCell])[] = [
    [new LSTM({ units: 3, peepholes: true, ...loop }), () => new LSTMCell({ units: 3, peepholes: true })],
    [new GRU({ units: 3, resetAfter: false, ...loop }), () => new GRUCell({ units: 3, resetAfter: false })],
    [new SimpleRNN({ units: 3, activation: 'linear', ...loop }), () => new SimpleRNNCell({ units: 3, activation: 'linear' })],
  ];
  for (const [layer, cell] of pairs) {
    assertAlike(layer.className, networkOf(layer, [5, 2]), networkOf(new RNN({ cell: cell(), ...loop }), [5, 2]), 0);
    assertAlike(layer.className, networkOf(layer, [5, 2]), networkOf(new RNN({ cell: new StackedCells({ cells: [cell()] }), ...loop }), [5, 2]), 1e-14);
  }
});

test('a stack of cells gives what layers above each other give', () => {
  const input = Input({ shape: [5, 2] });
  const below = new LSTM({ units: 4, returnSequences: true }).apply(input);
  const layers = buildNetwork([input], [new GRU({ units: 3, returnSequences: true }).apply(below)]);
  const cell = new StackedCells({ cells: [new LSTMCell({ units: 4 }), new GRUCell({ units: 3 })] });
  assertAlike('stack', layers, networkOf(new RNN({ cell, returnSequences: true }), [5, 2]), 1e-14);
  assert.equal(Object.keys(cell.stateShapes), ['cell0/h', 'cell0/c', 'cell1/h']);
  assert.is(cell.output, 'cell1/h');
});

test('cells of one\'s own train on the default backend, and come back from a file', async () => {
  const customCells: Record<string, CellFactory> = {
    MinimalGatedUnit: (o) => new MinimalGatedUnit(Number(o.units)), CoupledLSTM: (o) => new CoupledLSTM(Number(o.units)), NormedLSTM: (o) => new NormedLSTM(Number(o.units)),
  };
  const inputs = randomTensor(3, 'x', [24, 5, 2]);
  const targets = { shape: [24, 1], data: Float64Array.from({ length: 24 }, (_, i) => Math.tanh(inputs.data[i * 10] ?? 0)) };
  for (const make of Object.values(cells)) {
    const model = new Sequential([new Bidirectional({ layer: new RNN({ cell: make() }) }), new Dense({ units: 1 })], { inputShape: [5, 2], seed: 1 });
    model.compile({ loss: 'mse', optimizer: new Adam({ learningRate: 0.02 }) });
    const { loss = [] } = (await model.fit(inputs, targets, { epochs: 12, batchSize: 8 })).history;
    assert.ok((loss.at(-1) ?? NaN) < 0.8 * (loss[0] ?? NaN), `${model.summary()} ${loss.join()}`);
    const again = await loadModel(model.toBytes(), { customCells });
    assertSame((await again.predict(inputs)).data, (await model.predict(inputs)).data, 'loaded');
    assertSame(again.toBytes(), model.toBytes(), 'saved again');
  }
});

test('what a file cannot hold or tell is said', async () => {
  const saved = (cell: AnyCell): Uint8Array => {
    const model = new Sequential([new RNN({ cell })], { inputShape: [5, 2], seed: 1 });
    model.compile({ loss: 'mse' });
    return model.toBytes();
  };
  assert.match((await rejected(FileFormatError, loadModel(saved(new MinimalGatedUnit(2))))).message, /cell class .*'?MinimalGatedUnit.*customCells/);
  const nameless: AnyCell = Object.assign(Object.create(new MinimalGatedUnit(2)) as AnyCell, { className: undefined });
  assert.match(thrown(ArgumentError, () => saved(nameless)).message, /cell must be one with className and config\(\)/);
});

test('what is no cell is refused', () => {
  // @ts-expect-error no cell
  assert.match(thrown(ArgumentError, () => new RNN({ cell: {} })).message, /^RNN: cell must be a cell: stateShapes, parameters, forward and backward, got without stateShapes/);
  // @ts-expect-error no cell
  assert.match(thrown(ArgumentError, () => new RNN({ cell: 7 })).message, /^RNN: cell must be a cell/);
  // @ts-expect-error no list
  assert.match(thrown(ArgumentError, () => new StackedCells({ cells: new LSTMCell({ units: 2 }) })).message, /^StackedCells: cells must be a list/);
  assert.match(thrown(ArgumentError, () => new StackedCells({ cells: [] })).message, /^StackedCells: cells must be a list of at least one cell, got an empty one/);
  const odd = (own: object): AnyCell => Object.assign(new MinimalGatedUnit(2), own);
  assert.match(thrown(ArgumentError, () => new RNN({ cell: odd({ stateShapes: {} }) })).message, /at least one state/);
  assert.match(thrown(ArgumentError, () => new RNN({ cell: odd({ stateShapes: { h: [0] } }) })).message, /state h of cell/);
  assert.match(thrown(ArgumentError, () => new RNN({ cell: odd({ output: 'c' }) })).message, /output of cell must be h, got c/);
});

test.run();
