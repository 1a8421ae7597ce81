import type { AnyCell } from '../cells/cell.js';
import { cellEntry, requireCell } from '../cells/requireCell.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { AnyLayer, JsonObject } from './layer.js';
import { Recurrent, loopNames } from './recurrent.js';
import type { LoopOptions } from './recurrent.js';

export interface RNNOptions extends LoopOptions {
  /** One time step: one of your own, LSTMCell, GRUCell, SimpleRNNCell, or StackedCells of several. */
  cell: AnyCell;
}

const optionNames: OptionNames<RNNOptions> = { ...loopNames, cell: true };

/**
 * Any cell in the time loop. x [B, T, D] → the cell's output after the last step [B, H], or after each [B, T, H] with `returnSequences`; with
 * `returnState` also all states. The weights are those of the cell. docs/cells.md shows a cell of one's own.
 * @throws ArgumentError if the cell lacks what a cell needs.
 */
export class RNN extends Recurrent {
  override readonly kind = 'rnn';
  override readonly className = 'RNN';
  override readonly families: AnyLayer['families'];
  override readonly cell: AnyCell;

  constructor(options: RNNOptions) {
    super('RNN', checkOptions('RNN', options, optionNames));
    this.cell = requireCell('RNN', 'cell', options.cell);
    this.families = this.cell.families ?? [];
  }

  override config(): JsonObject {
    return { cell: cellEntry('RNN', this.cell), ...super.config() };
  }
}
