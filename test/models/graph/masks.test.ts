/** Where a mask goes: from the input it is given for along the time axis, and no further. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Add, ArgumentError, Bidirectional, Concatenate, Dense, Flatten, GRU, Input, LSTM, Layer, Model, Multiply, Reshape, Sequential, ShapeError,
  SimpleRNN, TimeDistributed, cpu, loadModel,
} from '../../../src/index.js';
import type { AnyLayer, DataOptions, Forward, JsonObject, NoTensors, Run, Shape, SymbolicTensor, Tensor } from '../../../src/index.js';
import { inputGradients, linearCombination } from '../../../src/explain/index.js';
import type { Network } from '../../../src/models/graph/network.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../../support/compare.js';
import { randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });

function compiled(inputs: SymbolicTensor[], outputs: SymbolicTensor[], seed = 3): Model {
  const model = new Model({ inputs, outputs, seed });
  model.compile({ optimizer: 'sgd', loss: outputs.map(() => 'mse' as const), backend });
  return model;
}

/** Encoder [3, 2] with its last state into a decoder [steps, 2]. */
function translator(sourceSteps: number, targetSteps = 3): Model {
  const source = Input({ shape: [sourceSteps, 2], name: 'source' });
  const target = Input({ shape: [targetSteps, 2], name: 'target' });
  const [, h, c] = new LSTM({ units: 4, returnState: true, name: 'encoder' }).applyAll(source);
  assert.ok(h && c);
  const written = new LSTM({ units: 4, returnSequences: true, name: 'decoder' }).apply([target, h, c]);
  return compiled([source, target], [new Dense({ units: 1, name: 'head' }).apply(written)]);
}

function firstSteps(x: Host, steps: number): Host {
  const [, T = 1, D = 1] = x.shape;
  assert.is(x.shape[0], 1);
  return { data: x.data.slice(0, steps * D), shape: [1, Math.min(steps, T), D] };
}

test('encoder and decoder of the same number of steps: the decoder reads every step', async () => {
  const source = randomTensor(1, 'source', [1, 3, 2]);
  const target = randomTensor(1, 'target', [1, 3, 2]);
  const y = randomTensor(1, 'y', [1, 3, 1]);
  const padded = translator(3);
  const alone = translator(1);
  const expected = await alone.predict([firstSteps(source, 1), target]);
  for (const options of [
    { lengths: { source: [1] } }, { lengths: [[1], undefined] }, { mask: { source: [[1, 0, 0]] } }, { mask: [{ data: [1, 0, 0], shape: [1, 3] }, undefined] },
    { mask: [[[1, 0, 0]], undefined] }, { lengths: { source: [1], target: undefined } }, { lengths: { source: [1] }, mask: { target: [[1, 1, 1]] } },
  ] satisfies DataOptions[]) {
    assertClose((await padded.predict([source, target], options)).data, expected.data, 1e-14, JSON.stringify(options));
    const a = await padded.lossAndGradients([source, target], y, options);
    const b = await alone.lossAndGradients([firstSteps(source, 1), target], y);
    assertClose([a.loss], [b.loss], 1e-14, 'loss over every step of the target');
    for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-12, key);
    assert.ok(a.inputGradients[1]?.data.every((d) => d !== 0), 'every step of the target has a gradient');
  }
});

test('a mask of the target alone masks the decoder and counts in its loss', async () => {
  const source = randomTensor(1, 'source', [1, 3, 2]);
  const target = randomTensor(1, 'target', [1, 3, 2]);
  const y = randomTensor(1, 'y', [1, 3, 1]);
  const a = await translator(3).lossAndGradients([source, target], y, { lengths: { target: [2] } });
  const b = await translator(3, 2).lossAndGradients([source, firstSteps(target, 2)], firstSteps(y, 2));
  assertClose([a.loss], [b.loss], 1e-14, 'loss');
  for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-12, key);
});

test('a second, full input of as many steps is not masked, nor is its output', async () => {
  const [a, b] = [Input({ shape: [4, 2] }), Input({ shape: [4, 2] })];
  const read = (x: SymbolicTensor, name: string): SymbolicTensor => new GRU({ units: 3, returnSequences: true, name }).apply(x);
  const model = compiled([a, b], [read(a, 'one'), read(b, 'two')]);
  const x = [randomTensor(2, 'a', [2, 4, 2]), randomTensor(2, 'b', [2, 4, 2])];
  const y = [randomTensor(2, 'ya', [2, 4, 3]), randomTensor(2, 'yb', [2, 4, 3])];
  const plain = await model.predictAll(x);
  const masked = await model.predictAll(x, { lengths: [[1, 4], undefined] });
  assertSame(masked[1]?.data ?? [], plain[1]?.data ?? [], 'the full one');
  assertDifferent(masked[0]?.data ?? [], plain[0]?.data ?? [], 1e-3, 'the masked one');
  const error = (p: ArrayLike<number>, t: Host, rows: readonly number[]): number =>
    rows.flatMap((row) => [0, 1, 2].map((j) => ((p[row * 3 + j] ?? 0) - (t.data[row * 3 + j] ?? 0)) ** 2)).reduce((s, e) => s + e, 0) / (3 * rows.length);
  const expected = error(masked[0]?.data ?? [], y[0]!, [0, 4, 5, 6, 7]) + error(plain[1]?.data ?? [], y[1]!, [0, 1, 2, 3, 4, 5, 6, 7]);
  assertClose([(await model.lossAndGradients(x, y, { lengths: [[1, 4], undefined] })).loss], [expected], 1e-14, 'loss');
});

test('an output that does not descend through time counts all its steps, however many', async () => {
  const x = Input({ shape: [4, 2] });
  const heads: Record<string, () => SymbolicTensor> = {
    'last step, Dense, Reshape': () => new Reshape({ targetShape: [4, 1] }).apply(new Dense({ units: 4 }).apply(new LSTM({ units: 3 }).apply(x))),
    'Flatten, Dense, Reshape': () => new Reshape({ targetShape: [4, 1] }).apply(new Dense({ units: 4 }).apply(new Flatten().apply(x))),
    'Reshape of the sequence itself': () => new Dense({ units: 1 }).apply(new Reshape({ targetShape: [4, 2] }).apply(x)),
  };
  const data = randomTensor(3, 'x', [2, 4, 2]);
  const y = randomTensor(3, 'y', [2, 4, 1]);
  for (const [name, head] of Object.entries(heads)) {
    const model = compiled([x], [head()]);
    const p = await model.predict(data, { lengths: [1, 3] });
    const all = Array.from(p.data).reduce((s, v, i) => s + (v - (y.data[i] ?? 0)) ** 2, 0) / 8;
    assertClose([(await model.lossAndGradients(data, y, { lengths: [1, 3] })).loss], [all], 1e-14, name);
    assertClose([(await model.evaluate(data, y, { lengths: [1, 3], batchSize: 1 })).loss ?? NaN], [all], 1e-13, `${name}, evaluate`);
  }
});

test('joined by broadcasting: one step that is repeated speaks for all, a time axis that meets another axis for none', () => {
  const network = (shapes: readonly (readonly number[])[]): Network => {
    const inputs = shapes.map((shape) => Input({ shape }));
    return new Model({ inputs, outputs: new Multiply().apply(inputs) }).network;
  };
  const rows = ({ masks, outputs }: Network, ...given: readonly (Float64Array | undefined)[]): number[] | undefined => {
    const made = masks.get(outputs[0]?.id ?? -1)?.rows(given.map((mask) => ({ mask, values: new Float64Array() })), 2);
    return made && Array.from(made);
  };
  const three = Float64Array.of(1, 1, 0, 1, 0, 0);
  assert.equal(rows(network([[3, 2], [1, 2]]), undefined, Float64Array.of(0, 1)), [0, 0, 0, 1, 1, 1]);
  assert.equal(rows(network([[3, 2], [1, 2]]), three, Float64Array.of(1, 1)), [1, 1, 0, 1, 0, 0]);
  assert.equal(rows(network([[3, 2], [2]]), three, undefined), [1, 1, 0, 1, 0, 0]);
  assert.equal(rows(network([[3, 2], [4, 3, 2]]), three, undefined), undefined);
});

test('joined step by step: a step is real where it is in every branch; a branch without a mask is real throughout', async () => {
  const data = [randomTensor(4, 'a', [1, 4, 2]), randomTensor(4, 'b', [1, 4, 2])];
  const y = randomTensor(4, 'y', [1, 4, 2]);
  for (const merge of [new Add(), new Multiply(), new Concatenate()]) {
    const [a, b] = [Input({ shape: [4, 2], name: 'a' }), Input({ shape: [4, 2], name: 'b' })];
    const joined = merge.apply([a, b]);
    const model = compiled([a, b], [new Dense({ units: 2 }).apply(new GRU({ units: 3, returnSequences: true }).apply(joined))]);
    const loss = async (options: DataOptions): Promise<number> => (await model.lossAndGradients(data, y, options)).loss;
    const three = await loss({ lengths: { a: [3], b: [3] } });
    assert.not.equal(three, await loss({}));
    for (const options of [
      { lengths: { a: [3] } }, { lengths: { b: [3] } }, { lengths: { a: [3], b: [4] } }, { mask: { a: [[1, 1, 1, 0]] }, lengths: { b: [3] } },
    ]) assert.is(await loss(options), three, `${merge.className} ${JSON.stringify(options)}`);
    assert.is(await loss({ mask: { a: [[1, 1, 0, 1]], b: [[1, 0, 1, 1]] } }), await loss({ mask: { a: [[1, 0, 0, 1]] } }), merge.className);
  }
});

test('one layer used twice has the mask of each use', async () => {
  const [a, b] = [Input({ shape: [4, 2], name: 'a' }), Input({ shape: [4, 2], name: 'b' })];
  const shared = new LSTM({ units: 3, name: 'shared' });
  const model = compiled([a, b], [shared.apply(a), shared.apply(b)]);
  const x = [randomTensor(5, 'a', [1, 4, 2]), randomTensor(5, 'b', [1, 4, 2])] as const;
  const [p, q] = await model.predictAll(x, { lengths: { a: [2], b: [3] } });
  const alone = async (data: Host): Promise<ArrayLike<number>> => {
    const short = new Sequential([new LSTM({ units: 3, name: 'shared' })], { inputShape: data.shape.slice(1) });
    short.compile({ loss: 'mse', backend });
    short.setWeights(model.getWeights());
    return (await short.predict(data)).data;
  };
  assertClose(p?.data ?? [], await alone(firstSteps(x[0], 2)), 1e-14, 'first use');
  assertClose(q?.data ?? [], await alone(firstSteps(x[1], 3)), 1e-14, 'second use');
});

test('goBackwards with returnSequences: padding is read first, so it lies in front', async () => {
  const x = randomTensor(6, 'x', [1, 5, 2]);
  const y = randomTensor(6, 'y', [1, 5, 1]);
  const layers = (): AnyLayer[] => [
    new GRU({ units: 3, returnSequences: true, goBackwards: true }), new LSTM({ units: 2, returnSequences: true }), new Dense({ units: 1 }),
  ];
  const build = (steps: number): Sequential => {
    const model = new Sequential(layers(), { inputShape: [steps, 2], seed: 6 });
    model.compile({ loss: 'mse', backend });
    return model;
  };
  const p = await build(5).predict(x, { lengths: [3] });
  const alone = await build(3).predict(firstSteps(x, 3));
  assertClose(p.data.subarray(2), alone.data, 1e-14, 'steps 2 to 4');
  const own = { data: y.data.slice(2), shape: [1, 3, 1] };
  const a = await build(5).lossAndGradients(x, y, { lengths: [3] });
  const b = await build(3).lossAndGradients(firstSteps(x, 3), own);
  assertClose([a.loss], [b.loss], 1e-14, 'loss');
  for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-12, key);
});

test('explanations read the masks of the inputs they are given for', async () => {
  const source = randomTensor(1, 'source', [2, 3, 2]);
  const target = randomTensor(1, 'target', [2, 3, 2]);
  const model = translator(3);
  const all = await inputGradients(model, [source, target], { lengths: { source: [1, 2] }, target: linearCombination({ data: [1, 1, 1], shape: [3, 1] }), batchSize: 1 });
  const [first, second] = all.gradients;
  assert.ok(first && second);
  assert.equal(Array.from(first.data, (d) => d !== 0), [1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0].map(Boolean));
  assert.ok(second.data.every((d) => d !== 0));
});

test('names of inputs travel with the file; what cannot be meant is refused', async () => {
  const data = [randomTensor(1, 's', [1, 3, 2]), randomTensor(1, 't', [1, 3, 2])];
  const model = translator(3);
  const again = await loadModel(model.toBytes());
  again.compile({ loss: 'mse', backend });
  const lengths = { source: [2] };
  assertClose((await again.predict(data, { lengths })).data, (await model.predict(data, { lengths })).data, 1e-6, 'loaded'); // files hold float32
  const cases: [DataOptions, string][] = [
    [{ lengths: [2] }, 'by name, { source: … }, or by place, […, undefined], got one for 2 sequences'],
    [{ mask: [[1, 1, 0]] }, 'got one for 2 sequences'],
    [{ mask: { data: [1, 1, 0], shape: [1, 3] } }, 'got one for 2 sequences'],
    [{ lengths: { sorce: [2] } }, "Did you mean 'source'?"],
    [{ lengths: [[2]] }, 'a list of 2, one for each input'],
    [{ lengths: { source: [2] }, mask: { source: [[1, 1, 0]] } }, "mask of input 'source' must be given without lengths"],
    [{ lengths: { target: [4] } }, "lengths[0] of input 'target'"],
  ];
  for (const [options, message] of cases) assert.match((await rejected(ArgumentError, model.predict(data, options))).message, message);
  assert.match((await rejected(ShapeError, model.predict(data, { lengths: { target: [1, 2] } }))).message, "lengths of input 'target' must be 1 numbers");
});

test('a sequence beside plain features: one mask can only be that of the sequence', async () => {
  const [x, plain] = [Input({ shape: [3, 2] }), Input({ shape: [2] })];
  const joined = new Concatenate().apply([new LSTM({ units: 2 }).apply(x), plain]);
  const model = compiled([plain, x], [new Dense({ units: 1 }).apply(joined)]);
  const data = [randomTensor(1, 'p', [2, 2]), randomTensor(1, 'x', [2, 3, 2])];
  assertSame((await model.predict(data, { lengths: [1, 2] })).data, (await model.predict(data, { lengths: [undefined, [1, 2]] })).data, 'one or by place');
  assert.match((await rejected(ArgumentError, model.predict(data, { lengths: [[1, 2], undefined] }))).message, 'lengths of input 0 must be absent: there is no time axis');
  assert.match((await rejected(ArgumentError, model.predict(data, { lengths: { x: [1, 2] } }))).message, 'by place, as no input has a name');
  thrown(ArgumentError, () => Input({ shape: [1], name: 'a b' }));
  const [a, b] = [Input({ shape: [2], name: 'same' }), Input({ shape: [2], name: 'same' })];
  assert.match(thrown(ArgumentError, () => new Model({ inputs: [a, b], outputs: new Add().apply([a, b]) })).message, "'same' twice");
});

/** Doubles every entry; says of masks what it is told to. */
class Doubling extends Layer<NoTensors, NoTensors, null> {
  override readonly kind = 'doubling';
  override readonly className = 'Doubling';

  override config(): JsonObject {
    return {};
  }

  override outputShapes([x = []]: readonly Shape[]): Shape[] {
    return [x];
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, null> {
    return { outputs: [k.scale(this.single(inputs), 2)], cache: null };
  }

  override backward({ k }: Run, _p: NoTensors, _cache: null, [dy]: readonly (Tensor | undefined)[]): Tensor[] {
    return dy ? [k.scale(dy, 2)] : [];
  }
}

class Keeping extends Doubling {
  override masks: Layer['masks'] = (inputs) => inputs;
}

test('layers of your own end a mask unless they say that they keep it', async () => {
  const x = randomTensor(7, 'x', [1, 3, 2]);
  const y = randomTensor(7, 'y', [1, 3, 2]);
  const squares = x.data.map((v, i) => (2 * v - (y.data[i] ?? 0)) ** 2);
  const mean = (n: number): number => squares.slice(0, n).reduce((s, e) => s + e, 0) / n;
  for (const [layer, counted] of [[new Doubling(), 6], [new Keeping(), 4]] as const) {
    const input = Input({ shape: [3, 2] });
    assertClose([(await compiled([input], [layer.apply(input)]).lossAndGradients(x, y, { lengths: [2] })).loss], [mean(counted)], 1e-14, String(counted));
  }
  class Wrong extends Keeping {
    override outputShapes(): Shape[] {
      return [[2, 2]];
    }
  }
  const input = Input({ shape: [3, 2] });
  assert.match(thrown(ShapeError, () => new Model({ inputs: input, outputs: new Wrong().apply(input) })).message, 'of 2 steps, as the output has, got 3');
});

test('wrappers keep the mask of their steps', async () => {
  const x = randomTensor(8, 'x', [1, 4, 2, 3]);
  const y = randomTensor(8, 'y', [1, 4, 2, 1]);
  const build = (steps: number): Model => {
    const input = Input({ shape: [steps, 2, 3] });
    const inner = new TimeDistributed({ layer: new SimpleRNN({ units: 2, returnSequences: true }) }).apply(input);
    const flat = new TimeDistributed({ layer: new Flatten() }).apply(inner);
    const read = new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true, goBackwards: false }) }).apply(flat);
    return compiled([input], [new TimeDistributed({ layer: new Reshape({ targetShape: [2, 1] }) }).apply(new Dense({ units: 2 }).apply(read))]);
  };
  const a = await build(4).lossAndGradients(x, y, { lengths: [3] });
  const b = await build(3).lossAndGradients({ data: x.data.slice(0, 18), shape: [1, 3, 2, 3] }, { data: y.data.slice(0, 6), shape: [1, 3, 2, 1] });
  assertClose([a.loss], [b.loss], 1e-14, 'loss: two rows a step');
  for (const [key, { data }] of Object.entries(b.gradients)) assertClose(a.gradients[key]?.data ?? [], data, 1e-12, key);
});

test.run();
