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
  ...faultsIn('models/training/batches', ['models/training/means'],
    ['a wholly masked batch divides by zero', 'Math.max(1, sum(mask))', 'sum(mask)'],
    ['padding leaves the mean, but not its count', '(mask[r] ?? 0) * scale', '(mask[r] ?? 0)'],
    ['the second output counts as the first', 'counted.map((mask, i) => (mask ?', 'counted.map((_, i, [mask]) => (mask ?'],
  ),
  ...faultsIn('models/training/loop', ['models/training/means'],
    ['a batch of padding alone moves weights', 'counts[i] === true ? 0 : Infinity', '0'],
    ['a batch of padding alone is a step', 'if (counts[index] === true)', ''],
  ),
  ...faultsIn('models/training/metrics', ['models/training/means'],
    ['metrics count padding', 'if (counted?.[row] === 0)', 'if (false)'],
    ['the sums of an interrupted epoch are lost', 'sums.set(saved.slice(at, (at += sums.length)))', '(at += sums.length)'],
    ['a mean of batch means', '(losses[i] ?? NaN) * count', '(losses[i] ?? NaN) * (count && 1)'],
  ),
  ...faultsIn('models/graph/network', ['models/graph/masks'], ['a mask of the wrong length goes on', 'mask.steps !== steps', 'false']),
];
