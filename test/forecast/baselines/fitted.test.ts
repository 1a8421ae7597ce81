/** What holds of fitted baselines whatever the data. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { autoregression } from '../../../src/forecast/baselines/autoregression.js';
import { comb, theta } from '../../../src/forecast/baselines/combined.js';
import { drift, noChange, seasonal } from '../../../src/forecast/baselines/naive.js';
import { isSeasonal, naive2, seasonallyAdjusted } from '../../../src/forecast/baselines/seasonality.js';
import { dampedTrend, holt, ses } from '../../../src/forecast/baselines/smoothing.js';
import { standardBaselines } from '../../../src/forecast/baselines/standard.js';
import { close, column, thrown, walk } from '../support.js';

const series = column(walk(60, 1, 3));
const season = (v: number, t: number): number => v * (1 + 0.4 * Math.sin((2 * Math.PI * t) / 6));
const everyBaseline = Object.entries(standardBaselines({ season: 6 }));

test('a constant is continued, with no error and no doubt', () => {
  for (const value of [0, 0.1 + 0.2, -7, 1e300, 5e-324]) {
    for (const [name, baseline] of everyBaseline) {
      const forecast = baseline.fit(new Float64Array(24).fill(value)).forecast(3);
      assert.ok(forecast.every((v) => Math.abs(v - value) <= 1e-12 * Math.abs(value)), `${name} of ${value}: ${forecast.join(', ')}`);
    }
    for (const model of [ses(), holt(), dampedTrend(), autoregression()]) {
      const fitted = model.fit(new Float64Array(24).fill(value));
      assert.equal([fitted.logLikelihood, fitted.aic, ...fitted.standardErrors(2)], [Infinity, -Infinity, 0, 0]);
    }
  }
});

test('a line is continued by Holt, the drift and Theta over two slopes', () => {
  const line = Float64Array.from({ length: 30 }, (_, t) => 5 + 0.1 * t);
  close(holt().fit(line).forecast(3), [8, 8.1, 8.2], 1e-9);
  close(drift().fit(line).forecast(3), [8, 8.1, 8.2], 1e-12);
  assert.is(holt().fit(line).logLikelihood > 500, true);
});

test('units do not matter: forecasts scale and shift with the series', () => {
  for (const [name, baseline] of everyBaseline) {
    const values = series.map(season);
    const plain = baseline.fit(values).forecast(8);
    for (const scale of [1e-9, 1e-150, 3e150]) close(baseline.fit(values.map((v) => v * scale)).forecast(8).map((v) => v / scale), plain, 1e-7);
    if (/ses|holt|damped|noChange|drift|auto|^seasonal$/.test(name) && !isSeasonal(values, 6)) close(baseline.fit(values.map((v) => v + 1000)).forecast(8).map((v) => v - 1000), plain, 1e-6);
  }
});

test('the series is left alone, and what is done to it later changes nothing', () => {
  for (const [name, baseline] of everyBaseline) {
    const given = Float64Array.from(series);
    const fitted = baseline.fit(given);
    const before = fitted.forecast(5);
    assert.equal(Array.from(given), series, name);
    given.fill(77);
    assert.equal(Array.from(fitted.forecast(5)), Array.from(before), name);
  }
});

test('a season in and out again: multiplied or added', () => {
  const pattern = [1.5, 0.5, 1, 0.8, 1.2, 1];
  const product = Float64Array.from({ length: 36 }, (_, t) => 40 * (pattern[t % 6] ?? NaN));
  close(naive2({ season: 6 }).fit(product.subarray(0, 33)).forecast(5), [32, 48, 40, 60, 20], 1e-9);
  const sum = Float64Array.from({ length: 36 }, (_, t) => (pattern[t % 6] ?? NaN) - 1);
  close(naive2({ season: 6, decomposition: 'additive' }).fit(sum).forecast(6), pattern.map((v) => v - 1), 1e-9);
  assert.is(isSeasonal(product, 6) && !isSeasonal(product.subarray(0, 17), 6), true);
  assert.is(isSeasonal(series, 1), false);
  // A random walk resembles itself at every lag; only what stands out among the lags is a season.
  for (const lag of [6, 8, 10]) assert.is(isSeasonal(series, lag), false, `lag ${lag}`);
  assert.is(isSeasonal(new Float64Array(36).fill(0.3), 6), false);
});

test('intervals lie about the forecast, symmetric, wider for more coverage and further ahead', () => {
  for (const model of [noChange(), drift(), seasonal(6), ses(), holt(), dampedTrend(), autoregression()]) {
    const fitted = model.fit(series);
    const points = fitted.forecast(13);
    const narrow = fitted.interval(13, 0.5);
    const wide = fitted.interval(13, 0.95);
    points.forEach((v, k) => {
      assert.ok(wide.lower[k]! < narrow.lower[k]! && narrow.lower[k]! < v && v < narrow.upper[k]! && narrow.upper[k]! < wide.upper[k]!);
      assert.ok(Math.abs(wide.upper[k]! + wide.lower[k]! - 2 * v) < 1e-9 * v);
    });
    assert.ok(wide.upper[12]! - wide.lower[12]! > wide.upper[0]! - wide.lower[0]!);
  }
});

test('parameters that were found, given again, give the same forecasts; those given are kept', () => {
  const damped = dampedTrend().fit(series);
  const again = dampedTrend(damped.parameters).fit(series);
  close(again.forecast(5), damped.forecast(5), 1e-12);
  assert.is(again.logLikelihood, damped.logLikelihood);
  assert.ok(damped.aic > again.aic, 'fewer were estimated');
  const { parameters } = holt({ beta: 0.3, initialTrend: 0.5 }).fit(series);
  assert.equal([parameters.beta, parameters.initialTrend, parameters.alpha >= 0.3], [0.3, 0.5, true]);
  assert.is(ses({ alpha: 1 }).fit(series).forecast(1)[0]?.toFixed(9), series.at(-1)?.toFixed(9));
});

test('the likelihood is that of the errors: no parameter nearby is better', () => {
  const best = dampedTrend().fit(series);
  for (const key of ['alpha', 'beta', 'phi', 'initialLevel', 'initialTrend'] as const) {
    for (const factor of [0.999, 1.001]) {
      const value = best.parameters[key] * factor;
      if ((key === 'phi' && (value > 0.98 || value < 0.8)) || (key === 'alpha' && value > 0.9999) || (key === 'beta' && (value < 1e-4 || value > best.parameters.alpha))) continue;
      assert.ok(dampedTrend({ ...best.parameters, [key]: value }).fit(series).logLikelihood <= best.logLikelihood + 1e-9, key);
    }
  }
});

test('an autoregression of a decaying series has its root; order 0 is the mean', () => {
  const decaying = Float64Array.from({ length: 50 }, (_, t) => 3 + (t % 2 === 0 ? 1 : -1) * 0.99 ** t);
  const [first = NaN] = autoregression({ order: 1 }).fit(decaying).parameters.coefficients;
  assert.ok(first < -0.9 && first > -1);
  const mean = series.reduce((sum, v) => sum + v, 0) / series.length;
  close(autoregression({ order: 0 }).fit(series).forecast(2), [mean, mean]);
  assert.ok(autoregression({ maxOrder: 2 }).fit(series).parameters.coefficients.length <= 2);
});

test('too short a history, a wrong shape or value, a parameter out of range: refused by name', async () => {
  await thrown(DataError, () => ses().fit([1, 2, 3]));
  assert.match((await thrown(DataError, () => holt().fit([1, 2, 3, 4, 5]))).message, /^holt: history must be at least 6 values, got 5/);
  await thrown(DataError, () => dampedTrend().fit(series.slice(0, 6)));
  await thrown(DataError, () => theta({ season: 1 }).fit([1, 2, 3]));
  await thrown(DataError, () => comb({ season: 1 }).fit(series.slice(0, 6)));
  await thrown(DataError, () => autoregression({ order: 5 }).fit([1, 2, 3]));
  await thrown(DataError, () => ses().fit([1, NaN, 3, 4]));
  await thrown(ShapeError, () => ses().fit([[1, 2], [3, 4]]));
  await thrown(ArgumentError, () => ses({ alpha: 1.1 }));
  await thrown(ArgumentError, () => holt({ alpha: 0.1, beta: 0.2 }));
  await thrown(ArgumentError, () => dampedTrend({ phi: 0 }));
  await thrown(ArgumentError, () => ses({ initialLevel: NaN }));
  await thrown(ArgumentError, () => autoregression({ order: 1.5 }));
  await thrown(ArgumentError, () => ses().fit(series).forecast(0));
  await thrown(ArgumentError, () => ses().fit(series).interval(3, 95));
  await thrown(ArgumentError, () => naive2({ season: 0 }));
  // @ts-expect-error a kind that there is not
  await thrown(ArgumentError, () => naive2({ season: 4, decomposition: 'stl' }));
  const crossing = Float64Array.from({ length: 36 }, (_, t) => Math.sin((2 * Math.PI * t) / 6));
  assert.match((await thrown(DataError, () => seasonallyAdjusted(ses(), { season: 6 }).fit(crossing))).message, /positive.*Say decomposition: 'additive'/);
});

test.run();
