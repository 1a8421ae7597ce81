/** A stack of recurrent layers and a dense one, as a configuration and a protocol ask for it. */
import { Adam, BatchNorm, Dense, LSTM, Sequential, SimpleRNN } from 'bptt';
import type { AnyLayer, Backend, Initializer, RandomGenerator } from 'bptt';
import { WINDOW } from './features.js';
import type { Configuration, Protocol } from './configurations.js';

const FEATURES = 4;
const LEARNING_RATE = 0.005;
/** PyTorch's. */
const EPSILON = 1e-8;

/** Uniform in ±limit. @param terms so many draws are added: PyTorch's cells have two biases where ours have one. */
function uniform(limit: number, terms = 1): Initializer {
  const draw = (random: RandomGenerator): number => limit * (2 * ((random.next() >>> 0) / 2 ** 32) - 1);
  return (shape, random) => Float64Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => {
    let sum = 0;
    for (let i = 0; i < terms; i++) sum += draw(random);
    return sum;
  });
}

/** The network, compiled. */
export function buildNetwork(configuration: Configuration, protocol: Pick<Protocol, 'initial'>, seed: number, backend?: Backend): Sequential {
  const { cell, units, layers, normalization } = configuration;
  const limit = 1 / Math.sqrt(units);
  const asTorch = protocol.initial === 'uniform';
  const cellStart = asTorch ? { kernelInitializer: uniform(limit), recurrentInitializer: uniform(limit), biasInitializer: uniform(limit, 2) } : {};
  const denseStart = asTorch ? { kernelInitializer: uniform(limit), biasInitializer: uniform(limit) } : {};

  const stack = Array.from({ length: layers }, (_, i): AnyLayer[] => {
    const last = i === layers - 1;
    const options = { units, returnSequences: !last, ...cellStart };
    const recurrent = cell === 'RNN' ? new SimpleRNN(options) : new LSTM({ ...options, unitForgetBias: !asTorch });
    const normalized = (normalization === 'after' && last) || (normalization === 'between' && !last);
    // PyTorch's settings: at Keras's momentum of 0.99 a hundred steps would leave the statistics where they began.
    return normalized ? [recurrent, new BatchNorm({ momentum: 0.9, epsilon: 1e-5 })] : [recurrent];
  });
  const model = new Sequential([...stack.flat(), new Dense({ units: 1, ...denseStart })], { inputShape: [WINDOW, FEATURES], seed });
  model.compile({ optimizer: new Adam({ learningRate: LEARNING_RATE, epsilon: EPSILON }), loss: 'mse', ...(backend ? { backend } : {}) });
  return model;
}
