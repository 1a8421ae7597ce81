/** What the options of the recurrent layers mean, compared with the same thing done by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { resolveInitializer } from '../../src/initializers.js';
import { GRU } from '../../src/layers/gru.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { LSTM } from '../../src/layers/lstm.js';
import type { RecurrentOptions } from '../../src/layers/recurrent.js';
import { SimpleRNN } from '../../src/layers/simpleRnn.js';
import { randomStream } from '../../src/random.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../support/compare.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import type { NetworkData, NetworkResult } from '../support/network.js';
import { cellKinds, recurrentLayer } from '../support/recurrent.js';
import type { CellKind } from '../support/recurrent.js';
import { host, lengthMask, randomTensor, reversedTime, timeSlice } from '../support/values.js';
import type { Host } from '../support/values.js';

const [B, T, D, H] = [3, 5, 2, 4];
const statesOf = (kind: CellKind): number => (kind.startsWith('lstm') ? 2 : 1);

/** One layer on x and random initial states, forward and backward. */
function run(kind: CellKind, options: Omit<RecurrentOptions, 'units'>, x: Host, more: Partial<NetworkData> = {}): NetworkResult {
  const states = Array.from({ length: statesOf(kind) }, () => [H]);
  const network = networkOf(recurrentLayer(kind, { units: H, name: 'cell', ...options }), x.shape.slice(1), ...states);
  const initial = states.map((_, i) => randomTensor(5, `state ${i}`, [B, H]));
  const dOutputs = projections(network, B, 6);
  return runNetwork(network, { weights: randomWeights(network, 7), inputs: [x, ...initial], dOutputs, ...more });
}

function first<V>(values: readonly V[]): V {
  const [value] = values;
  if (value === undefined) throw new Error('nothing there');
  return value;
}

const x = randomTensor(9, 'x', [B, T, D]);

for (const kind of cellKinds) {
  test(`${kind}: the last of the sequence is the single output and the final h`, () => {
    const all = first(run(kind, { returnSequences: true }, x).outputs);
    const last = run(kind, { returnState: true }, x).outputs;
    const end = timeSlice(host([B, T, H], all), T - 1, 1).data;
    assertSame(first(last), end, 'output');
    assertSame(last[1] ?? [], end, 'h');
    assert.is(last.length, 1 + statesOf(kind));
  });

  test(`${kind}: goBackwards reads the reversed sequence, and gives dx back in time order`, () => {
    const backwards = run(kind, { returnSequences: true, goBackwards: true }, x);
    const reversed = run(kind, { returnSequences: true }, reversedTime(x));
    assertSame(first(backwards.outputs), first(reversed.outputs), 'output');
    assertSame(first(backwards.inputGradients), reversedTime(host([B, T, D], first(reversed.inputGradients))).data, 'dx');
    assertSame(backwards.gradients['cell/recurrentKernel'] ?? [], reversed.gradients['cell/recurrentKernel'] ?? [], 'dU');
  });

  test(`${kind}: padding carries the state on, and neither its values nor its length matter`, () => {
    const lengths = [2, 4, 1];
    const mask = lengthMask(lengths, T);
    const padded = run(kind, { returnSequences: true, returnState: true }, x, { mask });
    const other = { ...x, data: x.data.map((v, i) => (mask.data[Math.floor(i / D)] === 1 ? v : 99 - v)) };
    const changed = run(kind, { returnSequences: true, returnState: true }, other, { mask });
    padded.outputs.forEach((y, i) => assertSame(changed.outputs[i] ?? [], y, `output ${i}`));
    for (const [key, gradient] of Object.entries(padded.gradients)) assertSame(changed.gradients[key] ?? [], gradient, key);
    padded.inputGradients.forEach((d, i) => assertSame(changed.inputGradients[i] ?? [], d, `input gradient ${i}`));
    const dx = first(padded.inputGradients);
    const sequence = first(padded.outputs);
    lengths.forEach((length, b) => {
      const short = run(kind, { returnState: true }, timeSlice(x, 0, length));
      const h = (y: ArrayLike<number>, row: number): number[] => Array.from({ length: H }, (_, u) => y[row * H + u] ?? NaN);
      assertClose(h(padded.outputs[1] ?? [], b), h(short.outputs[1] ?? [], b), 1e-14, `final h of row ${b}`);
      for (let t = length - 1; t < T; t++) assert.equal(h(sequence, b * T + t), h(padded.outputs[1] ?? [], b), `row ${b}, step ${t}`);
      assert.ok(dx.slice((b * T + length) * D, (b + 1) * T * D).every((v) => v === 0), 'no gradient reaches the padding');
      if (kind === 'rnn-relu') return; // units may be off
      assert.ok(dx.slice(b * T * D, (b * T + length) * D).every((v) => v !== 0), 'a gradient reaches every valid step');
    });
  });

  test(`${kind}: a full mask changes nothing`, () => {
    const masked = run(kind, { returnSequences: true, returnState: true }, x, { mask: lengthMask([T, T, T], T) });
    const plain = run(kind, { returnSequences: true, returnState: true }, x);
    for (const [key, gradient] of Object.entries(plain.gradients)) assertClose(masked.gradients[key] ?? [], gradient, 1e-14, key);
    plain.outputs.forEach((y, i) => assertClose(masked.outputs[i] ?? [], y, 1e-14, `output ${i}`));
  });

  test(`${kind}: one mask for all steps: dropout scales the input, recurrentDropout what enters the product`, () => {
    const drop = host([B, D], [0, 2, 2, 0, 2, 2]);
    const hDrop = host([B, H], Array.from({ length: B * H }, (_, i) => (i % 3 === 0 ? 0 : 1.5)));
    const dropped = run(kind, { returnSequences: true, dropout: 0.5 }, x, { noise: [drop] });
    const byHand = { ...x, data: x.data.map((v, i) => v * (drop.data[Math.floor(i / (T * D)) * D + (i % D)] ?? 0)) };
    const plain = run(kind, { returnSequences: true }, byHand);
    assertSame(first(dropped.outputs), first(plain.outputs), 'dropout');
    const both = run(kind, { returnSequences: true, dropout: 0.5, recurrentDropout: 0.3 }, x, { noise: [drop, hDrop] });
    assertDifferent(first(both.outputs), first(plain.outputs), 1e-3, 'recurrentDropout');
    const off = run(kind, { returnSequences: true, dropout: 0.5, recurrentDropout: 0.3 }, x, { training: false });
    assertSame(first(off.outputs), first(run(kind, { returnSequences: true }, x).outputs), 'inference');
  });

  test(`${kind}: recurrentDropout is the same at every step, and masks h where it enters the product`, () => {
    const hDrop = host([B, H], Array.from({ length: B * H }, (_, i) => (i % 3 === 0 ? 0 : 1.5)));
    const whole = first(run(kind, { returnSequences: true, recurrentDropout: 0.3 }, x, { noise: [hDrop] }).outputs);
    let states = Array.from({ length: statesOf(kind) }, (_, i) => randomTensor(5, `state ${i}`, [B, H]));
    for (let t = 0; t < T; t++) {
      const step = timeSlice(x, t, 1);
      const { outputs: [y = [], ...after] } = run(kind, { returnState: true, recurrentDropout: 0.3 }, step, { noise: [hDrop], inputs: [step, ...states] });
      assertClose(y, timeSlice(host([B, T, H], whole), t, 1).data, 1e-14, `step ${t}`);
      if (!kind.startsWith('gru')) { // where h goes on by another way than the product
        const [h, ...others] = states;
        const masked = host([B, H], Array.from(h?.data ?? [], (value, i) => value * (hDrop.data[i] ?? NaN)));
        assertClose(first(run(kind, {}, step, { inputs: [step, masked, ...others] }).outputs), y, 1e-14, `step ${t} by hand`);
      }
      states = after.map((data) => host([B, H], data));
    }
  });

  test(`${kind}: stateful: two halves of a sequence equal the whole`, () => {
    const layer = (stateful: boolean): AnyLayer => recurrentLayer(kind, { units: H, name: 'cell', returnSequences: true, stateful });
    const plain = networkOf(layer(false), [T, D]);
    const weights = randomWeights(plain, 7);
    const whole = host([B, T, H], first(runNetwork(plain, { weights, inputs: [x] }).outputs));
    const zero = host([B, H], new Float64Array(B * H));
    let states: Record<string, Host> = { 'cell/h': zero, 'cell/c': zero };
    for (const [from, count] of [[0, 2], [2, 3]] as const) {
      const network = networkOf(layer(true), [count, D]);
      const part = runNetwork(network, { weights: { ...weights, ...states }, inputs: [timeSlice(x, from, count)] });
      assertClose(first(part.outputs), timeSlice(whole, from, count).data, 1e-14, `steps from ${from}`);
      states = Object.fromEntries(Object.entries(part.states).map(([key, data]) => [key, host([B, H], data)]));
      assert.is(Object.keys(states).length, statesOf(kind));
    }
  });

  test(`${kind}: an output that nobody uses has no gradient`, () => {
    const full = networkOf(recurrentLayer(kind, { units: H, name: 'cell', returnSequences: true, returnState: true }), [T, D]);
    const weights = randomWeights(full, 7);
    const last = full.outputs.length - 1;
    const only = { ...full, outputs: full.outputs.slice(last) };
    const dLast = randomTensor(3, 'dLast', [B, H]);
    const zeros = full.outputs.map(({ shape }) => host([B, ...shape], new Float64Array(B * shape.reduce((a, b) => a * b, 1))));
    const expected = runNetwork(full, { weights, inputs: [x], dOutputs: zeros.map((z, i) => (i === last ? dLast : z)) });
    const actual = runNetwork(only, { weights, inputs: [x], dOutputs: [dLast] });
    for (const [key, gradient] of Object.entries(expected.gradients)) assertClose(actual.gradients[key] ?? [], gradient, 1e-14, key);
    assertClose(first(actual.inputGradients), first(expected.inputGradients), 1e-14, 'dx');
  });

  test(`${kind}: stacks by composition: the layer above sees the sequence below`, () => {
    const upper = recurrentLayer(kind, { units: 3, name: 'upper' });
    assert.equal(upper.outputShapes(recurrentLayer(kind, { units: H, returnSequences: true }).outputShapes([[T, D]])), [[3]]);
  });
}

test('weights have the shapes and first values of Keras: orthogonal recurrence, unit forget bias', () => {
  const lstm = new LSTM({ units: 3, peepholes: true });
  const specs = lstm.parameters([[T, D]]);
  assert.equal([specs.kernel, specs.recurrentKernel, specs.bias, specs.peephole].map((spec) => spec?.shape), [[2, 12], [3, 12], [12], [3, 3]]);
  assert.is(specs.kernel?.initializer, 'glorotUniform');
  assert.is(specs.recurrentKernel?.initializer, 'orthogonal');
  const bias = resolveInitializer(specs.bias?.initializer ?? 'ones')([12], randomStream(1, 'bias'));
  assert.equal([...bias], [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  assert.is(new LSTM({ units: 3, unitForgetBias: false }).parameters([[T, D]]).bias?.initializer, 'zeros');
  const gru = new GRU({ units: 3 }).parameters([[T, D]]);
  assert.equal([gru.kernel?.shape, gru.recurrentKernel?.shape, gru.bias?.shape, gru.recurrentBias?.shape], [[2, 9], [3, 9], [9], [9]]);
  assert.is(new GRU({ units: 3, resetAfter: false }).parameters([[T, D]]).recurrentBias, undefined);
  assert.equal(new SimpleRNN({ units: 3 }).parameters([[T, D]]).recurrentKernel?.shape, [3, 3]);
});

test('wrong inputs and options are refused with their name', () => {
  const lstm = new LSTM({ units: 4, name: 'memory' });
  const error = thrown(ShapeError, () => lstm.outputShapes([[7]]));
  assert.is(error.message, "LSTM 'memory': input must be [batch, time, features], got [batch, 7]. Check inputShape and returnSequences of the layers before.");
  assert.match(thrown(ShapeError, () => lstm.outputShapes([[5, 2], [4]])).message, /x alone or x and 2 state tensor\(s\), got 2 tensors/);
  assert.match(thrown(ShapeError, () => lstm.outputShapes([[5, 2], [4], [3]])).message, /initial state must be \[batch, 4\], got \[batch, 3\]/);
  assert.match(thrown(ArgumentError, () => new LSTM({ units: 0 })).message, /units must be a whole number of at least 1, got 0/);
  assert.match(thrown(ArgumentError, () => new GRU({ units: 2, dropout: 1 })).message, /dropout must be a rate in \[0, 1\), got 1/);
  assert.match(thrown(ArgumentError, () => new GRU({ units: 2, recurrentDropout: -0.1 })).message, /recurrentDropout/);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => new SimpleRNN({ units: 2, activation: 'sin' })).message, /tanh \| sigmoid \| relu/);
  // @ts-expect-error a wrong name on purpose
  assert.match(thrown(ArgumentError, () => new SimpleRNN({ units: 2, kernelInitializer: 'magic' })).message, /initializer/);
});

test('a configuration makes the same layer again', () => {
  const lstm = new LSTM({ units: 3, peepholes: true, goBackwards: true, truncate: 2, dropout: 0.1, unitForgetBias: false });
  const again = new LSTM({ ...lstm.config(), units: lstm.units });
  assert.equal(again.config(), lstm.config());
  assert.is(again.cell.peepholes && again.goBackwards && again.truncate === 2 && again.dropout === 0.1 && !again.cell.unitForgetBias, true);
});

test.run();
