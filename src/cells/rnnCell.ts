/** The simple recurrent cell with its options, step by step and over a sequence; its equations: rnn.ts. */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { ParameterSpec } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { asRows, byStep, packedFor } from './cell.js';
import type { BackwardSteps, ForwardSteps, Sequence, Wanted } from './cell.js';
import { UnitsCell, cellNames } from './options.js';
import type { CellOptions } from './options.js';
import { rnnProject, rnnStepBackward, rnnStepForward, rnnWeightGradients } from './rnn.js';
import type { RnnCache, RnnParams } from './rnn.js';

export type RnnStates = { h: Tensor };

/** One step of {@link SimpleRNN}. Weights: kernel [D, H], recurrentKernel [H, H], bias [H] with `useBias`. */
export class SimpleRNNCell extends UnitsCell<RnnParams, RnnStates, RnnCache> {
  readonly className = 'SimpleRNNCell';
  override readonly stateShapes: { readonly h: Shape };

  /** @param operation the class in messages. */
  constructor(options: CellOptions, operation = 'SimpleRNNCell') {
    super(operation, checkOptions(operation, options, cellNames));
    this.stateShapes = { h: [this.units] };
  }

  override parameters([d = 0]: Shape): { [K in keyof RnnParams]: ParameterSpec } {
    const { units: h, initializers } = this;
    return {
      kernel: { shape: [d, h], initializer: initializers.kernel },
      recurrentKernel: { shape: [h, h], initializer: initializers.recurrent },
      ...(this.useBias ? { bias: { shape: [h], initializer: initializers.bias } } : {}),
    };
  }

  override forwardPass(k: Kernels, p: RnnParams, sequence: Sequence): ForwardSteps<RnnStates, RnnCache> {
    const { activation } = this;
    const [hMask] = sequence.noise;
    const packed = { ...p, recurrentKernel: packedFor(k, 'nn', p.recurrentKernel, sequence) };
    const xz = byStep(k, rnnProject(k, p, sequence.x), sequence);
    return {
      step(t, { h }, out) {
        const step = rnnStepForward(k, packed, k.row(xz, t), hMask ? k.mul(h, hMask) : h, activation, out);
        return { states: { h: step.h }, cache: step.cache };
      },
    };
  }

  override backwardPass(
    k: Kernels, p: RnnParams, sequence: Sequence, caches: readonly RnnCache[], { grads, input }: Wanted<RnnParams>,
  ): BackwardSteps<RnnStates, RnnCache> {
    const { activation, units } = this;
    const { x, steps, batch, noise: [hMask] } = sequence;
    const packed = { ...p, recurrentKernel: packedFor(k, 'nt', p.recurrentKernel, sequence) };
    const dz = k.series(steps, [batch, units]);
    return {
      step(t, cache, { h: dh = k.zeros([batch, units]) }) {
        const past = rnnStepBackward(k, packed, cache, dh, activation, dz[t]);
        dz[t] = past.dz;
        return { h: hMask ? k.mul(past.dh, hMask) : past.dh };
      },
      finish() {
        const dzRows = asRows(k, dz);
        if (grads) rnnWeightGradients(k, grads, x, asRows(k, caches.map((c) => c.hIn)), dzRows);
        return input ? k.matmul('nt', dzRows, p.kernel) : undefined; // V8
      },
    };
  }
}
