import { cellNames } from '../cells/options.js';
import { SimpleRNNCell } from '../cells/rnnCell.js';
import { checkOptions, optionsFor } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { JsonObject } from './layer.js';
import { Recurrent, loopNames } from './recurrent.js';
import type { RecurrentOptions } from './recurrent.js';

export type SimpleRNNOptions = RecurrentOptions;

const optionNames: OptionNames<SimpleRNNOptions> = { ...loopNames, ...cellNames };

/**
 * The simple recurrent network. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h.
 * Weights: kernel [D, H], recurrentKernel [H, H], bias [H]. Equations: src/cells/rnn.ts.
 */
export class SimpleRNN extends Recurrent {
  override readonly kind = 'simple_rnn';
  override readonly className = 'SimpleRNN';
  override readonly cell: SimpleRNNCell;

  constructor(options: SimpleRNNOptions) {
    super('SimpleRNN', checkOptions('SimpleRNN', options, optionNames));
    this.cell = new SimpleRNNCell(optionsFor(options, cellNames), 'SimpleRNN');
  }

  /** Width of the state, H. */
  get units(): number {
    return this.cell.units;
  }

  override config(): JsonObject {
    return { ...this.cell.config(), ...super.config() };
  }
}
