/** Tests of significance on numbers that rounding treats badly. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { fitCorrection } from '../../examples/cnn-lstm/correction.js';
import { autoregression } from '../../examples/cyclical-industry/autoregression.js';
import { leastSquares } from '../../examples/cyclical-industry/leastSquares.js';
import { unitRootTest } from '../../examples/cyclical-industry/stationarity.js';
import { dieboldMariano } from '../../examples/support/dieboldMariano.js';
import { normal, randomStream } from '../../src/random.js';
import { CONSTANTS, centred, relative, scales } from '../support/numbers.js';
import { forAll } from '../support/property.js';

const random = randomStream(5, 'rounding');
const draws = (count: number): Float64Array => Float64Array.from({ length: count }, () => normal(random));
const walk = (count: number): Float64Array => {
  let level = 0;
  return draws(count).map((step) => (level += step));
};

test('Diebold–Mariano: by hand without lags, Bartlett weights with', () => {
  const d = Float64Array.of(1, -2, 4, 3);
  // Mean 1.5; deviations −0.5, −3.5, 2.5, 1.5: γ₀ = 21 / 4, γ₁ = (1.75 − 8.75 + 3.75) / 4.
  assert.ok(Math.abs(dieboldMariano(d, 0) - 1.5 / Math.sqrt(5.25 / 4)) < 1e-12);
  assert.ok(Math.abs(dieboldMariano(d, 1) - 1.5 / Math.sqrt((5.25 - 0.8125) / 4)) < 1e-12);
  assert.is(dieboldMariano(Float64Array.of(2, 2), 0), Infinity);
  assert.is(dieboldMariano(Float64Array.of(0, 0), 0), 0);
});

test('Diebold–Mariano: does not ask for the unit; differences that are rounding of what was forecast are none', async () => {
  await forAll(fc.tuple(centred, scales, fc.integer({ min: 0, max: 2 })), 100, ([x, scale, lags]) => {
    const d = Float64Array.from(x);
    const expected = dieboldMariano(d, lags);
    relative(dieboldMariano(d.map((value) => value * scale), lags), expected, 1e-9, 'statistic', 1);
  });
  // A network that says the last value but for rounding: |a − p| − |a − y| is ±1e-14 where prices are 100.
  const noise = Float64Array.from({ length: 50 }, (_, i) => (i % 3 - 0.5) * 1e-14);
  assert.is(dieboldMariano(noise, 0, 100), 0);
  assert.ok(Number.isFinite(dieboldMariano(noise, 0)), 'without a size they are differences like any others');
  assert.is(dieboldMariano(Float64Array.from({ length: 9 }, (_, i) => (i % 2 ? 0.3 : 0.1 + 0.2)), 0), Infinity);
  assert.is(dieboldMariano(Float64Array.from({ length: 9 }, (_, i) => (i % 2 ? -0.3 : -0.1 - 0.2)), 2), -Infinity);
});

test('least squares: coefficients and t-values follow the units, from 1e-200 to 1e200', async () => {
  const [a, b, y] = [draws(30), draws(30).map((value) => value + 1e6), draws(30)];
  const one = new Float64Array(30).fill(1);
  const plain = leastSquares([one, a, b], y);
  await forAll(fc.tuple(scales, scales), 40, ([sx, sy]) => {
    const fit = leastSquares([one, a, b.map((value) => value * sx)], y.map((value) => value * sy));
    relative(fit.lastT, plain.lastT, 1e-7, 't');
    relative(((fit.coefficients[1] ?? NaN) / sy), plain.coefficients[1] ?? NaN, 1e-7, 'coefficient');
    relative(fit.logResidualSquares - 2 * Math.log(sy), plain.logResidualSquares, 1e-11, 'ln SSR', 1);
  });
});

test('least squares: a column that is a constant but for rounding has nothing of its own', async () => {
  await forAll(CONSTANTS.filter((value) => Math.abs(value) > 1e-290 && Math.abs(value) < 1e300), 60, (value) => {
    const column = Float64Array.from({ length: 20 }, (_, i) => (i % 3 ? value : value * (1 + Number.EPSILON)));
    const { coefficients, lastT } = leastSquares([new Float64Array(20).fill(1), column], draws(20));
    assert.equal([coefficients[1], lastT], [0, NaN]);
  });
  const seconds = Float64Array.from({ length: 20 }, (_, i) => 1_700_000_000 + 0.01 * i);
  assert.ok(Number.isFinite(leastSquares([new Float64Array(20).fill(1), seconds], draws(20)).lastT), 'a hundredth of a second since 1970 is one');
});

test('unit roots: the same in every unit and from every level; a line or a constant tells nothing', async () => {
  const series = walk(90);
  for (const around of ['constant', 'trend'] as const) {
    const plain = unitRootTest(series, around);
    for (const scale of [1e-200, 0.01, 1e200]) relative(unitRootTest(series.map((value) => value * scale), around).statistic, plain.statistic, 1e-9, String(scale));
    const shifted = unitRootTest(series.map((value) => value + 1_700_000_000), around);
    relative(shifted.statistic, plain.statistic, 1e-4, 'since 1970');
    assert.is(shifted.lags, plain.lags);
    for (const [level, slope] of [[14.62, 0], [0.1, 0.1], [1000, 0.1], [1_700_000_000, 0.7]] as const) {
      const test = unitRootTest(series.map((_, t) => level + slope * t), around);
      assert.ok(Number.isNaN(test.statistic) && !test.stationary, `${level} + ${slope}·t: ${test.statistic}`);
    }
  }
});

test('autoregression of a line goes on along it', () => {
  const line = Float64Array.from({ length: 60 }, (_, t) => 1000 + 0.1 * t);
  const ahead = autoregression(line).fit(line).forecast(5);
  ahead.forEach((value, k) => { relative(value, 1000 + 0.1 * (60 + k), 1e-12, 'step'); });
});

test('correction: a gap that binary cannot hold has no deviation', () => {
  const actual = Float64Array.from({ length: 100 }, () => 14.62);
  assert.is(fitCorrection(actual, actual.map((value) => value - 0.1)).deviation, 0);
});

test.run();
