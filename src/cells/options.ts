/** What the cells of this library take, and the part of them that they share. */
import { requireCount, requireRate } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Initializer } from '../initializers.js';
import { checkedInitializer, initializerName } from '../layers/layer.js';
import type { JsonObject, NoiseSpec } from '../layers/layer.js';
import { SequenceCell } from './passes.js';

export interface CellOptions {
  /** Width of the state, H. */
  units: number;
  /** Share of h_{t−1} dropped where it enters the product, one mask for all time steps. Default 0. */
  recurrentDropout?: number | undefined;
  /** Default 'glorotUniform'. */
  kernelInitializer?: Initializer | undefined;
  /** Default 'orthogonal'. */
  recurrentInitializer?: Initializer | undefined;
  /** Default 'zeros'. */
  biasInitializer?: Initializer | undefined;
}

export const cellNames: OptionNames<CellOptions> = {
  units: true, recurrentDropout: true, kernelInitializer: true, recurrentInitializer: true, biasInitializer: true,
};

/** The base of SimpleRNNCell, LSTMCell and GRUCell. */
export abstract class UnitsCell<P, S, C> extends SequenceCell<P, S, C> {
  readonly units: number;
  readonly recurrentDropout: number;
  readonly initializers: { readonly kernel: Initializer; readonly recurrent: Initializer; readonly bias: Initializer };

  /** @param operation the class in messages. */
  constructor(operation: string, options: CellOptions) {
    super();
    this.units = options.units;
    this.recurrentDropout = options.recurrentDropout ?? 0;
    this.initializers = {
      kernel: checkedInitializer(options.kernelInitializer ?? 'glorotUniform'),
      recurrent: checkedInitializer(options.recurrentInitializer ?? 'orthogonal'),
      bias: checkedInitializer(options.biasInitializer ?? 'zeros'),
    };
    requireCount(operation, 'units', this.units);
    requireRate(operation, 'recurrentDropout', this.recurrentDropout);
  }

  config(): JsonObject {
    return {
      units: this.units, recurrentDropout: this.recurrentDropout, kernelInitializer: initializerName(this.initializers.kernel),
      recurrentInitializer: initializerName(this.initializers.recurrent), biasInitializer: initializerName(this.initializers.bias),
    };
  }

  override noise(): readonly NoiseSpec[] {
    return this.recurrentDropout > 0 ? [{ kind: 'dropout', shape: [this.units], rate: this.recurrentDropout }] : [];
  }
}
