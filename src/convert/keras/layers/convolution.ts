/** Convolutions, pooling, padding and resampling: channels last alone. */
import type { JsonObject, JsonValue } from '../../../json.js';
import { activationOf, endingIn } from '../activations.js';
import { isList } from '../layerConfig.js';
import type { LayerConfig } from '../layerConfig.js';
import { rulesOf } from '../rules.js';
import { made } from './translation.js';
import type { Translator } from './translation.js';

type Axes = 1 | 2;

function channelsLast(config: LayerConfig): void {
  config.require('data_format', 'channels_last');
}

function paddingOf(config: LayerConfig): string {
  return config.text('padding', 'valid');
}

/** @param stems of its penalties and constraints. @param own options besides those of all. */
function convolution(kind: string, axes: Axes, stems: Readonly<Record<string, string>>, own: (config: LayerConfig) => JsonObject): Translator {
  return (config) => {
    channelsLast(config);
    const { activation, then } = endingIn(activationOf(config, 'activation'));
    const options = {
      ...own(config), kernelSize: config.sizes('kernel_size', axes), stride: config.sizes('strides', axes, 1), padding: paddingOf(config), dilation: config.sizes('dilation_rate', axes, 1),
      activation, useBias: config.flag('use_bias', true), ...rulesOf(config, stems),
    };
    return made(`${kind}${axes}D${kind === 'Conv' && 'outputPadding' in options ? 'Transpose' : ''}`, options, { then, endsMask: true });
  };
}

const kernelAndBias = { kernel: 'kernel', bias: 'bias' };

const plain = (axes: Axes): Translator => convolution('Conv', axes, kernelAndBias, (config) => ({ filters: config.number('filters'), groups: config.number('groups', 1) }));

const transposed = (axes: Axes): Translator => convolution('Conv', axes, kernelAndBias, (config) => {
  config.require('groups', 1);
  const given = config.take('output_padding');
  const sizes = isList(given) && given.length === 1 ? given[0] : given;
  return { filters: config.number('filters'), outputPadding: sizes };
});

const depthwise = (axes: Axes): Translator => convolution('DepthwiseConv', axes, { depthwise: 'kernel', bias: 'bias' }, (config) => {
  config.require('groups', 1);
  config.take('filters'); // of a base class, of no meaning here
  for (const key of ['kernel_regularizer', 'kernel_constraint']) config.take(key);
  return { depthMultiplier: config.number('depth_multiplier', 1) };
});

const separable = (axes: Axes): Translator => convolution('SeparableConv', axes, { depthwise: 'depthwise', pointwise: 'pointwise', bias: 'bias' }, (config) => {
  config.require('groups', 1);
  for (const key of ['kernel_regularizer', 'kernel_constraint']) config.take(key);
  return { filters: config.number('filters'), depthMultiplier: config.number('depth_multiplier', 1) };
});

function pooling(kind: string, axes: Axes): Translator {
  return (config) => {
    channelsLast(config);
    const poolSize = config.sizes('pool_size', axes, 2);
    const given = config.take('strides');
    const stride = isList(given) && given.length === 1 ? given[0] : given;
    return made(`${kind}${axes}D`, { poolSize, padding: paddingOf(config), ...(stride === undefined ? {} : { stride }) }, { endsMask: true });
  };
}

/** @param endsMask false where Keras leaves padded steps out of the mean. */
function global(kind: string, axes: Axes, endsMask: boolean): Translator {
  return (config) => {
    channelsLast(config);
    config.require('keepdims', false);
    return made(`Global${kind}${axes}D`, {}, { endsMask });
  };
}

/** One number, one for each axis, or two for each. */
function sidesOf(config: LayerConfig, key: string, axes: Axes): JsonValue | undefined {
  const value = config.take(key) ?? 1;
  if (!isList(value)) return value;
  const pairs = value.map((side) => (isList(side) ? side : [side, side]));
  return axes === 1 ? value : pairs;
}

function padding(axes: Axes): Translator {
  return (config) => {
    channelsLast(config);
    return made(`ZeroPad${axes}D`, { padding: sidesOf(config, 'padding', axes) }, { endsMask: true });
  };
}

function upSampling(axes: Axes): Translator {
  return (config) => {
    channelsLast(config);
    const size = config.sizes('size', axes, 2);
    return made(`UpSampling${axes}D`, axes === 1 ? { size } : { size, interpolation: config.text('interpolation', 'nearest') }, { endsMask: true });
  };
}

export const convolutionLayers: Readonly<Record<string, Translator>> = {
  Conv1D: plain(1), Conv2D: plain(2), Conv1DTranspose: transposed(1), Conv2DTranspose: transposed(2),
  DepthwiseConv1D: depthwise(1), DepthwiseConv2D: depthwise(2), SeparableConv1D: separable(1), SeparableConv2D: separable(2),
  MaxPooling1D: pooling('MaxPool', 1), MaxPooling2D: pooling('MaxPool', 2), AveragePooling1D: pooling('AveragePool', 1), AveragePooling2D: pooling('AveragePool', 2),
  GlobalMaxPooling1D: global('MaxPool', 1, true), GlobalMaxPooling2D: global('MaxPool', 2, true),
  GlobalAveragePooling1D: global('AveragePool', 1, false), GlobalAveragePooling2D: global('AveragePool', 2, true),
  ZeroPadding1D: padding(1), ZeroPadding2D: padding(2), UpSampling1D: upSampling(1), UpSampling2D: upSampling(2),
  Cropping1D: (config) => made('Cropping1D', { cropping: sidesOf(config, 'cropping', 1) }, { endsMask: true }),
};
