/**
 * How a value of an ONNX graph lies in a tensor of ours. ONNX orders axes as each operator likes; here the batch comes first, then time or
 * space, and channels last. So axes are names: a value is a tensor whose axes are made of atoms, and a list of axes made of the same atoms in
 * another order or grouping. Transpose, Reshape, Squeeze, Unsqueeze and Flatten then cost nothing; Permute and Reshape come in only where a
 * layer wants an order that the tensor does not have.
 */
import { Permute } from '../../../layers/permute.js';
import { Reshape } from '../../../layers/reshape.js';
import type { SymbolicTensor } from '../../../layers/layer.js';

/** An axis that is moved as a whole; those of size 1 are no atoms. */
export interface Atom {
  /** NaN where open; of the batch what the file declares, or NaN. */
  readonly size: number;
  readonly batch: boolean;
  /** The graph's input it comes from, and which axis of it. */
  readonly origin?: { readonly input: string; readonly axis: number };
}

/** An axis: what lies side by side in it, the slowest first. Empty for an axis of size 1. */
export type Axis = readonly Atom[];

export interface Flow {
  readonly kind: 'flow';
  readonly tensor: SymbolicTensor;
  /** Axes of the tensor, the first of them the batch. */
  readonly base: readonly Axis[];
  /** Axes of the value in ONNX. */
  readonly axes: readonly Axis[];
  /** Whole numbers, as indices and lengths are. */
  readonly whole?: boolean;
  /** The last step of a sequence that a recurrent layer made: its state. */
  readonly last?: { readonly time: Axis; readonly tensor: SymbolicTensor; readonly base: readonly Axis[] };
}

export function atom(size: number): Axis {
  return size === 1 ? [] : [{ size, batch: false }];
}

/** NaN where an atom is open. */
export function sizeOfAxis(axis: Axis): number {
  return axis.reduce((product, { size }) => product * size, 1);
}

export function isBatch(axis: Axis | undefined): boolean {
  const [only, ...others] = axis ? solid(axis) : [];
  return only?.batch === true && others.length === 0;
}

function sameAtoms(a: readonly Atom[], b: readonly Atom[]): boolean {
  return a.length === b.length && a.every((atom_, i) => atom_ === b[i]);
}

/** Whether two axes can be one. */
export function axesMeet(a: Axis, b: Axis): boolean {
  const [x, y] = [sizeOfAxis(a), sizeOfAxis(b)];
  return sameAtoms(solid(a), solid(b)) || x === y || Number.isNaN(x) || Number.isNaN(y);
}

/** Without those that take no room: the inputs of a graph have some, since each may turn out to be the batch. */
function solid(axis: Axis): Axis {
  return axis.filter(({ batch, size }) => batch || size !== 1);
}

/** The tensor with these axes, made of the same atoms; the first is the batch. */
export function laidOut({ tensor, base }: Flow, axes: readonly Axis[]): SymbolicTensor {
  if (base.length === axes.length && base.every((axis, i) => sameAtoms(solid(axis), solid(axes[i] ?? [])))) return tensor;
  const from = solid(base.flat()).filter(({ batch }) => !batch);
  const to = solid(axes.flat()).filter(({ batch }) => !batch);
  let x = tensor;
  if (!sameAtoms(from, to)) {
    x = reshaped(x, from.map((each) => [each]));
    x = new Permute({ dims: to.map((each) => from.indexOf(each) + 1) }).apply(x);
  }
  // PyTorch joins the heads of attention with the batch: in a tensor the batch stays by itself.
  return reshaped(x, axes.slice(1).map((axis) => axis.filter(({ batch }) => !batch)));
}

function reshaped(x: SymbolicTensor, axes: readonly Axis[]): SymbolicTensor {
  const sizes = axes.map(sizeOfAxis);
  if (sizes.length === x.shape.length && sizes.every((size, i) => Object.is(size, x.shape[i]))) return x;
  return new Reshape({ targetShape: sizes.length === 0 ? [1] : sizes.map((size) => (Number.isNaN(size) ? -1 : size)) }).apply(x);
}

/** What a layer made of it: a tensor with these axes, in this order for ONNX. */
export function flowOf(tensor: SymbolicTensor, base: readonly Axis[], axes: readonly Axis[], more: Partial<Flow> = {}): Flow {
  return { kind: 'flow', tensor, base, axes, ...more };
}

/** The axes but the batch in the order in which they lie in the tensor, where each lies in one piece; else in that of ONNX. */
export function naturalOrder({ base, axes }: Flow, without: readonly number[] = []): number[] {
  const place = new Map(base.flat().map((each, i) => [each, i]));
  const rest = axes.map((_, i) => i).filter((i) => !isBatch(axes[i]) && !without.includes(i));
  const whole = rest.every((i) => (axes[i] ?? []).every((each, j, all) => j === 0 || place.get(each) === (place.get(all[j - 1] ?? each) ?? 0) + 1));
  const at = (i: number): number => place.get(axes[i]?.[0] ?? { size: 1, batch: false }) ?? -1;
  return whole ? [...rest].sort((a, b) => at(a) - at(b)) : rest;
}

/** One atom in two pieces, in the tensor and in the axes. Undefined where it is not so many times `inner`. */
export function split(flow: Flow, whole: Atom, inner: number): { flow: Flow; outer: Axis; inner: Axis } | undefined {
  if (whole.batch || !Number.isInteger(whole.size / inner)) return undefined;
  const parts = [atom(whole.size / inner), atom(inner)] as const;
  const replaced = (axes: readonly Axis[]): Axis[] => axes.map((axis) => axis.flatMap((each) => (each === whole ? parts.flat() : [each])));
  return { flow: { ...flow, base: replaced(flow.base), axes: replaced(flow.axes), last: undefined }, outer: parts[0], inner: parts[1] };
}
