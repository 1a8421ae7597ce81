import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalCdf, normalQuantile, studentTCdf } from '../../../src/distributions.js';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { NINE_LEVELS, crpsGaussian, crpsQuantiles, crpsSamples, crpsStudentT, pinball, wql } from '../../../src/forecast/evaluation/quantileScores.js';
import { mae } from '../../../src/forecast/evaluation/metrics.js';
import { normal, randomStream } from '../../../src/random.js';
import { close, strided, thrown } from '../support.js';

/** ∫ (F(x) − [x ≥ y])² dx by Simpson's rule on both sides of y, x = y ± sinh u. */
function integrated(cdf: (x: number) => number, y: number): number {
  const n = 4000;
  const top = 25;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const u = (top * i) / n;
    const weight = i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.cosh(u) * (cdf(y - Math.sinh(u)) ** 2 + (1 - cdf(y + Math.sinh(u))) ** 2);
  }
  return (sum * top) / n / 3;
}

test('pinball loss by hand, and half the absolute error at the median', () => {
  close([pinball([3, 1], [1, 2], 0.9)], [(0.9 * 2 + 0.1 * 1) / 2]);
  close([pinball([3, 1, 5], [1, 2, 5], 0.5)], [mae([3, 1, 5], [1, 2, 5]) / 2]);
});

test('weighted quantile loss by hand', () => {
  // levels .25 and .75 of two numbers; Σ|y| = 6
  close([wql([2, -4], [[1, 3], [-6, -5]], [0.25, 0.75])], [((2 * (0.25 * 1 + 0.25 * 2)) / 6 + (2 * (0.25 * 1 + 0.75 * 1)) / 6) / 2]);
  assert.is(wql([0], [[0, 0]], [0.25, 0.75]), 0);
  assert.is(wql([0], [[0, 1]], [0.25, 0.75]), Infinity);
  close([crpsQuantiles([2, -4], [[1, 3], [-6, -5]], [0.25, 0.75])], [2 * ((0.75 / 2 + 1 / 2) / 2)]);
  assert.is(NINE_LEVELS.length, 9);
});

test('CRPS of many quantiles and of many samples come near that of the distribution', () => {
  const levels = Array.from({ length: 999 }, (_, k) => (k + 1) / 1000);
  const quantiles = levels.map((level) => 3 + 2 * normalQuantile(level));
  const exact = crpsGaussian([4.1], [3], [2]);
  close([crpsQuantiles([4.1], [quantiles], levels)], [exact], 2e-3);
  close([crpsSamples([4.1], [quantiles.reverse()])], [exact], 2e-3);
});

test('CRPS of samples is the mean over all pairs, in any order', () => {
  const random = randomStream(5, 'crps test');
  const samples = Array.from({ length: 3 }, () => Array.from({ length: 7 }, () => normal(random)));
  const actual = [0.3, -1, 2];
  const brute = samples.map((xs, i) => {
    const y = actual[i] ?? NaN;
    const pairs = xs.flatMap((a) => xs.map((b) => Math.abs(a - b)));
    return xs.reduce((sum, x) => sum + Math.abs(x - y), 0) / 7 - pairs.reduce((sum, d) => sum + d, 0) / 49 / 2;
  });
  close([crpsSamples(actual, strided(samples))], [brute.reduce((sum, v) => sum + v, 0) / 3]);
  assert.is(crpsSamples([2], [[5]]), 3, 'one sample is a point forecast');
});

test('closed forms are the integral they stand for', () => {
  for (const [y, m, s] of [[0.3, 0, 1], [4, 1, 0.5], [-2, 3, 2.5]] as const) {
    close([crpsGaussian([y], [m], [s])], [integrated((x) => normalCdf((x - m) / s), y)], 1e-9);
    for (const nu of [1.5, 3, 8.2, 40]) {
      close([crpsStudentT([y], [m], [s], [nu])], [integrated((x) => studentTCdf((x - m) / s, nu), y)], nu < 2 ? 1e-5 : 1e-9);
    }
  }
  close([crpsStudentT([4], [1], [0.5], [1e5])], [crpsGaussian([4], [1], [0.5])], 1e-4);
});

test('a width of 0 is a point forecast, and far outliers stay finite', () => {
  assert.is(crpsGaussian([5], [3], [0]), 2);
  assert.is(crpsGaussian([1e300], [0], [1e-10]), 1e300);
  assert.is(crpsStudentT([5], [3], [0], [4]), 2);
  assert.is(crpsStudentT([-1e300], [0], [1e-10], [4]), 1e300);
});

test('wrong input is refused by name', async () => {
  await thrown(ArgumentError, () => pinball([1], [1], 1));
  await thrown(ArgumentError, () => wql([1], [[1, 2]], [0.1, 90]));
  assert.match((await thrown(ShapeError, () => wql([1, 2], [[1, 2], [3, 4]]))).message, /quantiles must be of shape \[2, 9\], got \[2, 2\]/);
  await thrown(ShapeError, () => crpsSamples([1, 2], [1, 2]));
  await thrown(DataError, () => crpsSamples([1], [[]]));
  await thrown(DataError, () => crpsGaussian([1], [1], [-1]));
  await thrown(DataError, () => crpsStudentT([1], [1], [1], [1]));
  await thrown(ShapeError, () => crpsGaussian([1, 2], [1, 2], [1]));
  await thrown(DataError, () => crpsGaussian([NaN], [1], [1]));
});

test.run();
