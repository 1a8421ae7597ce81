/** Operators that move numbers and work out shapes. */
import { Cropping1D } from '../../../layers/cropping.js';
import { Embedding } from '../../../layers/embedding.js';
import { Concatenate } from '../../../layers/merge.js';
import { SimpleRNN } from '../../../layers/simpleRnn.js';
import { ZeroPad1D } from '../../../layers/zeroPad.js';
import { sizeOf } from '../../../tensor.js';
import type { Call, Value } from './call.js';
import { floatsOf, known, rowsOf, transposed } from './known.js';
import type { Known } from './known.js';
import { reshapedTo, sizeOfOne, sizesOf, times } from './sizes.js';
import type { Size, Sizes } from './sizes.js';
import { atom, flowOf, isBatch, laidOut, naturalOrder, sizeOfAxis } from './view.js';
import type { Axis, Flow } from './view.js';

export function identity(c: Call): Value {
  return c.value(0);
}

export function constant(c: Call): Value {
  const name = c.node.outputs[0] ?? '';
  const value = c.tensor('value');
  if (value) return value;
  const { attributes } = c.node;
  const list = (data: readonly number[], scalar: boolean): Known => known(name, scalar ? [] : [data.length], Float64Array.from(data));
  if (attributes.has('value_float')) return list([c.float('value_float', 0)], true);
  if (attributes.has('value_int')) return list([c.int('value_int', 0)], true);
  if (attributes.has('value_floats')) return list(c.floats('value_floats'), false);
  if (attributes.has('value_ints')) return list(c.ints('value_ints') ?? [], false);
  return c.refuse('a constant of texts or sparse numbers');
}

export function cast(c: Call): Value {
  const value = c.value(0);
  const to = c.int('to', 1);
  const toWhole = [2, 3, 4, 5, 6, 7, 12, 13].includes(to);
  if (value.kind === 'flow' && toWhole && value.whole !== true) c.refuse('numbers are cut to whole ones, which has no slope');
  if (value.kind !== 'flow' && value.kind !== 'known' && value.kind !== 'sizes' && value.kind !== 'filled') c.refuse('scores of attention');
  if (value.kind === 'known' && toWhole) return known(value.name, value.shape, Float64Array.from(value.data, Math.trunc));
  return value;
}

export function shape(c: Call): Value {
  const value = c.value(0);
  const all = sizesOfValue(c, value);
  const rank = all.length;
  const bound = (at: number): number => Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  return { kind: 'sizes', scalar: false, entries: all.slice(bound(c.int('start', 0)), bound(c.int('end', rank))) };
}

function sizesOfValue(c: Call, value: Value): Size[] {
  if (value.kind === 'flow') return value.axes.map(sizeOfOne);
  if (value.kind === 'filled') return [...value.sizes];
  if (value.kind === 'known') return value.shape.map((factor) => ({ factor, atoms: [] }));
  return c.refuse('the shape of such a value');
}

export function constantOfShape(c: Call): Value {
  const { data = [0] } = c.tensor('value') ?? {};
  return { kind: 'filled', value: data[0] ?? 0, sizes: targetOf(c, 0).entries };
}

/** A list of sizes among the inputs. */
function targetOf(c: Call, i: number): Sizes {
  const value = c.value(i);
  const sizes = value.kind === 'known' || value.kind === 'sizes' ? sizesOf(value) : undefined;
  return sizes ?? c.refuse(`input ${i} must be a shape`);
}

export function expand(c: Call): Value {
  const value = c.value(0);
  const target = targetOf(c, 1).entries;
  if (value.kind === 'known' || value.kind === 'filled') {
    const first = value.kind === 'known' ? value.data[0] ?? 0 : value.value;
    if (value.kind === 'known' && !value.data.every((each) => each === first)) c.refuse('a constant that is repeated over the batch, such as a learned initial state: no layer makes one');
    return { kind: 'filled', value: first, sizes: target };
  }
  if (value.kind !== 'flow') return c.refuse('scores of attention');
  const ahead = target.length - value.axes.length;
  const axes = [...Array.from({ length: Math.max(0, ahead) }, (): Axis => []), ...value.axes];
  const stays = target.every((size, i) => size.atoms.length === 0 && (size.factor === 1 || size.factor === sizeOfAxis(axes[i] ?? []) ) || same(size, sizeOfOne(axes[i] ?? [])));
  return stays ? { ...value, axes } : c.refuse('numbers are repeated along an axis');
}

function same(a: Size, b: Size): boolean {
  return a.factor === b.factor && a.atoms.length === b.atoms.length && a.atoms.every((each) => b.atoms.includes(each));
}

export function reshape(c: Call): Value {
  const value = c.value(0);
  const target = c.has(1) ? targetOf(c, 1).entries : (c.ints('shape') ?? []).map((factor): Size => ({ factor, atoms: [] }));
  const keepZero = c.int('allowzero', 0) === 1;
  if (value.kind === 'flow') return reshapedTo(value, target, keepZero) ?? c.refuse('axes are cut apart and joined in a way that is none of moving them');
  const numbers = target.map(({ factor, atoms }) => (atoms.length > 0 ? NaN : factor));
  if (value.kind === 'filled') return { ...value, sizes: target.some(({ factor }) => factor <= 0) ? c.refuse('a constant over the batch is reshaped') : target };
  if (value.kind !== 'known') return value.kind === 'sizes' && target.length === 0 ? { ...value, scalar: true } : c.refuse('sizes are reshaped');
  const sizes = numbers.map((n, i) => (n === 0 && !keepZero ? value.shape[i] ?? 1 : n));
  const rest = sizes.reduce((product, n) => (n === -1 ? product : product / n), sizeOf(value.shape));
  return known(`${value.name}:${sizes.join()}`, sizes.map((n) => (n === -1 ? rest : n)), value.data);
}

export function flatten(c: Call): Value {
  const flow = c.flow(0);
  const axis = c.int('axis', 1);
  const at = axis < 0 ? axis + flow.axes.length : axis;
  return { ...flow, axes: [flow.axes.slice(0, at).flat(), flow.axes.slice(at).flat()], last: undefined };
}

export function transpose(c: Call): Value {
  const value = c.value(0);
  if (value.kind === 'known') return transposed(value, c.ints('perm') ?? value.shape.map((_, axis) => value.shape.length - 1 - axis));
  if (value.kind === 'flow') return { ...value, axes: (c.ints('perm') ?? value.axes.map((_, i) => value.axes.length - 1 - i)).map((axis) => value.axes[axis] ?? c.refuse(`axis ${axis}`)) };
  if (value.kind === 'filled') return { ...value, sizes: (c.ints('perm') ?? value.sizes.map((_, i) => value.sizes.length - 1 - i)).map((axis) => value.sizes[axis] ?? c.refuse(`axis ${axis}`)) };
  return c.refuse('sizes or scores of attention are transposed');
}

export function unsqueeze(c: Call): Value {
  const value = c.value(0);
  const axes = c.numbers(1, 'axes') ?? [];
  const into = <T>(list: readonly T[], one: T): T[] => {
    const rank = list.length + axes.length;
    const at = new Set(axes.map((axis) => c.axis(axis, rank)));
    const rest = [...list];
    return Array.from({ length: rank }, (_, i) => (at.has(i) ? one : rest.shift() ?? one));
  };
  if (value.kind === 'flow') return { ...value, axes: into<Axis>(value.axes, []) };
  if (value.kind === 'known') return known(value.name, into(value.shape, 1), value.data);
  if (value.kind === 'filled') return { ...value, sizes: into<Size>(value.sizes, { factor: 1, atoms: [] }) };
  if (value.kind === 'sizes') return { ...value, scalar: false };
  return c.refuse('scores of attention');
}

export function squeeze(c: Call): Value {
  const value = c.value(0);
  const given = c.numbers(1, 'axes');
  const out = <T>(list: readonly T[], isOne: (entry: T) => boolean): T[] => {
    const gone = new Set(given ? given.map((axis) => c.axis(axis, list.length)) : list.flatMap((entry, i) => (isOne(entry) ? [i] : [])));
    for (const i of gone) if (!isOne(list[i] as T)) c.refuse(`axis ${i} is dropped and is not of size 1`);
    return list.filter((_, i) => !gone.has(i));
  };
  if (value.kind === 'flow') return { ...value, axes: out(value.axes, (axis) => sizeOfAxis(axis) === 1 && !axis.some(({ batch }) => batch)) };
  if (value.kind === 'known') return known(value.name, out(value.shape, (size) => size === 1), value.data);
  if (value.kind === 'filled') return { ...value, sizes: out(value.sizes, ({ factor, atoms }) => factor === 1 && atoms.length === 0) };
  if (value.kind === 'sizes') return { ...value, scalar: value.entries.length === 1 };
  return c.refuse('scores of attention');
}

export function concat(c: Call): Value {
  const values = c.node.inputs.map((_, i) => c.value(i));
  if (values.every((value) => value.kind === 'sizes' || (value.kind === 'known' && value.shape.length <= 1))) {
    return { kind: 'sizes', scalar: false, entries: values.flatMap((value) => sizesOf(value as Known | Sizes)?.entries ?? []) };
  }
  if (values.every((value) => value.kind === 'known')) {
    const axis = c.axis(c.int('axis', 0), values[0]?.shape.length ?? 0);
    if (axis !== 0) c.refuse('constants are joined along an axis other than the first');
    const data = Float64Array.from(values.flatMap((value) => Array.from(value.data)));
    return known(c.node.outputs[0] ?? '', [values.reduce((sum, value) => sum + (value.shape[0] ?? 0), 0), ...(values[0]?.shape.slice(1) ?? [])], data);
  }
  const flows = values.map((value) => (value.kind === 'flow' ? value : c.refuse('a constant is joined with what depends on the inputs')));
  const [first] = flows;
  if (!first) return c.refuse('nothing is joined');
  const axis = c.axis(c.int('axis', 0), first.axes.length);
  if (first.axes[axis]?.some(({ batch }) => batch) === true) c.refuse('values are joined along the batch');
  if (flows.length === 1) return first;
  const order = [...naturalOrder(first, [axis])];
  const batch = first.axes.findIndex(isBatch);
  const tensors = flows.map((flow) => {
    c.requireBatch(flow, batch);
    return laidOut(flow, [c.around.batch, ...order.map((i) => flow.axes[i] ?? []), flow.axes[axis] ?? []]);
  });
  const joined = atom(flows.reduce((sum, flow) => sum + sizeOfAxis(flow.axes[axis] ?? []), 0));
  if (joined.some(({ size }) => Number.isNaN(size))) c.refuse('values are joined along an open axis');
  const y = new Concatenate().apply(tensors);
  return flowOf(y, [c.around.batch, ...order.map((i) => first.axes[i] ?? []), joined], first.axes.map((each, i) => (i === axis ? joined : each)));
}

/** One entry after the other from an axis: what is left of it between two places. */
function cut(c: Call, flow: Flow, axis: number, begin: number, end: number): Flow {
  const whole = flow.axes[axis] ?? [];
  if (whole.some(({ batch }) => batch)) c.refuse('part of the batch is taken');
  const size = sizeOfAxis(whole);
  const from = begin < 0 ? begin + size : Math.min(begin, Number.isNaN(size) ? begin : size);
  const to = end < 0 ? end + size : Math.min(end, size);
  const [before, after] = [from, end >= Number.MAX_SAFE_INTEGER / 4 ? 0 : end < 0 ? -end : size - to];
  if (Number.isNaN(before) || Number.isNaN(after)) c.refuse('a part counted from the other end of an open axis');
  if (before === 0 && after === 0) return flow;
  const order = naturalOrder(flow, [axis]);
  const rest = order.map((i) => flow.axes[i] ?? []);
  const x = laidOut(flow, [c.around.batch, whole, rest.flat()]);
  const part = atom(size - before - after);
  const y = new Cropping1D({ cropping: [before, after] }).apply(x);
  return flowOf(y, [c.around.batch, part, rest.flat()], flow.axes.map((each, i) => (i === axis ? part : each)));
}

/** One entry of an axis, which stays with size 1. */
export function entryOf(c: Call, flow: Flow, axis: number, entry: number): Flow {
  return cut(c, flow, axis, entry, entry + 1);
}

/** The last step of an axis, or the first, whatever its length: a linear recurrent layer that forgets all but what it reads. */
function end(c: Call, flow: Flow, axis: number, last: boolean): Flow {
  const whole = flow.axes[axis] ?? [];
  if (last && flow.last?.time === whole) return flowOf(flow.last.tensor, flow.last.base, flow.axes.map((each, i) => (i === axis ? [] : each)));
  if (!Number.isNaN(sizeOfAxis(whole))) return last ? cut(c, flow, axis, sizeOfAxis(whole) - 1, Number.MAX_SAFE_INTEGER) : cut(c, flow, axis, 0, 1);
  const rest = naturalOrder(flow, [axis]).map((i) => flow.axes[i] ?? []);
  const width = sizeOfAxis(rest.flat());
  if (Number.isNaN(width)) c.refuse('a step of a sequence with two open axes');
  const identityKernel = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
  const make = (): SimpleRNN => new SimpleRNN({ units: width, activation: 'linear', useBias: false, goBackwards: !last, trainable: false });
  const [y] = c.apply('end', {}, {
    kernel: { shape: [width, width], data: identityKernel }, recurrentKernel: { shape: [width, width], data: new Float32Array(width * width) },
  }, [], make, [laidOut(flow, [c.around.batch, whole, rest.flat()])]);
  return y ? flowOf(y, [c.around.batch, rest.flat()], flow.axes.map((each, i) => (i === axis ? [] : each))) : c.refuse('nothing is left');
}

export function slice(c: Call): Value {
  const value = c.value(0);
  const starts = c.numbers(1, 'starts') ?? [];
  const ends = c.numbers(2, 'ends') ?? [];
  const axes = c.numbers(3, 'axes') ?? starts.map((_, i) => i);
  const steps = c.numbers(4, 'steps') ?? starts.map(() => 1);
  if (value.kind === 'sizes' || (value.kind === 'known' && value.shape.length === 1)) {
    const entries = sizesOf(value)?.entries ?? [];
    return { kind: 'sizes', scalar: false, entries: steps[0] === 1 ? entries.slice(starts[0], ends[0]) : c.refuse('sizes are taken with a stride') };
  }
  if (value.kind === 'known' && axes.length === 1 && c.axis(axes[0] ?? 0, value.shape.length) === 0 && steps[0] === 1) {
    const size = value.shape[0] ?? 0;
    const bound = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
    return rowsOf(value, bound(starts[0] ?? 0), bound(ends[0] ?? size));
  }
  if (value.kind === 'filled') return { ...value, sizes: axes.reduce((sizes: readonly Size[], which, i) => slicedSizes(c, sizes, c.axis(which, sizes.length), starts[i] ?? 0, ends[i] ?? 0), value.sizes) };
  if (value.kind !== 'flow') return c.refuse('part of a constant is taken');
  if (steps.some((step) => step !== 1)) c.refuse('a stride, or the opposite order');
  return axes.reduce((flow: Flow, which, i) => {
    const axis = c.axis(which, flow.axes.length);
    const [from, to] = [starts[i] ?? 0, ends[i] ?? 0];
    if (from === -1 && to >= Number.MAX_SAFE_INTEGER / 4) return end(c, flow, axis, true);
    return cut(c, flow, axis, from, to);
  }, value);
}

function slicedSizes(c: Call, sizes: readonly Size[], axis: number, from: number, to: number): Size[] {
  const { factor = 0, atoms = [] } = sizes[axis] ?? {};
  if (atoms.length > 0) c.refuse('part of an open axis of a constant is taken');
  const bound = (at: number): number => Math.max(0, Math.min(factor, at < 0 ? at + factor : at));
  return sizes.map((size, i) => (i === axis ? { factor: Math.max(0, bound(to) - bound(from)), atoms: [] } : size));
}

export function gather(c: Call): Value {
  const value = c.value(0);
  const index = c.value(1);
  if (value.kind === 'known' && index.kind === 'flow') return embedding(c, value, index);
  if (index.kind !== 'known') return c.refuse('entries are taken by numbers that depend on the inputs');
  if (value.kind === 'sizes' || (value.kind === 'known' && value.shape.length === 1)) {
    const entries = sizesOf(value)?.entries ?? [];
    const at = (i: number): Size => entries[i < 0 ? i + entries.length : i] ?? c.refuse(`entry ${i} of ${entries.length}`);
    return { kind: 'sizes', scalar: index.shape.length === 0, entries: Array.from(index.data, at) };
  }
  if (value.kind !== 'flow') return c.refuse('entries of a constant are taken');
  const axis = c.axis(c.int('axis', 0), value.axes.length);
  const [first = 0] = index.data;
  const inOrder = index.data.every((at, i) => at === first + i);
  if (!inOrder || index.shape.length > 1) c.refuse('entries are taken out of order');
  const taken = index.data.length === 1 && (first === -1 || first === 0) ? end(c, value, axis, first === -1) : cut(c, value, axis, first, first + index.data.length === 0 ? Number.MAX_SAFE_INTEGER : first + index.data.length);
  return index.shape.length === 0 ? { ...taken, axes: taken.axes.filter((_, i) => i !== axis) } : taken;
}

function embedding(c: Call, table: Known, index: Flow): Value {
  if (c.int('axis', 0) !== 0 || table.shape.length !== 2) c.refuse('a table that is not looked up row by row');
  const [inputDim = 0, outputDim = 0] = table.shape;
  const batch = index.axes.findIndex(isBatch);
  c.requireBatch(index, Math.max(0, batch));
  const rest = index.axes.filter((_, i) => i !== batch);
  const x = laidOut(index, [c.around.batch, ...rest]);
  const [y] = c.apply('Embedding', { inputDim, outputDim }, { embeddings: { shape: table.shape, data: floatsOf(table) } }, [table.name], (name) => new Embedding({ inputDim, outputDim, name }), [x]);
  const width = atom(outputDim);
  return y ? flowOf(y, [c.around.batch, ...rest, width], [...index.axes, width]) : c.refuse('nothing');
}

export function splitAxis(c: Call): Value[] {
  const flow = c.flow(0);
  const axis = c.axis(c.int('axis', 0), flow.axes.length);
  const count = c.node.outputs.length;
  const size = sizeOfAxis(flow.axes[axis] ?? []);
  const even = Math.ceil(size / count);
  const parts = c.numbers(1, 'split') ?? Array.from({ length: count }, (_, i) => Math.min(even, size - i * even));
  let from = 0;
  return parts.map((part) => cut(c, flow, axis, from, (from += part)));
}

export function pad(c: Call): Value {
  const flow = c.flow(0);
  if (c.text('mode', 'constant') !== 'constant') c.refuse(`mode ${c.text('mode', '')}`);
  const value = c.has(2) ? c.known(2).data[0] ?? 0 : c.float('value', 0);
  if (value !== 0) c.refuse(`padding by ${value}, not by zeros`);
  const pads = c.numbers(1, 'pads') ?? [];
  const axes = c.numbers(3, 'axes') ?? flow.axes.map((_, i) => i);
  return axes.reduce((x: Flow, which, i) => {
    const axis = c.axis(which, x.axes.length);
    const padding = [pads[i] ?? 0, pads[i + axes.length] ?? 0] as const;
    if (padding[0] === 0 && padding[1] === 0) return x;
    if (padding[0] < 0 || padding[1] < 0) return cut(c, x, axis, -Math.min(0, padding[0]), padding[1] < 0 ? padding[1] : Number.MAX_SAFE_INTEGER);
    const whole = x.axes[axis] ?? [];
    if (whole.some(({ batch }) => batch)) c.refuse('the batch is padded');
    const rest = naturalOrder(x, [axis]).map((j) => x.axes[j] ?? []);
    const framed = atom(sizeOfAxis(whole) + padding[0] + padding[1]);
    const y = new ZeroPad1D({ padding }).apply(laidOut(x, [c.around.batch, whole, rest.flat()]));
    return flowOf(y, [c.around.batch, framed, rest.flat()], x.axes.map((each, j) => (j === axis ? framed : each)));
  }, flow);
}

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
