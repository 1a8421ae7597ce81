/** Writers of all layers, by class name. */
import type { TimeDistributed } from '../../../layers/timeDistributed.js';
import { activation, batchNorm, cropping, dense, embedding, flatten, groupNorm, identity, layerNorm, masking, permute, repeatVector, reshape, rmsNorm } from './core.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { LayerWriter, Writing } from './layerWriter.js';
import { only } from './layerWriter.js';
import { attention, average, concatenate, elementwise, multiHeadAttention } from './merging.js';
import { bidirectional, recurrent } from './recurrent.js';
import { averagePool, conv, convTranspose, depthwiseConv, globalAveragePool, globalMaxPool, maxPool, separableConv, upSampling, zeroPad } from './windows.js';

/** One for layers of a class, in a table of all; the class name is what says that the layer is one. */
function of<L>(writer: (writing: Writing<L>) => readonly string[]): LayerWriter {
  return (writing) => writer({ ...writing, layer: writing.layer as L });
}

const writers: Readonly<Record<string, LayerWriter>> = {
  Activation: of(activation), Add: elementwise('Add'), Attention: of(attention), Average: average, AveragePool1D: of(averagePool), AveragePool2D: of(averagePool),
  BatchNorm: of(batchNorm), Bidirectional: of(bidirectional), Concatenate: concatenate, Conv1D: of(conv), Conv2D: of(conv),
  Conv1DTranspose: of(convTranspose), Conv2DTranspose: of(convTranspose), Cropping1D: of(cropping), Dense: of(dense), DepthwiseConv1D: of(depthwiseConv), DepthwiseConv2D: of(depthwiseConv),
  Dropout: identity, Embedding: embedding, Flatten: flatten, GaussianNoise: identity, GlobalAveragePool1D: globalAveragePool, GlobalAveragePool2D: globalAveragePool,
  GlobalMaxPool1D: globalMaxPool, GlobalMaxPool2D: globalMaxPool, GroupNorm: of(groupNorm), GRU: of(recurrent), LayerNorm: of(layerNorm), LSTM: of(recurrent),
  Masking: masking, MaxPool1D: of(maxPool), MaxPool2D: of(maxPool), Maximum: elementwise('Max'), Minimum: elementwise('Min'), MultiHeadAttention: of(multiHeadAttention),
  Multiply: elementwise('Mul'), Permute: of(permute), RepeatVector: of(repeatVector), Reshape: of(reshape), RMSNorm: of(rmsNorm), RNN: of(recurrent),
  SeparableConv1D: of(separableConv), SeparableConv2D: of(separableConv), SimpleRNN: of(recurrent), SpatialDropout1D: identity, Subtract: elementwise('Sub'),
  TimeDistributed: of(timeDistributed), UpSampling1D: of(upSampling), UpSampling2D: of(upSampling), ZeroPad1D: of(zeroPad), ZeroPad2D: of(zeroPad),
};

/** Whether layers of this class can be written. */
export function writes(className: string): boolean {
  return Object.hasOwn(writers, className);
}

export const writeLayer: LayerWriter = (writing) => {
  const { className } = writing.layer;
  const writer = writes(className) ? writers[className] : undefined;
  return writer ? writer(writing) : writing.refuse('a layer of your own, which has no operator in ONNX');
};

/** Samples and steps side by side, as in timeDistributed.ts. */
function timeDistributed(w: Writing<TimeDistributed>): readonly string[] {
  const { b, layer: { layer } } = w;
  const x = only(w);
  const [shape = []] = w.inputShapes;
  const inner = shape.slice(1);
  const rows = b.op('Reshape', [x, b.concat([b.ints([-1]), b.sizes(x, 2, shape.length + 1)], 0)]);
  const outputShapes = layer.outputShapes([inner]);
  const [y = ''] = writeLayer({ ...w, layer, inputs: [rows], inputShapes: [inner], outputShapes, masks: [] });
  return [b.op('Reshape', [y, b.concat([b.sizes(x, 0, 2), ...rest(b, y, outputShapes[0]?.length ?? 0)], 0)])];
}

/** Sizes of y behind its rows. */
function rest(b: GraphBuilder, y: string, rank: number): string[] {
  return rank === 0 ? [] : [b.sizes(y, 1, rank + 1)];
}
