/**
 * What Keras computes, by hand: plain loops over nested lists in float64, written from Keras's own formulas (keras.layers, 3.x and 2.x), gate by
 * gate in Keras's order, and knowing nothing of this library.
 */
import type { JsonObject, JsonValue } from '../../../src/json.js';
import type { Variable } from './kerasFiles.js';

type Row = readonly number[];
type Matrix = readonly Row[];

/** One sample of a sequence, with its mask. */
export interface Steps { readonly x: Matrix; readonly mask: readonly boolean[] | undefined }

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** @param major of Keras: hard_sigmoid has two meanings. */
export function activate(name: string, major: 2 | 3, x: Row): number[] {
  const clip = (y: number): number => Math.min(1, Math.max(0, y));
  switch (name) {
    case 'linear': return [...x];
    case 'sigmoid': return x.map(sigmoid);
    case 'tanh': return x.map(Math.tanh);
    case 'relu': return x.map((v) => Math.max(0, v));
    case 'elu': return x.map((v) => (v > 0 ? v : Math.exp(v) - 1));
    case 'leaky_relu': return x.map((v) => (v > 0 ? v : 0.2 * v));
    case 'softplus': return x.map((v) => Math.log1p(Math.exp(v)));
    case 'hard_sigmoid': return x.map((v) => (major === 3 ? clip(v / 6 + 0.5) : clip(0.2 * v + 0.5)));
    case 'softmax': {
      const most = Math.max(...x);
      const shares = x.map((v) => Math.exp(v - most));
      const sum = shares.reduce((a, b) => a + b, 0);
      return shares.map((share) => share / sum);
    }
    default: throw new Error(`no activation ${name}`);
  }
}

function textOf(value: JsonValue | undefined, usual: string): string {
  return typeof value === 'string' ? value : usual;
}

function matrix({ shape: [rows = 1, columns = 1], data }: Variable): Matrix {
  return Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_c, c) => data[r * columns + c] ?? NaN));
}

const times = (x: Row, w: Matrix): number[] => (w[0] ?? []).map((_, c) => x.reduce((sum, v, r) => sum + v * (w[r]?.[c] ?? NaN), 0));
const add = (a: Row, b: Row | undefined): number[] => a.map((v, i) => v + (b?.[i] ?? 0));
const product = (a: Row, b: Row): number[] => a.map((v, i) => v * (b[i] ?? NaN));
const part = (x: Row, i: number, n: number): number[] => x.slice(i * n, (i + 1) * n);

type Step = (x: Row, states: Matrix) => Matrix;

/** One step of a cell: Keras's call(inputs, states). */
function stepOf(className: string, config: JsonObject, major: 2 | 3, [kernel, recurrent, bias]: readonly Variable[]): Step {
  const n = Number(config.units);
  if (!kernel || !recurrent) throw new Error('a cell without weights');
  const [w, u] = [matrix(kernel), matrix(recurrent)];
  const b = bias ? [...bias.data] : undefined;
  const phi = (x: Row): number[] => activate(textOf(config.activation, 'tanh'), major, x);
  const sigma = (x: Row): number[] => activate(textOf(config.recurrent_activation, 'sigmoid'), major, x);
  switch (className) {
    case 'SimpleRNN': return (x, [h = []]) => [phi(add(add(times(x, w), b), times(h, u)))];
    case 'LSTM': return (x, [h = [], c = []]) => {
      const z = add(add(times(x, w), times(h, u)), b);
      const [i, f, g, o] = [sigma(part(z, 0, n)), sigma(part(z, 1, n)), phi(part(z, 2, n)), sigma(part(z, 3, n))]; // i, f, c, o
      const next = add(product(f, c), product(i, g));
      return [product(o, phi(next)), next];
    };
    case 'GRU': return (x, [h = []]) => {
      const after = config.reset_after === true;
      const xs = add(times(x, w), b?.slice(0, 3 * n));
      const columns = (gate: number): Matrix => u.map((row) => part(row, gate, n));
      const inner = (gate: number, state: Row): number[] => add(times(state, columns(gate)), after && b ? part(b.slice(3 * n), gate, n) : undefined);
      const [z, r] = [sigma(add(part(xs, 0, n), inner(0, h))), sigma(add(part(xs, 1, n), inner(1, h)))]; // z, r, h
      const candidate = phi(add(part(xs, 2, n), after ? product(r, inner(2, h)) : inner(2, product(r, h))));
      return [h.map((v, i) => (z[i] ?? 0) * v + (1 - (z[i] ?? 0)) * (candidate[i] ?? 0))];
    };
    default: throw new Error(`no cell ${className}`);
  }
}

/** All outputs in reading order, and the last states. Padded steps repeat the output, or give zeros. */
function unroll(className: string, config: JsonObject, major: 2 | 3, variables: readonly Variable[], { x, mask }: Steps, zeros: boolean): { outputs: Matrix; states: Matrix } {
  const n = Number(config.units);
  const step = stepOf(className, config, major, variables);
  const order = x.map((_, t) => (config.go_backwards === true ? x.length - 1 - t : t));
  let states: Matrix = Array.from({ length: className === 'LSTM' ? 2 : 1 }, () => Array.from({ length: n }, () => 0));
  let output: Row = Array.from({ length: n }, () => 0);
  const outputs = order.map((t) => {
    if (mask && !mask[t]) return zeros ? output.map(() => 0) : output;
    states = step(x[t] ?? [], states);
    output = states[0] ?? [];
    return output;
  });
  return { outputs, states: states[0] === undefined ? states : [output, ...states.slice(1)] };
}

export interface ReferenceLayer { readonly className: string; readonly config: JsonObject; readonly variables: readonly Variable[] }

function recurrent({ className, config, variables }: ReferenceLayer, major: 2 | 3, steps: Steps, zeros = false): Steps {
  const { outputs, states } = unroll(className, config, major, variables, steps, zeros);
  if (config.return_sequences === true) return { x: outputs, mask: steps.mask && (config.go_backwards === true ? [...steps.mask].reverse() : steps.mask) };
  return { x: [states[0] ?? []], mask: undefined };
}

function bidirectional({ config, variables }: ReferenceLayer, major: 2 | 3, steps: Steps): Steps {
  const inner = config.layer as { readonly class_name: string; readonly config: JsonObject };
  const half = variables.length / 2;
  const side = (own: readonly Variable[], backwards: boolean): Matrix => {
    const out = recurrent({ className: inner.class_name, config: { ...inner.config, go_backwards: backwards }, variables: own }, major, steps, true).x;
    return backwards && inner.config.return_sequences === true ? [...out].reverse() : out;
  };
  const [a, b] = [side(variables.slice(0, half), false), side(variables.slice(half), true)];
  const joined = a.map((row, t) => {
    const other = b[t] ?? [];
    switch (config.merge_mode) {
      case 'concat': return [...row, ...other];
      case 'sum': return add(row, other);
      case 'mul': return product(row, other);
      case 'ave': return add(row, other).map((v) => v / 2);
      default: throw new Error('no such mode');
    }
  });
  return { x: joined, mask: inner.config.return_sequences === true ? steps.mask : undefined };
}

/** Taps of a convolution over time, with Keras's padding. */
function conv1d({ config, variables: [kernel, bias] }: ReferenceLayer, major: 2 | 3, x: Matrix): Matrix {
  if (!kernel) throw new Error('no kernel');
  const [taps = 1, channels = 1, filters = 1] = kernel.shape;
  const [stride, dilation] = [Number((config.strides as readonly number[])[0]), Number((config.dilation_rate as readonly number[])[0])];
  const reach = (taps - 1) * dilation + 1;
  const count = config.padding === 'valid' ? Math.floor((x.length - reach) / stride) + 1 : Math.ceil(x.length / stride);
  const before = config.padding === 'causal' ? reach - 1 : config.padding === 'same' ? Math.floor(Math.max(0, (count - 1) * stride + reach - x.length) / 2) : 0;
  return Array.from({ length: count }, (_, p) => activate(textOf(config.activation, 'linear'), major, Array.from({ length: filters }, (_f, f) => {
    let sum = bias?.data[f] ?? 0;
    for (let k = 0; k < taps; k++) for (let c = 0; c < channels; c++) sum += (x[p * stride - before + k * dilation]?.[c] ?? 0) * (kernel.data[(k * channels + c) * filters + f] ?? NaN);
    return sum;
  })));
}

/** One layer over one sample. */
export function applyLayer(layer: ReferenceLayer, major: 2 | 3, steps: Steps): Steps {
  const { className, config, variables } = layer;
  const each = (f: (row: Row) => number[]): Steps => ({ x: steps.x.map(f), mask: steps.mask });
  switch (className) {
    case 'LSTM':
    case 'GRU':
    case 'SimpleRNN': return recurrent(layer, major, steps, config.zero_output_for_mask === true);
    case 'Bidirectional': return bidirectional(layer, major, steps);
    case 'Dense': {
      const [kernel, bias] = variables;
      if (!kernel) throw new Error('no kernel');
      return each((row) => activate(textOf(config.activation, 'linear'), major, add(times(row, matrix(kernel)), bias ? [...bias.data] : undefined)));
    }
    case 'TimeDistributed': {
      const inner = config.layer as { readonly class_name: string; readonly config: JsonObject };
      return applyLayer({ className: inner.class_name, config: inner.config, variables }, major, steps);
    }
    case 'Conv1D': return { x: conv1d(layer, major, steps.x), mask: undefined };
    case 'BatchNormalization': {
      const [gamma, beta, mean, variance] = variables;
      return each((row) => row.map((v, i) => ((v - (mean?.data[i] ?? 0)) / Math.sqrt((variance?.data[i] ?? 0) + Number(config.epsilon))) * (gamma?.data[i] ?? 1) + (beta?.data[i] ?? 0)));
    }
    case 'LayerNormalization': {
      const [gamma, beta] = variables;
      return each((row) => {
        const mean = row.reduce((a, b) => a + b, 0) / row.length;
        const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
        return row.map((v, i) => ((v - mean) / Math.sqrt(variance + Number(config.epsilon))) * (gamma?.data[i] ?? 1) + (beta?.data[i] ?? 0));
      });
    }
    case 'Masking': return {
      x: steps.x.map((row) => (row.every((v) => v === config.mask_value) ? row.map(() => 0) : row)), mask: steps.x.map((row) => !row.every((v) => v === config.mask_value)),
    };
    case 'Dropout': return steps;
    default: throw new Error(`no layer ${className}`);
  }
}

/** A chain of layers over samples [B, T, D]: the rows of the last one. */
export function predictChain(layers: readonly ReferenceLayer[], major: 2 | 3, samples: readonly Matrix[]): Matrix[] {
  return samples.map((x) => [...layers.reduce((steps: Steps, layer) => applyLayer(layer, major, steps), { x, mask: undefined }).x]);
}
