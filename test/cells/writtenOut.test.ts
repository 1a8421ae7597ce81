/** The steps as src/cells writes them out, against the fused kernels: outputs, states and every gradient, with every option. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu } from '../../src/backends/cpu/index.js';
import type { Kernels } from '../../src/backend.js';
import { LSTM } from '../../src/layers/lstm.js';
import { noiseOf } from '../../src/models/graph/network.js';
import { noiseFrom } from '../../src/models/graph/noise.js';
import { randomStream } from '../../src/random.js';
import { sizeOf } from '../../src/tensor.js';
import { assertClose } from '../support/compare.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { cellKinds, recurrentLayer } from '../support/recurrent.js';
import { float64 } from '../support/step.js';
import { host, lengthMask, randomTensor } from '../support/values.js';

const written = cpu({ dtype: 'float64', fused: false });
const [B, T, D, H] = [3, 5, 2, 4];

const forms = {
  plain: {}, sequences: { returnSequences: true, returnState: true }, backwards: { goBackwards: true, returnSequences: true },
  dropouts: { dropout: 0.3, recurrentDropout: 0.4 }, truncated: { truncate: 2, returnSequences: true }, 'without bias': { useBias: false },
};

for (const kind of cellKinds) {
  test(`${kind}: the step written out is the fused one, forward and backward`, () => {
    for (const [what, options] of Object.entries(forms)) {
      for (const masked of [false, true]) {
        for (const initial of [false, true]) {
          const layer = recurrentLayer(kind, { units: H, ...options });
          const states = initial ? (kind.startsWith('lstm') ? [[H], [H]] : [[H]]) : [];
          const network = networkOf(layer, [T, D], ...states);
          const noise = noiseOf(network, B).flat().map((spec, i) => host(spec.shape, noiseFrom(randomStream(4, `noise ${i}`), spec, 'float64')));
          const data = {
            weights: randomWeights(network, 7, B), inputs: [[T, D], ...states].map((shape, i) => randomTensor(7, `input ${i}`, [B, ...shape])),
            dOutputs: projections(network, B, 8), noise, ...(masked ? { mask: lengthMask([5, 1, 3], T) } : {}),
          };
          const [expected, actual] = [runNetwork(network, data, float64), runNetwork(network, data, written)];
          const place = `${kind}, ${what}${masked ? ', masked' : ''}${initial ? ', initial state' : ''}`;
          expected.outputs.forEach((y, i) => assertClose(actual.outputs[i] ?? [], y, 1e-13, `${place}: output ${i}`));
          expected.inputGradients.forEach((d, i) => assertClose(actual.inputGradients[i] ?? [], d, 1e-13, `${place}: input ${i}`));
          for (const [key, d] of Object.entries(expected.gradients)) assertClose(actual.gradients[key] ?? [], d, 1e-13, `${place}: ${key}`);
        }
      }
    }
  });
}

test('with fused: false no fused kernel is called; with another activation neither', async () => {
  const called = async (layer: LSTM, fused: boolean): Promise<boolean> => {
    let calls = 0;
    const device = cpu({ fused }).open();
    const counting = (k: Kernels): Kernels => ({ ...k, lstmGates: (...args) => { calls++; return k.lstmGates(...args); } });
    await device.compile((k, [x, kernel, recurrentKernel]) => {
      if (!x || !kernel || !recurrentKernel) throw new Error('three inputs');
      return { outputs: layer.forward({ k: counting(k), training: false, noise: [] }, { kernel, recurrentKernel }, {}, [x]).outputs, variables: [] };
    }, [[B, T, D], [D, 4 * H], [H, 4 * H]], []).run([[B, T, D], [D, 4 * H], [H, 4 * H]].map((shape) => new Float32Array(sizeOf(shape))));
    return calls > 0;
  };
  assert.is(await called(new LSTM({ units: H, useBias: false }), true), true);
  assert.is(await called(new LSTM({ units: H, useBias: false }), false), false);
  assert.is(await called(new LSTM({ units: H, useBias: false, recurrentActivation: 'hardSigmoidSixth' }), true), false);
});

test('the description says how cells run', () => assert.is(cpu({ fused: false }).description, 'cpu float32, cells written out'));

test.run();
