/** Sizes as graphs work them out: numbers times the sizes of open axes. */
import type { Atom, Axis, Flow } from './view.js';
import { split } from './view.js';
import type { Known } from './known.js';

/** A number, or a number times axes. */
export interface Size { readonly factor: number; readonly atoms: readonly Atom[] }

/** A list of sizes, or one of them. */
export interface Sizes {
  readonly kind: 'sizes';
  readonly scalar: boolean;
  readonly entries: readonly Size[];
}

/** The batch stays a name even where the file declares a number; other numbers are numbers. */
export function sizeOfOne(axis: Axis): Size {
  const open = axis.filter(({ batch, size }) => batch || Number.isNaN(size));
  return { factor: axis.filter((each) => !open.includes(each)).reduce((product, { size }) => product * size, 1), atoms: open };
}

export function times(a: Size, b: Size): Size {
  if (a.factor * b.factor === 0) return { factor: 0, atoms: [] };
  return { factor: a.factor * b.factor, atoms: [...a.atoms, ...b.atoms] };
}

/** As sizes, whatever it is; undefined for what has more than one axis. */
export function sizesOf(value: Known | Sizes): Sizes | undefined {
  if (value.kind === 'sizes') return value;
  if (value.shape.length > 1) return undefined;
  return { kind: 'sizes', scalar: value.shape.length === 0, entries: Array.from(value.data, (factor) => ({ factor, atoms: [] })) };
}

/** Undefined unless all are numbers. */
export function numbersOf(value: Known | Sizes): number[] | undefined {
  if (value.kind === 'known') return value.shape.length > 1 ? undefined : Array.from(value.data);
  return value.entries.every(({ atoms }) => atoms.length === 0) ? value.entries.map(({ factor }) => factor) : undefined;
}

/** The value under another shape: atoms are taken from the front and, behind a −1, from the end. Undefined where they do not come out even. */
export function reshapedTo(value: Flow, target: readonly Size[], keepZero: boolean): Flow | undefined {
  let flow = value;
  const sizes = target.map((size, i): Size | 'rest' => {
    if (size.atoms.length === 0 && size.factor === -1) return 'rest';
    return size.atoms.length === 0 && size.factor === 0 && !keepZero ? sizeOfOne(value.axes[i] ?? []) : size;
  });
  let left: Atom[] = flow.axes.flat().filter(({ batch, size }) => batch || size !== 1);
  const take = (size: Size, fromEnd: boolean): Axis | undefined => {
    const axis: Atom[] = [];
    let factor = size.factor;
    const names = [...size.atoms];
    const end = fromEnd ? left.at(-1) : left[0];
    if (end?.batch === true && names.length === 0 && factor === end.size) {
      left = fromEnd ? left.slice(0, -1) : left.slice(1);
      return [end];
    }
    while (factor !== 1 || names.length > 0) {
      const next = fromEnd ? left.at(-1) : left[0];
      if (!next) return undefined;
      const named = names.indexOf(next);
      if (named >= 0) names.splice(named, 1);
      else if (next.size <= factor && factor % next.size === 0) factor /= next.size;
      else {
        const [inner, keepsInner] = fromEnd ? [factor, true] : [next.size / factor, false];
        const parts = split(flow, next, inner);
        if (!parts) return undefined;
        flow = parts.flow;
        left = left.flatMap((each) => (each === next ? [...parts.outer, ...parts.inner] : [each]));
        factor /= keepsInner ? inner : next.size / inner;
        axis[fromEnd ? 'unshift' : 'push'](...(keepsInner ? parts.inner : parts.outer));
        left = keepsInner ? left.slice(0, -parts.inner.length) : left.slice(parts.outer.length);
        continue;
      }
      left = fromEnd ? left.slice(0, -1) : left.slice(1);
      axis[fromEnd ? 'unshift' : 'push'](next);
    }
    return axis;
  };
  const rest = sizes.indexOf('rest');
  const ahead: Axis[] = [];
  const behind: Axis[] = [];
  for (const size of rest < 0 ? sizes : sizes.slice(0, rest)) {
    const axis = size === 'rest' ? undefined : take(size, false);
    if (!axis) return undefined;
    ahead.push(axis);
  }
  for (const size of rest < 0 ? [] : sizes.slice(rest + 1).reverse()) {
    const axis = size === 'rest' ? undefined : take(size, true);
    if (!axis) return undefined;
    behind.unshift(axis);
  }
  if (rest < 0 && left.length > 0) return undefined;
  return { ...flow, axes: rest < 0 ? ahead : [...ahead, left, ...behind], last: undefined };
}
