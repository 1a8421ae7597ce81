/**
 * Inverted dropout (Srivastava et al. 2014): y = x ⊙ m, m is 0 with probability `rate`, else 1/(1 − rate).
 * The mask comes in as an input, so the backward pass and a replayed plan see the same one.
 */
import type { Kernels, Tensor } from '../backend.js';
import type { Shape } from '../tensor.js';
import { checkOptions, requireRate } from '../checks.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, NoiseSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import type { OptionNames } from '../checks.js';

export interface DropoutOptions extends CommonOptions {
  /** Share of elements set to zero, in [0, 1). */
  rate: number;
}

const optionNames: OptionNames<DropoutOptions> = { ...commonNames, rate: true };

interface DropoutCache { readonly y: Tensor; readonly mask: Tensor | undefined }

/** Active in training only. Shape unchanged. */
export class Dropout extends Layer<NoTensors, NoTensors, DropoutCache> {
  override readonly kind: string = 'dropout';
  override readonly className: string = 'Dropout';
  override readonly output = 'blended';
  readonly rate: number;

  constructor(options: DropoutOptions, label = 'Dropout') {
    super(checkOptions(label, options, optionNames));
    this.rate = options.rate;
    requireRate(label, 'rate', this.rate);
  }

  override config(): JsonObject {
    return { rate: this.rate };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    return this.rate > 0 ? [{ kind: 'dropout', shape: [batch, ...this.maskShape(this.single(inputs))], rate: this.rate }] : [];
  }

  override forward({ k, noise }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, DropoutCache> {
    const x = this.single(inputs);
    const [drawn] = noise;
    const mask = drawn && this.spread(k, drawn, x);
    const y = mask ? k.mul(x, mask) : x;
    return { outputs: [y], cache: { y, mask } };
  }

  override backward({ k }: Run, _p: NoTensors, { y, mask }: DropoutCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    const dy = dOutput(k, dOutputs, y);
    return [mask ? k.mul(dy, mask) : dy];
  }

  /** Of a mask for one sample. */
  protected maskShape(x: Shape): Shape {
    return x;
  }

  /** What was drawn, in the shape of x. */
  protected spread(_k: Kernels, mask: Tensor, _x: Tensor): Tensor {
    return mask;
  }
}
