/** Recurrent layers that predict: the time loop of layers/timeLoop.ts over the passes of cells/, both forward alone. */
import type { CellStates, ForwardPass } from '../cells/cell.js';
import { gruForwardPass, gruWeightShapes } from '../cells/gru.js';
import { lstmForwardPass, lstmStateShapes, lstmWeightShapes } from '../cells/lstm.js';
import { rnnForwardPass, rnnWeightShapes } from '../cells/rnn.js';
import { cellActivations } from '../cells/squash.js';
import type { JsonObject } from '../json.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import type { Tensors } from '../layers/layer.js';
import { forwardThroughTime, loopMasks, loopShapes, loopStates } from '../layers/timeLoop.js';
import type { ForwardLoop } from '../layers/timeLoop.js';
import type { TimeMask } from '../layers/timeMask.js';
import type { Shape } from '../tensor.js';
import { gru, lstm } from './kernels.js';
import { choiceOf, countOf } from './layer.js';
import type { PredictionLayer } from './layer.js';
import { weightsOf } from './weights.js';

/** A cell forward. */
interface ForwardCell extends CellStates, ForwardPass<Tensors, Tensors> {
  /** Of its weights, given that of one step. */
  weights(input: Shape): { readonly [name: string]: Shape | undefined };
}

export interface PredictedLoop extends ForwardLayer, ForwardLoop {
  masks(inputs: readonly (TimeMask | undefined)[]): readonly (TimeMask | undefined)[];
}

function looped(label: string, config: JsonObject, cell: ForwardCell): PredictedLoop {
  const flag = (name: string): boolean => config[name] === true;
  const loop: ForwardLoop = {
    cell, returnSequences: flag('returnSequences'), returnState: flag('returnState'), stateful: flag('stateful'), goBackwards: flag('goBackwards'),
    zeroOutputForMask: flag('zeroOutputForMask'), dropout: 0, label: () => label,
  };
  return {
    ...loop,
    outputShapes: (inputs) => loopShapes(loop, inputs),
    parameters: ([x = []]) => weightsOf(cell.weights(x.slice(1))),
    states: (inputs, batch) => loopStates(loop, inputs, batch),
    masks: (inputs) => loopMasks(loop, inputs),
    inputRules: () => [],
    forward: (run, p, s, inputs) => forwardThroughTime(loop, cell, run, p, s, inputs),
  };
}

export const LSTM: PredictionLayer = {
  className: 'LSTM', kernels: [lstm],
  make(config, { name }) {
    const label = `LSTM '${name}'`;
    const cell = {
      units: countOf(label, 'units', config), useBias: config.useBias !== false, peepholes: config.peepholes === true,
      projection: config.projection === undefined ? undefined : countOf(label, 'projection', config),
      activation: choiceOf(label, 'activation', config, cellActivations, 'tanh'),
      recurrentActivation: choiceOf(label, 'recurrentActivation', config, cellActivations, 'sigmoid'),
    };
    return looped(label, config, {
      stateShapes: lstmStateShapes(cell), weights: (input) => lstmWeightShapes(cell, input),
      forwardPass: (k, p: Parameters<typeof lstmForwardPass>[1], sequence) => lstmForwardPass(k, p, sequence, cell),
    });
  },
};

export const GRU: PredictionLayer = {
  className: 'GRU', kernels: [gru],
  make(config, { name }) {
    const label = `GRU '${name}'`;
    const cell = {
      units: countOf(label, 'units', config), useBias: config.useBias !== false, resetAfter: config.resetAfter !== false,
      activation: choiceOf(label, 'activation', config, cellActivations, 'tanh'),
      recurrentActivation: choiceOf(label, 'recurrentActivation', config, cellActivations, 'sigmoid'),
    };
    return looped(label, config, {
      stateShapes: { h: [cell.units] }, weights: (input) => gruWeightShapes(cell, input),
      forwardPass: (k, p: Parameters<typeof gruForwardPass>[1], sequence) => gruForwardPass(k, p, sequence, cell),
    });
  },
};

export const SimpleRNN: PredictionLayer = {
  className: 'SimpleRNN',
  make(config, { name }) {
    const label = `SimpleRNN '${name}'`;
    const cell = {
      units: countOf(label, 'units', config), useBias: config.useBias !== false, activation: choiceOf(label, 'activation', config, cellActivations, 'tanh'),
    };
    return looped(label, config, {
      stateShapes: { h: [cell.units] }, weights: (input) => rnnWeightShapes(cell, input),
      forwardPass: (k, p: Parameters<typeof rnnForwardPass>[1], sequence) => rnnForwardPass(k, p, sequence, cell),
    });
  },
};
