/** Layers that predict, step by step or number by number. */
import { activate, activationDefaults, activationKinds } from '../layers/activationKinds.js';
import { denseForward, denseShapes, denseWeightShapes } from '../layers/denseForward.js';
import type { DenseParams } from '../layers/denseForward.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import { single } from '../layers/ranks.js';
import { numberOf } from '../models/files/json.js';
import { choiceOf, countOf } from './layer.js';
import type { PredictionLayer } from './layer.js';
import { weightsOf } from './weights.js';

/** Without states, of one input whose steps stay where they are. */
function stepwise(label: string, { parameters = () => ({}), outputShapes = (inputs) => [single(label, inputs)], forward }: Pick<ForwardLayer, 'forward'> & Partial<ForwardLayer>): ForwardLayer {
  return { label: () => label, outputShapes, parameters, forward, states: () => ({}), masks: (inputs) => inputs, inputRules: () => [] };
}

export const Dense: PredictionLayer = {
  className: 'Dense',
  make(config, { name }) {
    const label = `Dense '${name}'`;
    const dense = {
      units: countOf(label, 'units', config), useBias: config.useBias !== false, activation: choiceOf(label, 'activation', config, activationKinds, 'linear'),
    };
    return stepwise(label, {
      outputShapes: (inputs) => denseShapes(label, dense.units, inputs),
      parameters: (inputs) => weightsOf(denseWeightShapes(dense, single(label, inputs))),
      forward: ({ k }, p: DenseParams, _s, inputs) => ({ outputs: [denseForward(k, p, single(label, inputs), dense).output], cache: undefined }),
    });
  },
};

export const Activation: PredictionLayer = {
  className: 'Activation',
  make(config, { name }) {
    const label = `Activation '${name}'`;
    const kind = choiceOf(label, 'kind', config, [...activationKinds, 'softmax'], 'linear');
    const alpha = config.alpha === undefined ? kind === 'softmax' ? 0 : activationDefaults(kind) : numberOf('alpha', config.alpha);
    return stepwise(label, { forward: ({ k }, _p, _s, inputs) => ({ outputs: [activate(k, kind, single(label, inputs), alpha)], cache: undefined }) });
  },
};

/** What does nothing but in training. */
function idle(label: string): ForwardLayer {
  return stepwise(label, { forward: (_run, _p, _s, inputs) => ({ outputs: [single(label, inputs)], cache: undefined }) });
}

export const Dropout: PredictionLayer = { className: 'Dropout', make: (_config, { name }) => idle(`Dropout '${name}'`) };
export const GaussianNoise: PredictionLayer = { className: 'GaussianNoise', make: (_config, { name }) => idle(`GaussianNoise '${name}'`) };
export const SpatialDropout1D: PredictionLayer = { className: 'SpatialDropout1D', make: (_config, { name }) => idle(`SpatialDropout1D '${name}'`) };
