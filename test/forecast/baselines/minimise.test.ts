import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { minimise } from '../../../src/forecast/baselines/minimise.js';

const near = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  assert.is(actual.length, expected.length);
  actual.forEach((v, i) => { assert.ok(Math.abs(v - (expected[i] ?? NaN)) <= tolerance, `${actual.join(', ')} instead of ${expected.join(', ')}`); });
};

test('a bowl, a curved valley, a corner, an edge', () => {
  near(minimise(([x = NaN]) => (x - 0.3) ** 2, 1, 12), [0.3], 1e-7);
  near(minimise(([x = NaN, y = NaN, z = NaN]) => (x - 0.3) ** 2 + 5 * (y - 0.9) ** 2 + (z - x) ** 2, 3, 5), [0.3, 0.9, 0.3], 1e-5);
  // Rosenbrock's, moved into the square
  near(minimise(([x = NaN, y = NaN]) => (0.5 - x) ** 2 + 100 * (y - 2 * x * x) ** 2, 2, 5), [0.5, 0.5], 1e-4);
  near(minimise(([x = NaN, y = NaN]) => x + y, 2, 5), [0, 0], 1e-7);
  near(minimise(([x = NaN, y = NaN]) => -x + (y - 0.37) ** 2, 2, 5), [1, 0.37], 1e-5);
});

test('of two valleys the lower, though the other looks better from afar', () => {
  const narrow = (x: number): number => -1.2 * Math.exp(-(((x - 0.93) / 0.03) ** 2));
  const wide = (x: number): number => -Math.exp(-(((x - 0.3) / 0.2) ** 2));
  near(minimise(([x = NaN]) => narrow(x) + wide(x), 1, 12), [0.93], 1e-3);
});

test('nothing to search', () => {
  assert.equal(minimise(() => 1, 0, 5), []);
});

test.run();
