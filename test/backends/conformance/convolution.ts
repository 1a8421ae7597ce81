/** Convolution and pooling: H ≠ W, several channels, uneven padding, strides, dilation, groups. */
import type { Window } from '../../../src/backend.js';
import { slidingSizes } from '../../../src/slidingSizes.js';
import type { Shape } from '../../../src/tensor.js';
import { given, kernelCase, random } from './case.js';
import type { ConformanceCase } from './case.js';

function sliding(size: Window['size'], changes: Partial<Window> = {}): Window {
  return { size, stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0], ...changes };
}

interface Sample { readonly name: string; readonly image: Shape; readonly window: Window; readonly filters: number; readonly groups?: number }

const samples: readonly Sample[] = [
  { name: '1×1', image: [2, 3, 5, 4], window: sliding([1, 1]), filters: 3 },
  { name: '1×1, stride 2', image: [2, 7, 4, 16], window: sliding([1, 1], { stride: [2, 2] }), filters: 32 },
  { name: '3×3, valid', image: [2, 5, 7, 3], window: sliding([3, 3]), filters: 5 },
  { name: '3×3, same', image: [3, 6, 9, 5], window: sliding([3, 3], { padding: [1, 1, 1, 1] }), filters: 7 },
  { name: '3×3, same, 8 channels', image: [1, 4, 4, 8], window: sliding([3, 3], { padding: [1, 1, 1, 1] }), filters: 8 },
  { name: '3×3, same, 16 to 24', image: [2, 11, 13, 16], window: sliding([3, 3], { padding: [1, 1, 1, 1] }), filters: 24 },
  { name: '3×3, same, 64 to 64', image: [2, 9, 6, 64], window: sliding([3, 3], { padding: [1, 1, 1, 1] }), filters: 64 },
  { name: '3×3, uneven padding', image: [2, 5, 6, 4], window: sliding([3, 3], { padding: [0, 2, 1, 0] }), filters: 6 },
  { name: '3×3, stride 2', image: [2, 9, 12, 6], window: sliding([3, 3], { stride: [2, 2], padding: [0, 1, 1, 1] }), filters: 10 },
  { name: '7×7, stride 2, 3 channels', image: [1, 17, 14, 3], window: sliding([7, 7], { stride: [2, 2], padding: [3, 3, 3, 3] }), filters: 16 },
  { name: '2×3, stride 3×1, dilated', image: [2, 8, 9, 4], window: sliding([2, 3], { stride: [3, 1], dilation: [2, 3], padding: [1, 0, 2, 3] }), filters: 5 },
  { name: '3×3, two groups', image: [2, 5, 4, 6], window: sliding([3, 3], { padding: [1, 1, 1, 1] }), filters: 4, groups: 2 },
  { name: '3×2, depthwise', image: [2, 6, 5, 6], window: sliding([3, 2], { stride: [2, 1], padding: [1, 1, 0, 1] }), filters: 12, groups: 6 },
  { name: '1×5, one row', image: [3, 1, 11, 4], window: sliding([1, 5], { dilation: [1, 2], padding: [0, 0, 8, 0] }), filters: 9 },
];

const products: readonly ConformanceCase[] = samples.map(({ name, image, window, filters, groups = 1 }) => {
  const kernel = [...window.size, (image[3] ?? 1) / groups, filters];
  return kernelCase(`conv2d ${name}`, [image, kernel, slidingSizes('conv2d', image, filters, window).out, kernel], (k, x, weights, dy, target) => [
    k.conv2d(x, weights, window, groups),
    k.conv2dBackward(dy, weights, image, window, groups),
    k.conv2dKernelTo(k.conv2dKernelTo(target, x, dy, window, groups), x, dy, window, groups),
  ]);
});

const pooled: readonly (readonly [string, Shape, Window])[] = [
  ['2×2, stride 2', [2, 6, 8, 5], sliding([2, 2], { stride: [2, 2] })],
  ['3×3, stride 2, padded', [2, 7, 10, 16], sliding([3, 3], { stride: [2, 2], padding: [1, 1, 1, 1] })],
  ['2×3, overlapping, uneven padding, dilated', [2, 9, 7, 3], sliding([2, 3], { stride: [1, 2], dilation: [3, 1], padding: [0, 1, 2, 0] })],
  ['all of the image', [3, 5, 4, 7], sliding([5, 4])],
];

const pooling: readonly ConformanceCase[] = [
  ...pooled.map(([name, image, window]) =>
    kernelCase(`maxPool2d and averagePool2d ${name}`, [image, slidingSizes('pool', image, image[3] ?? 1, window).out], (k, x, dy) => {
      const { y, taps } = k.maxPool2d(x, window);
      return [y, taps, k.maxPool2dBackward(dy, taps, image, window), k.averagePool2d(x, window), k.averagePool2dBackward(dy, image, window)];
    })),
  kernelCase('maxPool2d shows what is not a number', [[2, 3, 5, 2], given([2, 3, 5, 2], random('holes', [2, 3, 5, 2]).data.map((v) => (v < -1 ? NaN : 1)))],
    (k, x, holes) => k.maxPool2d(k.mul(x, holes), sliding([2, 2])).y),
  kernelCase('averagePool2d 1×1 with padding pads with zeros', [[2, 3, 4, 5], [2, 6, 9, 5]], (k, x, dy) => {
    const frame = sliding([1, 1], { padding: [1, 2, 3, 2] });
    return [k.averagePool2d(x, frame), k.averagePool2dBackward(dy, [2, 3, 4, 5], frame)];
  }),
];

export const convolutionCases: readonly ConformanceCase[] = [...products, ...pooling];
