/** Faults in what is made of the weights of others. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

export const convertFaults: readonly Fault[] = [
  ...faultsIn('convert/torch/mapping/slot', ['convert/torch/import'],
    ['only the first of two biases', 'if (others.length === 0)', 'if (first)'],
    ['every block is the first', '(block?.index ?? 0) * count', '0 * count'],
  ),
  ...faultsIn('convert/torch/mapping/recurrent', ['convert/torch/import'],
    ['the biases of GRU change places', "? [...rule('bias', ['bias_ih']), ...rule('recurrentBias', ['bias_hh'])", "? [...rule('bias', ['bias_hh']), ...rule('recurrentBias', ['bias_ih'])"],
    ['features of an image are read by an LSTM as they lie here', "weight === 'kernel' ? image : undefined", 'undefined'],
    ['directions change places', "'forward/', '', image), ...rulesOf(described, back, 'backward/', '_reverse', image)", "'forward/', '_reverse', image), ...rulesOf(described, back, 'backward/', '', image)"],
  ),
  ...faultsIn('convert/torch/mapping/layers', ['convert/torch/import'],
    ['statistics change places', "['movingMean', 'running_mean'], ['movingVariance', 'running_var']", "['movingMean', 'running_var'], ['movingVariance', 'running_mean']"],
    ['the value projection is that of the key', "'in_proj_weight', [1, 0], { block: { index, of: 3 } }", "'in_proj_weight', [1, 0], { block: { index: Math.min(index, 1), of: 3 } }"],
    ['the value bias is that of the key', "'valueBias', 'in_proj_bias', [0], { block: { index: 2, of: 3 } }", "'valueBias', 'in_proj_bias', [0], { block: { index: 1, of: 3 } }"],
  ),
  ...faultsIn('convert/torch/mapping/flattening', ['convert/torch/import'],
    ['images are flattened as they lie here', 'read[0]?.first === true', 'read[0]?.first === false'],
    ['BatchNorm ends the order of features', "'BatchNorm', 'LayerNorm'", "'LayerNorm'"],
  ),
  ...faultsIn('convert/bytes/half', ['convert/bytes/half'],
    ['float16 is cut off, not rounded', 'return x + 2 ** 52 - 2 ** 52;', 'return Math.floor(x);'],
    ['float16 below its normal numbers is twice as large', '(113 - shift) << 23', '(114 - shift) << 23'],
    ['bfloat16 is read as the lower half', '(halves[i] ?? 0) << 16', '(halves[i] ?? 0) << 15'],
  ),
];
