/** Recurrent layers, their cells, and the layers around them. */
import type { JsonObject } from '../../../json.js';
import { cellActivation } from '../activations.js';
import type { Entry } from '../activations.js';
import { isList, serialized, shown } from '../layerConfig.js';
import type { LayerConfig } from '../layerConfig.js';
import { noRules, rulesOf } from '../rules.js';
import { made } from './translation.js';
import type { Translation, Translator } from './translation.js';

type Kind = 'LSTM' | 'GRU' | 'SimpleRNN';

/** What a cell is made of. */
function cellOptions(config: LayerConfig, kind: Kind): JsonObject {
  const common = {
    units: config.number('units'), activation: cellActivation(config, 'activation', 'tanh'), useBias: config.flag('use_bias', true), recurrentDropout: config.number('recurrent_dropout', 0),
  };
  if (kind === 'SimpleRNN') return common;
  const gated = { ...common, recurrentActivation: cellActivation(config, 'recurrent_activation', config.dialect.recurrentActivation) };
  if (kind === 'GRU') return { ...gated, resetAfter: config.flag('reset_after', config.dialect.resetAfter) };
  return { ...gated, unitForgetBias: config.flag('unit_forget_bias', true) && common.useBias };
}

/** What the time loop takes. */
function loopOptions(config: LayerConfig): JsonObject {
  config.require('time_major', false);
  const returnSequences = config.flag('return_sequences', false);
  const options = {
    returnSequences, returnState: config.flag('return_state', false), stateful: config.flag('stateful', false), goBackwards: config.flag('go_backwards', false),
    zeroOutputForMask: config.flag('zero_output_for_mask', false) && returnSequences,
  };
  return options;
}

const stems = { kernel: 'kernel', recurrent: 'recurrent', bias: 'bias' };

function recurrent(kind: Kind): Translator {
  return (config) => {
    const options = { ...cellOptions(config, kind), ...loopOptions(config), dropout: config.number('dropout', 0) };
    if (kind === 'GRU' && 'resetAfter' in options && options.resetAfter === true) config.require('bias_constraint'); // of both biases as one tensor
    return made(kind, { ...options, ...rulesOf(config, stems) });
  };
}

function cell(kind: Kind): Translator {
  return (config) => {
    noRules(config, 'kernel', 'recurrent', 'bias');
    config.require('dropout', 0);
    return made(`${kind}Cell`, cellOptions(config, kind));
  };
}

/** cuDNN's layers of Keras 2: their activations are fixed, and biases come in two. */
function cudnn(kind: 'LSTM' | 'GRU'): Translator {
  return (config) => {
    const options = { units: config.number('units'), ...loopOptions(config) };
    if (kind === 'GRU') return made('GRU', { ...options, ...rulesOf(config, stems) });
    return made('LSTM', { ...options, unitForgetBias: config.flag('unit_forget_bias', true), ...rulesOf(config, stems) });
  };
}

const modes: Readonly<Record<string, string>> = { concat: 'concat', sum: 'sum', mul: 'multiply', ave: 'average' };

/** Of a layer or cell within, which has to be one layer. */
function entryOf(config: LayerConfig, { entry, then }: Translation): Entry {
  if (then) config.refuse(`${entry.className} within it cannot have an activation of its own`);
  return entry;
}

/** In Keras both directions give zeros for padded steps, whatever the layer itself would. */
const bidirectional: Translator = (config, inner) => {
  const given = config.take('layer');
  const twin = config.take('backward_layer');
  const layer = entryOf(config, inner(given));
  const sequences = serialized(given)?.config.return_sequences === true;
  const zeros = (entry: Entry): Entry => (sequences && config.dialect.writer !== 'TensorFlow.js' ? { ...entry, config: { ...entry.config, zeroOutputForMask: true } } : entry);
  const mode = config.take('merge_mode');
  if (mode !== undefined && !(typeof mode === 'string' && Object.hasOwn(modes, mode))) config.refuse(`merge_mode ${shown(mode)} has no counterpart`);
  return made('Bidirectional', {
    layer: zeros(layer), ...(twin === undefined ? {} : { backwardLayer: zeros(entryOf(config, inner(twin))) }), mergeMode: typeof mode === 'string' ? modes[mode] ?? 'concat' : 'none',
  });
};

const stacked: Translator = (config, inner) => {
  const cells = config.take('cells');
  if (!isList(cells)) config.refuse('cells has to be a list');
  return made('StackedCells', { cells: isList(cells) ? cells.map((each) => entryOf(config, inner(each))) : [] });
};

export const recurrentLayers: Readonly<Record<string, Translator>> = {
  LSTM: recurrent('LSTM'), GRU: recurrent('GRU'), SimpleRNN: recurrent('SimpleRNN'), CuDNNLSTM: cudnn('LSTM'), CuDNNGRU: cudnn('GRU'),
  RNN: (config, inner) => {
    config.require('activity_regularizer');
    const options = { cell: entryOf(config, inner(config.take('cell'))), ...loopOptions(config) };
    if (config.dialect.writer === 'TensorFlow.js') config.forgetRest(); // it repeats what its cell is made of
    return made('RNN', options);
  },
  LSTMCell: cell('LSTM'), GRUCell: cell('GRU'), SimpleRNNCell: cell('SimpleRNN'), StackedRNNCells: stacked,
  Bidirectional: bidirectional,
  TimeDistributed: (config, inner) => {
    const { entry, then } = inner(config.take('layer'));
    return made('TimeDistributed', { layer: entry }, { then }); // an activation of the last axis may stand behind it as well
  },
};
