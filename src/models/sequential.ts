import { checkOptions, requireSizes } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Applicable, SymbolicTensor } from '../layers/layer.js';
import { Input } from '../layers/layer.js';
import type { Shape } from '../tensor.js';
import { Model } from './model.js';
import { buildNetwork } from './graph/network.js';

export interface SequentialOptions {
  /** Of one sample: [60, 1] for windows of 60 steps with one feature. */
  inputShape: Shape;
  /** Of initial weights, shuffling and dropout. Default 0. */
  seed?: number;
}

const optionNames: OptionNames<SequentialOptions> = { inputShape: true, seed: true };

function chain(layers: readonly Applicable[], inputShape: Shape): { input: SymbolicTensor; outputs: SymbolicTensor[] } {
  if (layers.length === 0) throw new ArgumentError({ operation: 'Sequential', argument: 'layers', expected: 'at least one layer', actual: 'none' });
  const input = Input({ shape: requireSizes('Sequential', 'inputShape', inputShape, 'Give it after the layers: new Sequential([…], { inputShape: [60, 1] }).') });
  const outputs = layers.reduce((tensors: SymbolicTensor[], layer, i) => {
    if (tensors.length !== 1) {
      throw new ArgumentError({
        operation: 'Sequential', argument: `layer ${i - 1}`, expected: 'one output', actual: `${tensors.length}`,
        hint: 'Only the last layer may return states; use Model for graphs.',
      });
    }
    return layer.applyAll(tensors);
  }, [input]);
  return { input, outputs };
}

/** A chain of layers, blocks and models. If the last one returns states, they are further outputs. */
export class Sequential extends Model {
  constructor(layers: readonly Applicable[], options: SequentialOptions) {
    const { inputShape, seed } = checkOptions('Sequential', options, optionNames);
    const { input, outputs } = chain(layers, inputShape);
    super({ network: buildNetwork([input], outputs), seed });
  }
}
