import type { ConvolutionKernels, Tensor, Window } from '../../backend.js';
import type { Shape } from '../../tensor.js';
import { sizeOf } from '../../tensor.js';
import { convolutionSizes, slidingSizes } from '../../slidingSizes.js';
import type { SlidingSizes } from '../../slidingSizes.js';
import { requireSize } from './context.js';
import type { Context } from './context.js';
import type { Sliding } from './raw.js';
import { open } from './tensor.js';

function sliding({ image, out }: SlidingSizes, { size, stride, dilation, padding }: Window, groups: number): Sliding {
  return [...image, out[1], out[2], out[3], ...size, ...stride, ...dilation, padding[0], padding[2], groups];
}

export function convolutionKernels({ raw, memory, make }: Context): ConvolutionKernels {
  /** Pooling: as many filters as channels; `y`: what must have the shape of the result. */
  function pooling(operation: string, shape: Shape, window: Window, y?: Tensor): [SlidingSizes, Sliding] {
    const sizes = slidingSizes(operation, shape, shape[3] ?? 0, window);
    if (y) requireSize(operation, 'dy', y, sizeOf(sizes.out));
    return [sizes, sliding(sizes, window, 1)];
  }

  /** One of the three products, with the working memory it wants above its result. */
  function product(name: 'conv2d' | 'conv2dBackward' | 'conv2dKernel', out: Tensor, a: Tensor, b: Tensor, numbers: Sliding): void {
    const work = memory.temporary(raw.workspace?.(name, numbers) ?? 0);
    raw[name](open(out).address, open(a).address, open(b).address, work, ...numbers);
  }

  return {
    conv2d(x, kernel, window, groups) {
      const sizes = convolutionSizes('conv2d', x.shape, kernel, window, groups);
      const y = make(sizes.out);
      product('conv2d', y, x, kernel, sliding(sizes, window, groups));
      return y;
    },
    conv2dBackward(dy, kernel, shape, window, groups) {
      const sizes = convolutionSizes('conv2dBackward', shape, kernel, window, groups);
      requireSize('conv2dBackward', 'dy', dy, sizeOf(sizes.out));
      const dx = make(shape);
      product('conv2dBackward', dx, dy, kernel, sliding(sizes, window, groups));
      return dx;
    },
    conv2dKernelTo(target, x, dy, window, groups) {
      const sizes = convolutionSizes('conv2dKernelTo', x.shape, target, window, groups);
      requireSize('conv2dKernelTo', 'dy', dy, sizeOf(sizes.out));
      product('conv2dKernel', target, x, dy, sliding(sizes, window, groups));
      return target;
    },
    maxPool2d(x, window) {
      const [sizes, numbers] = pooling('maxPool2d', x.shape, window);
      const y = make(sizes.out);
      const taps = make(sizes.out);
      raw.maxPool2d(y.address, taps.address, open(x).address, ...numbers);
      return { y, taps };
    },
    maxPool2dBackward(dy, taps, shape, window) {
      const [, numbers] = pooling('maxPool2dBackward', shape, window, dy);
      const dx = make(shape);
      raw.maxPool2dBackward(dx.address, open(dy).address, open(taps).address, ...numbers);
      return dx;
    },
    averagePool2d(x, window) {
      const [sizes, numbers] = pooling('averagePool2d', x.shape, window);
      const y = make(sizes.out);
      raw.averagePool2d(y.address, open(x).address, ...numbers);
      return y;
    },
    averagePool2dBackward(dy, shape, window) {
      const [, numbers] = pooling('averagePool2dBackward', shape, window, dy);
      const dx = make(shape);
      raw.averagePool2dBackward(dx.address, open(dy).address, ...numbers);
      return dx;
    },
  };
}
