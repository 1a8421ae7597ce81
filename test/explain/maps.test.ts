/** Maps by themselves: sizes, scales, channels. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { normalizeMaps, overChannels, resizeMaps } from '../../src/explain/index.js';
import { ArgumentError, ShapeError } from '../../src/index.js';
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

test('over channels', () => {
  const values = { data: [3, -4, 1, 1, 0, -2], shape: [1, 3, 2] };
  assert.equal(Array.from(overChannels(values).data), [5, Math.SQRT2, 2]);
  assert.equal(Array.from(overChannels(values, 'sum').data), [-1, 2, -2]);
  assert.equal(Array.from(overChannels(values, 'max').data), [4, 1, 2]);
  assert.equal(overChannels(values).shape, [1, 3]);
  assert.match(thrown(ArgumentError, () => overChannels(values, 'mean' as 'sum')).message, 'got mean');
});

test.run();
