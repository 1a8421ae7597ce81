/** Baselines beside R's `forecast` and `stats`: test/golden/forecast.R. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { autoregression } from '../../../src/forecast/baselines/autoregression.js';
import type { Baseline, FittedModel, GaussianBaseline } from '../../../src/forecast/baselines/baseline.js';
import { theta } from '../../../src/forecast/baselines/combined.js';
import { drift, noChange, seasonal } from '../../../src/forecast/baselines/naive.js';
import { isSeasonal, naive2, seasonallyAdjusted } from '../../../src/forecast/baselines/seasonality.js';
import { dampedTrend, holt, ses } from '../../../src/forecast/baselines/smoothing.js';
import type { DampedTrendOptions } from '../../../src/forecast/baselines/smoothing.js';
import { magnitude } from '../../../src/statistics.js';
import { readGolden } from '../../golden/read.js';

const golden = readGolden('r/baselines');
const horizon = Number(golden.metadata.horizon);
const names = Object.keys(golden.tensors).flatMap((key) => (key.endsWith('/values') ? [key.slice(0, -'/values'.length)] : []));
const values = (name: string): Float64Array => golden.get(`${name}/values`).data;
const season = (name: string): number => golden.scalar(`${name}/season`);

/** Within a share of the largest number expected. */
function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.is(actual.length, expected.length, what);
  const size = magnitude(expected);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN)) <= tolerance * size, `${what}, element ${i}: ${actual[i]} instead of ${expected[i]}`);
  }
}

function sameForecasts(fitted: GaussianBaseline, place: string, tolerance = 1e-6): void {
  near(fitted.forecast(horizon), golden.get(`${place}/mean`).data, tolerance, place);
  for (const level of [80, 95]) {
    const { lower, upper } = fitted.interval(horizon, level / 100);
    near(lower, golden.get(`${place}/lower${level}`).data, tolerance, `${place} lower ${level}`);
    near(upper, golden.get(`${place}/upper${level}`).data, tolerance, `${place} upper ${level}`);
  }
}

test('no-change, seasonal and drift: points and intervals', () => {
  assert.is(names.length, 10);
  for (const name of names) {
    sameForecasts(noChange().fit(values(name)), `${name}/noChange`, 1e-12);
    sameForecasts(seasonal(season(name)).fit(values(name)), `${name}/seasonal`, 1e-12);
    sameForecasts(drift().fit(values(name)), `${name}/drift`, 1e-12);
  }
});

type Method = 'ses' | 'holt' | 'dampedTrend';
const makers: Readonly<Record<Method, (options?: DampedTrendOptions) => Baseline<FittedModel>>> = {
  ses: ({ alpha, initialLevel } = {}) => ses({ alpha, initialLevel }),
  holt: ({ alpha, beta, initialLevel, initialTrend } = {}) => holt({ alpha, beta, initialLevel, initialTrend }),
  dampedTrend: (options = {}) => dampedTrend(options),
};
const order: Readonly<Record<Method, readonly (keyof DampedTrendOptions)[]>> = {
  ses: ['alpha', 'initialLevel'], holt: ['alpha', 'beta', 'initialLevel', 'initialTrend'], dampedTrend: ['alpha', 'beta', 'phi', 'initialLevel', 'initialTrend'],
};
const methods: readonly Method[] = ['ses', 'holt', 'dampedTrend'];

/** R drops the constants of the likelihood: −T/2 log Σe². */
const withoutConstants = (logLikelihood: number, n: number): number => logLikelihood - 0.5 * n * (Math.log(n) - Math.log(2 * Math.PI) - 1);

for (const method of methods) {
  test(`${method} with R's parameters: points, intervals and likelihood to 1e-6`, () => {
    for (const name of names) {
      const place = `${name}/${method}`;
      const found = golden.get(`${place}/parameters`).data;
      const options = Object.fromEntries(order[method].map((key, i) => [key, found[i]]));
      const fitted = makers[method](options).fit(values(name));
      assert.equal(fitted.parameters, options);
      sameForecasts(fitted, place);
      const n = values(name).length;
      near([withoutConstants(fitted.logLikelihood, n)], [-0.5 * n * Math.log(golden.scalar(`${place}/sumOfSquares`))], 1e-9, `${place} likelihood`);
      // Nothing was estimated but the variance.
      near([fitted.aic], [2 - 2 * fitted.logLikelihood], 1e-12, `${place} aic`);
    }
  });

  test(`${method} fitted: a likelihood not below R's by more than 1e-6 of it, within the same bounds`, () => {
    for (const name of names) {
      const fitted = makers[method]().fit(values(name));
      const n = values(name).length;
      const theirs = -0.5 * n * Math.log(golden.scalar(`${name}/${method}/sumOfSquares`));
      const ours = withoutConstants(fitted.logLikelihood, n);
      assert.ok(ours >= theirs - 1e-6 * Math.abs(theirs), `${name}: ${ours} below ${theirs}`);
      const { alpha = NaN, beta = 1e-4, phi = 0.9 }: Readonly<Record<string, unknown>> = fitted.parameters;
      assert.ok(Number(alpha) >= 1e-4 && Number(alpha) <= 0.9999 && Number(beta) >= 1e-4 && Number(beta) <= Number(alpha) && Number(phi) >= 0.8 && Number(phi) <= 0.98, name);
      // R's criterion differs by the constants, and is never better.
      const constants = n * (1 + Math.log(2 * Math.PI) - Math.log(n));
      assert.ok(fitted.aic - constants <= golden.scalar(`${name}/${method}/aic`) + 1e-6 * Math.abs(theirs), `${name}: aic ${fitted.aic - constants}`);
    }
  });
}

test('autoregression: order, coefficients, points and errors of ar(method = "burg")', () => {
  for (const name of names) {
    const place = `${name}/autoregression`;
    const fitted = autoregression().fit(values(name));
    near(fitted.parameters.coefficients, golden.get(`${place}/coefficients`).data, 1e-9, `${place} coefficients`);
    near(fitted.forecast(horizon), golden.get(`${place}/mean`).data, 1e-9, place);
    near(fitted.standardErrors(horizon), golden.get(`${place}/standardErrors`).data, 1e-9, `${place} errors`);
    const aics = golden.get(`${place}/aic`).data;
    const chosen = fitted.parameters.coefficients.length;
    for (const other of [0, 1, aics.length - 1]) {
      const { aic } = autoregression({ order: other }).fit(values(name));
      near([aic - fitted.aic + 1000], [(aics[other] ?? NaN) - (aics[chosen] ?? NaN) + 1000], 1e-9, `${place} aic of order ${other}`);
    }
  }
});

test('the season of M4: the test for one, its indices, Naive2 and Theta', () => {
  for (const name of names) {
    const m = season(name);
    assert.is(isSeasonal(values(name), m), golden.scalar(`${name}/isSeasonal`) === 1, name);
    near(naive2({ season: m }).fit(values(name)).forecast(horizon), golden.get(`${name}/naive2`).data, 1e-12, `${name} naive2`);
    // R's search stops a little short of the likeliest, and at once where squares are as small as 1e-16.
    if (name !== 'tiny') near(theta({ season: m }).fit(values(name)).forecast(horizon), golden.get(`${name}/theta`).data, 1e-4, `${name} theta`);
    const { seasonalIndices } = naive2({ season: m }).fit(values(name)).parameters;
    if (golden.scalar(`${name}/isSeasonal`) === 1) near(seasonalIndices as readonly number[], golden.get(`${name}/seasonalIndices`).data, 1e-12, `${name} indices`);
    else assert.is(seasonalIndices, undefined);
  }
  const additive = seasonallyAdjusted(noChange(), { season: 12, decomposition: 'additive' }).fit(values('nottem')).parameters.seasonalIndices;
  near(additive as readonly number[], golden.get('nottem/additiveIndices').data, 1e-12, 'additive indices');
});

test.run();
