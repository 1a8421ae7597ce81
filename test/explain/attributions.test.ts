/** Gradients in the inputs, their integral, occlusion, deletion and insertion: values by hand, finite differences, completeness. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deletionInsertion, inputGradients, integratedGradients, linearCombination, occlusion, outputElement, overChannels } from '../../src/explain/index.js';
import {
  ArgumentError, BatchNorm, Concatenate, Conv2D, Dense, Dropout, Flatten, GlobalAveragePool2D, GRU, Input, LSTM, MaxPool2D, Model, Sequential, ShapeError,
} from '../../src/index.js';
import { rejected } from '../models/support.js';
import { assertClose } from '../support/compare.js';
import { randomTensor } from '../support/values.js';
import type { Host } from '../support/values.js';
import { float64 } from './support.js';

function compiled<M extends Model>(model: M): M {
  model.compile({ loss: 'mse', backend: float64 });
  return model;
}

function cnn(): Model {
  return compiled(new Sequential([
    new Conv2D({ filters: 4, kernelSize: 3, activation: 'relu' }), new BatchNorm(), new MaxPool2D(), new Conv2D({ filters: 3, kernelSize: 2, activation: 'tanh' }),
    new Dropout({ rate: 0.5 }), new GlobalAveragePool2D(), new Dense({ units: 2 }),
  ], { inputShape: [8, 7, 2], seed: 3 }));
}

/** A picture and a series, fused. */
function twoBranches(): Model {
  const [image, series] = [Input({ shape: [5, 4, 1] }), Input({ shape: [6, 2] })];
  const seen = new Flatten().apply(new Conv2D({ filters: 2, kernelSize: 2, activation: 'tanh' }).apply(image));
  const read = new LSTM({ units: 4 }).apply(new LSTM({ units: 3, returnSequences: true }).apply(series));
  return compiled(new Model({ inputs: [image, series], outputs: new Dense({ units: 1 }).apply(new Concatenate().apply([seen, read])), seed: 3 }));
}

function total(values: ArrayLike<number>, from = 0, to = values.length): number {
  return Array.from(values).slice(from, to).reduce((a, b) => a + b, 0);
}

test('input gradients of a picture and a series against finite differences; one number a time step', async () => {
  const model = twoBranches();
  const x = [randomTensor(1, 'image', [2, 5, 4, 1]), randomTensor(1, 'series', [2, 6, 2])];
  const { gradients, scores } = await inputGradients(model, x, { batchSize: 1 });
  assertClose(scores, (await model.predict(x)).data, 1e-14, 'scores');
  for (const [n, input] of x.entries()) {
    const numeric: number[] = [];
    for (const [i, value] of input.data.entries()) {
      const at = async (shift: number): Promise<number> => {
        input.data[i] = value + shift;
        return total((await model.predict(x)).data);
      };
      numeric.push(((await at(1e-5)) - (await at(-1e-5))) / 2e-5);
      input.data[i] = value;
    }
    assert.equal(gradients[n]?.shape, [...input.shape]);
    assertClose(gradients[n]?.data ?? [], numeric, 1e-6, `input ${n}`);
  }
  const steps = overChannels(gradients[1] ?? []);
  assert.equal(steps.shape, [2, 6]);
  assertClose([steps.get(1, 4)], [Math.hypot(gradients[1]?.get(1, 4, 0) ?? NaN, gradients[1]?.get(1, 4, 1) ?? NaN)], 1e-14, 'norm');
});

test('an LSTM that is shown padding: nothing flows into it', async () => {
  const model = compiled(new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [5, 2], seed: 2 }));
  const x = randomTensor(1, 'x', [3, 5, 2]);
  const { gradients, scores } = await inputGradients(model, x, { lengths: [5, 2, 4], batchSize: 2 });
  assertClose(scores, (await model.predict(x, { lengths: [5, 2, 4] })).data, 1e-14, 'scores');
  const arrives = Array.from(overChannels(gradients[0] ?? []).data, (norm) => norm > 0);
  assert.equal(arrives, [true, true, true, true, true, true, true, false, false, false, true, true, true, true, false]);
});

test('integrated gradients across a bend, by hand', async () => {
  // s = ½ + relu(x₁ + x₂ − 1)·2 from 0 to (2, 1) has slope 0 for the first third of the path, then 2.
  const model = compiled(new Sequential([new Dense({ units: 1, activation: 'relu' }), new Dense({ units: 1 })], { inputShape: [2] }));
  model.setWeights({ 'dense/kernel': [[1], [1]], 'dense/bias': [-1], 'dense_1/kernel': [[2]], 'dense_1/bias': [0.5] });
  const { attributions, scores, baselineScores, gap } = await integratedGradients(model, [[2, 1]], { steps: 30 });
  assertClose(attributions[0]?.data ?? [], [2 * 2 * (2 / 3), 2 * (2 / 3)], 1e-12, 'two thirds of the path');
  assert.equal([scores[0], baselineScores[0]], [4.5, 0.5]);
  assert.ok(Math.abs(gap[0] ?? NaN) < 1e-12);
  const other = await integratedGradients(model, [[2, 1]], { steps: 30, baseline: [[1, 0]] });
  assertClose(other.attributions[0]?.data ?? [], [2, 2], 1e-12, 'from (1, 0)');
  const one = await integratedGradients(model, [[2, 1]], { steps: 1 }); // the middle of the path alone: slope 2
  assertClose([...(one.attributions[0]?.data ?? []), ...one.gap], [4, 2, 2], 1e-12, 'one step, and the gap it leaves');
});

test('integrated gradients are complete: a CNN, an LSTM, a fused model; the gap of a smooth model falls by 4 as steps double', async () => {
  const cases: [string, Model, Host[]][] = [
    ['cnn', cnn(), [randomTensor(1, 'x', [3, 8, 7, 2], 2)]],
    ['gru', compiled(new Sequential([new GRU({ units: 4 }), new Dense({ units: 2 })], { inputShape: [6, 2], seed: 2 })), [randomTensor(1, 'x', [3, 6, 2])]],
    ['lstm', compiled(new Sequential([new LSTM({ units: 4 }), new Dense({ units: 2 })], { inputShape: [6, 2], seed: 2 })), [randomTensor(1, 'x', [3, 6, 2], 2)]],
    ['fused', twoBranches(), [randomTensor(1, 'image', [3, 5, 4, 1]), randomTensor(1, 'series', [3, 6, 2])]],
  ];
  for (const [name, model, x] of cases) {
    const target = name === 'fused' ? undefined : outputElement(1);
    const baseline = x.map(({ shape }, i) => randomTensor(1, `baseline ${i}`, shape.slice(1), 0.5));
    const run = (steps: number): ReturnType<typeof integratedGradients> => integratedGradients(model, x.length === 1 ? (x[0]!) : x, { target, steps, baseline });
    const steps = name === 'cnn' ? 400 : 40; // relu and maxima bend: the rule converges slowly
    const [coarse, fine] = [await run(steps), await run(2 * steps)];
    for (let b = 0; b < 3; b++) {
      const sum = fine.attributions.reduce((all, { data }) => all + total(data, (b * data.length) / 3, ((b + 1) * data.length) / 3), 0);
      const difference = (fine.scores[b] ?? NaN) - (fine.baselineScores[b] ?? NaN);
      assertClose([sum - difference], [fine.gap[b] ?? NaN], 1e-6, `${name}: the gap is what it says`);
      assert.ok(Math.abs(difference) > 1e-2, `${name}: nothing to explain`);
      assert.ok(Math.abs(fine.gap[b] ?? NaN) < (name === 'cnn' ? 1e-2 : 1e-3) * Math.abs(difference), `${name}: gap ${fine.gap[b]} of ${difference}`);
      if (name !== 'cnn') assertClose([(coarse.gap[b] ?? NaN) / (fine.gap[b] ?? NaN)], [4], 0.02, `${name}: order of the rule`);
    }
    const values = await model.predict(x.length === 1 ? (x[0]!) : x);
    assertClose(fine.scores, [0, 1, 2].map((b) => (target ? values.get(b, 1) : values.get(b, 0))), 1e-14, `${name}: scores`);
  }
});

test('integrated gradients: wrong options', async () => {
  const model = compiled(new Sequential([new Dense({ units: 1 })], { inputShape: [2] }));
  assert.match((await rejected(ArgumentError, integratedGradients(model, [[1, 2]], { steps: 0 }))).message, 'steps must be a whole number');
  assert.match((await rejected(ArgumentError, integratedGradients(model, [[1, 2]], { baseline: [1, 2] }))).message, 'a list of 1, one for each input, got 2');
  assert.match((await rejected(ShapeError, integratedGradients(model, [[1, 2]], { baseline: [[1, 2, 3]] }))).message, 'baseline must be a number, [2] or [1, 2], got [3]');
  assert.match((await rejected(ArgumentError, inputGradients(model, [[1, 2]], { batchSize: 0 }))).message, 'batchSize');
});

test('occlusion of a linear score: what lies under the window, and the mean over windows', async () => {
  // s = Σ w·x over a picture 3 × 4 with w = 1 … 12 and x = 1: a covered window loses the sum of its weights.
  const model = compiled(new Sequential([new Flatten(), new Dense({ units: 1, useBias: false })], { inputShape: [3, 4, 1] }));
  const w = Array.from({ length: 12 }, (_, i) => i + 1);
  model.setWeights({ 'dense/kernel': w.map((value) => [value]) });
  const x = { data: new Float64Array(24).map((_, i) => (i < 12 ? 1 : 2)), shape: [2, 3, 4, 1] };
  const { maps, resized, scores, input } = await occlusion(model, x, { window: [2, 3], stride: [2, 2] });
  // Rows 0–1 and 1–2, columns 0–2 and 1–3: the last windows end at the edge.
  const sums = [1 + 2 + 3 + 5 + 6 + 7, 2 + 3 + 4 + 6 + 7 + 8, 5 + 6 + 7 + 9 + 10 + 11, 6 + 7 + 8 + 10 + 11 + 12];
  assert.equal([maps.shape, resized.shape, input], [[2, 2, 2], [2, 3, 4], 0]);
  assertClose(maps.data, [...sums, ...sums.map((value) => 2 * value)], 1e-13, 'maps');
  assertClose(scores, [78, 156], 1e-14, 'scores');
  const [a = 0, b = 0, c = 0, d = 0] = sums;
  assertClose(resized.data.subarray(0, 12), [a, (a + b) / 2, (a + b) / 2, b, (a + c) / 2, (a + b + c + d) / 4, (a + b + c + d) / 4, (b + d) / 2, c, (c + d) / 2, (c + d) / 2, d], 1e-13, 'resized');

  const whole = await occlusion(model, x, { window: 1, stride: 1, baseline: { data: w, shape: [3, 4, 1] } });
  assertClose(whole.maps.data.subarray(0, 12), w.map((value) => value * (1 - value)), 1e-13, 'a baseline of its own for each place');
  assert.equal((await occlusion(model, x, { window: 2 })).maps.shape, [2, 2, 3]); // stride 1
});

test('occlusion of time steps in one branch of two', async () => {
  const model = twoBranches();
  const x = [randomTensor(1, 'image', [2, 5, 4, 1]), randomTensor(1, 'series', [2, 6, 2])];
  const { maps, scores, input } = await occlusion(model, x, { input: 1, window: 2, stride: 2, baseline: 0.3 });
  assert.equal([maps.shape, input], [[2, 3], 1]);
  for (let window = 0; window < 3; window++) {
    const covered = { data: x[1]!.data.map((value, i) => (Math.floor((i % 12) / 4) === window ? 0.3 : value)), shape: [2, 6, 2] };
    const after = await model.predict([x[0]!, covered]);
    assertClose([maps.get(0, window), maps.get(1, window)], [0, 1].map((b) => (scores[b] ?? NaN) - after.get(b, 0)), 1e-12, `window ${window}`);
  }
  assert.match((await rejected(ArgumentError, occlusion(model, x, JSON.parse('{ "input": 1 }') as { window: number }))).message, 'window must be whole numbers of at least 1 for the axes [6], no longer than these, got nothing');
  assert.match((await rejected(ArgumentError, occlusion(model, x, { input: 2, window: 1 }))).message, 'an input from 0 to 1, got 2');
});

test('deletion and insertion of a linear score by hand', async () => {
  const model = compiled(new Sequential([new Dense({ units: 1, useBias: false })], { inputShape: [4] }));
  model.setWeights({ 'dense/kernel': [[1], [2], [4], [8]] });
  const x = [[1, 1, 1, 1], [1, 1, 1, 1]];
  const result = await deletionInsertion(model, x, [[1, 2, 3, 4], [4, 3, 2, 1]], { steps: 4 });
  assert.equal(Array.from(result.shares), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(Array.from(result.deletion.data), [15, 7, 3, 1, 0, 15, 14, 12, 8, 0]);
  assert.equal(Array.from(result.insertion.data), [0, 8, 12, 14, 15, 0, 1, 3, 7, 15]);
  assert.equal(Array.from(result.deletionScore), [(7.5 + 7 + 3 + 1) / 4, (7.5 + 14 + 12 + 8) / 4]);
  assert.equal(Array.from(result.insertionScore), [(8 + 12 + 14 + 7.5) / 4, (1 + 3 + 7 + 7.5) / 4]);
  const halves = await deletionInsertion(model, x, [[1, 2, 3, 4], [4, 3, 2, 1]], { steps: 2, baseline: [1, 1, 1, 0.5], target: linearCombination([2]) });
  assert.equal(Array.from(halves.deletion.data), [30, 22, 22, 30, 30, 22]);
  assert.match((await rejected(ShapeError, deletionInsertion(model, x, [[1, 2, 3]]))).message, 'maps must be [2, 4], got [1, 3]');
});

test('explaining changes nothing, sees no dropout and no batch statistics, and a batch gives what its samples give alone', async () => {
  const model = cnn();
  const x = randomTensor(1, 'x', [5, 8, 7, 2]);
  await model.fit(x, randomTensor(1, 'y', [5, 2]), { epochs: 2, batchSize: 5 }); // running statistics that are not the first ones
  const before = Buffer.from(model.toBytes());
  const target = outputElement(0);
  const all = await inputGradients(model, x, { target, batchSize: 4 });
  const predicted = await model.predict(x);
  assertClose(all.scores, Array.from({ length: 5 }, (_, b) => predicted.get(b, 0)), 1e-14, 'inference mode');
  const integrated = await integratedGradients(model, x, { target, steps: 6 });
  for (let b = 0; b < 5; b++) {
    const size = x.data.length / 5;
    const one = { data: x.data.subarray(b * size, (b + 1) * size), shape: [1, 8, 7, 2] };
    const alone = await inputGradients(model, one, { target });
    assertClose(all.gradients[0]?.data.subarray(b * size, (b + 1) * size) ?? [], alone.gradients[0]?.data ?? [], 1e-13, `gradients of sample ${b}`);
    assertClose(integrated.attributions[0]?.data.subarray(b * size, (b + 1) * size) ?? [], (await integratedGradients(model, one, { target, steps: 6 })).attributions[0]?.data ?? [], 1e-13, `attributions of sample ${b}`);
  }
  assert.ok(before.equals(Buffer.from(model.toBytes())), 'weights, statistics, optimiser and position');
});

test('a stateful model: its stream goes on as if nothing had been asked, and explanations start from zero states', async () => {
  const build = (): Sequential => compiled(new Sequential([new LSTM({ units: 3, stateful: true }), new Dense({ units: 1 })], { inputShape: [4, 2], seed: 1 }));
  const [asked, silent, fresh] = [build(), build(), build()];
  const [a, b] = [randomTensor(1, 'a', [2, 4, 2]), randomTensor(2, 'b', [2, 4, 2])];
  const explained = randomTensor(3, 'c', [3, 4, 2]);
  await asked.predict(a);
  await silent.predict(a);
  const { scores } = await inputGradients(asked, explained);
  assertClose(scores, (await fresh.predict(explained)).data, 1e-14, 'zero states');
  assertClose((await asked.predict(b)).data, (await silent.predict(b)).data, 0, 'the stream');
});

test('work ends when the signal says so', async () => {
  const model = cnn();
  const controller = new AbortController();
  controller.abort(new Error('enough'));
  assert.match((await rejected(Error, occlusion(model, randomTensor(1, 'x', [1, 8, 7, 2]), { window: 2, target: outputElement(0), signal: controller.signal }))).message, 'enough');
});

test.run();
