/** Attention and MultiHeadAttention: gradients, PyTorch's numbers, masks, and what a query sees. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, ShapeError } from '../../src/errors.js';
import { Attention } from '../../src/layers/attention/attention.js';
import type { AttentionScore } from '../../src/layers/attention/attention.js';
import { MultiHeadAttention } from '../../src/layers/attention/multiHeadAttention.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { float32, float64 } from '../support/step.js';
import { host, randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

const scores: readonly AttentionScore[] = ['dot', 'scaledDot', 'additive'];
const cases = fc.record({
  sizes: distinctSizes(['B', 'Q', 'K', 'D', 'E'], 6, 2), seed: anySeed, causal: fc.boolean(), dropout: fc.constantFrom(0, 0.3), returnAttentionScores: fc.boolean(),
});

test('Attention: gradients of every score, of one to three inputs, with masks of queries and keys', async () => {
  await forAll(cases, 6, async ({ sizes: { B, Q, K, D, E }, seed, ...options }) => {
    const lengths = (steps: number): number[] => Array.from({ length: B }, (_, b) => 1 + ((seed + 3 * b) % steps));
    for (const score of scores) {
      const layer = new Attention({ score, units: score === 'additive' ? E + 1 : undefined, ...options });
      const weights = score === 'additive' ? (D + D + 1) * (E + 1) : 0;
      await assertGradients(layer, { inputShape: [[B, Q, D], [B, K, E], [B, K, D]], seed }, `${score} of three`, { count: weights + B * (Q * D + K * (D + E)) });
      await assertGradients(layer, { inputShape: [[B, Q, D], [B, K, D]], seed, lengths: [lengths(Q), lengths(K)] }, `${score}, masked`, { count: weights + B * (Q + K) * D });
      await assertGradients(layer, { inputShape: [B, Q, D], seed, lengths: lengths(Q) }, `${score} of itself`, { count: weights + B * Q * D });
    }
  });
});

test('MultiHeadAttention: gradients of every weight and of one to three inputs, with masks', async () => {
  await forAll(cases, 6, async ({ sizes: { B, Q, K, D, E }, seed, ...options }) => {
    const lengths = (steps: number): number[] => Array.from({ length: B }, (_, b) => 1 + ((seed + 3 * b) % steps));
    const [H, d, e] = [1 + (seed % 3), 2, 3];
    const layer = new MultiHeadAttention({ numHeads: H, keyDim: d, valueDim: e, ...options });
    const weights = (dk: number, dv: number): number => H * (d * (D + dk + 1) + e * (dv + D + 1)) + D;
    await assertGradients(layer, { inputShape: [[B, Q, D], [B, K, E], [B, K, D + 1]], seed }, 'of three', { count: weights(D + 1, E) + B * (Q * D + K * (D + 1 + E)) });
    await assertGradients(layer, { inputShape: [[B, Q, D], [B, K, E]], seed, lengths: [undefined, lengths(K)] }, 'masked keys', { count: weights(E, E) + B * (Q * D + K * E) });
    await assertGradients(layer, { inputShape: [B, Q, D], seed, lengths: lengths(Q) }, 'of itself', { count: weights(D, D) + B * Q * D });
    await assertGradients(new MultiHeadAttention({ numHeads: H, keyDim: d, useBias: false }), { inputShape: [B, Q, D], seed }, 'without bias', { count: 4 * H * d * D + B * Q * D });
  });
});

for (const [backend, tolerance] of [[float64, 1e-12], [float32, 2e-6]] as const) {
  /** Outputs and gradients of a case of a golden file. */
  const compare = (file: string, form: string, layer: AnyLayer, inputs: readonly string[], masks: readonly (Host | undefined)[]): void => {
    const golden = readGolden(file);
    const get = (key: string): Host => golden.get(`${form}/${key}`);
    const names = Object.keys(layer.parameters(inputs.map((name) => get(name).shape.slice(1))));
    const network = networkOf(layer, ...inputs.map((name) => get(name).shape.slice(1)));
    const result = runNetwork(network, {
      weights: Object.fromEntries(names.map((name) => [`at/${name}`, get(name)])), inputs: inputs.map(get), masks, dOutputs: [get('R/out'), get('R/weights')],
    }, backend);
    const rows = masks[0]?.data; // of padded queries PyTorch has weights, and we have none
    const shown = (values: ArrayLike<number>, key: string): number[] => Array.from(values, (value, i) => {
      const { shape } = get(key);
      const [batch = 1, steps = 1] = [shape[0], shape.at(-2)];
      const row = Math.floor(i / (shape.at(-1) ?? 1)) % steps + steps * Math.floor(i / (values.length / batch));
      return key !== 'out' && key !== 'weights' ? value : (rows?.[row] ?? 1) * value;
    });
    for (const [key, values] of [['out', result.outputs[0]], ['weights', result.outputs[1]]] as const) {
      assertClose(shown(values ?? [], key), shown(get(key).data, key), tolerance, `${form} ${key}`);
    }
    inputs.forEach((name, i) => assertClose(result.inputGradients[i] ?? [], get(`grad/${name}`).data, tolerance, `${form} d${name}`));
    for (const name of names) assertClose(result.gradients[`at/${name}`] ?? [], get(`grad/${name}`).data, tolerance, `${form} d${name}`);
  };
  const mask = readGolden('attention').get('mask');

  test(`Attention against PyTorch, ${backend.description}`, () => {
    const inputs = ['query', 'value', 'key'];
    const options = { returnAttentionScores: true, name: 'at' };
    for (const score of scores) compare('attention', score, new Attention({ score, units: 3, ...options }), inputs, [undefined, mask, mask]);
    compare('attention', 'causal', new Attention({ causal: true, ...options }), inputs, []);
  });

  test(`MultiHeadAttention against PyTorch, ${backend.description}`, () => {
    const layer = (causal = false): MultiHeadAttention => new MultiHeadAttention({ numHeads: 2, keyDim: 3, causal, returnAttentionScores: true, name: 'at' });
    compare('multihead', 'self', layer(), ['query'], [mask]); // PyTorch's bias of the keys changes nothing
    compare('multihead', 'cross', layer(), ['query', 'value', 'key'], [undefined, mask, mask]);
    compare('multihead', 'causal', layer(true), ['query'], []);
  });
}

test('weights of a query sum to 1 over the keys it sees; where it sees none they are 0, and so is the output; nothing is NaN', () => {
  const [B, Q, K, D] = [2, 3, 4, 5];
  const masks = [host([B, Q], [1, 1, 0, 1, 1, 1]), host([B, K], [1, 0, 1, 1, 0, 0, 0, 0])];
  for (const layer of [...scores.map((score) => new Attention({ score, returnAttentionScores: true })), new MultiHeadAttention({ numHeads: 2, keyDim: 3, returnAttentionScores: true, useBias: false })]) {
    const network = networkOf(layer, [Q, D], [K, D]);
    const inputs = [randomTensor(1, 'q', [B, Q, D]), randomTensor(2, 'v', [B, K, D])];
    const weights = randomWeights(network, 3);
    const data = { weights, inputs, masks, dOutputs: projections(network, B, 4) };
    const result = runNetwork(network, data);
    const [y, a = new Float64Array()] = result.outputs;
    const heads = a.length / (B * Q * K);
    const sums = Array.from({ length: a.length / K }, (_, row) => a.subarray(row * K, (row + 1) * K).reduce((s, v) => s + v, 0));
    const expected = Array.from({ length: B * heads * Q }, (_, row) => (Math.floor(row / (heads * Q)) === 0 && row % Q < 2 ? 1 : 0));
    assertClose(sums, expected, 1e-15, 'sums');
    assert.ok(a.every((v, i) => (masks[1]?.data[Math.floor(i / (heads * Q * K)) * K + (i % K)] === 1 ? true : v === 0)), 'hidden keys');
    assertSame(y?.subarray(Q * D) ?? [], new Float64Array(Q * D), 'a sample without keys');
    for (const values of [...result.outputs, ...result.inputGradients, ...Object.values(result.gradients)]) assert.ok(values.every(Number.isFinite));
    // What is hidden may be anything.
    const other = runNetwork(network, { ...data, inputs: [inputs[0]!, { ...inputs[1]!, data: inputs[1]!.data.map((v, i) => (masks[1]?.data[Math.floor(i / D)] === 1 ? v : 1e30)) }] });
    assertSame(other.outputs[0] ?? [], y ?? [], 'hidden values');
    assertSame(runNetwork(network, data, float32).outputs[0]?.subarray(Q * D) ?? [], new Float64Array(Q * D), 'float32');
  }
});

test('causal: an output depends on no later step', () => {
  const [T, D] = [5, 4];
  for (const layer of [new Attention({ causal: true }), new MultiHeadAttention({ numHeads: 2, keyDim: 2, causal: true })]) {
    const network = networkOf(layer, [T, D]);
    const x = randomTensor(1, 'x', [1, T, D]);
    const weights = randomWeights(network, 3);
    const y = (input: Host): Float64Array => runNetwork(network, { weights, inputs: [input] }).outputs[0] ?? new Float64Array();
    const before = y(x);
    for (let t = 1; t < T; t++) {
      const changed = y({ ...x, data: x.data.map((v, i) => (i >= t * D ? v + 1 : v)) });
      assertSame(changed.subarray(0, t * D), before.subarray(0, t * D), `steps before ${t}`);
      assert.ok(changed[t * D] !== before[t * D]);
    }
  }
});

test('one head of identity projections is scaled dot attention; dropout falls on the weights that mix, not on those returned', () => {
  const [B, T, D] = [2, 3, 4];
  const x = randomTensor(1, 'x', [B, T, D]);
  const identity = host([D, D], Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0)));
  const weights = Object.fromEntries(['query', 'key', 'value', 'output'].map((name) => [`at/${name}Kernel`, identity]));
  const noise = [host([B, 1, T, T], Float64Array.from({ length: B * T * T }, (_, i) => (i % 2) * 2))];
  const options = { dropout: 0.5, returnAttentionScores: true, name: 'at' };
  const one = runNetwork(networkOf(new MultiHeadAttention({ numHeads: 1, keyDim: D, useBias: false, ...options }), [T, D]), { weights, inputs: [x], noise });
  const other = runNetwork(networkOf(new Attention({ score: 'scaledDot', ...options }), [T, D]), { weights: {}, inputs: [x], noise });
  assertClose(one.outputs[0] ?? [], other.outputs[0] ?? [], 1e-14, 'y');
  assertClose(one.outputs[1] ?? [], other.outputs[1] ?? [], 1e-14, 'weights');
  const a = other.outputs[1] ?? new Float64Array();
  const expected = Array.from({ length: B * T * D }, (_, i) => {
    const [b, t, c] = [Math.floor(i / (T * D)), Math.floor(i / D) % T, i % D];
    return [0, 1, 2].reduce((sum, j) => { const at = (b * T + t) * T + j; return sum + (a[at] ?? NaN) * (noise[0]?.data[at] ?? NaN) * (x.data[(b * T + j) * D + c] ?? NaN); }, 0);
  });
  assertClose(other.outputs[0] ?? [], expected, 1e-14, 'dropped');
});

test('shapes, options and refusals', () => {
  assert.equal(new Attention({ returnAttentionScores: true }).outputShapes([[3, 4], [5, 2], [5, 4]]), [[3, 2], [3, 5]]);
  assert.equal(new MultiHeadAttention({ numHeads: 2, keyDim: 3, returnAttentionScores: true }).outputShapes([[3, 4], [5, 2]]), [[3, 4], [2, 3, 5]]);
  assert.equal(new Attention({ score: 'additive' }).parameters([[3, 4], [5, 2]]).keyKernel?.shape, [2, 4]);
  assert.match(thrown(ShapeError, () => new Attention().outputShapes([[3, 4], [5, 2]])).message, /key must be of the width 4 of the query, got 2.*additive/);
  assert.match(thrown(ShapeError, () => new Attention().outputShapes([[3, 4], [5, 4], [6, 4]])).message, /key must be of the 5 steps of the value, got 6/);
  assert.match(thrown(ShapeError, () => new Attention().outputShapes([[4], [5, 4]])).message, /input must be \[batch, time, features\], got \[batch, 4\].*RepeatVector/);
  assert.match(thrown(ShapeError, () => new Attention().outputShapes([])).message, /inputs must be \[query, value\]/);
  assert.match(thrown(ArgumentError, () => new Attention({ score: 'scaledot' as 'dot' })).message, /Did you mean 'scaledDot'/);
  assert.match(thrown(ArgumentError, () => new Attention({ dropout: 1 })).message, /dropout must be a rate/);
  assert.match(thrown(ArgumentError, () => new MultiHeadAttention({ numHeads: 0, keyDim: 2 })).message, /numHeads must be a whole number of at least 1/);
});

test.run();
