import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { candlestickBatch, candlestickImage } from '../../../src/charts/candlesticks/image.js';
import type { CandlestickStyle } from '../../../src/charts/candlesticks/image.js';
import type { Bars } from '../../../src/charts/candlesticks/candlesticks.js';
import type { RasterImage } from '../../../src/charts/images/image.js';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { normal, randomStream } from '../../../src/random.js';

const columns = (...rows: [number, number, number, number][]): Bars => ({
  open: rows.map((r) => r[0]), high: rows.map((r) => r[1]), low: rows.map((r) => r[2]), close: rows.map((r) => r[3]),
});
const INK: CandlestickStyle = { up: [0, 200, 0], down: [200, 0, 0], background: [255, 255, 255] };
const LETTERS: Readonly<Record<string, string>> = { '0,200,0': 'U', '200,0,0': 'D', '255,255,255': '.' };

/** The picture in letters: U up, D down, a dot for the background, ? for anything else. */
function art({ data, shape: [height, width] }: RasterImage): string[] {
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
    const at = (y * width + x) * 3;
    return LETTERS[data.subarray(at, at + 3).join()] ?? '?';
  }).join(''));
}

/** Prices that pass through no half pixel, at which rounding would have to choose a side. */
function randomBars(seed: number, count: number, volume = false): Bars {
  const random = randomStream(seed, 'bars');
  const draw = (): Float64Array => Float64Array.from({ length: count }, () => 100 + 7 * normal(random));
  const [open, close, a, b] = [draw(), draw(), draw(), draw()];
  const high = a.map((v, i) => Math.max(v, b[i]!, open[i]!, close[i]!));
  const low = a.map((v, i) => Math.min(v, b[i]!, open[i]!, close[i]!));
  return { open, high, low, close, ...volume ? { volume: draw() } : {} };
}

test('bars stand where their prices are', () => {
  const bars = columns([2, 9, 0, 7], [7, 8, 1, 3], [4, 10, 4, 10]);
  assert.equal(art(candlestickImage(bars, { ...INK, width: 15, height: 10, range: [0, 10] })), [
    '...........UUU.',
    '..U........UUU.',
    '..U....D...UUU.',
    '.UUU..DDD..UUU.',
    '.UUU..DDD..UUU.',
    '.UUU..DDD..UUU.',
    '.UUU..DDD......',
    '.UUU...D.......',
    '..U....D.......',
    '..U............',
  ]);
});

test('wick, gap and margin do as asked', () => {
  const bars = columns([2, 8, 0, 6], [6, 8, 0, 2]);
  assert.equal(art(candlestickImage(bars, { ...INK, width: 12, height: 12, margin: 0.25, wickWidth: 2, bodyGap: 0 })), [
    '............',
    '............',
    '..UU....DD..',
    '..UU....DD..',
    'UUUUUUDDDDDD',
    'UUUUUUDDDDDD',
    'UUUUUUDDDDDD',
    'UUUUUUDDDDDD',
    '..UU....DD..',
    '..UU....DD..',
    '............',
    '............',
  ]);
});

test('volume has a panel of its own, from its floor up to the largest', () => {
  const bars = { ...columns([0, 4, 0, 4], [4, 4, 0, 0], [0, 4, 0, 4]), volume: [4, 1, 2] };
  assert.equal(art(candlestickImage(bars, { ...INK, width: 9, height: 8, margin: 0, bodyGap: 0.5, volumeHeight: 0.5 })), [
    '.U..D..U.',
    '.U..D..U.',
    '.U..D..U.',
    '.U..D..U.',
    '.U.......',
    '.U.......',
    '.U.....U.',
    '.U..D..U.',
  ]);
  const without = candlestickImage(bars, { ...INK, width: 9, height: 8, margin: 0, volumeHeight: 0 });
  assert.equal(without, candlestickImage({ ...bars, volume: undefined }, { ...INK, width: 9, height: 8, margin: 0 }));
  const none = art(candlestickImage({ ...bars, volume: [0, 0, 0] }, { ...INK, width: 9, height: 8, margin: 0, volumeHeight: 0.5 }));
  assert.equal(none.slice(4), ['.........', '.........', '.........', '.........']);
});

test('a bar that closes where it opened is a line, also when there is nothing else', () => {
  assert.equal(art(candlestickImage(columns([5, 5, 5, 5]), { ...INK, width: 5, height: 5, bodyGap: 0.4 })), [
    '.....',
    '.....',
    '.UUU.',
    '.....',
    '.....',
  ]);
  // At the very edge of the prices the line stays on the picture.
  assert.equal(art(candlestickImage(columns([0, 0, 0, 0], [1, 1, 1, 1]), { ...INK, width: 6, height: 3, margin: 0, bodyGap: 0 })), [
    '...UUU',
    '......',
    'UUU...',
  ]);
});

test('prices outside a given range are cut off', () => {
  const bars = columns([-5, 15, -5, 15], [20, 22, 18, 19], [5, 12, 4, 6]);
  assert.equal(art(candlestickImage(bars, { ...INK, width: 9, height: 5, range: [0, 10], margin: 0.5, bodyGap: 0 })), [
    'UUU....U.',
    'UUU....U.',
    'UUU...UUU',
    'UUU......',
    'UUU......',
  ]);
  // Nor do they reach into the volume or the picture before.
  const style = { ...INK, width: 9, height: 10, range: [0, 10], bodyGap: 0, volumeHeight: 0.5 } as const;
  const volume = [0, 0, 2];
  assert.equal(art(candlestickImage({ ...bars, volume }, style)).slice(5), ['......UUU', '......UUU', '......UUU', '......UUU', '......UUU']);
  const { data } = candlestickBatch({ ...bars, volume }, { ...style, window: 1, starts: [1, 0] });
  assert.ok(data.subarray(0, 270).every((v) => v === 1));
});

test('more bars than pixels are merged: first open, last close, extremes', () => {
  const bars = columns([2, 3, 2, 3], [3, 6, 3, 5], [5, 5, 0, 1], [1, 2, 1, 2]);
  const two = columns([2, 6, 2, 5], [5, 5, 0, 2]);
  for (const antialias of [false, true]) {
    const style = { ...INK, width: 2, height: 12, antialias };
    assert.equal(candlestickImage(bars, style), candlestickImage(two, style));
    assert.equal(candlestickImage({ ...bars, volume: [1, 2, 3, 9] }, style), candlestickImage({ ...two, volume: [3, 12] }, style));
  }
  assert.is(new Set(art(candlestickImage(randomBars(3, 5000), { ...INK, width: 40, height: 30 })).join('')).has('?'), false);
});

test('the default is 350 × 350, green and red on white', () => {
  const { data, shape } = candlestickImage(randomBars(1, 50));
  assert.equal(shape, [350, 350, 3]);
  const colors = new Set(Array.from({ length: 350 * 350 }, (_, i) => data.subarray(3 * i, 3 * i + 3).join()));
  assert.equal([...colors].sort(), ['255,255,255', '255,65,54', '61,153,112']);
});

/** By how many whole pixels of ink the red channel departs from a background of 0 with ink of 1. */
const inkOf = (data: ArrayLike<number>): number => Array.from(data).reduce((sum, v, i) => (i % 3 === 0 ? sum + v : sum), 0);

test('anti-aliased coverage adds up to the exact areas', () => {
  const [width, height, margin, gap, wick] = [41, 67, 0.11, 0.27, 0.8];
  const style = { width, height, margin, bodyGap: gap, wickWidth: wick, antialias: true, up: [255, 0, 0], down: [255, 0, 0], background: [0, 0, 0] } as const;
  for (const [seed, count] of [[1, 1], [2, 7], [3, 23], [4, 41]] as const) {
    const bars = randomBars(seed, count);
    const unit = height / (1 + 2 * margin) / (Math.max(...Array.from(bars.high)) - Math.min(...Array.from(bars.low)));
    let area = 0;
    for (let i = 0; i < count; i++) {
      const [o, h, l, c] = [bars.open[i]!, bars.high[i]!, bars.low[i]!, bars.close[i]!];
      const body = Math.max(1, Math.abs(o - c) * unit);
      const room = (width / count) * (1 - gap);
      // Where a body was widened to a pixel it covers half of the difference on either side of the wick.
      const spare = (body - Math.abs(o - c) * unit) / 2;
      const above = Math.max(0, (h - Math.max(o, c)) * unit - spare);
      const below = Math.max(0, (Math.min(o, c) - l) * unit - spare);
      area += body * room + (above + below) * Math.min(wick, room);
    }
    const { data } = candlestickBatch(bars, { ...style, window: count, starts: [0] });
    assert.ok(Math.abs(inkOf(data) - area) < 1e-4 * area, `${count} bars: ${inkOf(data)} instead of ${area}`);
    assert.ok(data.every((v) => v >= 0 && v < 1 + 1e-6));
    const bytes = candlestickImage(bars, style).data;
    assert.ok(bytes.every((v, i) => Math.abs(v - 255 * data[i]!) <= 2));
  }
});

test('an edge within a pixel takes its part of the colour', () => {
  const style = { width: 4, height: 4, range: [0, 4], bodyGap: 0.25, antialias: true, up: [0, 0, 0], background: [200, 200, 200] } as const;
  const { data } = candlestickImage(columns([0.5, 3, 0.5, 3]), style);
  const grey = Array.from({ length: 4 }, (_, y) => Array.from({ length: 4 }, (_, x) => data[(y * 4 + x) * 3]!));
  assert.equal(grey, [[200, 200, 200, 200], [100, 0, 0, 100], [100, 0, 0, 100], [150, 100, 100, 150]]);
});

const styles = fc.record({
  width: fc.integer({ min: 3, max: 40 }), height: fc.integer({ min: 3, max: 40 }), antialias: fc.boolean(),
  bodyGap: fc.double({ min: 0.05, max: 0.9, noNaN: true }), wickWidth: fc.double({ min: 0.3, max: 4, noNaN: true }),
  // With this denominator height · margin / (1 + 2 margin) is never half a pixel.
  margin: fc.integer({ min: 10, max: 500 }).map((m) => m / 1009),
});
const near = (a: RasterImage, b: RasterImage): boolean => a.data.every((v, i) => Math.abs(v - b.data[i]!) <= 2);

function flip({ data, shape }: RasterImage, source: (y: number, x: number) => number): RasterImage {
  const flipped = data.map((_, i) => data[source(Math.floor(i / 3 / shape[1]), Math.floor(i / 3) % shape[1]) * 3 + (i % 3)]!);
  return { data: flipped, shape };
}

test('mirrored prices give the mirrored picture with the colours exchanged', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 2, max: 30 }), styles, (seed, count, style) => {
    const bars = randomBars(seed, Math.min(count, style.width));
    const turned = (column: ArrayLike<number>): number[] => Array.from(column, (v) => 200 - v);
    const mirrored = { open: turned(bars.open), high: turned(bars.low), low: turned(bars.high), close: turned(bars.close) };
    const upright = candlestickImage(bars, { ...style, ...INK });
    const image = candlestickImage(mirrored, { ...style, ...INK, up: INK.down, down: INK.up });
    const { width, height } = style;
    return near(flip(image, (y, x) => (height - 1 - y) * width + x), upright);
  }), { seed: 11, numRuns: 200 });
});

test('bars in reverse order give the picture mirrored from left to right', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 2, max: 30 }), styles, (seed, count, style) => {
    // Slots of an odd number of pixels: then a wick of one pixel has a middle to stand in.
    const width = count * 7;
    const bars = randomBars(seed, count);
    const back = (column: ArrayLike<number>): number[] => Array.from(column).reverse();
    const reversed = { open: back(bars.close), high: back(bars.high), low: back(bars.low), close: back(bars.open) };
    const options = { ...style, ...INK, width, wickWidth: 1 };
    const image = candlestickImage(reversed, { ...options, up: INK.down, down: INK.up });
    return near(flip(image, (y, x) => y * width + width - 1 - x), candlestickImage(bars, options));
  }), { seed: 12, numRuns: 100 });
});

test('a constant added to all prices changes nothing, nor does a positive factor', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 60 }), styles, (seed, count, style) => {
    // Prices in sixty-fourths, so that adding and multiplying are exact.
    const bars = randomBars(seed, count);
    const grid = (column: ArrayLike<number>): number[] => Array.from(column, (v) => Math.round(v * 64) / 64);
    const moved = (column: ArrayLike<number>): number[] => grid(column).map((v) => 4 * (v + 1024));
    const each = (change: (column: ArrayLike<number>) => number[]): Bars =>
      ({ open: change(bars.open), high: change(bars.high), low: change(bars.low), close: change(bars.close) });
    assert.equal(candlestickImage(each(moved), style), candlestickImage(each(grid), style));
  }), { seed: 13, numRuns: 100 });
});

test('a batch holds the single pictures, from 0 to 1, written into one buffer', () => {
  const bars = randomBars(9, 30, true);
  for (const antialias of [false, true]) {
    const style = { width: 33, height: 21, antialias, background: [250, 240, 230] } as const;
    const into = new Float32Array(3 * 21 * 33 * 3).fill(7);
    const { data, shape } = candlestickBatch(bars, { ...style, window: 12, starts: [18, 0, 5], into });
    assert.is(data, into);
    assert.equal(shape, [3, 21, 33, 3]);
    [18, 0, 5].forEach((start, i) => {
      const cut = (column: ArrayLike<number> = []): number[] => Array.from(column).slice(start, start + 12);
      const own = { open: cut(bars.open), high: cut(bars.high), low: cut(bars.low), close: cut(bars.close), volume: cut(bars.volume) };
      const picture = candlestickImage(own, style).data;
      const part = data.subarray(i * picture.length, (i + 1) * picture.length);
      assert.ok(part.every((v, k) => Math.abs(v * 255 - picture[k]!) <= (antialias ? 2 : 1e-4)));
    });
  }
});

test('a buffer is used again without a trace of what was in it', () => {
  const style = { width: 20, height: 20, background: [1, 2, 3] } as const;
  const backing = new Uint8Array(1300).fill(9);
  const into = backing.subarray(50, 1250);
  const { data } = candlestickImage(randomBars(4, 5), { ...style, into });
  assert.is(data, into);
  assert.equal([...data], [...candlestickImage(randomBars(4, 5), style).data]);
  assert.ok(backing.subarray(0, 50).every((v) => v === 9) && backing.subarray(1250).every((v) => v === 9));
});

test('what cannot be drawn is refused by name', () => {
  const bars = columns([1, 2, 0, 1], [1, 2, 0, 2]);
  const refuses = (kind: typeof DataError | typeof ShapeError | typeof ArgumentError, argument: string) => (error: unknown): boolean =>
    error instanceof kind && error.argument === argument;
  assert.throws(() => candlestickImage({ ...bars, high: [2, NaN] }), refuses(DataError, 'high[1]'));
  assert.throws(() => candlestickImage({ ...bars, close: [Infinity, 1] }), refuses(DataError, 'close[0]'));
  assert.throws(() => candlestickImage({ ...bars, volume: [1, -1] }), refuses(DataError, 'volume[1]'));
  assert.throws(() => candlestickImage({ ...bars, low: [0] }), refuses(ArgumentError, 'low'));
  assert.throws(() => candlestickImage({ open: [], high: [], low: [], close: [] }), refuses(ArgumentError, 'close'));
  assert.throws(() => candlestickImage(bars, { into: new Uint8Array(5) }), refuses(ShapeError, 'into'));
  assert.throws(() => candlestickImage(bars, { width: 2.5 }), refuses(ArgumentError, 'width'));
  assert.throws(() => candlestickImage(bars, { bodyGap: 1 }), refuses(ArgumentError, 'bodyGap'));
  assert.throws(() => candlestickImage(bars, { margin: NaN }), refuses(ArgumentError, 'margin'));
  assert.throws(() => candlestickImage(bars, { range: [2, 2] }), refuses(ArgumentError, 'range'));
  assert.throws(() => candlestickImage(bars, { up: [0, 256, 0] }), refuses(ArgumentError, 'up[1]'));
  assert.throws(() => candlestickBatch(bars, { window: 3, starts: [0] }), refuses(ArgumentError, 'window'));
  assert.throws(() => candlestickBatch(bars, { window: 2, starts: [0, 1] }), refuses(ArgumentError, 'starts[1]'));
});

test.run();
