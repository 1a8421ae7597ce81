/** Readers of all operators, by name. */
import { attention } from './attentionOps.js';
import type { Call, Value } from './call.js';
import { activation, arithmetic, clip, dropout, gemm, matMul, negated, reduced, several, softmax } from './denseOps.js';
import { batchNorm, globalPool, groupNorm, layerNorm, rmsNorm } from './normOps.js';
import { equal, where } from './foldedOps.js';
import { product, range, scatter, topK } from './orderOps.js';
import { gather, pad, slice, splitAxis } from './partOps.js';
import { recurrent } from './recurrentOps.js';
import { expand, tile } from './repeatOps.js';
import { cast, concat, constant, constantOfShape, flatten, identity, reshape, shape, squeeze, transpose, unsqueeze } from './shapeOps.js';
import { averagePool, conv, convTranspose, maxPool, resize } from './windowOps.js';

/** The values of a node's outputs; undefined for one that nobody reads. */
type Reader = (c: Call) => readonly (Value | undefined)[];

const one = (reader: (c: Call) => Value): Reader => (c) => [reader(c)];

const readers: Readonly<Record<string, Reader>> = {
  Add: one(arithmetic('Add')), Attention: one(attention), AveragePool: one(averagePool), BatchNormalization: one(batchNorm), Cast: one(cast), Clip: one(clip), Concat: one(concat), Constant: one(constant),
  ConstantOfShape: one(constantOfShape), Conv: one(conv), ConvTranspose: one(convTranspose), Div: one(arithmetic('Div')), Dropout: one(dropout), Elu: one(activation), Equal: one(equal), Expand: one(expand),
  Flatten: one(flatten), GRU: recurrent('GRU'), Gather: one(gather), Gelu: one(activation), Gemm: one(gemm), GlobalAveragePool: one(globalPool('Average')), GlobalMaxPool: one(globalPool('Max')),
  GroupNormalization: one(groupNorm), HardSigmoid: one(activation), Identity: one(identity), InstanceNormalization: one(groupNorm), LSTM: recurrent('LSTM'), LayerNormalization: one(layerNorm),
  LeakyRelu: one(activation), MatMul: one(matMul), Max: one(several('Max')), MaxPool: one(maxPool), Mean: one(several('Mean')), Min: one(several('Min')), Mul: one(arithmetic('Mul')), Neg: one(negated),
  Pad: one(pad), RMSNormalization: one(rmsNorm), RNN: recurrent('RNN'), Range: one(range), ReduceMax: one(reduced('Max')), ReduceMean: one(reduced('Mean')), ReduceProd: one(product), ReduceSum: one(reduced('Sum')), Relu: one(activation),
  Reshape: one(reshape), Resize: one(resize), ScatterElements: one(scatter), Shape: one(shape), Sigmoid: one(activation), Slice: one(slice), Softmax: one(softmax), Softplus: one(activation), Split: splitAxis, Squeeze: one(squeeze),
  Sub: one(arithmetic('Sub')), Sum: one(several('Sum')), Tanh: one(activation), Tile: one(tile), TopK: topK, Transpose: one(transpose), Unsqueeze: one(unsqueeze), Upsample: one(resize), Where: one(where),
};

export function readerOf(opType: string): Reader | undefined {
  return Object.hasOwn(readers, opType) ? readers[opType] : undefined;
}
