/** Measures of forecasts on numbers that rounding treats badly. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { explainedVariance, mae, r2, rmse } from '../../../src/forecast/evaluation/metrics.js';
import { mase, naiveError } from '../../../src/forecast/evaluation/scaledMetrics.js';
import { METRICS, scoreForecast } from '../../../src/forecast/evaluation/score.js';
import { collapseRatio, forecastWarnings, lagCorrelations } from '../../../src/forecast/evaluation/warnings.js';
import { exactDeviation, exactR2 } from '../../support/exact.js';
import { CONSTANTS, centredPair, offsets, relative, scales } from '../../support/numbers.js';
import { forAll } from '../../support/property.js';

test('r2, explained variance and the collapse ratio at any offset and scale, beside exact arithmetic', async () => {
  await forAll(fc.tuple(centredPair, offsets, scales), 300, ([[x, z], offset, scale]) => {
    const [a, p] = [x, z].map((each) => each.map((value) => (value + offset) * scale)) as [number[], number[]];
    const exact = exactR2(a, p);
    relative(r2(a, p), exact, 1e-13, 'r2', 1 - exact);
    relative(collapseRatio(a, p), exactDeviation(p) / exactDeviation(a), 1e-13, 'collapse');
    const errors = a.map((value, i) => value - (p[i] ?? NaN));
    relative(1 - explainedVariance(a, p), (exactDeviation(errors) / exactDeviation(a)) ** 2, 1e-13, 'unexplained', 1);
  });
});

test('a score does not ask for the unit: powers of two change no digit of what has none, others hardly', async () => {
  const free = METRICS.filter((name) => !['mse', 'rmse', 'mae'].includes(name));
  await forAll(fc.tuple(centredPair, fc.constantFrom(2 ** -600, 2 ** 600, 2 ** 20, 1e-200, 1e200, 3)), 100, ([[x, z], scale]) => {
    const scored = (unit: number): ReturnType<typeof scoreForecast> => {
      const [a, p] = [x, z].map((each) => each.map((value) => (value + 3) * unit)) as [number[], number[]];
      return scoreForecast(a, p, { previous: [3 * unit, ...a.slice(0, -1)], scale: { training: a } });
    };
    const [one, other] = [scored(1), scored(scale)];
    const same = (actual: number | undefined, expected: number | undefined, what: string): void => {
      relative(actual ?? NaN, expected ?? NaN, Math.log2(scale) % 1 === 0 ? 0 : 1e-11, what, Math.log2(scale) % 1 === 0 ? 0 : 1);
    };
    for (const name of free) same(other[name], one[name], name);
    same(other.skill, one.skill, 'skill');
    same(other.rmse / scale, one.rmse, 'rmse');
    same(other.mae / scale, one.mae, 'mae');
  });
});

test('constant targets: NaN where promised, whatever was forecast', async () => {
  await forAll(fc.tuple(CONSTANTS, fc.integer({ min: 2, max: 1000 })), 200, ([value, count]) => {
    const a = new Float64Array(count).fill(value);
    const p = a.map((_, i) => value / 2 + (i % 3));
    assert.equal([r2(a, p), explainedVariance(a, p), collapseRatio(a, p)], [NaN, NaN, NaN]);
    assert.is(naiveError(a), 0);
    assert.is(mase(a, a, { training: a }), 0);
    assert.is(mase(a, a.map(() => value / 2 + 1), { training: a }), Math.abs(value / 2 + 1 - value) > 0 ? Infinity : 0);
  });
  const jitter = Array.from({ length: 9 }, (_, i) => (i % 2 ? 0.3 : 0.1 + 0.2));
  const p = jitter.map((_, i) => i);
  assert.equal([r2(jitter, p), explainedVariance(jitter, p), collapseRatio(jitter, p)], [NaN, NaN, NaN]);
  assert.is(naiveError(jitter), 0);
  assert.is(mase(jitter, jitter.map(() => 0.3), { training: jitter }), 0);
});

test('a seasonal pattern that repeats but for rounding has no naive error', () => {
  const pattern = [0.1, 0.7, 14.62];
  assert.is(naiveError(Array.from({ length: 30 }, (_, i) => (pattern[i % 3] ?? 0) * (1 + (i % 2) * Number.EPSILON)), 3), 0);
});

test('no-change without an error but for rounding: no skill against it', () => {
  const { skill } = scoreForecast([0.3, 0.3, 0.1 + 0.2], [0.31, 0.29, 0.3], { previous: [0.1 + 0.2, 0.3, 0.3] });
  assert.ok(Number.isNaN(skill));
});

test('lag: changes that are nothing but rounding of the levels correlate with nothing', () => {
  const actual = Float64Array.from({ length: 40 }, (_, i) => 100 + Math.sin(i));
  const previous = actual.map((_, i) => 100 + Math.sin(i - 1));
  const line = actual.map((_, i) => 0.1 * i + 1000);
  assert.equal(lagCorrelations(actual, line, previous), { previous: NaN, actual: NaN });
  const lists = [actual, previous, previous].map((values) => Array.from(values)) as [number[], number[], number[]];
  assert.equal(lagCorrelations(...lists), lagCorrelations(actual, previous, previous), 'lists as well');
  const bent = actual.map((_, i) => 1000 + 1e-9 * i * i);
  assert.ok(Number.isFinite(lagCorrelations(actual, bent, previous).actual), 'a real change of 1e-9 is one');
});

test('warnings are given for collapse and lag at any offset and scale, and not for a constant series', async () => {
  await forAll(fc.tuple(fc.constantFrom(0, 1e4, 1e9, 1_700_000_000), fc.constantFrom(1, 1e-200, 1e200, 0.01)), 40, ([offset, scale]) => {
    const level = Array.from({ length: 60 }, (_, i) => (Math.sin(i) + Math.sin(i * i) + offset) * scale);
    const [actual, previous] = [level.slice(1), level.slice(0, -1)];
    assert.equal(forecastWarnings(actual, previous, previous).map(({ kind }) => kind), ['lag']);
    assert.equal(forecastWarnings(actual, actual.map(() => actual[0] ?? 0), previous).map(({ kind }) => kind), ['collapse']);
    assert.equal(forecastWarnings(actual, actual, previous), []);
  });
  const constant = new Array<number>(60).fill(14.62);
  assert.equal(forecastWarnings(constant, constant.map((value, i) => value + (i % 2) * 1e-15), constant), []);
});

test('errors of the largest numbers are finite where the error is', () => {
  const [a, p] = [[1.7e308, 1.7e308], [1.6e308, 1.5e308]];
  relative(mae(a, p), 1.5e307, 1e-14, 'mae');
  relative(rmse(a, p), Math.sqrt(2.5) * 1e307, 1e-14, 'rmse');
});

test.run();
