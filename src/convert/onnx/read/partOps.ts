/** Operators that take parts of axes, or put zeros around them. */
import { Cropping1D } from '../../../layers/cropping.js';
import { Dense } from '../../../layers/dense.js';
import { Embedding } from '../../../layers/embedding.js';
import type { SymbolicTensor } from '../../../layers/layer.js';
import { SimpleRNN } from '../../../layers/simpleRnn.js';
import { ZeroPad1D } from '../../../layers/zeroPad.js';
import type { Call, Value } from './call.js';
import { floatsOf, reversed, rowsOf } from './known.js';
import type { Known } from './known.js';
import { inOrder } from './orderOps.js';
import { sizesOf } from './sizes.js';
import type { Size } from './sizes.js';
import { atom, flowOf, isBatch, laidOut, naturalOrder, sizeOfAxis } from './view.js';
import type { Flow } from './view.js';

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
  const part = atom(size - before - after);
  const axes = flow.axes.map((each, i) => (i === axis ? part : each));
  if (Number.isNaN(sizeOfAxis(rest.flat()))) return flowOf(selected(c, laidOut(flow, [c.around.batch, ...rest, whole]), size, before, size - after), [c.around.batch, ...rest, part], axes);
  const x = laidOut(flow, [c.around.batch, whole, rest.flat()]);
  const y = new Cropping1D({ cropping: [before, after] }).apply(x);
  return flowOf(y, [c.around.batch, part, rest.flat()], axes);
}

/** Entries of the last axis where another one is open, which no layer crops: a product with ones and zeros that stays as it is. */
function selected(c: Call, x: SymbolicTensor, size: number, from: number, to: number): SymbolicTensor {
  if (Number.isNaN(size)) return c.refuse('part of an open axis beside another one');
  const units = to - from;
  c.around.afford(4 * size * units);
  const kernel = new Float32Array(size * units);
  for (let i = 0; i < units; i++) kernel[(from + i) * units + i] = 1;
  const make = (): Dense => new Dense({ units, useBias: false, trainable: false });
  const [y] = c.apply('selected', {}, { kernel: { shape: [size, units], data: kernel } }, [], make, [x]);
  return y ?? c.refuse('nothing is left');
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
  c.around.afford(8 * width * width);
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
  if (value.kind === 'known' && axes.length === 1 && c.axis(axes[0] ?? 0, value.shape.length) === 0 && steps[0] === 1) return partOf(value, starts[0], ends[0]);
  if (value.kind === 'repeated' && axes.length === 1 && c.axis(axes[0] ?? 0, value.of.shape.length) === 0 && value.axis > 0 && steps[0] === 1) return { ...value, of: partOf(value.of, starts[0], ends[0]) };
  if (value.kind === 'known' && axes.length === 1 && c.axis(axes[0] ?? 0, value.shape.length) === 0 && steps[0] === -1 && starts[0] === -1 && (ends[0] ?? 0) < -(value.shape[0] ?? 0)) return reversed(value);
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

/** Entries of the first axis between two places, each counted from either end. */
function partOf(value: Known, from = 0, to = Infinity): Known {
  const size = value.shape[0] ?? 0;
  const bound = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
  return rowsOf(value, bound(from), bound(to));
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
  if (value.kind === 'flow' && index.kind === 'order') return inOrder(c, value, index);
  if (index.kind !== 'known') return c.refuse('entries are taken by numbers that depend on the inputs');
  if (value.kind === 'sizes' || (value.kind === 'known' && value.shape.length === 1)) {
    const entries = sizesOf(value)?.entries ?? [];
    const at = (i: number): Size => entries[i < 0 ? i + entries.length : i] ?? c.refuse(`entry ${i} of ${entries.length}`);
    return { kind: 'sizes', scalar: index.shape.length === 0, entries: Array.from(index.data, at) };
  }
  if (value.kind !== 'flow') return c.refuse('entries of a constant are taken');
  const axis = c.axis(c.int('axis', 0), value.axes.length);
  const [first = 0] = index.data;
  const running = index.data.every((at, i) => at === first + i);
  if (!running || index.shape.length > 1) c.refuse('entries are taken out of order');
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
