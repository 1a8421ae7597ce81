/** Layers that neither look along time nor over images, joins of branches, attention. */
import { activationOf, endingIn, ofLayer } from '../activations.js';
import { isList, shown } from '../layerConfig.js';
import type { LayerConfig } from '../layerConfig.js';
import { noRules, rulesOf } from '../rules.js';
import { made } from './translation.js';
import type { Translator } from './translation.js';

const dense: Translator = (config) => {
  const { activation, then } = endingIn(activationOf(config, 'activation'));
  return made('Dense', { units: config.number('units'), activation, useBias: config.flag('use_bias', true), ...rulesOf(config, { kernel: 'kernel', bias: 'bias' }) }, { then });
};

const activation: Translator = (config) => made('Activation', activationOf(config, 'activation'));

/** ReLU, LeakyReLU, ELU. */
const activationLayer: Translator = (config) => {
  const found = ofLayer(config.className, (name) => config.take(name));
  if (!found) config.refuse('has no counterpart with these options');
  return made('Activation', found ?? { kind: 'linear' });
};

const embedding: Translator = (config) => made('Embedding', {
  inputDim: config.number('input_dim'), outputDim: config.number('output_dim'), maskZero: config.flag('mask_zero', false), ...rulesOf(config, { embeddings: 'embeddings' }),
});

/** The one axis of a list, or the axis. */
function axisOf(config: LayerConfig): number {
  const given = config.take('axis') ?? -1;
  const axis = isList(given) && given.length === 1 ? given[0] : given;
  if (typeof axis === 'number') return axis;
  config.refuse(`axis ${shown(given)} has to be the last one alone`);
  return -1;
}

const affine = { gamma: 'gamma', beta: 'beta' };

function normalization(className: 'BatchNorm' | 'LayerNorm' | 'GroupNorm'): Translator {
  return (config) => {
    const axis = axisOf(config);
    const options = { epsilon: config.number('epsilon', 1e-3), center: config.flag('center', true), scale: config.flag('scale', true) };
    const own = className === 'BatchNorm' ? { momentum: config.number('momentum', 0.99) } : className === 'GroupNorm' ? { groups: config.number('groups', 32) } : {};
    return made(className, { ...options, ...own, ...rulesOf(config, affine) }, { axis });
  };
}

const rms: Translator = (config) => {
  const axis = axisOf(config);
  return made('RMSNorm', { epsilon: config.number('epsilon', 1e-6) }, { axis });
};

function dropout(className: string, key: string): Translator {
  return (config) => {
    const options = { [key]: config.number(key) };
    return made(className, options);
  };
}

function join(className: string): Translator {
  return (config) => made(className, {}, className === 'Concatenate' ? { axis: config.number('axis', -1) } : {});
}

/** Without a scale of its own, which a mean of values here has not. */
const attention: Translator = (config) => {
  config.require('use_scale', false);
  config.require('score_mode', 'dot');
  return made('Attention', { score: 'dot', dropout: config.number('dropout', 0), causal: config.flag('causal', false) });
};

/** Keras compares queries and keys as they are; here kernels stand before them, which begin as identities. */
const additive: Translator = (config) => {
  config.take('use_scale'); // without it the scores are sums: a scale of ones
  return made('Attention', { score: 'additive', dropout: config.number('dropout', 0), causal: config.flag('causal', false) });
};

const multiHead: Translator = (config) => {
  noRules(config, 'kernel', 'bias');
  config.require('output_shape');
  config.require('attention_axes', [1]);
  config.require('flash_attention', false);
  config.take('query_shape');
  config.take('key_shape');
  config.take('value_shape');
  const keyDim = config.number('key_dim');
  return made('MultiHeadAttention', {
    numHeads: config.number('num_heads'), keyDim, valueDim: config.number('value_dim', keyDim), dropout: config.number('dropout', 0), useBias: config.flag('use_bias', true),
  });
};

const softmax: Translator = (config) => made('Activation', { kind: 'softmax' }, { axis: axisOf(config) });

export const otherLayers: Readonly<Record<string, Translator>> = {
  Dense: dense, Activation: activation, ReLU: activationLayer, LeakyReLU: activationLayer, ELU: activationLayer, Softmax: softmax,
  Embedding: embedding, Masking: (config) => made('Masking', { maskValue: config.number('mask_value', 0) }),
  BatchNormalization: normalization('BatchNorm'), LayerNormalization: normalization('LayerNorm'), GroupNormalization: normalization('GroupNorm'), RMSNormalization: rms,
  Dropout: dropout('Dropout', 'rate'), SpatialDropout1D: dropout('SpatialDropout1D', 'rate'), GaussianNoise: dropout('GaussianNoise', 'stddev'),
  Flatten: (config) => (config.require('data_format', 'channels_last'), made('Flatten', {})),
  Reshape: (config) => made('Reshape', { targetShape: config.numbers('target_shape') }),
  Permute: (config) => made('Permute', { dims: config.numbers('dims') }, { endsMask: true }),
  RepeatVector: (config) => made('RepeatVector', { n: config.number('n') }),
  Add: join('Add'), Subtract: join('Subtract'), Multiply: join('Multiply'), Average: join('Average'), Maximum: join('Maximum'), Minimum: join('Minimum'), Concatenate: join('Concatenate'),
  Attention: attention, AdditiveAttention: additive, MultiHeadAttention: multiHead,
};
