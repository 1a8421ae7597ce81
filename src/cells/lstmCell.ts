/** The LSTM cell with its options, step by step and over a sequence; its equations: lstm.ts. */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { resolveInitializer } from '../initializers.js';
import type { Initializer, InitializerFunction } from '../initializers.js';
import type { JsonObject, ParameterSpec } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, byStep, packedFor } from './cell.js';
import type { BackwardSteps, ForwardSteps, Sequence, Wanted } from './cell.js';
import { lstmProject, lstmStepBackward, lstmStepForward, lstmWeightGradients } from './lstm.js';
import type { LstmCache, LstmParams } from './lstm.js';
import { UnitsCell, cellNames } from './options.js';
import type { CellOptions } from './options.js';

export interface LSTMCellOptions extends CellOptions {
  /** Start the forget gate's bias at 1. Default true. */
  unitForgetBias?: boolean | undefined;
  /** Let the gates see the cell state. Default false. */
  peepholes?: boolean | undefined;
}

export const lstmCellNames: OptionNames<LSTMCellOptions> = { ...cellNames, unitForgetBias: 'flag', peepholes: 'flag' };

export type LstmStates = { h: Tensor; c: Tensor };

/** The forget block starts at one, so that a new cell remembers (Jozefowicz et al. 2015). */
function biasWithUnitForget(rest: Initializer, units: number): InitializerFunction {
  const initialize = resolveInitializer(rest);
  return (shape, random) => initialize(shape, random).fill(1, units, 2 * units);
}

/**
 * One step of {@link LSTM}. Weights: kernel [D, 4H], recurrentKernel [H, 4H], bias [4H], gate order i, f, g, o; peephole [3, H] in order
 * i, f, o.
 */
export class LSTMCell extends UnitsCell<LstmParams, LstmStates, LstmCache> {
  readonly className = 'LSTMCell';
  readonly families = ['lstm'] as const;
  readonly unitForgetBias: boolean;
  readonly peepholes: boolean;
  override readonly stateShapes: { readonly h: Shape; readonly c: Shape };

  /** @param operation the class in messages. */
  constructor(options: LSTMCellOptions, operation = 'LSTMCell') {
    super(operation, checkOptions(operation, options, lstmCellNames));
    this.unitForgetBias = options.unitForgetBias ?? true;
    this.peepholes = options.peepholes ?? false;
    this.stateShapes = { h: [this.units], c: [this.units] };
  }

  override config(): JsonObject {
    return { ...super.config(), unitForgetBias: this.unitForgetBias, peepholes: this.peepholes };
  }

  override parameters([d = 0]: Shape): { [K in keyof LstmParams]: ParameterSpec } {
    const { units: h, initializers: { kernel, recurrent, bias } } = this;
    return {
      kernel: { shape: [d, 4 * h], initializer: kernel },
      recurrentKernel: { shape: [h, 4 * h], initializer: recurrent },
      bias: { shape: [4 * h], initializer: this.unitForgetBias ? biasWithUnitForget(bias, h) : bias },
      ...(this.peepholes ? { peephole: { shape: [3, h], initializer: bias } } : {}),
    };
  }

  override forwardPass(k: Kernels, p: LstmParams, sequence: Sequence): ForwardSteps<LstmStates, LstmCache> {
    const { steps, batch, noise: [hMask] } = sequence;
    const packed = { ...p, recurrentKernel: packedFor(k, 'nn', p.recurrentKernel, sequence) };
    const cs = k.series(steps, [batch, this.units]);
    const tanhCs = k.series(steps, [batch, this.units]);
    const xz = byStep(k, lstmProject(k, p, sequence.x), sequence);
    return {
      step(t, { h, c }, out) {
        const hIn = hMask ? k.mul(h, hMask) : h;
        const next = lstmStepForward(k, packed, k.row(xz, t), hIn, c, { c: cs[t], tanhC: tanhCs[t], h: out });
        return { states: { h: next.h, c: next.c }, cache: next.cache };
      },
    };
  }

  override backwardPass(
    k: Kernels, p: LstmParams, sequence: Sequence, caches: readonly LstmCache[], { grads, input }: Wanted<LstmParams>,
  ): BackwardSteps<LstmStates, LstmCache> {
    const { units } = this;
    const { x, steps, batch, noise: [hMask] } = sequence;
    const packed = { ...p, recurrentKernel: packedFor(k, 'nt', p.recurrentKernel, sequence) };
    const dz = k.series(steps, [batch, 4 * units]);
    return {
      step(t, cache, { h: dh = k.zeros([batch, units]), c: dc }) {
        const past = lstmStepBackward(k, packed, cache, dh, dc, dz[t]);
        dz[t] = past.dz;
        return { h: hMask ? k.mul(past.dh, hMask) : past.dh, c: past.dc };
      },
      finish() {
        const dzRows = asRows(k, dz);
        if (grads) lstmWeightGradients(k, grads, x, asRows(k, caches.map((s) => s.hIn)), dzRows, grads.peephole && cellStates(k, caches));
        return input ? k.matmul('nt', dzRows, p.kernel) : undefined; // L19
      },
    };
  }
}

function cellStates(k: Kernels, caches: readonly LstmCache[]): { readonly cPrevious: Tensor; readonly c: Tensor } {
  return { cPrevious: asRows(k, caches.map((s) => s.cPrevious)), c: asRows(k, caches.map((s) => s.c)) };
}
