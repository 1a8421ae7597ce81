/** Attention as exporters write it, product by product, and as one operator. */
import { Attention } from '../../../layers/attention/attention.js';
import { MultiHeadAttention } from '../../../layers/attention/multiHeadAttention.js';
import type { Attending, Call, Value, Weight } from './call.js';
import { atom, axesMeet, flowOf, laidOut, sizeOfAxis } from './view.js';
import type { Axis, Flow } from './view.js';

/** Two values that both depend on the inputs are multiplied: scores, if a softmax and another product follow. */
export function scores(c: Call, queries: Flow, keys: Flow): Value {
  const [query, key] = [byHead(queries), byHead(keys)];
  const rank = query.axes.length;
  if (rank !== key.axes.length || rank < 3 || rank > 4) return c.refuse(`a product of values of ${rank} and ${key.axes.length} axes`);
  c.requireBatch(query, 0);
  c.requireBatch(key, 0);
  return { kind: 'attending', query, key: { ...key, axes: swapped(key.axes) }, scale: 1, causal: false, weights: false, rank: queries.axes.length };
}

/** Heads that were made one axis with the batch, as PyTorch does, as an axis of their own. */
function byHead(flow: Flow): Flow {
  const [first = [], ...rest] = flow.axes;
  const [batch, ...heads] = first;
  return flow.axes.length === 3 && batch?.batch === true && heads.length > 0 ? { ...flow, axes: [[batch], heads, ...rest] } : flow;
}

function swapped(axes: readonly Axis[]): Axis[] {
  return [...axes.slice(0, -2), axes.at(-1) ?? [], axes.at(-2) ?? []];
}

/** Scores times a number, or with a mask of constants added that hides what is later. */
export function scaled(c: Call, a: Value, b: Value, kind: 'Add' | 'Sub' | 'Mul' | 'Div'): Value {
  const [attending, other] = a.kind === 'attending' ? [a, b] : [b, a];
  if (attending.kind !== 'attending' || other.kind !== 'known' || attending.weights || (a !== attending && kind === 'Div')) return c.refuse('scores of attention are combined with something');
  if (kind === 'Mul' || kind === 'Div') {
    const [by = 1] = other.data;
    if (other.data.length !== 1) c.refuse('scores of attention times several numbers');
    return { ...attending, scale: kind === 'Mul' ? attending.scale * by : attending.scale / by };
  }
  const [rows = 0, columns = 0] = other.shape.slice(-2);
  const isCausal = kind === 'Add' && rows === columns && other.data.length === rows * columns
    && other.data.every((value, i) => (i % columns <= Math.floor(i / columns) ? value === 0 : value < -1e8));
  return isCausal ? { ...attending, causal: true } : c.refuse('a mask is added to the scores of attention: here padding and `causal` say what is seen');
}

export function softmaxOf(c: Call, attending: Attending): Value {
  const axis = c.axis(c.int('axis', c.opset < 13 ? 1 : -1), attending.rank);
  return axis === attending.rank - 1 ? { ...attending, weights: true } : c.refuse('a softmax of scores over queries');
}

/** The second product: weights and values. */
export function attend(c: Call, { query, key, scale, causal, weights }: Attending, values: Flow): Value {
  const value = byHead(values);
  if (!weights) return c.refuse('three values are multiplied without a softmax');
  c.requireBatch(value, 0);
  if (value.axes.length !== query.axes.length) c.refuse('values of other axes than queries');
  const made = mixed(c, { query, key, value, scale, causal });
  if (value === values || made.kind !== 'flow') return made;
  const [batch = [], heads = [], ...rest] = made.axes;
  return { ...made, axes: [[...batch, ...heads], ...rest] };
}

function mixed(c: Call, { query, key, value, scale, causal }: { query: Flow; key: Flow; value: Flow; scale: number; causal: boolean }): Value {
  const heads = query.axes.length === 4 ? query.axes[1] ?? [] : [];
  const ofHead = (flow: Flow, axis: number): Axis => flow.axes.at(axis) ?? [];
  const [width, out] = [sizeOfAxis(ofHead(query, -1)), sizeOfAxis(ofHead(value, -1))];
  const count = sizeOfAxis(heads);
  const alike = [key, value].every((flow) => flow.axes.length === 3 || axesMeet(flow.axes[1] ?? [], heads));
  if (!alike || sizeOfAxis(ofHead(key, -1)) !== width || Number.isNaN(width * out * count)) return c.refuse('queries, keys and values do not fit');
  const sides = [query, value, key].map((flow) => laidOut(flow, [c.around.batch, ofHead(flow, -2), [...(flow.axes.length === 4 ? flow.axes[1] ?? [] : []), ...ofHead(flow, -1)]]));
  const result = atom(out);
  const axes = query.axes.length === 4 ? [c.around.batch, heads, ofHead(query, -2), result] : [c.around.batch, ofHead(query, -2), result];
  const base = [c.around.batch, ofHead(query, -2), [...heads, ...result]];
  const usual = Math.abs(scale * Math.sqrt(width) - 1) < 1e-6;
  if (count === 1 && (usual || scale === 1)) return flowOf(new Attention({ score: usual ? 'scaledDot' : 'dot', causal }).apply(sides), base, axes);
  if (out !== width) return c.refuse('several heads, whose values are of another width than the keys');
  // Projections that change nothing, and stay so.
  const side = count * width;
  c.around.afford(16 * side * side);
  const identity = (by: number): Weight => ({ shape: [side, side], data: Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? by : 0)) });
  const weights = { queryKernel: identity(scale * Math.sqrt(width)), keyKernel: identity(1), valueKernel: identity(1), outputKernel: identity(1) };
  const make = (): MultiHeadAttention => new MultiHeadAttention({ numHeads: count, keyDim: width, useBias: false, causal, trainable: false });
  const [y] = c.apply('MultiHeadAttention', {}, weights, [], make, sides);
  return y ? flowOf(y, base, axes) : c.refuse('nothing');
}

/** The operator of opset 23 on. */
export function attention(c: Call): Value {
  if (c.has(3) || c.has(4) || c.has(5)) c.refuse('a mask, or keys and values of the past');
  if (c.isRead(1) || c.isRead(2) || c.isRead(3)) c.refuse('keys, values or scores are read');
  if (c.float('softcap', 0) !== 0) c.refuse('softcap');
  const [query, key, value] = [c.flow(0), c.flow(1), c.flow(2)];
  const causal = c.int('is_causal', 0) === 1;
  for (const flow of [query, key, value]) c.requireBatch(flow, 0);
  const flat = query.axes.length === 3;
  const headsOf = (name: string, flow: Flow): Flow => {
    const count = c.int(name, 1);
    const last = flow.axes.at(-1) ?? [];
    const [whole, ...more] = last;
    if (!flat || count === 1) return flat ? { ...flow, axes: [flow.axes[0] ?? [], [], flow.axes[1] ?? [], last] } : flow;
    if (!whole || more.length > 0 || whole.size % count !== 0) return c.refuse('heads that do not divide the width');
    const pair = [atom(count), atom(whole.size / count)] as const;
    const replaced = (axes: readonly Axis[]): Axis[] => axes.map((axis) => axis.flatMap((each) => (each === whole ? pair.flat() : [each])));
    const cut: Flow = { ...flow, base: replaced(flow.base), last: undefined };
    return { ...cut, axes: [flow.axes[0] ?? [], pair[0], flow.axes[1] ?? [], pair[1]] };
  };
  const [q, k, v] = [headsOf('q_num_heads', query), headsOf('kv_num_heads', key), headsOf('kv_num_heads', value)];
  const made = mixed(c, { query: q, key: k, value: v, causal, scale: c.float('scale', 1 / Math.sqrt(sizeOfAxis(q.axes.at(-1) ?? []))) });
  if (made.kind !== 'flow' || !flat) return made;
  const [batch = [], heads = [], steps = [], width = []] = made.axes;
  return { ...made, axes: [batch, steps, [...heads, ...width]] };
}
