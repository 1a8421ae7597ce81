import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { colorAt } from '../../../src/charts/plots/colorMap.js';
import { overlayHeatMap, resizeBilinear } from '../../../src/charts/images/overlay.js';
import type { RasterImage } from '../../../src/charts/images/image.js';
import { ArgumentError, DataError, ShapeError } from '../../../src/errors.js';
import { normal, randomStream } from '../../../src/random.js';

const close = (a: ArrayLike<number>, b: readonly number[], tolerance = 1e-6): void => {
  assert.is(a.length, b.length);
  Array.from(a).forEach((v, i) => {
    assert.ok(Math.abs(v - b[i]!) <= tolerance, `${i}: ${v} instead of ${b[i]!}`);
  });
};

test('resizing is linear between the middles of cells and constant beyond', () => {
  close(resizeBilinear({ data: [0, 4], shape: [1, 2] }, 1, 8), [0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4]);
  close(resizeBilinear({ data: [0, 4], shape: [2, 1] }, 4, 1), [0, 1, 3, 4]);
  // Rows lie at 0, ½, 1 of [1, 2, 4] and [7, 3, 5]; columns at 0, 0.4, 1, 1.6, 2.
  close(resizeBilinear({ data: [1, 2, 4, 7, 3, 5], shape: [2, 3] }, 3, 5), [
    1, 1.4, 2, 3.2, 4,
    4, 3.4, 2.5, 3.7, 4.5,
    7, 5.4, 3, 4.2, 5,
  ]);
});

test('resizing to the same size changes nothing; to a smaller one it samples', () => {
  const random = randomStream(2, 'grid');
  const data = Float32Array.from({ length: 35 }, () => normal(random));
  close(resizeBilinear({ data, shape: [5, 7] }, 5, 7), [...data]);
  close(resizeBilinear({ data: [1, 2, 3, 4, 5, 6], shape: [1, 6] }, 1, 2), [2, 5]);
  close(resizeBilinear({ data: [5], shape: [1, 1] }, 2, 3), [5, 5, 5, 5, 5, 5]);
});

const image = (channels: 3 | 4): RasterImage => ({
  data: Uint8Array.from({ length: 2 * 3 * channels }, (_, i) => (i * 41) % 256), shape: [2, 3, channels],
});

test('each pixel mixes the picture with the colour of its heat', () => {
  const heat = [0, 1, 3, 4, 2, 8];
  for (const channels of [3, 4] as const) {
    const under = image(channels);
    const { data, shape } = overlayHeatMap(under, { data: heat, shape: [2, 3] }, { alpha: 0.3, colors: 'turbo', domain: [0, 4] });
    assert.equal(shape, [2, 3, channels]);
    heat.forEach((value, pixel) => {
      const color = colorAt('turbo', Math.round(Math.min(value / 4, 1) * 255) / 255);
      for (let c = 0; c < channels; c++) {
        const before = under.data[pixel * channels + c]!;
        assert.is(data[pixel * channels + c], c === 3 ? before : Math.round(0.7 * before + 0.3 * color[c]!));
      }
    });
  }
});

test('without a domain the colours run from the least to the largest; alpha 0 and 1 are the two pictures', () => {
  const under = image(3);
  const map = { data: Float32Array.of(1e-6, 3e-6), shape: [1, 2] };
  const { data } = overlayHeatMap(under, map, { alpha: 1 });
  assert.equal([...data.subarray(0, 3)], [...colorAt('sequential', 0)]);
  assert.equal([...data.subarray(6, 9)], [...colorAt('sequential', 1)]);
  assert.equal(overlayHeatMap(under, map, { alpha: 0 }), under);
  assert.equal([...overlayHeatMap(under, { data: [7], shape: [1, 1] }, { alpha: 1 }).data.subarray(0, 3)], [...colorAt('sequential', 128 / 255)]);
});

test('the result may go into a buffer, also the one it comes from', () => {
  const map = { data: [1, 2, 3, 4, 5, 6], shape: [2, 3] };
  const fresh = overlayHeatMap(image(3), map);
  const own = image(3);
  assert.is(overlayHeatMap(own, map, { into: own.data }).data, own.data);
  assert.equal(own, fresh);
  assert.equal(image(3).data[5], 205);
});

test('wrong shapes, values and options are refused', () => {
  const map = { data: [1, 2], shape: [1, 2] };
  const refuses = (kind: typeof DataError | typeof ShapeError | typeof ArgumentError, argument: string) => (error: unknown): boolean =>
    error instanceof kind && error.argument === argument;
  assert.throws(() => overlayHeatMap({ data: new Uint8Array(5), shape: [1, 2, 3] }, map), refuses(ShapeError, 'image'));
  assert.throws(() => overlayHeatMap(image(3), { data: [1, 2, 3], shape: [1, 2] }), refuses(ShapeError, 'grid'));
  assert.throws(() => overlayHeatMap(image(3), { data: [1, 2], shape: [1, 2, 1] }), refuses(ShapeError, 'grid'));
  assert.throws(() => overlayHeatMap(image(3), { data: [1, 2, 3, NaN], shape: [2, 2] }), refuses(DataError, 'grid[1][1]'));
  assert.throws(() => overlayHeatMap(image(3), map, { alpha: 1.5 }), refuses(ArgumentError, 'alpha'));
  assert.throws(() => overlayHeatMap(image(3), map, { into: new Uint8Array(1) }), refuses(ShapeError, 'into'));
});

test.run();
