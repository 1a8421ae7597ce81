/** The simple recurrent cell with its options, step by step and over a sequence; its equations: rnn.ts. */
import type { Kernels } from '../backend.js';
import { checkOptions } from '../checks.js';
import { startedAs } from '../layers/layer.js';
import type { ParameterSpec } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, multiplied, startsAt } from './cell.js';
import type { BackwardSteps, ForwardSteps, Sequence, Wanted } from './cell.js';
import { UnitsCell, cellNames } from './options.js';
import type { CellOptions } from './options.js';
import { rnnForwardPass, rnnStepBackward, rnnWeightGradients, rnnWeightShapes } from './rnn.js';
import type { RnnCache, RnnParams, RnnStates } from './rnn.js';
import { squashBackward } from './squash.js';

/** One step of {@link SimpleRNN}. Weights: kernel [D, H], recurrentKernel [H, H], bias [H] with `useBias`. */
export class SimpleRNNCell extends UnitsCell<RnnParams, RnnStates, RnnCache> {
  readonly className = 'SimpleRNNCell';
  override readonly stateShapes: { readonly h: Shape };

  /** @param operation the class in messages. */
  constructor(options: CellOptions, operation = 'SimpleRNNCell') {
    super(operation, checkOptions(operation, options, cellNames));
    this.stateShapes = { h: [this.units] };
  }

  override parameters(input: Shape): { [K in keyof RnnParams]: ParameterSpec } {
    const { initializers: { kernel, recurrent, bias } } = this;
    return startedAs(rnnWeightShapes(this, input), { kernel, recurrentKernel: recurrent, bias });
  }

  override forwardPass(k: Kernels, p: RnnParams, sequence: Sequence): ForwardSteps<RnnStates, RnnCache> {
    return rnnForwardPass(k, p, sequence, this);
  }

  override backwardPass(
    k: Kernels, p: RnnParams, sequence: Sequence, caches: readonly RnnCache[], { grads, input }: Wanted<RnnParams>,
  ): BackwardSteps<RnnStates, RnnCache> {
    const { activation, units } = this;
    const { x, steps, batch, noise: [hMask] } = sequence;
    const dz = k.series(steps, [batch, units]);
    return {
      step(t, cache, { h: dh = k.zeros([batch, units]) }) {
        if (startsAt(t, sequence)) {
          dz[t] = squashBackward(k, activation, cache.h, dh, dz[t]); // V3
          return {};
        }
        const past = rnnStepBackward(k, p, cache, dh, activation, dz[t]);
        dz[t] = past.dz;
        return { h: hMask ? k.mul(past.dh, hMask) : past.dh };
      },
      finish() {
        const dzRows = asRows(k, dz);
        if (grads) rnnWeightGradients(k, grads, x, multiplied(k, caches.map((c) => c.hIn), sequence), dzRows);
        return input ? k.matmul('nt', dzRows, p.kernel) : undefined; // V8
      },
    };
  }
}
