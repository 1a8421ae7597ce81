import type { Cell } from '../cells/cell.js';
import { gruCell } from '../cells/gru.js';
import type { GruCache, GruParams, GruWork } from '../cells/gru.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from './layer.js';
import { Recurrent, recurrentNames } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

export interface GRUOptions extends RecurrentOptions {
  /** Apply the reset gate after the recurrent product, as cuDNN, PyTorch and Keras 3 do. Default true. */
  resetAfter?: boolean | undefined;
}

const optionNames: OptionNames<GRUOptions> = { ...recurrentNames, resetAfter: 'flag' };

/**
 * Gated recurrent unit. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h.
 * Weights: kernel [D, 3H], recurrentKernel [H, 3H], bias [3H], and recurrentBias [3H] with `resetAfter`; gate order r, z, n.
 * Equations and papers: src/cells/gru.ts.
 */
export class GRU extends Recurrent<GruParams, GruCache, GruWork> {
  override readonly kind = 'gru';
  override readonly className = 'GRU';
  readonly resetAfter: boolean;
  protected override readonly cell: Cell<GruParams, GruCache, GruWork>;

  constructor(options: GRUOptions) {
    super('GRU', checkOptions('GRU', options, optionNames));
    this.resetAfter = options.resetAfter ?? true;
    this.cell = gruCell({
      units: this.units, resetAfter: this.resetAfter, kernelInitializer: this.initializers.kernel,
      recurrentInitializer: this.initializers.recurrent, biasInitializer: this.initializers.bias,
    });
  }

  override config(): JsonObject {
    return { ...super.config(), resetAfter: this.resetAfter };
  }
}
