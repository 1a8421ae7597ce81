/**
 * Truncated BPTT is not the gradient of the loss, but it is the gradient of another function: the sequence cut into
 * segments of k steps whose initial states (the first one aside) are constants, recorded at the base point.
 * That function is built here from layers without truncation and differentiated numerically.
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from '../../src/backend.js';
import { assertClose, assertDifferent, assertSame } from '../support/compare.js';
import { networkOf, networkRunner, projections, randomWeights, runNetwork } from '../support/network.js';
import type { Named } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { cellKinds, makeRecurrent, recurrentLayer } from '../support/recurrent.js';
import type { CellKind } from '../support/recurrent.js';
import { float64 } from '../support/step.js';
import { dot, host, lengthMask, numericGradient, randomTensor, timeSlice } from '../support/values.js';
import type { Host } from '../support/values.js';

interface Case {
  readonly kind: CellKind;
  readonly k: number;
  readonly returnSequences: boolean;
  readonly sizes: { readonly B: number; readonly T: number; readonly D: number; readonly H: number };
  readonly lengths?: readonly number[];
  readonly seed: number;
}

interface Setup {
  readonly weights: Named;
  /** x, then the initial states. */
  readonly inputs: Host[];
  /** ∂L/∂y, then ∂L/∂(last states). */
  readonly dOutputs: Host[];
  readonly mask: Host | undefined;
}

function setUp({ kind, sizes: { B, T, D, H }, returnSequences, lengths, seed }: Case): Setup {
  const states = kind.startsWith('lstm') ? 2 : 1;
  const stateShapes = Array.from({ length: states }, () => [H]);
  const network = networkOf(recurrentLayer(kind, { units: H, returnSequences, returnState: true, name: 'cell' }), [T, D], ...stateShapes);
  return {
    weights: randomWeights(network, seed),
    inputs: [randomTensor(seed, 'x', [B, T, D]), ...stateShapes.map((_, i) => randomTensor(seed, `state ${i}`, [B, H]))],
    dOutputs: projections(network, B, seed),
    mask: lengths && lengthMask(lengths, T),
  };
}

/** The truncated loss as a function of the arrays of `setup`, with the boundary states held at their present values. */
function truncatedLoss({ kind, k, sizes: { B, T, D, H }, returnSequences }: Case, { weights, inputs, dOutputs, mask }: Setup): () => number {
  const [x, ...initial] = inputs;
  if (!x) throw new Error('no input');
  const [dy, ...dLast] = dOutputs;
  const layer = recurrentLayer(kind, { units: H, returnSequences: true, returnState: true, name: 'cell' });
  let boundary = initial;
  const segments: { from: number; run: () => Float64Array[]; slice: Host }[] = [];
  for (let from = 0; from < T; from += k) {
    const count = Math.min(k, T - from);
    const slice = timeSlice(x, from, count);
    const network = networkOf(layer, [count, D], ...initial.map(() => [H]));
    const runner = networkRunner(network, { weights, inputs: [slice, ...boundary], mask: mask && timeSlice(mask, from, count) });
    const run = (): Float64Array[] => {
      slice.data.set(timeSlice(x, from, count).data);
      return runner().outputs;
    };
    boundary = run().slice(1).map((data) => host([B, H], data)); // constants from here on
    segments.push({ from, run, slice });
  }
  return () => {
    let loss = 0;
    segments.forEach(({ from, run, slice }, i) => {
      const [y = new Float64Array(), ...last] = run();
      const count = slice.shape[1] ?? 0;
      if (returnSequences && dy) loss += dot([y], [timeSlice(dy, from, count).data]);
      if (i < segments.length - 1) return;
      loss += dot(last, dLast.map((d) => d.data));
      if (!returnSequences && dy) loss += dot([last[0] ?? []], [dy.data]);
    });
    return loss;
  };
}

function truncatedGradients(c: Case, { weights, inputs, dOutputs, mask }: Setup, truncate: number | undefined, backend: Backend = float64): {
  outputs: Float64Array[]; gradients: Named; inputGradients: Float64Array[];
} {
  const { kind, sizes: { T, D, H }, returnSequences } = c;
  const layer = recurrentLayer(kind, { units: H, returnSequences, returnState: true, name: 'cell', truncate });
  const network = networkOf(layer, [T, D], ...inputs.slice(1).map(() => [H]));
  const { outputs, gradients, inputGradients } = runNetwork(network, { weights, inputs, dOutputs, mask }, backend);
  return { outputs, inputGradients, gradients: Object.fromEntries(Object.entries(gradients).map(([key, data]) => [key, host([data.length], data)])) };
}

function check(c: Case): void {
  const what = JSON.stringify(c);
  const setup = setUp(c);
  const actual = truncatedGradients(c, setup, c.k);
  const loss = truncatedLoss(c, setup);
  for (const [key, { data }] of Object.entries(setup.weights)) {
    assertClose(actual.gradients[key]?.data ?? [], numericGradient(loss, data), 1e-7, `${what} ${key}`);
  }
  setup.inputs.forEach(({ data }, i) => {
    assertClose(actual.inputGradients[i] ?? [], numericGradient(loss, data), 1e-7, `${what} input ${i}`);
  });
}

const cases = fc.record({ sizes: distinctSizes(['B', 'D', 'H'], 4), seed: anySeed });

/** Random sizes, as a sequence and as its end. */
async function forBoth(run: (c: { sizes: { B: number; D: number; H: number }; seed: number; returnSequences: boolean }) => void): Promise<void> {
  for (const returnSequences of [false, true]) await forAll(cases, 1, (c) => run({ ...c, returnSequences }));
}

for (const kind of cellKinds) {
  for (const [T, k] of [[6, 2], [6, 3], [5, 2], [7, 3], [5, 4], [4, 1]] as const) {
    test(`${kind}: ${T} steps cut every ${k}`, async () => {
      await forBoth(({ sizes, seed, returnSequences }) => check({ kind, k, seed, returnSequences, sizes: { ...sizes, T } }));
    });
  }

  test(`${kind}: cut and padded`, async () => {
    await forBoth(({ sizes, seed, returnSequences }) => {
      const lengths = Array.from({ length: sizes.B }, (_, b) => 1 + ((b * 3 + 2) % 7));
      check({ kind, k: 3, seed, returnSequences, lengths, sizes: { ...sizes, T: 7 } });
    });
  });

  test(`${kind}: no cut inside the sequence means full backpropagation; a cut changes it`, () => {
    const c: Case = { kind, k: 5, returnSequences: true, sizes: { B: 2, T: 5, D: 3, H: 4 }, seed: 8 };
    const setup = setUp(c);
    const full = truncatedGradients(c, setup, undefined);
    const same = truncatedGradients(c, setup, 5);
    const cut = truncatedGradients(c, setup, 4);
    for (const [key, { data }] of Object.entries(full.gradients)) {
      assertSame(same.gradients[key]?.data ?? [], data, key);
      assertDifferent(cut.gradients[key]?.data ?? [], data, 1e-6, key);
    }
    full.outputs.forEach((y, i) => assertSame(cut.outputs[i] ?? [], y, `output ${i}`));
  });
}

test('borders are counted from the first step read, and the last segment is the short one', () => {
  const [B, T, D, H] = [2, 7, 3, 2];
  for (const kind of cellKinds) {
    for (const goBackwards of [false, true]) {
      const layer = recurrentLayer(kind, { units: H, name: 'cell', truncate: 3, goBackwards });
      const network = networkOf(layer, [T, D]);
      const dOutputs = [host([B, H], new Float64Array(B * H).fill(1))];
      const { inputGradients: [dx = []] } = runNetwork(network, { weights: randomWeights(network, 2), inputs: [randomTensor(2, 'x', [B, T, D])], dOutputs }, float64);
      const reached = Array.from({ length: T }, (_, t) => Array.from(dx).some((value, i) => Math.floor(i / D) % T === t && value !== 0));
      assert.equal(reached, Array.from({ length: T }, (_, t) => t === (goBackwards ? 0 : T - 1)), `${kind}${goBackwards ? ', backwards' : ''}: the loss at the last step reaches step 7 alone`);
    }
  }
});

test('truncate must be a whole number of at least 1', () => {
  for (const truncate of [0, -2, 1.5, NaN]) assert.throws(() => makeRecurrent('lstm', { units: 2, truncate }), /truncate must be a whole number/);
});

test.run();
