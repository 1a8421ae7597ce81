/** Arithmetic of what is known beforehand. */
import type { Call, Value } from './call.js';
import { known } from './known.js';
import type { Known } from './known.js';
import { sizesOf, times } from './sizes.js';
import type { Size, Sizes } from './sizes.js';

/** Arithmetic of constants and sizes; undefined where an input is neither. */
export function folded(c: Call, kind: 'Add' | 'Sub' | 'Mul' | 'Div'): Value | undefined {
  const [a, b] = [c.value(0), c.value(1)];
  if ((a.kind !== 'known' && a.kind !== 'sizes') || (b.kind !== 'known' && b.kind !== 'sizes')) return undefined;
  const compute = { Add: (x: number, y: number) => x + y, Sub: (x: number, y: number) => x - y, Mul: (x: number, y: number) => x * y, Div: (x: number, y: number) => x / y }[kind];
  if (a.kind === 'known' && b.kind === 'known') {
    const longer = a.data.length >= b.data.length ? a : b;
    const whole = a.data instanceof Float64Array && b.data instanceof Float64Array;
    const ready = a.data.length === b.data.length || a.data.length === 1 || b.data.length === 1;
    if (!ready) c.refuse('constants of different shapes are combined');
    const at = ({ data }: Known, i: number): number => data[data.length === 1 ? 0 : i] ?? NaN;
    const data = longer.data.map((_, i) => {
      const value = compute(at(a, i), at(b, i));
      return whole && kind === 'Div' ? Math.trunc(value) : value;
    });
    return known(`${a.name} ${kind} ${b.name}`, longer.shape, data);
  }
  const [left, right] = [sizesOf(a), sizesOf(b)];
  if (!left || !right) return c.refuse('a shape of several axes');
  const count = Math.max(left.entries.length, right.entries.length);
  const entry = (list: Sizes, i: number): Size => list.entries[list.entries.length === 1 ? 0 : i] ?? { factor: NaN, atoms: [] };
  const entries = Array.from({ length: count }, (_, i) => {
    const [x, y] = [entry(left, i), entry(right, i)];
    if (kind === 'Mul') return times(x, y);
    if (x.atoms.length === 0 && y.atoms.length === 0) return { factor: kind === 'Div' ? Math.trunc(x.factor / y.factor) : compute(x.factor, y.factor), atoms: [] };
    if (kind === 'Div' && y.atoms.length === 0 && x.factor % y.factor === 0) return { factor: x.factor / y.factor, atoms: x.atoms };
    if (y.factor === 0 && kind !== 'Div') return x;
    if (x.factor === 0 && kind === 'Add') return y;
    return c.refuse('a size is worked out from that of an open axis');
  });
  return { kind: 'sizes', scalar: left.scalar && right.scalar, entries };
}

/** Whether sizes are equal: an open one is no negative number, as −1 is in the shapes that exporters work out. */
export function equal(c: Call): Value {
  const [a, b] = [c.sizes(0).entries, c.sizes(1).entries];
  const count = Math.max(a.length, b.length);
  const of = (list: readonly Size[], i: number): Size => list[list.length === 1 ? 0 : i] ?? c.refuse('lists of different lengths are compared');
  const data = Float64Array.from({ length: count }, (_, i) => {
    const [x, y] = [of(a, i), of(b, i)];
    if (x.atoms.length === 0 && y.atoms.length === 0) return x.factor === y.factor ? 1 : 0;
    const plain = x.atoms.length === 0 ? x : y.atoms.length === 0 ? y : c.refuse('two open sizes are compared');
    return plain.factor < 0 ? 0 : c.refuse('an open size is compared with a number');
  });
  return known(c.node.outputs[0] ?? '', [count], data);
}

/** One size or the other, by what is known beforehand. */
export function where(c: Call): Value {
  const condition = c.known(0);
  const [a, b] = [c.sizes(1).entries, c.sizes(2).entries];
  const entries = Array.from(condition.data, (yes, i) => {
    const list = yes === 0 ? b : a;
    return list[list.length === 1 ? 0 : i] ?? c.refuse('lists of different lengths are joined');
  });
  return { kind: 'sizes', scalar: false, entries };
}
