/**
 * Read at once: what a caller hands in is taken before the first `await`, so that what he does with it afterwards changes nothing.
 * Numbers become tensors where they are used; this takes the rest: lists, records, baselines, targets.
 */
import { checkOptions } from './checks.js';
import type { OptionNames } from './checks.js';
import { fromHost } from './ndarrays.js';
import { toHost } from './tensor.js';
import type { TensorLike } from './tensor.js';

/**
 * A copy of lists, typed arrays, tensors (contiguous, in float64) and records of them. What can do something (functions, callbacks, models, signals, sources,
 * a record that holds a function) is not data: it stays the very thing.
 */
export function copyOf<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  // Not value.slice(): that of a Buffer copies nothing.
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? value : Uint8Array.prototype.slice.call(value as Uint8Array);
  if ('data' in value && 'shape' in value) {
    const { data, shape } = toHost(value as TensorLike, 'float64');
    return 'stride' in value ? fromHost(data, shape) : { data, shape };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Symbols too: an iterable has its function under one.
  const isData = (prototype === Object.prototype || prototype === null) && Reflect.ownKeys(value).every((key) => typeof Reflect.get(value, key) !== 'function');
  return isData ? copyEntries(value) : value;
}

/** Options as they are now, each of them copied as {@link copyOf} does. @throws ArgumentError as `checkOptions` */
export function takeOptions<T extends object>(operation: string, options: T, names: OptionNames<T>): T {
  return copyEntries(checkOptions(operation, options, names));
}

/** Without the entries that are undefined: those are left out, and defaults stand in for them. */
export function givenEntries<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, entry]) => entry !== undefined)) as T;
}

/** A record whose entries are copied, functions or not. */
export function copyEntries<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).map(([key, entry]) => [key, copied(entry)])) as T;
}
