import type { Cell } from '../cells/cell.js';
import { lstmCell } from '../cells/lstm.js';
import type { LstmCache, LstmParams, LstmWork } from '../cells/lstm.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from './layer.js';
import { Recurrent, recurrentNames } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

export interface LSTMOptions extends RecurrentOptions {
  /** Start the forget gate's bias at 1. Default true. */
  unitForgetBias?: boolean | undefined;
  /** Let the gates see the cell state. Default false. */
  peepholes?: boolean | undefined;
}

const optionNames: OptionNames<LSTMOptions> = { ...recurrentNames, unitForgetBias: 'flag', peepholes: 'flag' };

/**
 * Long short-term memory. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h and c.
 * Weights: kernel [D, 4H], recurrentKernel [H, 4H], bias [4H], gate order i, f, g, o; peephole [3, H] in order i, f, o.
 * Equations and papers: src/cells/lstm.ts.
 */
export class LSTM extends Recurrent<LstmParams, LstmCache, LstmWork> {
  override readonly kind = 'lstm';
  override readonly className = 'LSTM';
  readonly unitForgetBias: boolean;
  readonly peepholes: boolean;
  protected override readonly cell: Cell<LstmParams, LstmCache, LstmWork>;

  constructor(options: LSTMOptions) {
    super('LSTM', checkOptions('LSTM', options, optionNames));
    this.unitForgetBias = options.unitForgetBias ?? true;
    this.peepholes = options.peepholes ?? false;
    this.cell = lstmCell({
      units: this.units, unitForgetBias: this.unitForgetBias, peepholes: this.peepholes, kernelInitializer: this.initializers.kernel,
      recurrentInitializer: this.initializers.recurrent, biasInitializer: this.initializers.bias,
    });
  }

  override config(): JsonObject {
    return { ...super.config(), unitForgetBias: this.unitForgetBias, peepholes: this.peepholes };
  }
}
