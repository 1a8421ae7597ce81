/** Activations as layers and as options of other layers. */
import type { ActivationKind, Tensor } from '../backend.js';
import { checkOptions, requireChoice } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Shape } from '../tensor.js';
import { activate, activationDefaults, activationKinds, refuseHardSigmoid } from './activationKinds.js';
import { Layer, commonNames, dOutput } from './layer.js';
import type { AnyLayer, CommonOptions, Forward, JsonObject, LayerHead, NoTensors, Run } from './layer.js';
import type { TimeMask } from './timeMask.js';

export interface ActivationOptions extends CommonOptions {
  /**
   * linear, sigmoid, tanh, relu, leakyRelu, elu, gelu (exact, with erf), softplus, hardSigmoidFifth (clip(x/5 + ½) to [0, 1]: Keras up
   * to 2, TensorFlow.js, ONNX), hardSigmoidSixth (clip(x/6 + ½): Keras 3, PyTorch), or softmax over the last axis.
   */
  kind: ActivationKind | 'softmax';
  /** Slope of leakyRelu below zero (default 0.2) or scale of elu (default 1). */
  alpha?: number | undefined;
}

const optionNames: OptionNames<ActivationOptions> = { ...commonNames, kind: true, alpha: true };

interface ActivationCache { readonly x: Tensor; readonly y: Tensor }

/** Applies a function to every element, or softmax to every last axis. Shape unchanged. */
export class Activation extends Layer<NoTensors, NoTensors, ActivationCache> {
  override readonly kind = 'activation';
  override readonly className = 'Activation';
  readonly function: ActivationKind | 'softmax';
  readonly alpha: number;

  constructor(options: ActivationOptions) {
    super(checkOptions('Activation', options, optionNames));
    refuseHardSigmoid('Activation', 'kind', options.kind);
    this.function = requireChoice('Activation', 'kind', options.kind, [...activationKinds, 'softmax']);
    const usual = this.function === 'softmax' ? 0 : activationDefaults(this.function);
    this.alpha = options.alpha ?? usual;
    if (usual === 0 && this.alpha !== 0) {
      throw new ArgumentError({ operation: 'Activation', argument: 'alpha', expected: 'absent: only leakyRelu and elu have it', actual: `given to ${this.function}` });
    }
  }

  override config(): JsonObject {
    return { kind: this.function, alpha: this.alpha };
  }

  override outputShapes(inputs: readonly Shape[]): Shape[] {
    return [this.single(inputs)];
  }

  override head(): LayerHead | undefined {
    return headOf(this.function, (name) => new Activation({ kind: 'linear', name }));
  }

  override masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[] {
    return inputs;
  }

  override forward({ k }: Run, _p: NoTensors, _s: NoTensors, inputs: readonly Tensor[]): Forward<NoTensors, ActivationCache> {
    const x = this.single(inputs);
    const y = activate(k, this.function, x, this.alpha);
    return { outputs: [y], cache: { x, y } };
  }

  override backward({ k }: Run, _p: NoTensors, { x, y }: ActivationCache, dOutputs: readonly (Tensor | undefined)[]): Tensor[] {
    const dy = dOutput(k, dOutputs, y);
    return [this.function === 'softmax' ? k.softmaxBackward(y, dy) : k.activateBackward(this.function, x, y, dy, this.alpha)];
  }
}

/** Of a layer that ends in this activation. @param linear the layer without it, under a name. */
export function headOf(activation: ActivationKind | 'softmax', linear: (name: string) => AnyLayer): LayerHead | undefined {
  if (activation === 'linear') return undefined;
  return { activation, split: (name) => ({ linear: linear(name), activation: new Activation({ kind: activation, name: `${name}.${activation}` }) }) };
}
