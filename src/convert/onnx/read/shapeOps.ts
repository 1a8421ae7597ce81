/** Operators that move numbers and work out shapes. */
import { Concatenate } from '../../../layers/merge.js';
import { sizeOf } from '../../../tensor.js';
import { bytesOfSizes } from './budget.js';
import type { Call, Value } from './call.js';
import { known, transposed } from './known.js';
import type { Known } from './known.js';
import { numbersOf, reshapedTo, sizeOfOne, sizesOf } from './sizes.js';
import type { Size } from './sizes.js';
import { atom, flowOf, isBatch, laidOut, naturalOrder, sizeOfAxis } from './view.js';
import type { Axis } from './view.js';

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
  if (value.kind === 'attending') c.refuse('scores of attention');
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
  if (value.kind === 'repeated') return value.of.shape.map((factor, i) => (i === value.axis ? sizeOfOne(c.around.batch) : { factor, atoms: [] }));
  if (value.kind === 'sizes') return value.scalar ? [] : [{ factor: value.entries.length, atoms: [] }];
  if (value.kind === 'order') return [sizeOfOne(c.around.batch)];
  return c.refuse('the shape of such a value');
}

export function constantOfShape(c: Call): Value {
  const { data = [0] } = c.tensor('value') ?? {};
  const sizes = c.sizes(0).entries;
  const [only, ...others] = sizes;
  // A short list is one of numbers, such as those that a Pad takes.
  if (only && others.length === 0 && only.atoms.length === 0 && only.factor <= 64) return known(c.node.outputs[0] ?? '', [only.factor], new Float64Array(only.factor).fill(data[0] ?? 0));
  return { kind: 'filled', value: data[0] ?? 0, sizes };
}

export function reshape(c: Call): Value {
  const given = c.value(0);
  const list = given.kind === 'sizes' ? numbersOf(given) : undefined;
  const value = list ? known(c.node.inputs[0] ?? '', [list.length], Float64Array.from(list)) : given;
  const target = c.has(1) ? c.sizes(1).entries : (c.ints('shape') ?? []).map((factor): Size => ({ factor, atoms: [] }));
  const keepZero = c.int('allowzero', 0) === 1;
  if (value.kind === 'flow') return reshapedTo(value, target, keepZero) ?? c.refuse('axes are cut apart and joined in a way that is none of moving them');
  const numbers = target.map(({ factor, atoms }) => (atoms.length > 0 ? NaN : factor));
  if (value.kind === 'filled') return { ...value, sizes: target.some(({ factor }) => factor <= 0) ? c.refuse('a constant over the batch is reshaped') : target };
  if (value.kind === 'sizes') {
    const [count, ...more] = numbers;
    return more.length === 0 && (count === undefined || count === -1 || count === value.entries.length) ? { ...value, scalar: count === undefined } : c.refuse('sizes are reshaped');
  }
  if (value.kind !== 'known') return c.refuse('such a value is reshaped');
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
  if (value.kind === 'repeated') {
    const order = c.ints('perm') ?? value.of.shape.map((_, i, { length }) => length - 1 - i);
    return { ...value, of: transposed(value.of, order), axis: order.indexOf(value.axis) };
  }
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
  if (value.kind === 'repeated') return { ...value, of: known(value.of.name, into(value.of.shape, 1), value.of.data), axis: into(value.of.shape.map((_, i) => i), -1).indexOf(value.axis) };
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
  const lists = values.flatMap((value) => (value.kind === 'sizes' || (value.kind === 'known' && value.shape.length <= 1) ? sizesOf(value) ?? [] : []));
  if (lists.length === values.length) {
    c.around.afford(bytesOfSizes(lists.reduce((sum, { entries }) => sum + entries.length, 0)));
    return { kind: 'sizes', scalar: false, entries: lists.flatMap(({ entries }) => entries) };
  }
  if (values.every((value) => value.kind === 'known')) {
    const axis = c.axis(c.int('axis', 0), values[0]?.shape.length ?? 0);
    if (axis !== 0) c.refuse('constants are joined along an axis other than the first');
    c.around.afford(16 * values.reduce((sum, { data }) => sum + data.length, 0));
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
