/** `truncate: { stepsBack: k }` against a brute-force oracle: every loss by itself, full backpropagation through its last k steps from a state that is a constant. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, LSTM, Sequential, cpu, loadModel } from '../../src/index.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { cellKinds, makeRecurrent } from '../support/recurrent.js';
import type { CellKind } from '../support/recurrent.js';
import { host, lengthMask, randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';

interface Sums { readonly gradients: Record<string, Float64Array>; readonly inputs: readonly Float64Array[] }

function add(to: Float64Array, from: ArrayLike<number>, at = 0): void {
  for (let i = 0; i < from.length; i++) to[at + i]! += from[i] ?? NaN;
}

/** One loss after the other, sample by sample and without padding. */
function oracle(kind: CellKind, k: number, weights: Record<string, Host>, [x, ...initial]: readonly Host[], [dy, ...dLast]: readonly Host[], lengths: readonly number[], returnSequences: boolean): Sums {
  const [B = 0, T = 0, D = 0] = x?.shape ?? [];
  const H = initial[0]?.shape[1] ?? 0;
  const gradients = Object.fromEntries(Object.entries(weights).map(([key, { data }]) => [key, new Float64Array(data.length)]));
  const inputs = [new Float64Array(B * T * D), ...initial.map(() => new Float64Array(B * H))];
  for (let b = 0; b < B; b++) {
    const length = lengths[b] ?? T;
    const row = (tensor: Host | undefined): Host => host([1, H], tensor?.data.slice(b * H, (b + 1) * H) ?? []);
    const part = (from: number, to: number): Host => host([1, to - from, D], x?.data.slice((b * T + from) * D, (b * T + to) * D) ?? []);
    const run = (from: number, to: number, states: readonly Host[], d?: readonly Host[]): ReturnType<typeof runNetwork> =>
      runNetwork(networkOf(makeRecurrent(kind, { units: H, returnState: true, name: 'cell' }), [to - from, D], ...initial.map(() => [H])), { weights, inputs: [part(from, to), ...states], dOutputs: d });
    for (let t = 1; t <= length; t++) {
      const said = new Float64Array(H); // of y_t, and of all that repeat it
      for (let s = t; s <= (t === length ? T : t); s++) if (returnSequences) add(said, dy?.data.slice((b * T + s - 1) * H, (b * T + s) * H) ?? []);
      if (!returnSequences && t === length) add(said, row(dy).data);
      const from = Math.max(0, t - k);
      const before = from === 0 ? initial.map(row) : run(0, from, initial.map(row)).outputs.slice(1).map((data) => host([1, H], data));
      const d = run(from, t, before, [host([1, H], said), ...dLast.map((last) => (t === length ? row(last) : host([1, H], new Float64Array(H))))]);
      for (const [key, gradient] of Object.entries(d.gradients)) add(gradients[key] ?? new Float64Array(), gradient);
      add(inputs[0] ?? new Float64Array(), d.inputGradients[0] ?? [], (b * T + from) * D);
      if (t < k) d.inputGradients.slice(1).forEach((gradient, i) => { add(inputs[1 + i] ?? new Float64Array(), gradient, b * H); });
    }
  }
  return { gradients, inputs };
}

const cases = fc.record({ sizes: distinctSizes(['B', 'T', 'D', 'H'], 6, 2), k: fc.integer({ min: 1, max: 7 }), seed: anySeed, padded: fc.boolean(), returnSequences: fc.boolean() });

for (const kind of cellKinds) {
  test(`${kind}: the sum over all losses of what each sends k steps back`, async () => {
    await forAll(cases, 4, ({ sizes: { B, T, D, H }, k, seed, padded, returnSequences }) => {
      const states = Array.from({ length: kind.startsWith('lstm') ? 2 : 1 }, () => [H]);
      const network = networkOf(makeRecurrent(kind, { units: H, returnSequences, returnState: true, truncate: { stepsBack: k }, name: 'cell' }), [T, D], ...states);
      const weights = randomWeights(network, seed);
      const inputs = [randomTensor(seed, 'x', [B, T, D]), ...states.map((_, i) => randomTensor(seed, `state ${i}`, [B, H]))];
      const dOutputs = projections(network, B, seed);
      const lengths = Array.from({ length: B }, (_, b) => (padded ? 1 + ((seed + 3 * b) % T) : T));
      const actual = runNetwork(network, { weights, inputs, dOutputs, mask: padded ? lengthMask(lengths, T) : undefined });
      const expected = oracle(kind, k, weights, inputs, dOutputs, lengths, returnSequences);
      const what = `${kind} k ${k} ${JSON.stringify({ B, T, D, H, lengths, returnSequences })}`;
      for (const [key, gradient] of Object.entries(expected.gradients)) assertClose(actual.gradients[key] ?? [], gradient, 1e-11, `${what}: ${key}`);
      expected.inputs.forEach((gradient, i) => { assertClose(actual.inputGradients[i] ?? [], gradient, 1e-11, `${what}: input ${i}`); });
    });
  });

  test(`${kind}: beyond the first step there is nothing to cut`, () => {
    const [B, T, D, H] = [2, 4, 3, 5];
    const run = (truncate: number | { stepsBack: number } | undefined): ReturnType<typeof runNetwork> => {
      const network = networkOf(makeRecurrent(kind, { units: H, returnSequences: true, truncate, name: 'cell' }), [T, D]);
      return runNetwork(network, { weights: randomWeights(network, 1), inputs: [randomTensor(1, 'x', [B, T, D])], dOutputs: projections(network, B, 1) });
    };
    const [whole, aged, one, cut] = [run(undefined), run({ stepsBack: T }), run({ stepsBack: 1 }), run(1)];
    for (const [key, gradient] of Object.entries(whole.gradients)) {
      assertClose(aged.gradients[key] ?? [], gradient, 1e-12, key);
      assertClose(one.gradients[key] ?? [], cut.gradients[key] ?? [], 1e-12, `${key}, one step`);
    }
  });
}

test('checked, saved, read again', async () => {
  const model = new Sequential([new LSTM({ units: 2, truncate: { stepsBack: 2 } })], { inputShape: [4, 1], seed: 1 });
  model.compile({ loss: 'mse', backend: cpu() });
  const [x, y] = [randomTensor(1, 'x', [3, 4, 1]), randomTensor(1, 'y', [3, 2])];
  const again = await loadModel(model.toBytes(), { backend: cpu() });
  assert.equal(again.layers[0]?.config(), model.layers[0]?.config());
  const [a, e] = [await again.lossAndGradients(x, y), await model.lossAndGradients(x, y)];
  for (const [key, { data }] of Object.entries(e.gradients)) assertSame(a.gradients[key]?.data ?? [], data, key);
  const odd = (truncate: unknown): string => thrown(ArgumentError, () => new LSTM({ units: 1, truncate: truncate as number })).message;
  assert.match(odd({ stepsBack: 0 }), 'LSTM: truncate.stepsBack must be a whole number of at least 1, got 0');
  assert.match(odd({ steps: 2 }), "Did you mean 'stepsBack'?");
  assert.match(odd(0), 'LSTM: truncate must be a whole number of at least 1');
  assert.match(odd('3'), 'LSTM, truncate: options must be an object of stepsBack');
});

test.run();
