/** Faults in where masks go. */
import { faultsIn } from './fault.js';
import type { Fault } from './fault.js';

export const maskFaults: readonly Fault[] = [
  ...faultsIn('layers/timeMask', ['models/graph/masks'],
    ['every input has the mask of the first', 'rows: (given) => given[input]', 'rows: (given) => given[0]'],
    ['joined: the mask of one branch alone', 'real * (rows[i] ?? 0)', 'real'],
    ['reversed: the mask is not', 'row(steps - 1 - t)', 'row(t)'],
  ),
  ...faultsIn('layers/recurrent', ['models/graph/masks'],
    ['goBackwards: the mask of the output is that of the input', 'this.goBackwards ? reversedMask(x)', 'this.goBackwards ? x'],
    ['the last step has the mask of the sequence', 'this.returnSequences ? x : undefined', 'x'],
  ),
  ...faultsIn('layers/timeDistributed', ['models/graph/masks'], ['the mask ends', 'return inputs;', 'return [];']),
  ...faultsIn('models/graph/network', ['models/graph/masks'], ['a mask of the wrong length goes on', 'mask.steps !== steps', 'false']),
];
