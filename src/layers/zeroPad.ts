/**
 * Zeros around an image or a sequence: the mean under a window of one pixel (P3 and P4 of pooling.ts), which is the pixel where
 * the window lies on the image and 0 beside it. Backward it cuts the frame off again.
 */
import { AveragePooling } from './pooling.js';
import { windowAxes } from './window.js';
import type { Sides } from './window.js';

export interface ZeroPad1DOptions {
  /** Time steps: a number for both ends, or [before, after]. Default 1. */
  padding?: number | Sides;
  name?: string;
}

export interface ZeroPad2DOptions {
  /** Pixels: a number for all four sides, or [[top, bottom], [left, right]]. Default 1. */
  padding?: number | readonly [vertical: Sides, horizontal: Sides];
  name?: string;
}

/** x [B, T, C] → [B, before + T + after, C]. */
export class ZeroPad1D extends AveragePooling {
  override readonly kind = 'zero_pad1d';
  override readonly className = 'ZeroPad1D';

  constructor({ padding = 1, name }: ZeroPad1DOptions = {}) {
    super(1, name, [{ padding }, windowAxes('ZeroPad1D', 'size', 1, { size: 1, padding, named: [] })]);
  }
}

/** x [B, H, W, C] → [B, top + H + bottom, left + W + right, C]. */
export class ZeroPad2D extends AveragePooling {
  override readonly kind = 'zero_pad2d';
  override readonly className = 'ZeroPad2D';

  constructor({ padding = 1, name }: ZeroPad2DOptions = {}) {
    super(2, name, [{ padding }, windowAxes('ZeroPad2D', 'size', 2, { size: 1, padding, named: [] })]);
  }
}
