/** Activations, bias and projection of the recurrent layers: gradients against central differences, and what is refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CellActivation } from '../../src/cells/squash.js';
import { ArgumentError } from '../../src/errors.js';
import { GRU } from '../../src/layers/gru.js';
import type { AnyLayer } from '../../src/layers/layer.js';
import { LSTM } from '../../src/layers/lstm.js';
import { SimpleRNN } from '../../src/layers/simpleRnn.js';
import { assertClose, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, randomWeights, runNetwork } from '../support/network.js';
import { lengthMask, randomTensor } from '../support/values.js';

const activations: readonly CellActivation[] = ['tanh', 'sigmoid', 'relu', 'linear', 'hardSigmoidFifth', 'hardSigmoidSixth', 'leakyRelu', 'elu'];
const form = { units: 3, returnSequences: true, returnState: true, recurrentDropout: 0.2 };
const input = { inputShape: [3, 4, 2], lengths: [4, 2, 3] };

function check(layer: AnyLayer, what: string, seed = 5): Promise<void> {
  return assertGradients(layer, { ...input, seed }, what);
}

for (const activation of activations) {
  test(`activation ${activation}, as φ and as σ: gradients of every cell`, async () => {
    await check(new SimpleRNN({ ...form, activation }), 'SimpleRNN');
    for (const options of [{ activation }, { recurrentActivation: activation }, { activation, recurrentActivation: 'hardSigmoidFifth' }] as const) {
      await check(new LSTM({ ...form, ...options, peepholes: true }), `LSTM ${JSON.stringify(options)}`);
      for (const resetAfter of [true, false]) await check(new GRU({ ...form, ...options, resetAfter }), `GRU ${JSON.stringify({ ...options, resetAfter })}`);
    }
  });
}

test('without bias: gradients, and no weight of the name', async () => {
  const layers = [
    new SimpleRNN({ ...form, useBias: false }), new LSTM({ ...form, useBias: false }), new LSTM({ ...form, useBias: false, recurrentActivation: 'linear' }),
    new GRU({ ...form, useBias: false }), new GRU({ ...form, useBias: false, resetAfter: false }), new GRU({ ...form, useBias: false, activation: 'relu' }),
  ];
  for (const layer of layers) {
    assert.equal(Object.keys(layer.parameters([[4, 2]])).sort(), ['kernel', 'recurrentKernel'], layer.className);
    await check(layer, layer.className);
  }
});

test('projection: gradients with fused and written-out gates; h is P wide, c stays H wide', async () => {
  const options = { ...form, units: 4, projection: 2 };
  await check(new LSTM(options), 'fused');
  await check(new LSTM({ ...options, peepholes: true, useBias: false, goBackwards: true, returnState: false }), 'peepholes');
  await check(new LSTM({ ...options, activation: 'linear', recurrentActivation: 'hardSigmoidSixth' }), 'written out');
  await check(new LSTM({ ...options, projection: 6, returnSequences: false }), 'wider than H');
  const lstm = new LSTM(options);
  assert.equal(lstm.outputShapes([[4, 2]]), [[4, 2], [2], [4]]);
  const { kernel, recurrentKernel, projection } = lstm.parameters([[4, 3]]);
  assert.equal([kernel?.shape, recurrentKernel?.shape, projection?.shape], [[3, 16], [2, 16], [4, 2]]);
});

test('zeroOutputForMask: zeros at padded steps, the same states, gradients of the loss that sees them', async () => {
  for (const options of [{ units: 3 }, { units: 3, goBackwards: true }]) {
    const form = { ...options, returnSequences: true, returnState: true };
    await check(new LSTM({ ...form, zeroOutputForMask: true }), 'LSTM');
    await check(new GRU({ ...form, zeroOutputForMask: true }), 'GRU');
    const [usual, zeroed] = [networkOf(new LSTM(form), [4, 2]), networkOf(new LSTM({ ...form, zeroOutputForMask: true }), [4, 2])];
    const mask = lengthMask([4, 2, 3], 4);
    const data = { weights: randomWeights(usual, 1, 3), inputs: [randomTensor(1, 'x', [3, 4, 2])], mask };
    const [[y = [], ...states], [z = [], ...same]] = [runNetwork(usual, data).outputs, runNetwork(zeroed, data).outputs];
    states.forEach((state, i) => assertClose(same[i] ?? [], state, 0, 'states'));
    const real = Array.from({ length: 12 }, (_, at) => mask.data[options.goBackwards ? at - (at % 4) + 3 - (at % 4) : at] ?? 0);
    assertClose(z, Array.from(y, (value, i) => value * (real[Math.floor(i / 3)] ?? NaN)), 0, 'outputs');
  }
  assert.match(thrown(ArgumentError, () => new LSTM({ units: 2, zeroOutputForMask: true })).message, /^LSTM: zeroOutputForMask must be false without returnSequences/);
});

test('what a loss sees behind: a bounded state, probabilities without logits, something linear', () => {
  const head = (layer: AnyLayer): string | undefined => layer.head()?.activation;
  assert.equal([new LSTM({ units: 1 }), new GRU({ units: 1, activation: 'sigmoid' }), new SimpleRNN({ units: 1, activation: 'relu' })].map(head), ['tanh', 'blended', 'relu']);
  assert.equal([new LSTM({ units: 1, projection: 2 }), new SimpleRNN({ units: 1, activation: 'linear' })].map(head), [undefined, undefined]);
});

test('options that cannot be are refused with their name', () => {
  // @ts-expect-error a name that says too little
  assert.match(thrown(ArgumentError, () => new LSTM({ units: 2, recurrentActivation: 'hardSigmoid' })).message, /^LSTM: recurrentActivation must be hardSigmoidFifth \| hardSigmoidSixth/);
  // @ts-expect-error its slope does not follow from its value
  assert.match(thrown(ArgumentError, () => new GRU({ units: 2, activation: 'gelu' })).message, /^GRU: activation must be tanh \| sigmoid/);
  assert.match(thrown(ArgumentError, () => new LSTM({ units: 2, projection: 0 })).message, /^LSTM: projection must be a whole number/);
  assert.match(thrown(ArgumentError, () => new LSTM({ units: 2, useBias: false, unitForgetBias: true })).message, /^LSTM: unitForgetBias must be false where useBias is false/);
});

test('a configuration makes the same layer again', () => {
  const lstm = new LSTM({ units: 3, projection: 2, useBias: false, activation: 'relu', recurrentActivation: 'hardSigmoidSixth' });
  assert.equal(new LSTM({ ...lstm.config(), units: 3 }).config(), lstm.config());
  const gru = new GRU({ units: 3, useBias: false, activation: 'linear', recurrentActivation: 'hardSigmoidFifth' });
  assert.equal(new GRU({ ...gru.config(), units: 3 }).config(), gru.config());
});

test.run();
