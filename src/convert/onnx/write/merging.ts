/** Joining layers and attention in operators of ONNX. */
import type { Attention } from '../../../layers/attention/attention.js';
import type { MultiHeadAttention } from '../../../layers/attention/multiHeadAttention.js';
import { int } from './graphBuilder.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { LayerWriter, Writing } from './layerWriter.js';

/** Inputs of fewer axes get axes of size 1 behind the batch; the rest ONNX broadcasts alike. */
function aligned({ b, inputs, inputShapes }: Writing): string[] {
  const rank = Math.max(...inputShapes.map((shape) => shape.length));
  return inputs.map((x, i) => b.unsqueeze(x, Array.from({ length: rank - (inputShapes[i]?.length ?? 0) }, (_, axis) => axis + 1)));
}

/** Two by two, from the left, as the layers do. */
export function elementwise(kind: 'Add' | 'Sub' | 'Mul' | 'Max' | 'Min'): LayerWriter {
  return (w) => [aligned(w).reduce((a, x) => w.b.op(kind, [a, x]))];
}

export const average: LayerWriter = (w) => {
  const parts = aligned(w);
  return [w.b.op('Mul', [parts.reduce((a, x) => w.b.op('Add', [a, x])), w.b.float(1 / parts.length)])];
};

export const concatenate: LayerWriter = ({ b, inputs }) => [b.concat(inputs, -1)];

/** Scores of keys that a query does not see; the weights of a query that sees none are put to 0 afterwards. */
const unseen = -1e30;

/** Weights [B, H, Tq, Tk] from scores: Z2 of attending.ts. */
function weights(w: Writing<Attention | MultiHeadAttention>, scores: string): string {
  const { b, inputs, masks, layer } = w;
  const [query, value = query, key = value] = inputs.map((_, i) => masks[i]?.name);
  const seen: string[] = [];
  for (const keys of new Set(inputs.length === 1 ? [query] : [value, key])) if (keys !== undefined) seen.push(b.unsqueeze(keys, [1, 2]));
  if (query !== undefined) seen.push(b.unsqueeze(query, [1, 3]));
  if (layer.causal) seen.push(noLater(b, scores));
  if (seen.length === 0) return b.op('Softmax', [scores], { axis: int(-1) });
  const visible = seen.reduce((all, part) => b.op('Mul', [all, part]));
  const hidden = b.op('Where', [b.op('Greater', [visible, b.float(0)]), scores, b.float(unseen)]);
  return b.op('Mul', [b.op('Softmax', [hidden], { axis: int(-1) }), visible]);
}

/** [Tq, Tk]: 1 where the key is no later than the query. */
function noLater(b: GraphBuilder, scores: string): string {
  const count = (from: number): string => b.op('Range', [b.int(0), b.squeeze(b.sizes(scores, from, from + 1), [0]), b.int(1)]);
  return b.cast(b.op('LessOrEqual', [b.unsqueeze(count(3), [0]), b.unsqueeze(count(2), [1])]), 'float');
}

export function attention(w: Writing<Attention>): string[] {
  const { b, layer, inputs, inputShapes } = w;
  const [query = '', value = query, key = value] = inputs;
  const one = (x: string): string => b.unsqueeze(x, [1]);
  const a = weights(w, scores());
  const y = b.squeeze(b.op('MatMul', [a, one(value)]), [1]);
  return layer.returnAttentionScores ? [y, b.squeeze(a, [1])] : [y];

  function scores(): string {
    const project = (x: string, name: string): string => b.op('MatMul', [x, w.constant(name, 'as it is', (kernel) => kernel)]);
    if (layer.score === 'additive') {
      const pairs = b.op('Add', [b.unsqueeze(project(query, 'queryKernel'), [2]), b.unsqueeze(project(key, 'keyKernel'), [1])]);
      return one(b.squeeze(project(b.op('Tanh', [pairs]), 'scoreKernel'), [3]));
    }
    const scaled = layer.score === 'scaledDot' ? b.op('Mul', [query, b.float(1 / Math.sqrt(inputShapes[0]?.[1] ?? 1))]) : query;
    return b.op('MatMul', [one(scaled), b.transpose(one(key), [0, 1, 3, 2])]);
  }
}

export function multiHeadAttention(w: Writing<MultiHeadAttention>): string[] {
  const { b, layer, inputs } = w;
  const [query = '', value = query, key = value] = inputs;
  const plus = (x: string, name: string): string => (layer.useBias ? b.op('Add', [x, w.constant(name, 'as it is', (bias) => bias)]) : x);
  const product = (x: string, name: string): string => b.op('MatMul', [x, w.constant(name, 'as it is', (kernel) => kernel)]);
  const heads = (x: string, width: number): string => b.transpose(b.reshape(x, [0, 0, layer.numHeads, width]), [0, 2, 1, 3]);
  const q = b.op('Mul', [plus(product(query, 'queryKernel'), 'queryBias'), b.float(1 / Math.sqrt(layer.keyDim))]);
  const k = b.transpose(heads(product(key, 'keyKernel'), layer.keyDim), [0, 1, 3, 2]);
  const a = weights(w, b.op('MatMul', [heads(q, layer.keyDim), k]));
  const mixed = b.op('MatMul', [a, heads(plus(product(value, 'valueKernel'), 'valueBias'), layer.valueDim)]);
  const side = b.reshape(b.transpose(mixed, [0, 2, 1, 3]), [0, 0, layer.numHeads * layer.valueDim]);
  const y = plus(product(side, 'outputKernel'), 'outputBias');
  return layer.returnAttentionScores ? [y, a] : [y];
}
