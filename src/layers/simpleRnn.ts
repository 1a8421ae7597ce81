import type { Cell } from '../cells/cell.js';
import { rnnCell } from '../cells/rnn.js';
import type { RnnActivation, RnnCache, RnnParams, RnnWork } from '../cells/rnn.js';
import type { JsonObject, LayerHead } from './layer.js';
import { Recurrent, recurrentNames } from './recurrent.js';
import { checkOptions, requireChoice } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { RecurrentOptions } from './recurrent.js';

export interface SimpleRNNOptions extends RecurrentOptions {
  /** 'tanh' (default) or 'relu'. */
  activation?: RnnActivation | undefined;
}

const optionNames: OptionNames<SimpleRNNOptions> = { ...recurrentNames, activation: true };

/**
 * The simple recurrent network. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h.
 * Weights: kernel [D, H], recurrentKernel [H, H], bias [H]. Equations: src/cells/rnn.ts.
 */
export class SimpleRNN extends Recurrent<RnnParams, RnnCache, RnnWork> {
  override readonly kind = 'simple_rnn';
  override readonly className = 'SimpleRNN';
  readonly activation: RnnActivation;
  protected override readonly cell: Cell<RnnParams, RnnCache, RnnWork>;

  constructor(options: SimpleRNNOptions) {
    super('SimpleRNN', checkOptions('SimpleRNN', options, optionNames));
    this.activation = requireChoice('SimpleRNN', 'activation', options.activation ?? 'tanh', ['tanh', 'relu']);
    this.cell = rnnCell({
      units: this.units, activation: this.activation, kernelInitializer: this.initializers.kernel,
      recurrentInitializer: this.initializers.recurrent, biasInitializer: this.initializers.bias,
    });
  }

  override head(): LayerHead {
    return { activation: this.activation };
  }

  override config(): JsonObject {
    return { ...super.config(), activation: this.activation };
  }
}
