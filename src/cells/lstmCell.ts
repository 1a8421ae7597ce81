/** The LSTM cell with its options, step by step and over a sequence; its equations: lstm.ts. */
import type { KernelFamily, Kernels, Tensor } from '../backend.js';
import { checkOptions, requireCount } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import { resolveInitializer } from '../initializers.js';
import type { Initializer, InitializerFunction } from '../initializers.js';
import { startedAs } from '../layers/layer.js';
import type { JsonObject, LayerHead, ParameterSpec } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, multiplied, startsAt } from './cell.js';
import type { BackwardSteps, ForwardSteps, Sequence, Wanted } from './cell.js';
import { lstmBeforeProduct, lstmForwardPass, lstmFuses, lstmPeepholeGradients, lstmStateShapes, lstmStepBackward, lstmWeightGradients, lstmWeightShapes } from './lstm.js';
import type { LstmCache, LstmParams, LstmStates } from './lstm.js';
import { UnitsCell, cellNames } from './options.js';
import type { CellOptions } from './options.js';
import { requireCellActivation } from './squash.js';
import type { CellActivation } from './squash.js';

export interface LSTMCellOptions extends CellOptions {
  /** Start the forget gate's bias at 1. Default true, where there is a bias. */
  unitForgetBias?: boolean | undefined;
  /** Let the gates see the cell state. Default false. */
  peepholes?: boolean | undefined;
  /** Of the gates i, f and o. Default 'sigmoid'. */
  recurrentActivation?: CellActivation | undefined;
  /** Width P of h, which is then a projection of what the cell shows (Sak, Senior & Beaufays 2014; proj_size of PyTorch). Default: none, H. */
  projection?: number | undefined;
}

export const lstmCellNames: OptionNames<LSTMCellOptions> = {
  ...cellNames, unitForgetBias: 'flag', peepholes: 'flag', recurrentActivation: true, projection: true,
};

/** The forget block starts at one, so that a new cell remembers (Jozefowicz et al. 2015). */
function biasWithUnitForget(rest: Initializer, units: number): InitializerFunction {
  const initialize = resolveInitializer(rest);
  return (shape, random) => initialize(shape, random).fill(1, units, 2 * units);
}

/**
 * One step of {@link LSTM}. Weights: kernel [D, 4H], recurrentKernel [H, 4H], bias [4H], gate order i, f, g, o; peephole [3, H] in order
 * i, f, o; with `projection` recurrentKernel [P, 4H] and projection [H, P].
 */
export class LSTMCell extends UnitsCell<LstmParams, LstmStates, LstmCache> {
  readonly className = 'LSTMCell';
  readonly families: readonly KernelFamily[];
  readonly unitForgetBias: boolean;
  readonly peepholes: boolean;
  readonly recurrentActivation: CellActivation;
  readonly projection: number | undefined;
  override readonly stateShapes: { readonly h: Shape; readonly c: Shape };

  /** @param operation the class in messages. */
  constructor(options: LSTMCellOptions, operation = 'LSTMCell') {
    super(operation, checkOptions(operation, options, lstmCellNames));
    this.unitForgetBias = options.unitForgetBias ?? this.useBias;
    this.peepholes = options.peepholes ?? false;
    this.recurrentActivation = requireCellActivation(operation, 'recurrentActivation', options.recurrentActivation ?? 'sigmoid');
    this.projection = options.projection;
    if (this.unitForgetBias && !this.useBias) {
      throw new ArgumentError({ operation, argument: 'unitForgetBias', expected: 'false where useBias is false', actual: 'true' });
    }
    if (this.projection !== undefined) requireCount(operation, 'projection', this.projection);
    this.families = lstmFuses(this) ? ['lstm'] : [];
    this.stateShapes = lstmStateShapes(this);
  }

  override config(): JsonObject {
    return {
      ...super.config(), unitForgetBias: this.unitForgetBias, peepholes: this.peepholes, recurrentActivation: this.recurrentActivation,
      projection: this.projection,
    };
  }

  override head(): LayerHead | undefined {
    return this.projection === undefined ? super.head() : undefined;
  }

  override parameters(input: Shape): { [K in keyof LstmParams]: ParameterSpec } {
    const { units: h, initializers: { kernel, recurrent, bias } } = this;
    const start = this.unitForgetBias ? biasWithUnitForget(bias, h) : bias;
    return startedAs(lstmWeightShapes(this, input), { kernel, recurrentKernel: recurrent, bias: start, peephole: bias, projection: kernel });
  }

  override forwardPass(k: Kernels, p: LstmParams, sequence: Sequence): ForwardSteps<LstmStates, LstmCache> {
    return lstmForwardPass(k, p, sequence, this);
  }

  override backwardPass(
    k: Kernels, p: LstmParams, sequence: Sequence, caches: readonly LstmCache[], { grads, input }: Wanted<LstmParams>,
  ): BackwardSteps<LstmStates, LstmCache> {
    const { units, stateShapes } = this;
    const { x, steps, batch, noise: [hMask] } = sequence;
    const dz = k.series(steps, [batch, 4 * units]);
    const dhs: Tensor[] = [];
    return {
      step: (t, cache, { h: dh = k.zeros([batch, ...stateShapes.h]), c: dc }) => {
        dhs[t] = dh;
        if (startsAt(t, sequence)) {
          dz[t] = lstmBeforeProduct(k, p, cache, dh, dc, this, dz[t]).dz;
          return {};
        }
        const past = lstmStepBackward(k, p, cache, dh, dc, this, dz[t]);
        dz[t] = past.dz;
        return { h: hMask ? k.mul(past.dh, hMask) : past.dh, c: past.dc };
      },
      finish: () => {
        const dzRows = asRows(k, dz);
        if (grads) {
          const rows = (part: (cache: LstmCache) => Tensor): Tensor => asRows(k, caches.map(part));
          lstmWeightGradients(k, grads, x, multiplied(k, caches.map((s) => s.hIn), sequence), dzRows);
          if (grads.peephole) lstmPeepholeGradients(k, grads, dzRows, { cPrevious: rows((s) => s.cPrevious), c: rows((s) => s.c) }, this);
          if (grads.projection) grads.projection = k.matmulTo('tn', grads.projection, rows((s) => s.m), asRows(k, dhs)); // L22
        }
        return input ? k.matmul('nt', dzRows, p.kernel) : undefined; // L19
      },
    };
  }
}
