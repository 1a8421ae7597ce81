/** Convolution and pooling over NHWC images, by the definition. Ids K… refer to src/layers/conv2d.ts, P… to src/layers/pooling.ts. */
import type { RawConvolutionKernels, Sliding } from '../linear/raw.js';
import type { Heap } from './heap.js';

/** Calls `visit` for every tap of every window that lies on the image: pixel of y, pixel of x, tap; in this order. */
function eachTap(sliding: Sliding, visit: (out: number, at: number, tap: number) => void): void {
  const [batch, height, width, , outHeight, outWidth, , kh, kw, sy, sx, dilationY, dilationX, top, left] = sliding;
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let ky = 0; ky < kh; ky++) {
          const y = oy * sy - top + ky * dilationY;
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < kw; kx++) {
            const x = ox * sx - left + kx * dilationX;
            if (x < 0 || x >= width) continue;
            visit((b * outHeight + oy) * outWidth + ox, (b * height + y) * width + x, ky * kw + kx);
          }
        }
      }
    }
  }
}

/**
 * Calls `visit` with the elements of x, of the kernel and of y that meet in one product, and how many filters in a row do:
 * kernel and y run through them, x stands.
 */
function eachProduct(sliding: Sliding, visit: (x: number, kernel: number, y: number, filters: number) => void): void {
  const [, , , channels, , , filters, , , , , , , , , groups] = sliding;
  const cg = channels / groups;
  const fg = filters / groups;
  eachTap(sliding, (out, at, tap) => {
    for (let g = 0; g < groups; g++) {
      for (let c = 0; c < cg; c++) visit(at * channels + g * cg + c, (tap * cg + c) * filters + g * fg, out * filters + g * fg, fg);
    }
  });
}

export function convolutionKernels(heap: Heap): RawConvolutionKernels {
  /** Elements of x and of y. */
  const sizes = ([batch, height, width, channels, outHeight, outWidth, filters]: Sliding): [number, number] =>
    [batch * height * width * channels, batch * outHeight * outWidth * filters];

  /** How many taps of each window lie on the image. */
  function taken(sliding: Sliding): Uint32Array {
    const count = new Uint32Array(sizes(sliding)[1] / sliding[6]);
    eachTap(sliding, (out) => { count[out] = count[out]! + 1; });
    return count;
  }

  return {
    conv2d(y, x, kernel, _work, ...sliding) {
      const d = heap.data;
      d.fill(0, y, y + sizes(sliding)[1]);
      eachProduct(sliding, (atX, atKernel, atY, filters) => {
        const value = d[x + atX]!;
        for (let f = 0; f < filters; f++) d[y + atY + f] = d[y + atY + f]! + value * d[kernel + atKernel + f]!; // K1
      });
    },
    conv2dBackward(dx, dy, kernel, _work, ...sliding) {
      const d = heap.data;
      d.fill(0, dx, dx + sizes(sliding)[0]);
      eachProduct(sliding, (atX, atKernel, atY, filters) => {
        let sum = 0;
        for (let f = 0; f < filters; f++) sum += d[dy + atY + f]! * d[kernel + atKernel + f]!;
        d[dx + atX] = d[dx + atX]! + sum; // K3
      });
    },
    conv2dKernel(dKernel, x, dy, _work, ...sliding) {
      const d = heap.data;
      eachProduct(sliding, (atX, atKernel, atY, filters) => {
        const value = d[x + atX]!;
        for (let f = 0; f < filters; f++) d[dKernel + atKernel + f] = d[dKernel + atKernel + f]! + value * d[dy + atY + f]!; // K4
      });
    },
    maxPool2d(y, taps, x, ...sliding) {
      const d = heap.data;
      const channels = sliding[3];
      d.fill(-Infinity, y, y + sizes(sliding)[1]);
      d.fill(0, taps, taps + sizes(sliding)[1]);
      eachTap(sliding, (out, at, tap) => {
        for (let c = 0; c < channels; c++) {
          const value = d[x + at * channels + c]!;
          const to = out * channels + c;
          if (value > d[y + to]! || Number.isNaN(value)) { // P1; what is not a number shows
            d[y + to] = value;
            d[taps + to] = tap;
          }
        }
      });
    },
    maxPool2dBackward(dx, dy, taps, ...sliding) {
      const d = heap.data;
      const channels = sliding[3];
      d.fill(0, dx, dx + sizes(sliding)[0]);
      eachTap(sliding, (out, at, tap) => {
        for (let c = 0; c < channels; c++) {
          const from = out * channels + c;
          if (d[taps + from] === tap) d[dx + at * channels + c] = d[dx + at * channels + c]! + d[dy + from]!; // P2
        }
      });
    },
    averagePool2d(y, x, ...sliding) {
      const d = heap.data;
      const channels = sliding[3];
      const count = taken(sliding);
      d.fill(0, y, y + sizes(sliding)[1]);
      eachTap(sliding, (out, at) => {
        for (let c = 0; c < channels; c++) {
          const to = y + out * channels + c;
          d[to] = d[to]! + d[x + at * channels + c]! / count[out]!; // P3
        }
      });
    },
    averagePool2dBackward(dx, dy, ...sliding) {
      const d = heap.data;
      const channels = sliding[3];
      const count = taken(sliding);
      d.fill(0, dx, dx + sizes(sliding)[0]);
      eachTap(sliding, (out, at) => {
        for (let c = 0; c < channels; c++) {
          const to = dx + at * channels + c;
          d[to] = d[to]! + d[dy + out * channels + c]! / count[out]!; // P4
        }
      });
    },
  };
}
