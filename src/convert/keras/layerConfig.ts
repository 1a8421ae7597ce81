/** The configuration of a Keras layer, read key by key: what is asked for is taken, what is left over and says something is a problem. */
import { quoted } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import type { Dialect } from './dialect.js';

/** What changes no number that the layer gives, or only how it is computed. */
const silent = new Set([
  'name', 'trainable', 'dtype', 'batch_input_shape', 'batch_shape', 'input_shape', 'input_dtype', 'input_length', 'seed', 'implementation', 'unroll', 'use_cudnn', 'fused', 'autocast',
  'kernel_initializer', 'recurrent_initializer', 'bias_initializer', 'embeddings_initializer', 'gamma_initializer', 'beta_initializer', 'moving_mean_initializer',
  'moving_variance_initializer', 'depthwise_initializer', 'pointwise_initializer', 'scale_initializer', 'num_words',
]);

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** An object as Keras serialises it: a class with its configuration. */
export interface Serialized { readonly className: string; readonly config: JsonObject; readonly entry: JsonObject }

export function serialized(value: JsonValue | undefined): Serialized | undefined {
  if (!isObject(value) || typeof value.class_name !== 'string') return undefined;
  return { className: value.class_name, config: isObject(value.config) ? value.config : {}, entry: value };
}

/** Classes that are described by a graph of layers. */
export function isModel(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/** The layers of such a class, in its order. */
export function layersWithin({ config, entry }: Serialized): readonly JsonValue[] {
  return isList(config.layers) ? config.layers : isList(entry.config) ? entry.config : [];
}

/** A value in a message. */
export function shown(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export class LayerConfig {
  private readonly reasons: string[] = [];
  private readonly untouched: Set<string>;

  constructor(readonly className: string, readonly name: string, private readonly values: JsonObject, readonly dialect: Dialect) {
    this.untouched = new Set(Object.keys(values).filter((key) => !silent.has(key)));
  }

  /** Sentences about what cannot be taken, with those about keys that nobody asked for. */
  get problems(): readonly string[] {
    const left = [...this.untouched].filter((key) => {
      const value = this.values[key];
      return value !== null && value !== undefined && value !== false;
    });
    const all = [...this.reasons, ...left.map((key) => `${key} ${shown(this.values[key])} has no counterpart`)];
    return all.map((reason) => `${this.className} ${quoted(this.name)}: ${reason}`);
  }

  refuse(reason: string): void {
    this.reasons.push(reason);
  }

  /** Where what nobody has asked for says nothing of its own. */
  forgetRest(): void {
    this.untouched.clear();
  }

  /** null is as good as missing. */
  take(key: string): JsonValue | undefined {
    this.untouched.delete(key);
    return this.values[key] ?? undefined;
  }

  /** Where the key has to be absent, or to be one of these. */
  require(key: string, ...allowed: readonly JsonValue[]): void {
    const value = this.take(key);
    if (value !== undefined && !allowed.some((each) => JSON.stringify(each) === JSON.stringify(value))) this.refuse(`${key} ${shown(value)} has no counterpart`);
  }

  number(key: string, usual?: number): number {
    const value = this.take(key) ?? usual;
    if (typeof value === 'number') return value;
    this.refuse(`${key} has to be a number, not ${shown(value)}`);
    return 1;
  }

  flag(key: string, usual: boolean): boolean {
    const value = this.take(key) ?? usual;
    if (typeof value === 'boolean') return value;
    this.refuse(`${key} has to be true or false, not ${shown(value)}`);
    return usual;
  }

  text(key: string, usual: string): string {
    const value = this.take(key) ?? usual;
    if (typeof value === 'string') return value;
    this.refuse(`${key} has to be a text, not ${shown(value)}`);
    return usual;
  }

  numbers(key: string): number[] {
    const value = this.take(key);
    if (isList(value) && value.every((each) => typeof each === 'number')) return [...value];
    this.refuse(`${key} has to be a list of numbers, not ${shown(value)}`);
    return [1];
  }

  /** A size for each of 1 or 2 axes, which may be one number: as options here have it. */
  sizes(key: string, axes: 1 | 2, usual?: number): JsonValue {
    const value = this.take(key) ?? usual;
    const list = isList(value) ? value : [value, value].slice(0, axes);
    if (list.length === axes && list.every((each) => typeof each === 'number')) return axes === 1 ? list[0] ?? 1 : list;
    this.refuse(`${key} has to be ${axes === 1 ? 'a number' : 'two numbers'}, not ${shown(value)}`);
    return axes === 1 ? 1 : [1, 1];
  }
}
