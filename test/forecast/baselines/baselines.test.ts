import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError, StateError } from '../../../src/errors.js';
import { baselineForecaster, baselineForecasts } from '../../../src/forecast/baselines/apply.js';
import { drift, movingAverage, noChange, seasonal } from '../../../src/forecast/baselines/naive.js';
import { makeWindows } from '../../../src/forecast/windows/windows.js';
import { close, column, strided, thrown, walk } from '../support.js';

const history = Float64Array.of(1, 5, 2, 8, 4);

test('each baseline, by hand', () => {
  close(noChange().fit(history).forecast(3), [4, 4, 4]);
  close(seasonal(2).fit(history).forecast(5), [8, 4, 8, 4, 8]);
  close(seasonal(3).fit(history).forecast(2), [2, 8]);
  close(drift().fit(history).forecast(3), [4.75, 5.5, 6.25]);
  close(movingAverage(2).fit(history).forecast(2), [6, 6]);
});

test('too short a history is refused, and so is a season of nothing', async () => {
  await thrown(DataError, () => seasonal(6).fit(history).forecast(1));
  await thrown(DataError, () => drift().fit(history.subarray(0, 1)));
  await thrown(DataError, () => movingAverage(6).fit(history).forecast(1));
  await thrown(DataError, () => noChange().fit(new Float64Array(0)).forecast(1));
  await thrown(ArgumentError, () => seasonal(0));
  await thrown(ArgumentError, () => movingAverage(1.5));
});

test('forecasts from origins see the whole history up to each', () => {
  const all = baselineForecasts(drift(), [1, 5, 2, 8, 4], [1, 4], 2);
  assert.equal(all.shape, [2, 2]);
  close(all.data, [9, 13, 4.75, 5.5]);
});

test('an origin outside the series is refused', async () => {
  await thrown(ShapeError, () => baselineForecasts(noChange(), [1, 2], [2], 1));
});

test('as a forecaster, a baseline reads the target column of each window', async () => {
  const rows = walk(12, 3);
  const { x, y } = makeWindows(rows, { window: 4, horizon: 2, target: 1 });
  const forecaster = baselineForecaster(movingAverage(3), { target: 1 });
  await thrown(StateError, () => forecaster.predict(x));
  await forecaster.fit(x, y, {});
  const expected = Array.from({ length: 7 }, (_, i) => column(rows, 1).slice(i + 1, i + 4).reduce((a, b) => a + b) / 3);
  const predicted = await forecaster.predict(x);
  assert.ok('data' in predicted);
  if ('data' in predicted) close(Array.from(predicted.data as Float64Array), expected.flatMap((v) => [v, v]));
});

test('strided series are read in order', () => {
  const rows = walk(6, 1);
  close(baselineForecasts(noChange(), strided(rows), [0, 5], 1).data, [rows[0]?.[0] ?? NaN, rows[5]?.[0] ?? NaN]);
});

test.run();
