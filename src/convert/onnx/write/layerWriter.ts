/** What writes one layer gets, and the helpers that all of them share. */
import type { ActivationKind } from '../../../backend.js';
import { activationDefaults } from '../../../layers/activationKinds.js';
import type { AnyLayer } from '../../../layers/layer.js';
import type { HostTensor, Shape } from '../../../tensor.js';
import { float, int } from './graphBuilder.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { OnnxMask } from './masks.js';

/** One use of a layer. */
export interface Writing<L = AnyLayer> {
  readonly b: GraphBuilder;
  readonly layer: L;
  readonly inputs: readonly string[];
  /** Without the batch; NaN where open. */
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  /** Of each input. */
  readonly masks: readonly (OnnxMask | undefined)[];
  /** Values of a weight or running statistic. @throws Error where there is none. */
  weight(name: string): HostTensor;
  /** Undefined where there is none. */
  optional(name: string): HostTensor | undefined;
  /** A constant of the graph, made once for each name; `form` tells rearranged ones apart. */
  constant(name: string, form: string, make: (tensor: HostTensor) => HostTensor): string;
  /** A state that the layer carries from batch to batch: its present name. */
  carried(name: string, shape: Shape): string;
  /** What the state is after the batch. */
  carry(name: string, value: string): void;
  /** Says why it cannot be written. The rest is looked through all the same. */
  refuse(reason: string): readonly string[];
}

/** Names of the outputs. */
export type LayerWriter<L = AnyLayer> = (writing: Writing<L>) => readonly string[];

/** The one input. */
export function only(writing: Pick<Writing, 'inputs'>): string {
  return writing.inputs[0] ?? '';
}

/** Axes of a value, the batch included. */
export function rankOf({ inputShapes }: Pick<Writing, 'inputShapes'>, input = 0): number {
  return (inputShapes[input]?.length ?? 0) + 1;
}

/** φ(x). */
export function activate(b: GraphBuilder, kind: ActivationKind | 'softmax', x: string, alpha = kind === 'softmax' ? 0 : activationDefaults(kind)): string {
  switch (kind) {
    case 'linear': return x;
    case 'sigmoid': return b.op('Sigmoid', [x]);
    case 'tanh': return b.op('Tanh', [x]);
    case 'relu': return b.op('Relu', [x]);
    case 'leakyRelu': return b.op('LeakyRelu', [x], { alpha: float(alpha) });
    case 'elu': return b.op('Elu', [x], { alpha: float(alpha) });
    case 'softplus': return b.op('Softplus', [x]);
    case 'hardSigmoidFifth': return b.op('HardSigmoid', [x], { alpha: float(1 / 5), beta: float(0.5) });
    case 'hardSigmoidSixth': return b.op('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) });
    case 'softmax': return b.op('Softmax', [x], { axis: int(-1) });
    case 'gelu': {
      const twice = b.op('Add', [b.op('Erf', [b.op('Div', [x, b.float(Math.SQRT2)])]), b.float(1)]);
      return b.op('Mul', [b.op('Mul', [x, twice]), b.float(0.5)]);
    }
  }
}

/** A tensor with its axes in another order. */
export function reordered({ data, shape }: HostTensor, order: readonly number[]): HostTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const to = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const out = new Float32Array(data.length);
  const index = to.map(() => 0);
  let from = 0;
  for (let at = 0; at < out.length; at++) {
    out[at] = data[from] ?? 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += steps[axis] ?? 0;
      index[axis] = next;
      if (next < (to[axis] ?? 0)) break;
      from -= (steps[axis] ?? 0) * next;
      index[axis] = 0;
    }
  }
  return { data: out, shape: to };
}

/** The same numbers under another shape. */
export function reshaped({ data }: HostTensor, shape: Shape): HostTensor {
  return { data, shape };
}

/** Blocks of equal width along the last axis in another order: the gates of recurrent cells. */
export function blocksOf(tensor: HostTensor, order: readonly number[], count: number): HostTensor {
  const width = (tensor.shape.at(-1) ?? 0) / count;
  const rows = tensor.data.length / (width * count);
  const out = new Float32Array(rows * width * order.length);
  for (let row = 0; row < rows; row++) {
    order.forEach((block, i) => {
      out.set(tensor.data.subarray((row * count + block) * width, (row * count + block + 1) * width), (row * order.length + i) * width);
    });
  }
  return { data: out, shape: [...tensor.shape.slice(0, -1), width * order.length] };
}
