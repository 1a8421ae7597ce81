/** Layers as TensorFlow.js describes them, and what it has no counterpart for. */
import { activationDefaults } from '../../layers/activationKinds.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { isList, isObject, shown } from '../keras/layerConfig.js';

/** A class of TensorFlow.js with its configuration, without the name. */
export interface Described { readonly className: string; readonly config: JsonObject }

/** The options of a layer here, read one by one; what is left over and not as usual has no counterpart. */
export class LayerOptions {
  readonly problems: string[] = [];
  private readonly left: Map<string, JsonValue | undefined>;

  constructor(config: JsonObject) {
    this.left = new Map(Object.entries(config).filter(([key]) => key !== 'trainable' && !key.endsWith('Initializer')));
  }

  take(key: string): JsonValue {
    const value = this.left.get(key);
    this.left.delete(key);
    return value ?? null;
  }

  /** Has to be one of these: undefined stands for left out. */
  require(key: string, ...usual: readonly (JsonValue | undefined)[]): void {
    const value = this.left.get(key) ?? undefined;
    this.left.delete(key);
    if (!usual.some((each) => JSON.stringify(each) === JSON.stringify(value))) this.problems.push(`${key} ${shown(value)} has no counterpart`);
  }

  /** Sentences about all that stands in the way. */
  finish(): string[] {
    const rest = [...this.left].filter(([, value]) => value !== undefined && value !== null);
    return [...this.problems, ...rest.map(([key, value]) => `${key} ${shown(value)} has no counterpart`)];
  }
}

const activations: Readonly<Record<string, string>> = {
  linear: 'linear', sigmoid: 'sigmoid', tanh: 'tanh', relu: 'relu', elu: 'elu', softplus: 'softplus', gelu: 'gelu', softmax: 'softmax', hardSigmoidFifth: 'hard_sigmoid',
};

/** An activation as an option. */
function activation(options: LayerOptions, key = 'activation'): string {
  const kind = options.take(key);
  if (typeof kind === 'string' && Object.hasOwn(activations, kind)) return activations[kind] ?? 'linear';
  options.problems.push(`${key} ${shown(kind)} has no counterpart${kind === 'leakyRelu' ? ': make it an Activation of its own' : ''}`);
  return 'linear';
}

/** Penalties and constraints. */
function rules(options: LayerOptions, ...stems: readonly string[]): JsonObject {
  return Object.fromEntries(stems.flatMap((stem) => ['Regularizer', 'Constraint'].map((kind): [string, JsonValue] => {
    const rule = options.take(`${stem}${kind}`);
    return [`${stem}_${kind.toLowerCase()}`, isObject(rule) ? ruleOf(options, rule) : null];
  })));
}

function ruleOf(options: LayerOptions, { className, config }: JsonObject): JsonValue {
  const own = isObject(config) ? config : {};
  const axis = isList(own.axis) && own.axis.length === 1 ? own.axis[0] : own.axis;
  switch (className) {
    case 'L1L2': return { class_name: 'L1L2', config: { l1: own.l1 ?? 0, l2: own.l2 ?? 0 } };
    case 'MaxNorm': return { class_name: 'MaxNorm', config: { max_value: own.maxValue, axis } };
    case 'UnitNorm': return { class_name: 'UnitNorm', config: { axis } };
    case 'NonNegative': return { class_name: 'NonNeg', config: {} };
    default: return options.problems.push(`rule ${shown(className)} has no counterpart`), null;
  }
}

type Describe = (options: LayerOptions, inner: (entry: JsonValue) => JsonObject) => Described;

function cell(className: 'LSTM' | 'GRU' | 'SimpleRNN', options: LayerOptions): JsonObject {
  const common = { units: options.take('units'), activation: activation(options), use_bias: options.take('useBias'), recurrent_dropout: options.take('recurrentDropout') };
  if (className === 'SimpleRNN') return common;
  const gated = { ...common, recurrent_activation: activation(options, 'recurrentActivation') };
  if (className === 'GRU') {
    if (options.take('resetAfter') === true) options.problems.push('resetAfter true is not computed by TensorFlow.js: train it with resetAfter: false');
    return { ...gated, reset_after: false };
  }
  options.require('peepholes', false);
  options.require('projection', undefined);
  return { ...gated, unit_forget_bias: options.take('unitForgetBias') };
}

function loop(options: LayerOptions): JsonObject {
  options.take('truncate'); // of training alone
  options.take('zeroOutputForMask'); // refused where there is a mask
  return {
    return_sequences: options.take('returnSequences'), return_state: options.take('returnState'), stateful: options.take('stateful'), go_backwards: options.take('goBackwards'),
  };
}

function recurrent(className: 'LSTM' | 'GRU' | 'SimpleRNN'): Describe {
  return (options) => ({ className, config: { ...cell(className, options), ...loop(options), dropout: options.take('dropout'), ...rules(options, 'kernel', 'recurrent', 'bias') } });
}

function ofCell(className: 'LSTM' | 'GRU' | 'SimpleRNN'): Describe {
  return (options) => ({ className: `${className}Cell`, config: cell(className, options) });
}

const modes: Readonly<Record<string, JsonValue>> = { concat: 'concat', sum: 'sum', multiply: 'mul', average: 'ave', none: null };

function mode(options: LayerOptions): JsonValue {
  const given = options.take('mergeMode');
  return typeof given === 'string' ? modes[given] ?? null : null;
}

const bidirectional: Describe = (options, inner) => {
  const [ahead, back] = [options.take('layer'), options.take('backwardLayer')];
  const twins = [ahead, back].map((entry) => (isObject(entry) && isObject(entry.config) ? { ...entry, config: { ...entry.config, goBackwards: false, stateful: false, trainable: true } } : entry));
  if (JSON.stringify(twins[0]) !== JSON.stringify(twins[1])) options.problems.push('a backwardLayer of its own has no counterpart');
  return { className: 'Bidirectional', config: { layer: inner(ahead), merge_mode: mode(options) } };
};

/** Named paddings alone. */
function padding(options: LayerOptions): string {
  const given = options.take('padding');
  if (given === 'valid' || given === 'same') return given;
  if (given !== 0) options.problems.push(`padding ${shown(given)} has no counterpart${given === 'causal' ? ', as TensorFlow.js does not compute it' : ''}`);
  return 'valid';
}

function convolution(own: (options: LayerOptions) => JsonObject): (className: string) => Describe {
  return (className) => (options) => ({
    className,
    config: {
      ...own(options), kernel_size: options.take('kernelSize'), strides: options.take('stride'), padding: padding(options), dilation_rate: options.take('dilation'),
      data_format: 'channels_last', activation: activation(options), use_bias: options.take('useBias'), ...rules(options, 'bias'),
    },
  });
}

const plain = convolution((options) => (options.require('groups', 1), { filters: options.take('filters'), ...rules(options, 'kernel') }));
const transposed = convolution((options) => {
  options.require('groups', 1);
  options.require('outputPadding', undefined);
  return { filters: options.take('filters'), ...rules(options, 'kernel') };
});
const depthwise = convolution((options) => {
  const own = rules(options, 'kernel');
  return { depth_multiplier: options.take('depthMultiplier'), depthwise_regularizer: own.kernel_regularizer, depthwise_constraint: own.kernel_constraint };
});
const separable = convolution((options) => ({ filters: options.take('filters'), depth_multiplier: options.take('depthMultiplier'), ...rules(options, 'depthwise', 'pointwise') }));

function pooling(className: string): Describe {
  return (options) => ({ className, config: { pool_size: options.take('poolSize'), strides: options.take('stride'), padding: padding(options), data_format: 'channels_last' } });
}

function norm(className: string): Describe {
  return (options) => ({
    className,
    config: { axis: -1, epsilon: options.take('epsilon'), center: options.take('center'), scale: options.take('scale'), ...(className === 'BatchNormalization' ? { momentum: options.take('momentum') } : {}), ...rules(options, 'gamma', 'beta') },
  });
}

/** Of options that have other names there and nothing else. @param names theirs by ours. */
function renamed(className: string, names: Readonly<Record<string, string>> = {}, fixed: JsonObject = {}): Describe {
  return (options) => ({ className, config: { ...Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, options.take(ours)])), ...fixed } });
}

const activationLayer: Describe = (options) => {
  const [kind, alpha] = [options.take('kind'), options.take('alpha')];
  if (kind === 'leakyRelu') return { className: 'LeakyReLU', config: { alpha } };
  if (kind === 'elu' && alpha !== activationDefaults('elu')) return { className: 'ELU', config: { alpha } };
  if (typeof kind === 'string' && Object.hasOwn(activations, kind)) return { className: 'Activation', config: { activation: activations[kind] ?? null } };
  options.problems.push(`kind ${shown(kind)} has no counterpart`);
  return { className: 'Activation', config: {} };
};

const upSampling: Describe = (options) => {
  options.require('interpolation', 'nearest');
  const size = options.take('size');
  return { className: 'UpSampling2D', config: { size: isList(size) ? size : [size, size], data_format: 'channels_last', interpolation: 'nearest' } };
};

/** Zeros for all four sides, as numbers or in pairs. */
const zeroPad: Describe = (options) => {
  const given = options.take('padding');
  const pairs = isList(given) ? given : [[given, given], [given, given]];
  return { className: 'ZeroPadding2D', config: { padding: pairs, data_format: 'channels_last' } };
};

/** By class name here. */
export const describers: Readonly<Record<string, Describe>> = {
  Dense: (options) => ({ className: 'Dense', config: { units: options.take('units'), activation: activation(options), use_bias: options.take('useBias'), ...rules(options, 'kernel', 'bias') } }),
  Activation: activationLayer,
  Embedding: (options) => ({ className: 'Embedding', config: { input_dim: options.take('inputDim'), output_dim: options.take('outputDim'), mask_zero: options.take('maskZero'), ...rules(options, 'embeddings') } }),
  Masking: renamed('Masking', { maskValue: 'mask_value' }),
  LSTM: recurrent('LSTM'), GRU: recurrent('GRU'), SimpleRNN: recurrent('SimpleRNN'),
  RNN: (options, inner) => (options.require('dropout', 0), { className: 'RNN', config: { cell: inner(options.take('cell')), ...loop(options) } }),
  LSTMCell: ofCell('LSTM'), GRUCell: ofCell('GRU'), SimpleRNNCell: ofCell('SimpleRNN'),
  StackedCells: (options, inner) => {
    const cells = options.take('cells');
    return { className: 'StackedRNNCells', config: { cells: (isList(cells) ? cells : []).map(inner) } };
  },
  Bidirectional: bidirectional, TimeDistributed: (options, inner) => ({ className: 'TimeDistributed', config: { layer: inner(options.take('layer')) } }),
  Conv1D: plain('Conv1D'), Conv2D: plain('Conv2D'), Conv2DTranspose: transposed('Conv2DTranspose'), DepthwiseConv2D: depthwise('DepthwiseConv2D'), SeparableConv2D: separable('SeparableConv2D'),
  MaxPool1D: pooling('MaxPooling1D'), MaxPool2D: pooling('MaxPooling2D'), AveragePool1D: pooling('AveragePooling1D'), AveragePool2D: pooling('AveragePooling2D'),
  GlobalMaxPool1D: renamed('GlobalMaxPooling1D'), GlobalAveragePool1D: renamed('GlobalAveragePooling1D'),
  GlobalMaxPool2D: renamed('GlobalMaxPooling2D', {}, { data_format: 'channels_last' }), GlobalAveragePool2D: renamed('GlobalAveragePooling2D', {}, { data_format: 'channels_last' }),
  ZeroPad2D: zeroPad, UpSampling2D: upSampling,
  Flatten: renamed('Flatten'), Reshape: renamed('Reshape', { targetShape: 'target_shape' }), Permute: renamed('Permute', { dims: 'dims' }), RepeatVector: renamed('RepeatVector', { n: 'n' }),
  BatchNorm: norm('BatchNormalization'), LayerNorm: norm('LayerNormalization'),
  Dropout: renamed('Dropout', { rate: 'rate' }), SpatialDropout1D: renamed('SpatialDropout1D', { rate: 'rate' }), GaussianNoise: renamed('GaussianNoise', { stddev: 'stddev' }),
  Add: renamed('Add'), Multiply: renamed('Multiply'), Average: renamed('Average'), Maximum: renamed('Maximum'), Minimum: renamed('Minimum'), Concatenate: renamed('Concatenate', {}, { axis: -1 }),
};
