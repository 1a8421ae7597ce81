/** The shape rules of sliding windows, the same in every layer and on every backend. */
import type { Tensor, Window } from './backend.js';
import { ShapeError, formatShape } from './errors.js';
import type { Shape } from './tensor.js';

/** Sizes of one sliding window over [B, H, W, C] → [B, H′, W′, F]. */
export interface SlidingSizes {
  readonly image: readonly [batch: number, height: number, width: number, channels: number];
  readonly out: readonly [batch: number, height: number, width: number, filters: number];
}

/** Places of a window along one axis: ⌊(size + before + after − dilation·(taps − 1) − 1) / stride⌋ + 1; less than 1 where none fits. */
export function places(size: number, taps: number, stride: number, dilation: number, before: number, after: number): number {
  return Math.floor((size + before + after - dilation * (taps - 1) - 1) / stride) + 1;
}

/** @throws ShapeError for what is not an image, or smaller than the window. */
export function slidingSizes(operation: string, shape: Shape, filters: number, window: Window): SlidingSizes {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  const { size: [kh, kw], stride: [sy, sx], dilation: [dy, dx], padding: [top, bottom, left, right] } = window;
  const outHeight = places(height, kh, sy, dy, top, bottom);
  const outWidth = places(width, kw, sx, dx, left, right);
  if (shape.length !== 4 || outHeight < 1 || outWidth < 1) {
    throw new ShapeError({
      operation, argument: 'x', expected: `[batch, height, width, channels] with room for a window of ${kh}×${kw}`, actual: formatShape(shape),
    });
  }
  return { image: [batch, height, width, channels], out: [batch, outHeight, outWidth, filters] };
}

/** The same with a kernel [kh, kw, C / groups, F]. @throws ShapeError if image, kernel and groups do not fit. */
export function convolutionSizes(operation: string, shape: Shape, kernel: Tensor, window: Window, groups: number): SlidingSizes {
  const filters = kernel.shape[3] ?? 0;
  const sizes = slidingSizes(operation, shape, filters, window);
  const expected = [...window.size, sizes.image[3] / groups, filters];
  if (formatShape(kernel.shape) !== formatShape(expected) || filters % groups !== 0) {
    throw new ShapeError({
      operation, argument: 'kernel', expected: `${formatShape(expected)}, filters in ${groups} equal groups`, actual: formatShape(kernel.shape),
    });
  }
  return sizes;
}
