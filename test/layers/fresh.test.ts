/** A sequence that begins with states nobody gave takes no products with them: what comes out has the bits that zeros given as states lead to. */
import { test } from 'uvu';
import { GRUCell, LSTM, LSTMCell, RNN, StackedCells, wasm } from '../../src/index.js';
import type { AnyLayer, BackwardSteps, ForwardSteps, Kernels, LoopOptions, LstmCache, LstmParams, Sequence, Wanted } from '../../src/index.js';
import type { LstmStates } from '../../src/cells/lstm.js';
import { kernelFamilies } from '../../src/backends/wasm/families.js';
import { noiseOf } from '../../src/models/graph/network.js';
import { assertDifferent, assertSame } from '../support/compare.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import type { NetworkResult } from '../support/network.js';
import { MinimalGatedUnit } from '../support/ownCells.js';
import { cellKinds, recurrentLayer } from '../support/recurrent.js';
import { float64 } from '../support/step.js';
import { host, lengthMask, randomTensor } from '../support/values.js';

const [B, D, H] = [3, 2, 5];

/** Its first step finds ½ in place of h, so a sequence is never fresh to the cell below. */
class BeginsElsewhere extends LSTMCell {
  override forwardPass(k: Kernels, p: LstmParams, sequence: Sequence): ForwardSteps<LstmStates, LstmCache> {
    const pass = super.forwardPass(k, p, { ...sequence, fresh: false });
    return { step: (t, { h, c }, out) => pass.step(t, { h: t === 0 ? k.add(h, k.activate('sigmoid', k.zeros(h.shape), 0)) : h, c }, out) };
  }

  override backwardPass(
    k: Kernels, p: LstmParams, sequence: Sequence, caches: readonly LstmCache[], wanted: Wanted<LstmParams>,
  ): BackwardSteps<LstmStates, LstmCache> {
    return super.backwardPass(k, p, { ...sequence, fresh: false }, caches, wanted);
  }
}

const common = { units: H, name: 'cell', recurrentDropout: 0.2 };
const layers: Readonly<Record<string, (options: LoopOptions) => AnyLayer>> = {
  ...Object.fromEntries(cellKinds.map((kind) => [kind, (options: LoopOptions) => recurrentLayer(kind, { ...common, ...options })])),
  'an LSTM with a projection': (options) => new LSTM({ ...common, projection: 3, peepholes: true, ...options }),
  'an LSTM that is written out': (options) => new LSTM({ ...common, activation: 'relu', useBias: false, ...options }),
  'a cell of one\'s own': (options) => new RNN({ cell: new MinimalGatedUnit(H), name: 'cell', ...options }),
  'a cell that begins elsewhere': (options) => new RNN({ cell: new BeginsElsewhere({ units: H }), name: 'cell', ...options }),
  'a stack': (options) => new RNN({ cell: new StackedCells({ cells: [new LSTMCell({ units: H }), new GRUCell({ units: 3 })] }), name: 'cell', ...options }),
};
const forms: Readonly<Record<string, LoopOptions>> = {
  'the last output': {},
  'all outputs': { returnSequences: true },
  'backwards': { goBackwards: true, returnSequences: true },
  'truncated': { truncate: 2 },
  'by age': { truncate: { stepsBack: 2 }, returnSequences: true },
};

const backend = await wasm({ threads: 1 });
await backend.prepare?.(kernelFamilies);

/** −0 and 0 are one here: a chain that adds 0·u to −0 gives 0. */
function assertEqual(actual: ArrayLike<number> | undefined, expected: Float64Array, what: string): void {
  assertSame(Float64Array.from(actual ?? [], (x) => x + 0), expected.map((x) => x + 0), what);
}

for (const [name, make] of Object.entries(layers)) {
  test(`${name}: no states are states of zero`, () => {
    for (const [form, options] of Object.entries(forms)) {
      for (const [steps, masked] of [[1, false], [4, false], [4, true]] as const) {
        const layer = make({ returnState: true, ...options });
        const alone = networkOf(layer, [steps, D]);
        const shapes = alone.outputs.slice(1).map(({ shape }) => [...shape]);
        const given = networkOf(layer, [steps, D], ...shapes);
        const noise = noiseOf(alone, B).flat().map(({ shape }, i) => randomTensor(i, 'noise', shape));
        const x = randomTensor(1, 'x', [B, steps, D]);
        const data = {
          weights: randomWeights(alone, 3, B), dOutputs: projections(alone, B, 4), noise, mask: masked ? lengthMask([steps, 2, 1], steps) : undefined,
        };
        const states = (value: number): NetworkResult['outputs'] => shapes.map((shape) => new Float64Array(B * (shape[0] ?? 1)).fill(value));
        const withStates = (value: number, where: typeof backend): NetworkResult => runNetwork(
          given, { ...data, inputs: [x, ...states(value).map((values, i) => host([B, ...shapes[i] ?? []], values))] }, where,
        );
        for (const where of [float64, backend]) {
          const what = `${form}, ${steps} steps, masked ${masked}, ${where.description}`;
          const [actual, expected] = [runNetwork(alone, { ...data, inputs: [x] }, where), withStates(0, where)];
          expected.outputs.forEach((y, i) => { assertEqual(actual.outputs[i], y, `${what}: output ${i}`); });
          assertEqual(actual.inputGradients[0], expected.inputGradients[0] ?? new Float64Array(), `${what}: x`);
          for (const [key, d] of Object.entries(expected.gradients)) assertEqual(actual.gradients[key], d, `${what}: ${key}`);
          assertDifferent(actual.outputs[0] ?? [], withStates(0.5, where).outputs[0] ?? [], 1e-3, `${what}: other states`);
        }
      }
    }
  });
}

test.run();
