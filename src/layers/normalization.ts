/** What normalising layers share: x̂ of some kind, then N3 with γ and β, of which either may be missing. */
import type { Kernels, Tensor } from '../backend.js';
import { checkOptions, requirePositive } from '../checks.js';
import type { OptionNames } from '../checks.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames } from './layer.js';
import type { CommonOptions, JsonObject, ParameterSpec } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { ruleNames } from './weightRules.js';
import type { RuleOptions } from './weightRules.js';

export interface NormOptions extends CommonOptions, RuleOptions<'gamma' | 'beta'> {
  /** Added to the variance under the root. Default 1e-3, Keras's (PyTorch: 1e-5). */
  epsilon?: number | undefined;
  /** Whether there is a γ. Default true. */
  scale?: boolean | undefined;
  /** Whether there is a β. Default true. */
  center?: boolean | undefined;
}

export const normNames: OptionNames<NormOptions> = { ...commonNames, ...ruleNames('gamma', 'beta'), epsilon: true, scale: 'flag', center: 'flag' };

export type NormParams = { gamma?: Tensor; beta?: Tensor };

/** Shape and time axis unchanged. */
export abstract class Normalization<S, C> extends Layer<NormParams, S, C> {
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;

  constructor(label: string, options: NormOptions, names: OptionNames<NormOptions>, epsilon = 1e-3) {
    super(checkOptions(label, options, names));
    this.epsilon = options.epsilon ?? epsilon;
    this.scale = options.scale ?? true;
    this.center = options.center ?? true;
    requirePositive(label, 'epsilon', this.epsilon);
  }

  override config(): JsonObject {
    return { epsilon: this.epsilon, scale: this.scale, center: this.center };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override parameters(inputs: readonly Shape[]): { gamma?: ParameterSpec; beta?: ParameterSpec } {
    const shape = [this.single(inputs).at(-1) ?? 1];
    return {
      ...(this.scale ? { gamma: { shape, initializer: 'ones' } } : {}), ...(this.center ? { beta: { shape, initializer: 'zeros' } } : {}),
    };
  }

  /** γ and β as kernels take them: 1 and 0 where they are missing. */
  protected affine(k: Kernels, x: Tensor, { gamma, beta }: NormParams): { gamma: Tensor; beta: Tensor } {
    const shape = [x.shape.at(-1) ?? 1];
    return { gamma: gamma ?? k.full(shape, 1), beta: beta ?? k.zeros(shape) };
  }

  /** What kernels add dγ and dβ to; nobody reads those of missing weights. */
  protected targets(k: Kernels, x: Tensor, { gamma, beta }: NormParams): [dGamma: Tensor, dBeta: Tensor] {
    const shape = [x.shape.at(-1) ?? 1];
    return [gamma ?? k.zeros(shape), beta ?? k.zeros(shape)];
  }

  protected keep(grads: NormParams, { dGamma, dBeta }: { readonly dGamma: Tensor; readonly dBeta: Tensor }): void {
    if (this.scale) grads.gamma = dGamma;
    if (this.center) grads.beta = dBeta;
  }
}
