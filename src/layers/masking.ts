/**
 * Masking: steps of one value are padding. With m_t = 0 where every number of x_t is `maskValue`, else 1:
 *   E3  y_t = m_t·x_t
 *   E4  dx_t = m_t·dy_t
 * m is worked out on the host, before a step, and goes on as the mask of y. Derivation: docs/sequence-layers.md.
 */
import type { Tensor } from '../backend.js';
import { checkOptions } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { CommonOptions, Forward, InputRule, JsonObject, NoTensors, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';
import { realSteps } from './window.js';

export interface MaskingOptions extends CommonOptions {
  /** Default 0. */
  maskValue?: number | undefined;
}

const optionNames: OptionNames<MaskingOptions> = { ...commonNames, maskValue: true };

/**
 * x [B, T, …] → the same with zeros for the steps of which every number is `maskValue`; these are padding to the layers that follow, in
 * losses, metrics and explanations (docs/masks.md). It is applied to an input of the model itself.
 */
export class Masking extends Layer<NoTensors, NoTensors, Tensor> {
  override readonly kind = 'masking';
  override readonly className = 'Masking';
  override readonly output = 'moved';
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(checkOptions('Masking', options, optionNames));
    this.maskValue = options.maskValue ?? 0;
    if (!Number.isFinite(this.maskValue)) {
      throw new ArgumentError({ operation: 'Masking', argument: 'maskValue', expected: 'a finite number', actual: String(this.maskValue), hint: 'Data hold no others.' });
    }
  }

  override config(): JsonObject {
    return { maskValue: this.maskValue };
  }

  override inputRules(): readonly InputRule[] {
    return [{ padding: this.maskValue }];
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    const x = this.single(inputs);
    if (x.length < 2) this.requireRank(x, 2, '[batch, time, …]');
    return [x];
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override forward({ k, mask }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, Tensor> {
    const y = realSteps(k, 1, this.single(inputs), mask); // E3
    return { outputs: [y], cache: y };
  }

  override backward({ k, mask, inputGradient }: Run, _p: NoTensors, y: Tensor, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    if (inputGradient === false) return [];
    return [realSteps(k, 1, dOutput(k, dOutputs, y), mask)]; // E4
  }
}
