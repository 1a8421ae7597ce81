/** The time loop in segments: the gradient of the loss across their borders, and the same bits whatever is kept and whatever is made again. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StackedCells, LSTMCell, GRUCell, RNN, wasm } from '../../src/index.js';
import type { AnyLayer, LoopOptions } from '../../src/index.js';
import { kernelFamilies } from '../../src/backends/wasm/families.js';
import { segmentSteps } from '../../src/layers/segments.js';
import { noiseOf } from '../../src/models/graph/network.js';
import type { Network } from '../../src/models/graph/network.js';
import { spoilingBackend, wholeBackend } from '../support/brief.js';
import { assertClose, assertDifferent, assertSame } from '../support/compare.js';
import { networkOf, networkRunner, projections, randomWeights, runNetwork } from '../support/network.js';
import type { NetworkData, NetworkResult } from '../support/network.js';
import { MinimalGatedUnit, NormedLSTM } from '../support/ownCells.js';
import { cellKinds, recurrentLayer } from '../support/recurrent.js';
import { float64 } from '../support/step.js';
import { dot, lengthMask, numericGradient, randomTensor } from '../support/values.js';

const [B, D, H] = [3, 2, 2];
/** Three segments, the last one short. */
const T = 2 * segmentSteps + 5;
const lengths = [T, 7, segmentSteps + 1];

/** Its gradients are new tensors at every step. */
class Elsewhere extends MinimalGatedUnit {
  override backward(...[k, p, cache, dStates, grads]: Parameters<MinimalGatedUnit['backward']>): ReturnType<MinimalGatedUnit['backward']> {
    const own = { kernel: k.zeros(p.kernel.shape), gate: k.zeros(p.gate.shape), candidate: k.zeros(p.candidate.shape), bias: k.zeros(p.bias.shape) };
    const past = super.backward(k, p, cache, dStates, own);
    for (const key of ['kernel', 'gate', 'candidate', 'bias'] as const) grads[key] = k.add(grads[key], own[key]);
    return past;
  }
}

const layers: Readonly<Record<string, (options: LoopOptions) => AnyLayer>> = {
  ...Object.fromEntries(cellKinds.map((kind) => [kind, (options: LoopOptions): AnyLayer => recurrentLayer(kind, { units: H, name: 'cell', recurrentDropout: 0.2, ...options })])),
  'a cell of one\'s own': (options) => new RNN({ cell: new MinimalGatedUnit(H), name: 'cell', ...options }),
  'one that adds elsewhere': (options) => new RNN({ cell: new Elsewhere(H), name: 'cell', ...options }),
  'one that normalises': (options) => new RNN({ cell: new NormedLSTM(H), name: 'cell', ...options }),
  'a stack': (options) => new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: H, projection: 1 }), new GRUCell({ units: H })] }), name: 'cell', ...options }),
};

/** With initial states, if it takes some. */
function setUp(layer: AnyLayer, given: boolean, masked: boolean): { network: Network; data: NetworkData } {
  const alone = networkOf(layer, [T, D]);
  const states = given ? alone.outputs.slice(1).map(({ shape }) => [...shape]) : [];
  const network = given ? networkOf(layer, [T, D], ...states) : alone;
  const noise = noiseOf(network, B).flat().map(({ shape }, i) => ({ shape, data: Float64Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, j) => ((i + j) % 3 === 0 ? 0 : 1.25)) }));
  const inputs = [randomTensor(1, 'x', [B, T, D]), ...states.map((shape, i) => randomTensor(1, `state ${i}`, [B, ...shape]))];
  return { network, data: { weights: randomWeights(network, 3, B), inputs, dOutputs: projections(network, B, 4), mask: masked ? lengthMask(lengths, T) : undefined, noise } };
}

function assertAlike(actual: NetworkResult, expected: NetworkResult, what: string): void {
  expected.outputs.forEach((y, i) => assertSame(actual.outputs[i] ?? [], y, `${what}: output ${i}`));
  expected.inputGradients.forEach((d, i) => assertSame(actual.inputGradients[i] ?? [], d, `${what}: input ${i}`));
  for (const [key, d] of Object.entries(expected.gradients)) assertSame(actual.gradients[key] ?? [], d, `${what}: ${key}`);
  for (const [key, s] of Object.entries(expected.states)) assertSame(actual.states[key] ?? [], s, `${what}: ${key}`);
}

const forms: Readonly<Record<string, LoopOptions>> = {
  'the last output': {},
  'all outputs and states': { returnSequences: true, returnState: true, dropout: 0.2 },
  'backwards, zeros for padding': { goBackwards: true, returnSequences: true, zeroOutputForMask: true },
  'truncated across borders': { returnSequences: true, returnState: true, truncate: segmentSteps - 5 },
  'stateful': { stateful: true },
};

const backend = await wasm({ threads: 1 });
await backend.prepare?.(kernelFamilies);

for (const [name, make] of Object.entries(layers)) {
  test(`${name}: the same bits whatever is kept`, () => {
    for (const [form, options] of Object.entries(forms)) {
      for (const [masked, given] of [[false, false], [true, false], [false, true], [true, true]] as const) {
        if (given && !options.returnState) continue;
        const { network, data } = setUp(make(options), given, masked && form !== 'stateful');
        for (const where of [float64, backend]) {
          const expected = runNetwork(network, data, where);
          assert.ok(expected.outputs.every((y) => y.every(Number.isFinite)));
          for (const kept of [0, 0.34, 1]) {
            assertAlike(runNetwork(network, { ...data, kept }, spoilingBackend(where)), expected, `${form}, masked ${masked}, given ${given}, ${where.description}, kept ${kept}`);
          }
        }
      }
    }
  });

  test(`${name}: in segments as in one piece`, () => {
    for (const [form, options] of Object.entries(forms)) {
      const { network, data } = setUp(make(options), false, form !== 'stateful');
      const [actual, expected] = [runNetwork(network, { ...data, kept: 0 }, spoilingBackend(float64)), runNetwork(network, data, wholeBackend(float64))];
      expected.outputs.forEach((y, i) => { assertClose(actual.outputs[i] ?? [], y, 1e-12, `${form}: output ${i}`); });
      expected.inputGradients.forEach((d, i) => { assertClose(actual.inputGradients[i] ?? [], d, 1e-12, `${form}: input ${i}`); });
      for (const [key, d] of Object.entries(expected.gradients)) assertClose(actual.gradients[key] ?? [], d, 1e-12, `${form}: ${key}`);
    }
  });

  test(`${name}: gradients across the borders of segments`, () => {
    const { network, data } = setUp(make({ returnSequences: true, returnState: true }), true, true);
    const actual = runNetwork(network, { ...data, kept: 0 }, spoilingBackend(float64));
    const forward = networkRunner(network, { ...data, dOutputs: undefined });
    const loss = (): number => dot(forward().outputs, (data.dOutputs ?? []).map((d) => d.data));
    for (const [key, { data: values }] of Object.entries(data.weights)) assertClose(actual.gradients[key] ?? [], numericGradient(loss, values, 1e-6), 1e-5, key);
    data.inputs.slice(1).forEach(({ data: values }, i) => assertClose(actual.inputGradients[i + 1] ?? [], numericGradient(loss, values as Float64Array, 1e-6), 1e-5, `initial state ${i}`));
  });
}

test('gradients by age need all steps: the layer keeps them, whatever is asked', () => {
  const { network, data } = setUp(recurrentLayer('lstm', { units: H, name: 'cell', returnSequences: true, truncate: { stepsBack: 3 } }), false, true);
  assertAlike(runNetwork(network, { ...data, kept: 0 }, spoilingBackend(float64)), runNetwork(network, data, float64), 'stepsBack');
});

test('a gradient crosses every border: the first step hears of the last', () => {
  const { network, data } = setUp(recurrentLayer('lstm', { units: H, name: 'cell' }), false, false);
  const { inputGradients: [dx = []] } = runNetwork(network, { ...data, kept: 0 }, float64);
  assertDifferent(dx.slice(0, D), new Float64Array(D), 0, 'dx of the first step');
});

test.run();
