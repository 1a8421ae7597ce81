import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { MinMaxScaler } from '../../../src/forecast/scalers/affine.js';
import { backtest, countSamples, runFold, summariseFolds } from '../../../src/forecast/evaluation/backtest.js';
import { baselineForecaster } from '../../../src/forecast/baselines/apply.js';
import { drift, noChange, seasonal } from '../../../src/forecast/baselines/naive.js';
import type { WindowModel } from '../../../src/forecast/windows/model.js';
import { rmse } from '../../../src/forecast/evaluation/metrics.js';
import { naiveError } from '../../../src/forecast/evaluation/scaledMetrics.js';
import { LogReturnScaler } from '../../../src/forecast/scalers/log.js';
import { scoreForecast } from '../../../src/forecast/evaluation/score.js';
import { expandingOrigin, rollingOrigin } from '../../../src/forecast/windows/splits.js';
import { makeWindows } from '../../../src/forecast/windows/windows.js';
import { close, column, identical, strided, thrown, walk } from '../support.js';

const rows = walk(60, 2);
const prices = column(rows, 1);
const spec = { window: 5, horizon: 2, target: 1 };
const n = countSamples(60, spec);
const folds = rollingOrigin(n, { train: 12, validation: 4, step: 7, gap: 1 });
const repeat = (): WindowModel => baselineForecaster(noChange(), { target: 1 });

/** Remembers what it was given. */
function spy(log: { x: number[]; y: number[]; validation?: number[] }[]): WindowModel {
  const inner = repeat();
  return {
    async fit(x, y, context) {
      log.push({ x: Array.from(x.data), y: Array.from(y.data), ...(context.validation && { validation: Array.from(context.validation.y.data) }) });
      await inner.fit(x, y, context);
    },
    predict: (x) => inner.predict(x),
  };
}

test('the model is given the training samples of its fold, scaled by their own rows', async () => {
  const log: { x: number[]; y: number[] }[] = [];
  await backtest(strided(rows), { ...spec, folds, scaler: () => new MinMaxScaler(), forecaster: () => spy(log) });
  assert.is(log.length, folds.length);
  log.forEach(({ x, y }, k) => {
    const start = 7 * k;
    // 12 samples of 5 + 2 rows: rows start … start + 17
    const scaled = new MinMaxScaler().fit(rows.slice(start, start + 18)).transform(rows.slice(start, start + 18));
    const expected = makeWindows(scaled, spec);
    identical(x, expected.x.data);
    identical(y, expected.y.data);
  });
});

test('a fold: origins, actual values, predictions in original units, scores', async () => {
  const { folds: results } = await backtest(rows, { ...spec, folds, scaler: () => new MinMaxScaler(), forecaster: repeat, baselines: { seasonal: seasonal(3), drift: drift() } });
  const result = results[1];
  assert.ok(result);
  if (!result) return;
  // fold 1 begins with sample 7; validation is samples 20 … 23, whose origins are rows 24 … 27
  identical(result.origins, [24, 25, 26, 27]);
  identical(result.actual.data, [24, 25, 26, 27].flatMap((row) => prices.slice(row + 1, row + 3)));
  identical(result.previous, prices.slice(24, 28));
  close(result.predictions.data, [24, 25, 26, 27].flatMap((row) => [prices[row] ?? NaN, prices[row] ?? NaN]));
  const scale = { naiveError: naiveError(prices.slice(7, 25)) };
  const expected = scoreForecast(result.actual, result.predictions, { previous: result.previous, scale });
  assert.equal(result.score, expected);
  close([result.score.skill], [0], 1e-12);
  close([result.baselines.seasonal?.rmse ?? NaN], [rmse(result.actual, [24, 25, 26, 27].map((row) => [prices[row - 2] ?? NaN, prices[row - 1] ?? NaN]))]);
  const slope = (row: number): number => ((prices[row] ?? NaN) - (prices[0] ?? NaN)) / row;
  close([result.baselines.drift?.rmse ?? NaN], [rmse(result.actual, [24, 25, 26, 27].map((row) => [(prices[row] ?? NaN) + slope(row), (prices[row] ?? NaN) + 2 * slope(row)]))]);
});

test('the summary describes the folds and pools the steps ahead', async () => {
  const result = await backtest(rows, { ...spec, folds, forecaster: repeat, baselines: { drift: drift() } });
  const errors = result.folds.map((fold) => fold.score.rmse);
  assert.is(result.summary.model.rmse.count, folds.length);
  close([result.summary.model.rmse.mean, result.summary.model.rmse.max], [errors.reduce((a, b) => a + b) / errors.length, Math.max(...errors)]);
  assert.equal(Object.keys(result.summary.model), ['mse', 'rmse', 'mae', 'mape', 'smape', 'r2', 'explainedVariance', 'mase', 'skill']);
  assert.equal(Object.keys(result.summary.noChange), ['mse', 'rmse', 'mae', 'mape', 'smape', 'r2', 'explainedVariance', 'mase']);
  assert.is(result.summary.baselines.drift?.mae?.count, folds.length);
  const second = result.folds.flatMap((fold) => column(Array.from({ length: 4 }, (_, i) => [fold.actual.get(i, 1) - (fold.previous[i] ?? NaN)])));
  close([result.byHorizon.model[1]?.mae ?? NaN, result.byHorizon.noChange[1]?.mae ?? NaN], new Array<number>(2).fill(second.reduce((sum, e) => sum + Math.abs(e), 0) / second.length));
  const shuffled = summariseFolds([...result.folds].reverse());
  assert.equal(shuffled.summary, result.summary);
  assert.equal(shuffled.folds.map(({ fold }) => fold.index), folds.map((fold) => fold.index));
});

test('log returns cost one sample and come back as prices', async () => {
  const scaler = (): LogReturnScaler => new LogReturnScaler();
  assert.is(countSamples(60, spec, scaler()), n - 1);
  const zeroReturn: WindowModel = { fit: () => undefined, predict: (x) => Array.from({ length: x.shape[0] ?? 0 }, () => [0, 0]) };
  const last = rollingOrigin(n - 1, { train: 12, validation: 4, step: 1, gap: 1 }).at(-1);
  assert.ok(last);
  if (!last) return;
  const result = await runFold(rows, last, { ...spec, scaler, forecaster: () => zeroReturn });
  identical(result.origins, [54, 55, 56, 57]);
  close(result.predictions.data, [54, 55, 56, 57].flatMap((row) => [prices[row] ?? NaN, prices[row] ?? NaN]));
  await thrown(DataError, () => runFold(rows, { ...last, validation: { start: last.validation.start, end: last.validation.end + 1 } }, { ...spec, scaler, forecaster: () => zeroReturn }));
});

test('monitor holds the last training samples back, purged; scored hands over the scored block', async () => {
  const log: { x: number[]; y: number[]; validation?: number[] }[] = [];
  await backtest(rows, { ...spec, folds: folds.slice(0, 1), monitor: 3, forecaster: () => spy(log) });
  await backtest(rows, { ...spec, folds: folds.slice(0, 1), monitor: 'scored', forecaster: () => spy(log) });
  const { y } = makeWindows(rows, spec);
  identical(log[0]?.y ?? [], y.data.subarray(0, 2 * 8));
  identical(log[0]?.validation ?? [], y.data.subarray(2 * 9, 2 * 12));
  identical(log[1]?.y ?? [], y.data.subarray(0, 2 * 12));
  identical(log[1]?.validation ?? [], y.data.subarray(2 * 13, 2 * 17));
  await thrown(ArgumentError, () => backtest(rows, { ...spec, folds, monitor: 11, forecaster: repeat }));
});

test('training samples are scored on request, the monitored ones too; what a fit says is kept', async () => {
  const forecaster = (): WindowModel => {
    const inner = repeat();
    return {
      async fit(x, y, context) {
        await inner.fit(x, y, context);
        return { samples: x.shape[0] ?? 0 };
      },
      predict: (x) => inner.predict(x),
    };
  };
  const { folds: results } = await backtest(rows, { ...spec, folds, monitor: 3, inSample: true, scaler: () => new MinMaxScaler(), forecaster, refit: 2 });
  assert.equal(results.map(({ fitReport }) => fitReport), results.map((_, i) => (i % 2 === 0 ? { samples: 8 } : undefined)));
  results.forEach(({ fold: { train }, inSample }) => {
    // Sample i has its last known value in row i + 4.
    const samples = Array.from({ length: train.end - train.start }, (_, i) => train.start + i);
    const expected = rmse(samples.map((i) => prices.slice(i + 5, i + 7)), samples.map((i) => [prices[i + 4] ?? NaN, prices[i + 4] ?? NaN]));
    close([inSample?.rmse ?? NaN, inSample?.noChange.rmse ?? NaN], [expected, expected]);
  });
  const plain = await backtest(rows, { ...spec, folds: folds.slice(0, 1), forecaster: repeat });
  assert.ok(!('inSample' in (plain.folds[0] ?? {})) && !('fitReport' in (plain.folds[0] ?? {})));
});

test('folds that are not purged are refused', async () => {
  const leaky = expandingOrigin(n, { train: 12, validation: 4 });
  assert.match((await thrown(ArgumentError, () => backtest(rows, { ...spec, folds: leaky, forecaster: repeat }))).message, /a gap of at least 1 samples/);
  await thrown(ArgumentError, () => backtest(rows, { ...spec, folds: [], forecaster: repeat }));
});

test('progress is told after each fold, and an abort stops between folds', async () => {
  const seen: string[] = [];
  const stop = new AbortController();
  const error = await thrown(Error, () => backtest(rows, {
    ...spec, folds, forecaster: repeat, signal: stop.signal,
    onFold: ({ fold }, done, total) => { seen.push(`${fold.index} ${done}/${total}`); if (done === 2) stop.abort(); },
  }));
  assert.is(error.name, 'AbortError');
  assert.equal(seen, [`0 1/${folds.length}`, `1 2/${folds.length}`]);
});

test.run();
