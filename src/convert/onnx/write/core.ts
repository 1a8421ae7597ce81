/** Layers without a window and without a time loop, in operators of ONNX. */
import type { Activation } from '../../../layers/activation.js';
import type { BatchNorm } from '../../../layers/batchNorm.js';
import type { Cropping1D } from '../../../layers/cropping.js';
import type { Dense } from '../../../layers/dense.js';
import type { GroupNorm } from '../../../layers/groupNorm.js';
import type { LayerNorm } from '../../../layers/layerNorm.js';
import type { RMSNorm } from '../../../layers/rmsNorm.js';
import type { Reshape } from '../../../layers/reshape.js';
import type { Permute } from '../../../layers/permute.js';
import type { RepeatVector } from '../../../layers/repeat.js';
import { float, int } from './graphBuilder.js';
import { activate, only, rankOf } from './layerWriter.js';
import type { Writing } from './layerWriter.js';
import { overFeatures, realSteps } from './masks.js';

const asIs = 'as it is';
const same = <T>(tensor: T): T => tensor;

/** Dropout and noise are at work in training only. */
export function identity(w: Writing): string[] {
  return [only(w)];
}

export function activation(w: Writing<Activation>): string[] {
  return [activate(w.b, w.layer.function, only(w), w.layer.alpha)];
}

export function dense(w: Writing<Dense>): string[] {
  const { b, layer } = w;
  const product = b.op('MatMul', [only(w), w.constant('kernel', asIs, same)]);
  return [activate(b, layer.activation, layer.useBias ? b.op('Add', [product, w.constant('bias', asIs, same)]) : product)];
}

export function embedding(w: Writing): string[] {
  return [w.b.op('Gather', [w.constant('embeddings', asIs, same), only(w)], { axis: int(0) })];
}

export function masking(w: Writing): string[] {
  return [realSteps(w.b, only(w), w.masks[0], rankOf(w))];
}

export function flatten(w: Writing): string[] {
  return [w.b.reshape(only(w), [0, -1])];
}

export function reshape(w: Writing<Reshape>): string[] {
  return [w.b.reshape(only(w), [0, ...w.layer.targetShape])];
}

export function permute(w: Writing<Permute>): string[] {
  return [w.b.transpose(only(w), [0, ...w.layer.dims])];
}

export function cropping(w: Writing<Cropping1D>): string[] {
  return [w.b.cropped(only(w), 1, w.layer.sides)];
}

export function repeatVector(w: Writing<RepeatVector>): string[] {
  return [w.b.op('Expand', [w.b.unsqueeze(only(w), [1]), w.b.ints([1, w.layer.n, 1])])];
}

/** γ, or ones where the layer has none. */
function gammaOf(w: Writing<LayerNorm | BatchNorm>): string {
  const [shape = []] = w.inputShapes;
  const ones = Array.from({ length: shape.at(-1) ?? 1 }, () => 1);
  return w.layer.scale ? w.constant('gamma', asIs, same) : w.b.float(ones, [ones.length]);
}

function betaOf(w: Writing<LayerNorm | BatchNorm>): string {
  const [shape = []] = w.inputShapes;
  const zeros = Array.from({ length: shape.at(-1) ?? 1 }, () => 0);
  return w.layer.center ? w.constant('beta', asIs, same) : w.b.float(zeros, [zeros.length]);
}

export function layerNorm(w: Writing<LayerNorm>): string[] {
  return [w.b.op('LayerNormalization', [only(w), gammaOf(w), betaOf(w)], { axis: int(-1), epsilon: float(w.layer.epsilon) })];
}

/** The running statistics are constants. ONNX has channels behind the batch. */
export function batchNorm(w: Writing<BatchNorm>): string[] {
  const { b, layer } = w;
  const rank = rankOf(w);
  const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const x = b.transpose(only(w), [0, rank - 1, ...middle]);
  const y = b.op('BatchNormalization', [x, gammaOf(w), betaOf(w), w.constant('movingMean', asIs, same), w.constant('movingVariance', asIs, same)], { epsilon: float(layer.epsilon) });
  return [b.transpose(y, [0, ...middle.map((axis) => axis + 1), 1])];
}

/** 1/√(x + ε), times another. */
function overRoot(w: Writing, x: string, variance: string, epsilon: number): string {
  return w.b.op('Div', [x, w.b.op('Sqrt', [w.b.op('Add', [variance, w.b.float(epsilon)])])]);
}

export function rmsNorm(w: Writing<RMSNorm>): string[] {
  const { b, layer } = w;
  const x = only(w);
  const hat = overRoot(w, x, b.reduce('Mean', b.op('Mul', [x, x]), [-1], true), layer.epsilon);
  return [layer.scale ? b.op('Mul', [hat, w.constant('gamma', asIs, same)]) : hat];
}

/** As groupNorm.ts: x [B, S, C] read as [B, S, G, C/G]; w is one over the number of entries, of real steps where there is a mask. */
export function groupNorm(w: Writing<GroupNorm>): string[] {
  const { b, layer } = w;
  const [shape = []] = w.inputShapes;
  const channels = shape.at(-1) ?? 1;
  const grouped = b.reshape(only(w), [0, -1, layer.groups, channels / layer.groups]);
  const [mask] = w.masks;
  const places = mask && placesOf(w, mask.name);
  const mean = (x: string): string => {
    if (!places) return b.reduce('Mean', x, [1, 3], true);
    const sum = b.reduce('Sum', b.op('Mul', [x, places]), [1, 3], true);
    const count = b.op('Max', [b.reduce('Sum', places, [1, 3], true), b.float(1)]);
    return b.op('Div', [sum, b.op('Mul', [count, b.float(channels / layer.groups)])]);
  };
  const centred = b.op('Sub', [grouped, mean(grouped)]);
  const hat = b.op('Reshape', [overRoot(w, centred, mean(b.op('Mul', [centred, centred])), layer.epsilon), b.shape(only(w))]);
  const scaled = layer.scale ? b.op('Mul', [hat, w.constant('gamma', asIs, same)]) : hat;
  return [layer.center ? b.op('Add', [scaled, w.constant('beta', asIs, same)]) : scaled];
}

/** A mask [B, T] as [B, S, 1, 1], where each step is S/T places. */
function placesOf(w: Writing<GroupNorm>, mask: string): string {
  const { b } = w;
  const rank = rankOf(w);
  const places = rank === 3 ? mask : b.op('Expand', [overFeatures(b, mask, rank - 1), b.sizes(only(w), 0, rank - 1)]);
  return b.unsqueeze(rank === 3 ? places : b.reshape(places, [0, -1]), [2, 3]);
}
