import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { backtest, countSamples } from '../../../src/forecast/evaluation/backtest.js';
import { foldProgram, parallelBacktest } from '../../../src/forecast/search/backtest.js';
import { foldFromJSON, foldToJSON } from '../../../src/forecast/search/foldJson.js';
import { inProcess } from '../../../src/forecast/search/trial.js';
import { expandingOrigin } from '../../../src/forecast/windows/splits.js';
import type { JsonObject, JsonValue } from '../../../src/layers/layer.js';
import { fromHost } from '../../../src/ndarrays.js';
import program, { rows, setup } from '../../node/searchFolds.js';
import { identical, thrown } from '../support.js';

const folds = expandingOrigin(countSamples(90, { window: 6, horizon: 2 }), { train: 30, validation: 5, step: 7, gap: 1 });
const runner = inProcess(program);

for (const options of [{}, { refit: 3 }, { refit: 'never' }, { warmStart: true }, { refit: 2, warmStart: true, restart: 4 }] as const) {
  test(`the same as backtest, bit for bit: ${JSON.stringify(options)}`, async () => {
    const { series: _, ...settings } = setup(-1);
    const expected = await backtest(rows, { ...settings, ...options, folds });
    const { failures, ...result } = await parallelBacktest({ ...options, folds, runner });
    assert.equal(failures, []);
    assert.equal(result, expected);
    result.folds.forEach((fold, i) => identical(fold.predictions.data, expected.folds[i]?.predictions.data ?? []));
  });
}

test('policies differ where they should', async () => {
  const skills = await Promise.all([{}, { refit: 3 }, { warmStart: true }].map(async (options) => (await parallelBacktest({ ...options, folds, runner })).summary.model.rmse.mean));
  assert.is(new Set(skills).size, 3);
});

test('a chain that fails is told, the others are summarised', async () => {
  const { failures, folds: results } = await parallelBacktest({ folds, runner, refit: 2, parameters: { failing: 2 } });
  assert.equal(failures, [{ folds: [2, 3], reason: 'RangeError: fold 2 fails' }]);
  assert.equal(results.map(({ fold }) => fold.index), folds.map(({ index }) => index).filter((index) => index !== 2 && index !== 3));
  const error = await thrown(DataError, () => parallelBacktest({ folds: folds.slice(2, 3), runner, parameters: { failing: 2 } }));
  assert.match(error.message, /fold 2 fails/);
});

test('results come through JSON to the last bit: NaN, infinities, negative zero', async () => {
  const { folds: [fold] } = await parallelBacktest({ folds: folds.slice(0, 1), runner });
  assert.ok(fold);
  if (!fold) return;
  const predictions = Float64Array.from(fold.predictions.data, (value, i) => [-0, 0.1 + 0.2, 5e-324, -1 / 3][i] ?? value);
  const odd = { ...fold, predictions: fromHost(predictions, fold.predictions.shape), score: { ...fold.score, r2: NaN, mape: Infinity, skill: -Infinity } };
  const back = foldFromJSON('test', fold.fold, JSON.parse(JSON.stringify(foldToJSON(odd))) as JsonValue);
  identical(back.predictions.data, odd.predictions.data);
  assert.equal(back.predictions.shape, fold.predictions.shape);
  assert.ok(Object.is(back.score.r2, NaN));
  assert.ok(fold.inSample);
  assert.equal([back.inSample, back.fitReport], [fold.inSample, fold.fitReport]);
  assert.equal([back.score.mape, back.score.skill, back.score.noChange], [Infinity, -Infinity, odd.score.noChange]);
});

test('a result that is none of the fold is refused, and named', async () => {
  const { folds: [fold] } = await parallelBacktest({ folds: folds.slice(0, 1), runner });
  assert.ok(fold);
  if (!fold) return;
  const good = foldToJSON(fold);
  const { score, fold: range, origins } = good as { score: JsonObject; fold: JsonObject; origins: JsonValue[] };
  const { mse: _, ...withoutMse } = score;
  for (const [change, message] of [
    [{ extra: 1 }, /extra must be absent/],
    [{ fold: { ...range, index: 3 } }, /: fold must be/],
    [{ origins: origins.slice(1) }, /origins must be 5 whole numbers/],
    [{ previous: [] }, /previous must be 5 numbers/],
    [{ previous: ['nan', 1, 2, 3, 4] }, /previous must be a number, or one of NaN/],
    [{ previous: [null, 1, 2, 3, 4] }, /previous must be a number/],
    [{ predictions: [1, 2, 3] }, /predictions must be a multiple of 5/],
    [{ predictions: [1, 2, 3, 4, 5] }, /predictions must be as many as actual/],
    [{ actual: 'many' }, /actual must be a list/],
    [{ score: { ...score, skill: 'high' } }, /score\.skill must be a number/],
    [{ score: withoutMse }, /score must be with mse/],
    [{ score: null }, /score/],
    [{ baselines: { drift: { mse: 1 } } }, /baselines\.drift must be with rmse/],
    [{ inSample: {} }, /inSample/],
  ] as const) {
    assert.match((await thrown(DataError, async () => foldFromJSON('test', fold.fold, { ...good, ...change }))).message, message);
  }
  for (const answer of [7, [], ['x', 'y']]) {
    await thrown(DataError, () => parallelBacktest({ folds: folds.slice(0, 1), runner: inProcess(() => answer) }));
  }
});

test('unknown options of a backtest, and of what a setup returns', async () => {
  const misspelt = { folds, runner, parameter: {} };
  assert.match((await thrown(ArgumentError, () => parallelBacktest(misspelt))).message, /Did you mean 'parameters'/);
  const wrong = foldProgram(() => ({ ...setup(-1), horizons: 2 }));
  assert.match((await thrown(DataError, () => parallelBacktest({ folds, runner: inProcess(wrong) }))).message, /Did you mean 'horizon'/);
  const unasked = await thrown(DataError, () => parallelBacktest({ folds, runner: inProcess((trial, tools) => program({ ...trial, parameters: {} }, tools)) }));
  assert.match(unasked.message, /foldProgram: parameters must be folds/);
});

test('the caller may change everything as soon as the call is made', async () => {
  const mine = folds.slice(0, 2).map((fold) => ({ ...fold, train: { ...fold.train }, validation: { ...fold.validation } }));
  const parameters: { failing: number } = { failing: -1 };
  const running = parallelBacktest({ folds: mine, runner, parameters });
  parameters.failing = 0;
  for (const fold of mine) Object.assign(fold.validation, { start: 0, end: 1 });
  mine.length = 0;
  assert.equal(await running, await parallelBacktest({ folds: folds.slice(0, 2), runner, parameters: { failing: -1 } }));
});

test.run();
