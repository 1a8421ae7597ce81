import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { applyInterval, residualInterval, residualsNeeded } from '../../../src/forecast/evaluation/interval.js';
import { normal, randomStream } from '../../../src/random.js';
import { close, strided, thrown } from '../support.js';

test('ranks by hand: 19 residuals at 90 % are smallest and largest, at 80 % the second of each end', () => {
  const residuals = Array.from({ length: 19 }, (_, i) => [((7 * i) % 19) - 5, 100 + ((5 * i) % 19)]);
  const wide = residualInterval(residuals, 0.9);
  close(wide.lower, [-5, 100]);
  close(wide.upper, [13, 118]);
  const narrow = residualInterval(strided(residuals), 0.8);
  close(narrow.lower, [-4, 101]);
  close(narrow.upper, [12, 117]);
  assert.equal([narrow.count, narrow.coverage], [19, 0.8]);
});

test('the number of residuals needed', async () => {
  assert.equal([residualsNeeded(0.9), residualsNeeded(0.95), residualsNeeded(0.8), residualsNeeded(0.5)], [19, 39, 9, 3]);
  assert.match((await thrown(DataError, () => residualInterval(new Array<number>(38).fill(0), 0.95))).message, /at least 39 for a coverage of 0.95, got 38/);
  assert.ok(residualInterval(Array.from({ length: 39 }, (_, i) => i), 0.95).upper[0] === 38);
});

test('coverages that binary cannot hold: the number needed, and the rank, of the decimal fraction', () => {
  for (let digits = 1; digits <= 7; digits++) assert.is(residualsNeeded(Number(`0.${'9'.repeat(digits)}`)), 2 * 10 ** digits - 1);
  for (let n = 3; n < 5000; n++) assert.is(residualsNeeded(1 - 2 / (n + 1)), n);
  assert.is(residualsNeeded(0.9999 + 1e-9), 20000, 'a real difference still counts');
  const residuals = Float64Array.from({ length: 19_999 }, (_, i) => i);
  for (const [coverage, rank] of [[0.9999, 1], [0.999, 10], [0.99, 100], [0.9, 1000], [0.7, 3000]] as const) {
    close(residualInterval(residuals, coverage).lower, [rank - 1]);
    close(residualInterval(residuals, coverage).upper, [19_999 - rank]);
  }
});

test('a new residual falls inside as often as promised', () => {
  const random = randomStream(3, 'interval test');
  const trials = 4000;
  let inside = 0;
  for (let k = 0; k < trials; k++) {
    const { lower, upper } = residualInterval(Float64Array.from({ length: 24 }, () => normal(random)), 0.8);
    const next = normal(random);
    if (next >= (lower[0] ?? NaN) && next <= (upper[0] ?? NaN)) inside++;
  }
  // exact probability 21/25 = .84: rank 2 of 24 at both ends; 4 standard errors are .023
  assert.ok(Math.abs(inside / trials - 0.84) < 0.023, String(inside / trials));
});

test('offsets are added to each step ahead', async () => {
  const interval = residualInterval(Array.from({ length: 9 }, (_, i) => [i - 2, 10 * i]), 0.8);
  const { lower, upper } = applyInterval([[100, 200], [300, 400]], interval);
  close(lower.data, [98, 200, 298, 400]);
  close(upper.data, [106, 280, 306, 480]);
  await thrown(ShapeError, () => applyInterval([[1]], interval));
});

test('coverage is a probability', async () => {
  await thrown(ArgumentError, () => residualInterval([1], 1));
  await thrown(ArgumentError, () => residualInterval([1], 95));
});

test.run();
