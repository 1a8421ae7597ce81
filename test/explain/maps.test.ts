/** Maps by themselves: sizes, scales, channels. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeMaps, overChannels, resizeMaps } from '../../src/explain/index.js';
import { ArgumentError, DataError, ShapeError } from '../../src/index.js';
import { assertClose, thrown } from '../support/compare.js';

test('resized: every map by itself, whatever axes lead', () => {
  const maps = { data: [1, 3, 5, 7, 0, 10, 20, 30], shape: [2, 2, 2] };
  const { data, shape } = resizeMaps(maps, [1, 4]);
  assert.equal(shape, [2, 1, 4]);
  // Rows meet in the middle: 3 5 and 10 20. Cells of 4 on 2: a quarter before the middles, then ¼ and ¾ between them.
  assertClose(data, [3, 3.5, 4.5, 5, 10, 12.5, 17.5, 20], 1e-6, 'two axes');
  assert.equal(resizeMaps(maps, [2]).shape, [2, 2, 2]);
  assertClose(resizeMaps({ data: [0, 4], shape: [1, 2] }, [4]).data, [0, 1, 3, 4], 1e-6, 'one axis');
  assert.equal(resizeMaps({ data: [0, 4], shape: [2] }, [3]).shape, [3]);
  thrown(ShapeError, () => resizeMaps(maps, [2, 0]));
  thrown(ShapeError, () => resizeMaps(maps, []));
  thrown(ShapeError, () => resizeMaps({ data: [1], shape: [1] }, [1, 1]));
});

test('normalised: each map by its own values, or all by one domain; nothing comes of nothing', () => {
  const maps = { data: [-2, 1, 4, 0, 0, 0, -3, -1, -2, 5, 5, 5], shape: [4, 3] };
  const close = (how: Parameters<typeof normalizeMaps>[1], expected: number[]): void => { assertClose(normalizeMaps(maps, how).data, expected, 1e-14, String(how)); };
  close(undefined, [0, 0.25, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  close('max', [0, 0.25, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  close('minMax', [0, 0.5, 1, 0, 0, 0, 0, 1, 0.5, 0, 0, 0]);
  close('signed', [-0.5, 0.25, 1, 0, 0, 0, -1, -1 / 3, -2 / 3, 1, 1, 1]);
  close([0, 8], [0, 0.125, 0.5, 0, 0, 0, 0, 0, 0, 0.625, 0.625, 0.625]);
  close([-2, 3], [0, 0.6, 1, 0.4, 0.4, 0.4, 0, 0.2, 0, 1, 1, 1]);
  assert.equal(normalizeMaps(maps).shape, [4, 3]);
  assert.equal(maps.data[0], -2); // a copy
  thrown(ArgumentError, () => normalizeMaps(maps, [1, 1]));
  // @ts-expect-error an unknown name
  assert.match(thrown(ArgumentError, () => normalizeMaps(maps, 'mean')).message, "got mean");
});

test('normalised: what is not finite is refused by place, as is a domain without a length', () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const how of ['max', 'minMax', 'signed', [0, 1]] as const) {
      assert.match(thrown(DataError, () => normalizeMaps({ data: [1, 2, 3, 4, 5, value], shape: [2, 3] }, how)).message, `maps[1] must be finite numbers only, got ${value} at place 2`);
    }
  }
  for (const domain of [[0, Infinity], [-Infinity, 1], [NaN, 1], [-1.7e308, 1.7e308]] as const) thrown(ArgumentError, () => normalizeMaps([[1]], domain));
  thrown(ArgumentError, () => normalizeMaps({ data: [], shape: [0, 2] }, [1, 0]));
});

test('normalised: rounding is not a map; the unit does not matter', () => {
  for (const value of [0.1, 14.62, 1e-300, 1e300]) {
    assert.equal(Array.from(normalizeMaps([[value, value * (1 + Number.EPSILON), value]], 'minMax').data), [0, 0, 0]);
    const single = Float32Array.of(0.1, 0.1 + 2 ** -27, 0.1);
    assert.equal(Array.from(normalizeMaps({ data: single, shape: [1, 3] }, 'minMax').data), [0, 0, 0]);
    assert.equal(Array.from(normalizeMaps({ data: Float64Array.from(single), shape: [1, 3] }, 'minMax').data), [0, 1, 0], 'in float64 that is a difference');
  }
  const map = [-0.5, 0.25, 1];
  for (const how of ['max', 'minMax', 'signed'] as const) {
    const expected = normalizeMaps([map], how).data;
    for (const unit of [1e-310, 1e-200, 1e-30, 1e200, 1.7e308]) assertClose(normalizeMaps([map.map((value) => value * unit)], how).data, expected, 1e-13, `${how} of ${unit}`);
  }
});

test('over channels', () => {
  const values = { data: [3, -4, 1, 1, 0, -2], shape: [1, 3, 2] };
  assert.equal(Array.from(overChannels(values).data), [5, Math.SQRT2, 2]);
  assert.equal(Array.from(overChannels(values, 'sum').data), [-1, 2, -2]);
  assert.equal(Array.from(overChannels(values, 'max').data), [4, 1, 2]);
  assert.equal(overChannels(values).shape, [1, 3]);
  assert.match(thrown(ArgumentError, () => overChannels(values, 'mean' as 'sum')).message, 'got mean');
});

test.run();
