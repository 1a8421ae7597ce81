/** Normal noise added to the inputs while training: y = x + ε, ε of mean 0 and standard deviation `stddev`; dx = dy. */
import type { Tensor } from '../backend.js';
import { checkOptions, requireNotNegative } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, JsonObject, NoTensors, NoiseSpec, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';

export interface GaussianNoiseOptions extends CommonOptions {
  /** Standard deviation, at least 0, in the units of the inputs. */
  stddev: number;
}

const optionNames: OptionNames<GaussianNoiseOptions> = { ...commonNames, stddev: true };

/** Active in training only. Shape unchanged. */
export class GaussianNoise extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly kind = 'gaussian_noise';
  override readonly className = 'GaussianNoise';
  override readonly output = 'blended';
  readonly stddev: number;

  constructor(options: GaussianNoiseOptions) {
    super(checkOptions('GaussianNoise', options, optionNames));
    this.stddev = options.stddev;
    requireNotNegative('GaussianNoise', 'stddev', this.stddev);
  }

  override config(): JsonObject {
    return { stddev: this.stddev };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override noise(inputs: readonly Shape[], batch: number): NoiseSpec[] {
    return this.stddev > 0 ? [{ kind: 'normal', shape: [batch, ...this.single(inputs)], stddev: this.stddev }] : [];
  }

  override forward({ k, noise: [noise] }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, Tensor> {
    const x = this.single(inputs);
    const y = noise ? k.add(x, noise) : x;
    return { outputs: [y], cache: y };
  }

  override backward({ k }: Run, _p: NoTensors, y: Tensor, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    return [dOutput(k, dOutputs, y)];
  }
}
