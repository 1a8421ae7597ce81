import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { toSeries } from '../../../src/forecast/series/frame.js';
import { latestWindow, makeWindows, sliceWindows } from '../../../src/forecast/windows/windows.js';
import { close, identical, strided, thrown, walk } from '../support.js';

/** The definition, as slow as it reads. */
function naive(rows: number[][], window: number, horizon: number, stride: number, targets: number[]): { x: number[][][]; y: number[][]; origins: number[] } {
  const x: number[][][] = [];
  const y: number[][] = [];
  const origins: number[] = [];
  for (let first = 0; first < rows.length; first += stride) {
    const future = rows.slice(first + window, first + window + horizon);
    if (future.length < horizon) break;
    x.push(rows.slice(first, first + window));
    y.push(future.flatMap((row) => targets.map((j) => row[j] ?? NaN)));
    origins.push(first + window - 1);
  }
  return { x, y, origins };
}

const shapes = fc.record({
  window: fc.integer({ min: 1, max: 6 }), horizon: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 5 }),
  features: fc.integer({ min: 1, max: 3 }), extra: fc.integer({ min: 0, max: 17 }), seed: fc.nat(1000),
});

test('windows are those of the slow definition, strided input included', () => {
  fc.assert(fc.property(shapes, ({ window, horizon, stride, features, extra, seed }) => {
    const rows = walk(window + horizon + extra, features, seed);
    const target = seed % features;
    const expected = naive(rows, window, horizon, stride, [target]);
    for (const series of [rows, strided(rows)]) {
      const windows = makeWindows(series, { window, horizon, stride, target });
      assert.equal(windows.x.shape, [expected.x.length, window, features]);
      assert.equal(windows.y.shape, [expected.x.length, horizon]);
      identical(windows.x.data, expected.x.flat(2));
      identical(windows.y.data, expected.y.flat());
      identical(windows.origins, expected.origins);
    }
  }));
});

test('several targets give y a third axis', () => {
  const rows = walk(9, 3);
  const windows = makeWindows(rows, { window: 4, horizon: 2, target: [2, 0] });
  assert.equal(windows.y.shape, [4, 2, 2]);
  identical(windows.y.data, naive(rows, 4, 2, 1, [2, 0]).y.flat());
});

test('a flat series is one feature; horizon and stride are 1 by default', () => {
  const windows = makeWindows([1, 2, 3, 4, 5], { window: 3 });
  close(windows.x.data, [1, 2, 3, 2, 3, 4]);
  close(windows.y.data, [4, 5]);
  identical(windows.origins, [2, 3]);
});

test('1258 rows and a window of 60 are 1198 samples', () => {
  assert.is(makeWindows(walk(1258), { window: 60 }).origins.length, 1198);
});

test('a slice holds the chosen samples', () => {
  const windows = makeWindows(walk(12, 2), { window: 3, horizon: 2 });
  const part = sliceWindows(windows, { start: 2, end: 5 });
  assert.equal([part.x.shape, part.y.shape], [[3, 3, 2], [3, 2]]);
  identical(part.origins, [4, 5, 6]);
  assert.is(part.x.get(0, 0, 1), windows.x.get(2, 0, 1));
  assert.is(part.y.get(2, 1), windows.y.get(4, 1));
});

test('the latest window ends with the last row', () => {
  const rows = walk(7, 2);
  const latest = latestWindow(strided(rows), 3);
  assert.equal(latest.shape, [1, 3, 2]);
  identical(latest.data, rows.slice(4).flat());
});

test('wrong input is refused by name', async () => {
  assert.match((await thrown(DataError, () => makeWindows(walk(5), { window: 5 }))).message, /at least 6 rows for window 5 and horizon 1, got 5 rows/);
  await thrown(ArgumentError, () => makeWindows(walk(9), { window: 0 }));
  await thrown(ArgumentError, () => makeWindows(walk(9), { window: 2, stride: 1.5 }));
  await thrown(ArgumentError, () => makeWindows(walk(9), { window: 2, target: 1 }));
  await thrown(ArgumentError, () => makeWindows(walk(9), { window: 2, target: [] }));
  await thrown(ShapeError, () => makeWindows([[[1]]], { window: 1 }));
  assert.match((await thrown(DataError, () => makeWindows([[1, 2], [3, NaN]], { window: 1 }))).message, /NaN at position \[1, 1\]/);
  await thrown(ArgumentError, () => sliceWindows(makeWindows(walk(9), { window: 2 }), { start: 0, end: 8 }));
  await thrown(ShapeError, () => latestWindow(walk(2), 3));
});

test('columns by name, where the series is a table', async () => {
  const frame = { rows: 4, dates: [], times: new Float64Array(), columns: { Open: Float64Array.of(1, 2, 3, 4), Close: Float64Array.of(10, 20, 30, 40) } };
  const byName = makeWindows(frame, { window: 2, target: 'Close' });
  assert.equal([byName.target, Array.from(byName.y.data), Array.from(byName.x.data.slice(0, 4))], [1, [30, 40], [1, 10, 2, 20]]);
  assert.equal(byName, makeWindows(toSeries(frame), { window: 2, target: 1 }));
  assert.equal(makeWindows(frame, { window: 2, target: ['Close', 0] }), makeWindows(toSeries(frame), { window: 2, target: [1, 0] }));
  assert.match((await thrown(ArgumentError, () => makeWindows(frame, { window: 2, target: 'close' }))).message, /makeWindows: target must be among .*Close.*, got 'close'/);
  assert.match((await thrown(ArgumentError, () => makeWindows(toSeries(frame), { window: 2, target: 'Close' }))).message, /target must be the place of a column: the series has no names, got 'Close'/);
});

test.run();
