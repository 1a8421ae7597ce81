/** Convolution and pooling against the float64 oracle, at sizes that reach every branch; memory around the result stays as it was. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Window } from '../../src/backend.js';
import { slidingSizes } from '../../src/slidingSizes.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import type { Shape } from '../../src/tensor.js';
import { kernelCase, verdict } from './conformance/case.js';
import type { ConformanceCase } from './conformance/case.js';
import { storage, wasmKernels } from './wasmTwin.js';

function sliding(size: Window['size'], changes: Partial<Window> = {}): Window {
  return { size, stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0], ...changes };
}

const padded = { padding: [1, 1, 1, 1] } as const;

interface Sample { readonly what: string; readonly image: Shape; readonly window: Window; readonly filters: number; readonly groups?: number }

const samples: readonly Sample[] = [
  { what: 'minimal filtering: whole tiles', image: [2, 8, 12, 8], window: sliding([3, 3], padded), filters: 16 },
  { what: 'minimal filtering: tiles of every size, channels and filters that fill no vector', image: [2, 13, 11, 9], window: sliding([3, 3], padded), filters: 11 },
  { what: 'minimal filtering: one row and one column over', image: [3, 9, 17, 10], window: sliding([3, 3], padded), filters: 15 },
  { what: 'minimal filtering: two over', image: [3, 10, 14, 13], window: sliding([3, 3], padded), filters: 8 },
  { what: 'minimal filtering: more tiles than at once', image: [3, 27, 25, 22], window: sliding([3, 3], padded), filters: 30 },
  { what: 'minimal filtering: no padding', image: [3, 14, 10, 29], window: sliding([3, 3]), filters: 25 },
  { what: 'minimal filtering: images of one tile', image: [16, 5, 6, 12], window: sliding([3, 3]), filters: 20 },
  { what: 'minimal filtering: uneven padding, wider than the kernel', image: [3, 5, 4, 21], window: sliding([3, 3], { padding: [5, 0, 1, 5] }), filters: 26 },
  { what: 'minimal filtering: deep', image: [8, 4, 3, 410], window: sliding([3, 3], padded), filters: 24 },
  { what: 'minimal filtering: channels a multiple of 128', image: [2, 8, 8, 128], window: sliding([3, 3], padded), filters: 20 },
  { what: 'patches: too few tiles for minimal filtering', image: [1, 7, 8, 33], window: sliding([3, 3], padded), filters: 40 },
  { what: 'patches: tiles too empty for it', image: [4, 5, 5, 16], window: sliding([3, 3], padded), filters: 16 },
  { what: 'patches: several bands', image: [2, 40, 41, 7], window: sliding([3, 3], padded), filters: 9 },
  { what: 'patches: a row longer than a band', image: [1, 2, 701, 3], window: sliding([2, 5], { padding: [1, 0, 2, 2] }), filters: 7 },
  { what: 'patches: rows larger than the copy of a band', image: [1, 5, 300, 130], window: sliding([3, 3], { ...padded, stride: [2, 2] }), filters: 8 },
  { what: 'patches: a segment in pieces', image: [1, 4, 5, 300], window: sliding([3, 3], { ...padded, stride: [2, 2] }), filters: 17 },
  { what: 'patches: a segment that does not divide', image: [1, 4, 3, 523], window: sliding([2, 1], { stride: [1, 2] }), filters: 8 },
  { what: 'patches: stride wider than the kernel', image: [2, 11, 9, 6], window: sliding([2, 2], { stride: [3, 4], padding: [1, 2, 0, 1] }), filters: 8 },
  { what: 'patches: stride and dilation with a common factor', image: [2, 13, 12, 4], window: sliding([3, 2], { stride: [2, 3], dilation: [2, 6], padding: [3, 1, 4, 5] }), filters: 6 },
  { what: 'patches: stride and dilation without', image: [2, 13, 12, 4], window: sliding([3, 4], { stride: [2, 3], dilation: [3, 2], padding: [3, 1, 4, 5] }), filters: 6 },
  { what: 'patches: padding wider than the kernel', image: [1, 3, 4, 2], window: sliding([2, 2], { padding: [5, 3, 4, 6] }), filters: 3 },
  { what: 'patches: groups of 5 to 9', image: [2, 6, 7, 15], window: sliding([3, 3], { ...padded, dilation: [1, 2] }), filters: 27, groups: 3 },
  { what: 'depthwise', image: [2, 9, 8, 37], window: sliding([3, 3], { ...padded, stride: [2, 1] }), filters: 37, groups: 37 },
  { what: 'depthwise: wide padding, dilation', image: [2, 4, 5, 6], window: sliding([3, 2], { stride: [2, 3], dilation: [2, 3], padding: [5, 3, 6, 7] }), filters: 6, groups: 6 },
  { what: 'patches: two filters a channel', image: [2, 7, 6, 5], window: sliding([3, 3], padded), filters: 10, groups: 5 },
  { what: 'patches: a window as large as the image', image: [3, 6, 5, 7], window: sliding([6, 5]), filters: 10 },
  { what: 'product: 1×1', image: [2, 13, 9, 37], window: sliding([1, 1]), filters: 19 },
  { what: '1×1 with padding', image: [2, 3, 4, 16], window: sliding([1, 1], padded), filters: 16 },
];

function demand({ what, image, window, filters, groups = 1 }: Sample): ConformanceCase {
  const kernel = [...window.size, (image[3] ?? 1) / groups, filters];
  const { out } = slidingSizes('conv2d', image, filters, window);
  return kernelCase(what, [image, kernel, out, kernel, [64]], (k, x, weights, dy, target, guard) => [
    k.conv2d(x, weights, window, groups),
    k.conv2dBackward(dy, weights, image, window, groups),
    k.conv2dKernelTo(target, x, dy, window, groups),
    x, weights, dy, guard, // untouched
  ]);
}

for (const sample of samples) {
  test(sample.what, async () => {
    assert.is(await verdict(demand(sample), wasmBackend()), undefined);
  });
}

const pooled: readonly (readonly [string, Shape, Window])[] = [
  ['3×3, stride 2', [3, 15, 14, 21], sliding([3, 3], { ...padded, stride: [2, 2] })],
  ['windows beside the image', [2, 4, 5, 6], sliding([2, 2], { stride: [2, 1], padding: [3, 4, 0, 5] })],
  ['dilation', [2, 9, 11, 5], sliding([3, 2], { dilation: [2, 4], padding: [2, 1, 3, 0] })],
  ['stride wider than the window', [1, 10, 9, 4], sliding([2, 1], { stride: [4, 3] })],
  ['a long mean', [2, 70, 60, 3], sliding([70, 60])],
];

for (const [what, image, window] of pooled) {
  test(`pooling: ${what}`, async () => {
    const { out } = slidingSizes('pool', image, image[3] ?? 1, window);
    const pool = kernelCase(what, [image, out, [64]], (k, x, dy, guard) => {
      const { y, taps } = k.maxPool2d(x, window);
      return [y, taps, k.maxPool2dBackward(dy, taps, image, window), k.averagePool2d(x, window), k.averagePool2dBackward(dy, image, window), x, dy, guard];
    });
    assert.is(await verdict(pool, wasmBackend()), undefined);
  });
}

test('what is not a number shows in the maximum, and the first of equals is taken', () => {
  const at = storage.start * 4;
  storage.grow(storage.start + 64);
  storage.write(at, Float32Array.of(1, 4, NaN, 4, 2, 9, 3, 3));
  wasmKernels.maxPool2d(at + 64, at + 128, at, 1, 1, 8, 1, 1, 4, 1, 1, 2, 1, 2, 1, 1, 0, 0, 1);
  assert.equal(Array.from(storage.read(at + 64, 4)), [4, NaN, 9, 3]);
  assert.equal(Array.from(storage.read(at + 128, 4)), [1, 0, 1, 0]);
});

test('minimal filtering stays within 2e-6 of the largest entry', async () => {
  const wide: Sample = { what: 'precision', image: [2, 20, 22, 64], window: sliding([3, 3], padded), filters: 64 };
  assert.is(await verdict({ ...demand(wide), tolerance: 2e-6 }, wasmBackend()), undefined);
});

test.run();
