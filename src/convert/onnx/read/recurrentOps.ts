/** LSTM, GRU and RNN of ONNX as layers. */
import type { CellActivation } from '../../../cells/squash.js';
import { activationDefaults } from '../../../layers/activationKinds.js';
import { Bidirectional } from '../../../layers/bidirectional.js';
import { GRU } from '../../../layers/gru.js';
import type { SymbolicTensor } from '../../../layers/layer.js';
import { LSTM } from '../../../layers/lstm.js';
import { Dense } from '../../../layers/dense.js';
import { GlobalAveragePool1D } from '../../../layers/pooling.js';
import { Concatenate } from '../../../layers/merge.js';
import { SimpleRNN } from '../../../layers/simpleRnn.js';
import type { Call, Value, Weight } from './call.js';
import { floatsOf, rowsOf } from './known.js';
import type { Known } from './known.js';
import { entryOf } from './partOps.js';
import { atom, flowOf, isBatch, laidOut, sizeOfAxis } from './view.js';
import type { Flow } from './view.js';

interface Kind {
  readonly gates: number;
  /** Where ONNX has each of our gates: i f g o in i o f c, r z n in z r h. */
  readonly order: readonly number[];
  readonly usual: readonly string[];
  readonly states: number;
}

const kinds: Readonly<Record<'LSTM' | 'GRU' | 'RNN', Kind>> = {
  LSTM: { gates: 4, order: [0, 2, 3, 1], usual: ['Sigmoid', 'Tanh', 'Tanh'], states: 2 },
  GRU: { gates: 3, order: [1, 0, 2], usual: ['Sigmoid', 'Tanh'], states: 1 },
  RNN: { gates: 1, order: [0], usual: ['Tanh'], states: 1 },
};

export function recurrent(kind: 'LSTM' | 'GRU' | 'RNN'): (c: Call) => (Value | undefined)[] {
  return (c) => read(c, kind);
}

/** One direction: the layer's options, and its weights. */
interface Direction {
  readonly options: Readonly<Record<string, unknown>> & { readonly units: number };
  readonly weights: Readonly<Record<string, Weight>>;
}

function read(c: Call, kind: 'LSTM' | 'GRU' | 'RNN'): (Value | undefined)[] {
  const way = c.text('direction', 'forward');
  const layout = c.int('layout', 0);
  const x = c.flow(0);
  const [time, batch] = layout === 1 ? [1, 0] : [0, 1];
  c.requireBatch(x, batch);
  const both = way === 'bidirectional';
  const directions = (both ? [0, 1] : [0]).map((d) => directionOf(c, kind, d));
  const lengths = lengthsOf(c, x);
  const [first] = directions;
  if (!first) return c.refuse('no direction');
  const units = first.options.units;
  const loop = { returnSequences: true, returnState: true, zeroOutputForMask: lengths };
  const make = { LSTM, GRU, RNN: SimpleRNN }[kind];
  const layer = (d: Direction, goBackwards: boolean, more: object = {}): LSTM | GRU | SimpleRNN => new make({ ...d.options, ...loop, goBackwards, ...more });
  const sequence = laidOut(x, [c.around.batch, x.axes[time] ?? [], x.axes[2] ?? []]);
  const given = statesOf(c, kind, directions.length, units, layout, sequence);
  const names = [1, 2, 3, 7].flatMap((i) => (c.has(i) && i < c.node.inputs.length ? [c.known(i).name] : []));
  const hidden = atom(units);
  const dir = atom(directions.length);
  const steps = x.axes[time] ?? [];

  const ySpread = (tensor: SymbolicTensor, last?: SymbolicTensor): Flow => {
    const order = layout === 1 ? [c.around.batch, steps, dir, hidden] : [steps, dir, c.around.batch, hidden];
    return flowOf(tensor, [c.around.batch, steps, [...dir, ...hidden]], order, last ? { last: { time: steps, tensor: last, base: [c.around.batch, hidden] } } : {});
  };
  const states = (parts: readonly SymbolicTensor[]): Flow[] => Array.from({ length: kinds[kind].states }, (_, i) => {
    const own = directions.map((_d, d) => parts[d * kinds[kind].states + i]).filter((part) => part !== undefined);
    const [only] = own;
    const tensor = own.length > 1 ? new Concatenate().apply(own) : only ?? c.refuse('no state');
    return flowOf(tensor, [c.around.batch, [...dir, ...hidden]], layout === 1 ? [c.around.batch, dir, hidden] : [dir, c.around.batch, hidden]);
  });

  if (both) {
    const [ahead, back = ahead] = directions;
    if (!ahead || !back) return c.refuse('no direction');
    const weights = { ...prefixed('forward/', ahead.weights), ...prefixed('backward/', back.weights) };
    const [y, ...last] = c.apply(kind, [ahead.options, back.options, loop, way], weights, names, (name) => new Bidirectional({ layer: layer(ahead, false), backwardLayer: layer(back, true), name }), [sequence, ...given]);
    return y ? [ySpread(y), ...states(last)] : c.refuse('nothing');
  }
  if (way === 'reverse') return reverse();
  const [y, ...last] = c.apply(kind, [first.options, loop], first.weights, names, (name) => layer(first, false, { name }), [sequence, ...given]);
  return y ? [ySpread(y, lengths ? undefined : last[0]), ...states(last)] : c.refuse('nothing');

  /** What a layer reads from the end comes in that order; a Bidirectional puts it back, for which it has a companion that nobody hears. */
  function reverse(): (Value | undefined)[] {
    if (!first) return [];
    if (!c.isRead(0)) {
      const [, ...last] = c.apply(kind, [first.options, loop, way], first.weights, names, (name) => layer(first, true, { name }), [sequence, ...given]);
      return [undefined, ...states(last)];
    }
    if (given.length > 0) c.refuse('a sequence that is read from its end, from given states, and gives all its steps');
    const silent = new SimpleRNN({ units: 1, returnSequences: true, returnState: true, zeroOutputForMask: lengths });
    const [, y, , ...last] = c.apply(kind, [first.options, loop, way], prefixed('backward/', first.weights), names,
      (name) => new Bidirectional({ layer: silent, backwardLayer: layer(first, true), mergeMode: 'none', name }), [sequence]);
    return y ? [ySpread(y), ...states(last)] : c.refuse('nothing');
  }
}

function prefixed(prefix: string, weights: Readonly<Record<string, Weight>>): Record<string, Weight> {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [prefix + name, weight]));
}

/** Gates in our order as columns: [gates·H, D] to [D, gates·H]. */
function columns(w: Known, { gates, order }: Kind): Weight {
  const [rows = 0, width = 1] = [w.shape.at(-2), w.shape.at(-1)];
  const units = rows / gates;
  const data = new Float32Array(w.data.length);
  for (let gate = 0; gate < gates; gate++) {
    for (let unit = 0; unit < units; unit++) {
      const from = ((order[gate] ?? 0) * units + unit) * width;
      for (let d = 0; d < width; d++) data[d * rows + gate * units + unit] = w.data[from + d] ?? 0;
    }
  }
  return { shape: [width, rows], data };
}

/** Blocks of a vector in our order. */
function blocks(values: Float32Array, order: readonly number[]): Float32Array {
  const units = values.length / order.length;
  const out = new Float32Array(values.length);
  order.forEach((from, to) => { out.set(values.subarray(from * units, (from + 1) * units), to * units); });
  return out;
}

function directionOf(c: Call, name: 'LSTM' | 'GRU' | 'RNN', d: number): Direction {
  const kind = kinds[name];
  const [w, r] = [c.known(1), c.known(2)];
  const units = r.shape[2] ?? 0;
  if (w.shape.length !== 3 || r.shape.length !== 3 || w.shape[1] !== kind.gates * units || r.shape[1] !== kind.gates * units || d >= (w.shape[0] ?? 0) || d >= (r.shape[0] ?? 0)) {
    c.refuse(`W [${w.shape.join(', ')}] and R [${r.shape.join(', ')}] do not fit`);
  }
  const own = (value: Known): Known => rowsOf(value, d, d + 1);
  const weights: Record<string, Weight> = { kernel: columns(own(w), kind), recurrentKernel: columns(own(r), kind) };
  const bias = c.optional(3);
  const resetAfter = c.int('linear_before_reset', 0) !== 0;
  if (bias) {
    const all = floatsOf(own(bias));
    if (all.length !== 2 * kind.gates * units) c.refuse(`B [${bias.shape.join(', ')}] does not fit`);
    const half = kind.gates * units;
    const [x, h] = [blocks(all.slice(0, half), kind.order), blocks(all.slice(half), kind.order)];
    const apart = name === 'GRU' && resetAfter;
    weights.bias = { shape: [half], data: apart ? x : x.map((value, i) => value + (h[i] ?? 0)) };
    if (apart) weights.recurrentBias = { shape: [half], data: h };
  }
  const peephole = name === 'LSTM' ? c.optional(7) : undefined;
  if (peephole) weights.peephole = { shape: [3, units], data: blocks(floatsOf(own(peephole)), [0, 2, 1]) };
  const [sigma, phi = sigma, psi = phi] = activationsOf(c, kind, d);
  if (sigma === undefined || phi === undefined || psi === undefined) return c.refuse('activations are missing');
  if (c.node.attributes.has('clip') && !isWide(c.float('clip', 0), [sigma, phi, psi])) c.refuse(`clip ${c.float('clip', 0)}: no cell here cuts what goes into its gates`);
  if (name === 'LSTM' && c.int('input_forget', 0) !== 0) couple(c, weights, units, sigma);
  if (name === 'LSTM' && phi !== psi) c.refuse(`activations ${phi} of the new values and ${psi} of what is shown: one here`);
  const options = {
    units, useBias: bias !== undefined, ...(name === 'RNN' ? { activation: sigma } : { recurrentActivation: sigma, activation: phi }),
    ...(name === 'GRU' ? { resetAfter } : {}), ...(name === 'LSTM' ? { peepholes: peephole !== undefined, unitForgetBias: false } : {}),
  };
  return { options, weights };
}

/** Whether no function notices that what lies beyond ±clip is cut: σ(17) is 1 and tanh(17) is 1, to the precision of float32. */
function isWide(clip: number, functions: readonly CellActivation[]): boolean {
  return clip >= 17 && functions.every((each) => ['sigmoid', 'tanh', 'hardSigmoidFifth', 'hardSigmoidSixth'].includes(each));
}

/** f = 1 − i: 1 − σ(a) is σ(−a), for the sigmoid and those made of lines. The gates begin so; training may part them. */
function couple(c: Call, weights: Record<string, Weight>, units: number, sigma: CellActivation): void {
  if (!['sigmoid', 'hardSigmoidFifth', 'hardSigmoidSixth'].includes(sigma)) c.refuse(`input_forget with ${sigma}: 1 − σ(a) is another function of a`);
  for (const [name, { data, shape }] of Object.entries(weights)) {
    // Columns i, f, g, o of kernels and biases; rows i, f, o of peepholes.
    const width = name === 'peephole' ? data.length : 4 * units;
    const coupled = data.slice();
    for (let row = 0; row < data.length; row += width) for (let unit = 0; unit < units; unit++) coupled[row + units + unit] = -(data[row + unit] ?? 0);
    weights[name] = { shape, data: coupled };
  }
}

/** Those of direction d. Lists of numbers are taken by those that have some, one after the other. */
function activationsOf(c: Call, { usual }: Kind, d: number): CellActivation[] {
  const names = c.texts('activations');
  const [alphas, betas] = [[...c.floats('activation_alpha')], [...c.floats('activation_beta')]];
  const all = (names ?? [...usual, ...usual]).map((name) => {
    const lower = name.toLowerCase();
    const alpha = (otherwise: number): number => alphas.shift() ?? otherwise;
    const beta = (otherwise: number): number => betas.shift() ?? otherwise;
    switch (lower) {
      case 'sigmoid': return 'sigmoid';
      case 'tanh': return 'tanh';
      case 'relu': return 'relu';
      case 'leakyrelu': return alpha(0.01) === Math.fround(activationDefaults('leakyRelu')) ? 'leakyRelu' : c.refuse('LeakyRelu of a slope other than 0.2 in a cell');
      case 'elu': return alpha(1) === 1 ? 'elu' : c.refuse('Elu of a scale other than 1 in a cell');
      case 'hardsigmoid': {
        const [slope, middle] = [alpha(Math.fround(0.2)), beta(0.5)];
        if (middle === 0.5 && slope === Math.fround(0.2)) return 'hardSigmoidFifth';
        return middle === 0.5 && Math.abs(slope - 1 / 6) < 1e-7 ? 'hardSigmoidSixth' : c.refuse(`HardSigmoid of ${slope} and ${middle} in a cell`);
      }
      case 'affine': return alpha(0) === 1 && beta(0) === 0 ? 'linear' : c.refuse('Affine in a cell, other than the identity');
      default: return c.refuse(`activation ${name} in a cell`);
    }
  });
  return all.slice(d * usual.length, (d + 1) * usual.length);
}

/** Whether the sequences have lengths of their own. */
function lengthsOf(c: Call, x: Flow): boolean {
  if (!c.has(4)) return false;
  const value = c.value(4);
  if (value.kind === 'flow') {
    const [axis] = value.axes;
    if (value.axes.length !== 1 || !isBatch(axis)) c.refuse('sequence_lens that are worked out');
    const origin = value.tensor.source ? c.refuse('sequence_lens that are worked out') : value.tensor.name ?? '';
    c.around.lengths(origin, x);
    return true;
  }
  const steps = sizeOfAxis(x.axes[c.int('layout', 0) === 1 ? 1 : 0] ?? []);
  if (value.kind === 'known' && value.data.every((length) => length === steps)) return false;
  if (value.kind === 'filled' && value.value === steps) return false;
  return c.refuse('sequence_lens in the file: the lengths of one batch and no other');
}

function isZero(value: Value | undefined): boolean {
  return value === undefined || (value.kind === 'filled' && value.value === 0) || (value.kind === 'known' && value.data.every((each) => each === 0));
}

/** Initial states as the layer takes them, direction by direction; none where they are zero. */
function statesOf(c: Call, kind: 'LSTM' | 'GRU' | 'RNN', directions: number, units: number, layout: number, sequence: SymbolicTensor): SymbolicTensor[] {
  const values = Array.from({ length: kinds[kind].states }, (_, i) => (c.has(5 + i) && 5 + i < c.node.inputs.length ? c.value(5 + i) : undefined));
  if (values.every(isZero)) return [];
  const [batch, dir] = layout === 1 ? [0, 1] : [1, 0];
  const constants = new ConstantStates(c, sequence, units);
  return Array.from({ length: directions }, (_, d) => values.map((value) => {
    if (value?.kind !== 'flow') return constants.of(value, d, directions, batch);
    c.requireBatch(value, batch);
    const own = directions === 1 ? value : entryOf(c, value, dir, d);
    if (sizeOfAxis(own.axes[2] ?? []) !== units) c.refuse('an initial state of another width');
    return laidOut(own, [c.around.batch, own.axes[2] ?? []]);
  })).flat();
}

/** States that every sample begins with, learned or not: the bias of a layer that is shown nothing but zeros, one for each sample. */
class ConstantStates {
  private nothing: SymbolicTensor | undefined;

  constructor(private readonly c: Call, private readonly sequence: SymbolicTensor, private readonly units: number) {}

  of(value: Value | undefined, d: number, directions: number, batch: number): SymbolicTensor {
    const { c, units } = this;
    const [row, name] = this.rowOf(value, d, directions, batch);
    const trainable = row.some((each) => each !== 0);
    const weights = { kernel: { shape: [1, units], data: new Float32Array(units) }, bias: { shape: [units], data: row } };
    const [state] = c.apply('state', { units, d }, weights, [name], () => new Dense({ units, trainable }), [this.zero()]);
    return state ?? c.refuse('nothing');
  }

  private rowOf(value: Value | undefined, d: number, directions: number, batch: number): [row: Float32Array, name: string] {
    const { c, units } = this;
    if (value === undefined || isZero(value)) return [new Float32Array(units), 'zeros'];
    if (value.kind === 'filled') return [new Float32Array(units).fill(value.value), String(value.value)];
    const of = value.kind === 'repeated' && value.axis === batch ? value.of : value.kind === 'known' && value.shape[batch] === 1 ? value : c.refuse('an initial state that differs from sample to sample');
    if (of.data.length !== directions * units) c.refuse('an initial state of another width');
    return [floatsOf(of).slice(d * units, (d + 1) * units), of.name];
  }

  /** [B, 1] */
  private zero(): SymbolicTensor {
    const { c, sequence } = this;
    const width = sequence.shape.at(-1) ?? 1;
    const none = { kernel: { shape: [width, 1], data: new Float32Array(width) } };
    const [zeros] = this.nothing ? [this.nothing] : c.apply(`nothing in ${c.node.outputs.join()}`, {}, none, [], () => new Dense({ units: 1, useBias: false, trainable: false }), [sequence]);
    this.nothing = zeros ?? c.refuse('nothing');
    return new GlobalAveragePool1D().apply(this.nothing);
  }
}
