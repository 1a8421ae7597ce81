/** Masks and lengths as users give them, for each input of the model. */
import { nearest, typeName } from '../../checks.js';
import type { OptionNames } from '../../checks.js';
import { ArgumentError, DataError, ShapeError, formatShape } from '../../errors.js';
import { allocate, sameShape, toHost } from '../../tensor.js';
import type { DType, HostTensor, TensorLike } from '../../tensor.js';
import { stepsOf } from '../graph/network.js';
import type { NetworkInput } from '../graph/network.js';

/** For a model of one sequence input the thing itself; for others by name of the input, or by place. */
export type PerInput<T> = T | readonly (T | undefined)[] | { readonly [input: string]: T | undefined };

export interface MaskOptions {
  /**
   * [N, T], 1 for real time steps of the input, 0 for padding, which changes no state and counts in no loss of an output that
   * descends from this input step by step (docs/masks.md). For a model of several sequences by name, `{ encoder: mask }` where the
   * input is `Input({ shape, name: 'encoder' })`, or by place, `[mask, undefined]`.
   */
  mask?: PerInput<TensorLike> | undefined;
  /** Real steps of each sample, counted from the first: another way to give masks, by name or place likewise. */
  lengths?: PerInput<readonly number[]> | undefined;
}

export const maskNames: OptionNames<MaskOptions> = { mask: true, lengths: true };

type Inputs = readonly NetworkInput[];

/** Whether it is a list of numbers, not a list of lists. */
function isFlat(value: unknown): boolean {
  return ArrayBuffer.isView(value) || (Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number'));
}

/** One tensor, not a list of them. */
function isMask(value: unknown): value is TensorLike {
  return Array.isArray(value) ? isFlat(value) || isFlat(value[0]) : typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;
}

function isLengths(value: unknown): value is readonly number[] {
  return isFlat(value);
}

/** Gives each input what belongs to it. */
function spread<T>(operation: string, argument: string, value: PerInput<T> | undefined, inputs: Inputs, isOne: (value: unknown) => value is T): (T | undefined)[] {
  if (value === undefined) return inputs.map(() => undefined);
  const refuse = (expected: string, actual: string, hint?: string): ArgumentError => new ArgumentError({ operation, argument, expected, actual, hint });
  if (isOne(value)) {
    const sequences = inputs.filter((input) => stepsOf(input) !== undefined);
    if (sequences.length === 0) throw refuse('absent: there is no time axis', 'given');
    if (sequences.length === 1) return inputs.map((input) => (input === sequences[0] ? value : undefined));
    throw refuse(
      `for each input by name, { ${inputs.find(({ name }) => name)?.name ?? 'encoder'}: … }, or by place, [${inputs.map((_, i) => (i === 0 ? '…' : 'undefined')).join(', ')}]`,
      `one for ${sequences.length} sequences`, "Names are those of Input({ shape, name: 'encoder' }).",
    );
  }
  const given: unknown = value;
  if (typeof given !== 'object' || given === null || (Symbol.iterator in given && !Array.isArray(given))) {
    throw refuse(argument === 'mask' ? '[N, T] of ones and zeros' : 'a list of numbers, one for each sample', typeName(given));
  }
  const isPlaced = (list: typeof value): list is readonly (T | undefined)[] => Array.isArray(list);
  if (isPlaced(value)) {
    if (value.length !== inputs.length) throw refuse(`a list of ${inputs.length}, one for each input`, String(value.length));
    return [...value];
  }
  const names = inputs.flatMap(({ name }) => name ?? []);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw refuse(
      names.length > 0 ? `by the names of inputs, ${names.join(', ')}` : 'by place, as no input has a name', `'${unknown}'`,
      names.length > 0 ? `Did you mean '${nearest(unknown, names)}'?` : "Name inputs with Input({ shape, name: 'encoder' }).",
    );
  }
  return inputs.map(({ name }) => (name === undefined ? undefined : value[name]));
}

/** The mask of each input. @throws ArgumentError, ShapeError, DataError naming option and input. */
export function masksOfInputs(operation: string, { mask, lengths }: MaskOptions, samples: number, inputs: Inputs, dtype: DType): (HostTensor | undefined)[] {
  const masks = spread<TensorLike>(operation, 'mask', mask, inputs, isMask);
  const allLengths = spread<readonly number[]>(operation, 'lengths', lengths, inputs, isLengths);
  return inputs.map((input, i) => {
    const { name } = input;
    const steps = stepsOf(input);
    const own = masks[i];
    const counts = allLengths[i];
    if (own === undefined && counts === undefined) return undefined;
    const of = inputs.length === 1 ? '' : ` of input ${name === undefined ? i : `'${name}'`}`;
    const refuse = (argument: string, expected: string, actual: string): ArgumentError => new ArgumentError({ operation, argument: argument + of, expected, actual });
    if (own !== undefined && counts !== undefined) throw refuse('mask', 'given without lengths', 'both');
    if (steps === undefined) throw refuse(own === undefined ? 'lengths' : 'mask', 'absent: there is no time axis', 'given');
    return own === undefined
      ? fromLengths(operation, of, counts ?? [], samples, steps, dtype)
      : checkedMask(operation, of, own, samples, steps, dtype);
  });
}

function checkedMask(operation: string, of: string, mask: TensorLike, samples: number, steps: number, dtype: DType): HostTensor {
  const host = toHost(mask, dtype);
  const shape = [samples, steps];
  if (!sameShape(host.shape, shape)) throw new ShapeError({ operation, argument: `mask${of}`, expected: formatShape(shape), actual: formatShape(host.shape) });
  const odd = host.data.find((value) => value !== 0 && value !== 1);
  if (odd !== undefined) throw new DataError({ operation, argument: `mask${of}`, expected: 'zeros and ones', actual: String(odd) });
  return host;
}

function fromLengths(operation: string, of: string, lengths: readonly number[], samples: number, steps: number, dtype: DType): HostTensor {
  const given: unknown = lengths;
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) {
    throw new ArgumentError({ operation, argument: `lengths${of}`, expected: 'a list of numbers, one for each sample', actual: typeName(given) });
  }
  if (lengths.length !== samples) {
    throw new ShapeError({ operation, argument: `lengths${of}`, expected: `${samples} numbers`, actual: String(lengths.length) });
  }
  const data = allocate(dtype, samples * steps);
  lengths.forEach((length, row) => {
    if (!Number.isInteger(length) || length < 1 || length > steps) {
      throw new ArgumentError({ operation, argument: `lengths[${row}]${of}`, expected: `a whole number from 1 to ${steps}`, actual: String(length) });
    }
    data.fill(1, row * steps, row * steps + length);
  });
  return { data, shape: [samples, steps] };
}
