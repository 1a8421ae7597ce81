/** Convolution and pooling on the gpu backend beyond the conformance cases: views, fresh and long sums. */
import { test } from 'uvu';
import type { Window } from '../../src/backend.js';
import { compareKernels, testModes, withVulkan } from './gpuModes.js';

if (withVulkan()) {
  testModes('images and kernels that are views', async (backend) => {
    const window: Window = { size: [3, 2], stride: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] };
    await compareKernels(backend, { images: [4, 6, 5, 4], kernels: [3, 3, 2, 2, 6], slopes: [3, 2, 3, 6, 6], pools: [3, 2, 3, 6, 4] }, (k, { images, kernels, slopes, pools }) => {
      const [x, kernel, dy, dPool] = [k.rows(images, 1, 2), k.row(kernels, 1), k.row(slopes, 2), k.row(pools, 1)];
      const { y, taps } = k.maxPool2d(x, window);
      return {
        conv2d: k.conv2d(x, kernel, window, 2), dx: k.conv2dBackward(dy, kernel, x.shape, window, 2),
        dKernel: k.conv2dKernelTo(k.row(kernels, 2), x, dy, window, 2), fresh: k.conv2dKernelTo(k.zeros([3, 2, 2, 6]), x, dy, window, 2),
        max: y, taps, dMax: k.maxPool2dBackward(dPool, taps, x.shape, window),
        average: k.averagePool2d(x, window), dAverage: k.averagePool2dBackward(dPool, x.shape, window),
      };
    });
  });

  testModes('the gradient of a small kernel over many pixels, its sum shared by threads evenly and unevenly', async (backend) => {
    const window: Window = { size: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [1, 1, 1, 1] };
    for (const [lines, columns] of [[32, 64], [37, 41]] as const) {
      await compareKernels(backend, { x: [3, lines, columns, 2], dy: [3, lines, columns, 3], target: [3, 3, 2, 3] }, (k, { x, dy, target }) => ({
        dKernel: k.conv2dKernelTo(target, x, dy, window, 1),
      }), 1e-5);
    }
  });

  test.run();
}
