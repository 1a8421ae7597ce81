import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { adaptiveIntervals, applyCorrection, quantileCorrection, scoresNeeded } from '../../../src/forecast/evaluation/conformal.js';
import { intervalCoverage } from '../../../src/forecast/evaluation/intervalScores.js';
import { normal, randomStream } from '../../../src/random.js';
import { close, strided, thrown } from '../support.js';

test('ranks by hand: of 9 scores at 80 % the eighth, of each step ahead', () => {
  // bounds 0 … 10; values 11, 12, …: scores 1, 2, …, 9; second step: values inside, scores −1 … −5
  const actual = Array.from({ length: 9 }, (_, i) => [11 + ((4 * i) % 9), i < 5 ? 1 + i : 10 - (i - 4)]);
  const [lower, upper] = [actual.map(() => [0, 0]), actual.map(() => [10, 10])];
  const correction = quantileCorrection(strided(actual), lower, upper, 0.8);
  close(correction.widening, [8, -1]);
  assert.equal([correction.count, correction.coverage], [9, 0.8]);
  const moved = applyCorrection([[0, 0], [1, 4]], [[10, 10], [2, 5]], correction);
  close(moved.lower.data, [-8, 1, -7, 4.5]);
  close(moved.upper.data, [18, 9, 10, 4.5], 1e-12);
});

test('the number of scores needed, for coverages that binary cannot hold too', async () => {
  assert.equal([0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999].map(scoresNeeded), [1, 4, 9, 19, 99, 999, 9999]);
  for (let n = 1; n < 3000; n++) assert.is(scoresNeeded(n / (n + 1)), n);
  const eight = Array.from({ length: 8 }, (_, i) => i);
  assert.match((await thrown(DataError, () => quantileCorrection(eight, eight, eight, 0.9))).message, /at least 9 values for a coverage of 0.9, got 8/);
  close(quantileCorrection([...eight, 8], new Float64Array(9), new Float64Array(9), 0.9).widening, [8]);
});

test('a new value falls inside as often as promised, however wrong the quantiles are', () => {
  const random = randomStream(7, 'cqr test');
  const trials = 4000;
  let inside = 0;
  for (let k = 0; k < trials; k++) {
    // Wider where the predicted interval is, by an amount that it does not know.
    const spread = Array.from({ length: 25 }, () => 1 + Math.abs(normal(random)));
    const values = spread.map((s) => 3 * s * normal(random));
    const correction = quantileCorrection(values.slice(0, 24), spread.slice(0, 24).map((s) => -s), spread.slice(0, 24), 0.8);
    const { lower, upper } = applyCorrection([-(spread[24] ?? NaN)], [spread[24] ?? NaN], correction);
    inside += intervalCoverage([values[24] ?? NaN], lower, upper);
  }
  // exact probability 20/25: rank 20 of 24; 4 standard errors are .025
  assert.ok(Math.abs(inside / trials - 0.8) < 0.025, String(inside / trials));
});

test('adaptive: the share of misses is near the one wanted, whatever the values do', () => {
  const random = randomStream(2, 'aci test');
  const n = 3000;
  for (const [name, value] of [
    ['a jump of scale', (t: number) => (t < n / 2 ? 1 : 20) * normal(random)],
    ['a growing scale', (t: number) => t * normal(random)],
    ['a trend', (t: number) => 0.1 * t],
  ] as const) {
    const actual = Float64Array.from({ length: n }, (_, t) => value(t));
    const zero = new Float64Array(n);
    const rate = 0.05;
    const { lower, upper } = adaptiveIntervals(actual, zero, zero, { coverage: 0.9, rate });
    const misses = actual.reduce((sum, y, t) => sum + (y < (lower.data[t] ?? NaN) || y > (upper.data[t] ?? NaN) ? 1 : 0), 0) / n;
    assert.ok(Math.abs(misses - 0.1) <= (0.9 + rate) / (rate * n), `${name}: ${misses}`);
  }
});

test('adaptive by hand: what is known when, h steps ahead', () => {
  const actual = [[1, 10], [2, 20], [3, 30], [4, 40], [5, 50]];
  const zero = actual.map(() => [0, 0]);
  const { lower, upper, missRate } = adaptiveIntervals(actual, zero, zero, { coverage: 0.5, rate: 0.1 });
  // One step: known before each origin 0, 1, 2, 3, 4 scores; rank ⌈(m + 1)(1 − α)⌉. α moves by ±.05 with each value that is known.
  const one = (data: ArrayLike<number>): number[] => Array.from({ length: 5 }, (_, t) => data[2 * t] ?? NaN);
  const two = (data: ArrayLike<number>): number[] => Array.from({ length: 5 }, (_, t) => data[2 * t + 1] ?? NaN);
  // The first interval is infinite and hit: α .55; rank ⌈2 · .45⌉ = 1: Q = 1, and 2 misses: α .5; rank ⌈3 · .5⌉ = 2: Q = 2, 3 misses: .45; ⌈4 · .55⌉ = 3: 3; .4; ⌈5 · .6⌉ = 3
  close(one(missRate.data), [0.5, 0.55, 0.5, 0.45, 0.4]);
  assert.equal(one(upper.data), [Infinity, 1, 2, 3, 3]);
  assert.equal(one(lower.data), [-Infinity, -1, -2, -3, -3]);
  // Two steps: the value of the first origin is known at the third.
  close(two(missRate.data), [0.5, 0.5, 0.55, 0.6, 0.55]);
  assert.equal(two(upper.data), [Infinity, Infinity, 10, 20, 20]);
  assert.equal(two(adaptiveIntervals(actual, zero, zero, { coverage: 0.5, rate: 0.1, stride: 2 }).upper.data).slice(0, 2), [Infinity, 10]);
});

test('adaptive: nothing of an interval depends on a value that was not yet known', () => {
  const random = randomStream(4, 'aci blind');
  const actual = Array.from({ length: 60 }, () => [normal(random), normal(random), normal(random)]);
  const zero = actual.map(() => [0, 0, 0]);
  const other = actual.map((row, t) => row.map((v, k) => (t + k + 1 > 40 ? 1e6 : v)));
  const [a, b] = [actual, other].map((values) => adaptiveIntervals(values, zero, zero, { coverage: 0.8, rate: 0.05 }).upper.data);
  assert.equal(a?.slice(0, 41 * 3), b?.slice(0, 41 * 3));
  assert.not.equal(a?.slice(41 * 3), b?.slice(41 * 3));
});

test('wrong input is refused by name', async () => {
  const nine = new Float64Array(9);
  assert.match((await thrown(DataError, () => quantileCorrection(nine, nine.map(() => 1), nine))).message, /lower must be at most as large as upper.*cross/);
  await thrown(ShapeError, () => quantileCorrection(nine, nine, nine.subarray(1)));
  await thrown(ShapeError, () => quantileCorrection(nine.subarray(1), nine, nine));
  await thrown(ArgumentError, () => quantileCorrection(nine, nine, nine, 90));
  await thrown(ShapeError, () => applyCorrection([[1, 2]], [[1, 2]], { widening: Float64Array.of(1), coverage: 0.9, count: 9 }));
  await thrown(ArgumentError, () => adaptiveIntervals(nine, nine, nine, { rate: 0 }));
  await thrown(ArgumentError, () => adaptiveIntervals(nine, nine, nine, { stride: 0.5 }));
  await thrown(ArgumentError, () => adaptiveIntervals(nine, nine, nine, { coverage: 1 }));
});

test.run();
