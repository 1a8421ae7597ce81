import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Bidirectional, Dense, Dropout, GRU, Input, LSTM, LayerNorm, Model, Sequential, ShapeError, cpu } from '../../../src/index.js';
import type { DataOptions, TensorLike } from '../../../src/index.js';
import { randomTensor } from '../../support/values.js';
import type { Host } from '../../support/values.js';
import { assertClose, assertDifferent, assertSame, thrown } from '../../support/compare.js';
import { rejected } from '../support.js';

const backend = cpu({ dtype: 'float64' });

/** Encoder [6, 3] → decoder [4, 2] with its state; an auxiliary output from the encoder; one Dense used on both inputs' paths. */
function translator(sourceSteps = 6): Model {
  const source = Input({ shape: [sourceSteps, 3] });
  const target = Input({ shape: [4, 2] });
  const [read, h, c] = new LSTM({ units: 5, returnState: true, name: 'encoder' }).applyAll(source);
  assert.ok(read && h && c);
  const written = new LSTM({ units: 5, returnSequences: true, name: 'decoder' }).apply([target, h, c]);
  const shared = new Dense({ units: 1, name: 'shared' });
  return model64(new Model({ inputs: [source, target], outputs: [shared.apply(written), shared.apply(read)], seed: 8 }), 2);
}

function model64(model: Model, losses = 1): Model {
  model.compile({ optimizer: 'sgd', loss: losses === 1 ? 'mse' : ['huber', 'mse'], backend });
  return model;
}

/** Central differences of the loss in every weight and every input entry against `lossAndGradients`. */
async function assertGradients(
  model: Model, x: Host[], y: TensorLike | TensorLike[], options: DataOptions & { training?: boolean }, what: string,
): Promise<void> {
  const given = x.length === 1 ? (x[0]!) : x;
  const { gradients, inputGradients } = await model.lossAndGradients(given, y, options);
  const epsilon = 1e-5;
  const loss = async (): Promise<number> => (await model.lossAndGradients(given, y, options)).loss;
  const difference = async (set: (delta: number) => void): Promise<number> => {
    set(epsilon);
    const above = await loss();
    set(-epsilon);
    const below = await loss();
    set(0);
    return (above - below) / (2 * epsilon);
  };
  for (const [key, gradient] of Object.entries(gradients)) {
    const weight = model.getWeights()[key];
    assert.ok(weight, key);
    const numeric: number[] = [];
    for (const [i, value] of weight.data.entries()) {
      numeric.push(await difference((delta) => {
        weight.data[i] = value + delta;
        model.setWeights({ [key]: weight });
      }));
    }
    assertClose(gradient.data, numeric, 1e-6, `${what}: ${key}`);
  }
  for (const [n, input] of x.entries()) {
    const numeric: number[] = [];
    for (const [i, value] of input.data.entries()) {
      numeric.push(await difference((delta) => {
        input.data[i] = value + delta;
      }));
    }
    assertClose(inputGradients[n]?.data ?? [], numeric, 1e-6, `${what}: input ${n}`);
  }
}

test('encoder and decoder: every gradient of a graph with shared weights, two inputs and two outputs', async () => {
  const model = translator();
  const x = [randomTensor(1, 'source', [2, 6, 3]), randomTensor(1, 'target', [2, 4, 2])];
  const y = [randomTensor(1, 'y0', [2, 4, 1]), randomTensor(1, 'y1', [2, 1])];
  await assertGradients(model, x, y, {}, 'plain');
  await assertGradients(model, x, y, { sampleWeight: [0.3, 2.2] }, 'sample weights');
  const [outputs, summary] = [await model.predictAll(x), model.summary()];
  assert.equal(outputs.map(({ shape }) => shape), [[2, 4, 1], [2, 1]]);
  assert.match(summary, /shared {4}Dense {3}\[batch, 1\] +shared/);
  assert.match((await rejected(ArgumentError, model.predict(x))).message, 'predictAll');
  assert.match((await rejected(ShapeError, model.predictAll(x[0]!))).message, 'a list of 2 tensors');
});

test('the decoder really starts from the encoder', async () => {
  const model = translator();
  const x = [randomTensor(1, 'source', [2, 6, 3]), randomTensor(1, 'target', [2, 4, 2])];
  const [before] = await model.predictAll(x);
  const [after] = await model.predictAll([randomTensor(2, 'source', [2, 6, 3]), x[1]!]);
  assertDifferent(before?.data ?? [], after?.data ?? [], 1e-3, 'prediction');
});

test('a value used twice gets both gradients; dropout masks of one step; batch statistics', async () => {
  const x = Input({ shape: [3, 4] });
  const h = new GRU({ units: 3, returnSequences: true, dropout: 0.3, recurrentDropout: 0.4 }).apply(x);
  const a = new Dropout({ rate: 0.5 }).apply(new LayerNorm().apply(h));
  const [, last] = new LSTM({ units: 3, returnState: true }).applyAll(a);
  assert.ok(last);
  const again = new LSTM({ units: 3 }).apply([h, last, last]);
  const model = model64(new Model({ inputs: x, outputs: new Dense({ units: 2 }).apply(again), seed: 4 }));
  const data = randomTensor(2, 'x', [5, 3, 4]);
  const y = randomTensor(2, 'y', [5, 2]);
  await assertGradients(model, [data], y, { training: true }, 'training');
  await assertGradients(model, [data], y, {}, 'inference');
  const [train, infer] = [await model.lossAndGradients(data, y, { training: true }), await model.lossAndGradients(data, y)];
  assert.not.equal(train.loss, infer.loss);
});

for (const bidirectional of [false, true]) {
  test(`padding changes nothing${bidirectional ? ', read both ways' : ''}`, async () => {
    const build = (): Model => {
      const layer = new LSTM({ units: 3, returnSequences: true, recurrentDropout: 0.2 });
      return model64(new Sequential(
        [bidirectional ? new Bidirectional({ layer }) : layer, new LayerNorm(), new GRU({ units: 2, returnSequences: true }), new Dense({ units: 1 })],
        { inputShape: [5, 2], seed: 6 }));
    };
    const model = build();
    const lengths = [5, 2, 1, 4];
    const x = randomTensor(3, 'x', [4, 5, 2]);
    const y = randomTensor(3, 'y', [4, 5, 1]);
    const mask = { data: lengths.flatMap((n) => [0, 1, 2, 3, 4].map((t) => (t < n ? 1 : 0))), shape: [4, 5] };
    const other = { x: { ...x, data: x.data.map((v, i) => (mask.data[Math.floor(i / 2)] ? v : 50 - 3 * v)) }, y: { ...y, data: y.data.map((v, i) => (mask.data[i] ? v : 9 + v)) } };
    for (const training of [false, true]) {
      const a = await model.lossAndGradients(x, y, { lengths, training });
      const b = await model.lossAndGradients(other.x, other.y, { mask, training });
      assert.is(a.loss, b.loss);
      for (const [key, { data }] of Object.entries(a.gradients)) assertSame(b.gradients[key]?.data ?? [], data, key);
      a.inputGradients[0]?.data.forEach((d, i) => {
        if (!mask.data[Math.floor(i / 2)]) assert.is(d + 0, 0, `input gradient ${i}`);
      });
      await assertGradients(model, [x], y, { lengths, training, sampleWeight: [1, 0.5, 3, 2] }, `masked, training ${training}`);
    }
    const [p, q] = [await model.predict(x, { lengths }), await model.predict(other.x, { mask })];
    mask.data.forEach((valid, i) => {
      if (valid) assert.is(p.data[i], q.data[i]);
    });
    const [m, n] = [build(), build()];
    await m.fit(x, y, { lengths, epochs: 2, batchSize: 3 });
    await n.fit(other.x, other.y, { mask, epochs: 2, batchSize: 3 });
    for (const [key, { data }] of Object.entries(m.getWeights())) assertSame(n.getWeights()[key]?.data ?? [], data, `trained ${key}`);
  });
}

test('a mask over the first input leaves the other sequence alone', async () => {
  const model = translator();
  const x = [randomTensor(1, 'source', [2, 6, 3]), randomTensor(1, 'target', [2, 4, 2])];
  const y = [randomTensor(1, 'y0', [2, 4, 1]), randomTensor(1, 'y1', [2, 1])];
  await assertGradients(model, x, y, { lengths: [[6, 2], undefined] }, 'lengths of the source');
  // The second sample alone, its source cut to the valid steps.
  const [masked] = await model.predictAll(x, { lengths: [[6, 2], undefined] });
  const short = translator(2);
  short.setWeights(model.getWeights());
  const [alone] = await short.predictAll([{ data: x[0]?.data.subarray(18, 24) ?? [], shape: [1, 2, 3] }, { data: x[1]?.data.subarray(8) ?? [], shape: [1, 4, 2] }]);
  assertClose(masked?.data.subarray(4) ?? [], alone?.data ?? [], 1e-14, 'the whole target is read');
});

test('sample weights of steps [N, T] are weights of those losses', async () => {
  const model = model64(new Sequential([new GRU({ units: 3, returnSequences: true }), new Dense({ units: 2 })], { inputShape: [3, 2] }));
  const [x, y] = [randomTensor(1, 'x', [4, 3, 2]), randomTensor(1, 'y', [4, 3, 2])];
  const sampleWeight = randomTensor(1, 'w', [4, 3]);
  const { loss } = await model.lossAndGradients(x, y, { sampleWeight });
  const p = await model.predict(x);
  let sum = 0;
  p.data.forEach((v, i) => { sum += (sampleWeight.data[Math.floor(i / 2)] ?? 0) * (v - (y.data[i] ?? 0)) ** 2; });
  assertClose([loss], [sum / p.data.length], 1e-13, 'loss');
  await assertGradients(model, [x], y, { sampleWeight }, 'step weights');
});

test('graphs that cannot be are refused', () => {
  const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
  const out = new Dense({ units: 1 }).apply(a);
  assert.match(thrown(ArgumentError, () => new Model({ inputs: b, outputs: out })).message, 'Add it to inputs');
  assert.match(thrown(ArgumentError, () => new Model({ inputs: [a, a], outputs: out })).message, 'each given once');
  assert.match(thrown(ArgumentError, () => new Model({ inputs: out, outputs: out })).message, 'made by Input');
  const shared = new Dense({ units: 1 });
  const outputs = [shared.apply(Input({ shape: [2] })), shared.apply(Input({ shape: [3] }))];
  const inputs = outputs.map((o) => o.source?.inputs[0]).flatMap((i) => i ?? []);
  assert.throws(() => new Model({ inputs, outputs }), /second shape of dense\/kernel/);
});

test.run();
