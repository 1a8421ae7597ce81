/** Checks of arguments that every part of the library makes in the same words. */
import { ArgumentError, ShapeError, formatShape, quoted } from './errors.js';
import type { OpenShape } from './openShapes.js';

/** A whole number of at least `least`, or an ArgumentError. */
export function requireCount(operation: string, argument: string, value: number, least = 1): number {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ArgumentError({ operation, argument, expected: `a whole number of at least ${least}`, actual: show(value) });
  }
  return value;
}

/** No tensor holds as many elements: 4 GiB of float32 are all that WebAssembly addresses, and no number in a kernel outgrows 32 bits. */
export const elementLimit = 2 ** 30;

/** @throws ShapeError unless these sizes are whole numbers and fewer than 2^30 elements together; open ones are told when they are known. */
export function requireAddressable(operation: string, argument: string, shape: readonly number[]): void {
  const known = shape.filter((size) => !Number.isNaN(size));
  let elements = 1;
  for (const size of known) elements *= size;
  if (elements < elementLimit && known.every((size) => Number.isSafeInteger(size) && size >= 0)) return;
  throw new ShapeError({
    operation, argument, expected: 'whole sizes, and fewer than 2^30 elements in all', actual: formatShape(shape), hint: '4 GiB of float32 are the most that a tensor may take.',
  });
}

/** A number, and a valid one; what JavaScript would take for a number, as `[0]`, is none. */
export function requireNumber(operation: string, argument: string, value: number, valid: boolean, expected: string, hint?: string): void {
  if (typeof value !== 'number' || !valid) throw new ArgumentError({ operation, argument, expected, actual: show(value), hint });
}

export function requireRate(operation: string, argument: string, value: number): void {
  requireNumber(operation, argument, value, value >= 0 && value < 1, 'a rate in [0, 1)', 'A rate is the share of units dropped.');
}

/** Positive and finite. */
export function requirePositive(operation: string, argument: string, value: number): void {
  requireNumber(operation, argument, value, value > 0 && value < Infinity, 'a positive number');
}

/** Finite and at least 0. */
export function requireNotNegative(operation: string, argument: string, value: number): void {
  requireNumber(operation, argument, value, value >= 0 && value < Infinity, 'a number of at least 0');
}

/** A probability that is neither 0 nor 1, or an ArgumentError. */
export function requireProbability(operation: string, argument: string, value: number): void {
  requireNumber(operation, argument, value, value > 0 && value < 1, 'above 0 and below 1');
}

/** One of the names that `choices` lists, or an ArgumentError with the nearest. */
export function requireChoice<T extends string>(operation: string, argument: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value;
  throw new ArgumentError({
    operation, argument, expected: choices.join(' | '), actual: String(value),
    hint: typeof value === 'string' ? `Did you mean '${nearest(value, choices)}'?` : undefined,
  });
}

/** Sizes of a tensor without its batch, whole numbers of at least 1, NaN where they are null; a copy of them. */
export function requireSizes(operation: string, argument: string, shape: OpenShape | undefined, hint?: string): number[] {
  const given: unknown = shape;
  if (Array.isArray(given) && given.every((size) => size === null || (Number.isInteger(size) && size >= 1))) return (shape ?? []).map((size) => size ?? NaN);
  throw new ArgumentError({ operation, argument, expected: 'a list of sizes without the batch, null where any will do, else whole numbers of at least 1', actual: show(given), hint });
}

/** Of what takes no options, and says so to those who give one. */
export type NoOptions = Readonly<Record<string, never>>;

/** Every option of T by name: the compiler refuses a list that misses one or holds another, or a flag or a signal that is not called one. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: OptionKind<NonNullable<T[K]>> };

type OptionKind<V> = [V] extends [boolean] ? 'flag' : [V] extends [AbortSignal] ? 'signal' : true;

/**
 * Options as they came, once every key is known; nothing a caller says is ignored.
 * @param options what the caller gave; a missing object, as in `new LSTM()`, is refused.
 * @throws ArgumentError naming the first unknown option and the nearest known one, a flag that is neither true nor false, or a signal that is none.
 */
export function checkOptions<T extends object>(operation: string, options: T, names: OptionNames<T>): T {
  const known = Object.keys(names);
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ArgumentError({ operation, argument: 'options', expected: `an object of ${known.join(', ')}`, actual: typeName(given) });
  }
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(names, key));
  if (unknown !== undefined) {
    throw new ArgumentError({
      operation, argument: `option ${quoted(unknown)}`, expected: known.length > 0 ? `one of ${known.join(', ')}` : 'left out', actual: known.length > 0 ? 'an unknown name' : 'an option where there is none',
      hint: known.length > 0 ? `Did you mean '${nearest(unknown, known)}'?` : undefined,
    });
  }
  for (const argument of Object.keys(options)) {
    const value: unknown = Reflect.get(options, argument);
    if (value === undefined) continue;
    const kind: unknown = Reflect.get(names, argument);
    if (kind === 'flag' && typeof value !== 'boolean') throw new ArgumentError({ operation, argument, expected: 'true or false', actual: show(value) });
    if (kind === 'signal' && !isSignal(value)) {
      throw new ArgumentError({
        operation, argument, expected: 'an AbortSignal', actual: typeName(value),
        hint: typeof value === 'object' && value !== null && 'signal' in value ? 'Pass controller.signal.' : undefined,
      });
    }
  }
  return options;
}

/** Those of the options that a part of the whole takes. @param names of the part's. */
export function optionsFor<T extends object>(options: T, names: OptionNames<T>): T {
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(names, key))) as T;
}

/** By what it does, as one may come from another window. */
function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'throwIfAborted' in value;
}

/** A value in a message, short. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return Array.isArray(value) ? `[${value.map(String).join(', ')}]` : String(value);
}

/** Whether `await` would wait for it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What sort of value it is, for messages: `a promise`, `a list`, `undefined`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (isThenable(value)) return 'a promise, which must be awaited first';
  return Array.isArray(value) ? 'a list' : typeof value;
}

/** The known name that a mistyped one most likely means: `lr` learningRate, `return_sequences` returnSequences, `mean_squared_error` mse, `epoch` epochs. */
export function nearest(name: string, known: readonly string[]): string {
  const initials = (text: string): string => text.slice(0, 1) + text.slice(1).replace(/[^A-Z]/g, '');
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const given = plain(name);
  const words = name.split(/[^A-Za-z0-9]+/);
  const short = words.length > 1 ? plain(words.map((word) => word.slice(0, 1)).join('')) : plain(initials(name));
  const cost = (candidate: string): number => (plain(initials(candidate)) === given || short === plain(candidate) ? 0 : editDistance(given, plain(candidate)));
  return known.reduce((best, candidate) => (cost(candidate) < cost(best) ? candidate : best), known[0] ?? '');
}

/** Levenshtein 1966: least number of letters added, removed or exchanged. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, exchanged));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
