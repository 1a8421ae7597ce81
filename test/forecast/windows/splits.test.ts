import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ArgumentError, DataError } from '../../../src/errors.js';
import { expandingOrigin, purgeGap, rollingOrigin, rowsOfSamples, splitWindows, timeSplit } from '../../../src/forecast/windows/splits.js';
import { makeWindows } from '../../../src/forecast/windows/windows.js';
import { thrown, walk } from '../support.js';

test('fractions round at the boundaries: .9 of 4121 is 3709', () => {
  const { train, validation, test: rest } = timeSplit(4121, { train: 0.9, test: 0.1 });
  assert.equal([train, validation, rest], [{ start: 0, end: 3709 }, { start: 3709, end: 3709 }, { start: 3709, end: 4121 }]);
});

test('counts are taken as they are; 1 means one sample beside counts and everything beside fractions', () => {
  assert.equal(timeSplit(10, { train: 6, validation: 1, test: 2 }), { train: { start: 0, end: 6 }, validation: { start: 6, end: 7 }, test: { start: 7, end: 9 } });
  assert.equal(timeSplit(10, { train: 1, test: 1 }).test, { start: 1, end: 2 });
});

test('a gap is cut off the part that another one follows', () => {
  assert.equal(timeSplit(20, { train: 10, validation: 5, test: 5 }, 2), { train: { start: 0, end: 8 }, validation: { start: 10, end: 13 }, test: { start: 15, end: 20 } });
  assert.equal(timeSplit(20, { train: 10, test: 10 }, 3), { train: { start: 0, end: 7 }, validation: { start: 10, end: 10 }, test: { start: 10, end: 20 } });
});

test('impossible sizes are refused', async () => {
  await thrown(ArgumentError, () => timeSplit(10, { train: 0.9, test: 0.2 }));
  await thrown(ArgumentError, () => timeSplit(10, { train: 8, test: 3 }));
  await thrown(ArgumentError, () => timeSplit(10, { train: 8.5, test: 3 }));
  await thrown(ArgumentError, () => timeSplit(10, { train: -1, test: 3 }));
  await thrown(DataError, () => timeSplit(3, { train: 0.9, test: 0.1 }));
  await thrown(DataError, () => timeSplit(10, { train: 2, test: 8 }, 2));
});

test('200 / 10 / 1 over 1198 samples are 989 complete folds; the published 988 leave the last one out', () => {
  const folds = rollingOrigin(1198, { train: 200, validation: 10, step: 1 });
  assert.is(folds.length, 989);
  assert.equal(folds[988], { index: 988, train: { start: 988, end: 1188 }, validation: { start: 1188, end: 1198 } });
});

test('folds: sizes, order and count for any numbers', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 20 }),
    (train, validation, step, gap, extra) => {
      const n = train + gap + validation + extra;
      const rolling = rollingOrigin(n, { train, validation, step, gap });
      const expanding = expandingOrigin(n, { train, validation, step, gap });
      assert.is(rolling.length, Math.floor(extra / step) + 1);
      rolling.forEach((fold, k) => {
        assert.equal(fold, { index: k, train: { start: k * step, end: k * step + train }, validation: { start: k * step + train + gap, end: k * step + train + gap + validation } });
        assert.equal(expanding[k], { ...fold, train: { start: 0, end: fold.train.end } });
      });
    }));
});

test('the step is the validation size by default, and too few samples are an error', async () => {
  assert.equal(rollingOrigin(10, { train: 4, validation: 3 }).map((fold) => fold.validation.start), [4, 7]);
  assert.match((await thrown(DataError, () => expandingOrigin(6, { train: 4, validation: 3 }))).message, /at least 7 samples/);
});

test('purging is exact: training targets end at the first validation origin, and one sample more would not', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }), (window, horizon, stride) => {
    const spec = { window, horizon, stride };
    const windows = makeWindows(walk(60, 1), spec);
    const gap = purgeGap(spec);
    const first = 5 + gap;
    const lastTarget = (sample: number): number => (windows.origins[sample] ?? NaN) + horizon;
    assert.ok(lastTarget(4) <= (windows.origins[first] ?? NaN));
    if (gap > 0) assert.ok(lastTarget(5) > (windows.origins[first] ?? NaN));
    assert.equal(rowsOfSamples({ start: 2, end: 5 }, spec), { start: 2 * stride, end: lastTarget(4) + 1 });
  }));
});

test('splitWindows purges as the horizon demands', () => {
  const windows = makeWindows(walk(40, 2), { window: 5, horizon: 4 });
  const { train, validation, test: rest, ranges } = splitWindows(windows, { train: 0.5, validation: 0.25, test: 0.25 });
  assert.equal(ranges, { train: { start: 0, end: 13 }, validation: { start: 16, end: 21 }, test: { start: 24, end: 32 } });
  assert.is((train.origins[12] ?? NaN) + 4, validation.origins[0]);
  assert.is((validation.origins[4] ?? NaN) + 4, rest.origins[0]);
});

test('shares in hundredths: boundaries as whole numbers give them, halves upwards', () => {
  for (let share = 1; share < 100; share++) {
    for (const n of [45, 100, 101, 150, 990, 4121, 1_000_000, 123_456_750]) {
      const end = Math.floor((2 * share * n + 100) / 200);
      if (end > 0) assert.is(timeSplit(n, { train: share / 100 }).train.end, end, `${share} % of ${n}`);
    }
  }
  assert.is(timeSplit(45, { train: 0.1, validation: 0.6 }).validation.end, 32, '.1 + .6 of 45 is 31.5');
});

test.run();
