/**
 * Zeros around an image or a sequence: the mean under a window of one pixel (P3 and P4 of pooling.ts), which is the pixel where
 * the window lies on the image and 0 beside it. Backward it cuts the frame off again.
 */
import type { OptionNames } from '../checks.js';
import { takeOptions } from '../copies.js';
import { commonNames } from './layer.js';
import type { CommonOptions } from './layer.js';
import { AveragePooling, slidingOver } from './pooling.js';
import { windowAxes } from './window.js';
import type { Sides } from './window.js';

export interface ZeroPad1DOptions extends CommonOptions {
  /** Time steps: a number for both ends, or [before, after]. Default 1. */
  padding?: number | Sides | undefined;
}

export interface ZeroPad2DOptions extends CommonOptions {
  /** Pixels: a number for all four sides, or [[top, bottom], [left, right]]. Default 1. */
  padding?: number | readonly [vertical: Sides, horizontal: Sides] | undefined;
}

const optionNames: OptionNames<ZeroPad1DOptions | ZeroPad2DOptions> = { ...commonNames, padding: true };

/** x [B, T, C] → [B, before + T + after, C]. */
export class ZeroPad1D extends AveragePooling {
  override readonly kind = 'zero_pad1d';
  override readonly className = 'ZeroPad1D';

  constructor(options: ZeroPad1DOptions = {}) {
    const { padding = 1, ...common } = takeOptions<ZeroPad1DOptions>('ZeroPad1D', options, optionNames);
    super(1, common, slidingOver(1, { padding }, windowAxes('ZeroPad1D', 'size', 1, { size: 1, padding, named: [] })));
  }
}

/** x [B, H, W, C] → [B, top + H + bottom, left + W + right, C]. */
export class ZeroPad2D extends AveragePooling {
  override readonly kind = 'zero_pad2d';
  override readonly className = 'ZeroPad2D';

  constructor(options: ZeroPad2DOptions = {}) {
    const { padding = 1, ...common } = takeOptions<ZeroPad2DOptions>('ZeroPad2D', options, optionNames);
    super(2, common, slidingOver(2, { padding }, windowAxes('ZeroPad2D', 'size', 2, { size: 1, padding, named: [] })));
  }
}
