/** Products, sums and functions of single numbers. */
import { Activation } from '../../../layers/activation.js';
import { Dense } from '../../../layers/dense.js';
import { DepthwiseConv1D } from '../../../layers/depthwiseConv2d.js';
import { Dropout } from '../../../layers/dropout.js';
import type { SymbolicTensor } from '../../../layers/layer.js';
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from '../../../layers/merge.js';
import { sizeOf } from '../../../tensor.js';
import type { Call, Value, Weight } from './call.js';
import { floatsOf, transposed } from './known.js';
import type { Known } from './known.js';
import { attend, scaled, scores, softmaxOf } from './attentionOps.js';
import { geluAhead, normAhead } from './forms.js';
import { pooledOver } from './normOps.js';
import { folded } from './foldedOps.js';
import { atom, axesMeet, flowOf, isBatch, laidOut, naturalOrder, sizeOfAxis } from './view.js';
import type { Axis, Flow } from './view.js';

/** x·W + b over the last axis. The bias may be that of a sum behind the product, which nobody else reads. */
function dense(c: Call, x: Flow, w: Known, bias: Known | undefined): Value {
  const [width = 0, units = 0] = w.shape;
  const at = x.axes.length - 1;
  if (sizeOfAxis(x.axes[at] ?? []) !== width) c.refuse(`a product of ${sizeOfAxis(x.axes[at] ?? [])} and ${width} numbers`);
  const late = bias ? undefined : sumBehind(c, units);
  const added = bias ?? late?.bias;
  const order = naturalOrder(x, [at]);
  const rest = order.map((i) => x.axes[i] ?? []);
  const options = { units, useBias: added !== undefined };
  const weights: Record<string, Weight> = { kernel: { shape: [width, units], data: floatsOf(w) }, ...(added ? { bias: { shape: [units], data: floatsOf(added) } } : {}) };
  const [y] = c.apply('Dense', options, weights, [w.name, added?.name ?? ''], (name) => new Dense({ ...options, name }), [laidOut(x, [c.around.batch, ...rest, x.axes[at] ?? []])]);
  const out = atom(units);
  const flow = y ? flowOf(y, [c.around.batch, ...rest, out], x.axes.map((axis, i) => (i === at ? out : axis))) : c.refuse('nothing');
  late?.settle(flow);
  return flow;
}

function sumBehind(c: Call, units: number): { bias: Known; settle: (flow: Flow) => void } | undefined {
  const [reader, ...others] = c.around.readers(c.node.outputs[0] ?? '');
  if (reader === 'output' || others.length > 0 || reader?.opType !== 'Add') return undefined;
  const other = reader.inputs.find((name) => name !== c.node.outputs[0]) ?? '';
  const bias = c.around.value(other);
  if (bias?.kind !== 'known' || bias.data.length !== units || sizeOf(bias.shape.slice(0, -1)) !== 1) return undefined;
  return { bias, settle: (flow) => { c.around.settle(reader, [flow]); } };
}

export function matMul(c: Call): Value {
  const [a, b] = [c.value(0), c.value(1)];
  if (a.kind === 'attending' && b.kind === 'flow') return attend(c, a, b);
  if (a.kind !== 'flow') return c.refuse('a constant times what depends on the inputs');
  if (b.kind === 'flow') return scores(c, a, b);
  const w = c.known(1);
  return w.shape.length === 2 ? dense(c, a, w, undefined) : c.refuse(`a product with a constant of ${w.shape.length} axes`);
}

export function gemm(c: Call): Value {
  if (c.int('transA', 0) !== 0) c.refuse('transA: the batch would be summed over');
  const scale = (value: Known, by: number): Known => (by === 1 ? value : { ...value, data: value.data.map((each) => each * by), name: `${value.name}·${by}` });
  const given = c.known(1);
  const w = scale(c.int('transB', 0) === 0 ? given : transposed(given, [1, 0]), c.float('alpha', 1));
  const bias = c.optional(2);
  const units = w.shape[1] ?? 0;
  if (bias && bias.data.length !== 1 && (bias.data.length !== units || sizeOf(bias.shape.slice(0, -1)) !== 1)) c.refuse(`C [${bias.shape.join(', ')}] differs from row to row`);
  const row = bias?.data.length === 1 ? { ...bias, shape: [units], data: new Float32Array(units).fill(bias.data[0] ?? 0) } : bias;
  const x = c.flow(0);
  if (x.axes.length !== 2) c.refuse('a matrix of more than two axes');
  return dense(c, x, w, row && scale(row, c.float('beta', 1)));
}

/** Every number of some axes times one factor, plus one number: what a convolution of one tap does to each channel by itself. */
function perChannel(c: Call, x: Flow, value: Known, kind: 'times' | 'plus'): Flow {
  const ahead = x.axes.length - value.shape.length;
  if (ahead < 0) c.refuse('a constant of more axes than what it is combined with');
  const varied = x.axes.map((_, i) => i).filter((i) => i >= ahead && value.shape[i - ahead] !== 1);
  varied.forEach((i) => {
    if (isBatch(x.axes[i]) || sizeOfAxis(x.axes[i] ?? []) !== value.shape[i - ahead]) c.refuse(`a constant [${value.shape.join(', ')}] that does not fit`);
  });
  const rest = naturalOrder(x, varied).map((i) => x.axes[i] ?? []);
  const channels = varied.flatMap((i) => x.axes[i] ?? []);
  const width = value.data.length;
  const ones = new Float32Array(width).fill(1);
  const options = { kernelSize: 1, useBias: kind === 'plus', trainable: width > 1 };
  const weights: Record<string, Weight> = {
    kernel: { shape: [1, width, 1], data: kind === 'times' ? floatsOf(value) : ones }, ...(kind === 'plus' ? { bias: { shape: [width], data: floatsOf(value) } } : {}),
  };
  const [y] = c.apply('DepthwiseConv1D', options, weights, [value.name], (name) => new DepthwiseConv1D({ ...options, name }), [laidOut(x, [c.around.batch, rest.flat(), channels])]);
  return y ? flowOf(y, [c.around.batch, rest.flat(), channels], x.axes) : c.refuse('nothing');
}

function minus(value: Known): Known {
  return { ...value, data: value.data.map((each) => -each), name: `-${value.name}` };
}

function one(name: string, value: number): Known {
  return { kind: 'known', name, shape: [], data: new Float32Array([value]) };
}

const joining = { Add, Sub: Subtract, Mul: Multiply, Max: Maximum, Min: Minimum, Mean: Average } as const;

/** Two or more values that depend on the inputs, in the order of axes that the first of them has. */
function joined(c: Call, flows: readonly Flow[], kind: keyof typeof joining): Value {
  const rank = Math.max(...flows.map(({ axes }) => axes.length));
  const full = flows.map((flow): Flow => ({ ...flow, axes: [...Array.from({ length: rank - flow.axes.length }, (): Axis => []), ...flow.axes] }));
  const [first] = full;
  if (!first) return c.refuse('nothing is joined');
  const batch = first.axes.findIndex(isBatch);
  full.forEach((flow) => { c.requireBatch(flow, batch); });
  const axes = first.axes.map((axis, i) => {
    const others = full.map((flow) => flow.axes[i] ?? []);
    const widest = others.find((each) => sizeOfAxis(each) > 1) ?? others.find((each) => Number.isNaN(sizeOfAxis(each))) ?? axis;
    if (others.some((each) => sizeOfAxis(each) !== 1 && !axesMeet(each, widest))) c.refuse(`axes of ${others.map(sizeOfAxis).join(' and ')} entries`);
    return widest;
  });
  const order = naturalOrder(first);
  const tensors = full.map((flow) => laidOut(flow, [c.around.batch, ...order.map((i) => flow.axes[i] ?? [])]));
  const y = new joining[kind]().apply(tensors);
  return flowOf(y, [c.around.batch, ...order.map((i) => axes[i] ?? [])], axes);
}

export function arithmetic(kind: 'Add' | 'Sub' | 'Mul' | 'Div'): (c: Call) => Value {
  return (c) => {
    if (c.opset < 7 && c.node.attributes.has('axis')) c.refuse('broadcasting along a given axis, as before opset 7');
    const constant = folded(c, kind);
    if (constant) return constant;
    const [a, b] = [c.value(0), c.value(1)];
    if (kind === 'Div' && a.kind === 'flow' && geluAhead(c)) return each(c, a, new Activation({ kind: 'gelu' }));
    if (a.kind === 'attending' || b.kind === 'attending') return scaled(c, a, b, kind);
    if (a.kind === 'flow' && b.kind === 'flow') return kind === 'Div' ? c.refuse('a quotient of two values') : joined(c, [a, b], kind);
    if (a.kind === 'flow' && b.kind === 'known') {
      if (kind === 'Add') return perChannel(c, a, b, 'plus');
      if (kind === 'Sub') return perChannel(c, a, minus(b), 'plus');
      return perChannel(c, a, kind === 'Mul' ? b : { ...b, data: b.data.map((each) => 1 / each), name: `1/${b.name}` }, 'times');
    }
    if (a.kind === 'known' && b.kind === 'flow') {
      if (kind === 'Add') return perChannel(c, b, a, 'plus');
      if (kind === 'Mul') return perChannel(c, b, a, 'times');
      if (kind === 'Sub') return perChannel(c, perChannel(c, b, one('-1', -1), 'times'), a, 'plus');
    }
    return c.refuse('such values are combined');
  };
}

export function negated(c: Call): Value {
  return perChannel(c, c.flow(0), one('-1', -1), 'times');
}

/** Max, Min, Sum, Mean of any number of values. */
export function several(kind: 'Max' | 'Min' | 'Sum' | 'Mean'): (c: Call) => Value {
  return (c) => {
    const flows = c.node.inputs.map((_, i) => c.flow(i));
    const [first, ...others] = flows;
    if (first && others.length === 0) return first;
    return joined(c, flows, kind === 'Sum' ? 'Add' : kind);
  };
}

/** A function of each number by itself keeps the order that its input has. */
function each(c: Call, x: Flow, layer: Activation | Dropout): Value {
  const y: SymbolicTensor = layer.apply(x.tensor);
  return { ...x, tensor: y, last: undefined };
}

export function activation(c: Call): Value {
  const x = c.flow(0);
  switch (c.node.opType) {
    case 'Relu': return each(c, x, new Activation({ kind: 'relu' }));
    case 'Sigmoid': return each(c, x, new Activation({ kind: 'sigmoid' }));
    case 'Tanh': return each(c, x, new Activation({ kind: 'tanh' }));
    case 'Softplus': return each(c, x, new Activation({ kind: 'softplus' }));
    case 'LeakyRelu': return each(c, x, new Activation({ kind: 'leakyRelu', alpha: c.float('alpha', 0.01) }));
    case 'Elu': return each(c, x, new Activation({ kind: 'elu', alpha: c.float('alpha', 1) }));
    case 'Gelu':
      if (c.text('approximate', 'none') !== 'none') c.refuse('the approximation by tanh: gelu here is exact');
      return each(c, x, new Activation({ kind: 'gelu' }));
    case 'HardSigmoid': {
      const [alpha, beta] = [c.float('alpha', Math.fround(0.2)), c.float('beta', 0.5)];
      if (beta !== 0.5) c.refuse(`beta ${beta}: 0.5 here`);
      if (Math.abs(alpha - 0.2) < 1e-7) return each(c, x, new Activation({ kind: 'hardSigmoidFifth' }));
      return Math.abs(alpha - 1 / 6) < 1e-7 ? each(c, x, new Activation({ kind: 'hardSigmoidSixth' })) : c.refuse(`alpha ${alpha}: 1/5 and 1/6 here`);
    }
    default: return c.refuse('no such function here');
  }
}

/** As far as it is a relu. */
export function clip(c: Call): Value {
  const bound = (i: number, name: string, usual: number): number => (c.has(i) ? c.known(i).data[0] ?? usual : c.float(name, usual));
  const [least, most] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  if (least === 0 && most > 3e38) return each(c, c.flow(0), new Activation({ kind: 'relu' }));
  return c.refuse(`numbers are cut to ${least} … ${most}`);
}

export function dropout(c: Call): Value {
  const rate = c.has(1) ? c.known(1).data[0] ?? 0.5 : c.float('ratio', 0.5);
  if (c.isRead(1)) c.refuse('its mask is read');
  if (c.has(2) && c.known(2).data[0] !== 0) c.refuse('training_mode: a model here knows by itself whether it is trained');
  const x = c.flow(0);
  return rate > 0 && rate < 1 ? each(c, x, new Dropout({ rate })) : x;
}

export function softmax(c: Call): Value {
  const value = c.value(0);
  if (value.kind === 'attending') return softmaxOf(c, value);
  const x = c.flow(0);
  const at = c.axis(c.int('axis', c.opset < 13 ? 1 : -1), x.axes.length);
  const over = c.opset < 13 ? x.axes.map((_, i) => i).filter((i) => i >= at) : [at];
  const classes = over.flatMap((i) => x.axes[i] ?? []);
  if (classes.some(({ batch }) => batch)) c.refuse('over the batch');
  const rest = naturalOrder(x, over).map((i) => x.axes[i] ?? []);
  const y = new Activation({ kind: 'softmax' }).apply(laidOut(x, [c.around.batch, ...rest, classes]));
  return flowOf(y, [c.around.batch, ...rest, classes], x.axes);
}

/** Means, sums and maxima over some axes, as global pooling of a sequence. */
export function reduced(kind: 'Mean' | 'Sum' | 'Max'): (c: Call) => Value {
  return (c) => {
    const x = c.flow(0);
    const rank = x.axes.length;
    const norm = kind === 'Mean' ? normAhead(c, x) : undefined;
    if (norm) return norm;
    const given = c.numbers(1, 'axes') ?? [];
    if (given.length === 0 && c.int('noop_with_empty_axes', 0) === 1) return x;
    const axes = given.length > 0 ? given.map((axis) => c.axis(axis, rank)) : x.axes.map((_, i) => i);
    const gone = axes.flatMap((i) => x.axes[i] ?? []);
    if (gone.some(({ batch }) => batch)) c.refuse('over the batch');
    const rest = naturalOrder(x, axes).map((i) => x.axes[i] ?? []);
    const pooled = pooledOver(x, kind === 'Max' ? 'Max' : 'Average', axes.map((i) => x.axes[i] ?? []), rest);
    const y = flowOf(pooled, [c.around.batch, rest.flat()], x.axes.map((axis, i) => (axes.includes(i) ? [] : axis)));
    const count = sizeOfAxis(gone);
    if (kind === 'Sum' && Number.isNaN(count)) c.refuse('a sum over an open axis');
    const whole = kind === 'Sum' && count !== 1 ? perChannel(c, y, one(`${count}`, count), 'times') : y;
    return c.int('keepdims', 1) === 1 ? whole : { ...whole, axes: whole.axes.filter((_, i) => !axes.includes(i)) };
  };
}
