import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalQuantile } from '../../../src/distributions.js';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { intervalCoverage, intervalWidth, msis, winkler } from '../../../src/forecast/evaluation/intervalScores.js';
import { pinball } from '../../../src/forecast/evaluation/quantileScores.js';
import { normal, randomStream } from '../../../src/random.js';
import { close, strided, thrown } from '../support.js';

const actual = [1, 5, 9, 4];
const lower = [0, 5, 3, 6];
const upper = [2, 7, 8, 7];

test('coverage, width, Winkler score and MSIS by hand: ends are inside', () => {
  assert.is(intervalCoverage(actual, lower, upper), 0.5);
  assert.is(intervalWidth(lower, upper), 10 / 4);
  close([winkler(actual, lower, upper, 0.8)], [(10 + 10 * 1 + 10 * 2) / 4]);
  close([msis(actual, lower, upper, 0.8, { training: [1, 3, 2, 5], season: 2 })], [10 / 1.5]);
  close([msis(strided([actual]), [lower], strided([upper]), 0.8, { naiveError: 2 })], [5]);
});

test('the Winkler score is 2/α times the pinball losses of both bounds', () => {
  const sum = pinball(actual, lower, 0.025) + pinball(actual, upper, 0.975);
  close([winkler(actual, lower, upper, 0.95)], [(2 / 0.05) * sum]);
});

test('it is least at the true quantiles', () => {
  const random = randomStream(1, 'winkler test');
  const values = Float64Array.from({ length: 4000 }, () => normal(random));
  const at = (half: number): number => winkler(values, values.map(() => -half), values.map(() => half), 0.8);
  const best = -normalQuantile(0.1);
  assert.ok(at(best) < at(0.8 * best) && at(best) < at(1.25 * best));
});

test('an interval without an end holds everything, and is infinitely wide', () => {
  assert.is(intervalCoverage([1, 2], [-Infinity, 0], [Infinity, 1]), 0.5);
  assert.equal([intervalWidth([-Infinity, 0], [Infinity, 1]), winkler([1, 2], [-Infinity, 0], [Infinity, 1], 0.9)], [Infinity, Infinity]);
});

test('wrong input is refused by name', async () => {
  assert.match((await thrown(DataError, () => intervalWidth([1, 3], [2, 2]))).message, /lower must be at most as large as upper, got 3 above 2 at place 1/);
  await thrown(ArgumentError, () => winkler([1], [0], [2], 95));
  await thrown(ShapeError, () => intervalCoverage([1, 2], [0, 0], [1]));
  await thrown(DataError, () => intervalCoverage([1], [NaN], [1]));
  await thrown(DataError, () => intervalCoverage([Infinity], [0], [Infinity]));
  await thrown(ArgumentError, () => msis([1], [0], [2], 0.9, { naiveError: -1 }));
});

test.run();
