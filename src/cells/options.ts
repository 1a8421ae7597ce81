/** What the cells of this library take, and the part of them that they share. */
import type { Kernels, Tensor } from '../backend.js';
import { requireCount, requireRate } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Initializer } from '../initializers.js';
import { checkedInitializer, initializerName } from '../layers/layer.js';
import type { JsonObject, LayerHead, NoiseSpec } from '../layers/layer.js';
import { SequenceCell } from './passes.js';
import { requireCellActivation, stateHead } from './squash.js';
import type { CellActivation } from './squash.js';

export interface CellOptions {
  /** Width of the state, H. */
  units: number;
  /** φ: of the new values, and of LSTM's memory where it is shown. Default 'tanh'. */
  activation?: CellActivation | undefined;
  /** Default true. */
  useBias?: boolean | undefined;
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
  units: true, activation: true, useBias: 'flag', recurrentDropout: true, kernelInitializer: true, recurrentInitializer: true, biasInitializer: true,
};

/** The base of SimpleRNNCell, LSTMCell and GRUCell. */
export abstract class UnitsCell<P extends { recurrentKernel: Tensor }, S extends { h: Tensor }, C> extends SequenceCell<P, S, C> {
  readonly units: number;
  readonly activation: CellActivation;
  readonly useBias: boolean;
  readonly recurrentDropout: number;
  readonly initializers: { readonly kernel: Initializer; readonly recurrent: Initializer; readonly bias: Initializer };

  /** @param operation the class in messages. */
  constructor(operation: string, options: CellOptions) {
    super();
    this.units = options.units;
    this.activation = requireCellActivation(operation, 'activation', options.activation ?? 'tanh');
    this.useBias = options.useBias ?? true;
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
      units: this.units, activation: this.activation, useBias: this.useBias, recurrentDropout: this.recurrentDropout,
      kernelInitializer: initializerName(this.initializers.kernel), recurrentInitializer: initializerName(this.initializers.recurrent),
      biasInitializer: initializerName(this.initializers.bias),
    };
  }

  /** Of h as it enters the product. */
  override noise(): readonly NoiseSpec[] {
    return this.recurrentDropout > 0 ? [{ kind: 'dropout', shape: this.stateShapes.h, rate: this.recurrentDropout }] : [];
  }

  override ready(k: Kernels, mode: 'nn' | 'nt', p: P): P {
    return { ...p, recurrentKernel: k.pack(mode, p.recurrentKernel) };
  }

  head(): LayerHead | undefined {
    return stateHead(this.activation);
  }
}
