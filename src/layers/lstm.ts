import { LSTMCell, lstmCellNames } from '../cells/lstmCell.js';
import type { LSTMCellOptions } from '../cells/lstmCell.js';
import { checkOptions, optionsFor } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { AnyLayer, JsonObject } from './layer.js';
import { Recurrent, loopNames } from './recurrent.js';
import type { LoopOptions } from './recurrent.js';

export interface LSTMOptions extends LoopOptions, LSTMCellOptions {}

const optionNames: OptionNames<LSTMOptions> = { ...loopNames, ...lstmCellNames };

/**
 * Long short-term memory. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h and c.
 * Weights: kernel [D, 4H], recurrentKernel [H, 4H], bias [4H], gate order i, f, g, o; peephole [3, H] in order i, f, o.
 * Equations and papers: src/cells/lstm.ts.
 */
export class LSTM extends Recurrent {
  override readonly kind = 'lstm';
  override readonly className = 'LSTM';
  override readonly families: AnyLayer['families'];
  override readonly cell: LSTMCell;

  constructor(options: LSTMOptions) {
    super('LSTM', checkOptions('LSTM', options, optionNames));
    this.cell = new LSTMCell(optionsFor(options, lstmCellNames), 'LSTM');
    this.families = this.cell.families;
  }

  /** Width of the state, H. */
  get units(): number {
    return this.cell.units;
  }

  override config(): JsonObject {
    return { ...this.cell.config(), ...super.config() };
  }
}
