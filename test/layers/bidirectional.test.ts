import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Bidirectional, Dense, GRU, Input, LSTM, Model, Sequential, ShapeError, SimpleRNN, TimeDistributed, loadModel, tensor } from '../../src/index.js';
import type { MergeMode } from '../../src/index.js';
import { buildNetwork } from '../../src/models/graph/network.js';
import { goldenNames, readGolden } from '../golden/read.js';
import { assertClose, assertSame, thrown } from '../support/compare.js';
import { assertGradients } from '../support/gradients.js';
import { networkOf, projections, randomWeights, runNetwork } from '../support/network.js';
import { anySeed, distinctSizes, forAll } from '../support/property.js';
import { Concat, ReverseTime, cellKinds, makeRecurrent, recurrentLayer } from '../support/recurrent.js';
import { lengthMask, randomTensor } from '../support/values.js';

const modes: readonly MergeMode[] = ['concat', 'sum', 'average', 'multiply', 'none'];

const rates = fc.record({ dropout: fc.constantFrom(0, 0.4), recurrentDropout: fc.constantFrom(0, 0.3) });
const cases = fc.record({
  sizes: distinctSizes(['B', 'T', 'D', 'H', 'other'], 6), seed: anySeed, padded: fc.boolean(), returnState: fc.boolean(), initialState: fc.boolean(),
  ahead: rates, back: rates, twin: fc.option(fc.constantFrom(...cellKinds)),
});

for (const kind of cellKinds) {
  test(`${kind}: gradients in every mode, as a sequence and as its end, with states and a backward layer of its own`, async () => {
    for (const mergeMode of modes) {
      for (const returnSequences of [false, true]) {
        await forAll(cases, 1, async ({ sizes: { B, T, D, H, other }, seed, padded, returnState, initialState, ahead, back, twin }) => {
          const units = mergeMode === 'concat' || mergeMode === 'none' ? other : H;
          const layer = new Bidirectional({
            layer: makeRecurrent(kind, { units: H, returnSequences, returnState, ...ahead }), mergeMode,
            backwardLayer: twin === null ? undefined : makeRecurrent(twin, { units, returnSequences, returnState, goBackwards: true, ...back }),
          });
          const lengths = Array.from({ length: B }, (_, b) => 1 + ((seed + 2 * b) % T));
          await assertGradients(
            layer, { inputShape: [B, T, D], seed, initialState, ...(padded ? { lengths } : {}) }, `${kind} ${mergeMode} ${returnSequences} ${JSON.stringify({ ahead, back, twin })}`,
            { mayBeZero: kind === 'rnn-relu' || twin === 'rnn-relu' },
          );
        });
      }
    }
  });

  test(`${kind}: equals two layers, one of them reading backwards, joined in time order`, () => {
    const [B, T, D, H] = [2, 5, 3, 4];
    const x = randomTensor(2, 'x', [B, T, D]);
    const rates = { dropout: 0.5, recurrentDropout: 0.5 };
    const noise = [[B, D], [B, H], [B, D], [B, H]].map((shape, i) => randomTensor(i, 'mask', shape)); // each direction has its own
    for (const returnSequences of [false, true]) {
      for (const mask of [undefined, lengthMask([3, 5], T)]) {
        const wrapped = networkOf(new Bidirectional({ layer: makeRecurrent(kind, { units: H, returnSequences, ...rates }), name: 'both' }), [T, D]);
        const input = Input({ shape: [T, D] });
        const ahead = recurrentLayer(kind, { units: H, returnSequences, name: 'ahead', ...rates }).apply(input);
        const back = recurrentLayer(kind, { units: H, returnSequences, goBackwards: true, name: 'back', ...rates }).apply(input);
        const byHand = buildNetwork([input], [new Concat().apply([ahead, returnSequences ? new ReverseTime().apply(back) : back])]);

        const weights = randomWeights(wrapped, 4);
        const renamed = Object.fromEntries(
          Object.entries(weights).map(([key, value]) => [key.replace('both/forward', 'ahead').replace('both/backward', 'back'), value]),
        );
        const dOutputs = projections(wrapped, B, 5);
        const actual = runNetwork(wrapped, { weights, inputs: [x], dOutputs, mask, noise });
        const expected = runNetwork(byHand, { weights: renamed, inputs: [x], dOutputs, mask, noise });
        assertClose(actual.outputs[0] ?? [], expected.outputs[0] ?? [], 1e-14, 'output');
        assertClose(actual.inputGradients[0] ?? [], expected.inputGradients[0] ?? [], 1e-14, 'dx');
        for (const [key, gradient] of Object.entries(actual.gradients)) {
          const twin = key.replace('both/forward', 'ahead').replace('both/backward', 'back');
          assertClose(gradient, expected.gradients[twin] ?? [], 1e-14, key);
        }
      }
    }
  });
}

test('every mode joins the two outputs of none', () => {
  const [B, T, D, H] = [2, 4, 3, 5];
  const x = randomTensor(2, 'x', [B, T, D]);
  for (const returnSequences of [false, true]) {
    const made = modes.map((mergeMode) => {
      const network = networkOf(new Bidirectional({ layer: new LSTM({ units: H, returnSequences }), mergeMode, name: 'both' }), [T, D]);
      return runNetwork(network, { weights: randomWeights(network, 3), inputs: [x] }).outputs;
    });
    const [[concat = []] = [], [sum] = [], [average] = [], [product] = [], [ahead = [], back = []] = []] = made;
    const pairs = Array.from(ahead, (a, i): [number, number] => [a, back[i] ?? NaN]);
    assertSame(sum ?? [], pairs.map(([a, b]) => a + b), 'sum');
    assertSame(average ?? [], pairs.map(([a, b]) => (a + b) / 2), 'average');
    assertSame(product ?? [], pairs.map(([a, b]) => a * b), 'multiply');
    const [one, two] = [0, H].map((from) => Array.from(concat).filter((_, i) => i % (2 * H) >= from && i % (2 * H) < from + H));
    assertSame(one ?? [], Array.from(ahead), 'first half');
    assertSame(two ?? [], Array.from(back), 'second half');
  }
});

for (const name of goldenNames().filter((file) => /^(rnn|lstm|gru)-.*bidirectional(?!-2layer)/.test(file))) {
  test(`${name}: initial and final states of both directions, as PyTorch has them`, () => {
    const golden = readGolden(name);
    const kind = cellKinds.find((known) => known === golden.metadata.cell);
    assert.ok(kind);
    const [, steps = 0, width = 0] = golden.get('x').shape;
    const units = golden.get('layer0/forward/h0').shape[1] ?? 0;
    const layer = new Bidirectional({ layer: makeRecurrent(kind, { units, returnSequences: true, returnState: true }), name: 'layer0' });
    const states = ['forward', 'backward'].flatMap((direction) => (kind === 'lstm' ? ['h', 'c'] : ['h']).map((state) => `layer0/${direction}/${state}`));
    const network = networkOf(layer, [steps, width], ...states.map(() => [units]));
    const lengths = golden.tensors.lengths && Array.from(golden.tensors.lengths.data);
    const [inputs, outputs] = [['x', ...states.map((state) => `${state}0`)], ['out', ...states.map((state) => `${state}n`)]];
    const result = runNetwork(network, {
      weights: golden.tensors, inputs: inputs.map((key) => golden.get(key)), dOutputs: outputs.map((key) => golden.get(`R/${key}`)), mask: lengths && lengthMask(lengths, steps),
    });
    outputs.forEach((key, i) => {
      const expected = golden.get(key).data;
      const real = (at: number): boolean => key !== 'out' || !lengths || Math.floor(at / (2 * units)) % steps < (lengths[Math.floor(at / (2 * units * steps))] ?? 0); // PyTorch has 0 there
      assertClose(Array.from(result.outputs[i] ?? []).filter((_, at) => real(at)), Array.from(expected).filter((_, at) => real(at)), 1e-12, key);
    });
    inputs.forEach((key, i) => { assertClose(result.inputGradients[i] ?? [], golden.get(`grad/${key}`).data, 1e-12, key); });
    assert.is(Object.keys(result.gradients).length, 2 * (kind === 'gru' ? 4 : 3));
    for (const [key, gradient] of Object.entries(result.gradients)) assertClose(gradient, golden.get(`grad/${key}`).data, 1e-12, key);
  });
}

test('stateful: the forward direction goes on where it stood, the other begins anew in every batch', async () => {
  const build = (stateful: boolean): Sequential => new Sequential([new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true, stateful }) })], { inputShape: [3, 2], seed: 4 });
  const [carrying, fresh] = [build(true), build(false)];
  const [first, second] = ['a', 'b'].map((name) => randomTensor(1, name, [2, 3, 2]));
  assert.ok(first && second);
  const half = ({ data }: { data: ArrayLike<number> }, from: number): number[] => Array.from(data).filter((_, i) => i % 4 >= from && i % 4 < from + 2);
  const [a, b] = [await carrying.predict(first), await carrying.predict(second)];
  const joined = tensor(Array.from({ length: 2 }, (_, i) => [first, second].flatMap(({ data }) => Array.from(data.slice(i * 6, i * 6 + 6)))).flat(), { shape: [2, 6, 2] });
  const long = new Sequential([new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) })], { inputShape: [6, 2], seed: 4 });
  const whole = half(await long.predict(joined), 0);
  assertClose([...half(a, 0), ...half(b, 0)], [...whole.slice(0, 6), ...whole.slice(12, 18), ...whole.slice(6, 12), ...whole.slice(18)], 1e-6, 'forward');
  assertSame(half(b, 2), half(await fresh.predict(second), 2), 'backward');
  carrying.resetStates();
  assertSame((await carrying.predict(second)).data, (await fresh.predict(second)).data, 'after a reset');
});

test('saved and read again, states, a backward layer and all; a copy has weights of its own', async () => {
  const x = Input({ shape: [4, 2] });
  const [h, c, g] = [3, 3, 5].map((units) => Input({ shape: [units] }));
  assert.ok(h && c && g);
  const layer = new Bidirectional({
    layer: new LSTM({ units: 3, returnState: true, stateful: false }), backwardLayer: new SimpleRNN({ units: 5, activation: 'relu', goBackwards: true, returnState: true }), mergeMode: 'none',
  });
  const model = new Model({ inputs: [x, h, c, g], outputs: layer.applyAll([x, h, c, g]), seed: 3 });
  const data = [[2, 4, 2], [2, 3], [2, 3], [2, 5]].map((shape, i) => randomTensor(i, 'x', shape));
  const expected = await model.predictAll(data);
  assert.equal(expected.map(({ shape }) => shape), [[2, 3], [2, 5], [2, 3], [2, 3], [2, 5]]);
  assertSame(expected[1]?.data ?? [], expected[4]?.data ?? [], 'the last output of the backward direction is its state');
  for (const same of [await loadModel(model.toBytes()), model.clone()]) {
    (await same.predictAll(data)).forEach(({ data: values }, i) => { assertSame(values, expected[i]?.data ?? [], `output ${i}`); });
  }
});

test('within TimeDistributed', async () => {
  const layer = new TimeDistributed({ layer: new Bidirectional({ layer: new GRU({ units: 2 }), mergeMode: 'multiply' }) });
  await assertGradients(layer, { inputShape: [2, 3, 4, 2], seed: 8 }, 'TimeDistributed');
});

test('shapes, names of the weights, and what is refused', () => {
  const layer = new Bidirectional({ layer: new LSTM({ units: 4, returnSequences: true }) });
  assert.equal(layer.outputShapes([[5, 3]]), [[5, 8]]);
  assert.equal(new Bidirectional({ layer: new LSTM({ units: 4 }), mergeMode: 'sum' }).outputShapes([[5, 3]]), [[4]]);
  assert.equal(Object.keys(layer.parameters([[5, 3]])).sort(), [
    'backward/bias', 'backward/kernel', 'backward/recurrentKernel', 'forward/bias', 'forward/kernel', 'forward/recurrentKernel',
  ]);
  const states = new Bidirectional({ layer: new LSTM({ units: 4, returnState: true }), backwardLayer: new GRU({ units: 2, returnState: true, goBackwards: true }) });
  assert.equal(states.outputShapes([[5, 3]]), [[6], [4], [4], [2]]);
  assert.equal(states.outputShapes([[5, 3], [4], [4], [2]]), [[6], [4], [4], [2]]);
  assert.match(thrown(ShapeError, () => states.outputShapes([[5, 3], [4], [4]])).message, /x alone or x and 3 state tensors/);
  assert.throws(() => states.outputShapes([[5, 3], [4], [4], [4]]), /initial state must be \[batch, 2\]/);

  const odd = (backwardLayer: Recurrent, options = {}): string => thrown(ArgumentError, () => new Bidirectional({ layer: new LSTM({ units: 4, ...options }), backwardLayer })).message;
  type Recurrent = ConstructorParameters<typeof Bidirectional>[0]['layer'];
  assert.match(odd(new LSTM({ units: 4 })), /goBackwards of backwardLayer must be true/);
  assert.match(odd(new LSTM({ units: 4, goBackwards: true, returnSequences: true })), /returnSequences of backwardLayer must be false/);
  assert.match(odd(new LSTM({ units: 4, goBackwards: true }), { returnState: true }), /returnState of backwardLayer must be true/);
  assert.match(odd(new LSTM({ units: 4, goBackwards: true, stateful: true })), /stateful of backwardLayer must be false/);
  assert.match(thrown(ArgumentError, () => new Bidirectional({ layer: new LSTM({ units: 4, stateful: true, goBackwards: true }) })).message, /stateful of layer must be false/);
  for (const mergeMode of ['sum', 'average', 'multiply'] as const) {
    const layer = new Bidirectional({ layer: new LSTM({ units: 4 }), backwardLayer: new GRU({ units: 3, goBackwards: true }), mergeMode });
    assert.match(thrown(ShapeError, () => layer.outputShapes([[5, 3]])).message, /of width 4/);
  }
  // @ts-expect-error a wrong name on purpose
  assert.throws(() => new Bidirectional({ layer: new LSTM({ units: 4 }), mergeMode: 'mul' }), /concat \| sum \| average \| multiply \| none/);
  // @ts-expect-error a layer that does not recur
  assert.throws(() => new Bidirectional({ layer: new Dense({ units: 4 }) }), /must be a recurrent layer.* got Dense/);
});

test('the twin keeps every option of the layer', () => {
  const options = { units: 2, dropout: 0.3, recurrentDropout: 0.2, peepholes: true, unitForgetBias: false, truncate: 3, returnSequences: true };
  const layer = new Bidirectional({ layer: new LSTM(options) });
  const specs = layer.parameters([[4, 3]]);
  assert.equal(Object.keys(specs).filter((key) => key.endsWith('peephole')), ['forward/peephole', 'backward/peephole']);
  assert.is(specs['backward/bias']?.initializer, 'zeros');
  assert.is(layer.noise([[4, 3]], 2).length, 4);
});

test.run();
