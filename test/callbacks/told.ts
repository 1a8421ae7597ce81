/** A value that is logged as it is told, epoch by epoch: what callbacks watch is then known. */
import type { Callback } from '../../src/index.js';

/** Goes first in the list of callbacks: it writes what is the loop's to write. */
export function told(values: readonly (number | undefined)[]): Callback {
  return {
    name: 'script',
    onTrainBegin(context) { Object.assign(context, { logged: [...context.logged, 'value'] }); },
    onEpochEnd(epoch, logs) { Object.assign(logs, { value: values[epoch] }); },
  };
}
