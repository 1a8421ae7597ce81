/** Every layer that can be saved, each in a model of its own. */
import { Input, Model } from '../../src/index.js';
import type { AnyCell, AnyLayer, JsonObject, JsonValue, Shape } from '../../src/index.js';
import { cellMakers, makers } from '../../src/models/files/makers.js';

const vector = [4];
const sequence = [4, 3];
const image = [5, 6, 2];
const inner = { className: 'GRU', config: { units: 2, returnSequences: true } };
/** Every layer: its options and the shape of its input, or inputs. */
export const everyLayer: Readonly<Record<string, { readonly options?: JsonObject; readonly shape: Shape; readonly inputs?: number; readonly values?: number }>> = {
  Activation: { options: { kind: 'tanh' }, shape: vector },
  Add: { shape: vector, inputs: 2 },
  Attention: { options: { score: 'additive' }, shape: sequence, inputs: 2 },
  Average: { shape: vector, inputs: 2 },
  AveragePool1D: { options: { poolSize: 2 }, shape: sequence },
  AveragePool2D: { options: { poolSize: 2 }, shape: image },
  BatchNorm: { shape: vector },
  Bidirectional: { options: { layer: inner }, shape: sequence },
  Concatenate: { shape: vector, inputs: 2 },
  Conv1D: { options: { filters: 2, kernelSize: 2 }, shape: sequence },
  Conv2D: { options: { filters: 2, kernelSize: 2 }, shape: image },
  Conv1DTranspose: { options: { filters: 2, kernelSize: 2 }, shape: sequence },
  Conv2DTranspose: { options: { filters: 2, kernelSize: 2 }, shape: image },
  Cropping1D: { shape: sequence },
  Dense: { options: { units: 2 }, shape: vector },
  DepthwiseConv1D: { options: { kernelSize: 2 }, shape: sequence },
  DepthwiseConv2D: { options: { kernelSize: 2 }, shape: image },
  Dropout: { options: { rate: 0.5 }, shape: vector },
  Embedding: { options: { inputDim: 3, outputDim: 2 }, shape: vector, values: 2 },
  Flatten: { shape: sequence },
  GaussianNoise: { options: { stddev: 0.5 }, shape: vector },
  GlobalAveragePool1D: { shape: sequence },
  GlobalAveragePool2D: { shape: image },
  GlobalMaxPool1D: { shape: sequence },
  GlobalMaxPool2D: { shape: image },
  GroupNorm: { options: { groups: 2 }, shape: vector },
  GRU: { options: { units: 2, resetAfter: false }, shape: sequence },
  LayerNorm: { shape: vector },
  LSTM: { options: { units: 2, peepholes: true }, shape: sequence },
  Masking: { shape: sequence },
  MaxPool1D: { options: { poolSize: 2 }, shape: sequence },
  MaxPool2D: { options: { poolSize: 2 }, shape: image },
  Maximum: { shape: vector, inputs: 2 },
  Minimum: { shape: vector, inputs: 2 },
  MultiHeadAttention: { options: { numHeads: 2, keyDim: 3 }, shape: sequence, inputs: 2 },
  Multiply: { shape: vector, inputs: 2 },
  Permute: { options: { dims: [2, 1] }, shape: sequence },
  RepeatVector: { options: { n: 2 }, shape: vector },
  Reshape: { options: { targetShape: [2, 2] }, shape: vector },
  SeparableConv1D: { options: { filters: 2, kernelSize: 2 }, shape: sequence },
  SeparableConv2D: { options: { filters: 2, kernelSize: 2 }, shape: image },
RMSNorm: { shape: vector },
  RNN: { options: { cell: { className: 'StackedCells', config: { cells: Object.keys(cellMakers).filter((name) => name !== 'StackedCells').map((className) => ({ className, config: { units: 2 } })) } } }, shape: sequence },
  SimpleRNN: { options: { units: 2 }, shape: sequence },
  SpatialDropout1D: { options: { rate: 0.5 }, shape: sequence },
  Subtract: { shape: vector, inputs: 2 },
  TimeDistributed: { options: { layer: { className: 'LayerNorm', config: {} } }, shape: sequence },
  UpSampling1D: { shape: sequence },
  UpSampling2D: { shape: image },
  ZeroPad1D: { options: { padding: 1 }, shape: sequence },
  ZeroPad2D: { options: { padding: 1 }, shape: image },
};

function cellOf(entry: JsonValue | undefined): AnyCell {
  const { className, config } = entry as { className: string; config: JsonObject };
  const cell = cellMakers[className]?.(config, cellOf);
  if (!cell) throw new Error(`no cell ${className}`);
  return cell;
}

function layerOf(kind: string, given: JsonObject): AnyLayer {
  const layer = makers[kind]?.({ ...given, name: kind }, (entry) => {
    const { className, config } = entry as { className: string; config: JsonObject };
    return layerOf(className, config);
  }, cellOf);
  if (!layer) throw new Error(`no layer ${kind}`);
  return layer;
}

/** A layer of this kind alone between inputs and output. */
export function modelOfOne(name: string): Model {
  const { options = {}, shape, inputs: count = 1 } = everyLayer[name] ?? { shape: [] };
  const inputs = Array.from({ length: count }, () => Input({ shape }));
  return new Model({ inputs, outputs: layerOf(name, options).apply(count === 1 ? inputs[0] ?? [] : inputs) });
}
