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
