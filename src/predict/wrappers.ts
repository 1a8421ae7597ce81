/** Layers around layers that predict. */
import { forwardBothWays, mergeModes, perDirection, twoWayMasks, twoWayShapes } from '../layers/bothWays.js';
import type { TwoWays } from '../layers/bothWays.js';
import type { ForwardLayer } from '../layers/forwardLayer.js';
import { addPrefix } from '../layers/nested.js';
import { single } from '../layers/ranks.js';
import { asRowRun, asRows, asSteps } from '../layers/stepsAsRows.js';
import { damaged } from '../models/files/json.js';
import type { Shape } from '../tensor.js';
import { choiceOf } from './layer.js';
import type { PredictionLayer } from './layer.js';
import type { PredictedLoop } from './recurrent.js';

function isLoop(layer: ForwardLayer): layer is PredictedLoop {
  return 'cell' in layer;
}

export const Bidirectional: PredictionLayer = {
  className: 'Bidirectional',
  make(config, { name, layer: inner }) {
    const label = `Bidirectional '${name}'`;
    const direction = (option: string): PredictedLoop => {
      const layer = inner(config[option]);
      if (isLoop(layer)) return layer;
      throw damaged(option, 'a recurrent layer', layer.label());
    };
    const [layer, backwardLayer] = [direction('layer'), direction('backwardLayer')];
    const ways: TwoWays = { layer, backwardLayer, mergeMode: choiceOf(label, 'mergeMode', config, mergeModes, 'concat'), label: () => label };
    const both = <V>(of: (layer: ForwardLayer, inputs: readonly Shape[]) => { readonly [name: string]: V }, inputs: readonly Shape[]): Record<string, V> => {
      const [ahead, back] = perDirection(ways, inputs);
      return { ...addPrefix('forward/', of(layer, ahead)), ...addPrefix('backward/', of(backwardLayer, back)) };
    };
    return {
      label: () => label,
      outputShapes: (inputs) => twoWayShapes(ways, inputs),
      parameters: (inputs) => both((way, own) => way.parameters(own), inputs),
      states: (inputs, batch) => both((way, own) => way.states(own, batch), inputs),
      masks: (inputs) => twoWayMasks(ways, inputs),
      inputRules: () => [],
      forward: (run, p, s, inputs) => forwardBothWays(ways, 0, run, p, s, inputs),
    };
  },
};

export const TimeDistributed: PredictionLayer = {
  className: 'TimeDistributed',
  make(config, { name, layer: inner }) {
    const label = `TimeDistributed '${name}'`;
    const layer = inner(config.layer);
    const step = (inputs: readonly Shape[]): Shape[] => [single(label, inputs).slice(1)];
    return {
      label: () => label,
      outputShapes: (inputs) => [[single(label, inputs)[0] ?? 0, ...single(label, layer.outputShapes(step(inputs)))]],
      parameters: (inputs) => layer.parameters(step(inputs)),
      states: (inputs, batch) => layer.states(step(inputs), batch),
      masks: (inputs) => inputs,
      inputRules: (inputs) => layer.inputRules(step(inputs)).slice(0, 1),
      forward(run, p, s, inputs) {
        const x = single(label, inputs);
        const { outputs, states } = layer.forward(asRowRun(run), p, s, [asRows(run.k, x)]); // T1
        return { outputs: [asSteps(run.k, single(label, outputs), x)], cache: undefined, states };
      },
    };
  },
};
