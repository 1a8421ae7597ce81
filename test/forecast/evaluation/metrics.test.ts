import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { explainedVariance, mae, mape, mse, r2, rmse, smape } from '../../../src/forecast/evaluation/metrics.js';
import { mase, naiveError } from '../../../src/forecast/evaluation/scaledMetrics.js';
import { scoreForecast, scoresByHorizon } from '../../../src/forecast/evaluation/score.js';
import { close, strided, thrown } from '../support.js';

const actual = [3, -0.5, 2, 7];
const predicted = [2.5, 0, 2, 8];

test('every metric against figures worked out by hand', () => {
  // e = 0.5, -0.5, 0, -1; mean of actual 2.875, Σ(a − mean)² = 29.1875; mean of e -0.25, Σ(e − mean)² = 1.25
  close([mse(actual, predicted)], [1.5 / 4]);
  close([rmse(actual, predicted)], [Math.sqrt(0.375)]);
  close([mae(actual, predicted)], [0.5]);
  close([mape(actual, predicted)], [(100 * (1 / 6 + 1 + 0 + 1 / 7)) / 4]);
  close([smape(actual, predicted)], [(200 * (0.5 / 5.5 + 0.5 / 0.5 + 0 + 1 / 15)) / 4]);
  close([r2(actual, predicted)], [1 - 1.5 / 29.1875]);
  close([explainedVariance(actual, predicted)], [1 - 1.25 / 29.1875]);
});

test('MASE divides by the naive error of the training series, at its season', () => {
  close([naiveError([1, 3, 2, 5])], [2]);
  close([naiveError([1, 3, 2, 5], 2)], [1.5]);
  close([mase(actual, predicted, { training: [1, 3, 2, 5] })], [0.25]);
  close([mase(actual, predicted, { training: [1, 3, 2, 5], season: 2 })], [1 / 3]);
  close([mase(actual, predicted, { naiveError: 4 })], [0.125]);
});

test('undefined cases have the documented value', () => {
  assert.is(mape([0, 1], [0, 1]), 0);
  assert.is(mape([0, 1], [1, 1]), Infinity);
  assert.is(smape([0], [0]), 0);
  assert.ok(Number.isNaN(r2([2, 2], [1, 3])));
  assert.ok(Number.isNaN(explainedVariance([2, 2], [1, 3])));
  assert.is(mase([1], [2], { training: [4, 4] }), Infinity);
});

test('MASE without a scale that it knows is refused by name', () => {
  for (const scale of [1, undefined, null, { naive: 1 }]) {
    // @ts-expect-error JavaScript callers may pass anything
    assert.throws(() => mase([1], [2], scale), (error: unknown) => error instanceof ArgumentError);
  }
});

test('strided input gives the same numbers', () => {
  const a = [[3, -0.5], [2, 7]];
  const p = [[2.5, 0], [2, 8]];
  assert.is(mse(strided(a), strided(p)), mse(a, p));
});

test('wrong input is refused by name', async () => {
  assert.match((await thrown(ShapeError, () => mse([1, 2], [1]))).message, /predicted must be of the shape of actual, \[2\], got \[1\]/);
  assert.match((await thrown(DataError, () => mae([1, NaN], [1, 2]))).message, /actual must be finite numbers only, got NaN at position \[1\]/);
  await thrown(DataError, () => rmse([], []));
  await thrown(DataError, () => naiveError([1, 2], 2));
  await thrown(ArgumentError, () => naiveError([1, 2], 0.5));
});

test('scoreForecast puts no-change beside the forecast and works out the skill', () => {
  const score = scoreForecast([[2, 4], [5, 3]], [[2, 3], [4, 3]], { previous: [1, 3], scale: { naiveError: 2 } });
  // no-change 1, 1, 3, 3: e = 1, 3, 2, 0
  close([score.mse, score.noChange.mse], [2 / 4, 14 / 4]);
  close([score.noChange.mae], [6 / 4]);
  close([score.skill], [1 - 2 / 14]);
  close([score.mase ?? NaN, score.noChange.mase ?? NaN], [0.25, 0.75]);
  assert.not('mase' in scoreForecast([1, 2], [2, 2], { previous: [0, 1] }));
});

test('previous must fit the forecasts', async () => {
  await thrown(ShapeError, () => scoreForecast([[1, 2, 3]], [[1, 2, 3]], { previous: [[1, 2]] }));
  await thrown(ShapeError, () => scoreForecast([1, 2], [1, 2], { previous: [1] }));
});

test('scoresByHorizon scores each step on its own', () => {
  const [first, second] = scoresByHorizon([[2, 4], [5, 3]], [[2, 3], [4, 0]]);
  close([first?.mse ?? NaN, second?.mse ?? NaN], [0.5, 5]);
  assert.is(scoresByHorizon([[2, 4], [5, 3]], [[2, 3], [4, 0]]).length, 2);
});

test.run();
