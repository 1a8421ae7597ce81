/** The GRU cell with its options, step by step and over a sequence; its equations: gru.ts. */
import type { KernelFamily, Kernels } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { startedAs } from '../layers/layer.js';
import type { JsonObject, ParameterSpec } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, multiplied, startsAt } from './cell.js';
import type { BackwardSteps, ForwardSteps, Sequence, Wanted } from './cell.js';
import { gruBeforeProduct, gruForwardPass, gruFuses, gruStepBackward, gruWeightGradients, gruWeightShapes } from './gru.js';
import type { GruCache, GruParams, GruStates } from './gru.js';
import { UnitsCell, cellNames } from './options.js';
import type { CellOptions } from './options.js';
import { requireCellActivation } from './squash.js';
import type { CellActivation } from './squash.js';

export interface GRUCellOptions extends CellOptions {
  /** Apply the reset gate after the recurrent product, as cuDNN, PyTorch and Keras 3 do. Default true. */
  resetAfter?: boolean | undefined;
  /** Of the gates r and z. Default 'sigmoid'. */
  recurrentActivation?: CellActivation | undefined;
}

export const gruCellNames: OptionNames<GRUCellOptions> = { ...cellNames, resetAfter: 'flag', recurrentActivation: true };

/**
 * One step of {@link GRU}. Weights: kernel [D, 3H], recurrentKernel [H, 3H], bias [3H], and recurrentBias [3H] with `resetAfter`; gate
 * order r, z, n.
 */
export class GRUCell extends UnitsCell<GruParams, GruStates, GruCache> {
  readonly className = 'GRUCell';
  readonly families: readonly KernelFamily[];
  readonly resetAfter: boolean;
  readonly recurrentActivation: CellActivation;
  override readonly stateShapes: { readonly h: Shape };

  /** @param operation the class in messages. */
  constructor(options: GRUCellOptions, operation = 'GRUCell') {
    super(operation, checkOptions(operation, options, gruCellNames));
    this.resetAfter = options.resetAfter ?? true;
    this.recurrentActivation = requireCellActivation(operation, 'recurrentActivation', options.recurrentActivation ?? 'sigmoid');
    this.families = gruFuses(this) ? ['gru'] : [];
    this.stateShapes = { h: [this.units] };
  }

  override config(): JsonObject {
    return { ...super.config(), resetAfter: this.resetAfter, recurrentActivation: this.recurrentActivation };
  }

  override parameters(input: Shape): { [K in keyof GruParams]: ParameterSpec } {
    const { initializers: { kernel, recurrent, bias } } = this;
    return startedAs(gruWeightShapes(this, input), { kernel, recurrentKernel: recurrent, bias, recurrentBias: bias });
  }

  override forwardPass(k: Kernels, p: GruParams, sequence: Sequence): ForwardSteps<GruStates, GruCache> {
    return gruForwardPass(k, p, sequence, this);
  }

  override backwardPass(
    k: Kernels, p: GruParams, sequence: Sequence, caches: readonly GruCache[], { grads, input }: Wanted<GruParams>,
  ): BackwardSteps<GruStates, GruCache> {
    const { units, resetAfter } = this;
    const { x, steps, batch, noise: [hMask] } = sequence;
    const dxz = k.series(steps, [batch, 3 * units]);
    const dhz = resetAfter ? k.series(steps, [batch, 3 * units]) : [];
    return {
      step: (t, cache, { h: dh = k.zeros([batch, units]) }) => {
        if (resetAfter && startsAt(t, sequence)) {
          ({ dxz: dxz[t], dhz: dhz[t] } = gruBeforeProduct(k, p, cache, dh, this, dxz[t], dhz[t]));
          return {};
        }
        const past = gruStepBackward(k, p, cache, dh, this, dxz[t], dhz[t]);
        dxz[t] = past.dxz;
        dhz[t] = past.dhz;
        return { h: k.addTo(past.dhCarry, hMask ? k.mul(past.dhProduct, hMask) : past.dhProduct) };
      },
      finish() {
        const dxzRows = asRows(k, dxz);
        if (grads) {
          const hIn = caches.map((c) => c.hIn);
          const rh = resetAfter ? undefined : asRows(k, caches.map((c) => c.recurrent));
          gruWeightGradients(k, grads, x, rh ? asRows(k, hIn) : multiplied(k, hIn, sequence), dxzRows, asRows(k, dhz), rh);
        }
        return input ? k.matmul('nt', dxzRows, p.kernel) : undefined; // G13
      },
    };
  }

  /** Reset before multiplies by parts of U, which a packed matrix cannot give. */
  override ready(k: Kernels, mode: 'nn' | 'nt', p: GruParams): GruParams {
    return this.resetAfter ? super.ready(k, mode, p) : p;
  }
}
