/** Constants and values that are said again: Expand and Tile. */
import { BatchElsewhere } from './call.js';
import type { Call, Value } from './call.js';
import { known } from './known.js';
import type { Known } from './known.js';
import { sizeOfOne, times } from './sizes.js';
import type { Size } from './sizes.js';
import { sizeOfAxis } from './view.js';
import type { Axis } from './view.js';

const one: Size = { factor: 1, atoms: [] };

/** With axes of size 1 in front. */
function padded<T>(list: readonly T[], rank: number, entry: T): T[] {
  return [...Array.from({ length: Math.max(0, rank - list.length) }, () => entry), ...list];
}

export function expand(c: Call): Value {
  const value = c.value(0);
  const target = c.sizes(1).entries;
  if (value.kind === 'flow') {
    const axes = padded<Axis>(value.axes, target.length, []);
    const stays = target.every((size, i) => isOne(size) || size.factor === sizeOfAxis(axes[i] ?? []) || same(size, sizeOfOne(axes[i] ?? [])));
    return stays ? { ...value, axes } : c.refuse('numbers are repeated along an axis');
  }
  if (value.kind === 'filled') return { ...value, sizes: target };
  if (value.kind !== 'known') return c.refuse('such a value is repeated');
  return repeated(c, value, padded(target, value.shape.length, one));
}

export function tile(c: Call): Value {
  const value = c.value(0);
  const times_ = c.sizes(1).entries;
  if (value.kind === 'flow') return times_.every(isOne) ? value : c.refuse('numbers are repeated along an axis');
  if (value.kind === 'filled') return { ...value, sizes: value.sizes.map((size, i) => times(size, times_[i] ?? one)) };
  if (value.kind !== 'known' || times_.length !== value.shape.length) return c.refuse('such a value is repeated');
  return repeated(c, value, value.shape.map((size, i) => times({ factor: size, atoms: [] }, times_[i] ?? one)));
}

/** A constant under a larger shape: the same number everywhere, or the same numbers for each sample. */
function repeated(c: Call, value: Known, target: readonly Size[]): Value {
  const shape = padded(value.shape, target.length, 1);
  const first = value.data[0] ?? 0;
  if (value.data.every((each) => each === first)) return { kind: 'filled', value: first, sizes: target.map((size, i) => (isOne(size) ? { factor: shape[i] ?? 1, atoms: [] } : size)) };
  const longer = target.flatMap((size, i) => (isOne(size) || (size.atoms.length === 0 && size.factor === shape[i]) ? [] : [i]));
  const whole = known(value.name, shape, value.data);
  const [axis, ...others] = longer;
  if (axis === undefined) return whole;
  const { factor = 1, atoms: [atom, ...more] = [] } = target[axis] ?? {};
  // Nothing but the batch is what a constant is repeated over: which axis of the input that is shows here.
  if (atom?.batch === false && atom.origin) throw new BatchElsewhere(atom.origin.input, atom.origin.axis);
  const samples = (atom?.batch === true && more.length === 0 && factor === 1) || (!atom && factor === c.around.batch[0]?.size);
  return others.length === 0 && samples && shape[axis] === 1 ? { kind: 'repeated', of: whole, axis } : c.refuse('a constant is repeated along another axis than the batch');
}

function isOne({ factor, atoms }: Size): boolean {
  return factor === 1 && atoms.length === 0;
}

function same(a: Size, b: Size): boolean {
  return a.factor === b.factor && a.atoms.length === b.atoms.length && a.atoms.every((each) => b.atoms.includes(each));
}
