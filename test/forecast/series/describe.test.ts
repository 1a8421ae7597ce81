import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { describe, quantile } from '../../../src/forecast/series/describe.js';
import { correlation } from '../../../src/statistics.js';
import { close } from '../support.js';

test('the figures of pandas for a small series', () => {
  // pandas.Series([7, 1, 4, 2, 11, 3]).describe()
  const d = describe([7, 1, 4, 2, 11, 3]);
  assert.is(d.count, 6);
  close([d.mean, d.std, d.min, d.q25, d.median, d.q75, d.max], [28 / 6, Math.sqrt((200 - 28 ** 2 / 6) / 5), 1, 2.25, 3.5, 6.25, 11]);
});

test('NaN is left out and counted out; one value has no deviation; none has nothing', () => {
  assert.equal(describe([NaN, 5, NaN]), { count: 1, mean: 5, std: NaN, min: 5, q25: 5, median: 5, q75: 5, max: 5 });
  assert.is(describe([]).count, 0);
  assert.ok(Number.isNaN(describe([]).median));
});

test('numbers are sorted as numbers', () => {
  assert.is(describe([10, 9, -2, 100]).max, 100);
  assert.is(describe([10, 9, -2, 100]).min, -2);
});

test('a quantile lies on the line between its neighbours', () => {
  fc.assert(fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = p * (sorted.length - 1);
    const expected = sorted.reduce((sum, v, i) => sum + v * Math.max(0, 1 - Math.abs(at - i)), 0);
    assert.ok(Math.abs(quantile(sorted, p) - expected) <= 1e-6);
  }));
});

test('correlation of a line with itself, its mirror, and a constant', () => {
  close([correlation([1, 2, 4], [3, 5, 9]), correlation([1, 2, 4], [-1, -2, -4])], [1, -1]);
  assert.ok(Number.isNaN(correlation([1, 2], [3, 3])));
});

test.run();
