/** Activations of Keras by their names here. */
import type { JsonObject, JsonValue } from '../../json.js';
import { activationDefaults } from '../../layers/activationKinds.js';
import { isObject, serialized, shown } from './layerConfig.js';
import type { LayerConfig } from './layerConfig.js';

/** A layer as a file of ours describes it: class and options. */
export type Entry = { readonly className: string; readonly config: JsonObject };

/** Options of `Activation`. */
export type ActivationConfig = { readonly kind: string; readonly alpha?: number };

const kinds: Readonly<Record<string, string>> = {
  linear: 'linear', sigmoid: 'sigmoid', tanh: 'tanh', relu: 'relu', elu: 'elu', gelu: 'gelu', softplus: 'softplus', softmax: 'softmax', leaky_relu: 'leakyRelu',
};

const linear: ActivationConfig = { kind: 'linear' };

/** @param usual where the configuration does not say. */
export function activationOf(config: LayerConfig, key: string, usual = 'linear'): ActivationConfig {
  const given = config.take(key) ?? usual;
  const found = named(config, given);
  if (found) return found;
  config.refuse(`${key} ${shown(nameOf(given) ?? given)} has no counterpart`);
  return linear;
}

function named(config: LayerConfig, given: JsonValue): ActivationConfig | undefined {
  const name = nameOf(given);
  if (name !== undefined) return name === 'hard_sigmoid' ? { kind: config.dialect.hardSigmoid } : Object.hasOwn(kinds, name) ? { kind: kinds[name] ?? '' } : undefined;
  const layer = serialized(given);
  return layer && ofLayer(layer.className, (option) => layer.config[option] ?? undefined);
}

/** `relu`, or the function of that name as Keras 3 writes it. */
function nameOf(given: JsonValue): string | undefined {
  if (typeof given === 'string') return given;
  return isObject(given) && given.class_name === 'function' && typeof given.config === 'string' ? given.config : undefined;
}

/** A layer that is an activation; undefined for one that has no counterpart. @param option of its configuration. */
export function ofLayer(className: string, option: (name: string) => JsonValue | undefined): ActivationConfig | undefined {
  const number = (name: string, usual: number): number | undefined => {
    const value = option(name) ?? usual;
    return typeof value === 'number' ? value : undefined;
  };
  switch (className) {
    case 'ReLU': {
      const slope = number('negative_slope', 0);
      if (option('max_value') !== undefined || number('threshold', 0) !== 0 || slope === undefined) return undefined;
      return slope === 0 ? { kind: 'relu' } : { kind: 'leakyRelu', alpha: slope };
    }
    case 'LeakyReLU': {
      const alpha = number('negative_slope', number('alpha', 0.3) ?? NaN);
      return alpha === undefined || Number.isNaN(alpha) ? undefined : { kind: 'leakyRelu', alpha };
    }
    case 'ELU': {
      const alpha = number('alpha', 1);
      return alpha === undefined ? undefined : { kind: 'elu', alpha };
    }
    default: return undefined;
  }
}

/** Whether it is one that layers take as their option: not softmax, and with the usual parameter. */
export function isPlain({ kind, alpha }: ActivationConfig): boolean {
  return kind !== 'softmax' && (alpha === undefined || alpha === activationDefaults(kind as 'elu'));
}

/** Options of a layer that ends in it, and the layer behind it where it has to be one of its own. */
export function endingIn(activation: ActivationConfig): { readonly activation: string; readonly then?: Entry } {
  if (isPlain(activation)) return { activation: activation.kind };
  return { activation: 'linear', then: { className: 'Activation', config: activation } };
}

/** Of a cell, which has to be a plain one. */
export function cellActivation(config: LayerConfig, key: string, usual: string): string {
  const activation = activationOf(config, key, usual);
  if (isPlain(activation)) return activation.kind;
  config.refuse(`${key} ${activation.kind} has no counterpart in a recurrent layer`);
  return 'linear';
}
