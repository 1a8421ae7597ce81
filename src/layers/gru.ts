import { GRUCell, gruCellNames } from '../cells/gruCell.js';
import type { GRUCellOptions } from '../cells/gruCell.js';
import { checkOptions, optionsFor } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { AnyLayer, JsonObject } from './layer.js';
import { Recurrent, loopNames } from './recurrent.js';
import type { LoopOptions } from './recurrent.js';

export interface GRUOptions extends LoopOptions, GRUCellOptions {}

const optionNames: OptionNames<GRUOptions> = { ...loopNames, ...gruCellNames };

/**
 * Gated recurrent unit. x [B, T, D] → [B, H], or [B, T, H] with `returnSequences`; with `returnState` also h.
 * Weights: kernel [D, 3H], recurrentKernel [H, 3H], bias [3H], and recurrentBias [3H] with `resetAfter`; gate order r, z, n.
 * Equations and papers: src/cells/gru.ts.
 */
export class GRU extends Recurrent {
  override readonly kind = 'gru';
  override readonly className = 'GRU';
  override readonly families: AnyLayer['families'];
  override readonly cell: GRUCell;

  constructor(options: GRUOptions) {
    super('GRU', checkOptions('GRU', options, optionNames));
    this.cell = new GRUCell(optionsFor(options, gruCellNames), 'GRU');
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
