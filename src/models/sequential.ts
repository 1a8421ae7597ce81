import { checkOptions, requireSizes, typeName } from '../checks.js';
import type { OptionNames } from '../checks.js';
import { ArgumentError } from '../errors.js';
import type { Applicable, SymbolicTensor } from '../layers/layer.js';
import { Input } from '../layers/layer.js';
import type { OpenShape } from '../openShapes.js';
import { Model } from './model.js';
import { buildNetwork } from './graph/network.js';

export interface SequentialOptions {
  /** Of one sample: [60, 1] for windows of 60 steps with one feature, [null, 1] where each call may bring another number of steps. */
  inputShape: OpenShape;
  /** Of initial weights, shuffling and dropout. Default 0. */
  seed?: number | undefined;
}

const optionNames: OptionNames<SequentialOptions> = { inputShape: true, seed: true };

function chain(layers: readonly Applicable[], inputShape: OpenShape | undefined): { input: SymbolicTensor; outputs: SymbolicTensor[] } {
  const given: unknown = layers;
  if (!Array.isArray(given)) throw new ArgumentError({ operation: 'Sequential', argument: 'layers', expected: 'a list of layers', actual: typeName(given) });
  if (layers.length === 0) throw new ArgumentError({ operation: 'Sequential', argument: 'layers', expected: 'at least one layer', actual: 'none' });
  requireSizes('Sequential', 'inputShape', inputShape, 'Give it after the layers: new Sequential([…], { inputShape: [60, 1] }). In another chain: [...encoder, new Dense(…)].');
  const input = Input({ shape: inputShape ?? [] });
  const outputs = layers.reduce((tensors: SymbolicTensor[], layer, i) => {
    if (tensors.length !== 1) {
      throw new ArgumentError({
        operation: 'Sequential', argument: `layer ${i - 1}`, expected: 'one output', actual: `${tensors.length}`,
        hint: 'Only the last layer may return states; use Model for graphs.',
      });
    }
    return requireApplicable(layer, i).applyAll(tensors);
  }, [input]);
  return { input, outputs };
}

function requireApplicable(layer: Applicable, i: number): Applicable {
  const given: unknown = layer;
  if (typeof given === 'object' && given !== null && 'applyAll' in given) return layer;
  throw new ArgumentError({ operation: 'Sequential', argument: `layer ${i}`, expected: 'a layer, a block or a model', actual: typeName(given), hint: 'For example new Dense({ units: 8 }).' });
}

/** A chain of layers, blocks and models. If the last one returns states, they are further outputs. */
export class Sequential extends Model {
  constructor(layers: readonly Applicable[], options: SequentialOptions) {
    const { inputShape, seed }: Partial<SequentialOptions> = options as unknown === undefined ? {} : checkOptions('Sequential', options, optionNames);
    const { input, outputs } = chain(layers, inputShape);
    super({ network: buildNetwork([input], outputs), seed });
  }
}
