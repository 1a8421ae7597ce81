import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ShapeError } from '../src/errors.js';
import { correlation, deviation, isConstant, mean, nearWhole, rootMeanSquare, variance, withinRounding } from '../src/statistics.js';
import { thrown } from './support/compare.js';
import { exactCorrelation, exactDeviation, exactMean } from './support/exact.js';
import { CONSTANTS, centred, centredPair, offsets, relative, scales } from './support/numbers.js';
import { forAll } from './support/property.js';

test('the exact reference: numbers known by hand', () => {
  assert.is(exactMean([1, 2, 4]), 7 / 3);
  assert.is(exactMean([Number.MIN_VALUE, 3 * Number.MIN_VALUE]), 2 * Number.MIN_VALUE);
  assert.is(exactDeviation([-3, 3]), 3);
  assert.is(exactDeviation([1e200, -1e200]), 1e200);
  assert.is(exactDeviation([1e-200, -1e-200]), 1e-200);
  assert.is(exactCorrelation([1, 2, 4], [-1, -2, -4]), -1);
});

test('the mean of n times a number is that number', async () => {
  await forAll(fc.tuple(CONSTANTS, fc.integer({ min: 1, max: 3000 })), 300, ([value, count]) => {
    const values = new Float64Array(count).fill(value);
    assert.is(mean(values), value);
    assert.is(deviation(values), 0);
    assert.is(variance(values), 0);
    assert.is(isConstant(values), true);
  });
  assert.is(mean([1.7e308, 1.7e308]), 1.7e308);
});

test('mean, deviation and correlation at any offset and scale, beside exact arithmetic', async () => {
  await forAll(fc.tuple(centredPair, offsets, scales), 300, ([[x, z], offset, scale]) => {
    const a = x.map((value) => (value + offset) * scale);
    const b = z.map((value) => (value - offset) * scale);
    relative(mean(a), exactMean(a), 1e-15, 'mean', exactDeviation(a));
    relative(deviation(a), exactDeviation(a), 1e-14, 'deviation');
    relative(correlation(a, b), exactCorrelation(a, b), 1e-14, 'correlation', 1);
  });
});

test('a scale of a power of two changes no digit', async () => {
  await forAll(fc.tuple(centred, fc.integer({ min: -900, max: 900 })), 100, ([x, power]) => {
    const y = x.map((value) => value * 2 ** power);
    assert.is(mean(y), mean(x) * 2 ** power);
    assert.is(deviation(y), deviation(x) * 2 ** power);
    assert.is(rootMeanSquare(y), rootMeanSquare(x) * 2 ** power);
  });
});

test('constant: numbers that differ by a few roundings of theirs, or of what they were differences of', () => {
  assert.is(withinRounding(0.3, 0.1 + 0.2), true);
  assert.is(withinRounding(0.3, 0.3 * (1 + 1e-14)), false);
  assert.is(withinRounding(0, 0.1 + 0.2 - 0.3), false, 'nothing says that this is small');
  assert.is(withinRounding(0, 0.1 + 0.2 - 0.3, 0.3), true);
  assert.is(withinRounding(-1.7e308, 1.7e308), false);
  assert.is(withinRounding(1_700_000_000, 1_700_000_000.001), false);
  assert.is(withinRounding(NaN, NaN), false);
  assert.is(withinRounding(0, Infinity), false);
  assert.is(isConstant([1, Infinity, 1]), false);
  assert.is(isConstant([-Infinity, 1]), false);
  assert.is(isConstant([0.3, 0.1 + 0.2, 0.3]), true);
  assert.is(isConstant([1, 1, 1 + 1e-13, ...new Array<number>(100_000).fill(1)]), false, 'one in 100,000 that differs');
});

test('whole but for rounding', () => {
  assert.equal([nearWhole(100 * 0.29), nearWhole(21 / 1.4), nearWhole(2.5), nearWhole(3 + 1e-12), nearWhole(0), nearWhole(-100 * 0.29)], [29, 15, 2.5, 3 + 1e-12, 0, -29]);
  assert.is(nearWhole(1e-17), 1e-17, 'nothing says that it is small');
  assert.is(nearWhole(1e-17, 1), 0);
  assert.equal([nearWhole(NaN), nearWhole(Infinity)], [NaN, Infinity]);
});

test('a side that is constant but for rounding correlates with nothing', () => {
  const noise = [1, 5, 2, 8, 3];
  for (const value of [0.1, 14.62, 1 / 3, 1e-200, 1e200, 0]) {
    assert.ok(Number.isNaN(correlation(noise.map(() => value), noise)));
    assert.ok(Number.isNaN(correlation(noise, noise.map((_, i) => (i % 2 ? value : value * (1 + Number.EPSILON))))));
  }
  thrown(ShapeError, () => correlation([1, 2], [1, 2, 3]));
});

test('what is not finite stays so', () => {
  assert.is(mean([Infinity, 1]), Infinity);
  assert.equal([mean([NaN, 1]), mean([]), deviation([Infinity, 1])], [NaN, NaN, NaN]);
});

test.run();
