import type { Kernels, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { Dropout } from './dropout.js';
import type { DropoutOptions } from './dropout.js';

/**
 * Dropout of whole features (Tompson et al. 2015): what is dropped of a sample is dropped at every step, so that its neighbours in time
 * cannot stand in for it. x [B, T, C], shape unchanged; active in training only.
 */
export class SpatialDropout1D extends Dropout {
  override readonly kind = 'spatial_dropout1d';
  override readonly className = 'SpatialDropout1D';
  override readonly families = ['broadcast'] as const;

  constructor(options: DropoutOptions) {
    super(options, 'SpatialDropout1D');
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    this.requireRank(this.single(inputs), 2, '[batch, time, features]');
    return super.outputShapes(inputs);
  }

  protected override maskShape([, channels = 1]: Shape): Shape {
    return [1, channels];
  }

  protected override spread(k: Kernels, mask: Tensor, x: Tensor): Tensor {
    return k.broadcast(mask, x.shape);
  }
}
