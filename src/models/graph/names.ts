/** Names of a model's tensors, in a saved file and in a step. Weights and running statistics go by their key, `lstm/kernel`. */
import type { KeptState } from './network.js';

/** `state:lstm/h` for a carried state; what belongs to the model goes by its key. */
export function stateName({ kind, key }: KeptState): string {
  return kind === 'carried' ? `state:${key}` : key;
}

/** Whether the tensor belongs to a stream of batches, not to the model. */
export function isCarried(name: string): boolean {
  return name.startsWith('state:');
}

/** `optimizer:m/lstm/kernel` */
export function slotName(slot: string, key: string): string {
  return `optimizer:${slot}/${key}`;
}

/** Whether the tensor is a weight or a running statistic. */
export function isWeight(name: string): boolean {
  return !name.includes(':');
}
